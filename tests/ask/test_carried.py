"""A history as any provider takes it."""

import json
import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from openapi_mcp.ask.carried import carried
from openapi_mcp.model.chat import Answered, Asked, Finish, History, Message, ToolCall, Turn

ME, OTHER = "anthropic:me", "openai:other"


def call(call_id: str, tool: str = "get_order", **arguments: Any) -> ToolCall:
    return ToolCall(id=call_id, tool=tool, arguments=arguments)


def turn(*calls: ToolCall, text: str = "", model: str = OTHER, origin: Any = None) -> Turn:
    return Turn(model=model, text=text, calls=calls, finish=Finish.CALLS, origin=origin)


def answers(*calls: ToolCall) -> tuple[Answered, ...]:
    return tuple(Answered(call=each, text=f"answer {number}") for number, each in enumerate(calls))


ASKED = Asked(text="?")


def test_another_models_ids_become_nine_letters_and_digits_that_stay_the_same() -> None:
    """Mistral's models take no other length; a provider's cache takes no other beginning."""
    calls = (call("toolu_01|x"), call("toolu_02"))
    history: History = (ASKED, turn(*calls), *answers(*calls))
    _, said, one, two = carried(history, ME)
    assert isinstance(said, Turn)
    assert [each.id for each in said.calls] == ["call00001", "call00002"]
    assert isinstance(one, Answered)
    assert isinstance(two, Answered)
    assert (one.call, two.call) == said.calls
    longer = carried((*history, turn(call("x")), *answers(call("x"))), ME)
    assert longer[:4] == carried(history, ME)[:4]


def test_a_models_own_turn_stays_as_it_is() -> None:
    """The seam, chat.py: origin is the turn as its provider's adapter keeps it."""
    own = turn(call("toolu_1"), text="I look.", model=ME, origin={"kept": 1})
    history: History = (ASKED, own, *answers(*own.calls))
    assert carried(history, ME) == history
    _, said, _ = carried(history, OTHER)
    assert isinstance(said, Turn)
    assert (said.origin, said.calls[0].id) == (None, "call00001")


def test_ids_that_a_model_gave_twice_are_told_apart() -> None:
    """Our choice: some servers count from 0 in each turn; the first answer is the first call's."""
    twice = (call("call_0", id=1), call("call_0", id=2))
    history: History = (
        ASKED,
        turn(*twice, model=ME),
        *answers(*twice),
        turn(call("call_0"), model=ME),
        *answers(call("call_0")),
    )
    told = carried(history, ME)
    ids = [each.id for message in told if isinstance(message, Turn) for each in message.calls]
    assert ids == ["call00001", "call00002", "call_0"]
    assert [each.text for each in told if isinstance(each, Answered)] == ["answer 0", "answer 1", "answer 0"]


def test_a_name_that_a_model_invented_is_written_as_a_name() -> None:
    """Anthropic and OpenAI refuse a history with a name beyond [A-Za-z0-9_-]{1,64}."""
    odd = call("a", "functions.get order!" + "x" * 100)
    empty = call("b", "")
    _, said, _, _ = carried((ASKED, turn(odd, empty, model=ME, origin={}), *answers(odd, empty)), ME)
    assert isinstance(said, Turn)
    assert said.calls[0].tool.startswith("functions_get_order_x")
    assert (len(said.calls[0].tool), said.calls[1].tool, said.origin) == (64, "unnamed", None)


def test_a_call_that_nobody_answered_has_an_answer_that_says_so() -> None:
    """Issue 11: Ctrl-C keeps the run, which can be continued."""
    own = turn(call("a"), call("b"))
    history: History = (ASKED, own, *answers(own.calls[0]))
    told = carried(history, ME)
    assert isinstance(told[3], Answered)
    assert told[3].is_error
    assert "interrupted" in told[3].text


def test_what_a_person_said_between_answers_stands_behind_them() -> None:
    """Both wires: the answers follow their calls at once."""
    own = turn(call("a"), call("b"))
    first, second = answers(*own.calls)
    told = carried((ASKED, own, first, Asked(text="Wait."), second), ME)
    assert [type(each) for each in told] == [Asked, Turn, Answered, Answered, Asked]


def test_blank_texts_and_empty_turns_are_not_told() -> None:
    """Anthropic: text content blocks must be non-empty."""
    told = carried((Asked(text=" "), turn(), Asked(text="Go"), turn(text="Well. \n")), ME)
    assert [each.text for each in told] == ["(nothing)", "Go", "Well.", "Go on."]


