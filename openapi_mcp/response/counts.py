"""The next page by its number or offset, where the counts in an answer show that there is one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from openapi_mcp.model.tool import Binding
from openapi_mcp.response.cursors import queries
from openapi_mcp.response.envelope import Fields, first_of, word
from openapi_mcp.response.readback import Made, kinds_and_formats, read_scalar

_PAGE = ("page", "pagenumber", "pageno", "pagenum", "pageindex", "currentpage")
_OFFSET = ("offset", "pageoffset", "skip", "start", "startat", "startindex")
_ENDS = ("end", "stop", "until", "to", "finish")  # beside one of these, `start` begins a range
_TIMES = frozenset({"date", "datetime", "time", "timestamp", "unixtime", "unixtimestamp", "epoch", "duration"})
SIZE = ("perpage", "pagesize", "limit", "pagelimit", "size", "itemsperpage", "maxresults")
"""What an argument, or an answer, calls the number of items of a page."""
PAGE_WORDS = ("currentpage", "page", "pagenumber", "number", "pageindex")
"""Where an answer says which page it is, by plain words."""
TOTAL = (
    "total", "totalcount", "totalresults", "totalitems", "totalelements", "totalrecords", "totalhits", "totalrows",
    "totalsize", "recordstotal", "numfound", "odatacount", "count",
)  # fmt: skip
"""Where an answer says how many items there are in all; `count` may also be those of the page."""
_TOTAL_PAGES = ("totalpages", "lastpage", "pagecount", "numpages", "totalpagecount", "maxpage")
_LARGEST = 10**15
_FARTHEST = 10**9  # of a page or an offset: what is larger is a time or an id


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What an answer says of its place: objects around its list, how many items that has, whether there is more."""

    places: Sequence[Fields]
    items: int | None
    more: bool | None = None

    def say(self, words: Sequence[str]) -> int | None:
        """Return the first sensible number under one of these words."""
        found = first_of(self.places, words, int)
        return found if isinstance(found, int) and 0 <= found < _LARGEST else None

    def total_pages(self) -> int | None:
        """Return how many pages there are; `pages` alone may be those of a book."""
        found = self.say(_TOTAL_PAGES)
        is_of_list = any(self.say(words) is not None for words in (PAGE_WORDS, TOTAL, SIZE))
        return self.say(("pages",)) if found is None and is_of_list else found


def gives_position(made: Made) -> bool:
    """True for a call that says itself by number which page it wants."""
    return any(binding.argument in made.arguments for binding in _positions(made, (*_PAGE, *_OFFSET)))


def by_count(made: Made, counts: Counts) -> Iterator[dict[str, Any]]:
    """Yield the arguments of the next page by number, then by offset, as far as the call and the counts allow.

    {"page": 2} and {"total_pages": 7} -> {"page": 3}; {"offset": 20}, 10 items and {"total": 35} -> {"offset": 30}
    """
    pages, offsets = _positions(made, _PAGE), _positions(made, _OFFSET)
    if len(pages) == 1 and not any(binding.argument in made.arguments for binding in offsets):
        yield from _by_page(made, pages[0], counts)
    if len(offsets) == 1 and not any(binding.argument in made.arguments for binding in pages):
        yield from _by_offset(made, offsets[0], counts)


def _named(made: Made, words: Sequence[str]) -> list[Binding]:
    return [binding for name, binding in queries(made.tool).items() if name in words]


def _positions(made: Made, words: Sequence[str]) -> list[Binding]:
    return [binding for binding in _named(made, words) if _is_position(made, binding)]


def _is_position(made: Made, binding: Binding) -> bool:
    """True for an input that counts pages or items; a date, a time or a name under one of these words does not."""
    kinds, formats = kinds_and_formats(made.tool, binding.argument)
    if _TIMES & {word(said) for said in formats} or _begins_range(made, binding):
        return False
    if binding.argument in made.arguments:
        given = _given(made, binding)
        return given is not None and given < _FARTHEST
    return bool(kinds & {"integer", "number"}) or _default(made, binding) is not None


def _begins_range(made: Made, binding: Binding) -> bool:
    return word(binding.name) == "start" and not queries(made.tool).keys().isdisjoint(_ENDS)


def _by_page(made: Made, binding: Binding, counts: Counts) -> Iterator[dict[str, Any]]:
    base = 0 if _is_zero_based(made, binding, counts) else 1
    said = counts.say(PAGE_WORDS)
    given = _given(made, binding)
    current = given if given is not None else said if said is not None else base
    is_index = first_of(counts.places, ("number",), int) is not None  # Spring counts from 0, whatever it takes
    index = said if is_index and said is not None else current - base
    if _is_more_by_page(made, counts, index):
        yield from _changed(made, binding, current + 1)


def _is_more_by_page(made: Made, counts: Counts, index: int) -> bool:
    """True where a page follows the one of this index, counted from 0."""
    if counts.more is not None:
        return counts.more
    pages = counts.total_pages()
    if pages is not None:
        return index + 1 < pages
    total, size = counts.say(TOTAL), _size(made, counts, index)
    return total is not None and size > 0 and (index + 1) * size < total


def _size(made: Made, counts: Counts, index: int) -> int:
    """Return how many items a page holds: as the answer says, else those of the first page, else as was asked for."""
    said = counts.say(SIZE)
    if said is not None:
        return said
    if index == 0:
        return counts.items or 0
    asked = _named(made, SIZE)
    return (_given(made, asked[0]) or _default(made, asked[0]) or 0) if len(asked) == 1 else 0


def _is_zero_based(made: Made, binding: Binding, counts: Counts) -> bool:
    for said in (_default(made, binding), _schema(made, binding).get("minimum")):
        if said in (0, 1) and not isinstance(said, bool):
            return said == 0
    if _given(made, binding) == 0 or (_given(made, binding) is None and counts.say(PAGE_WORDS) == 0):
        return True
    return first_of(counts.places, ("number",), int) is not None and _given(made, binding) is None


def _by_offset(made: Made, binding: Binding, counts: Counts) -> Iterator[dict[str, Any]]:
    is_one_based = binding.name.lower() == "startindex"  # RFC 7644 section 3.4.2.4, OpenSearch
    given, said = _given(made, binding), counts.say(_OFFSET)
    start = given if given is not None else said if said is not None else _default(made, binding)
    current = int(is_one_based) if start is None else start
    total, items = counts.say(TOTAL), counts.items or 0
    is_more = counts.more if counts.more is not None else total is not None and current - is_one_based + items < total
    if items and is_more and (total is None or current <= total):
        yield from _changed(made, binding, current + items)


def _changed(made: Made, binding: Binding, number: int) -> Iterator[dict[str, Any]]:
    value = read_scalar(made.tool, binding.argument, str(number))
    if value is not None and number < _FARTHEST:
        yield {**made.arguments, binding.argument: value}


def _given(made: Made, binding: Binding) -> int | None:
    return _whole(made.arguments.get(binding.argument))


def _default(made: Made, binding: Binding) -> int | None:
    return _whole(_schema(made, binding).get("default"))


def _whole(value: Any) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 16:
        return int(value)
    is_whole = isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < _LARGEST
    return int(value) if is_whole and value == int(value) else None


def _schema(made: Made, binding: Binding) -> Mapping[str, Any]:
    schema = made.tool.input_schema.get("properties", {}).get(binding.argument)
    return schema if isinstance(schema, Mapping) else {}
