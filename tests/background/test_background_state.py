"""What is kept of a call comes back as it was: credentials, bytes and failures included."""

import json
import math

import pytest

from openapi_mcp.background.state import (
    Ended,
    Ongoing,
    pending_of,
    read_ended,
    read_ongoing,
    write_ended,
    write_ongoing,
)
from openapi_mcp.model.background import CallState
from openapi_mcp.model.call import Blob, Call, Caller, Failure, FailureKind, Result, Text
from openapi_mcp.model.job import Job, Phase
from openapi_mcp.model.secret import Secret

CALLER = Caller(
    id="anne", headers=(("X-Key", Secret("s3cret")),), token=Secret("token"), scopes=frozenset({"read", "write"})
)


@pytest.mark.parametrize("caller", [Caller(), CALLER, Caller(scopes=frozenset())])
@pytest.mark.parametrize(
    "job", [None, Job(url="http://a/jobs/1", wait=2.5, done=0.25, phase=Phase.SEEN), Job(tool="t", arguments={})]
)
def test_a_call_that_goes_on_comes_back(caller: Caller, job: Job | None) -> None:
    call = Call(tool="post_it", arguments={"text": "\ud800 \u20ac", "n": [1, None, {}]}, caller=caller, is_shown=True)
    of = Ongoing(call=call, created=1.5, updated=2.5, is_safe=False, job=job, takes=1)
    assert read_ongoing(write_ongoing(of)) == of


def test_what_a_newer_replica_writes_is_read() -> None:
    """Issue 9, Replicas: in a rollout both versions are there."""
    of = Ongoing(call=Call(tool="t"), created=0, updated=0, is_safe=True, job=Job(url="http://a/1"))
    newer = json.loads(write_ongoing(of))
    newer["flavour"] = newer["job"]["flavour"] = "new"
    newer["job"]["phase"] = "another"
    assert read_ongoing(json.dumps(newer).encode()) == of
    ended = Ended(caller="anne", tool="t", created=0, ended=1, result=FAILED.as_result())
    newer = json.loads(write_ended(ended))
    newer["flavour"] = newer["result"]["failure"]["flavour"] = "new"
    assert read_ended(json.dumps(newer).encode()).tool == "t"


def test_arguments_that_json_has_no_form_for_come_back() -> None:
    """A client's JSON may hold NaN, as Python reads it: the executor refuses that, not the one who keeps it."""
    of = Ongoing(call=Call(tool="t", arguments={"n": math.inf}), created=0, updated=0, is_safe=True)
    assert read_ongoing(write_ongoing(of)) == of


FAILED = Failure(kind=FailureKind.RATE_LIMITED, message="too many", status=429, retryable=True, retry_after=3.5)
RESULTS = [
    None,
    Result(content=(Text(text='{"id":1}'),), structured={"id": 1}),
    Result(content=(Blob(data=b"\x00\xff", mime_type="image/png", uri="api://x"), Text(text="{}"))),
    FAILED.as_result(),
]


@pytest.mark.parametrize("result", RESULTS)
def test_an_end_comes_back(result: Result | None) -> None:
    of = Ended(caller="anne", tool="t", created=1.0, ended=2.0, result=result)
    assert read_ended(write_ended(of)) == of


def test_what_its_caller_is_told_of_a_call() -> None:
    of = Ongoing(call=Call(tool="t"), created=1.0, updated=2.0, is_safe=True)
    plain = pending_of("c_1", of)
    assert (plain.state, plain.poll, plain.said, plain.done) == (CallState.WORKING, 5.0, "", None)
    job = Job(url="http://a", wait=900.0, said="running", done=0.5)
    told = pending_of("c_1", Ongoing(call=Call(tool="t"), created=1.0, updated=2.0, is_safe=True, job=job))
    assert (told.poll, told.said, told.done, told.expires) == (60.0, "running", 0.5, 1.0 + 24 * 3600)
    ended = Ended(caller="", tool="t", created=1.0, ended=2.0, result=None)
    assert pending_of("c_1", ended).state is CallState.CANCELLED
