"""Things named by what they belong to: "Bob's latest order" is looked up in two steps, Bob, then his orders."""

from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from openapi_mcp.model.call import Call
from openapi_mcp.model.capability import Need, Producer
from openapi_mcp.model.fault import Suggestion
from openapi_mcp.model.text import one_line
from openapi_mcp.recovery.lookup.find import LONGEST_TOLD, Read, Taken, as_told, find, looked_up, read_list
from openapi_mcp.recovery.lookup.newest import chosen, opinions
from openapi_mcp.recovery.lookup.phrase import Phrase, Which
from openapi_mcp.recovery.lookup.records import Identified
from openapi_mcp.recovery.lookup.wanted import Known, Wanted, schema_of
from openapi_mcp.recovery.lookup.ways import Way, lacking, readers, scope_of
from openapi_mcp.recovery.lookup.whole import largest_page
from openapi_mcp.recovery.steps import Found, Lookup
from openapi_mcp.recovery.strategy import Told
from openapi_mcp.recovery.values import value_at

_PEOPLE = frozenset(
    (
        "customer", "user", "person", "client", "account", "member", "employee", "contact", "owner", "author", "buyer",
        "patient", "student", "company", "organization", "organisation", "org", "team", "vendor", "supplier", "group",
        "guest", "subscriber", "player", "artist", "driver", "tenant", "merchant", "seller", "profile", "lead",
    )
)  # fmt: skip
_MOST_NEAR = 5
_MOST_TRIES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """A list of things, and the need of its tool that says whose they are."""

    producer: Producer
    owner: Need
    scope: Mapping[str, Any]


def find_of(phrase: Phrase, wanted: Wanted, known: Known) -> Generator[Lookup, Found | None, Taken | Told | None]:
    """Return the id of the thing that a phrase names: hop one finds whose, hop two reads theirs and chooses."""
    for path in _paths(wanted, known):
        tool = known.tools[path.producer.tool]
        owner = Wanted(
            text=phrase.name,
            entity=path.owner.entity,
            producers=path.owner.producers,
            tool=tool,
            schema=schema_of(tool, path.owner.argument),
            given=path.scope,
            for_write=wanted.for_write,
            told_as=path.owner.entity,
            then=f"find its {wanted.entity.replace('_', ' ')} with {tool.name}",
        )
        found = yield from find(owner, known)
        if not isinstance(found, Taken):
            return _with_second_steps(found, path, owner, known) if found is not None else None
        return (yield from _theirs(path, found, phrase, wanted, known))
    return None


def owner_of(wanted: Wanted, known: Known) -> str:
    """Return the kind of thing that what is wanted may be named by: "customer" of an order; "" where there is none."""
    return next((path.owner.entity for path in _paths(wanted, known)), "")


def _with_second_steps(told: Told, path: Path, owner: Wanted, known: Known) -> Told:
    """Return what is told of whose it may be, with the calls that list theirs."""
    kind, tool = owner.entity.replace("_", " "), path.producer.tool
    ids = [owner.fitting(each[owner.told_as]) for each in told.near[:_MOST_TRIES]]
    steps = [
        Suggestion(tool=tool, why=f"reads what {kind} {id} has", arguments={**path.scope, path.owner.argument: id})
        for id in ids
        if id is not None and len(str(id)) < LONGEST_TOLD  # a longer one is told in short
    ]
    lists = [Suggestion(tool=each.tool, why=f"yields {kind}: {each.field}") for each in readers(owner, known)]
    return replace(told, tries=tuple(steps or lists[:1]))


def _paths(wanted: Wanted, known: Known) -> Iterator[Path]:
    """Yield the lists of what is wanted that can be asked for those of one owner."""
    for producer in readers(wanted, known):
        tool = known.tools[producer.tool]
        scope = scope_of(tool, wanted, known)
        owner = _owner(producer, wanted, known)
        if owner is not None and not lacking(tool, {**scope, owner.argument: ""}):
            yield Path(producer=producer, owner=owner, scope=scope)


