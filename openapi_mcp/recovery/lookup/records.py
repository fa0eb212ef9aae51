"""The records of an answer, each with the value that identifies a thing: where a need says that it is."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from openapi_mcp.index.entities import IDS, is_wrapper, parse, segments, split
from openapi_mcp.model.capability import Producer
from openapi_mcp.model.jsontext import JsonValue
from openapi_mcp.model.secret import MASK
from openapi_mcp.recovery.listed import items_in
from openapi_mcp.recovery.lookup.naming import Record

MOST_RECORDS = 2_000
"""Of one answer that are looked at."""
_DEEPEST = 12  # steps of a field
_LONGEST_ID = 500  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Identified:
    """A record of a thing, and the value in it that identifies the thing; None where it has none that can be used."""

    id: str | int | None
    record: Record


def identified(value: JsonValue, producer: Producer, entity: str) -> list[Identified]:
    """Return the records of an answer that are those of a producer's field, at most MOST_RECORDS and one more.

    ({"results": [{"id": 7, "name": "Bob"}]}, "results[].id") -> [7 of {"id": 7, "name": "Bob"}]. Where the answer has
    another form than the document says, its list is read: [{"id": 7, "name": "Bob"}]
    """
    way, _, key = producer.field.rpartition(".")
    if key.endswith("]"):  # a list of ids, of which the record does not say which is what
        return []
    found = islice(_at(value, way.split(".") if way else []), MOST_RECORDS + 1) if key else ()
    records = [each for each in found if isinstance(each, dict)] or _listed(value, way)
    wanted = (_keyed(record, key, producer, entity) for record in records[: MOST_RECORDS + 1])
    return [each for each in wanted if each is not None]


def _listed(value: JsonValue, way: str) -> list[Record]:
    """Return the items of an answer, where what is wanted is no part of an item."""
    is_flat = way.count("[]") <= 1 and way.count(".") <= 1
    return [each for each in items_in(value) if isinstance(each, dict)] if is_flat else []


def _at(value: JsonValue, steps: list[str]) -> Iterator[JsonValue]:
    """Yield what stands at the end of a way: ["results[]"] -> each of the results."""
    if not steps or len(steps) > _DEEPEST:
        yield value
        return
    name, lists = steps[0].rstrip("[]"), steps[0].count("[]")
    held = value.get(name) if name and isinstance(value, dict) else value
    for each in _items(held, lists):
        yield from _at(each, steps[1:])


def _items(value: JsonValue, lists: int) -> Iterator[JsonValue]:
    if not lists:
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from _items(each, min(lists, 4) - 1)


def _keyed(record: Record, key: str, producer: Producer, entity: str) -> Identified | None:
    """Return a record with its id; None for one of something else."""
    if key and not _is_own(record, key, producer, entity):
        return None
    value = record.get(key or _own_key(record, entity))
    if isinstance(value, bool) or not isinstance(value, (str, int)) or not is_usable(value):
        return Identified(id=None, record=record)
    return Identified(id=value, record=record)


def is_usable(value: str | int) -> bool:
    """True for a value that can stand for a thing: not empty, not endless, not masked."""
    if isinstance(value, int):
        return abs(value) < 10**18
    return bool(value.strip()) and len(value) <= _LONGEST_ID and MASK not in value


def _own_key(record: Record, entity: str) -> str:
    """Return the name of what identifies a record of which the document says nothing: "id", "uuid", "customer_id"."""
    own = (name for name in islice(record, 200) if _says_id_of(name, entity))
    return "id" if "id" in record else next(own, "")


def _says_id_of(name: str, entity: str) -> bool:
    found = parse(name)
    return found.key in IDS and not found.is_plural and "_".join(found.words) in ("", entity)


def _is_own(record: Record, key: str, producer: Producer, entity: str) -> bool:
    """True where a record is the thing itself: {"id": 7, ...}, or {"customer_id": 7, ...} of GET /customers."""
    return _is_plain(key) or ("id" not in record and _names_itself(key, producer, entity))


def _is_plain(key: str) -> bool:
    """True for a key that says of nothing else what it is the key of: "id", "login", "username"."""
    said = parse(key)
    return not said.words or said.key == "username"


def _names_itself(key: str, producer: Producer, entity: str) -> bool:
    """True for a key by which a record names itself: "id", and "customer_id" in the answer of GET /customers."""
    said = parse(key)
    if _is_plain(key):
        return True
    return bool(said.key) and "_".join(said.words) == entity == "_".join(_last_word(producer.path))


def is_collection(producer: Producer, entity: str) -> bool:
    """True where a producer answers the things of a kind themselves: not what others refer to, nor some of them.

    "results[].id" of GET /customers -> True; "results[].customer" and "results[].customer.id" of GET /orders, and
    "[].id" of GET /customers/active -> False: who is not in there may be called the same
    """
    if not _names_itself(producer.field.rpartition(".")[2], producer, entity):
        return False
    before, _, inner = producer.field.rpartition("[]") if "[]" in producer.field else ("", "", f".{producer.field}")
    around = [step for step in (*before.split("."), *inner.split(".")[1:-1]) if step]
    return all(_only_holds(step, producer, entity) for step in around) and not _is_part(producer, entity)


def _only_holds(name: str, producer: Producer, entity: str) -> bool:
    """True for a property around the things: "data", and "customers" in the answer of GET /customers."""
    last = _last_word(producer.path)
    is_of_it = "_".join(last) == entity or bool(set(last) & _LOOKS)
    return "[]" not in name and (is_wrapper(name) or (is_of_it and "_".join(split(name)) == entity))


_LOOKS = frozenset(("search", "query", "find", "lookup", "list", "filter", "all", "by", "suggest", "autocomplete"))


def _is_part(producer: Producer, entity: str) -> bool:
    """True for a path that chooses some of its collection: /customers/active."""
    static = [split(part) for part in segments(producer.path) if "{" not in part]
    if len(static) < 2 or "_".join(static[-2]) != entity:
        return False
    return "_".join(static[-1]) != entity and not set(static[-1]) & _LOOKS


def _last_word(path: str) -> tuple[str, ...]:
    return next((split(part) for part in reversed(segments(path)) if "{" not in part), ())
