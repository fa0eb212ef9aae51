"""The lookup of a thing by what it is called: taken where exactly one is called so, in a list that is whole."""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import Any

from openapi_mcp.model.call import Call
from openapi_mcp.model.text import one_line
from openapi_mcp.recovery.listed import items_in
from openapi_mcp.recovery.lookup.doubted import doubted
from openapi_mcp.recovery.lookup.ended import ended
from openapi_mcp.recovery.lookup.naming import ALIKE, is_called, likeness, names_of
from openapi_mcp.recovery.lookup.newest import times_of
from openapi_mcp.recovery.lookup.paging import page_after
from openapi_mcp.recovery.lookup.records import MOST_RECORDS, Identified, identified
from openapi_mcp.recovery.lookup.wanted import Known, Wanted
from openapi_mcp.recovery.lookup.ways import Way, ways
from openapi_mcp.recovery.lookup.whole import Seen, is_whole
from openapi_mcp.recovery.steps import Found, Lookup
from openapi_mcp.recovery.strategy import Told

_MOST_NEAR = 5
_MOST_WEIGHED = 500  # records whose names are compared with the text
LONGEST_TOLD = 80
"""Characters of a name, or of an id, that are told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """The id of the one thing that is called so, and how it was found, in words."""

    id: str | int
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotCalledSo(Told):
    """What is told where nothing is called so.

    `is_certain` where things were seen, all of them or none with a name, and none is called nearly so.
    """

    is_certain: bool = False


@dataclass(slots=True, kw_only=True)
class Read:
    """The records that a lookup brought, from as many pages as were read; `is_whole` where there are no more.

    It `is_answered` where its items are of the kind that was asked for, or there are none.
    """

    records: list[Identified] = field(default_factory=list)
    is_whole: bool = False
    is_answered: bool = False


def find(wanted: Wanted, known: Known) -> Generator[Lookup, Found | None, Taken | Told | None]:
    """Return the id of what is called so; else what may be meant, or None where nothing could be asked."""
    said: Told | None = None
    for way in ways(wanted, known):
        read = yield from _read(way, wanted, known)
        if not read.is_answered:
            continue
        outcome = _outcome(read, way, wanted)
        if isinstance(outcome, Taken) or read.records:
            return outcome
        said = said or outcome
    return said


def _read(way: Way, wanted: Wanted, known: Known) -> Generator[Lookup, Found | None, Read]:
    """Return the records of a lookup and of the pages behind it, until two are called so."""

    def is_enough(read: Read) -> bool:
        return len(_meant(_exact(read, wanted), wanted)) > 1

    read: Read = yield from read_list(way, wanted.entity, known, is_enough)
    return read


def read_list(
    way: Way, entity: str, known: Known, is_enough: Callable[[Read], bool] = lambda _read: False
) -> Generator[Lookup, Found | None, Read]:
    """Return the records of a list, page by page, as far as lookups reach."""
    read, call, before, size = Read(), way.call, way.call, 0
    asked = {repr(call.arguments)}
    while True:
        found = yield Lookup(call=call)
        if found is None:
            return read
        seen = _take_in(read, found, way, entity, size)
        read.is_whole = is_whole(found, seen, known.tools[call.tool], call.arguments) and seen.in_all <= MOST_RECORDS
        further = found.next or page_after(before, call, found, seen)
        is_done = further is None or repr(further.arguments) in asked or seen.in_all > MOST_RECORDS
        if further is None or is_done or is_enough(read):
            return read
        asked.add(repr(further.arguments))
        before, call, size = call, further, size or seen.on_page


def _take_in(read: Read, found: Found, way: Way, entity: str, page_size: int) -> Seen:
    """Add the records of a page to what was read; return how many were seen."""
    records, items = identified(found.value, way.producer, entity), items_in(found.value)
    has_ids = any(each.id is not None for each in records)
    read.is_answered = read.is_answered or has_ids or not items
    read.records += records
    return Seen(in_all=len(read.records), on_page=max(len(records), len(items)), page_size=page_size)


_Exact = dict[str | int | None, Identified]


def _exact(read: Read, wanted: Wanted) -> _Exact:
    """Return the records that are called exactly so, by their ids: one that comes twice is one."""
    return {each.id: each for each in read.records if is_called(names_of(each.record, wanted.entity), wanted.text)}


def _meant(exact: _Exact, wanted: Wanted) -> _Exact:
    """Return what may be meant of the things that are called so: for a read, what is in use before what is not."""
    live = {id: each for id, each in exact.items() if not ended(each.record, wanted.entity)}
    return exact if wanted.for_write else live or exact


def _outcome(read: Read, way: Way, wanted: Wanted) -> Taken | Told:
    exact = _meant(_exact(read, wanted), wanted)
    if len(exact) == 1 and (state := _state(next(iter(exact.values())), wanted)):
        said = ", ".join(f'"{name}" is {_shown(value)}' for name, value in state.items())
        hint = f"the {_kind(wanted)} that is called {_shown(wanted.text)} may be gone ({said})"
        return Told(near=_told(list(exact.values()), wanted), hint=f"{hint}: make sure it is meant, then give its id")
    id = wanted.fitting(next(iter(exact))) if len(exact) == 1 else None
    if id is not None and read.is_whole:
        return Taken(id=id, how=f"{looked_up(wanted.text, way.call)}: {_kind(wanted)} {id}")
    if len(exact) > 1:
        hint = f"{_shown(wanted.text)} names more than one {_kind(wanted)}: ask which is meant, then {wanted.then}"
        return Told(near=_told(list(exact.values()), wanted), hint=hint)
    if exact and not read.is_whole:
        hint = f"one {_kind(wanted)} of those seen is called {_shown(wanted.text)}, but the list goes on"
        return Told(near=_told(list(exact.values()), wanted), hint=f"{hint}: make sure it is meant, then {wanted.then}")
    if exact:
        hint = f"the {_kind(wanted)} that is called {_shown(wanted.text)} has no id that fits here"
        return Told(near=_told(list(exact.values()), wanted), hint=hint)
    return _none(read, wanted)


def _state(each: Identified, wanted: Wanted) -> Mapping[str, Any]:
    """Return the field by which a thing is gone, or for a write may be gone."""
    state = ended(each.record, wanted.entity)
    return state or (doubted(each.record, wanted.entity) if wanted.for_write else {})


def _none(read: Read, wanted: Wanted) -> NotCalledSo:
    """Return what is said where nothing is called so: what is called nearly so."""
    near = _nearest(read, wanted)
    where = "" if read.is_whole else " among those seen"
    hint = f"no {_kind(wanted)}{where} is called {_shown(wanted.text)}"
    return NotCalledSo(
        near=_told(near, wanted),
        hint=f"{hint}: choose one that is there, then {wanted.then}" if near else hint,
        is_certain=bool(read.records) and not near and (read.is_whole or not _have_names(read, wanted)),
    )


def _have_names(read: Read, wanted: Wanted) -> bool:
    return any(names_of(each.record, wanted.entity) for each in read.records[:_MOST_WEIGHED])


def _nearest(read: Read, wanted: Wanted) -> list[Identified]:
    """Return the records whose names are nearest to the text."""
    weighed = [
        (likeness(names_of(each.record, wanted.entity), wanted.text), each) for each in read.records[:_MOST_WEIGHED]
    ]
    weighed.sort(key=lambda each: -each[0])
    return [each for weight, each in weighed if weight >= ALIKE]


def _told(records: list[Identified], wanted: Wanted) -> tuple[Mapping[str, Any], ...]:
    """Return the first few things, each once, as they are told: {"id": 7, "name": "Bob"}."""
    by_id = {each.id: each for each in reversed(records) if each.id is not None}
    return tuple(as_told(by_id[id], wanted.entity, wanted.told_as) for id in list(reversed(by_id))[:_MOST_NEAR])


def as_told(each: Identified, entity: str, told_as: str = "id") -> Mapping[str, Any]:
    """Return a thing as it is told, with what says that it may be gone: {"id": 7, "name": "Bob (bob@example.com)"}.

    Its id stands under another name where it is the id of another kind of thing than the one that is asked for.
    """
    names = [one_line(name, LONGEST_TOLD) for name in names_of(each.record, entity)[:2]]
    id = one_line(each.id, LONGEST_TOLD) if isinstance(each.id, str) else each.id
    state = ended(each.record, entity)
    if names:
        return {told_as: id, "name": names[0] + (f" ({names[1]})" if names[1:] else ""), **state}
    times = {name: each.record[name] for name in times_of(each.record, entity)[:1]}
    return {told_as: id, **{name: one_line(str(time), LONGEST_TOLD) for name, time in times.items()}, **state}


def looked_up(text: str, call: Call) -> str:
    """Say how something was looked up: looked "Bob" up with customers_list(search="Bob")."""
    given = ", ".join(f"{name}={_shown(value)}" for name, value in call.arguments.items())
    return f"looked {_shown(text)} up with {call.tool}({given})"


def _shown(value: Any) -> str:
    return f'"{one_line(value, LONGEST_TOLD)}"' if isinstance(value, str) else str(value)


def _kind(wanted: Wanted) -> str:
    return wanted.entity.replace("_", " ")
