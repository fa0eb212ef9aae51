"""Arguments that were given one level too deep: inside of an object that the tool does not know."""

from collections.abc import Iterable, Mapping
from typing import Any

from openapi_mcp.model.fault import Repair
from openapi_mcp.recovery.lookup.wanted import need_at
from openapi_mcp.recovery.naming.alike import is_id
from openapi_mcp.recovery.naming.depth import declared, fields_of, joined, wraps
from openapi_mcp.recovery.parts.inner import held_id
from openapi_mcp.recovery.steps import Learn
from openapi_mcp.recovery.strategies.json_text import structure_in
from openapi_mcp.recovery.strategy import Case, Remedy, Rewrite, Strategy


def wrapped(case: Case) -> Remedy:
    """Return the call with the arguments, or the value, that stood in an object."""
    if case.fault.rule in ("type", "alternatives"):
        return _unboxed(case) or (yield from _id_of_thing(case))
    return _taken_out(case)


def _taken_out(case: Case) -> Rewrite | None:
    """Return the call with the arguments that stood in an object: {"body": {"name": "a"}} -> {"name": "a"}.

    Only where all that is in it is declared, and nothing of it given already; and {"address": {"city": "x"}} ->
    {"address_city": "x"} where that is what the tool has.
    """
    if case.fault.rule != "unknown" or len(case.fault.path) != 1:
        return None
    name, held = str(case.fault.path[0]), case.value
    held = structure_in(held) if isinstance(held, str) else held
    if not isinstance(held, dict) or not held:
        return None
    fields = _as_arguments(case, name, held) or _as_joined(case, name, held) or _as_body(case, name, held)
    if fields is None or not fields.keys().isdisjoint(case.call.arguments.keys() - {name}):
        return None
    return _instead(case, name, fields)


def _as_arguments(case: Case, name: str, held: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return what an object holds, where all of it are arguments, and the object's name is that of no other thing."""
    if not _spelled(held) <= _spelled(declared(case.tool)) or len(_spelled(held)) < len(held):
        return None
    return held if wraps(case.tool, name) else None


def _spelled(names: Iterable[str]) -> set[str]:
    """Return names without case and separators: by which of them an argument goes is seen to when it is taken out."""
    return {"".join(char for char in name[:80].lower() if char.isalnum()) for name in names}


def _as_joined(case: Case, name: str, held: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the fields of an object under the names that the tool has for them, None where one has none, or two."""
    known = declared(case.tool).keys()
    names = {field: sorted(joined(name, field) & known) for field in held}
    if any(len(found) != 1 for found in names.values()):
        return None
    return {names[field][0]: value for field, value in held.items()}


def _as_body(case: Case, name: str, held: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return an object as the body, where the tool takes that as one argument, and the object holds its fields."""
    bodies = [binding.argument for binding in case.tool.bindings if binding.is_whole_body and not binding.is_file]
    is_body = len(bodies) == 1 and wraps(case.tool, name) and held.keys() <= fields_of(case.tool, bodies[0])
    return {bodies[0]: held} if is_body else None


def _instead(case: Case, name: str, fields: Mapping[str, Any]) -> Rewrite:
    before = case.call.arguments[name]
    arguments = {key: value for key, value in case.call.arguments.items() if key != name}
    repair = Repair(
        path=(name,), before=before, after=dict(fields), how=f'arguments stand side by side, not in "{name}"'
    )
    return Rewrite(arguments={**arguments, **fields}, repairs=(repair,))


def _unboxed(case: Case) -> Rewrite | None:
    """Return the call with a value that stood in an object of its own name: {"id": {"id": 7}} -> {"id": 7}."""
    held, path = case.value, case.fault.path
    if not isinstance(held, dict) or len(held) != 1 or not path:
        return None
    ((name, value),) = held.items()
    if name not in (path[-1], "value") or isinstance(value, (dict, list)) or not case.accepts(value):
        return None
    return case.rewritten(value, "the value is given itself, not in an object")


def _id_of_thing(case: Case) -> Remedy:
    """Return the call with the id of a thing that was given as an object: {"customer": {"id": 1, "name": "Ana"}} -> 1.

    Only where the argument is an id, or one is needed there, and the object holds one id and names beside it.
    """
    name = next((str(step) for step in reversed(case.fault.path) if isinstance(step, str)), "")
    value = held_id(case.value, name)
    if value is None or not case.accepts(value):
        return None
    if not is_id(name):
        learned = yield Learn()
        if need_at(learned(case.tool.name), case.fault.path) is None:
            return None
    return case.rewritten(value, "the id is given itself, not in an object")


STRATEGY = Strategy(
    name="wrapped",
    rank=130,
    about="arguments inside of an object that the tool does not know are taken out of it",
    repair=wrapped,
    after=False,
)
