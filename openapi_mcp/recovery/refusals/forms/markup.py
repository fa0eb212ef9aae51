"""Refusals in XML and HTML: the texts of their elements."""

import re

from openapi_mcp.model.text import one_line

_LONGEST = 20_000  # characters that are read
_MOST_TEXTS = 200
_PART = re.compile(r"<(/?)([A-Za-z!?][\w:.-]{0,60})[^<>]{0,500}>|([^<>]+)")
_HIDDEN = frozenset(("script", "style", "head", "svg", "template"))
_BREAKS = frozenset(("br", "p", "li", "pre", "tr", "td", "div", "hr"))
_ENTITIES = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'", "&#39;": "'", "&#x27;": "'", "&nbsp;": " ",
             "&amp;": "&"}  # fmt: skip


def is_markup(text: str) -> bool:
    """True for text that is XML or HTML: it begins with a tag."""
    return text[:200].lstrip("\ufeff \t\r\n").startswith("<")


def texts_of(text: str) -> dict[str, str]:
    """Return the texts of elements by their names, the first of each; "" is all of them, in a line.

    <Error><Code>InvalidArgument</Code></Error> -> {"Code": "InvalidArgument", "": "InvalidArgument"}
    """
    found: dict[str, str] = {}
    inside, words = "", list[str]()
    for part in _PART.finditer(text[:_LONGEST]):
        closes, name, said = part.groups()
        if name:
            inside = "" if closes else name.rpartition(":")[2]
            if name.lower() in _BREAKS and words and not words[-1].endswith((".", ";", ":")):
                words[-1] += ";"  # what follows is another sentence: the rest of a trace
        elif said.strip() and inside.lower() not in _HIDDEN and len(words) < _MOST_TEXTS:
            said = one_line(_unescaped(said), 500)
            words.append(said)
            found.setdefault(inside, said)
    return {**found, "": one_line(" ".join(words).rstrip(";"), 2_000)}


def _unescaped(text: str) -> str:
    for entity, char in _ENTITIES.items():
        text = text.replace(entity, char)
    return text
