"""Fields that were given one level too high: beside the object, or the body, that they belong in."""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from openapi_mcp.index.entities import split_as_is
from openapi_mcp.model.fault import Repair
from openapi_mcp.recovery.naming.depth import declared, folded, objects_of, other_roles, parted
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
_BOXES = frozenset(
    (
        "data", "body", "attributes", "settings", "options", "details", "filter", "filters", "fields", "properties",
        "params", "parameters", "payload", "input", "config", "configuration",
    )
)  # fmt: skip
"""Objects that mean nothing of their own: a field says the same in them as beside them."""
_OF_ONE = frozenset(("address", "contact", "profile", "location", "person"))  # that several fields speak of, not one


@dataclass(frozen=True, slots=True, kw_only=True)
class _Home:
    """Where an unknown argument belongs: a field of an object; `is_said` where its name says the object too."""

    given: str
    outer: str
    field: str
    is_said: bool


def flattened(case: Case) -> Rewrite | Told | None:
    """Return the call with fields in their object: {"address_city": "x"} -> {"address": {"city": "x"}}.

    A field under its plain name only where one object alone has it, and that object is required, a mere box, or has
    several of its fields given; never where its name turns them round, as "exclude" does.
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
    """True where nothing else is near the name, and the object is required, a box, or given field by field."""
    if get_close_matches(home.given, list(declared(case.tool)), n=1, cutoff=0.75):
        return False
    if not other_roles(home.outer) <= other_roles(home.given):
        return False
    if home.outer in case.tool.input_schema.get("required", ()):
        return True
    is_several = sum(other.outer == home.outer for other in homes) + len(case.call.arguments.get(home.outer, {})) > 1
    if folded(home.outer) in _BOXES:
        return is_several or home.outer in case.call.arguments or home.field.lower() not in _OF_ANYTHING
    return is_several and _is_of_one(home.outer)


def _is_of_one(outer: str) -> bool:
    return bool(_OF_ONE.intersection(split_as_is(outer)[-1:]))


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
