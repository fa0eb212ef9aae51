"""ask/mended.py: every call of a history has an answer."""

from hypothesis import given
from hypothesis import strategies as st

from openapi_mcp.ask.mended import mended
from openapi_mcp.model.chat import Answered, Asked, Message, ToolCall, Turn

CALL = ToolCall(id="c1", tool="orders_list", arguments={"page": 1})
OTHER = ToolCall(id="c2", tool="orders_create", arguments={"item": "tea"})
MALFORMED = ToolCall(id="c3", tool="x", arguments=None, written="{no")
TURN = Turn(model="anthropic:one", text="I look.", calls=(CALL,))
ANSWERED = Answered(call=CALL, text='{"id":7}', value={"id": 7})


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
