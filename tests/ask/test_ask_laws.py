"""Laws of the loop: whatever models and the API say, a run ends within its bounds, and its history is whole."""

from collections import Counter
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from support.runs import SEARCHING, SHOP, Said, asked, declined, failed, fault, ok, play

from openapi_mcp.ask.meant import meant
from openapi_mcp.ask.offer import Limits, Offer
from openapi_mcp.ask.writes import was_done
from openapi_mcp.model.chat import Answered, FaultKind, Finish, ToolCall, Turn, Usage
from openapi_mcp.model.searching import CALL

SCALARS = st.integers(0, 12) | st.sampled_from(["Ana", "7", "mug", "", None, True, 1.5])
ARGUMENTS = st.dictionaries(
    st.sampled_from(["id", "customer", "items", "q", "order_id"]),
    SCALARS | st.lists(st.fixed_dictionaries({"product": SCALARS}), max_size=2),
    max_size=3,
)
NAMES = st.sampled_from(["orders_list", "orders_retrieve", "orders_create", "orders_cancel", "products_list", "nosuch"])
THROUGH = st.builds(lambda name, arguments: (CALL, {"name": name, "arguments": arguments}), NAMES, ARGUMENTS)


@st.composite
def tool_calls(draw: st.DrawFn) -> ToolCall:
    """Return a call, of an operation in either mode, or one that is no JSON."""
    name, arguments = draw(st.tuples(NAMES, ARGUMENTS) | THROUGH)
    is_broken = draw(st.integers(0, 9)) == 0
    return ToolCall(id=draw(st.sampled_from("abc")), tool=name, arguments=None if is_broken else arguments)


TURNS = st.builds(
    Turn,
    model=st.just("test:one"),
    text=st.sampled_from(["", "I look.", "There are 2."]),
    calls=st.lists(tool_calls(), max_size=3).map(tuple),
    finish=st.sampled_from([Finish.DONE, Finish.CALLS, Finish.CALLS, Finish.CALLS, Finish.LENGTH, Finish.REFUSED]),
    usage=st.builds(Usage, tokens_in=st.integers(0, 500), tokens_out=st.integers(0, 50), cost=st.none() | st.just(0.1)),
)
SAID: st.SearchStrategy[Said] = TURNS | TURNS | TURNS | st.sampled_from(list(FaultKind)).map(fault)
KINDS = ["not_found", "conflict", "timeout", "upstream_error", "invalid_arguments"]
LIMITS = st.builds(
    Limits,
    max_steps=st.integers(0, 8),
    max_tokens=st.none() | st.integers(0, 5_000),
    budget=st.none() | st.floats(0, 1),
    room=st.integers(0, 3_000),
)


class Api:
    """Answers with what it draws: something, a failure, a person's no."""

    def __init__(self, data: st.DataObject) -> None:
        self._data = data

    def __call__(self, made: ToolCall) -> Answered:
        what = self._data.draw(st.integers(0, 6))
        if what == 0:
            return failed(made, self._data.draw(st.sampled_from(KINDS)), attempts=1)
        if what == 1:
            return declined(made)
        return ok(made, {"results": [{"id": self._data.draw(st.integers(0, 12)), "quantity": 3}], "count": 1})


@given(st.data(), st.lists(SAID, min_size=1, max_size=12), LIMITS, st.sampled_from([SHOP, SEARCHING]))
def test_any_run_ends_within_its_bounds_with_a_whole_history(
    data: st.DataObject, script: list[Said], limits: Limits, offer: Offer
) -> None:
    """Issue 11: never a loop, every call has its answer, no write twice, no id that no answer gave."""
    played = play(
        script, Api(data), history=asked("Cancel order 7 of Ana, and order 2 mugs"), offer=offer, limits=limits
    )
    ending = played.ending
    assert ending.steps <= limits.max_steps
    assert len(played.thinks) <= (limits.max_steps + 1) * 5
    assert ending.text.strip()
    every_call_has_its_answer(ending.history)
    no_write_is_made_twice(played.answers, offer)
    nothing_invented_is_sent(played.answers, offer)
    assert [each.call for each in played.answers if each.is_sent or each.text.startswith("The person")] == played.sent


def every_call_has_its_answer(history: Any) -> None:
    waiting: list[ToolCall] = []
    for message in history:
        if isinstance(message, Answered):
            assert waiting.pop(0) is message.call
        else:
            assert waiting == []
            waiting = list(message.calls) if isinstance(message, Turn) else []
    assert waiting == []


def no_write_is_made_twice(answers: list[Answered], offer: Offer) -> None:
    done = [each for each in answers if was_done(each)]
    writes = [tool for each in done if (tool := offer.known(meant(each.call))) is not None and not tool.is_read]
    keys = Counter(
        meant(each.call).key
        for each in done
        if (tool := offer.known(meant(each.call))) is not None and not tool.is_read
    )
    assert len(writes) == len(keys)


def nothing_invented_is_sent(answers: list[Answered], offer: Offer) -> None:
    """Hold the ids of orders against what had been said: 7, 2, and the ids of answers."""
    known = {"7", "2", "1.5", "mug", "mugs", "Ana", "", "None", "True"}
    for answer in answers:
        what = meant(answer.call)
        if (
            answer.is_sent
            and what.tool in ("orders_retrieve", "orders_cancel")
            and not isinstance(what.arguments.get("id"), list)
        ):
            assert str(what.arguments.get("id", 7)) in known
        if answer.is_sent and isinstance(answer.value, dict) and "results" in answer.value:
            known |= {str(each["id"]) for each in answer.value["results"]}
