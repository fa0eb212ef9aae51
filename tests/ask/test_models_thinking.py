"""Performing a Think: real providers on loopback, falling over from one wire to the other."""

from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import dataclass, field, replace

import anyio
import pytest
from support.model_faults import overloaded
from support.model_scripts import say
from support.model_service import ANTHROPIC_KEY, CLAUDE, GPT, OPENAI_KEY, ModelService, running_models
from support.upstream import PATIENCE
from support.wires import Wires, anthropic_says, error, openai_says, stream, wires

from openapi_mcp.ask.names import ModelName, Wire
from openapi_mcp.ask.steps import Pause, Think
from openapi_mcp.ask.thinking import Thinker
from openapi_mcp.cli.thinker import open_thinker
from openapi_mcp.config import Config
from openapi_mcp.model.chat import Answered, Asked, FaultKind, History, ModelFault, Turn
from openapi_mcp.model.secret import Secret


@dataclass
class Heard:
    """A listener that keeps what it hears."""

    said: list[str] = field(default_factory=list)

    def on_asked(self, model: str) -> None:
        self.said.append(f"{model} is asked")

    def on_text(self, model: str, text: str) -> None:
        self.said.append(f"{model} says {text}")

    def on_fall_over(self, fault: ModelFault, to: str) -> None:
        self.said.append(f"{fault.model} -> {to}: {fault.kind}")

    def on_left_alone(self, fault: ModelFault, seconds: float) -> None:
        self.said.append(f"{fault.model} left alone: {fault.kind}")

    def on_pause(self, pause: Pause) -> None:
        self.said.append("pause")


@pytest.fixture
def server() -> Iterator[Wires]:
    with wires() as running:
        yield running


def models(server: Wires) -> tuple[ModelName, ModelName]:
    key = Secret("sk-test-123456")
    return (
        ModelName(name="anthropic:a", id="a", wire=Wire.ANTHROPIC, url=server.url, key=key),
        ModelName(name="openai:b", id="b", wire=Wire.OPENAI, url=f"{server.url}/v1", key=key),
    )


CREDIT = error(
    400,
    {"type": "error", "error": {"type": "invalid_request_error", "message": "Your credit balance is too low."}},
)


def test_a_quota_that_ends_in_the_middle_of_a_run_goes_on_with_the_other_and_its_whole_history(server: Wires) -> None:
    """Issue 11: falls over without losing the history; tool calls and results included."""
    server.replies += [
        stream(anthropic_says("Let me look.", ("toolu_1", "get_order", '{"id": 7}'))),
        CREDIT,
        stream(openai_says("Sent.")),
        stream(openai_says("Yes.")),
    ]
    heard = Heard()

    async def run() -> list[Turn]:
        thinker = Thinker(models(server), heard)
        history: History = (Asked(text="Where is order 7?"),)
        came = []
        for _ in range(3):
            turn = await thinker.think(Think(history=history, tools=(), instructions=""))
            assert isinstance(turn, Turn)
            came.append(turn)
            history += (turn, *(Answered(call=call, text="sent on Monday") for call in turn.calls))
        await thinker.aclose()
        return came

    first, second, third = anyio.run(run)
    assert [each.model for each in (first, second, third)] == ["anthropic:a", "openai:b", "openai:b"]
    assert "anthropic:a -> openai:b: quota" in heard.said
    assert "pause" not in heard.said
    assert len(server.requests) == 4
    user, assistant, tool = server.requests[2].body["messages"]
    assert user["content"] == "Where is order 7?"
    assert assistant["tool_calls"][0]["function"]["name"] == "get_order"
    assert (tool["tool_call_id"], tool["content"]) == (assistant["tool_calls"][0]["id"], "sent on Monday")


LIMIT = "You have reached your specified API usage limits. Try again in 5 hours."


