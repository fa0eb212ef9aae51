"""The generator's front door: a Document becomes a Toolset, and every argument gets its Binding."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from openapi_mcp.generator import describe
from openapi_mcp.generator.bodies import (
    CHOOSER,
    Argument,
    Bodies,
    BodyArguments,
    UnsendableBodyError,
    own_schemas,
    required,
)
from openapi_mcp.generator.boilerplate import Details
from openapi_mcp.generator.clients import Fit, fit
from openapi_mcp.generator.edits import edited, planned, shortcomings, worded
from openapi_mcp.generator.gate import Gate
from openapi_mcp.generator.hints import Hints, result_size, with_result_size
from openapi_mcp.generator.inline import inline
from openapi_mcp.generator.inputs import Inputs, changed, inputs_of, key_of
from openapi_mcp.generator.instructions import instructions
from openapi_mcp.generator.keys import keyed
from openapi_mcp.generator.naming import HEADER_NAME, tool_names
from openapi_mcp.generator.schema import MissingSchemaError, Parts, SelfContained
from openapi_mcp.generator.select import left_out, unmatched
from openapi_mcp.generator.slim import flat, slim
from openapi_mcp.model.background import CANCEL_CALL_TOOL, GET_CALL_TOOL, goes_on, is_job
from openapi_mcp.model.document import (
    Document,
    Location,
    Operation,
    Parameter,
    Problem,
    Schema,
    SecurityScheme,
    Severity,
    Skipped,
)
from openapi_mcp.model.media import is_json
from openapi_mcp.model.policy import Selection, ToolEdit
from openapi_mcp.model.reading import READ_RESULT_TOOL, SELECT, SELECT_SCHEMA
from openapi_mcp.model.template import path_and_query
from openapi_mcp.model.text import one_line
from openapi_mcp.model.tool import Binding, BindingKind, SentBody, Tool, Toolset, WireTool, wire_tool
from openapi_mcp.model.xml import XmlNode

# Header parameters that belong to HTTP, to the credential or to the body (OAS 3.1.1, Parameter Object).
_RESERVED_HEADERS = frozenset(
    (
        "accept", "authorization", "connection", "content-length", "content-type", "cookie", "expect", "host",
        "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "content-encoding",
        # With these a server takes one operation for another: a read for a write.
        "x-http-method-override", "x-http-method", "x-method-override", "x-original-url", "x-rewrite-url",
    )
)  # fmt: skip
_COOKIE_NAME = HEADER_NAME
_OF_BODY = "\n"  # between an argument and the number of the body whose own schema it is; in no argument's name
_OUTPUT_ROOM = 6_000  # characters of an output schema whose parts are written in place


class _Unserved(ValueError):
    """An operation that cannot become a tool, with the pointer of what stands in the way."""

    def __init__(self, reason: str, pointer: str) -> None:
        super().__init__(reason)
        self.pointer = pointer


def generate(document: Document, selection: Selection | None = None) -> Toolset:
    """Return a tool for each selected operation, in document order; the others stand in `skipped` with the reason."""
    selection = selection or Selection()
    fitted = fit(selection.client)
    inputs = Parts(document.schemas, "input")
    making = _Generator(
        fit=fitted,
        schemas=document.schemas,
        hidden=selection.hidden | _credential_parameters(document),
        selection=selection,
        inputs=inputs,
        bodies=Bodies(schemas=document.schemas, inputs=inputs, has_folder=selection.has_folder),
        outputs=Parts(document.schemas, "output"),
        keys=tuple(scheme for scheme in document.security_schemes if scheme.type == "apiKey"),
        details=Details(document.operations),
        hints=Hints(document.operations, selection.max_response),
    )
    tools: list[Tool] = []
    skipped = list(document.skipped)
    problems = [
        Problem(
            severity=Severity.WARNING,
            pointer="#/paths",
            message=f"{pattern} matches no operation",
            hint="correct the pattern",
        )
        for pattern in unmatched(document.operations, selection)
    ]
    gate = Gate(fitted)
    names = tool_names(document.operations, fitted.longest_name, selection.prefix)
    plan = planned(document.operations, names, selection, fitted.longest_name)
    problems += plan.problems
    for operation, name, edit in zip(document.operations, plan.names, plan.edits, strict=True):
        reason, pointer = left_out(operation, selection), operation.pointer
        if reason is None:
            reason = edit.left_out or _switched_off(operation, name, selection.off)
        if reason is None:
            try:
                taken = making.inputs_of(operation, edit)
                tool = edited(making.tool(operation, name, taken), edit, fitted.longest_description)
                tools.append(_admitted(keyed(tool), gate))
                problems += (*_lost_parameters(operation), *shortcomings(taken, edit))
                continue
            except (_Unserved, UnsendableBodyError) as error:
                reason, pointer = str(error), error.pointer
            except MissingSchemaError as error:
                reason = str(error)
            problems.append(_left_out(operation, pointer, reason))
        skipped.append(Skipped(method=operation.method, path=operation.path, pointer=pointer, reason=reason, tool=name))
    has_jobs = any(is_job(tool.operation) for tool in tools)
    extras = _extras(selection, has_jobs=has_jobs) if tools else ()
    return Toolset(
        title=document.title,
        version=document.version,
        instructions=instructions(document, selection, [tool.operation for tool in tools], goes_on=goes_on(extras)),
        tools=tuple(tools),
        extras=extras,
        has_jobs=has_jobs,
        skipped=tuple(skipped),
        problems=tuple(problems),
    )


def _switched_off(operation: Operation, name: str, off: Mapping[str, str]) -> str | None:
    return (off.get(name) or off.get(operation.signature)) if off else None


def _extras(selection: Selection, *, has_jobs: bool) -> tuple[WireTool, ...]:
    """Return the tools that are no operation; among several APIs they are listed once, for all of them: united.py."""
    size = result_size(selection.max_response)
    reading = (with_result_size(READ_RESULT_TOOL, size),) if selection.reads_on else ()
    if not selection.goes_on and (selection.prefix or not has_jobs):
        return reading
    return (*reading, with_result_size(GET_CALL_TOOL, size), CANCEL_CALL_TOOL)


def _admitted(tool: Tool, gate: Gate) -> Tool:
    """Return the tool as it passes the gate: whole, else without what it returns, else with its schema cut short.

    Raises:
        _Unserved: it passes in no form; the list is served without it.
    """
    objection = gate.objection(wire_tool(tool))
    if objection is None:
        return tool
    plain = replace(tool, output_schema=None)
    if tool.output_schema is not None and gate.objection(wire_tool(plain)) is None:
        return plain
    schema = dict(tool.input_schema)
    properties, definitions = flat(schema.get("properties", {}), schema.pop("$defs", {}))
    schema.update({key: value for key, value in (("properties", properties), ("$defs", definitions)) if value})
    plain = replace(plain, input_schema=schema)
    if gate.objection(wire_tool(plain)) is None:
        return plain
    raise _Unserved(f"clients would refuse its tool: {objection}", tool.operation.pointer)


def _left_out(operation: Operation, pointer: str, reason: str) -> Problem:
    return Problem(
        severity=Severity.ERROR,
        pointer=pointer,
        message=f"{operation.method} {operation.path} is left out: {reason}",
        hint="correct it, or exclude the operation",
    )


def _lost_parameters(operation: Operation) -> Iterator[Problem]:
    """Yield a warning for each parameter that no request can carry by its name."""
    for parameter in operation.parameters:
        is_named_freely = parameter.location not in (Location.HEADER, Location.COOKIE)
        if not is_named_freely and not HEADER_NAME.fullmatch(parameter.name):
            named = f"{parameter.location.value} {one_line(parameter.name, 80)!r}"
            yield Problem(
                severity=Severity.WARNING,
                pointer=parameter.pointer,
                message=f"{operation.method} {operation.path}: the {named} is never sent, none can have that name",
                hint="correct the name",
            )


def _credential_parameters(document: Document) -> frozenset[tuple[Location, str]]:
    """Return the parameters that the document's own apiKey schemes occupy: never offered to a model."""
    return frozenset(
        (Location(scheme.location), scheme.parameter.lower())
        for scheme in document.security_schemes
        if scheme.type == "apiKey" and scheme.location in ("query", "header", "cookie")
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Generator:
    fit: Fit
    schemas: Mapping[str, Schema]
    hidden: frozenset[tuple[Location, str]]
    selection: Selection
    inputs: Parts
    outputs: Parts
    bodies: Bodies
    keys: tuple[SecurityScheme, ...]
    details: Details
    hints: Hints

    def tool(self, operation: Operation, name: str, inputs: Inputs) -> Tool:
        operation, names = inputs.sending(worded(operation, inputs)), inputs.names
        input_schema, own = self.input_schemas(inputs, required(operation, inputs.parameters, inputs.bodies))
        title = describe.title(operation)
        said = describe.description(operation, self.schemas, self.details, self.fit.longest_description)
        return Tool(
            name=name,
            title=title,
            description=said,
            input_schema=input_schema,
            output_schema=self.output_schema(operation) if self.selection.output_schemas else None,
            operation=self.taking(operation),
            annotations=describe.annotations(operation),
            parameters=tuple(_binding(argument, names) for argument in inputs.parameters),
            bodies=tuple(_sent(body, names, schemas) for body, schemas in zip(inputs.bodies, own, strict=True)),
            chooser=names[CHOOSER] if inputs.has_choice else "",
            ignored=frozenset(inputs.ignored) - set(names.values()),
            fixed=inputs.fixed,
            defaults=inputs.defaults,
            meta=self.hints.of(operation, f"{name} {title} {said}"),
        )

    def inputs_of(self, operation: Operation, edit: ToolEdit) -> Inputs:
        """Return what an operation takes, as the operator wants it."""
        _check_path(operation)
        return changed(inputs_of(*self.parameters(operation), self.bodies.of(operation)), edit.arguments, self.inputs)

    def parameters(self, operation: Operation) -> tuple[list[Argument], list[str]]:
        """Return the parameters that are offered, and the names of those that are not the caller's to set."""
        offered, ignored = [], []
        for parameter in operation.parameters:
            if _is_reserved(parameter) or (parameter.location, parameter.name.lower()) in self.hidden:
                is_header = parameter.location is Location.HEADER
                ignored.append(parameter.name.lower() if is_header else parameter.name)
                continue
            schema = _described(parameter.schema, parameter)
            place, required = parameter.location.value, parameter.required
            offered.append(Argument(place, parameter.name, schema, BindingKind.PARAMETER, required, parameter))
        return offered, ignored

    def taking(self, operation: Operation) -> Operation:
        """Return an operation with the schemes whose key is a parameter of its own: no caller may give it, so we do."""
        declared = {(parameter.location.value, parameter.name.lower()) for parameter in operation.parameters}
        takes = tuple(scheme.name for scheme in self.keys if (scheme.location, scheme.parameter.lower()) in declared)
        return replace(operation, takes=takes) if takes else operation

    def input_schemas(self, inputs: Inputs, needed: list[Argument]) -> tuple[dict[str, Any], list[dict[str, Schema]]]:
        """Return the schema of the list, and for each body those of the arguments that the list has wider."""
        parts, names, known = SelfContained(self.inputs), inputs.names, inputs.all
        for argument in inputs.offered(known):
            parts.add(names[key_of(argument)], argument.schema)
        for index, body in enumerate(inputs.bodies):
            for argument in inputs.offered(own_schemas(body, known)):
                parts.add(f"{names[key_of(argument)]}{_OF_BODY}{index}", argument.schema)
        properties, definitions = slim(*parts.finish())
        if self.fit.inline and definitions:
            properties, definitions = slim(inline(properties, definitions), {})
        own: list[dict[str, Schema]] = [{} for _ in inputs.bodies]
        for marked in [name for name in properties if _OF_BODY in name]:
            name, _, index_text = marked.partition(_OF_BODY)
            own[int(index_text)][name] = properties.pop(marked)
        return self.input_schema(properties, definitions, [names[key_of(one)] for one in needed]), own

    def input_schema(
        self, properties: dict[str, Any], definitions: dict[str, Any], needed: list[str]
    ) -> dict[str, Any]:
        if self.selection.select:
            properties.setdefault(SELECT, SELECT_SCHEMA)  # a document's own argument of that name stays what it is
        if not properties:
            return {"type": "object", "additionalProperties": False}
        schema: dict[str, Any] = {"type": "object", "properties": properties}
        if needed:
            schema["required"] = needed
        if definitions:
            schema["$defs"] = definitions
        return schema

    def output_schema(self, operation: Operation) -> dict[str, Any] | None:
        """Return the schema of a success, where it is JSON, under the form that results have."""
        response = describe.success(operation)
        media = next((m for m in response.content if is_json(m.content_type)), None) if response else None
        if media is None or media.schema is None:
            return None
        parts = SelfContained(self.outputs)
        parts.add("answer", media.schema)
        roots, definitions = parts.finish()
        if self.fit.inline and definitions:
            roots, definitions = inline(roots, definitions, _OUTPUT_ROOM), {}
        answer = roots["answer"]
        # Permissive on purpose: an answer that breaks its schema, a 204 and a `_note` must still arrive.
        schema: dict[str, Any] = {"type": "object"}
        if answer.get("type") == "object":
            schema = {key: value for key, value in answer.items() if key in ("properties", "title", "description")}
            schema = {"type": "object", **schema}
        else:
            schema["properties"] = {"result": answer}
        return {**schema, "$defs": definitions} if definitions else schema


def _check_path(operation: Operation) -> None:
    """Refuse a template that a URL parser would rewrite."""
    segments = path_and_query(operation.path)[0].replace("\\", "/").split("/")
    if any(_decoded_dots(segment) for segment in segments):
        raise _Unserved("the path template holds a dot segment", operation.pointer)


def _decoded_dots(segment: str) -> bool:
    return segment.lower().replace("%2e", ".") in (".", "..")


def _is_reserved(parameter: Parameter) -> bool:
    name = parameter.name.lower()
    match parameter.location:
        case Location.HEADER:
            return name in _RESERVED_HEADERS or name.startswith("proxy-") or not HEADER_NAME.fullmatch(name)
        case Location.COOKIE:
            return not _COOKIE_NAME.fullmatch(name)
        case _:
            return False


def _described(schema: Schema, parameter: Parameter) -> Schema:
    """Return the parameter's schema with the parameter's own description, which is the more specific one."""
    said = parameter.description
    if parameter.deprecated:
        said = f"Deprecated. {said}".strip()
    return {**schema, "description": said} if said else schema


def _binding(argument: Argument, names: Mapping[tuple[str, str], str]) -> Binding:
    return Binding(
        argument=names[key_of(argument)],
        kind=argument.kind,
        name=argument.parameter.name
        if argument.kind is BindingKind.PART_HEADER and argument.parameter
        else argument.name,
        required=argument.required,
        parameter=argument.parameter,
        part=argument.part,
    )


def _sent(body: BodyArguments, names: Mapping[tuple[str, str], str], schemas: Mapping[str, Schema]) -> SentBody:
    return SentBody(
        content_type=body.content_type,
        bindings=tuple(_binding(argument, names) for argument in body.arguments),
        schemas=schemas,
        xml=None if body.xml == XmlNode() else body.xml,
        encodings=body.encodings,
    )
