"""The mark from which the next page goes on, as an answer names it, and the argument that takes it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from openapi_mcp.model.document import Location
from openapi_mcp.model.jsontext import JsonValue
from openapi_mcp.model.tool import Binding, BindingKind, Tool
from openapi_mcp.response.envelope import Fields, first_of, word
from openapi_mcp.response.links import LONGEST, is_url
from openapi_mcp.response.readback import Made, read_scalar

_KEYS = (
    "nextcursor", "nextpagetoken", "nexttoken", "nextmarker", "nextcontinuationtoken", "continuationtoken",
    "nextpagecursor", "nextkey", "nextoffset", "nextstart", "nextpage", "continue", "bookmark", "scrollid",
    "paginationtoken", "lastevaluatedkey", "cursor", "next", "after", "offset",
)  # fmt: skip
_ONLY_WITH_MORE = ("endcursor", "lastid")  # said of the last page too
_OF_PAGES_ONLY = ("continue", "bookmark", "scrollid", "cursor", "next", "after", "offset")  # one thing has such fields
_OF_NEXT_ONLY = ("offset",)  # elsewhere it says where this page is
_URL_OR_MARK = ("next", "nextpage")
_NUMBERS = ("next", "nextpage", "nextoffset", "nextstart")  # a number there is no mark, but the place itself
_TAKERS = frozenset(
    (
        "cursor", "pagetoken", "nexttoken", "nextpagetoken", "continuationtoken", "continue", "after", "startingafter",
        "marker", "pagecursor", "pageafter", "startcursor", "nextcursor", "scrollid", "exclusivestartkey", "bookmark",
        "startkey", "paginationtoken", "afterid", "aftercursor", "nextmarker",
    )
)  # fmt: skip
_MORE = ("hasmore", "hasnext", "hasnextpage", "hasmoreitems", "moreitemsincollection", "istruncated", "more", "next")
_LAST = ("last", "islast", "islastpage", "lastpage")
_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:[T ].*)?")
MARKS = frozenset({*_KEYS, *_ONLY_WITH_MORE})
"""What holds such a mark, by plain words."""
MARK_WORDS = frozenset({*MARKS, *_MORE, *_LAST}) - {*_OF_NEXT_ONLY}
"""What says that there is more, and from where, by plain words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taking:
    """What marks are taken: of one thing that is no page only those under a name such as `next_cursor`.

    With `only_given` only an argument that the call has is changed: it says by number already where it is. With
    `only_made_for_marks` a namesake is not enough: the argument must be one that takes marks and nothing else.
    """

    is_page: bool = True
    only_given: bool = False
    only_made_for_marks: bool = False


def has_more(places: Sequence[Fields]) -> bool | None:
    """Return what an answer says of more in a word: {"has_more": true} -> True, {"last": true} -> False, else None."""
    more = first_of(places, _MORE, bool)
    if isinstance(more, bool):
        return more
    last = first_of(places, _LAST, bool)
    return not last if isinstance(last, bool) else None


def queries(tool: Tool) -> dict[str, Binding]:
    """Return the inputs of a query or a body's fields by plain words, those without a namesake."""
    found: dict[str, list[Binding]] = {}
    for binding in tool.bindings:
        is_query = binding.parameter is not None and binding.parameter.location is Location.QUERY
        if is_query or binding.kind is BindingKind.BODY_FIELD:
            found.setdefault(word(binding.name), []).append(binding)
    return {name: bindings[0] for name, bindings in found.items() if len(bindings) == 1}


def takes_cursor(made: Made) -> bool:
    """True for a call that goes on from a mark itself."""
    return any(name in _TAKERS and binding.argument in made.arguments for name, binding in queries(made.tool).items())


def says_more(made: Made, places: Sequence[Fields]) -> bool:
    """True where an answer says in a word that there is more, or names a mark that the tool takes."""
    more = has_more(places)
    if more is not None:
        return more
    inputs = queries(made.tool)
    return any(_taker(inputs, key, text) for key, text in _marks(places, None, is_page=False))


