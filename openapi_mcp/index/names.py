"""Names in a request: of things and people that are in no document, so that a tool has to be asked for them."""

import re
from collections.abc import Callable, Iterator

from openapi_mcp.index.words import terms

_QUOTED = re.compile(
    r"(?<!\w)(?:'([^'\n]{2,80})'|\"([^\"\n]{2,80})\"|\u201c([^\u201d\n]{2,80})\u201d|\u2018([^\u2019\n]{2,80})\u2019)(?!\w)"
)
_CAPITAL = re.compile(r"(?<!^)(?<![.!?]\s)\b[A-Z]\w*")  # but for the one that begins a sentence

_ID = re.compile(
    r"#\d|\b(?:id|ids|number|no\.)\s*:?\s*\w*\d|\b[a-z]{1,20}[-_]\d|\b[a-z]{1,20}\d{2}|\b\d{5}|\b[0-9a-f]{8}-"
    r"|\b(?!(?:for|since|than|until)\b)[a-z]{3,20}\s\d+\b(?!\s*[a-z%])",  # "order 17", but not "for 3 days"
    re.IGNORECASE,
)


def has_name(query: str, is_known: Callable[[str], bool]) -> bool:
    """Return whether a request names something: in quotation marks, or by capitals, in words that no tool has.

    "Book a table at Casa Lisboa" -> True; "List my Orders" -> False, where orders are known
    """
    if next(_quoted(query), None) is not None:
        return True
    return any(not is_known(term) for found in _CAPITAL.findall(query) for term in terms(found))


def _quoted(query: str) -> Iterator[str]:
    return (text for found in _QUOTED.findall(query) for text in found if text)


def has_id(query: str) -> bool:
    """Return whether a request gives an id itself: "cancel order A-17", "user 90210", "#5", "the one with id 7"."""
    return _ID.search(query) is not None
