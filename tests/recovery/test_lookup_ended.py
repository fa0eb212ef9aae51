"""Whether a record says that its thing is there no longer, and what that means for one who is called so."""

from dataclasses import replace
from typing import Any

import pytest
from support.lookups import SHOP, Answers, Api, drive, whole

from openapi_mcp.recovery.lookup.ended import ended
from openapi_mcp.recovery.lookup.find import Taken, find
from openapi_mcp.recovery.strategy import Told

API = Api(SHOP)
LIVE: dict[str, Any] = {"id": 7, "name": "Rob Pike"}
DEAD: dict[str, Any] = {"id": 8, "name": "Rob Pike", "status": "terminated"}


def found(*items: dict[str, Any], for_write: bool = False) -> Any:
    answers: Answers = lambda _: whole(*items)  # noqa: E731
    wanted = replace(API.wanted("customer", "id", "Rob Pike"), for_write=for_write)
    return drive(find(wanted, API.known), answers)[0]


@pytest.mark.parametrize(
    "state",
    [
        {"status": "terminated"},
        {"status": "INACTIVE"},
        {"state": "Not active"},
        {"status": {"name": "Suspended"}},
        {"customer_status": "closed"},
        {"employmentStatus": "TERMINATED"},
        {"status": "STATUS_DISABLED"},
        {"deleted": True},
        {"is_deleted": 1},
        {"isArchived": "true"},
        {"deleted_at": "2026-01-01"},
        {"archivedOn": "2026-01-01"},
        {"is_active": False},
        {"active": "no"},
        {"active": 0},
        {"enabled": False},
        {"disabled": True},
        {"blocked": True},
    ],
)
def test_what_says_that_a_thing_is_gone_is_seen(state: dict[str, Any]) -> None:
    assert set(ended({**LIVE, **state}, "customer")) == set(state)
    assert ended({"id": 7, "attributes": {"name": "Rob", **state}}, "customer")


@pytest.mark.parametrize(
    "state",
    [
        {},
        {"status": "active"},
        {"status": "not_archived"},
        {"status": "never blocked"},
        {"status": None},
        {"status": {}},
        {"status": "left the building an hour ago, as he said"},
        {"status": "x" * 41},
        {"state": "Bavaria"},
        {"deleted": False},
        {"deleted_at": None},
        {"deleted_at": ""},
        {"deleted_at": "null"},
        {"deleted_items": 3},
        {"closed_orders_at": 3},
        {"is_active": True},
        {"active": None},
        {"active_since": 0},
        {"order": {"status": "cancelled"}},
        {"archived": "false"},
    ],
)
def test_other_fields_say_nothing_of_it(state: dict[str, Any]) -> None:
    assert not ended({**LIVE, **state}, "customer")


def test_one_that_is_gone_is_told_with_its_state_and_not_taken() -> None:
    """Derive, never invent: who was dismissed is hardly meant."""
    told = found(DEAD)
    assert isinstance(told, Told)
    assert told.near == ({"id": 8, "name": "Rob Pike", "status": "terminated"},)
    assert 'the customer that is called "Rob Pike" may be gone ("status" is "terminated")' in told.hint


def test_of_two_the_one_in_use_is_taken_for_a_read_and_none_for_a_write() -> None:
    taken = found(LIVE, DEAD)
    assert isinstance(taken, Taken)
    assert taken.id == 7
    told = found(LIVE, DEAD, for_write=True)
    assert isinstance(told, Told)
    assert told.near == ({"id": 7, "name": "Rob Pike"}, {"id": 8, "name": "Rob Pike", "status": "terminated"})
    assert isinstance(found(DEAD, {**DEAD, "id": 9}), Told)