def test_turns_are_taken() -> None:
    """Anthropic: the first message is a person's, and newer models take no last one of their own."""
    told = carried((turn(text="a"), turn(text="b")), ME)
    assert [type(each) for each in told] == [Asked, Turn, Asked, Turn, Asked]
    assert [type(each) for each in carried((), ME)] == [Asked]


def roles(told: History) -> str:
    """Return who speaks, a letter each: u(ser), a(ssistant), t(ool)."""
    return "".join({Asked: "u", Turn: "a", Answered: "t"}[type(each)] for each in told)


def test_after_an_answer_the_model_speaks_before_a_person_does() -> None:
    """Mistral: "Unexpected role 'user' after role 'tool'"; its templates say the same elsewhere (vLLM)."""
    own = turn(call("a"), model=ME)
    history: History = (ASKED, own, *answers(*own.calls), Asked(text="You go in circles.", is_ours=True))
    told = carried(history, ME, is_strict=True)
    assert roles(told) == "uatau"
    assert (told[:3], told[-1]) == (history[:3], history[-1])
    assert roles(carried(history, ME)) == "uatu"


def test_what_is_said_to_the_model_twice_in_a_row_is_said_at_once() -> None:
    """Templates of Gemma, Llama 2, Mistral: "Conversation roles must alternate user/assistant/user/assistant/..."."""
    history: History = (
        ASKED,
        Asked(text="Say something.", is_ours=True),
        turn(text="a"),
        Asked(text="x", is_ours=True),
    )
    said, _, last = carried(history, ME, is_strict=True)
    assert said == Asked(text="?\n\nSay something.")
    assert last == Asked(text="x", is_ours=True)
    assert roles(carried(history, ME)) == "uuau"


texts = st.text(max_size=8) | st.sampled_from(["", " ", "\ud800", "a\udfffb", "\n"])
calls_of = st.builds(
    ToolCall,
    id=st.sampled_from(["", "a", "call_0", "call00001", "call00002", "é", "x" * 80]),
    tool=texts,
    arguments=st.none() | st.dictionaries(texts, texts, max_size=2),
    written=texts,
)
turns = st.builds(
    Turn,
    model=st.sampled_from([ME, OTHER]),
    text=texts,
    calls=st.lists(calls_of, max_size=3).map(tuple),
    origin=st.none() | st.just({"kept": 1}),
)
messages: st.SearchStrategy[Message] = st.one_of(
    st.builds(Asked, text=texts), turns, st.builds(Answered, call=calls_of, text=texts)
)


@given(st.lists(messages, max_size=8).map(tuple))
def test_whatever_was_said_the_strictest_takes_it(history: History) -> None:
    """Mistral's order of roles, as a law: a person, then the model and either its answers or a person again."""
    told = carried(history, ME, is_strict=True)
    assert re.fullmatch("(?!.*(uu|aa|tu))u.*[ut]|u", roles(told)), roles(told)
    assert carried(told, ME, is_strict=True) == told


@given(st.lists(messages, max_size=8).map(tuple))
def test_whatever_was_said_is_a_history_that_every_provider_takes(history: History) -> None:
    """Issue 11: the history carries over, as a law; carried twice is carried once."""
    told = carried(history, ME)
    seen: set[str] = set()
    open_calls: list[ToolCall] = []
    is_models = True
    for message in told:
        if isinstance(message, Answered):
            assert message.call == open_calls.pop(0)
            is_models = False
            continue
        assert open_calls == []
        assert is_models is not isinstance(message, Turn) or isinstance(message, Asked)
        is_models = isinstance(message, Turn)
        if isinstance(message, Turn):
            assert message.text.strip() or message.calls
            open_calls = list(message.calls)
            ids = [each.id for each in message.calls]
            assert seen.isdisjoint(ids)
            assert len(set(ids)) == len(ids)
            seen.update(ids)
            assert all(
                re.fullmatch("[A-Za-z0-9_-]{1,64}", name) for each in message.calls for name in (each.id, each.tool)
            )
            if message.origin is None:
                assert all(isinstance(each.arguments, dict) for each in message.calls)
        else:
            assert message.text.strip()
        message.text.encode()
    assert not is_models
    assert open_calls == []
    assert carried(told, ME) == told
    json.dumps([each.text for each in told])
