"""What an MCP client sees: tools, and where each of their arguments goes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from openapi_mcp.model.document import Encoding, Operation, Parameter, Problem, Schema, Skipped
from openapi_mcp.model.policy import NO_LIMITS, ToolLimits
from openapi_mcp.model.text import clean_text
from openapi_mcp.model.workflow import Plan
from openapi_mcp.model.xml import XmlNode


class BindingKind(StrEnum):
    """What an argument becomes: a parameter, one field of an object body (or a file in one), or the whole body.

    A whole body that is a file is given as files are. A part header is one of a field in a multipart body.
    """

    PARAMETER = "parameter"
    BODY_FIELD = "body field"
    FILE = "file"
    PART_HEADER = "part header"
    BODY = "body"
    FILE_BODY = "file as body"


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """Where one tool argument goes: `name` is its name on the wire, `required` is meant within the body.

    `part` is the field whose header it is, where it is a part header.
    """

    argument: str
    kind: BindingKind
    name: str
    required: bool = False
    parameter: Parameter | None = None
    part: str = ""

    @property
    def location(self) -> str:
        """Where it goes: "path", "query", "header", "cookie", "querystring" or "body"."""
        is_in_body = self.parameter is None or self.kind is BindingKind.PART_HEADER
        return "body" if is_in_body or self.parameter is None else self.parameter.location.value

    @property
    def is_body_field(self) -> bool:
        """True for one of several arguments that make up the body."""
        return self.kind in (BindingKind.BODY_FIELD, BindingKind.FILE)

    @property
    def is_whole_body(self) -> bool:
        """True for the one argument that is the body."""
        return self.kind in (BindingKind.BODY, BindingKind.FILE_BODY)

    @property
    def is_file(self) -> bool:
        """True for a file, or a list of files."""
        return self.kind in (BindingKind.FILE, BindingKind.FILE_BODY)


@dataclass(frozen=True, slots=True, kw_only=True)
class SentBody:
    """The request body in one of its media types: the Content-Type to send, and what each argument becomes in it.

    `xml` is how an object is written where that is XML, None where the document says nothing about it. `schemas` are
    those of arguments for which the list has a wider one, as another media type takes other values.
    """

    content_type: str
    bindings: tuple[Binding, ...] = ()
    schemas: Mapping[str, Schema] = field(default_factory=dict)
    xml: XmlNode | None = None
    encodings: tuple[Encoding, ...] = ()

    @property
    def needs_whole(self) -> bool:
        """True when one argument is the body, and has to be given."""
        return any(binding.is_whole_body and binding.required for binding in self.bindings)

    @property
    def is_file(self) -> bool:
        """True when the body is a file."""
        return any(binding.kind is BindingKind.FILE_BODY for binding in self.bindings)


WireTool = dict[str, Any]
Hints = Mapping[str, bool]
"""Annotations by their names on the wire."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotations:
    """The hints of MCP's ToolAnnotations, all four always said."""

    read_only: bool
    destructive: bool
    idempotent: bool
    open_world: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """One operation as a tool; or, where it has a `plan`, a workflow of several, whose `operation` only names it.

    `ignored` are the declared parameters that a caller may not set, headers in lower case: dropped
    when given.
    `parameters` are the arguments beside the body, `bodies` the media types that can be sent, the default first;
    `chooser` is the argument that names another one, "" where there is no choice. The operator's own values by the
    names of arguments: `fixed` are always sent and no caller's to give, `defaults` are sent where a call gives none.
    `meta` is what clients are told of it beside the protocol's own words. `key` is the argument that is made anew for
    each call that gives none: a declared idempotency key. `limits` are what the operator says of its calls alone.
    """

    name: str
    title: str
    description: str
    input_schema: Schema
    operation: Operation
    annotations: Annotations
    parameters: tuple[Binding, ...] = ()
    output_schema: Schema | None = None
    bodies: tuple[SentBody, ...] = ()
    chooser: str = ""
    ignored: frozenset[str] = frozenset()
    meta: Mapping[str, Any] = field(default_factory=dict)
    fixed: Mapping[str, Any] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    key: str = ""
    limits: ToolLimits = NO_LIMITS
    plan: Plan | None = None

    @property
    def bindings(self) -> tuple[Binding, ...]:
        """What becomes of each argument; those of the body as its default has them."""
        return self.parameters + (self.bodies[0].bindings if self.bodies else ())

    @property
    def body_type(self) -> str | None:
        """The media type of the body that is sent by default, None where the operation has none."""
        return self.bodies[0].content_type if self.bodies else None

    @property
    def xml(self) -> XmlNode | None:
        """How an object is written where the body is XML by default."""
        return self.bodies[0].xml if self.bodies else None

    @property
    def body_required(self) -> bool:
        """True when the operation cannot be called without a body."""
        return self.operation.request_body is not None and self.operation.request_body.required

    def argument_of(self, parameter: str) -> str:
        """Return the argument that a parameter is: "id", or "path.id" where several have that name; else "".

        A Link Object names parameters so (OAS 3.1.1, 4.8.20.1).
        """
        place, _, inner = parameter.partition(".")
        for binding in self.parameters:
            if binding.name == parameter or (inner and binding.name == inner and binding.location == place):
                return binding.argument
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Toolset:
    """The tools in document order, the operations that did not become one, and the defects found on the way.

    A toolset kept on disk brings its own `tools` and `by_name`, which read a tool when it is asked for. `extras` are
    listed behind the tools: those that are no operation, as the list carries them. In the `mode` "search" they are the
    whole list, else ("tools") each tool is in it, as the `style` has it; `why` says why it is that mode. `size` are the
    bytes of the list with each tool in it, `hints` the annotations of a tool that calls any of them. `says_needs` is
    true where descriptions say what tools need, or would if there were anything to say; `has_jobs` where an operation
    may answer before its work is done. `odd_workflows` counts what is odd in workflows, and leaves none of them out.
    """

    title: str
    version: str
    instructions: str
    tools: Sequence[Tool]
    extras: Sequence[WireTool] = ()
    skipped: tuple[Skipped, ...] = ()
    problems: tuple[Problem, ...] = ()
    odd_workflows: int = 0
    mode: str = "tools"
    style: str = "full"
    why: str = ""
    size: int = 0
    says_needs: bool = False
    has_jobs: bool = False
    hints: Hints = field(default_factory=dict)
    by_name: Mapping[str, Tool] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.by_name or isinstance(self.tools, tuple):
            object.__setattr__(self, "by_name", {tool.name: tool for tool in self.tools})

    @property
    def listed(self) -> Sequence[Tool]:
        """The tools that stand in the list."""
        return () if self.searches else self.tools

    @property
    def searches(self) -> bool:
        """True where tools are found by searching, and called through `call_operation`."""
        return self.mode == "search"


