"""Which tool tells how far work is, where the answer itself names no place: by the document's links, or by its ids.

What is called with is derived from the call and its answer, and never invented: where two tools fit, none is taken.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from openapi_mcp.model.capability import Capabilities, Need
from openapi_mcp.model.document import Link
from openapi_mcp.model.jsontext import JsonValue
from openapi_mcp.model.message import HttpResponse
from openapi_mcp.model.pointer import tokens
from openapi_mcp.model.secret import MASK
from openapi_mcp.model.template import PLACEHOLDER, path_and_query
from openapi_mcp.model.tool import Tool
from openapi_mcp.response.declared import response_of
from openapi_mcp.response.envelope import fields, word
from openapi_mcp.response.job_given import given_values, is_own
from openapi_mcp.response.readback import read_scalar

_LONGEST = 400  # characters of an expression, or of an id
_MOST_LINKS = 50
_MOST_ARGUMENTS = 50
_MOST_STEPS = 20
_MOST_SEGMENTS = 50
_EMBEDDED = re.compile(r"\{(\$[^{}]{1,400})\}")
_TELLING = ("status", "poll", "monitor", "progress", "job", "operation", "task")
_PLAIN_IDS = ("id", "uuid", "guid")
_AROUND = ("data", "job", "task", "operation")
_STATUS = frozenset(("status", "state", "progress"))
_ENDING = ("/cancel", ":cancel", "/stop", ":stop", "/abort", "/terminate")


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A call whose answer says that its work goes on: its tool, its arguments, and the answer."""

    tool: Tool
    arguments: Mapping[str, Any]
    response: HttpResponse
    value: JsonValue


@dataclass(frozen=True, slots=True)
class Asking:
    """A call that asks how far work is."""

    tool: str
    arguments: Mapping[str, Any]


def by_links(accepted: Accepted, find: Callable[[Link], Tool | None]) -> Asking | None:
    """Return the call that the Link Objects of the answer's response lead to; None where none or several do.

    OAS 3.1.1, 4.8.20: {"operationId": "getJob", "parameters": {"id": "$response.body#/job_id"}}. Of several, one that
    is plainly about the work is taken. `find` returns the tool of a link, None where its operation is none.
    """
    declared = response_of(accepted.tool.operation.responses, accepted.response.status)
    found: dict[str, Asking] = {}
    for link in (declared.links if declared is not None else ())[:_MOST_LINKS]:
        target = find(link)
        asking = _linked(accepted, link, target) if target is not None else None
        if asking is not None:
            found[f"{link.name} {asking.tool}"] = asking
    if len(found) > 1:
        found = {name: each for name, each in found.items() if any(said in word(name) for said in _TELLING)}
    calls = list(found.values())
    return calls[0] if calls and all(each == calls[0] for each in calls) else None


def _linked(accepted: Accepted, link: Link, target: Tool) -> Asking | None:
    arguments: dict[str, Any] = {}
    for name, expression in list(link.parameters.items())[:_MOST_ARGUMENTS]:
        argument, value = target.argument_of(name), _evaluated(expression, accepted)
        if not argument or value is None:
            return None
        arguments[argument] = _fitted(target, argument, value)
    return _asking(target, arguments)


def _evaluated(expression: Any, accepted: Accepted) -> Any:
    """Return what a runtime expression comes to (OAS 3.1.1, 4.8.20.4), a constant as it is; None for nothing."""
    if not isinstance(expression, str):
        return expression
    if len(expression) > _LONGEST:
        return None
    if expression.startswith("$"):
        return _read(expression, accepted)
    parts = _EMBEDDED.split(expression)
    values = [part if index % 2 == 0 else _read(part, accepted) for index, part in enumerate(parts)]
    if len(values) == 3 and values[0] == values[2] == "":
        return values[1]
    return None if any(isinstance(each, (dict, list)) or each is None for each in values) else "".join(map(str, values))


def _read(expression: str, accepted: Accepted) -> Any:
    source, _, pointer = expression.partition("#")
    head, _, name = source.partition(".")
    place, _, name = name.partition(".")
    match head, place:
        case "$response", "body":
            return _at(accepted.value, _steps(pointer))
        case "$response", "header":
            return accepted.response.header(name)
        case "$request", "body":
            return _at({each.name: accepted.arguments.get(each.argument) for each in accepted.tool.bindings
                        if each.is_body_field}, _steps(pointer))  # fmt: skip
        case "$request", ("path" | "query" | "header"):
            return _given(accepted, place, name)
    return None


def _given(accepted: Accepted, place: str, name: str) -> Any:
    named = (each for each in accepted.tool.parameters if each.location == place)
    found = next((each for each in named if each.name.lower() == name.lower()), None)
    return accepted.arguments.get(found.argument) if found is not None else None


