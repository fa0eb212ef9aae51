"""The id of a thing that is given as an object: 5 in {"id": 5} where the document has "customer_id"."""

from collections.abc import Iterator, Mapping

from openapi_mcp.index.entities import IDS, parse
from openapi_mcp.recovery.lookup.naming import is_name
from openapi_mcp.recovery.naming.alike import is_id
from openapi_mcp.recovery.naming.level import Level, takes
from openapi_mcp.recovery.parts.part import Part
from openapi_mcp.recovery.strategy import Case

_MOST_FIELDS = 20


def inner_ids(case: Case, level: Level) -> Iterator[Part]:
    """Yield the id in an unknown argument that is an object with nothing but its id: {"customer": {"id": 5}}."""
    for source in level.unknown:
        match level.given[source]:
            case Mapping() as fields if len(fields) == 1:
                yield from _of_thing(case, level, source, fields)


def _of_thing(case: Case, level: Level, source: str, fields: Mapping[str, object]) -> Iterator[Part]:
    ((key, value),) = fields.items()
    thing = parse(source).words
    if not thing or (key.lower() not in IDS and parse(key).words != thing):
        return
    for name in level.declared:
        if is_id(name) and parse(name).words == thing and takes(case, level, name, value):
            yield Part(
                source=source, values={name: value}, how=f'"{name}" is the id alone, not an object that holds it'
            )


def held_id(held: object, name: str) -> str | int | None:
    """Return the id of the thing that an object is, where it says nothing else but names; None for any other object.

    ({"id": 1, "name": "Ana"}, "customer") -> 1; ({"id": 1, "customer_id": 2}, "customer") -> None
    """
    if not isinstance(held, Mapping) or len(held) > _MOST_FIELDS:
        return None
    thing = parse(name).words
    ids = [key for key in held if key.lower() in IDS or (parse(key).key in IDS and parse(key).words == thing)]
    value = held[ids[0]] if len(ids) == 1 else None
    if not all(key in ids or is_name(key, "_".join(thing)) for key in held) or isinstance(value, bool):
        return None
    return value if isinstance(value, (str, int)) else None
