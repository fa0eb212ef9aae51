"""A chain as a workflow of Arazzo, which runs as it is, and which a person may go on from."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from openapi_mcp.model.document import Location
from openapi_mcp.model.pointer import join
from openapi_mcp.model.text import one_line
from openapi_mcp.model.tool import Binding, BindingKind, Tool
from openapi_mcp.model.workflow import Criterion, CriterionKind, Payload, Step, StepParameter, Workflow
from openapi_mcp.workflow.chains import Chain, Node
from openapi_mcp.workflow.given import Inputs, inside
from openapi_mcp.workflow.known import parts_of
from openapi_mcp.workflow.scalars import Path

RESULT = "result"
_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9_-]+")
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_PLACES = frozenset((Location.PATH, Location.QUERY, Location.HEADER, Location.COOKIE))  # Arazzo 1.0.1, 4.6.6
_SIMPLE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./:-]*")  # an id that no expression is taken for
_LONGEST_TITLE = 60
_LONGEST_NAME = 40  # characters of a tool's (generator/naming.py)
_SUCCESS = re.compile("2[0-9]{2}")
_ANY_SUCCESS = "$statusCode >= 200 && $statusCode < 300"


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A tool, and how a workflow names what it calls."""

    tool: Tool
    operation_id: str = ""
    operation_path: str = ""


def named(tool: Tool, source: str, *, is_only: bool, repeated: Collection[str] = ()) -> Named:
    """Return a tool as workflows name it; `repeated` are the ids that several operations of its document have.

    "getPet"; "$sourceDescriptions.pets.getPet" where it `is_only` one source of several; without an id that is its own
    "{$sourceDescriptions.pets.url}#/paths/~1pets~1{id}/get".
    """
    operation = tool.operation
    name = operation.operation_id
    if name and name not in repeated and _SIMPLE.fullmatch(name):
        return Named(tool=tool, operation_id=name if is_only else f"$sourceDescriptions.{source}.{name}")
    pointer = join("#/paths", operation.path, operation.method.lower())
    return Named(tool=tool, operation_path=f"{{$sourceDescriptions.{source}.url}}{pointer}")


def draft(chain: Chain, usual: Mapping[Node, Sequence[str]], tools: Mapping[str, Named]) -> Workflow | None:
    """Return a chain as a workflow; None where a step takes what no workflow can give, such as a file.

    What no step before it gives is an input: what is required, and what is `usual`. Required is what an operation
    cannot do without, and before a write what the first of a list is found by. No value is in it but those of the
    document.
    """
    return _Draft(chain, usual, tools).workflow()


