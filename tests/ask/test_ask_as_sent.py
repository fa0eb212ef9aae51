"""The gate of `ask` looks at calls as they would be sent: repaired, unwrapped, through whichever tool."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import running_shop
from support.runs import Untold, asked, says
from support.runs import calls as turn
from support.watched import Watched, running_watched

from openapi_mcp.ask.ask import Driver
from openapi_mcp.ask.loop import run
from openapi_mcp.ask.offer import Offer
from openapi_mcp.ask.steps import Think
from openapi_mcp.config import build_config
from openapi_mcp.model.chat import Answered, Asked, ToolCall, Turn
from openapi_mcp.model.jsontext import write_json
from openapi_mcp.model.searching import CALL
from openapi_mcp.opening import open_app
from openapi_mcp.recording import observe, open_recorder
from openapi_mcp.server.inside import Consent, Inside, inside

pytestmark = pytest.mark.anyio

Made = tuple[str, Mapping[str, Any]]
MODES = pytest.mark.parametrize("mode", ["tools", "search"])


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A shop of our own, which is written to, behind a proxy that notes what reaches it."""
    with running_shop(tmp_path_factory.mktemp("shop")) as shop, running_watched(shop) as found:
        yield found


@pytest.fixture(autouse=True)
def stocked(watched: Watched) -> None:
    """Have enough of product 22 for any test."""
    headers = {"Authorization": f"Token {watched.options[3]}"}
    url = f"{watched.shop.url}/api/products/22/"
    httpx.patch(url, json={"stock": 50}, headers=headers, trust_env=False).raise_for_status()


@asynccontextmanager
async def opened(
    watched: Watched, mode: str, consent: Consent | None = None, **more: Any
) -> AsyncIterator[tuple[Inside, Offer]]:
    watched.passed.clear()
    options = {"spec": watched.options[1], "token": watched.options[3], "methods": "all", "mode": mode, **more}
    config = build_config({**options, "no_records": True}, {}, Path("/nowhere"))
    async with open_recorder(config, print) as recorder, open_app(config, print) as app:
        observe(app, recorder)
        async with inside(app, config, consent) as tools:
            known = await tools.capabilities()
            needs = {name: each.needs for name, each in known.items()}
            yields = {name: each.yields for name, each in known.items()}
            yield tools, Offer(tools=tools.tools, operations=tools.operations, needs=needs, yields=yields)


async def answered(
    watched: Watched, mode: str, question: str, *script: list[Made] | str, consent: Consent | None = None, **more: Any
) -> list[Answered]:
    """Return the answers to calls that are made one after the other; a text is the person's next question."""
    async with opened(watched, mode, consent, **more) as (tools, offer):
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

            driver = Driver(think, tools.call, Untold(), foresee=tools.foresee, once_more=tools.once_more)
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
    assert again.is_error
    assert "not sent again" in again.value["error"]["message"]
    assert again.value["error"]["earlier"]["id"] == made.value["id"]
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


def stock(number: int) -> Made:
    return "products_partial_update", {"id": 5, "stock": number}


@MODES
async def test_a_write_that_takes_a_state_back_reaches_the_api(watched: Watched, mode: str) -> None:
    """Issue 11: the third was answered as a success, while the API had 8."""
    script = [stock(7), stock(8), stock(7)]
    came = await answered(watched, mode, "Set the stock of product 5 to 7, then 8, then 7", script)
    assert [(each.is_error, each.value["stock"]) for each in came] == [(False, 7), (False, 8), (False, 7)]
    assert len(watched.writes) == 3


@MODES
@pytest.mark.parametrize("said", [True, False])
async def test_what_the_model_insists_on_is_asked_of_a_person_whatever_confirm_says(
    watched: Watched, mode: str, said: bool
) -> None:
    """docs/guides/ask.md: unless the model insists that you want it, and you say yes again."""
    asked_for: list[str] = []

    async def consent(text: str) -> bool:
        asked_for.append(text)
        return said

    order: Made = ("orders_create", {"customer": 1, **ORDER})
    question = "Order product 22 for customer 1, twice"
    came = await answered(watched, mode, question, [order] * 3, consent=consent, confirm="none")
    assert [each.is_sent for each in came] == [True, False, said], [each.text for each in came]
    assert [text.splitlines()[0] for text in asked_for] == [
        "This was made already in this run, and would be made ONCE MORE."
    ]
    assert "/api/orders/" in asked_for[0]
    assert len(watched.writes) == 1 + said


