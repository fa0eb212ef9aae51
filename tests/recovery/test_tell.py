"""What is told of a call that could not be repaired."""

from typing import Any

import pytest
from support.lookups import SHOP, Api, drive
from support.make import Json

from openapi_mcp.model.call import Call, Failure, FailureKind
from openapi_mcp.model.fault import Fault, Suggestion
from openapi_mcp.recovery.recover import nothing_known
from openapi_mcp.recovery.steps import Learn, MayCall
from openapi_mcp.recovery.strategy import Told
from openapi_mcp.recovery.telling.tell import tell

API = Api(SHOP)
MISSING = Fault(path=("customer",), rule="required", schema={"type": "integer"})
LIST: Json = {"tool": "customers", "why": "yields customer: results[].id", "arguments": {}}


def failure(kind: FailureKind, *faults: Fault, **more: Any) -> Failure:
    return Failure(kind=kind, message="no", faults=faults, hint="do so", **more)


def told(tool: str, arguments: Json, failed: Failure, *said: Told) -> Failure:
    flow = tell(Call(tool=tool, arguments=arguments), failed, API.tools, said)
    found, _ = drive(flow, lambda _: None, API.known)
    assert isinstance(found, Failure)
    return found


def test_a_missing_id_is_told_with_the_tool_that_yields_it() -> None:
    """Issue 7, Tell: `try`: the tools that yield what is missing, with the arguments to use."""
    found = told("add_order", {"items": []}, failure(FailureKind.INVALID_ARGUMENTS, MISSING))
    assert [each.as_json() for each in found.tries] == [LIST]
    assert found.hint == 'add "customer"; customers yields it'


def test_after_a_conflict_the_present_state_is_offered_by_a_read() -> None:
    """Issue 7, Recover, 7: 409 and 412 are never repeated, the current state offered by a read."""
    found = told("cancel_order", {"id": 40}, failure(FailureKind.CONFLICT, status=409))
    assert [each.as_json() for each in found.tries] == [
        {"tool": "order", "why": "reads the present state", "arguments": {"id": 40}}
    ]
    assert found.hint == "read the present state with order, then decide; the call is not repeated"
    found = told("gone", {"id": 40}, failure(FailureKind.CONFLICT))
    assert (found.tries, found.hint) == ((), "do so; the call is not repeated")


def test_a_read_that_the_caller_may_not_make_is_not_offered() -> None:
    """Issue 7: within the caller's rights."""
    flow = tell(Call(tool="cancel_order", arguments={"id": 40}), failure(FailureKind.CONFLICT), API.tools, ())
    assert next(flow) == MayCall(tool="order")
    assert flow.send(False) == MayCall(tool="orders")
    with pytest.raises(StopIteration) as done:
        flow.send(False)
    assert done.value.value.tries == ()


@pytest.mark.parametrize(
    "kind",
    [
        FailureKind.UNAUTHENTICATED,
        FailureKind.FORBIDDEN,
        FailureKind.QUOTA,
        FailureKind.RATE_LIMITED,
        FailureKind.UPSTREAM_ERROR,
        FailureKind.UNKNOWN_TOOL,
        FailureKind.TIMEOUT,
    ],
)
def test_where_no_call_helps_none_is_looked_for(kind: FailureKind) -> None:
    """What tools need and yield may take seconds to find out in a very large document."""
    failed = failure(kind, near=("a",))
    flow = tell(Call(tool="order", arguments={"id": 40}), failed, API.tools, ())
    with pytest.raises(StopIteration) as done:
        next(flow)
    assert done.value.value == failed


@pytest.mark.parametrize(
    "fault",
    [
        Fault(path=("status",), rule="enum", limit=("a",)),
        Fault(path=("status",), rule="type", schema={"type": "string", "enum": ["a"]}),
        Fault(path=("paid",), rule="type", schema={"type": ["boolean", "null"]}),
        Fault(path=("size",), rule="maximum", limit=7),
    ],
)
def test_of_what_is_no_id_nothing_is_looked_for(fault: Fault) -> None:
    flow = tell(Call(tool="order"), failure(FailureKind.INVALID_ARGUMENTS, fault), API.tools, ())
    with pytest.raises(StopIteration):
        next(flow)


def test_what_strategies_have_found_out_is_told_once() -> None:
    """Issue 7, Tell: the near names; some of them are objects."""
    near, step = {"id": 7, "name": "Bob"}, Suggestion(tool="customers", why="yields it", arguments={})
    said = Told(near=(near, "x"), tries=(step,), hint="ask")
    found = told(
        "customer", {"id": "Bob"}, failure(FailureKind.INVALID_ARGUMENTS, MISSING), said, Told(hint="no"), said
    )
    assert (found.near, found.tries, found.hint) == ((near, "x"), (step,), "ask")


def test_an_id_that_is_not_there_is_told_with_the_list_that_its_path_is_of() -> None:
    """Where nothing is known of what tools need, the path still says what it is one of."""
    flow = tell(Call(tool="customer", arguments={"id": 9}), failure(FailureKind.NOT_FOUND), API.tools, ())
    assert next(flow) == Learn()
    assert flow.send(nothing_known) == MayCall(tool="customers")
    with pytest.raises(StopIteration) as done:
        flow.send(True)
    found = done.value.value
    assert [each.as_json() for each in found.tries] == [{**LIST, "why": "lists what there is"}]
    assert found.hint == "check the identifiers; customers yields valid ones"