@dataclass(slots=True)
class _Draft:
    chain: Chain
    usual: Mapping[Node, Sequence[str]]
    tools: Mapping[str, Named]
    ids: dict[Node, str] = field(default_factory=dict)
    outputs: dict[Node, dict[str, Path]] = field(default_factory=dict)
    inputs: Inputs = field(default_factory=Inputs)

    def workflow(self) -> Workflow | None:
        self._name_steps()
        self._name_outputs()
        steps = self._steps()
        if self.inputs.repeated:
            self.inputs = Inputs(self.inputs.repeated)
            steps = self._steps()
        if None in steps:
            return None
        return Workflow(
            id=self._id(),
            summary=", then ".join(self._title(node) for node in self.chain),
            description=self._ways(),
            inputs=self.inputs.schema(),
            steps=tuple(step for step in steps if step is not None),
            outputs=self._results(),
        )

    def _steps(self) -> list[Step | None]:
        return [self._step(node) for node in self.chain]

    def _id(self) -> str:
        """Return "orders_list_from_customers_list"; "orders_list_chain" where its tool's name would be cut short."""
        first, last = self.chain[0].tool, self.chain[-1].tool
        whole = f"{last}_from_{first}"
        return whole if len(whole) <= _LONGEST_NAME else f"{last}_chain"

    def _ways(self) -> str:
        """Return what goes from step to step: "orders_list takes customer from customers_list (results[0].id)."."""
        said: list[str] = []
        for node in self.chain:
            taken = [
                f"{one_line(name, 60)} from {self.ids[each]} ({_shown(path)})" for name, each, path in node.sources
            ]
            said += [f"{self.ids[node]} takes {', '.join(taken)}."] if taken else []
        return " ".join(said)

    def _name_steps(self) -> None:
        for node in self.chain:
            self.ids[node] = unused(node.tool, self.ids.values())

    def _name_outputs(self) -> None:
        """Name what later steps take: by its last property, as "id"."""
        self.outputs = {node: {} for node in self.chain}
        for node in self.chain:
            for _, source, path in node.sources:
                if path not in (own := self.outputs[source]).values():
                    own[unused(_output_name(path), (*own, RESULT))] = path

    def _step(self, node: Node) -> Step | None:
        given = self._given(node)
        tool = self.tools[node.tool]
        bindings = [binding for binding in tool.tool.bindings if binding.argument in given]
        if any(not _can_be_given(binding) for binding in bindings) or len(bindings) < len(given):
            return None
        outputs = {name: _expression(path) for name, path in self.outputs[node].items()}
        if self._is_last(node) and _answers(tool.tool):
            outputs[RESULT] = "$response.body"
        return Step(
            id=self.ids[node],
            description=self._description(node),
            operation_id=tool.operation_id,
            operation_path=tool.operation_path,
            parameters=tuple(
                StepParameter(name=binding.name, location=binding.location, value=given[binding.argument])
                for binding in bindings
                if binding.kind is BindingKind.PARAMETER
            ),
            body=_body(tool.tool, [binding for binding in bindings if binding.location == "body"], given),
            criteria=tuple(self._criteria(node)),
            outputs=outputs,
        )

    def _given(self, node: Node) -> dict[str, Any]:
        """Return for each argument of a step the expression that gives it, or what holds such expressions."""
        tool = self.tools[node.tool].tool
        sources = {name: self._taken(source, path) for name, source, path in node.sources}
        nested = {parts_of(name)[0] for name in sources} - {*sources}
        required: Sequence[str] = tool.input_schema.get("required", ())
        bound = {binding.argument for binding in tool.bindings}
        whole = {binding.argument for binding in tool.bindings if binding.is_whole_body}  # never left out of a payload
        given: dict[str, Any] = {}
        for name, schema in tool.input_schema.get("properties", {}).items():
            if name in sources:
                given[name] = sources[name]
            elif name in nested:
                given[name] = self._nested(node, name, schema, sources)
            elif name in required or (name in self.usual.get(node, ()) and name in bound):
                given[name] = self._input(node, name, schema, is_required=name in required or name in whole)
        return given

    def _nested(self, node: Node, holder: str, schema: Any, sources: Mapping[str, str]) -> Any:
        """Return an object, or a list of one, in which some fields come from answers: what else it needs is input."""
        own = {parts_of(name): value for name, value in sources.items() if parts_of(name)[0] == holder}
        _, items, first = next(iter(own))
        if not first:
            return [own[holder, items, ""]]
        whole = self.tools[node.tool].tool.input_schema
        inner = inside(schema, whole, is_list=bool(items))
        usual = {parts_of(name)[2] for name in self.usual.get(node, ()) if parts_of(name)[:2] == (holder, items)}
        made: dict[str, Any] = {field: value for (_, _, field), value in own.items() if field}
        for name, field_schema in inner.get("properties", {}).items():
            is_required = name in inner.get("required", ())
            if name not in made and (is_required or name in usual):
                made[name] = self._input(node, name, field_schema, is_required=is_required)
        return [made] if items else made

    def _input(self, node: Node, name: str, schema: Any, *, is_required: bool) -> str:
        definitions = self.tools[node.tool].tool.input_schema.get("$defs", {})
        is_needed = is_required or self._decides(node)
        added = self.inputs.add(self.ids[node], name, schema, definitions, is_required=is_needed)
        return f"$inputs.{added}"

    def _decides(self, node: Node) -> bool:
        """True for a step whose first find a write goes to: without words it would be the first of all."""
        is_choice = any(None in path for path in self.outputs[node].values())
        return is_choice and not all(self.tools[each.tool].tool.annotations.read_only for each in self.chain)

    def _taken(self, source: Node, path: Path) -> str:
        name = next(name for name, each in self.outputs[source].items() if each == path)
        return f"$steps.{self.ids[source]}.outputs.{name}"

    def _criteria(self, node: Node) -> Iterator[Criterion]:
        """Yield what makes a step a success: a declared status, and that there is something where others take it from.

        Without the latter a list that is empty would fail the step after it, which is not to blame.
        """
        yield Criterion(condition=_status(self.tools[node.tool].tool))
        for path in self.outputs[node].values():
            if None in path:
                yield Criterion(kind=CriterionKind.JSONPATH, context="$response.body", condition=_json_path(path))

    def _description(self, node: Node) -> str:
        """Return what a person may want to choose otherwise: which item of a list is taken."""
        taken = [_shown(path) for path in self.outputs[node].values() if None in path]
        if not taken:
            return ""
        return f"{self._title(node)}. The first is taken ({', '.join(taken)}): choose another where that is not meant."

    def _results(self) -> dict[str, str]:
        last = [node for node in self.chain if self._is_last(node) and _answers(self.tools[node.tool].tool)]
        names = {node: RESULT if len(last) == 1 else self.ids[node] for node in last}
        return {names[node]: f"$steps.{self.ids[node]}.outputs.{RESULT}" for node in last}

    def _is_last(self, node: Node) -> bool:
        return not self.outputs[node]

    def _title(self, node: Node) -> str:
        return one_line(self.tools[node.tool].tool.title or node.tool, _LONGEST_TITLE)


