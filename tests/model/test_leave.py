"""A call's leave to go on in the background."""

from openapi_mcp.model.leave import Leave


def test_who_waits_for_it_is_told_once_until_when_a_call_may_take() -> None:
    leave, told = Leave(60.0), list[float]()
    leave.then(told.append)
    assert told == []
    leave.give(100.0)
    leave.give(200.0)
    assert told == [160.0]


def test_who_comes_later_is_told_at_once() -> None:
    leave, told = Leave(60.0), list[float]()
    leave.give(100.0)
    leave.then(told.append)
    assert told == [160.0]


def test_a_deadline_that_is_later_stays() -> None:
    """A tool's own timeout may be longer than what calls in the background have."""
    leave = Leave(60.0)
    assert leave.later(30.0) == 30.0
    leave.give(0.0)
    assert (leave.later(30.0), leave.later(90.0)) == (60.0, 90.0)
