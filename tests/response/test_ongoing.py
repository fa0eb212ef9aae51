"""What is told of a call that goes on in the background."""

import json
from dataclasses import replace

from openapi_mcp.model.background import CallState, Pending
from openapi_mcp.model.call import FailureKind, Result, Text
from openapi_mcp.response.ongoing import came_to, told


def pending(state: CallState = CallState.WORKING, said: str = "", done: float | None = None) -> Pending:
    return Pending(
        handle="c_1", tool="make", state=state, created=1.0, updated=2.0, expires=3.0, poll=0.2, said=said, done=done
    )


def test_what_an_api_says_of_its_work_is_one_short_line() -> None:
    """It is the API's text: data, and no more of it than a line holds."""
    result = told(pending(said="running\n\x1b[31m" + "x" * 5_000, done=0.123456))
    (block,) = result.content
    assert isinstance(block, Text)
    assert result.structured is not None
    assert result.structured == json.loads(block.text)
    said = result.structured["call"]
    assert said["said"].startswith("running")
    assert len(said["said"]) <= 200
    assert "\x1b" not in said["said"]
    assert (said["done"], said["poll"]) == (0.123, 1)


def test_of_a_call_that_nobody_can_be_asked_about_the_tool_is_not_said() -> None:
    """Redis is away, and another replica knows of it."""
    structured = told(replace(pending(), tool="")).structured
    assert structured is not None
    assert "tool" not in structured["call"]


def test_a_call_that_was_ended_leads_nowhere() -> None:
    """There is nothing to be read of it."""
    structured = told(pending(CallState.CANCELLED)).structured
    assert structured is not None
    assert structured["call"].keys() == {"handle", "tool", "state", "message"}
    failure = came_to(pending(CallState.CANCELLED)).failure
    assert failure is not None
    assert failure.kind is FailureKind.CANCELLED


def test_what_a_call_came_to_is_its_own_result() -> None:
    """As it would have been; while it goes on, how far it is."""
    result = Result(content=(Text(text="7"),))
    ended = replace(pending(CallState.COMPLETED), result=result)
    assert came_to(ended) is result
    assert came_to(pending()) == told(pending())


def test_a_call_that_only_this_replica_knows_of_says_so() -> None:
    """Issue 9, Replicas: what cannot be kept is said."""
    structured = told(replace(pending(), is_alone=True)).structured
    assert structured is not None
    assert "only this replica knows of the call" in structured["call"]["message"]


def test_of_a_job_whose_call_is_ended_it_is_said_whether_it_goes_on() -> None:
    """That a call was ended reads as if its job had stopped: it goes on, unless the API was asked to end it."""
    messages = []
    for is_ended in (True, False):
        structured = told(replace(pending(CallState.CANCELLED), is_job_ended=is_ended)).structured
        assert structured is not None
        messages.append(structured["call"]["message"])
    assert ["goes on at the API" in message for message in messages] == [False, True]
