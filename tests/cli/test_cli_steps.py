"""cli/steps.py: each step of a run in a short line."""

from dataclasses import replace
from typing import Any

import pytest

from openapi_mcp.ask.steps import Pause
from openapi_mcp.cli.go_on import GoOn
from openapi_mcp.cli.steps import Steps, call_line, end_line, result_line
from openapi_mcp.model.chat import (
    Answered,
    Asked,
    Ending,
    EndKind,
    FaultKind,
    History,
    ModelFault,
    ToolCall,
    Turn,
    Usage,
)

CALL = ToolCall(id="1", tool="orders_list", arguments={"page": 2})


def said(*heard: tuple[str, tuple[Any, ...]]) -> list[str]:
    lines: list[str] = []
    kept: list[History] = []
    steps = Steps(lambda text, _: lines.append(text), kept.append)
    for name, given in heard:
        getattr(steps, name)(*given)
    return lines


@pytest.mark.parametrize(
    ("turn", "expected"),
    [
        (Turn(model="m", thought="First\nthis."), ["thinks: First this."]),
        (Turn(model="m", text="I look.", calls=(CALL,)), ["thinks: I look."]),
        (Turn(model="m", text="The answer."), []),
        (Turn(model="m", thought="x" * 1000), [f"thinks: {'x' * 299}…"]),
    ],
)
def test_a_thought_is_said_in_short_and_an_answer_is_not(turn: Turn, expected: list[str]) -> None:
    """Issue 11: the thought in short; the answer stands on stdout."""
    assert said(("thought", (turn,))) == expected


def test_a_call_is_a_line_through_the_search_mode_too() -> None:
    """Issue 11: the call."""
    through = ToolCall(id="1", tool="call_operation", arguments={"name": "orders_list", "arguments": {"page": 2}})
    malformed = ToolCall(id="1", tool="orders_list", written='{"page": \x1b[31m')
    assert call_line(CALL) == call_line(through) == "orders_list(page: 2)"
    assert call_line(malformed) == 'orders_list: {"page": \\x1b[31m'
    assert len(call_line(ToolCall(id="1", tool="t", arguments={f"a{n}": n for n in range(999)}))) == 300


def test_a_result_is_a_line_with_what_was_repaired() -> None:
    """Issue 11: the result in short, repairs."""
    repair = {"field": "city", "from": "lisbon", "to": "Lisbon", "how": "spelled so"}
    ok = Answered(call=CALL, text="{}\n", value={"_note": {"repairs": [repair, {"field": "x"}, 7]}})
    assert said(("answered", (ok,))) == [
        "answer: ok, 3 characters: {}",
        "repaired: city: lisbon -> Lisbon (spelled so)",
    ]
    failed = {"error": {"kind": "not_found", "message": "there\x1b[31m is\nnone"}}
    assert result_line(Answered(call=CALL, text="x", value=failed, is_error=True)) == "not_found: there is none"
    assert result_line(Answered(call=CALL, text="Unknown tool: x", is_error=True)) == "failed: Unknown tool: x"
    assert len(result_line(Answered(call=CALL, text="y" * 9_999))) < 160


def test_what_the_loop_itself_says_is_said() -> None:
    """Our choice: a call that is held back would look as if it had never been wanted."""
    held = Answered(call=CALL, text="no such id", is_error=True, is_sent=False)
    lines = said(("added", (held,)), ("added", (Asked(text="Be brief.", is_ours=True),)), ("added", (Asked(text="q"),)))
    assert lines == ["held back: orders_list(page: 2): failed: no such id", "told the model: Be brief."]


def test_a_write_that_is_not_made_again_does_not_read_like_a_second_one() -> None:
    """A user's finding: "held back: orders_create(...): ok, 349 characters" read like another order."""
    made = Answered(call=CALL, text='{"id":7}', value={"id": 7}, is_sent=False)
    failed = replace(made, value={"error": {}, "_note": {"not_sent": "made already"}}, text="{}", is_error=True)
    assert said(("added", (made,)), ("added", (failed,))) == [
        'not sent again: orders_list(page: 2): made already; it answered ok, 8 characters: {"id":7}',
        "not sent again: orders_list(page: 2): made already; it answered failed: {}",
    ]


def test_fall_overs_and_pauses_are_said() -> None:
    """Issue 11: quota, back-off, the next provider."""
    fault = ModelFault(model="a:1", kind=FaultKind.QUOTA, message="no credit\x07 left")
    lines = said(("on_fall_over", (fault, "b:2")), ("on_pause", (Pause(seconds=2.0, why="overloaded"),)))
    assert lines == ["model: a:1: quota: no credit left; b:2 takes over", "waits: 2 s: overloaded"]
    assert said(("on_text", ("a:1", "void, perhaps"))) == []


def test_what_to_do_about_a_model_stands_behind_what_comes_of_its_failing() -> None:
    """A user's finding: "What to do: check ANTHROPIC_API_KEY.; openai:... takes over"."""
    fault = ModelFault(model="a:1", kind=FaultKind.CREDENTIALS, message="a:1: it refuses the key. What to do: check K.")
    assert said(("on_fall_over", (fault, "b:2"))) == [
        "model: a:1: credentials: it refuses the key; b:2 takes over. What to do: check K"
    ]
    spent = ModelFault(model="a:1", kind=FaultKind.QUOTA, message="a:1: its quota is spent")
    assert said(("on_left_alone", (spent, 7300.0))) == [
        "model: a:1: quota: its quota is spent; for 2 hours more it is asked only after all others"
    ]


def test_the_last_line_says_what_it_took_and_how_to_go_on() -> None:
    """Our brief: steps, tokens, cost, run id."""
    ending = Ending(kind=EndKind.ANSWERED, text="", history=(), steps=1, usage=Usage(tokens_in=1_200, cost=0.01234))
    assert end_line("k3vq", ending) == "run k3vq: answered; 1 step, 1,200 tokens, $0.0123"
    stopped = Ending(kind=EndKind.STEPS, text="", history=(), steps=2)
    command = "openapi-mcp ask --run k3vq --spec x.json"
    assert (
        end_line("k3vq", stopped, GoOn(command=command))
        == f"run k3vq: max_steps; 2 steps, 0 tokens; to go on: {command}"
    )
    assert end_line("k3vq", stopped) == "run k3vq: max_steps; 2 steps, 0 tokens"
