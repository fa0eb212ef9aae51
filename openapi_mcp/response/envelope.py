"""The parts of a page: its list, and the small objects around it that say where the page stands.

Only names that APIs use for this are looked at, at the outermost levels: an answer may be huge, deep or hostile.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import islice

from openapi_mcp.model.jsontext import JsonValue
from openapi_mcp.model.message import HttpResponse

Fields = Mapping[str, JsonValue]
"""What stands in an object, by its names as plain words."""

_MOST_NAMES = 200  # of an object; one that says where a page stands has a dozen
_ENVELOPES = ("data", "result", "response", "payload", "additionaldata", "hits", "embedded")
_AROUND = (
    "meta", "metadata", "paging", "pagination", "pageinfo", "page", "pages", "cursor", "cursors", "links", "next",
    "responsemetadata", "resultinfo", "nextpage",
)  # fmt: skip
_LISTS = (
    "results", "data", "items", "value", "values", "entries", "records", "rows", "objects", "elements", "content",
    "list", "hits", "children", "docs", "resources",
)  # fmt: skip
_COUNT_HEADERS = {
    "x-total-count": "total",
    "x-total": "total",
    "x-wp-total": "total",
    "x-total-pages": "totalpages",
    "x-wp-totalpages": "totalpages",
    "x-page": "page",
    "x-per-page": "perpage",
    "x-next-page": "nextpage",
}
_RANGE = re.compile(r"(?!bytes)[a-z]+[ =](\d{1,15})-\d{1,15}/(\d{1,15})")  # RFC 9110 section 14.4, with other units

Path = tuple[str, ...]


@lru_cache(maxsize=2048)  # the same few names at every call
def word(name: str) -> str:
    """Return a name without case and punctuation: "@odata.nextLink" -> "odatanextlink"."""
    return "".join(char for char in name.lower() if char.isalnum())


def fields(value: JsonValue) -> dict[str, JsonValue]:
    """Return what stands in an object by plain words; of two names for one word the first counts."""
    found: dict[str, JsonValue] = {}
    if isinstance(value, dict):
        for name in islice(value, _MOST_NAMES):
            found.setdefault(word(name[:80]), value[name])
    return found


def around(value: JsonValue) -> list[Fields]:
    """Return the objects that may say where a page stands, the outermost first; none where there is no list.

    {"data": [...], "meta": {"next_cursor": "a"}} -> [{"data": ..., "meta": ...}, {"nextcursor": "a"}]
    """
    root = fields(value)
    if not root:
        return []
    levels = [root, *(fields(root[name]) for name in _ENVELOPES if isinstance(root.get(name), dict))]
    if not any(isinstance(item, list) for level in levels for item in level.values()):
        return []
    return [*levels, *(inner for level in levels for inner in _inner(level, 2))]


def _inner(level: Fields, depth: int) -> Iterator[Fields]:
    """Yield the objects of an object that are about its page: `meta`, `meta.pagination`, `paging.next`."""
    for name in _AROUND:
        if isinstance(level.get(name), dict):
            inner = fields(level[name])
            yield inner
            if depth > 1:
                yield from _inner(inner, depth - 1)


def counts_in_headers(response: HttpResponse) -> Fields:
    """Return what the headers of an answer say of its place: "X-Total-Pages: 7" -> {"totalpages": 7}."""
    found: dict[str, JsonValue] = {}
    for name, text in response.headers:
        if name.lower() in _COUNT_HEADERS and text.isascii() and text.isdigit() and len(text) < 16:
            found[_COUNT_HEADERS[name.lower()]] = int(text)
    ranged = _RANGE.fullmatch((response.header("content-range") or "").strip().lower())
    if ranged:
        found |= {"offset": int(ranged[1]), "total": int(ranged[2])}
    return found


def items_path(value: JsonValue) -> Path | None:
    """Return where the one list of a page is: () for the root; None where there is none, or which one is unclear.

    {"results": [...], "count": 3} -> ("results",); {"_embedded": {"orders": [...]}} -> ("_embedded", "orders")
    """
    if isinstance(value, list):
        return ()
    if not isinstance(value, dict):
        return None
    own = _one_list(value)
    if own is not None:
        return (own,)
    for name in islice(value, _MOST_NAMES):
        inner = value[name]
        if isinstance(inner, dict) and word(name[:80]) in _ENVELOPES:
            found = _one_list(inner)
            return None if found is None else (name, found)
    return None


def _one_list(value: Mapping[str, JsonValue]) -> str | None:
    """Return the name of the list of an object: the one with a usual name, else the only one."""
    lists = [name for name in islice(value, _MOST_NAMES) if isinstance(value[name], list)]
    usual = sorted((_LISTS.index(word(name[:80])), name) for name in lists if word(name[:80]) in _LISTS)
    if usual:
        return usual[0][1]
    return lists[0] if len(lists) == 1 else None


def items_at(value: JsonValue, path: Path) -> list[JsonValue] | None:
    """Return the list at a path, None where there is none."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, list) else None


def first_of(places: Iterable[Fields], words: Iterable[str], kind: type) -> JsonValue:
    """Return the first value of a kind that stands under one of these words, in order of the words."""
    listed = list(places)
    for name in words:
        for place in listed:
            if type(place.get(name)) is kind:
                return place[name]
    return None
