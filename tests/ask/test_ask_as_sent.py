"""The gate of `ask` looks at calls as they would be sent: repaired, unwrapped, through whichever tool."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import running_shop
from support.runs import asked, says
from support.runs import calls as turn
from support.watched import Watched, running_watched

from openapi_mcp.app import open_app
from openapi_mcp.ask.ask import Driver
from openapi_mcp.ask.loop import run
from openapi_mcp.ask.offer import Offer
from openapi_mcp.ask.steps import Think
from openapi_mcp.config import build_config
from openapi_mcp.model.chat import Answered, Asked, History, ToolCall, Turn
from openapi_mcp.model.searching import CALL
from openapi_mcp.recording import observe, open_recorder
from openapi_mcp.server.inside import Inside, inside

pytestmark = pytest.mark.anyio

Made = tuple[str, Mapping[str, Any]]
MODES = pytest.mark.parametrize("mode", ["tools", "search"])


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A shop of our own, which is written to, behind a proxy that notes what reaches it."""
    with running_shop(tmp_path_factory.mktemp("shop")) as shop, running_watched(shop) as found:
        yield found


@asynccontextmanager
async def opened(watched: Watched, mode: str) -> AsyncIterator[tuple[Inside, Offer]]:
    watched.passed.clear()
    options = {"spec": watched.options[1], "token": watched.options[3], "methods": "all", "mode": mode}
    config = build_config({**options, "no_records": True}, {}, Path("/nowhere"))
    async with open_recorder(config, print) as recorder, open_app(config, print) as app:
        observe(app, recorder)
        async with inside(app, config) as tools:
            known = await tools.capabilities()
            needs = {name: each.needs for name, each in known.items()}
            yields = {name: each.yields for name, each in known.items()}
            yield tools, Offer(tools=tools.tools, operations=tools.operations, needs=needs, yields=yields)


class Untold:
    """Nobody follows."""

    def thought(self, turn: Turn) -> None: ...
    def calls(self, call: ToolCall) -> None: ...
    def answered(self, answered: Answered) -> None: ...
    def added(self, message: Answered | Asked) -> None: ...
    def has(self, history: History) -> None: ...


async def answered(watched: Watched, mode: str, question: str, *script: list[Made] | str) -> list[Answered]:
    """Return the answers to calls that are made one after the other; a text is the person's next question."""
    async with opened(watched, mode) as (tools, offer):
        history = asked(question)
        waiting = list(script)
        while waiting:
            now: list[Turn] = []
            while waiting and isinstance(each := waiting[0], list):
                del waiting[0]
                now += [turn(wrapped(mode, made, len(history) + len(now))) for made in each]
            now.append(says("done"))

            async def think(_: Think, now: list[Turn] = now) -> Turn:
                return now.pop(0)

            driver = Driver(think, tools.call, Untold(), foresee=tools.foresee)
            ending = await driver.drive(run(history, offer), history)
            history = ending.history
            if waiting:
                history = (*history, Asked(text=str(waiting.pop(0))))
    return [each for each in history if isinstance(each, Answered)]


def wrapped(mode: str, made: Made, number: int) -> ToolCall:
    name, arguments = made
    call = ToolCall(id=f"c{number}", tool=name, arguments=arguments)
    return call if mode == "tools" else replace(call, tool=CALL, arguments={"name": name, "arguments": arguments})


@MODES
@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("orders_retrieve", {"params": {"id": 17}}),
        ("orders_retrieve", {"arguments": {"id": 17}}),
        ("orders_retrieve", {"path_id": 17}),
        ("orders_retrieve", {"id": {"value": 17}}),
        ("orders_retrieve", {"path": '{"id":17}'}),
        ("orders_retrieve", {"url": "/orders/17"}),
        ("orders_retrieve", {"url": "/api/orders/17/"}),
        ("orders_list", {"custmer": 7}),
        ("orders_create", {"body": {"customer": 8, "items": [{"product": 29, "quantity": 1}]}}),
        ("orders_create", {"customer": 9, "items": [{"prodct": 29, "quantity": 1}]}),
    ],
)
async def test_an_invented_id_is_not_sent_under_another_name(
    watched: Watched, mode: str, tool: str, arguments: dict[str, Any]
) -> None:
    """Issue 11: never passes an id that no answer gave; what is repaired into one counts as it is sent."""
    (came,) = await answered(watched, mode, "What has customer 9 ordered?", [(tool, arguments)])
    assert (came.is_sent, came.value["error"]["kind"], watched.passed) == (False, "refused", [])


@MODES
@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("orders_retrieve", {"params": {"id": 17}}),
        ("orders_retrieve", {"id": "order 17"}),
        ("orders_retrieve", {"url": "/api/orders/17/"}),
        ("orders_retrieve", {"path_id": "17"}),
    ],
)
async def test_an_id_of_the_person_goes_through_under_another_name(
    watched: Watched, mode: str, tool: str, arguments: dict[str, Any]
) -> None:
    """Issue 11, our choice: no false refusal."""
    (came,) = await answered(watched, mode, "What is in order 17?", [(tool, arguments)])
    assert came.is_sent, came.text
    assert not came.is_error, came.text


ORDER = {"items": [{"product": 22, "quantity": 1}]}
TEXT = {"items": '[{"product": 22, "quantity": 1}]'}


@MODES
@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"custmer": 1, **ORDER}, {"customer": 1, **ORDER}),
        ({"customer": 1, **ORDER}, {"body": {"customer": 1, **ORDER}}),
        ({"body": {"customer": 1, **ORDER}}, {"customer": 1, **ORDER}),
        ({"customer": 1, **TEXT}, {"customer": 1, **ORDER}),
        ({"customer": "Ana Souza", **ORDER}, {"customer": 1, **ORDER}),
        ({"customer": 1, **ORDER}, {"customer": "Ana Souza", **ORDER}),
    ],
)
async def test_a_write_that_is_spelt_another_way_is_not_made_twice(
    watched: Watched, mode: str, first: dict[str, Any], second: dict[str, Any]
) -> None:
    """Issue 11: never repeats a write; what counts is the request that is sent."""
    question = "Order product 22 for customer 1, Ana Souza"
    made, again = await answered(watched, mode, question, [("orders_create", first), ("orders_create", second)])
    assert made.is_sent, made.text
    assert not made.is_error, made.text
    assert not again.is_sent, again.text
    assert again.value["_note"]["not_sent"].startswith("This was not sent again")
    assert len(watched.writes) == 1


async def test_the_same_in_other_words_is_made_once_more_where_the_person_wants_it(watched: Watched) -> None:
    """Issue 11, our choice: it is told of once, then made."""
    question = "Order product 22 for customer 1, Ana Souza"
    first, again = {"customer": 1, **ORDER}, {"customer": "Ana Souza", **ORDER}
    once_more: list[Made] = [("orders_create", again), ("orders_create", again)]
    came = await answered(watched, "tools", question, [("orders_create", first)], "once more", once_more)
    assert [answer.is_sent for answer in came] == [True, False, True], [answer.text for answer in came]
    assert len(watched.writes) == 2


async def test_another_write_is_made(watched: Watched) -> None:
    """Our choice: what differs in its request is another one."""
    question = "Order product 22 for customer 1, then two"
    two = {"items": [{"product": 22, "quantity": 2}]}
    calls: list[Made] = [("orders_create", {"customer": 1, **ORDER}), ("orders_create", {"customer": 1, **two})]
    came = await answered(watched, "tools", question, calls)
    assert [answer.is_sent for answer in came] == [True, True]
    assert len(watched.writes) == 2
