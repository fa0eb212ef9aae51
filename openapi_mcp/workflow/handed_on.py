"""Which answers that are no text, an image or a file, a workflow hands on: such a body is no value of an expression."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from openapi_mcp.model.call import Blob, Result
from openapi_mcp.model.workflow import Workflow
from openapi_mcp.workflow.expressions import Root, parse, without_braces
from openapi_mcp.workflow.faults import ExpressionError
from openapi_mcp.workflow.wanted import CallStep

_BODY = "$response.body"
_MOST = 5  # each may be as large as an answer


@dataclass(slots=True)
class HandedOn:
    """What a run of this workflow hands on beside its outputs: of these steps, or without outputs of the last one."""

    workflow: Workflow
    _found: dict[str, tuple[Blob, ...]] = field(default_factory=dict)

    def take(self, step: CallStep, result: Result) -> None:
        """Keep what of a step's result is no text, where it may be handed on."""
        own = self.workflow
        if own.outputs and (step.workflow != own.id or step.step not in handed_on(own).values()):
            return
        blobs = tuple(each for each in result.content if isinstance(each, Blob)) if result.failure is None else ()
        self._found = {**(self._found if own.outputs else {}), step.step: blobs}

    def blobs(self) -> Iterator[Blob]:
        """Yield all of it."""
        for each in self._found.values():
            yield from each

    def said_of(self, output: str) -> str | None:
        """Return what stands for an output whose value is no text; None where there is no value."""
        found = self._found.get(handed_on(self.workflow).get(output, ""), ())
        said = [f"{each.mime_type}, {len(each.data):,} bytes" for each in found]
        return f"{', '.join(said)}: beside this, as it is no JSON" if said else None


def handed_on(workflow: Workflow) -> Mapping[str, str]:
    """Return the steps whose whole body is an output of a workflow, by the output's name."""
    found = {name: step for name, text in workflow.outputs.items() if (step := _step_of(workflow, text))}
    return dict(list(found.items())[:_MOST])


def _step_of(workflow: Workflow, text: str) -> str:
    try:
        read = parse(without_braces(text))
    except ExpressionError:
        return ""
    if read.root is not Root.STEPS or read.pointer:
        return ""
    step = next((each for each in workflow.steps if each.id == read.owner), None)
    return read.owner if step is not None and without_braces(step.outputs.get(read.name, "")) == _BODY else ""
