"""ask/ask.py: steps are performed in their order, told of, and ended early."""

from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any

import anyio
import pytest

from openapi_mcp.ask.ask import Driver
from openapi_mcp.ask.steps import Interrupted, Invoke, Outcome, Step, Think
from openapi_mcp.model.chat import Answered, Asked, Ending, EndKind, FaultKind, History, ModelFault, ToolCall, Turn

pytestmark = pytest.mark.anyio

QUESTION = Asked(text="q")
CALLS = tuple(ToolCall(id=id, tool="t", arguments={}) for id in "abc")
TURN = Turn(model="m", calls=CALLS)
LAST = Turn(model="m", text="so")


@dataclass(slots=True)
class Heard:
    """All that is told."""

    words: list[Any] = field(default_factory=list)
    histories: list[History] = field(default_factory=list)

    def thought(self, turn: Turn) -> None:
        self.words.append(turn)

    def calls(self, call: ToolCall) -> None:
        self.words.append(call.id)

    def answered(self, answered: Answered) -> None:
        self.words.append(answered)

    def added(self, message: Answered | Asked) -> None:
        self.words.append(("added", message))

    def has(self, history: History) -> None:
        self.histories.append(history)


def think(*history: Any) -> Think:
    return Think(history=history, tools=(), instructions="")


def answer(call: ToolCall, text: str = "well") -> Answered:
    return Answered(call=call, text=text)


def ends(kind: EndKind, *history: Any) -> Ending:
    return Ending(kind=kind, text="", history=history)


def flow() -> Generator[Step, Outcome, Ending]:
    """Two of three calls are made, the second is answered by the loop itself."""
    came: list[Any] = [QUESTION]
    try:
        came.append((yield think(*came)))
        came.append((yield Invoke(call=CALLS[0])))
        came.append(answer(CALLS[1], "held back"))
        came.append((yield Invoke(call=CALLS[2])))
        came.append(Asked(text="be brief", is_ours=True))
        came.append((yield think(*came)))
    except Interrupted:
        return ends(EndKind.INTERRUPTED, *came)
    return ends(EndKind.ANSWERED, *came)


async def call(made: ToolCall) -> Answered:
    return answer(made)


async def test_each_step_is_performed_and_told_of_in_its_order() -> None:
    """Issue 11: each step streams to the terminal."""
    turns, heard = [LAST, TURN], Heard()

    async def model(_: Think) -> Turn:
        return turns.pop()

    ending = await Driver(model, call, heard).drive(flow(), (QUESTION,))
    assert ending.kind is EndKind.ANSWERED
    assert heard.words == [
        TURN,
        "a",
        answer(CALLS[0]),
        "c",
        answer(CALLS[2]),
        ("added", answer(CALLS[1], "held back")),
        ("added", Asked(text="be brief", is_ours=True)),
        LAST,
    ]
    whole = (QUESTION, TURN, answer(CALLS[0]), answer(CALLS[1], "held back"), answer(CALLS[2]))
    assert heard.histories[:2] == [(QUESTION, TURN), (QUESTION, TURN, answer(CALLS[0]))]
    assert heard.histories[-2:] == [(*whole, Asked(text="be brief", is_ours=True), LAST)] * 2


async def test_what_a_model_is_told_in_short_is_kept_whole() -> None:
    """loop.py: the history of a Think may be shortened."""
    long, short = answer(CALLS[0], "long" * 100), answer(CALLS[0], "long")
    before, heard = (QUESTION, Turn(model="m", calls=CALLS[:1]), long, TURN, answer(CALLS[1])), Heard()

    def shortened() -> Generator[Step, Outcome, Ending]:
        came = yield think(before[1], short, TURN, answer(CALLS[1]))
        return ends(EndKind.ANSWERED, *before, came)

    async def model(_: Think) -> Turn:
        return LAST

    await Driver(model, call, heard).drive(shortened(), before)
    assert heard.histories[0] == (*before, LAST)


async def test_a_call_is_given_up_and_the_run_ends() -> None:
    """Issue 11: Ctrl-C ends cleanly."""
    heard = Heard()

    async def model(_: Think) -> Turn:
        return TURN

    async def hang(made: ToolCall) -> Answered:
        if made.id == "c":
            driver.interrupt()
            await anyio.sleep_forever()
        return answer(made)

    driver = Driver(model, hang, heard)
    ending = await driver.drive(flow(), (QUESTION,))
    assert (ending.kind, heard.words[-1]) == (EndKind.INTERRUPTED, "c")
    assert heard.histories[-1] == ending.history
    assert (await Driver(model, call, heard).drive(flow(), (QUESTION,))).kind is EndKind.ANSWERED


async def test_a_run_that_is_ended_between_two_steps_begins_no_other() -> None:
    made: list[str] = []

    async def model(_: Think) -> Turn:
        driver.interrupt()
        return TURN

    async def noted(call: ToolCall) -> Answered:
        made.append(call.id)
        return answer(call)

    driver = Driver(model, noted, Heard())
    assert (await driver.drive(flow(), (QUESTION,))).kind is EndKind.INTERRUPTED
    assert made == []
    assert (await driver.drive(flow(), (QUESTION,))).kind is EndKind.INTERRUPTED  # the next one begins anew


async def test_faults_are_handed_to_the_loop() -> None:
    faults = (ModelFault(model="m", kind=FaultKind.QUOTA, message="spent"),)

    def asks() -> Generator[Step, Outcome, Ending]:
        came = yield think(QUESTION)
        assert came == faults
        return ends(EndKind.MODELS, QUESTION)

    async def model(_: Think) -> tuple[ModelFault, ...]:
        return faults

    heard = Heard()
    assert (await Driver(model, call, heard).drive(asks(), (QUESTION,))).kind is EndKind.MODELS
    assert heard.words == []
