"""Which of several records is the latest, or the first: by the one time at which things of its kind come to be."""

from datetime import UTC, datetime
from itertools import islice

from openapi_mcp.index.entities import split_as_is
from openapi_mcp.model.jsontext import JsonValue
from openapi_mcp.recovery.lookup.naming import Record
from openapi_mcp.recovery.lookup.phrase import Which
from openapi_mcp.recovery.lookup.records import Identified
from openapi_mcp.response.envelope import word

_TIMES = frozenset(
    (
        "created", "createdat", "createdon", "createddate", "createdtime", "createtime", "creationdate",
        "creationtime", "datecreated", "dateadded", "addedat", "orderedat", "orderdate", "placedat", "placedon",
        "date", "datetime", "timestamp", "time", "issuedat", "issuedate", "issuedon", "openedat", "submittedat",
        "postedat", "publishedat", "purchasedat", "purchasedate", "bookedat", "startedat", "receivedat", "sentat",
    )
)  # fmt: skip
_MOST_FIELDS = 60  # of a record
_LONGEST = 40  # characters of a time
_LARGEST = 1e15  # of a time as a number: milliseconds since 1970


_CHANGES = frozenset(("updated", "update", "modified", "changed", "edited", "synced", "seen", "accessed", "viewed"))


def chosen(records: list[Identified], which: Which, entity: str) -> tuple[Identified, str] | None:
    """Return the record that is meant and the field that says so ("" for the only one); None where none surely is.

    Every time that all of the records have must say the same: what was created last may not start last.
    """
    if len({each.id for each in records}) == 1:
        return records[0], ""
    if which is Which.ONLY or not records:
        return None
    best, born = opinions(records, which), times_of(records[0].record, entity)
    common = frozenset.intersection(*best.values()) if best else frozenset[str | int | None]()
    told_by = next((name for name in born if len(best.get(name, ())) == 1), "")
    if len(common) != 1 or not told_by:
        return None
    return next(each for each in records if each.id in common), told_by


def opinions(records: list[Identified], which: Which) -> dict[str, frozenset[str | int | None]]:
    """Return the ids that are first or last by each field that is a time in all records: {"starts_at": {7}}.

    What was created last need not start last. Only when a record was changed says nothing of the thing.
    """
    first = records[0].record if records else {}
    names = (name for name in islice(first, _MOST_FIELDS) if not _CHANGES & set(split_as_is(name)))
    best = {name: _best(records, name, which) for name in names if _may_be_time(name, first[name])}
    return {name: ids for name, ids in best.items() if ids}


def _may_be_time(name: str, value: JsonValue) -> bool:
    """True for a text, which is read, and for a number whose name says that it is a time."""
    words = split_as_is(name)
    return isinstance(value, str) or word(name[:80]) in _TIMES or bool({"at", "time", "timestamp"} & set(words[-1:]))


def times_of(record: Record, entity: str) -> list[str]:
    """Return the fields that say when a thing came to be, "created" first."""
    kind = word(entity)
    named = ((name, word(name[:80])) for name in islice(record, _MOST_FIELDS))
    found = [name for name, said in named if said in _TIMES or said.removeprefix(kind) in _TIMES]
    return sorted(found, key=lambda name: not word(name[:80]).startswith("created"))


def _best(records: list[Identified], name: str, which: Which) -> frozenset[str | int | None]:
    """Return the ids of the records with the greatest time in a field (or the least); none where one has no time."""
    times = [_as_time(each.record.get(name)) for each in records]
    known = [time for time in times if time is not None]
    if len(known) < len(records) or len({form for _, form in known}) != 1:
        return frozenset()
    wanted = max(known) if which is Which.LATEST else min(known)
    return frozenset(each.id for each, time in zip(records, known, strict=True) if time == wanted)


def _as_time(value: JsonValue) -> tuple[float, str] | None:
    """Return a time as a number that is only compared, and its form; None for what is neither ISO 8601 nor seconds."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return (float(value), "number") if 0 < value < _LARGEST else None
    if not isinstance(value, str) or len(value) > _LONGEST:
        return None
    try:
        time = datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    form = "local" if time.tzinfo is None else "zoned"
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp(), form
