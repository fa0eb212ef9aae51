"""What a run knows at one moment: all that a runtime expression can name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from openapi_mcp.model.message import Headers
from openapi_mcp.model.workflow import SourceDescription
from openapi_mcp.workflow.work import Work

Plain = Callable[[str], str | None]
"""The value of a credential by the expression that leads to it, masked for all others; None for any other one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """The value of an expression that leads to none, and `why`: it is never confused with null."""

    expression: str = ""
    why: str = ""

    def __bool__(self) -> bool:
        """A value that is not there does not hold."""
        return False


NOTHING = Missing()


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request of a step and its answer: `$url`, `$method`, `$statusCode`, `$request`, `$response`.

    `path` and `query` are the parameters by their names. A body is its decoded JSON value, or its text; NOTHING where
    there is none. `status` is None where no answer came.
    """

    method: str = ""
    url: str = ""
    path: Mapping[str, Any] = field(default_factory=dict)
    query: Mapping[str, Any] = field(default_factory=dict)
    request_headers: Headers = ()
    request_body: Any = NOTHING
    status: int | None = None
    response_headers: Headers = ()
    response_body: Any = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What went into another workflow and what came out: `$workflows.ID.inputs.x`, `$workflows.ID.outputs.x`."""

    inputs: Mapping[str, Any] = field(default_factory=dict)
    outputs: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """All that an expression can name. `steps` are the outputs of those that are done, by their ids.

    `lacking` says of outputs without a value why. `exchange` is the current step's, None before it has sent anything.
    `outputs` are those of this workflow, or of the workflow that the current step has called. `components` are the
    document's own, by the names of their sections. `work` is what the run may still take, to find and compare any of
    it. For what a step sends, `plain` has the credentials that were got; where an answer `has_masks`, a `***` of it is
    not sent as a value.
    """

    inputs: Mapping[str, Any] = field(default_factory=dict)
    outputs: Mapping[str, Any] = field(default_factory=dict)
    steps: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    lacking: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    workflows: Mapping[str, Ran] = field(default_factory=dict)
    sources: tuple[SourceDescription, ...] = ()
    components: Mapping[str, Any] = field(default_factory=dict)
    exchange: Exchange | None = None
    plain: Plain | None = field(default=None, repr=False, compare=False)
    has_masks: bool = field(default=False, compare=False)
    work: Work = field(default_factory=Work, repr=False, compare=False)
