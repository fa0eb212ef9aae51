"""The calls that may help where an argument names nothing, or is missing: those whose answers hold what it takes."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from openapi_mcp.index.entities import split
from openapi_mcp.model.call import Call, Failure, FailureKind
from openapi_mcp.model.capability import Capability, Need, Producer
from openapi_mcp.model.fault import Fault, Looked, Path, Suggestion
from openapi_mcp.model.policy import SAFE_METHODS
from openapi_mcp.model.tool import Tool
from openapi_mcp.recovery.lookup.beside import source_of
from openapi_mcp.recovery.lookup.wanted import Known, Wanted, need_at
from openapi_mcp.recovery.lookup.ways import lacking, readers, scope_of, searches
from openapi_mcp.recovery.values import MISSING, value_at

_MOST_FAULTS = 5
_MOST_TRIES = 3
_LONGEST = 200  # characters of a text that is searched for
_RULES = frozenset(
    ("required", "type", "format", "pattern", "alternatives", "minLength", "maxLength", "exists", "invalid", "minimum")
)
_NO_IDS = frozenset(("boolean", "number", "object", "null"))


def may_matter(failure: Failure) -> bool:
    """True where what tools need and yield may help: finding it out may take a while in a large document."""
    if not failure.faults:
        return failure.kind is FailureKind.NOT_FOUND
    return any(_may_identify(fault) for fault in failure.faults[:_MOST_FAULTS])


def _may_identify(fault: Fault) -> bool:
    """False for a fault of what is no id: a choice, a flag, a fraction."""
    kinds = fault.schema.get("type")
    named = {kinds} if isinstance(kinds, str) else set(map(str, kinds)) if isinstance(kinds, list) else set[str]()
    return fault.rule in _RULES and "enum" not in fault.schema and not (named and named <= _NO_IDS)


def suggested(call: Call, failure: Failure, known: Known, lookups: Sequence[Looked] = ()) -> list[Suggestion]:
    """Return the calls that yield what arguments at fault identify, those that read first."""
    tool = known.tools[call.tool]
    made = {(each.tool, repr(dict(each.arguments))) for each in lookups}
    found: dict[str, Suggestion] = {}
    beside = _text_beside(call, failure)
    for need, value, path in _needed(call, failure, known):
        value = beside if value is MISSING and beside else value
        wanted = Wanted(
            text=value.strip() if isinstance(value, str) and len(value) <= _LONGEST else "",
            entity=need.entity,
            producers=need.producers,
            tool=tool,
            given={name: each for name, each in call.arguments.items() if each is not value},
        )
        for producer in _in_order(need, wanted, known):
            found.setdefault(producer.tool, replace(_step(producer, wanted, known, made), path=path))
    return list(found.values())[:_MOST_TRIES]


def _text_beside(call: Call, failure: Failure) -> str:
    """Return the text under the only unknown name beside the only missing one: {"sku": "kettle"} for an id, else ""."""
    missing = [each for each in failure.faults if each.rule == "required"]
    unknown = [each for each in failure.faults if each.rule == "unknown" and len(each.path) == 1]
    given = value_at(call.arguments, unknown[0].path) if len(unknown) == len(missing) == 1 else MISSING
    return given if isinstance(given, str) else ""


def _needed(call: Call, failure: Failure, known: Known) -> Iterator[tuple[Need, Any, Path]]:
    """Yield what the arguments at fault identify, with what was given and where; of a bare 404, those in a path."""
    capability = known.of(call.tool)
    for fault in failure.faults[:_MOST_FAULTS]:
        if not _may_identify(fault):
            continue
        need = need_at(capability, fault.path) if fault.path else _need_named(capability, fault.named)
        if need is not None:
            yield need, _given(call, fault, known) if fault.path else MISSING, fault.path
    if not failure.faults:
        paths = {each.argument for each in known.tools[call.tool].parameters if each.location == "path"}
        for need in capability.needs:
            if need.argument in paths:
                yield need, call.arguments.get(need.argument, MISSING), (need.argument,)


def _given(call: Call, fault: Fault, known: Known) -> Any:
    """Return what was given for an argument: the name of the thing, where that is given instead."""
    value = value_at(call.arguments, fault.path)
    if value is not MISSING or len(fault.path) != 1:
        return value
    source = source_of(str(fault.path[0]), call.arguments, known.tools[call.tool])
    return call.arguments[source] if source else MISSING


def _need_named(capability: Capability, named: str) -> Need | None:
    """Return the one need of the kind that an answer names: Rails says "company" of the argument company_id."""
    kind = "_".join(split(named))
    needs = [need for need in capability.needs if kind and need.entity == kind]
    return needs[0] if len(needs) == 1 else None


def _in_order(need: Need, wanted: Wanted, known: Known) -> list[Producer]:
    """Return the tools that list what is needed, else those that read it, else those that write it.

    Those that can be called as things are, where there are such.
    """
    lists = list(readers(wanted, known))
    usable = [each for each in need.producers if each.tool in known.tools]
    reading = [each for each in usable if known.tools[each.tool].operation.method in SAFE_METHODS]
    found = lists or reading or usable
    return [each for each in found if _is_open(known.tools[each.tool], wanted, known)] or found


def _is_open(tool: Tool, wanted: Wanted, known: Known) -> bool:
    """True for a tool that the call has all arguments for, or that is searched for the text."""
    calls = [{name: wanted.text} for name in searches(tool, wanted, known)] if wanted.text else []
    scope = scope_of(tool, wanted, known)
    return any(not lacking(tool, {**scope, **each}) for each in (*calls, {}))


def _step(producer: Producer, wanted: Wanted, known: Known, made: set[tuple[str, str]]) -> Suggestion:
    """Return the call of a producer: searching for the text if it can and that was not made, else for all."""
    tool = known.tools[producer.tool]
    why = f"yields {wanted.entity.replace('_', ' ')}: {producer.field}" if producer.field else f"yields {wanted.entity}"
    scope = scope_of(tool, wanted, known)
    reads = tool.operation.method in SAFE_METHODS
    names = list(searches(tool, wanted, known)) if wanted.text and reads else []
    calls = [*({**scope, name: wanted.text} for name in names), scope]
    open_calls = [each for each in calls if reads and not lacking(tool, each)]
    if not open_calls:
        return Suggestion(tool=tool.name, why=why, arguments=scope or None)
    fresh = [each for each in open_calls if (tool.name, repr(each)) not in made]
    return Suggestion(tool=tool.name, why=why, arguments=[*fresh, open_calls[-1]][0])