SEARCH_HINT = "anthropic/searchHint"  # Claude Code's search for tools reads it beside name and description
RESULT_SIZE = "anthropic/maxResultSizeChars"  # characters up to which Claude Code shows a result; 50,000 without it


def wire_tool(tool: Tool) -> WireTool:
    """Return the tool as `tools/list` carries it (MCP 2026-07-28, Tool)."""
    listed: WireTool = {
        "name": tool.name,
        "title": tool.title,
        "description": tool.description,
        "inputSchema": tool.input_schema,
    }
    if tool.output_schema is not None:
        listed["outputSchema"] = tool.output_schema
    listed["annotations"] = {
        "readOnlyHint": tool.annotations.read_only,
        "destructiveHint": tool.annotations.destructive,
        "idempotentHint": tool.annotations.idempotent,
        "openWorldHint": tool.annotations.open_world,
    }
    meta = dict(tool.meta)
    if tool.plan is not None:
        meta["openapi-mcp/workflow"] = clean_text(tool.plan.own.workflow.id)
    elif tool.name != tool.operation.operation_id:  # where the name alone does not say which operation it is
        meta["openapi-mcp/operation"] = f"{tool.operation.method} {clean_text(tool.operation.path)}"
    if meta:
        listed["_meta"] = meta
    return listed
