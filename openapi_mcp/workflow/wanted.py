"""What a run of a workflow wants done: the steps that its flow (run.py) yields, and what each is answered with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from openapi_mcp.model.call import Failure
from openapi_mcp.model.secret import Lent, Secret
from openapi_mcp.model.url import Origin
from openapi_mcp.workflow.state import Exchange


@dataclass(frozen=True, slots=True, kw_only=True)
class Got:
    """A secret that an API at this `origin` answered."""

    value: Secret
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class CallStep:
    """A call of a tool; answered with Came. `part` is what its workflow is called among all of the plan.

    Where earlier steps have got credentials that its arguments are made of, it `holds` them, `plain` are the arguments
    with them, and `arguments` those that may be told. What earlier steps have `lent` goes along as credentials.
    `lends` are expressions that lead to credentials for later steps, by the `outputs` of this one: what they find is a
    secret; so is what it `hides`, and has no use for. One that `is_anew` was made before, and is not answered by what
    is kept; one that `stays` follows no redirect.
    """

    workflow: str
    step: str
    tool: str
    part: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    plain: Mapping[str, Any] | None = field(default=None, repr=False)
    holds: tuple[Lent, ...] = ()
    lent: tuple[Lent, ...] = ()
    lends: tuple[str, ...] = ()
    hides: tuple[Secret, ...] = ()
    outputs: Mapping[str, str] = field(default_factory=dict)
    is_anew: bool = False
    stays: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Seconds to wait before a step is tried again; answered with None."""

    workflow: str
    step: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """What came of a call: the `exchange` with the API, None where nothing was sent, and its failure.

    Where it `is_final`, a person or a rule of ours said no: nothing that a workflow says follows. `got` is what the
    expressions that the step lends by lead to. Where the exchange `has_masks`, it held secrets.
    """

    exchange: Exchange | None = None
    failure: Failure | None = None
    is_final: bool = False
    has_masks: bool = False
    got: Mapping[str, Got] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A call that was made for a run; `status` is None where the API did not answer.

    `outputs` are what its step takes from a success, whether or not that is what the step expects.
    """

    workflow: str
    step: str
    tool: str
    status: int | None = None
    is_unknown: bool = False
    outputs: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return {"step", "tool", "status"}; a write of which nobody knows whether it was carried out says so."""
        said: dict[str, Any] = {"workflow": self.workflow, "step": self.step, "tool": self.tool, "status": self.status}
        return {**said, "unknown_outcome": True} if self.is_unknown else said


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a run ended: its outputs, or a failure; and the calls that were made, in their order.

    `absent` are the outputs that lead to nothing, `part` the workflow whose outputs these are, as a `goto` may have led
    to another. Where it `is_final`, nothing follows, in a calling workflow neither.
    """

    outputs: Mapping[str, Any] = field(default_factory=dict)
    failure: Failure | None = None
    done: tuple[Done, ...] = ()
    absent: tuple[str, ...] = ()
    part: str = ""
    is_final: bool = False


Step = CallStep | Wait
