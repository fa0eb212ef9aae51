"""What a caller gave in a call: an answer that repeats it says nothing of where its work is told of.

Many APIs repeat what they accepted: {"id": "7", "status": "queued", "data": {"status_url": ...}}.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from openapi_mcp.model.tool import Tool

_SLASHES = re.compile(r"[/\\]+")


def is_given(reference: str, url: str, arguments: Mapping[str, Any]) -> bool:
    """True for a URL of a body that stands in the arguments of the call, as it is, decoded, or as what it leads to.

    ("https://host/a/b", "https://host/a/b", {"body": {"link": "/a/b"}}) -> True; ("/jobs/7", ..., {"id": "7"}) -> False
    """
    looked_for = {each for each in map(_plain, (reference, url, urlsplit(url).path)) if each}
    within = [each for each in looked_for if "/" in each]  # a text may be a body of its own, in JSON
    return any(text in looked_for or any(each in text for each in within) for text in map(_plain, _texts(arguments)))


def given_values(tool: Tool, arguments: Mapping[str, Any]) -> frozenset[str]:
    """Return the values of a call but for those of its path, as texts: an answer that repeats one names nothing by it.

    What stands in the path names the thing that was asked for, and an answer may well say it again.
    """
    of_path = {each.argument for each in tool.parameters if each.location == "path"}
    given = {name: value for name, value in arguments.items() if name not in of_path}
    return frozenset(form for text in _texts(given) for form in (text, unquote(text)))


def is_own(value: Any, given: frozenset[str]) -> bool:
    """True for a value of an answer that repeats none of those that were given: 8 where "7" was."""
    if isinstance(value, str):
        return given.isdisjoint((value, unquote(value)))
    return not isinstance(value, int) or _number(value) not in given


def _plain(text: str) -> str:
    """Return a text as the freest reader has it: decoded twice, without case, its slashes alike."""
    decoded = unquote(unquote(text)) if "%" in text else text
    return _SLASHES.sub("/", decoded).casefold().strip().strip("/")


def _texts(value: Any) -> Iterator[str]:
    """Yield the texts and numbers in a value, and the names in it: each may come back as a value."""
    waiting = [value]
    while waiting:
        match waiting.pop():
            case str() as text:
                yield text
            case bool() | None:
                continue
            case int() | float() as number:
                yield _number(number)
            case Mapping() as members:
                waiting += [*members, *members.values()]
            case list() | tuple() as items:
                waiting += items


def _number(number: float) -> str:
    """Return a number as text; one that is too long for an id is none (str() refuses more than 4,300 digits)."""
    return "" if isinstance(number, int) and number.bit_length() > 1_000 else str(number)
