"""What is kept of a background call while it goes on, and of its end; and both as JSON.

Another process goes on with a call, or reads what it came to, from that JSON; it is sealed, and shown nowhere.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from openapi_mcp.model.background import CallState, Pending
from openapi_mcp.model.call import Blob, Call, Caller, Content, Failure, FailureKind, Result, Text
from openapi_mcp.model.job import Job, Phase
from openapi_mcp.model.secret import Secret

Json = Mapping[str, Any]

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
    """The end of a call: its result, None where it was cancelled.

    `is_job_ended`: whether the API took it that its own job be ended; None where it has none, or that is not known.
    """

    caller: str
    tool: str
    created: float
    ended: float
    result: Result | None
    is_job_ended: bool | None = None


def pending_of(handle: str, of: Ongoing | Ended) -> Pending:
    """Return what its caller is told of a call."""
    if isinstance(of, Ended):
        state = CallState.CANCELLED if of.result is None else CallState.COMPLETED
        return Pending(
            handle=handle, tool=of.tool, state=state, created=of.created, updated=of.ended, expires=of.ended + KEPT,
            result=of.result, is_job_ended=of.is_job_ended,
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
    """Return how many bytes a call that goes on takes, as far as that is _known: those of its JSON."""
    return len(write_ongoing(of))


def write_ongoing(of: Ongoing) -> bytes:
    """Return it as JSON, to be sealed."""
    said = {
        "call": _call_as_json(of.call),
        "created": of.created,
        "updated": of.updated,
        "is_safe": of.is_safe,
        "job": _job_as_json(of.job) if of.job is not None else None,
        "takes": of.takes,
    }
    return _written(said)


def read_ongoing(data: bytes) -> Ongoing:
    """Return what `write_ongoing` wrote."""
    said = _read(data)
    job = said["job"]
    own = {**said, "call": _call_from_json(said["call"]), "job": _job_from_json(job) if job is not None else None}
    return Ongoing(**_known(Ongoing, own))


def write_ended(of: Ended) -> bytes:
    """Return it as JSON, to be sealed."""
    return _written(
        {
            "caller": of.caller,
            "tool": of.tool,
            "created": of.created,
            "ended": of.ended,
            "result": _result_as_json(of.result) if of.result is not None else None,
        }
    )


def read_ended(data: bytes) -> Ended:
    """Return what `write_ended` wrote."""
    said = _read(data)
    result = said["result"]
    return Ended(**_known(Ended, {**said, "result": _result_from_json(result) if result is not None else None}))


def _written(said: Mapping[str, Any]) -> bytes:
    return json.dumps(said, separators=(",", ":")).encode()  # what a caller gave may hold what is no strict JSON: NaN


def _read(data: bytes) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(data)
    return said


def _call_as_json(call: Call) -> Json:
    """Return a call with the caller's own credentials: what it becomes is sealed, and shown nowhere."""
    caller = call.caller
    return {
        "tool": call.tool,
        "id": call.id,
        "arguments": dict(call.arguments),
        "is_shown": call.is_shown,
        "caller": {
            "id": caller.id,
            "headers": [[name, value.reveal()] for name, value in caller.headers],
            "token": caller.token.reveal() if caller.token is not None else None,
            "scopes": sorted(caller.scopes) if caller.scopes is not None else None,
        },
    }


def _call_from_json(said: Json) -> Call:
    """Return the call of `_call_as_json`; nobody is told of what it sends."""
    of, token, scopes = said["caller"], said["caller"]["token"], said["caller"]["scopes"]
    caller = Caller(
        id=of["id"],
        headers=tuple((name, Secret(value)) for name, value in of["headers"]),
        token=Secret(token) if token is not None else None,
        scopes=frozenset(scopes) if scopes is not None else None,
    )
    given, own_id = said["arguments"], said.get("id", "")  # an older replica writes none
    return Call(tool=said["tool"], arguments=given, caller=caller, is_shown=said["is_shown"], id=own_id)


def _job_as_json(job: Job) -> Json:
    """Return a job; it is plain JSON already."""
    return asdict(job)


def _job_from_json(said: Json) -> Job:
    """Return the job of `_job_as_json`."""
    phase = next((each for each in Phase if each == said.get("phase")), Phase.TAKEN)
    return Job(**{**_known(Job, said), "phase": phase})


def _known(kind: type[Any], said: Json) -> dict[str, Any]:
    """Return the fields that a kind of ours has: in a rollout a newer replica may have written more."""
    names = {each.name for each in fields(kind)}
    return {name: value for name, value in said.items() if name in names}


def _result_as_json(result: Result) -> Json:
    """Return a result without its trace; of a failure, whose words are in its content, only what it is."""
    failure = result.failure
    return {
        "content": [_content_as_json(each) for each in result.content],
        "structured": result.structured,
        "failure": {"kind": failure.kind.value, **_kept(failure)} if failure is not None else None,
    }


def _result_from_json(said: Json) -> Result:
    """Return the result of `_result_as_json`."""
    failure = said["failure"]
    return Result(
        content=tuple(map(_content_from_json, said["content"])),
        structured=said["structured"],
        failure=Failure(**_known(Failure, {**failure, "kind": FailureKind(failure["kind"])}))
        if failure is not None
        else None,
    )


_KEPT = ("message", "status", "field", "retryable", "retry_after", "attempts", "hint", "is_unknown", "has_acted")


def _kept(failure: Failure) -> Json:
    return {name: getattr(failure, name) for name in _KEPT}


def _content_as_json(content: Content) -> Json:
    if isinstance(content, Text):
        return {"text": content.text}
    return {"data": base64.b64encode(content.data).decode(), "mime_type": content.mime_type, "uri": content.uri}


def _content_from_json(said: Json) -> Content:
    if "text" in said:
        return Text(text=said["text"])
    return Blob(data=base64.b64decode(said["data"]), mime_type=said["mime_type"], uri=said["uri"])
