"""A write that takes back a state which another one has left is no repetition; what repeats one is held back."""

from dataclasses import replace
from typing import Any

import pytest
from support.runs import asked, call, calls, ok, play, says

from openapi_mcp.ask.undone import is_undone
from openapi_mcp.model.chat import Answered, EndKind, ToolCall

HOST = "https://api.example.com"
QUESTION = asked("Set order 5 to 7, then 8, then 7")
CREATED = ok(call("orders_create"), {"id": 31, "customer": {"id": 4}, "customer_id": 1, "items": [{"id": 2}]})


def named(method: str, path: str, digest: str = "d") -> str:
    return f"{method} {HOST}{path} {digest}"


def wrote(made: ToolCall) -> Answered:
    """Answer a write of a note to one order, as server/inside.py does."""
    value = {"note": (made.arguments or {}).get("note")}
    return replace(ok(made, value), requests=(named("PATCH", "/orders/5", str(value)),))


def noted(note: str) -> ToolCall:
    return call("orders_create", note=note, customer="order 5")


def test_a_write_that_takes_a_state_back_is_made() -> None:
    """Issue 11: stock 7, then 8, then 7: the third was answered with the first one's answer, and 8 stayed."""
    script = [*(calls(noted(each)) for each in "787"), says("done")]
    played = play(script, wrote, history=QUESTION)
    assert [(made.arguments or {})["note"] for made in played.sent] == ["7", "8", "7"]


def test_to_and_fro_without_an_end_is_held_back() -> None:
    """Issue 11: never a loop."""
    script = [calls(noted(each)) for each in "78" * 12]
    played = play(script, wrote, history=QUESTION, closing=says("no"))
    assert (len(played.sent) <= 8, played.ending.kind) == (True, EndKind.LOOP)


@pytest.mark.parametrize(
    ("earlier", "later", "undone"),
    [
        (("PATCH", "/orders/5"), ("PATCH", "/orders/5"), True),
        (("PUT", "/orders/5"), ("DELETE", "/orders/5"), True),
        (("DELETE", "/orders/5"), ("PUT", "/orders/5"), True),
        (("DELETE", "/orders/5"), ("POST", "/orders"), True),
        (("PATCH", "/orders/5"), ("POST", "/orders/5/cancel"), True),
        (("PATCH", "/orders/5"), ("PUT", "/orders"), True),
        (("POST", "/orders"), ("DELETE", "/orders/31"), True),
        (("POST", "/orders"), ("DELETE", "/orders?id=31"), True),
        (("POST", "/orders/5/hold"), ("DELETE", "/orders/5/hold"), True),
        (("POST", "/orders/5/items"), ("DELETE", "/orders/5"), True),
        (("PATCH", "/orders/5"), ("PATCH", "/orders/6"), False),
        (("PATCH", "/orders/5"), ("PATCH", "/orders/55"), False),
        (("PATCH", "/orders/5"), ("POST", "/orders"), False),
        (("POST", "/orders"), ("POST", "/orders"), False),
        (("POST", "/orders"), ("PATCH", "/orders/31"), False),
        (("POST", "/orders"), ("DELETE", "/orders/30"), False),
        (("POST", "/orders"), ("DELETE", "/orders/1"), False),
        (("POST", "/orders"), ("DELETE", "/orders/2"), False),
        (("POST", "/orders"), ("DELETE", "/orders/4"), False),
    ],
)
def test_what_a_write_takes_back(earlier: tuple[str, str], later: tuple[str, str], undone: bool) -> None:
    """Our choice: a batch that is made again by the next model must not be made twice."""
    assert is_undone(named(*earlier), named(*later, "e"), CREATED) is undone


@pytest.mark.parametrize(
    ("value", "undone"),
    [
        ({"order_id": 31}, True),
        ({"orderId": "31"}, True),
        ({"data": {"order": {"id": 31}}}, True),
        ({"customer_id": 31}, False),
        ({"customer": {"order_id": 31}}, False),
        ({"orders": [{"id": 31}]}, False),
    ],
)
def test_what_was_made_is_known_by_an_id_of_its_own_name(value: dict[str, Any], undone: bool) -> None:
    """Our choice: what it belongs to has an id there as well, and is another thing."""
    first = ok(call("orders_create"), value)
    assert is_undone(named("POST", "/orders"), named("DELETE", "/orders/31"), first) is undone


def test_the_same_at_another_host_or_of_an_unknown_url_takes_nothing_back() -> None:
    """Our choice."""
    assert not is_undone(named("PUT", "/a"), "PUT https://other.example.com/a e", CREATED)
    assert not is_undone(named("PUT", "/a"), "PUT  e", CREATED)
    assert not is_undone("0123", named("PUT", "/a"), CREATED)


def test_what_was_made_is_known_by_its_address_too() -> None:
    """RFC 9110, 15.3.2: a Location names what was created."""
    answer = ok(call("orders_create"), {"_note": {"location": "/api/orders/31/"}})
    assert is_undone(named("POST", "/api/orders/"), named("DELETE", "/api/orders/31/"), answer)