def unused(name: str, used: Collection[str]) -> str:
    """Return the name, with a number where it is used already: "id_2"."""
    number, made = 1, name
    while made in used:
        number += 1
        made = f"{name}_{number}"
    return made


def _output_name(path: Path) -> str:
    name = next((part for part in reversed(path) if part is not None), "")
    return _NOT_IN_A_NAME.sub("_", name).strip("_")[:40] or "value"


def _can_be_given(binding: Binding) -> bool:
    if binding.is_file or binding.kind is BindingKind.PART_HEADER:
        return False
    return binding.parameter is None or binding.parameter.location in _PLACES


def _body(tool: Tool, bindings: Sequence[Binding], given: Mapping[str, Any]) -> Payload | None:
    if not bindings:
        return None
    whole = next((given[binding.argument] for binding in bindings if binding.is_whole_body), None)
    fields = {binding.name: given[binding.argument] for binding in bindings if binding.is_body_field}
    return Payload(content_type=tool.body_type or "", payload=fields if whole is None else whole)


def _answers(tool: Tool) -> bool:
    """True where a success has a body, as the document has it."""
    return any(response.content for response in tool.operation.responses if response.status.startswith("2"))


def _status(tool: Tool) -> str:
    declared = [each.status for each in tool.operation.responses if _SUCCESS.fullmatch(each.status)]
    is_open = not declared or any(each.status.upper() == "2XX" for each in tool.operation.responses)
    return _ANY_SUCCESS if is_open else " || ".join(f"$statusCode == {each}" for each in sorted(set(declared)))


def _expression(path: Path) -> str:
    """Return where a value is in an answer, the first of a list: "$response.body#/results/0/id"."""
    pointer = "".join(f"/{0 if part is None else part.replace('~', '~0').replace('/', '~1')}" for part in path)
    return f"$response.body#{pointer}" if pointer else "$response.body"


def _json_path(path: Path) -> str:
    """Return the same as RFC 9535 has it: "$.results[0].id"."""
    return f"${''.join(map(_segment, path))}"


def _segment(part: str | None) -> str:
    if part is None:
        return "[0]"
    quoted = part.replace("\\", "\\\\").replace("'", "\\'")
    return f".{part}" if _IDENTIFIER.fullmatch(part) else f"['{quoted}']"


def _shown(path: Path) -> str:
    return one_line(_json_path(path).removeprefix("$").removeprefix("."), 100)
