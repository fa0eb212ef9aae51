"""Fields that were given one level too high: beside the object, or the body, that they belong in."""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from openapi_mcp.model.fault import Repair
from openapi_mcp.recovery.naming.depth import declared, objects_of, parted
from openapi_mcp.recovery.strategy import Case, Rewrite, Strategy, Told, at_once

_MOST_UNKNOWN = 50  # arguments that are looked at
_OF_ANYTHING = frozenset(
    (
        "id", "name", "title", "label", "type", "kind", "status", "state", "code", "key", "value", "description",
        "note", "notes", "text", "url", "email", "phone", "date", "number", "count", "amount", "price", "currency",
        "owner", "address", "street", "city", "zip", "country", "created_at", "updated_at", "active", "enabled",
        "tags", "user",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Home:
    """Where an unknown argument belongs: a field of an object; `is_said` where its name says the object too."""

    given: str
    outer: str
    field: str
    is_said: bool


def flattened(case: Case) -> Rewrite | Told | None:
    """Return the call with fields in their object: {"address_city": "x"} -> {"address": {"city": "x"}}.

    A field under its plain name only where one object alone has it; one that anything may have, such as a name, only
    where that object is asked for: it is required, given in part, or several of its fields were given.
    """
    if case.fault.rule != "unknown" or len(case.fault.path) != 1:
        return None
    homes = [home for name in _unknown(case) if (home := _home(case, name)) is not None]
    own = next((home for home in homes if home.given == case.fault.path[0]), None)
    if own is None:
        return None
    if not own.is_said and not _is_asked_for(case, own, homes):
        return Told(near=(f"{own.outer}.{own.field}",))
    return _moved(case, own)


def _unknown(case: Case) -> list[str]:
    known = declared(case.tool)
    return [name for name in case.call.arguments if name not in known][:_MOST_UNKNOWN]


def _home(case: Case, name: str) -> _Home | None:
    """Return the one field that an unknown argument can be, None where there is none, or more."""
    homes = case.work.once("homes", case.tool, lambda: _homes(case, name), name)
    found = [home for home in homes if _is_free(case, home)]
    return found[0] if len(found) == 1 == len(homes) else None


def _homes(case: Case, name: str) -> list[_Home]:
    """Return the fields that a name says together with their object, else those that it is the name of."""
    objects = objects_of(case)
    case.work.spend(len(objects))
    said = [
        _Home(given=name, outer=outer, field=field, is_said=True)
        for outer, fields in objects.items()
        for field in sorted(parted(name, outer) & fields)
    ]
    return said or [
        _Home(given=name, outer=outer, field=name, is_said=False) for outer in objects if name in objects[outer]
    ]


def _is_free(case: Case, home: _Home) -> bool:
    held = case.call.arguments.get(home.outer, {})
    return isinstance(held, Mapping) and home.field not in held


def _is_asked_for(case: Case, home: _Home, homes: list[_Home]) -> bool:
    """True where nothing else is near the name, and the object is required, given in part, or given field by field."""
    if get_close_matches(home.given, list(declared(case.tool)), n=1, cutoff=0.75):
        return False
    is_its_own = home.field.lower() not in _OF_ANYTHING
    is_required = home.outer in case.tool.input_schema.get("required", ())
    is_given = home.outer in case.call.arguments
    return is_its_own or is_required or is_given or sum(other.outer == home.outer for other in homes) > 1


def _moved(case: Case, home: _Home) -> Rewrite:
    value = case.call.arguments[home.given]
    held: Mapping[str, Any] = {**case.call.arguments.get(home.outer, {}), home.field: value}
    kept = {name: each for name, each in case.call.arguments.items() if name != home.given}
    how = f'"{home.field}" is a field of the object "{home.outer}"'
    repair = Repair(path=(home.outer, home.field), before={home.given: value}, after=value, how=how)
    return Rewrite(arguments={**kept, home.outer: held}, repairs=(repair,))


STRATEGY = Strategy(
    name="flattened",
    rank=135,
    about="fields that were given beside their object, or beside the body, are put into it",
    repair=at_once(flattened),
    after=False,
)