def _owner(producer: Producer, wanted: Wanted, known: Known) -> Need | None:
    """Return the need of a list that says whose things it has: the only one, or the only one that is somebody."""
    tool = known.tools[producer.tool]
    needs = [
        need
        for need in known.of(producer.tool).needs
        if need.producers and need.entity != wanted.entity and need.argument in tool.input_schema.get("properties", {})
    ]
    people = [need for need in needs if need.entity in _PEOPLE]
    named = needs if len(needs) == 1 else people
    return named[0] if len(named) == 1 else None


def _theirs(
    path: Path, owner: Taken, phrase: Phrase, wanted: Wanted, known: Known
) -> Generator[Lookup, Found | None, Taken | Told | None]:
    """Return which of an owner's things is meant."""
    tool = known.tools[path.producer.tool]
    arguments = {**path.scope, path.owner.argument: owner.id}
    way = Way(producer=path.producer, arguments={**arguments, **largest_page(tool)})
    read: Read = yield from read_list(way, wanted.entity, known)
    if not read.is_answered:
        return None
    theirs = [each for each in read.records if _is_theirs(each, path, owner, known)]
    found = chosen(theirs, phrase.which, wanted.entity) if read.is_whole and not phrase.is_plural else None
    id = wanted.fitting(found[0].id) if found is not None else None
    if found is None or id is None:
        return _told(theirs, read, phrase, wanted)
    by = f" {phrase.which} {wanted.entity} by {found[1]}" if found[1] else f" only {wanted.entity}"
    listed = looked_up("", Call(tool=tool.name, arguments=arguments)).removeprefix('looked "" up with ')
    return Taken(id=id, how=f"{owner.how}; its{by} with {listed}: {id}")


def _is_theirs(each: Identified, path: Path, owner: Taken, known: Known) -> bool:
    """False for a record that says itself that it is another's: a filter may not have been heeded."""
    for one in known.of(path.producer.tool).yields:
        way = one.field.rpartition("[]")[2].strip(".").split(".")
        if one.entity == path.owner.entity and one.field.count("[]") == path.producer.field.count("[]"):
            said = value_at(each.record, tuple(way))
            return not isinstance(said, (str, int)) or str(said) == str(owner.id)
    return True


def _told(theirs: list[Identified], read: Read, phrase: Phrase, wanted: Wanted) -> Told:
    kind = wanted.entity.replace("_", " ")
    best = opinions(theirs, phrase.which) if phrase.which is not Which.ONLY else {}
    meant = frozenset[str | int | None]().union(*best.values())
    theirs = sorted(theirs, key=lambda each: each.id not in meant)
    near = tuple(as_told(each, wanted.entity) for each in theirs[:_MOST_NEAR])
    if not theirs and read.is_whole:
        return Told(hint=f"{phrase.name} has no {kind}")
    if not read.is_whole:
        why = f"{phrase.name} has more of them than were looked at"
    elif phrase.is_plural:
        why = f"several are asked for, and this takes one {kind}"
    elif phrase.which is Which.ONLY:
        why = f"{phrase.name} has more than one {kind}"
    else:
        why = f"which {kind} of {phrase.name} is the {phrase.which} one is not clear{_disagreeing(best)}"
    return Told(near=near, hint=f"{why}: ask which is meant, then give its id")


def _disagreeing(best: Mapping[str, frozenset[str | int | None]]) -> str:
    """Say which times name different things: ' ("created_at" says 7, "starts_at" 8)'."""
    said: dict[Any, str] = {}
    for name, ids in best.items():
        if len(ids) == 1:
            said.setdefault(ids, name)
    if len(said) < 2:
        return ""
    few = [f"{one_line(name, 40)} says {one_line(str(next(iter(ids))), 40)}" for ids, name in said.items()]
    return f" ({', '.join(few[:2])})"
