"""Calls, jobs and results as JSON, so that another process may go on with a call, or read what it came to."""

import base64
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from openapi_mcp.model.call import Blob, Call, Caller, Content, Failure, FailureKind, Result, Text
from openapi_mcp.model.job import Job
from openapi_mcp.model.secret import Secret

Json = Mapping[str, Any]


def call_as_json(call: Call) -> Json:
    """Return a call with the caller's own credentials: what it becomes is sealed, and shown nowhere."""
    caller = call.caller
    return {
        "tool": call.tool,
        "arguments": dict(call.arguments),
        "is_shown": call.is_shown,
        "caller": {
            "id": caller.id,
            "headers": [[name, value.reveal()] for name, value in caller.headers],
            "token": caller.token.reveal() if caller.token is not None else None,
            "scopes": sorted(caller.scopes) if caller.scopes is not None else None,
        },
    }


def call_from_json(said: Json) -> Call:
    """Return the call of `call_as_json`; nobody is told of what it sends."""
    of, token, scopes = said["caller"], said["caller"]["token"], said["caller"]["scopes"]
    caller = Caller(
        id=of["id"],
        headers=tuple((name, Secret(value)) for name, value in of["headers"]),
        token=Secret(token) if token is not None else None,
        scopes=frozenset(scopes) if scopes is not None else None,
    )
    return Call(tool=said["tool"], arguments=said["arguments"], caller=caller, is_shown=said["is_shown"])


def job_as_json(job: Job) -> Json:
    """Return a job; it is plain JSON already."""
    return asdict(job)


def job_from_json(said: Json) -> Job:
    """Return the job of `job_as_json`."""
    return Job(**known(Job, said))


def known(kind: type[Any], said: Json) -> dict[str, Any]:
    """Return the fields that a kind of ours has: in a rollout a newer replica may have written more."""
    names = {each.name for each in fields(kind)}
    return {name: value for name, value in said.items() if name in names}


def result_as_json(result: Result) -> Json:
    """Return a result without its trace; of a failure, whose words are in its content, only what it is."""
    failure = result.failure
    return {
        "content": [_content_as_json(each) for each in result.content],
        "structured": result.structured,
        "failure": {"kind": failure.kind.value, **_kept(failure)} if failure is not None else None,
    }


def result_from_json(said: Json) -> Result:
    """Return the result of `result_as_json`."""
    failure = said["failure"]
    return Result(
        content=tuple(map(_content_from_json, said["content"])),
        structured=said["structured"],
        failure=Failure(**known(Failure, {**failure, "kind": FailureKind(failure["kind"])}))
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