def _steps(pointer: str) -> Sequence[str] | None:
    try:
        return tokens(pointer)
    except ValueError:
        return None


def _at(value: Any, steps: Sequence[str] | None) -> Any:
    """Return what stands at a place of JSON, None where nothing does."""
    if steps is None or len(steps) > _MOST_STEPS:
        return None
    for step in steps:
        match value:
            case dict() if step in value:
                value = value[step]
            case list() if step.isascii() and step.isdecimal() and len(step) < 6 and int(step) < len(value):
                value = value[int(step)]
            case _:
                return None
    return value


def has_id(value: JsonValue) -> bool:
    """True for an answer that has an id of its own, of which needs and yields may know what it is of."""
    root = fields(value)
    return any(name in place for place in (root, *(fields(root.get(each)) for each in _AROUND)) for name in _PLAIN_IDS)


def by_needs(
    accepted: Accepted, capabilities: Capabilities, find: Callable[[str], Tool | None], *, most: int = 200
) -> Asking | None:
    """Return the one call that reads what the answer's id is of; None where none does, or several.

    {"id": "7"} of a tool whose `id` is what GET /exports/{export} needs -> that, with {"export": "7"}. What ends in the
    id is taken before what says only its status, or is below it.
    """
    found: dict[str, Asking] = {}
    given = given_values(accepted.tool, accepted.arguments)
    wanting = ((name, need) for name, capability in capabilities.items() for need in capability.needs)
    asked = (
        (name, need, field) for name, need in wanting if (field := _field_of(need, accepted.tool.name)) is not None
    )
    for name, need, field in asked:
        target = find(name) if len(found) < most else None
        value = _at(accepted.value, field.split(".") if field else ())
        is_known = target is not None and is_own(value, given)
        asking = _with_id(accepted, target, need.argument, value) if target is not None and is_known else None
        if asking is not None:
            found.setdefault(name, asking)
    return _only(found, find)


def by_ids(accepted: Accepted, tools: Sequence[Tool]) -> Asking | None:
    """Return the one call that reads what an id of the answer names by its own words; None for none, or several.

    {"job_id": "7"} -> GET /jobs/{job_id} or GET /jobs/{id}, whichever there is. `id` alone names nothing: what it is
    of, needs and yields know.
    """
    ids = _ids(accepted)
    found = {tool.name: each for tool in tools if ids and (each := _reading(accepted, tool, ids)) is not None}
    by = {tool.name: tool for tool in tools if tool.name in found} if found else {}
    return _only(found, by.get)


def _ids(accepted: Accepted) -> dict[str, Any]:
    """Return what is named as an id, by what it is of: {"job_id": 7, "data": {"runId": 8}} -> {"job": 7, "run": 8}.

    The outermost counts, and none that only repeats what the caller gave.
    """
    root = fields(accepted.value)
    places = (*(fields(root.get(name)) for name in _AROUND), root)
    named = ((name, each) for place in places for name, each in place.items())
    found = {name.removesuffix("id"): each for name, each in named if len(name) > 2 and name.endswith("id")}
    given = given_values(accepted.tool, accepted.arguments) if found else frozenset()
    return {name: each for name, each in found.items() if is_own(each, given)}


def _reading(accepted: Accepted, tool: Tool, ids: Mapping[str, Any]) -> Asking | None:
    """Return the call of a tool that reads what one of these ids is of, by the last placeholder of its path."""
    segments = path_and_query(tool.operation.path)[0].rstrip("/").split("/")[:_MOST_SEGMENTS]
    last = next((at for at in reversed(range(len(segments))) if PLACEHOLDER.fullmatch(segments[at])), 0)
    if not last or tool.operation.method != "GET":
        return None
    name, before = segments[last][1:-1], word(segments[last - 1])
    of = next((each for each in ids if word(name) in (f"{each}id", each)), None)
    if of is None and word(name) in _PLAIN_IDS:
        of = next((each for each in ids if before in (each, f"{each}s")), None)
    argument = tool.argument_of(f"path.{name}")
    return _with_id(accepted, tool, argument, ids[of]) if of is not None and argument else None


def by_name(accepted: Accepted, operation: str, tools: Sequence[Tool]) -> Asking | None:
    """Return the one call that reads a long-running operation by its name; None where none does, or several.

    "projects/p/operations/7" -> GET /v1/projects/{project}/operations/{operation} with {"project": "p", "operation":
    "7"}
    """
    if not is_own(operation, given_values(accepted.tool, accepted.arguments)):
        return None
    segments = operation.split("/")[:_MOST_SEGMENTS]
    found = {tool.name: each for tool in tools if (each := _named(tool, segments)) is not None}
    return next(iter(found.values())) if len(found) == 1 else None