async def test_what_the_model_insists_on_is_not_made_where_nobody_can_be_asked(watched: Watched) -> None:
    """Our choice: --confirm none says nothing of a write that is made twice."""
    order: Made = ("orders_create", {"customer": 1, **ORDER})
    came = await answered(watched, "tools", "Order product 22 for customer 1", [order] * 3)
    assert [each.is_sent for each in came] == [True, False, False]
    assert "only a person can say" in came[2].value["error"]["message"]
    assert len(watched.writes) == 1


@pytest.fixture
def workflow(tmp_path: Path, watched: Watched) -> str:
    """The file of a workflow that reads a product, and orders it for customer 1."""
    payload = {"customer": 1, "items": [{"product": "$inputs.product", "quantity": 1}]}
    steps = [
        {"stepId": "look", "operationId": "products_retrieve",
         "parameters": [{"name": "id", "in": "path", "value": "$inputs.product"}]},
        {"stepId": "order", "operationId": "orders_create", "requestBody": {"payload": payload},
         "successCriteria": [{"condition": "$statusCode == 201"}]},
    ]  # fmt: skip
    inputs = {"type": "object", "properties": {"product": {"type": "integer"}}}
    described = {
        "arazzo": "1.0.1",
        "info": {"title": "t", "version": "1"},
        "sourceDescriptions": [{"name": "shop", "url": watched.options[1], "type": "openapi"}],
        "workflows": [{"workflowId": "order_one", "inputs": inputs, "steps": steps}],
    }
    file = tmp_path / "order.arazzo.json"
    file.write_text(write_json(described), encoding="utf-8")
    return str(file)


THROUGH: Made = ("order_one", {"product": 22})
DIRECT: Made = ("orders_create", {"customer": 1, **ORDER})


@MODES
@pytest.mark.parametrize(
    "script", [[THROUGH, DIRECT], [DIRECT, THROUGH], [THROUGH, THROUGH], [THROUGH, DIRECT, THROUGH]]
)
async def test_a_write_of_a_workflows_step_is_the_same_as_one_that_is_called(
    watched: Watched, mode: str, workflow: str, script: list[Made]
) -> None:
    """Issue 11: never repeats a write; docs/guides/ask.md: what counts is the request."""
    question = "Order product 22 for customer 1"
    first, *others = await answered(watched, mode, question, script, workflow=[workflow])
    assert not first.is_error, first.text
    assert all(each.is_error and "made already" in each.text for each in others), [each.text for each in others]
    assert len(watched.writes) == 1


async def test_a_workflow_that_the_model_insists_on_asks_before_each_step_that_writes(
    watched: Watched, workflow: str
) -> None:
    """Our choice: as with a call."""
    asked_for: list[str] = []

    async def consent(text: str) -> bool:
        asked_for.append(text)
        return True

    question = "Order product 22 for customer 1, twice"
    script = [DIRECT, THROUGH, THROUGH]
    came = await answered(watched, "tools", question, script, workflow=[workflow], consent=consent, confirm="none")
    assert [each.is_error for each in came] == [False, True, False], [each.text for each in came]
    assert (len(asked_for), len(watched.writes)) == (1, 2)


async def test_reads_of_a_workflow_are_read_again(watched: Watched, workflow: str) -> None:
    """Our choice: only writes are held back."""
    read: Made = ("products_retrieve", {"id": 22})
    came = await answered(watched, "tools", "Order product 22 for customer 1", [THROUGH, read], workflow=[workflow])
    assert [each.is_error for each in came] == [False, False]


async def test_what_was_created_and_deleted_is_created_again(watched: Watched) -> None:
    """Issue 11: the second one was answered with the id of the customer that was deleted."""
    yo = {"name": "Yo", "email": "yo@example.com", "city": "Rome"}
    async with opened(watched, "tools") as (tools, offer):
        history = asked("Create yo@example.com, delete it, create it again")
        came: list[Answered] = []

        async def call(made: ToolCall) -> Answered:
            came.append(await tools.call(made))
            return came[-1]

        async def think(_: Think) -> Turn:
            match len(came):
                case 0 | 2:
                    return turn(wrapped("tools", ("customers_create", yo), len(came)))
                case 1:
                    return turn(wrapped("tools", ("customers_destroy", {"id": came[0].value["id"]}), 1))
            return says("done")

        await Driver(think, call, Untold(), foresee=tools.foresee).drive(run(history, offer), history)
    assert [each.is_error for each in came] == [False, False, False], [each.text for each in came]
    assert [passed.method for passed in watched.writes] == ["POST", "DELETE", "POST"]
