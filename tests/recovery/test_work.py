"""The work on one failed call is done once, and has an end."""

from typing import Any

import pytest
from support.make import one_tool, parameter

from openapi_mcp.flow import drive_at_once
from openapi_mcp.model.call import Call, Failure, FailureKind
from openapi_mcp.model.fault import Fault
from openapi_mcp.model.policy import Recovering
from openapi_mcp.recovery.naming.depth import joined, parted
from openapi_mcp.recovery.recover import nothing_known, recover
from openapi_mcp.recovery.strategy import Case, Rewrite, Strategy, at_once
from openapi_mcp.recovery.work import TooMuchWorkError, Work

TOOL = one_tool({"operationId": "read", "parameters": [parameter("size", schema={"type": "integer"})]})
BAD = Fault(path=("size",), rule="type", limit="integer", schema={"type": "integer"}, said="must be integer")
INVALID = Failure(kind=FailureKind.INVALID_ARGUMENTS, message="no", field="size", faults=(BAD,))


def test_a_thing_is_worked_out_once_of_each_object() -> None:
    """Our choice: a call may have twenty faults, and a tool hundreds of fields."""
    work, made = Work(), list[int]()

    def make() -> int:
        made.append(1)
        return len(made)

    one, other = {"a": 1}, {"a": 1}
    assert [work.once("x", one, make), work.once("x", one, make), work.once("x", other, make)] == [1, 1, 2]
    assert work.once("x", one, make, "more") == 3


def test_steps_come_to_an_end() -> None:
    """Our choice: a failure is told within a second."""
    work = Work(left=5)
    work.spend(5)
    with pytest.raises(TooMuchWorkError):
        work.spend(1)


def test_a_recovery_that_takes_too_much_is_given_up_and_the_failure_told() -> None:
    """Issue 7: what could not be repaired is told as it is."""

    def endless(case: Case) -> Rewrite:
        case.work.spend(10**9)
        return case.rewritten(1, "never")

    strategy = Strategy(name="endless", rank=1, about="", repair=at_once(endless))
    flow = recover(Call(tool="read", arguments={"size": "x"}), INVALID, {"read": TOOL}, [strategy], Recovering())
    found: Any = drive_at_once(flow, lambda _step: nothing_known)
    assert found.outcome.message == "no"
    assert found.repairs == ()


def test_a_check_that_takes_too_many_steps_takes_nothing() -> None:
    """Our choice: what cannot be checked in time is not sent."""
    case = Case(call=Call(tool="read"), tool=TOOL, fault=BAD, failure=INVALID)
    assert case.fits({"type": "array", "items": {"type": "integer"}}, [1, 2])
    assert not case.fits({"type": "array", "items": {"type": "integer"}}, [1.0] * 30_000)
    assert case.work.left < 50_000


@pytest.mark.parametrize("field", ["street", "Street", "s", "street_2"])
def test_a_joined_name_is_parted_as_it_is_joined(field: str) -> None:
    """Our choice: names are looked up, not each pair joined and compared."""
    for name in joined("address", field):
        assert field in parted(name, "address")
    assert parted("other", "address") == frozenset()