def test_before_another_question_it_is_said_which_model_is_left_for_last(server: Wires) -> None:
    """Issue 11: the spent one left alone until its reset; our choice: said, so that nobody waits for it unknowingly."""
    server.replies += [
        error(400, {"type": "error", "error": {"type": "invalid_request_error", "message": LIMIT}}),
        stream(openai_says("Sent.")),
        stream(openai_says("Yes.")),
        CREDIT,
        stream(anthropic_says("Topped up.")),
    ]
    heard = Heard()

    async def run() -> list[str]:
        thinker, came = Thinker(models(server), heard), []
        for question in ("Where is it?", "Sure?", "Well?"):
            thinker.begin()
            turn = await thinker.think(Think(history=(Asked(text=question),), tools=(), instructions=""))
            assert isinstance(turn, Turn)
            came.append(turn.model)
        await thinker.aclose()
        return came

    assert anyio.run(run) == ["openai:b", "openai:b", "anthropic:a"]
    assert heard.said.count("anthropic:a left alone: quota") == 2


def test_where_no_model_answers_each_says_why(server: Wires) -> None:
    """Issue 11: bad credentials, unknown models: a clear message."""
    server.replies += [
        error(401, {"type": "error", "error": {"type": "authentication_error", "message": "invalid key"}}),
        error(404, {"error": {"message": "The model `b` does not exist", "code": "model_not_found"}}),
    ]

    async def run() -> Turn | tuple[ModelFault, ...]:
        async with aclosing(Thinker(models(server), Heard())) as thinker:
            return await thinker.think(Think(history=(Asked(text="?"),), tools=(), instructions=""))

    came = anyio.run(run)
    assert isinstance(came, tuple)
    assert [each.kind for each in came] == [FaultKind.CREDENTIALS, FaultKind.UNKNOWN_MODEL]


def test_a_stream_that_broke_is_asked_for_again_as_a_whole(server: Wires) -> None:
    """Issue 11: what came of it is dropped; no half call is ever made."""
    half = anthropic_says("Let me", ("toolu_1", "get_order", '{"id": 7'))[:-3]
    whole = anthropic_says("Let me look.", ("toolu_2", "get_order", '{"id": 7}'))
    server.replies += [stream(half, breaks=True), stream(whole)]
    heard = Heard()

    async def run() -> Turn | tuple[ModelFault, ...]:
        async with aclosing(Thinker(models(server), heard, sleep=no_time)) as thinker:
            return await thinker.think(Think(history=(Asked(text="?"),), tools=(), instructions=""))

    came = anyio.run(run)
    assert isinstance(came, Turn)
    assert [(each.id, each.arguments) for each in came.calls] == [("toolu_2", {"id": 7})]
    assert heard.said.count("pause") == 1


async def no_time(seconds: float) -> None:
    """Wait for nothing."""


def test_who_interrupts_a_turn_waits_for_nothing(server: Wires) -> None:
    """Issue 11: Ctrl-C ends cleanly."""

    async def run() -> bool:
        thinker = Thinker(models(server), Heard())
        with anyio.CancelScope() as scope:
            scope.cancel()
            await thinker.think(Think(history=(Asked(text="?"),), tools=(), instructions=""))
        await thinker.aclose()
        return scope.cancelled_caught

    assert anyio.run(run)
    assert server.requests == []


@dataclass
class Hasty(Heard):
    """A listener that interrupts at the first piece of text."""

    scope: anyio.CancelScope | None = None

    def on_text(self, model: str, text: str) -> None:
        assert self.scope is not None
        self.scope.cancel()


@pytest.mark.parametrize("number", [0, 1])
def test_who_interrupts_in_the_middle_of_a_turn_leaves_nothing_open(server: Wires, number: int) -> None:
    """Issue 11, as above: while text comes, of either wire; warnings of what is left open are errors."""
    events = (anthropic_says("Let me look."), openai_says("Let me look."))[number]
    server.replies.append(replace(stream(events[:5]), hangs=True))
    heard = Hasty()

    async def run() -> bool:
        thinker = Thinker([models(server)[number]], heard)
        with anyio.CancelScope() as heard.scope:
            await thinker.think(Think(history=(Asked(text="?"),), tools=(), instructions=""))
        await thinker.aclose()
        return heard.scope.cancelled_caught

    assert anyio.run(run)
    assert len(server.requests) == 1