def by_cursor(
    made: Made, places: Sequence[Fields], more: bool | None, taking: Taking | None = None
) -> Iterator[dict[str, Any]]:
    """Yield the arguments that go on from each mark that an answer names, in the argument that fits it.

    {"nextPageToken": "abc"}, an argument `pageToken` -> {..., "pageToken": "abc"}
    """
    inputs, taking = queries(made.tool), taking or Taking()
    for key, text in _marks(places, more, is_page=taking.is_page):
        binding = _taker(inputs, key, text)
        if binding is None or not _may_take(made, binding, taking) or _is_echo(made, binding, key, text):
            continue
        value = read_scalar(made.tool, binding.argument, text)
        if value is not None:
            yield {**made.arguments, binding.argument: value}


def _may_take(made: Made, binding: Binding, taking: Taking) -> bool:
    if taking.only_made_for_marks and word(binding.name) not in _TAKERS:
        return False
    return not taking.only_given or binding.argument in made.arguments


def _is_echo(made: Made, binding: Binding, key: str, text: str) -> bool:
    """True for a filter that the answer says again: `after` 2024-01-01 as {"after": "2024-01-01T00:00:00Z"}."""
    if key not in _OF_PAGES_ONLY or word(binding.name) != key:
        return False
    given = str(made.arguments.get(binding.argument, ""))
    return bool(_DATE.fullmatch(text)) or text.strip().casefold() == given.strip().casefold()


def by_last_item(made: Made, items: Sequence[JsonValue], more: bool | None) -> Iterator[dict[str, Any]]:
    """Yield the arguments that go on after the last item, as Stripe's lists do: `starting_after` is its id."""
    inputs = queries(made.tool)
    after, before = inputs.get("startingafter"), inputs.get("endingbefore")
    if after is None or not more or not items or (before is not None and before.argument in made.arguments):
        return
    last = items[-1]
    text = _text(last.get("id")) if isinstance(last, dict) else None
    value = read_scalar(made.tool, after.argument, text) if text else None
    if value is not None:
        yield {**made.arguments, after.argument: value}


def is_last_mark(made: Made, places: Sequence[Fields]) -> bool:
    """True where an answer names a mark that the tool would take, and leaves it empty."""
    inputs = queries(made.tool)
    return any(
        key in place and _text(place[key]) is None and not isinstance(place[key], (dict, list)) and _taker(inputs, key)
        for place in places
        for key in _KEYS
        if key not in _OF_NEXT_ONLY
    )


def _marks(places: Sequence[Fields], more: bool | None, *, is_page: bool) -> Iterator[tuple[str, str]]:
    keys = [key for key in (*_KEYS, *(_ONLY_WITH_MORE if more else ())) if is_page or key not in _OF_PAGES_ONLY]
    for place in places:
        for key in keys:
            text = _text(place.get(key))
            if text is not None and _is_onward(place, key, more):
                yield key, text


def _is_onward(place: Fields, key: str, more: bool | None) -> bool:
    if key == "after":  # with `before`, both are the ends of this page
        return bool(more) or not place.get("before")
    if key in _URL_OR_MARK and is_url(str(place[key])):
        return False
    if key in _OF_NEXT_ONLY:  # Asana: {"next_page": {"offset": ..., "uri": ...}}
        return "uri" in place
    return True


def _text(value: JsonValue) -> str | None:
    """Return a mark as text; None where it is none, which 0, false and empty text say as well."""
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return None
    text = str(value) if isinstance(value, str) or abs(value) < 10**30 else ""
    return text if text not in ("", "0") and len(text) <= LONGEST and text.isprintable() else None


def _taker(inputs: Mapping[str, Binding], key: str, text: str = "") -> Binding | None:
    """Return the input that takes a mark: its namesake, else the only one of those made for marks."""
    for name in (key, key.removeprefix("next")):
        if name in inputs:
            return inputs[name]
    if key in _NUMBERS and text.isdigit():
        return None
    fitting = [binding for name, binding in inputs.items() if name in _TAKERS]
    return fitting[0] if len(fitting) == 1 else None
