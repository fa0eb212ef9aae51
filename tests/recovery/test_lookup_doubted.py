"""What leaves it in doubt whether a thing is still in use: a write does not take it, a read does."""

from dataclasses import replace
from typing import Any

import pytest
from support.lookups import SHOP, Answers, Api, drive, whole

from openapi_mcp.recovery.lookup.doubted import doubted
from openapi_mcp.recovery.lookup.find import Taken, find
from openapi_mcp.recovery.strategy import Told

API = Api(SHOP)
LIVE: dict[str, Any] = {"id": 7, "name": "Rob Pike"}


@pytest.mark.parametrize(
    "state",
    [
        {"employee_status": "terminated"},
        {"statusName": "Terminated"},
        {"status_code": "INACTIVE"},
        {"status": "on notice"},
        {"status": 3},
        {"status": {"label": "Terminated"}},
        {"status": ["deleted"]},
        {"status": {"id": 3}},
        {"status": [[["active"]]]},
        {"state": "Bavaria"},
        {"employment": {"status": "left"}},
        {"metadata": {"deleted_at": "2024-01-01"}},
        {"deletion_date": "2024-01-01"},
        {"termination_date": "2024-01-01"},
        {"merged_into": 8},
        {"merge": {"into": 8}},
        {"disabled_reason": "fraud"},
        {"suspended_until": "2099-01-01"},
        {"flags": ["deleted"]},
        {"role": "former employee"},
        {"in_use": False},
        {"current": "no"},
        {"is_currently_active": False},
        {"end_date": "2020-01-01"},
        {"ended_at": "2020-01-01"},
        {"valid_until": "2020-01-01"},
        {"name": "Rob Pike (deleted)"},
        {"name": "DEL Rob Pike"},
    ],
)
def test_what_may_be_out_of_use_is_doubted(state: dict[str, Any]) -> None:
    assert doubted({**LIVE, **state}, "customer")


@pytest.mark.parametrize(
    "state",
    [
        {},
        {"status": "Active"},
        {"status": "STATUS_ACTIVE"},
        {"status": {"name": "In stock"}},
        {"status": ["open", "new"]},
        {"status": True},
        {"status": None},
        {"status_changed_at": "2024-01-01"},
        {"state": "Bavaria", "city": "Munich"},
        {"address": {"state": "Bavaria", "city": "Munich"}},
        {"deleted_at": None},
        {"archived": "false"},
        {"merges": []},
        {"can_delete": True},
        {"banner": "a.png"},
        {"_links": {"delete": "/customers/7"}},
        {"current": None},
        {"end_date": "9999-12-31"},
        {"labels": ["vip"]},
        {"name": "Rob Pike (Sydney)"},
        {"": "terminated"},
    ],
)
def test_what_is_in_use_is_not_doubted(state: dict[str, Any]) -> None:
    assert not doubted({**LIVE, **state}, "customer")


def test_a_write_does_not_take_what_is_doubted_and_a_read_does() -> None:
    answers: Answers = lambda _: whole({**LIVE, "employee_status": "on notice"})  # noqa: E731
    wanted = API.wanted("customer", "id", "Rob Pike")
    told = drive(find(replace(wanted, for_write=True), API.known), answers)[0]
    assert isinstance(told, Told)
    assert 'may be gone ("employee_status" is "on notice")' in told.hint
    assert isinstance(drive(find(wanted, API.known), answers)[0], Taken)
