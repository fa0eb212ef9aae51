"""Runs that go in circles are noticed, said once, then ended; asking how far a job is, is none."""

from typing import Any

import pytest
from support.runs import asked, call, calls, failed, ok, play, says

from openapi_mcp.model.chat import EndKind, ToolCall

A, B, C = call("orders_list"), call("products_list"), call("customers_list")


def test_the_same_call_with_the_same_answer_is_said_once_then_ends_the_run() -> None:
    """Issue 11: said to the model once, then ended with what is known."""
    played = play([calls(A)], lambda made: {"count": 2}, closing=says("There are 2."))
    assert (played.ending.kind, played.ending.steps) == (EndKind.LOOP, 3)
    assert sum("came once more" in said or "comes once more" in said for said in played.ours) == 1
    assert played.ending.text.startswith("There are 2.")
    assert "in circles" in played.ending.text


def test_a_model_that_listens_goes_on() -> None:
    """Issue 11."""
    played = play([calls(A), calls(A), calls(B), says("There are 2.")], lambda made: {"count": 2})
    assert (played.ending.kind, len(played.ours)) == (EndKind.ANSWERED, 1)


@pytest.mark.parametrize("cycle", [(A, B), (A, B, C)])
def test_cycles_of_several_calls_are_noticed(cycle: tuple[ToolCall, ...]) -> None:
    """Issue 11, our choice: A, B, A, B."""
    script = [calls(each) for each in cycle * 10]
    played = play(script, closing=says("Nothing."))
    assert (played.ending.kind, played.ending.steps <= 2 * len(cycle) + 1) == (EndKind.LOOP, True)


def test_a_cycle_of_a_failing_call_and_a_read_is_noticed() -> None:
    """Our choice: attempts and seconds may differ, the failure is the same."""
    count = iter(range(100))

    def api(made: ToolCall) -> Any:
        return failed(made, "not_found", attempts=next(count)) if made is A else {"count": 2}

    assert play([calls(A), calls(B)] * 5, api, closing=says("x")).ending.kind is EndKind.LOOP


def test_the_same_call_with_another_answer_is_none() -> None:
    """Issue 11: a read whose answer changes."""
    states = iter(range(100))
    script = [*[calls(A)] * 10, says("done")]
    assert play(script, lambda made: {"state": next(states)}).ending.kind is EndKind.ANSWERED


def test_an_answer_that_was_another_one_meanwhile_is_counted_anew() -> None:
    """Issue 11: one that changes is no circle, though each state is seen twice."""
    states = iter([1, 1, 2, 2])
    played = play([*[calls(A)] * 4, says("done")], lambda made: {"state": next(states)})
    assert (played.ending.kind, len(played.ours)) == (EndKind.ANSWERED, 1)


def test_the_third_repetition_ends_a_run_whatever_is_repeated() -> None:
    """Our choice: who was told of the first, and then asks other things twice, goes in circles too."""
    script = [calls(each) for each in (A, A, B, B, C, C)]
    played = play([*script, says("done")], lambda made: {"count": 2}, closing=says("2"))
    assert (played.ending.kind, played.ending.steps) == (EndKind.LOOP, 6)


def test_notes_of_ours_make_no_other_answer() -> None:
    """Our choice: the second answer says that it is from the cache."""
    notes = iter(range(100))
    played = play([calls(A)], lambda made: {"n": 2, "_note": {"cache": next(notes)}}, closing=says("2"))
    assert played.ending.kind is EndKind.LOOP


def test_asking_how_far_a_call_is_goes_on() -> None:
    """Issue 11: polling a job (get_call) is no loop."""
    script = [*[calls(call("get_call", handle="h"))] * 10, says("done")]
    played = play(script, lambda made: {"state": "working"})
    assert (played.ending.kind, played.ours) == (EndKind.ANSWERED, [])


def test_after_a_write_the_same_read_is_no_repetition() -> None:
    """Our choice: it is looked whether the write had the effect."""
    script = [calls(A), calls(call("orders_cancel", id=7)), calls(A), calls(call("orders_cancel", id=8)), calls(A)]
    played = play([*script, says("done")], lambda made: {"count": 2}, history=asked("Cancel 7 and 8"))
    assert (played.ending.kind, played.ours) == (EndKind.ANSWERED, [])


def test_an_answer_that_is_no_json_is_held_against_its_text() -> None:
    """Our choice."""
    played = play([calls(A)], lambda made: ok(made, "the same"), closing=says("x"))
    assert played.ending.kind is EndKind.LOOP


def test_answers_that_cannot_be_written_are_held_against_their_text() -> None:
    """security.md: hostile answers."""
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]

    def api(made: ToolCall) -> Any:
        answer = ok(made, "deep")
        object.__setattr__(answer, "value", {"_note": {}, "deep": deep})
        return answer

    assert play([calls(A)], api, closing=says("x")).ending.kind is EndKind.LOOP
