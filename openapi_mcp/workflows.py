"""Workflows as tools: each of an Arazzo description's becomes one, beside the operations that its steps call."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from openapi_mcp.auth.held import spot_of
from openapi_mcp.generator.clients import Fit, fit
from openapi_mcp.generator.enrich import MAX_DESCRIPTION
from openapi_mcp.generator.gate import Gate
from openapi_mcp.generator.inline import inline
from openapi_mcp.generator.naming import tool_names
from openapi_mcp.generator.slim import slim
from openapi_mcp.model.document import WORKFLOW, Document, Operation, Problem, Schema, Severity, Skipped
from openapi_mcp.model.policy import ANY_CLIENT
from openapi_mcp.model.text import one_line
from openapi_mcp.model.tool import Annotations, Tool, Toolset, wire_tool
from openapi_mcp.model.workflow import LeftOut, Plan, Workflow
from openapi_mcp.workflow.binding import Unplanned, bind
from openapi_mcp.workflow.carried_out import said_of
from openapi_mcp.workflow.served_apis import ServedApi
from openapi_mcp.workflow.shown import Shown, shown_of
from openapi_mcp.workflow.together import Placed

_MOST_SHOWN = 12  # outputs in a description
_LONGEST_WAYS = 200
_LONGEST_WORDS = 600  # characters of its own words there
_ENDS = ".!?…:\u3002\uff01\uff1f"  # what a sentence ends with, in East Asian texts too


def with_workflows(
    toolset: Toolset,
    placed: Sequence[Placed],
    apis: Sequence[ServedApi],
    *,
    client: str = ANY_CLIENT,
    prefix: str = "",
    off: Mapping[str, str] | None = None,
    output_schemas: bool = False,
) -> Toolset:
    """Return a toolset with a tool for each workflow whose steps call its tools, behind those of the operations.

    What cannot be one stands in `skipped` with the reason; a workflow never calls what is not served itself. `off`
    says of tools, by their names, why a person wants none. With `output_schemas` they say what comes of them.
    """
    if not placed:
        return toolset
    bound = bind(placed, apis)
    making = _Making(toolset, fit(client), prefix, output_schemas=output_schemas)
    tools: list[Tool] = []
    unread = [_unread(each, one.where) for one in placed for each in one.document.left_out]
    skipped = [*toolset.skipped, *unread, *map(_skipped, bound.left_out)]
    problems = [*toolset.problems, *bound.problems]
    for workflow, where, plan in bound.plans:
        made = making.tool(workflow, where, plan)
        if isinstance(made, Tool) and (reason := _switched_off(made, off or {})) is not None:
            skipped.append(replace(_named_skip(workflow, where, reason), tool=made.name))
            continue
        if isinstance(made, Tool):
            tools.append(made)
            continue
        skipped.append(_named_skip(workflow, where, made))
        problems.append(_objection(workflow, where, made))
    problems += making.problems
    odd = sum(each.severity is Severity.WARNING for each in (*bound.problems, *making.problems))
    return replace(
        toolset,
        odd_workflows=toolset.odd_workflows + odd,
        tools=(*toolset.tools, *tools),
        by_name={},
        skipped=tuple(skipped),
        problems=tuple(dict.fromkeys(problems)),
    )


def _switched_off(tool: Tool, off: Mapping[str, str]) -> str | None:
    return off.get(tool.name) or off.get(tool.operation.signature)


def served_api(toolset: Toolset, document: Document, place: str, name: str = "") -> ServedApi:
    """Return an API that is served, as workflows may refer to it: by its `name`, or its document's `place`."""
    reasons = {(each.method, each.path): each.reason for each in toolset.skipped}
    left_out: dict[str, str] = {f"{method} {path}": reason for (method, path), reason in reasons.items()}
    for operation in document.operations:
        reason = reasons.get((operation.method, operation.path))
        if operation.operation_id and reason is not None:
            left_out[operation.operation_id] = reason
    places = frozenset(filter(None, (place, document.base_uri or "")))
    keys = {each.name: (at[0].value, at[1]) for each in document.security_schemes if (at := spot_of(each)) is not None}
    return ServedApi(
        name=name, places=places, tools=toolset.tools, left_out=left_out, keys=keys, schemas=document.schemas
    )


def _unread(broken: LeftOut, where: str) -> Skipped:
    name = one_line(broken.id, 120)
    return Skipped(method=WORKFLOW, path=name, pointer=f"{where}{broken.pointer}", reason=broken.reason, tool=name)


def _skipped(unplanned: Unplanned) -> Skipped:
    return _named_skip(unplanned.workflow, unplanned.where, unplanned.reason)


def _named_skip(workflow: Workflow, where: str, reason: str) -> Skipped:
    name = one_line(workflow.id, 120)
    return Skipped(method=WORKFLOW, path=name, pointer=f"{where}{workflow.pointer}", reason=reason, tool=name)


def _objection(workflow: Workflow, where: str, reason: str) -> Problem:
    return Problem(
        severity=Severity.ERROR,
        pointer=f"{where}{workflow.pointer}",
        message=f"the workflow {one_line(workflow.id, 80)!r} is left out: {reason}",
        hint="correct the workflow",
    )


