"""ask/writes.py: a write is made once for each word of a person, by whatever name it is called."""

from dataclasses import replace

import pytest
from support.runs import SHOP, call, failed, ok

from openapi_mcp.ask.gate import Gate
from openapi_mcp.ask.writes import Writes, was_done
from openapi_mcp.model.chat import Answered, Asked

PATCH = "PATCH https://api.example.com/orders/5 d"
MADE = replace(ok(call("orders_note"), {"id": 5}), requests=(PATCH,))


def told(writes: Writes, *keys: str) -> tuple[bool, bool] | None:
    """Return whether a write is told of as one of before and as one that is insisted on, None where it may be made."""
    found = writes.again(keys)
    writes.turned()
    return None if found is None else (found.is_before, found.is_insisted)


def test_one_of_before_the_persons_word_is_told_of_once_and_then_made() -> None:
    """Issue 11: "order the same again"."""
    writes = Writes()
    assert writes.answered(["a"], MADE)
    writes.asked()
    assert [told(writes, "a", PATCH) for _ in range(2)] == [(True, False), None]


def test_a_request_that_was_made_since_the_persons_word_is_not_made_again_under_an_older_name() -> None:
    """Issue 11: never a write twice for one word: the same request had gone out by other arguments before."""
    writes = Writes()
    writes.answered(["a"], MADE)
    writes.asked()
    writes.answered(["b"], MADE)
    assert [told(writes, "a", PATCH) for _ in range(3)] == [(False, False), (False, True), (False, True)]


def test_a_new_name_for_a_write_of_before_is_of_before_as_well() -> None:
    """Our choice: the arguments differ, what is sent does not; who was told of it may have it made all the same."""
    writes = Writes()
    writes.answered(["a"], MADE)
    writes.asked()
    assert [told(writes, "new", PATCH) for _ in range(2)] == [(True, False), None]


@pytest.mark.parametrize(
    ("error", "done"),
    [
        ({"kind": "server_error"}, True),
        ({"kind": "server_error", "attempts": 0}, False),
        ({"kind": "server_error", "attempts": 0, "unknown_outcome": True}, True),
        ({"kind": "invalid_arguments"}, False),
        ({}, True),
    ],
)
def test_what_failed_was_done_unless_it_is_sure_that_it_was_not(error: dict[str, object], done: bool) -> None:
    """Issue 11: never repeats a write. Of a call without an attempt nothing left here."""
    answer = Answered(call=call("orders_note"), text="", value={"error": error}, is_error=True)
    assert was_done(answer) is done


def test_a_workflow_of_which_one_step_was_held_back_has_told_the_model_so() -> None:
    """Our choice: its failure says which step; called again, it is what the model insists on, and a person is asked."""
    gate = Gate(SHOP)
    gate.hear(Asked(text="Order a mug for Ana"))
    one, several = call("orders_create", customer="Ana", note="1"), call("orders_create", customer="Ana", note="2")
    gate.answered(replace(ok(one, {"id": 9}), requests=("POST https://api.example.com/orders 1",)))
    gate.turned()
    came = replace(failed(several, "refused"), requests=(PATCH,), held="POST https://api.example.com/orders 1")
    assert gate.held_back(came) is came
    gate.answered(came)
    gate.turned()
    assert (gate.answer(several), gate.is_insisted) == (None, True)
