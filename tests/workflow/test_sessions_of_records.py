"""Records as sessions."""

from typing import Any

import pytest
from support.chained import KNOWN, made

from openapi_mcp.model.record import Record
from openapi_mcp.workflow import sessions as module
from openapi_mcp.workflow.sessions import sessions

LISTS: tuple[str, dict[str, Any], Any] = ("orders_list", {}, {})


def sizes(records: list[Record]) -> list[int]:
    return [len(session) for session in sessions(records, KNOWN)]


def test_ten_minutes_without_a_call_end_a_session() -> None:
    """Issue 11; our choice: 10 minutes."""
    records = [*made(LISTS, began=0), *made(LISTS, began=600), *made(LISTS, began=1300)]
    assert sizes(records) == [2, 1]


def test_each_caller_has_sessions_of_their_own() -> None:
    """Issue 11: within one caller's calls."""
    records = [*made(LISTS, caller="a"), *made(LISTS, LISTS, caller="b", began=1), *made(LISTS, caller="a", began=2)]
    assert sizes(records) == [2, 2]


def test_calls_stand_in_the_order_in_which_they_began() -> None:
    """records: they are kept in the order in which they ended."""
    late, early = made(("orders_list", {"page": 2}, {}), began=5), made(("orders_list", {"page": 1}, {}), began=1)
    (session,) = sessions([*late, *early], KNOWN)
    assert [call.given for call in session] == [{"page": 1}, {"page": 2}]


def test_tools_of_ours_and_failed_calls_are_no_part() -> None:
    """Issue 11: failed calls are not steps."""
    assert sizes([*made(("read_result", {}, {})), *made(LISTS, kind="timeout")]) == []


def test_the_steps_of_a_workflow_are_no_part() -> None:
    """Issue 11: a chain that was called as a workflow has one already, and who called it chose the workflow alone."""
    assert sizes([*made(LISTS), *made(LISTS, LISTS, began=1, step_of="k999v9x2m4t7a")]) == [1]


def test_only_so_many_calls_are_held(monkeypatch: pytest.MonkeyPatch) -> None:
    """Our choice: bounds on memory."""
    monkeypatch.setattr(module, "_MOST_OPEN", 3)
    monkeypatch.setattr(module, "_LONGEST", 2)
    one = made(LISTS, caller="a")
    assert sizes([*one, *made(LISTS, LISTS, LISTS, LISTS, LISTS, caller="b", began=1)]) == [2, 2, 1, 1]
    several = [record for number in range(5) for record in made(LISTS, caller=f"c{number}", began=number)]
    assert sizes(several) == [1, 1, 1, 1, 1]


def test_of_arguments_only_what_can_be_followed_is_held() -> None:
    """Our choice; security.md: what is masked is no value."""
    given = {
        "id": 7,
        "name": "Ana",
        "flag": True,
        "rate": 1.5,
        "token": "***",
        "text": "x" * 300,
        "big": 10**60,
        "items": [{"product": 3, "tags": ["a"]}, {"product": 4}],
        "address": {"city": "Porto"},
        "ids": [5, 6],
        "none": [],
    }
    (session,) = sessions(made(("orders_list", given, {})), KNOWN)
    assert session[0].given == {
        **dict.fromkeys(given),
        "id": 7,
        "name": "Ana",
        "items[].product": 3,
        "items[].tags": None,
        "address.city": "Porto",
        "ids[]": 5,
    }
