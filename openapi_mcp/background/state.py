"""What is kept of a background call: while it goes on, and of its end."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from openapi_mcp.background.wire import (
    call_as_json,
    call_from_json,
    job_as_json,
    job_from_json,
    known,
    result_as_json,
    result_from_json,
)
from openapi_mcp.model.background import CallState, Pending
from openapi_mcp.model.call import Call, Result
from openapi_mcp.model.job import Job

POLL = 5.0  # seconds after which it is of use to ask for a call that we wait for ourselves
LONGEST = 24 * 3600.0  # seconds that a call may go on
KEPT = 3600.0  # seconds that its result is kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Ongoing:
    """A call that goes on. `created` and `updated` are in seconds since 1970.

    `is_safe`: it may be sent again. `takes` counts the replicas that have gone on with it.
    """

    call: Call
    created: float
    updated: float
    is_safe: bool
    job: Job | None = None
    takes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """The end of a call: its result, None where it was cancelled."""

    caller: str
    tool: str
    created: float
    ended: float
    result: Result | None


def pending_of(handle: str, of: Ongoing | Ended) -> Pending:
    """Return what its caller is told of a call."""
    if isinstance(of, Ended):
        state = CallState.CANCELLED if of.result is None else CallState.COMPLETED
        return Pending(
            handle=handle, tool=of.tool, state=state, created=of.created, updated=of.ended, expires=of.ended + KEPT,
            result=of.result,
        )  # fmt: skip
    job = of.job
    return Pending(
        handle=handle,
        tool=of.call.tool,
        state=CallState.WORKING,
        created=of.created,
        updated=of.updated,
        expires=of.created + LONGEST,
        poll=max(1.0, min(job.wait, 60.0)) if job is not None else POLL,
        said=job.said if job is not None else "",
        done=job.done if job is not None else None,
    )


def caller_of(of: Ongoing | Ended) -> str:
    """Return the id of whose call it is."""
    return of.caller if isinstance(of, Ended) else of.call.caller.id


def size_of(of: Ongoing) -> int:
    """Return how many bytes a call that goes on takes, as far as that is known: those of its JSON."""
    return len(write_ongoing(of))


def write_ongoing(of: Ongoing) -> bytes:
    """Return it as JSON, to be sealed."""
    said = {
        "call": call_as_json(of.call),
        "created": of.created,
        "updated": of.updated,
        "is_safe": of.is_safe,
        "job": job_as_json(of.job) if of.job is not None else None,
        "takes": of.takes,
    }
    return _written(said)


def read_ongoing(data: bytes) -> Ongoing:
    """Return what `write_ongoing` wrote."""
    said = _read(data)
    job = said["job"]
    own = {**said, "call": call_from_json(said["call"]), "job": job_from_json(job) if job is not None else None}
    return Ongoing(**known(Ongoing, own))


def write_ended(of: Ended) -> bytes:
    """Return it as JSON, to be sealed."""
    return _written(
        {
            "caller": of.caller,
            "tool": of.tool,
            "created": of.created,
            "ended": of.ended,
            "result": result_as_json(of.result) if of.result is not None else None,
        }
    )


def read_ended(data: bytes) -> Ended:
    """Return what `write_ended` wrote."""
    said = _read(data)
    result = said["result"]
    return Ended(**known(Ended, {**said, "result": result_from_json(result) if result is not None else None}))


def _written(said: Mapping[str, Any]) -> bytes:
    return json.dumps(said, separators=(",", ":")).encode()  # what a caller gave may hold what is no strict JSON: NaN


def _read(data: bytes) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(data)
    return said