@pytest.fixture
def service() -> Iterator[ModelService]:
    with running_models() as running:
        yield running


def served(service: ModelService) -> tuple[ModelName, ModelName]:
    claude = ModelName(name=f"anthropic:{CLAUDE}", id=CLAUDE, wire=Wire.ANTHROPIC, url=service.url)
    gpt = ModelName(name=f"openai:{GPT}", id=GPT, wire=Wire.OPENAI, url=service.openai_url)
    return replace(claude, key=Secret(ANTHROPIC_KEY)), replace(gpt, key=Secret(OPENAI_KEY))


@pytest.mark.parametrize("number", [0, 1])
def test_the_turns_of_a_run_have_one_connection_which_is_over_at_its_end(service: ModelService, number: int) -> None:
    """Our choice: a handshake (of TLS) for each turn is a wait for each turn; a failure that is an answer keeps it."""
    service.play(overloaded(), last=say("Still here."))

    async def run() -> None:
        thinker = Thinker([served(service)[number]], Heard(), sleep=no_time)
        for _ in range(3):
            came = await thinker.think(Think(history=(Asked(text="?"),), tools=(), instructions=""))
            assert isinstance(came, Turn), came
        await thinker.aclose()

    anyio.run(run)
    assert (len(service.heard), service.connections, service.refused) == (4, 1, [])
    assert service.ended.acquire(timeout=PATIENCE)


def test_a_connection_that_its_server_has_ended_since_costs_no_pause(server: Wires) -> None:
    """Our choice: between two turns of a chat are minutes, and servers leave then (uvicorn's default: 5 s)."""
    server.replies += [stream(anthropic_says("One.")), stream(anthropic_says("Two."))]
    heard = Heard()

    async def run() -> None:
        thinker = Thinker(models(server)[:1], heard)
        think = Think(history=(Asked(text="?"),), tools=(), instructions="")
        assert isinstance(await thinker.think(think), Turn)
        assert server.ended.acquire(timeout=PATIENCE)
        assert isinstance(await thinker.think(think), Turn)
        await thinker.aclose()

    anyio.run(run)
    assert "pause" not in heard.said
    assert len(server.requests) == 2


def test_a_run_that_breaks_leaves_no_connection_open(service: ModelService) -> None:
    """Our choice: as after Ctrl-C, or a fault of ours; a connection that waits is closed where its run is."""
    service.play(last=say("Here."))

    async def run() -> None:
        async with open_thinker(Config(model_urls=()), [f"anthropic:{CLAUDE}"], Heard(), lambda _: None) as thinker:
            await thinker.think(Think(history=(Asked(text="?"),), tools=(), instructions=""))
            raise KeyError("of ours")

    with pytest.MonkeyPatch.context() as patch:
        for name, value in service.environment.items():
            patch.setenv(name, value)
        with pytest.raises(KeyError, match="of ours"):
            anyio.run(run)
    assert service.connections == 1
    assert service.ended.acquire(timeout=PATIENCE)


def test_a_model_that_is_too_dear_is_not_asked_and_the_next_one_takes_over(server: Wires) -> None:
    """Issue 11: --budget: its own price is held against what is left, before anything is sent to it."""
    server.replies.append(stream(openai_says("Yes.")))
    heard, dear = Heard(), ModelFault(model="anthropic:a", kind=FaultKind.DEAR, message="anthropic:a: it costs more")

    async def run() -> Turn | tuple[ModelFault, ...]:
        thinker = Thinker(models(server), heard)
        async with aclosing(thinker):
            think = Think(history=(Asked(text="?"),), tools=(), instructions="", too_dear={dear.model: dear})
            return await thinker.think(think)

    came = anyio.run(run)
    assert isinstance(came, Turn)
    assert (came.model, len(server.requests)) == ("openai:b", 1)
    assert heard.said[:2] == ["anthropic:a -> openai:b: too_dear", "openai:b is asked"]
