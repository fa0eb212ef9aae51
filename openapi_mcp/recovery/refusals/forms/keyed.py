"""Objects whose names are the fields: {"email": ["Enter a valid email address."]}, nested as the request is."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import Any

from openapi_mcp.model.fault import Path, place
from openapi_mcp.model.pointer import join
from openapi_mcp.model.text import one_line
from openapi_mcp.recovery.refusals.complaint import LONGEST_NAME, LONGEST_SAID, MOST_COMPLAINTS, Complaint
from openapi_mcp.recovery.refusals.forms.item import complaint_of
from openapi_mcp.recovery.refusals.forms.names import LOCATIONS, NO_FIELDS, OF_THE_WHOLE, plain, steps_of

_DEEPEST = 6
_MOST_FIELDS = 100  # of one object that are looked at
_OF_THE_WHOLE = frozenset((*OF_THE_WHOLE, "errors", "schema", "form", "detail"))


def by_field(found: Mapping[str, Any], at: str, *, is_loose: bool = False) -> Iterator[Complaint]:
    """Yield what an object says of the fields that its names are; one for each field.

    {"items": [{}, {"quantity": ["Too many."]}]} -> ("items", 1, "quantity"). Django REST Framework, Rails, Laravel,
    ASP.NET (ModelState), marshmallow, Mongoose.
    """
    located = _one_location(found)
    if located is not None:
        name, location = located
        yield from _Keyed(location, is_loose).of_object(found[name], join(at, name), (), _DEEPEST)
    else:
        yield from _Keyed("", is_loose).of_object(found, at, (), _DEEPEST)


def _one_location(found: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return the one name and location that the fields stand under: {"json": {"quantity": ["..."]}} of webargs."""
    names = list(islice(found, 2))
    if len(names) == 1 and isinstance(found[names[0]], dict) and (location := LOCATIONS.get(plain(names[0][:40]))):
        return names[0], location
    return None


class _Keyed:
    def __init__(self, location: str, is_loose: bool) -> None:
        self._location = location
        self._is_loose = is_loose

    def of_object(self, found: Mapping[str, Any], at: str, above: Path, deepest: int) -> Iterator[Complaint]:
        for name, value in islice(found.items(), _MOST_FIELDS):
            is_rule = bool(above) and name.startswith("_")  # CakePHP: {"email": {"_required": "..."}}
            own = () if is_rule or plain(name[:LONGEST_NAME]) in _OF_THE_WHOLE else steps_of(name)
            yield from self._of_value(value, join(at, name), (*above, *own), name if own and not above else "", deepest)

    def _of_value(self, value: Any, at: str, steps: Path, written: str, deepest: int) -> Iterator[Complaint]:
        match value:
            case str() if value.strip():
                yield self._said(value, at, steps, written)
            case [str() as first, *_] if first.strip():
                yield self._said(first, join(at, 0), steps, written, is_list=True)
            case dict() if deepest:
                one = complaint_of(value, at, field=steps) if _says(value) else None
                yield from [self._held(one)] if one else self.of_object(value, at, steps, deepest - 1)
            case list() if deepest:
                yield from self._of_list(value, at, steps, deepest)

    def _of_list(self, value: list[Any], at: str, steps: Path, deepest: int) -> Iterator[Complaint]:
        for index, each in enumerate(islice(value, _MOST_FIELDS)):
            if not isinstance(each, dict):
                continue
            if _says(each) and (one := complaint_of(each, join(at, index), field=steps)):
                yield self._held(one)
            elif (place := _place_in_list(each, index)) is not None:
                yield from self.of_object(each, join(at, index), (*steps, place), deepest - 1)

    def _held(self, one: Complaint) -> Complaint:
        return replace(one, is_loose=one.is_loose or self._is_loose)

    def _said(self, value: str, at: str, steps: Path, written: str, *, is_list: bool = False) -> Complaint:
        said = one_line(value[: 4 * LONGEST_SAID], LONGEST_SAID)
        named = (written or place(steps))[:LONGEST_NAME]
        is_loose = (
            self._is_loose or (" " not in said and not is_list) or any(plain(str(step)) in NO_FIELDS for step in steps)
        )
        return Complaint(said=said, at=at, named=named, steps=steps, location=self._location, is_loose=is_loose)


def _place_in_list(each: Mapping[str, Any], index: int) -> int | None:
    """Return which item of the request one of a list of errors is of: its own where nothing in it says otherwise.

    {"index": 3, "errors": {...}} -> 3; {"row": "7", "errors": {...}} -> None: it may be any.
    """
    told = each.get("index")
    if isinstance(told, int) and not isinstance(told, bool) and told >= 0:
        return told
    is_of_errors = all(isinstance(value, (list, dict)) for value in islice(each.values(), _MOST_FIELDS))
    return index if is_of_errors else None


def _says(value: Mapping[str, Any]) -> bool:
    """True for an object that is what is said of a field, and holds no fields: {"message": "...", "code": "..."}."""
    texts = [value.get(name) for name in ("message", "msg", "error", "detail", "description", "defaultMessage")]
    return any(isinstance(text, str) or (isinstance(text, list) and "msg" in value) for text in texts)


def first_ones(found: Iterator[Complaint]) -> list[Complaint]:
    """Return as many complaints as are read."""
    return list(islice(found, MOST_COMPLAINTS))
