"""ask/kept.py: a run comes back as it was, whatever it holds; secrets do not."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openapi_mcp.ask.kept import Run, mended, read_run, run_text, usage_of
from openapi_mcp.model.chat import Answered, Asked, EndKind, Finish, Message, ToolCall, Turn, Usage

CALL = ToolCall(id="c1", tool="orders_list", arguments={"page": 1})
OTHER = ToolCall(id="c2", tool="orders_create", arguments={"item": "tea"})
TURN = Turn(
    model="anthropic:one",
    text="I look.",
    thought="There may be some.",
    calls=(CALL,),
    finish=Finish.CALLS,
    usage=Usage(tokens_in=10, tokens_out=2, cached=1, cost=0.5),
    origin={"kind": "response", "parts": [{"signature": "abc"}]},
)
ANSWERED = Answered(call=CALL, text='{"id":7}', value={"id": 7}, record="r1", shortened=3)
MALFORMED = ToolCall(id="c3", tool="x", arguments=None, written="{no")


def a_run(*history: Message, **more: object) -> Run:
    return Run(id="k3vq9x2m4t7a", began=1.0, changed=2.0, question="q", models=("a:1",), history=history, **more)  # type: ignore[arg-type]


def test_a_run_comes_back_as_it_was() -> None:
    """Issue 11: runs can be continued, with another model too."""
    run = a_run(Asked(text="q"), TURN, ANSWERED, Asked(text="o", is_ours=True), usage=TURN.usage, ended=EndKind.LOOP)
    assert read_run(run_text(run)) == run


def test_a_call_that_was_no_json_comes_back() -> None:
    run = a_run(Turn(model="m", calls=(MALFORMED,)), Answered(call=MALFORMED, text="no JSON", is_error=True))
    assert read_run(run_text(run)) == run


@given(text=st.text(st.characters(codec=None)))
def test_no_text_breaks_a_run(text: str) -> None:
    """Models and upstreams may say anything; half of a surrogate pair becomes U+FFFD."""
    found = read_run(run_text(a_run(Asked(text=text))))
    assert found is not None
    assert found.history[0] == Asked(text=text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))


def test_secrets_are_masked_and_a_form_that_held_one_is_left_out() -> None:
    """Our brief: secrets masked as in records. A signed form that was changed would be refused."""
    turn = Turn(model="m", text="it is hunter22", calls=(CALL,), origin={"text": "it is hunter22"})
    text = run_text(a_run(turn, ANSWERED, TURN), lambda said: said.replace("hunter22", "***"))
    assert "hunter22" not in text
    found = read_run(text)
    assert found is not None
    first, _, second, _ = found.history
    assert isinstance(first, Turn)
    assert isinstance(second, Turn)
    assert (first.text, first.origin, second.origin) == ("it is ***", None, TURN.origin)


def test_the_answers_of_a_very_long_run_are_shortened() -> None:
    """Our brief: bounded in size."""
    long = Answered(call=CALL, text="x" * 5_000_000)
    text = run_text(a_run(TURN, long))
    assert len(text) < 10_000
    found = read_run(text)
    assert found is not None
    last = found.history[-1]
    assert isinstance(last, Answered)
    assert last.shortened == 5_000_000 - len(last.text)


@pytest.mark.parametrize("part", ["text", "thought", "origin", "arguments", "written", "many"])
def test_what_a_models_service_says_does_not_fill_the_disk(part: str) -> None:
    """Hostile: a service that sends without an end; the run stays readable."""
    long = "x" * 5_000_000
    call = replace(CALL, arguments={"a": long}) if part == "arguments" else replace(CALL, written=long)
    turns = {
        "text": (replace(TURN, text=long),),
        "thought": (replace(TURN, thought=long),),
        "origin": (replace(TURN, origin={"parts": [long]}),),
        "arguments": (replace(TURN, calls=(call,)),),
        "written": (replace(TURN, calls=(call,)),),
        "many": (replace(TURN, text="x" * 1_000),) * 5_000,
    }[part]
    text = run_text(a_run(Asked(text="q"), *turns, Asked(text="last")))
    assert len(text) < (10_000 if part != "many" else 4_000_000)
    found = read_run(text)
    assert found is not None
    assert found.history[-1] == Asked(text="last")


DAMAGED = [
    "", "{", "[]", "null", '{"format": 2}', '{"format": 1}',
    run_text(a_run(TURN)).replace('"loop"', "7").replace('"asked"', '"x"').replace('"calls":[', '"calls":[7,'),
    run_text(a_run(TURN)).replace('{"page":1}', "[1]"),
    run_text(a_run(ended=EndKind.LOOP)).replace('"loop"', '"?"'),
    "[" * 100_000,
]  # fmt: skip


@pytest.mark.parametrize("text", DAMAGED, ids=range(len(DAMAGED)))
def test_what_is_damaged_is_no_run(text: str) -> None:
    assert read_run(text) is None


def test_a_call_that_was_on_its_way_is_said_to_be_unknown() -> None:
    """A run may be killed: whether its write was carried out is not known, and the calls behind it were not made."""
    turn = Turn(model="m", calls=(CALL, OTHER, MALFORMED))
    first, answered, unknown, unmade, asked = mended([turn, ANSWERED, Asked(text="and?")])
    assert (first, answered, asked) == (turn, ANSWERED, Asked(text="and?"))
    assert isinstance(unknown, Answered)
    assert isinstance(unmade, Answered)
    assert (unknown.call, unknown.is_sent, unmade.call, unmade.is_sent) == (OTHER, True, MALFORMED, False)
    assert "not known" in unknown.text


@given(st.lists(st.sampled_from([Asked(text="a"), TURN, ANSWERED, Turn(model="m", calls=(CALL, OTHER))]), max_size=8))
def test_every_call_of_a_mended_history_has_one_answer(history: list[Message]) -> None:
    """model/chat.py, History."""
    whole = mended(history)
    assert mended(whole) == whole
    expected: list[str] = []
    for message in whole:
        if isinstance(message, Answered):
            expected.remove(message.call.id)
        else:
            assert expected == []
            expected = [call.id for call in message.calls] if isinstance(message, Turn) else []
    assert expected == []


def test_what_all_turns_took_is_added_up() -> None:
    turns = [Turn(model="m", usage=Usage(tokens_in=1, tokens_out=2, cost=cost)) for cost in (None, 0.5, 0.25)]
    assert usage_of(turns) == Usage(tokens_in=3, tokens_out=6, cost=0.75)
    assert usage_of(turns[:1]).cost is None


def test_a_number_that_json_has_no_form_for_is_refused() -> None:
    call = ToolCall(id="c", tool="t", arguments={"n": float("nan")})
    with pytest.raises(ValueError, match="JSON"):
        run_text(a_run(Turn(model="m", calls=(call,))))
    assert json.loads(run_text(a_run()))["run"] == "k3vq9x2m4t7a"