class _Making:
    """Makes the tools of workflows; no name is given twice. `problems` are of those that go by another name."""

    def __init__(self, toolset: Toolset, fitted: Fit, prefix: str, *, output_schemas: bool) -> None:
        self._output_schemas = output_schemas
        self._fit = fitted
        self._prefix = prefix
        self._by_name = toolset.by_name
        self._taken = set(toolset.by_name)
        self._gate = Gate(fitted)
        self.problems: list[Problem] = []

    def tool(self, workflow: Workflow, where: str, plan: Plan) -> Tool | str:
        """Return the tool of a workflow, or why there is none."""
        called = [self._by_name[name] for name in plan.tools]
        shown = shown_of(plan)
        if isinstance(shown, str):
            return shown
        title = one_line(workflow.summary or workflow.id, 80)
        made = Tool(
            name=self._name(workflow, where),
            title=title,
            description=_description(workflow, plan, shown, self._fit.longest_description or MAX_DESCRIPTION),
            input_schema=_input_schema(shown, self._fit),
            operation=Operation(
                method=WORKFLOW,
                path=one_line(workflow.id, 120),
                pointer=f"{where}{workflow.pointer}",
                operation_id=workflow.id,
                summary=one_line(workflow.summary, 300),
                description=one_line(workflow.description, 1_500),
                servers=called[0].operation.servers if called else (),
                security=(),
            ),
            output_schema=_output_schema(workflow) if self._output_schemas else None,
            annotations=_annotations(called),
            plan=plan,
        )
        objection = self._gate.objection(wire_tool(made))
        if objection is not None:
            return f"clients would refuse its tool: {objection}"
        self._taken.add(made.name)
        if made.name != self._plain_name(workflow, workflow.id):
            self.problems.append(_renamed(workflow, where, made.name))
        return made

    def _name(self, workflow: Workflow, where: str) -> str:
        """Return a name that is free: that of the id, else with "workflow" behind it, else with its file's name."""
        file = where.rpartition("/")[2].partition(".")[0]
        for words in (
            workflow.id,
            f"{workflow.id} workflow",
            *(f"{workflow.id} {file} {at}" for at in range(2, 1_000)),
        ):
            name = self._plain_name(workflow, words)
            if name not in self._taken:
                break
        return name

    def _plain_name(self, workflow: Workflow, words: str) -> str:
        """Return a name of these words, free or not."""
        plain = Operation(method=WORKFLOW, path=workflow.id, pointer="", operation_id=words)
        (name,) = tool_names([plain], self._fit.longest_name, self._prefix)
        return name


def _renamed(workflow: Workflow, where: str, name: str) -> Problem:
    return Problem(
        severity=Severity.WARNING,
        pointer=f"{where}{workflow.pointer}",
        message=f"the workflow {one_line(workflow.id, 80)!r} is listed as {name}: another tool has its name",
        hint="give it a workflowId of its own",
    )


def _annotations(called: Sequence[Tool]) -> Annotations:
    """Return what all the steps together are: read-only where each of them is, destructive where any is."""
    each = [tool.annotations for tool in called]
    return Annotations(
        read_only=all(one.read_only for one in each),
        destructive=any(one.destructive for one in each),
        idempotent=all(one.read_only for one in each),  # steps that repeat alone need not do so one after the other
    )


def _input_schema(shown: Shown, fitted: Fit) -> Schema:
    """Return what a caller is shown of a workflow's inputs as a tool's schema."""
    properties, definitions = dict(shown.properties), dict(shown.definitions)
    if fitted.inline and definitions:
        properties, definitions = inline(properties, definitions), {}
    properties, definitions = slim(properties, definitions)
    if not properties:
        return {"type": "object", "additionalProperties": False}
    made: dict[str, Any] = {"type": "object", "properties": properties}
    made |= {"required": [*shown.required]} if shown.required else {}
    return made | ({"$defs": definitions} if definitions else {})


def _output_schema(workflow: Workflow) -> Schema:
    """Return what a workflow yields, by the names: any of it may be null, where it leads to nothing."""
    properties: dict[str, Any] = {name: {} for name in workflow.outputs}
    return {"type": "object", **({"properties": properties} if properties else {})}


def _description(workflow: Workflow, plan: Plan, shown: Shown, longest: int) -> str:
    """Return what a model reads: its own words, what it calls, what comes back."""
    words = " ".join(filter(None, map(_sentence, (workflow.summary, workflow.description))))
    said = one_line(words or f"The workflow {workflow.id}.", _LONGEST_WORDS)
    returns = ", ".join(_some(list(workflow.outputs))) or "which steps were carried out"
    ending = f"\nReturns: {one_line(returns, 240)}."
    calls = f"One call carries out: {', '.join(said_of(plan))}."
    ways = f"{one_line(shown.words, _LONGEST_WAYS)} " if shown.words else ""
    return one_line(f"{said} {ways}{calls}", longest - len(ending)) + ending


def _sentence(text: str) -> str:
    """Return a text with a full stop, so that what is put behind it is read as something else."""
    said = text.rstrip()
    return said if not said or said[-1] in _ENDS else f"{said}."


def _some(texts: list[str]) -> list[str]:
    shown = [one_line(text, 80) for text in texts[:_MOST_SHOWN]]
    return shown + ([f"and {len(texts) - len(shown)} more"] if len(texts) > len(shown) else [])