def _named(tool: Tool, segments: Sequence[str]) -> Asking | None:
    template = path_and_query(tool.operation.path)[0].strip("/").split("/")
    head, tail = template[: -len(segments)], template[-len(segments) :]
    if len(tail) != len(segments) or "operations" not in tail or len(head) > 1 or any("{" in part for part in head):
        return None
    arguments: dict[str, Any] = {}
    for part, segment in zip(tail, segments, strict=True):
        whole = PLACEHOLDER.fullmatch(part)
        if whole is None and part != segment:
            return None
        if whole is not None:
            arguments[tool.argument_of(f"path.{whole[1]}")] = segment
    return _asking(tool, arguments) if arguments and "" not in arguments else None


def _field_of(need: Need, tool: str) -> str | None:
    """Return where in the answer of a tool a needed value is; None where that is not one place of its own."""
    held = (each.field for each in need.producers if each.tool == tool and "[]" not in each.field)
    known = (*_PLAIN_IDS, word(need.argument), word(need.entity), f"{word(need.entity)}id")
    plain = (field for field in held if word(field.rpartition(".")[2]) in known)  # `job_id` is no report's id
    return next(plain, None) if need.is_required and "." not in need.argument else None


def _with_id(accepted: Accepted, target: Tool, argument: str, value: Any) -> Asking | None:
    """Return the call of a tool with an id; what else it needs is taken from the call that began the work."""
    required = [name for name in target.input_schema.get("required", ()) if name != argument]
    if any(accepted.arguments.get(name) is None for name in required[:_MOST_ARGUMENTS]):
        return None
    held = {name: accepted.arguments[name] for name in required}
    return _asking(target, {**held, argument: _fitted(target, argument, value)})


def _only(found: Mapping[str, Asking], find: Callable[[str], Tool | None]) -> Asking | None:
    """Return the call that reads the thing itself, else the one that reads its status, where there is just one."""
    ends = {name: _end(tool) for name in found if (tool := find(name)) is not None}
    for kind in ("", "status"):
        fitting = [name for name, end in ends.items() if end == kind]
        if fitting:
            return found[fitting[0]] if len(fitting) == 1 else None
    return None


def _end(tool: Tool) -> str | None:
    """Return how a path ends: "" with a placeholder, "status" with such a word behind one, None in any other way."""
    *_, before, last = ("", *path_and_query(tool.operation.path)[0].rstrip("/").split("/"))
    if PLACEHOLDER.fullmatch(last):
        return ""
    return "status" if PLACEHOLDER.fullmatch(before) and word(last) in _STATUS else None


def _asking(target: Tool, arguments: Mapping[str, Any]) -> Asking | None:
    """Return a call of a read, None where a value is none that a call can have."""
    if target.operation.method != "GET" or not all(map(_is_plain, arguments.values())):
        return None
    return Asking(target.name, arguments)


def _is_plain(value: Any) -> bool:
    return isinstance(value, (str, int)) and not isinstance(value, bool) and _is_short(str(value) if value else "")


def _is_short(text: str) -> bool:
    return 0 < len(text) <= _LONGEST and MASK not in text


def _fitted(target: Tool, argument: str, value: Any) -> Any:
    """Return a value as an argument wants it, where nothing is lost: 7 -> "7" for a text, "7" -> 7 for a number.

    None where it is none that a call can have.
    """
    if isinstance(value, bool) or not isinstance(value, (str, int)) or (isinstance(value, int) and abs(value) >> 63):
        return None
    return read_scalar(target, argument, str(value))


def end_of(path: str) -> str | None:
    """Return the path of the work that an operation ends, by its own path; None where it ends none.

    "/jobs/{id}/cancel" -> "/jobs/{id}"; "/v1/operations/{id}:cancel" -> "/v1/operations/{id}"
    """
    return next((path.removesuffix(end) for end in _ENDING if path.endswith(end)), None)


def filled_from(tool: Tool, template: str, path: str) -> Iterator[tuple[str, str]]:
    """Yield the arguments with which a template is a path, none where it cannot be: ("/jobs/{id}", "/jobs/7")."""
    ours, theirs = template.strip("/").split("/"), path.strip("/").split("/")
    if len(ours) != len(theirs) or len(ours) > _MOST_SEGMENTS:
        return
    found = []
    for part, segment in zip(ours, theirs, strict=True):
        whole = PLACEHOLDER.fullmatch(part)
        argument = tool.argument_of(f"path.{whole[1]}") if whole is not None else ""
        if (whole is None and part != segment) or (whole is not None and not argument):
            return
        found += [(argument, unquote(segment))] if argument else []
    yield from found
