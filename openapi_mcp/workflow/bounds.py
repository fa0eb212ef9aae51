"""How far a run of a workflow may go: so many steps, so deep, so long a wait; and what is said at a bound."""

from dataclasses import dataclass, replace

from openapi_mcp.model.call import Failure, FailureKind
from openapi_mcp.model.workflow import Step, Workflow
from openapi_mcp.workflow.held import MOST_HELD
from openapi_mcp.workflow.judged import failed, named, stopped
from openapi_mcp.workflow.work import MOST_WORK

MOST_STEPS = 1_000  # of one run, those of the workflows that it calls among them
DEEPEST = 10  # workflows within workflows
LONGEST_WAIT = 300.0  # seconds before one repetition
LONGEST_WAITS = 1_800.0  # seconds of all repetitions of a run together


@dataclass(slots=True, kw_only=True)
class Bounds:
    """What one run has taken of what it may: its steps, and the seconds that it has waited."""

    steps: int = 0
    waited: float = 0.0

    def counts(self) -> bool:
        """True where another step may be taken."""
        self.steps += 1
        return self.steps <= MOST_STEPS

    def waits(self, workflow: Workflow, step: Step, seconds: float) -> Failure | None:
        """Count a wait before a step is tried again; return why it is too long."""
        if seconds > LONGEST_WAIT:
            said = f"it is to be tried again after {seconds:g} s, which is more than {LONGEST_WAIT:g} s"
            made = failed(workflow, step, said, kind=FailureKind.RATE_LIMITED)
            return replace(made, retryable=True, retry_after=seconds)
        self.waited += seconds
        if self.waited > LONGEST_WAITS:
            said = f"its repetitions would wait more than {LONGEST_WAITS:g} s in all"
            return failed(workflow, step, said, kind=FailureKind.RATE_LIMITED)
        return None


def endless(workflow: Workflow) -> Failure:
    """Return the failure of a run that takes one step too many."""
    return stopped(f"{named(workflow)} takes more than {MOST_STEPS:,} steps, and would go on without an end")


def spent(workflow: Workflow, step: Step | None) -> Failure:
    """Return the failure of a run whose conditions and expressions have taken all the work that there is."""
    said = (
        f"the run has taken {MOST_WORK:,} steps of work, as many as one may, for what came and what it is held against"
    )
    hint = "name the part of an answer that a condition is about: $response.body#/status; poll less often"
    return failed(workflow, step, said, hint=hint)


def full(workflow: Workflow, step: Step | None) -> Failure:
    """Return the failure of a run whose steps yield more than is kept in memory."""
    said = f"what the steps of the run have yielded takes more than {MOST_HELD // 1_000_000} MB of memory"
    return failed(workflow, step, said, hint="let a step yield the parts that are needed: $response.body#/items/0/id")


def too_deep(name: str) -> Failure:
    """Return the failure of a run whose workflows call one another beyond measure."""
    return stopped(f"workflow {name!r}: workflows call one another more than {DEEPEST} deep")
