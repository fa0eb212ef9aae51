"""ask/kept.py: a run comes back as it was, whatever it holds; secrets do not."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openapi_mcp.ask.kept import Run, read_run, run_text
from openapi_mcp.model.chat import Answered, Asked, EndKind, Finish, Message, ToolCall, Turn, Usage

CALL = ToolCall(id="c1", tool="orders_list", arguments={"page": 1})
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
    *(run_text(a_run()).replace('"changed":2.0', f'"changed":{said}') for said in ("1e300", "-1", '"nan"', "9" * 400)),
    run_text(a_run()).replace('"began":1.0', '"began":1' + "0" * 400),
    *(run_text(a_run()).replace('"cost":null', f'"cost":{said}') for said in ("9" * 400, "-1", '"nan"')),
    run_text(a_run()).replace('"tokens_in":0', '"tokens_in":-7'),
]  # fmt: skip


@pytest.mark.parametrize("text", DAMAGED, ids=range(len(DAMAGED)))
def test_what_is_damaged_is_no_run(text: str) -> None:
    """Fuzzing: a time that no calendar has ended `/runs` with a traceback, a number beyond a double every start."""
    assert read_run(text) is None


def test_a_number_that_json_has_no_form_for_is_refused() -> None:
    call = ToolCall(id="c", tool="t", arguments={"n": float("nan")})
    with pytest.raises(ValueError, match="JSON"):
        run_text(a_run(Turn(model="m", calls=(call,))))
    assert json.loads(run_text(a_run()))["run"] == "k3vq9x2m4t7a"


def test_a_secret_that_is_a_number_is_masked_and_counts_stay() -> None:
    """security.md: a secret within arguments may be a number; what counts tokens is no one's secret."""
    made = ToolCall(id="c", tool="pay", arguments={"pin": 4711, "100": True})
    turn = Turn(model="m", calls=(made,), usage=Usage(tokens_in=4711, tokens_out=1))
    kept = run_text(
        a_run(turn, Answered(call=made, text="ok", shortened=4711)), lambda text: text.replace("4711", "***")
    )
    assert '"pin":"***"' in kept
    found = read_run(kept)
    assert found is not None
    assert (found.history[0], found.history[1]) == (
        replace(turn, calls=(replace(made, arguments={"pin": "***", "100": True}),)),
        Answered(call=replace(made, arguments={"pin": "***", "100": True}), text="ok", shortened=4711),
    )
