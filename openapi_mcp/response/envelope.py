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
_BESIDE = frozenset(
    ("errors", "error", "warnings", "warning", "notices", "included", "includes", "include", "messages", "message",
     "links", "link")
)  # fmt: skip
_BESIDE_OR_ITEMS = ("messages", "links")  # the items of a chat, or of a shortener, where no other list stands
_OF_ONE_THING = ("id", "uuid", "guid", "title", "name", "isbn", "sku")
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


def is_around(name: str) -> bool:
    """True for the name of an object in which `around` looks."""
    return word(name) in _ENVELOPES or word(name) in _AROUND


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

    What stands beside the items (`errors`, `included`) is passed over: {"errors": [], "data": {"items": [...]}} ->
    ("data", "items")
    """
    if isinstance(value, list):
        return ()
    if not isinstance(value, dict):
        return None
    found = _all_lists(value)
    usual = _usual(value, found)
    if usual is not None:
        return usual
    found = found or _messages_or_links(value)
    return found[0] if len(found) == 1 else None


def _all_lists(value: dict[str, JsonValue]) -> list[Path]:
    return [*_lists(value, ()), *(path for name, inner in _envelopes(value) for path in _lists(inner, (name,)))]


def _envelopes(value: Mapping[str, JsonValue]) -> list[tuple[str, dict[str, JsonValue]]]:
    known = [name for name in _names(value) if word(name[:80]) in _ENVELOPES]
    return [(name, inner) for name in known if isinstance(inner := value[name], dict)]


def _names(value: Mapping[str, JsonValue]) -> Iterator[str]:
    return islice(value, _MOST_NAMES)


def _lists(value: Mapping[str, JsonValue], above: Path) -> list[Path]:
    """Return where the lists of an object are that may be its items."""
    names = [name for name in _names(value) if isinstance(value[name], list)]
    return [(*above, name) for name in names if word(name[:80]) not in _BESIDE]


def _usual(value: JsonValue, paths: Iterable[Path]) -> Path | None:
    """Return the path with the most usual name: one that leads to items before an empty one, the outermost first."""
    usual = [path for path in paths if _last(path) in _LISTS]
    ranked = [(not items_at(value, path), len(path), _LISTS.index(_last(path)), path) for path in usual]
    return min(ranked)[-1] if ranked else None


def _last(path: Path) -> str:
    return word(path[-1][:80])


def _messages_or_links(value: Mapping[str, JsonValue]) -> list[Path]:
    """Return the list of messages or links that is all that an answer holds; a link relation is no item."""
    names = [name for name in _names(value) if word(name[:80]) in _BESIDE_OR_ITEMS]
    lists = [(name, items) for name in names if isinstance(items := value[name], list)]
    return [(name,) for name, items in lists if items and all(_is_item(one) for one in items)]


def _is_item(value: JsonValue) -> bool:
    return isinstance(value, dict) and "rel" not in value


def is_page(value: JsonValue, path: Path | None) -> bool:
    """True for a list with what is said of it; False for one thing that has lists: a book and its authors.

    {"items": [...], "total": 50} -> True; {"id": 7, "items": [...], "total": 50}, an order and its amount -> False

    Where it is not clear which list goes on (`path` is None), each of them must look like one of a page.
    """
    if not isinstance(value, dict):
        return isinstance(value, list)
    paths = [path] if path is not None else _all_lists(value)
    levels = [fields(value), *(fields(value[path[0]]) for path in paths)]
    if any(name in level for level in levels for name in _OF_ONE_THING):
        return False
    return bool(paths) and all(_is_of_items(value, path) for path in paths)


def _is_of_items(value: JsonValue, path: Path) -> bool:
    return _last(path) in _LISTS or all(isinstance(item, dict) for item in items_at(value, path) or ())


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
