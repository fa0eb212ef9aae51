"""Two replicas behind a balancer, as their clients see them: what one begins, the other knows. Issue 9, Replicas.

`test_e2e_replicas.py` has the same under load, with parts that fail.
"""

import json
import signal
from collections.abc import Iterator
from functools import partial
from typing import Any

import anyio
import anyio.to_thread
import httpx
import pytest
from support.asking import Asking, asking, comes_true, data_of
from support.fleet import TOKEN, Fleet, Fleets, Replica, each_of
from support.ledger import LINES, Ledger, running_ledger
from support.sdk import through_the_sdk

pytestmark = pytest.mark.anyio

RATE = 10  # a second
SETTINGS = f'[tool.counted]\nrate_limit = "{RATE}/second"\n'


@pytest.fixture(scope="module")
def ledger() -> Iterator[Ledger]:
    with running_ledger() as running:
        yield running


@pytest.fixture(scope="module")
def fleet(fleets: Fleets, ledger: Ledger) -> Iterator[Fleet]:
    """Two replicas that stay as they are."""
    with fleets(ledger, "--background-after", "0.5", settings=SETTINGS) as running:
        yield running


async def test_the_balancer_leads_to_both(fleet: Fleet) -> None:
    async with asking(fleet.endpoint, TOKEN) as client:
        answers = [await client.call("fast", n=n) for n in range(6)]
    assert [data_of(each)["n"] for each in answers] == list(range(6))
    assert {each.by for each in answers} == {"a", "b"}


async def test_both_list_the_same(fleet: Fleet) -> None:
    """Issue 9: all serve the same list, to the byte."""
    async with each_of(fleet) as (one, other):
        listed = [await each.ask("tools/list", "", {}) for each in (one, other)]
    assert json.dumps(listed[0].result) == json.dumps(listed[1].result)
    names = {tool["name"] for tool in listed[0].result["tools"]}
    assert {"fast", "orders", "read_result", "get_call", "cancel_call"} <= names


async def test_an_answer_that_one_has_cut_is_read_on_from_the_other(fleet: Fleet) -> None:
    """Issue 9: result handles in Redis."""
    async with each_of(fleet) as (one, other):
        cut = data_of(await one.call("large", n=7))
        more = cut["_note"]["more"]
        rest = data_of(await other.call("read_result", handle=more["handle"], select="lines[-1]"))
    assert len(cut["lines"]) < LINES
    assert f'"line": {LINES - 1}' in json.dumps(rest)
    assert "7: " in json.dumps(rest)


async def test_a_call_that_one_has_begun_ends_on_the_other(fleet: Fleet) -> None:
    """Issue 9: a call begun on one is read on another."""
    async with each_of(fleet) as (one, other):
        begun = await one.call("slow", n=11)
        assert begun.handle, begun
        ended = await other.to_the_end(begun)
    assert data_of(ended) == {"n": 11, "kind": "slow"}
    assert len(fleet.ledger.arrived("slow", 11)) == 1


async def test_a_job_is_followed_whoever_is_asked(fleet: Fleet) -> None:
    """Issue 9: an answer 202 becomes a handle; the final answer is the call's result."""
    async with each_of(fleet) as (one, other):
        begun = await one.call("builds", n=12)
        assert begun.handle, begun
        ended = data_of(await other.to_the_end(begun))
        again = data_of(await one.call("get_call", handle=begun.handle))
    assert (ended["n"], ended["status"]) == (12, "succeeded")
    assert again == ended
    assert fleet.ledger.done["builds", 12] == 1


async def test_a_call_is_cancelled_on_the_other(fleet: Fleet) -> None:
    """Issue 9: cancel_call(handle), on any replica."""
    async with each_of(fleet) as (one, other):
        begun = await one.call("held", n=13)
        assert begun.handle, begun
        await other.call("cancel_call", handle=begun.handle)
        ended = [await each.to_the_end(begun) for each in (one, other)]
    assert ["cancelled" in json.dumps(each.result) for each in ended] == [True, True], ended
    assert not any(each.handle for each in ended)


async def test_a_task_that_one_has_begun_is_the_same_on_the_other(fleet: Fleet) -> None:
    """Issue 9: clients that declare the tasks extension get it natively. SEP-2663."""
    async with each_of(fleet) as (one, other):
        one.capabilities = other.capabilities = {"extensions": {"io.modelcontextprotocol/tasks": {}}}
        begun = (await one.call("slow", n=15)).result
        assert (begun["resultType"], begun["status"]) == ("task", "working"), begun
        task = {"taskId": begun["taskId"]}
        await comes_true(partial(has_ended, other, task), "the task does not end")
        ended = (await other.ask("tasks/get", begun["taskId"], task)).result
        held = (await one.call("held", n=16)).result
        await other.ask("tasks/cancel", held["taskId"], {"taskId": held["taskId"]})
        cancelled = (await one.ask("tasks/get", held["taskId"], {"taskId": held["taskId"]})).result
    assert ended["result"]["structuredContent"] == {"n": 15, "kind": "slow"}
    assert cancelled["status"] == "cancelled"


async def has_ended(client: Asking, task: dict[str, str]) -> bool:
    answer = await client.ask("tasks/get", task["taskId"], task)
    assert not answer.broken, answer
    return bool(answer.result["status"] == "completed")


async def test_a_handle_that_nobody_has_given_is_not_found(fleet: Fleet) -> None:
    """Issue 9: handles are unguessable."""
    async with each_of(fleet) as (one, _):
        for tool in ("get_call", "cancel_call"):
            answer = await one.call(tool, handle="c_AAAAAAAAAAAAAAAAAAAAAA")
            assert answer.error["kind"] == "not_found", answer


async def test_another_callers_handle_is_not_found(fleets: Fleets, ledger: Ledger) -> None:
    """Issue 9: handles belong to their caller; so do the handles of what was cut."""
    with fleets(ledger, "--background-after", "0.5", "--forward", "X-Api-Key") as own:
        async with each_of(own) as (one, other):
            one.http.headers["X-Api-Key"], other.http.headers["X-Api-Key"] = "of the first", "of the second"
            begun = await one.call("slow", n=14)
            cut = data_of(await one.call("large", n=14))["_note"]["more"]["handle"]
            refused = [
                await other.call("get_call", handle=begun.handle),
                await other.call("cancel_call", handle=begun.handle),
                await other.call("read_result", handle=cut),
            ]
            other.http.headers["X-Api-Key"] = "of the first"
            assert data_of(await other.to_the_end(begun))["n"] == 14
            data_of(await other.call("read_result", handle=cut))
    assert [each.error["kind"] for each in refused] == ["not_found"] * 3, refused


async def test_a_rate_holds_for_both_together(fleet: Fleet) -> None:
    """Issue 9: limits hold across replicas, counted by the upstream. A replica alone would send as many as both may."""
    calls = 6 * RATE
    async with asking(fleet.endpoint, TOKEN) as client:

        async def count(n: int) -> None:
            assert data_of(await client.to_the_end(await client.call("counted", n=n)))["n"] == n

        async with anyio.create_task_group() as group:
            for n in range(calls):
                group.start_soon(count, n)
    times = [each.at for each in fleet.ledger.arrived("counted")]
    assert len(times) == calls
    assert most_in_a_second(times) <= 1.5 * RATE, times


def most_in_a_second(times: list[float]) -> int:
    """Return how many of these moments lie within one second at most."""
    ordered = sorted(times)
    return max(sum(1 for each in ordered if start <= each < start + 1) for start in ordered)


@pytest.mark.parametrize("era", ["legacy", "auto"])
async def test_the_sdks_client_is_led_to_either(fleet: Fleet, era: Any) -> None:
    """Issue 9: stateless per request, in both eras."""
    async with through_the_sdk(fleet.endpoint, TOKEN, era) as client:
        names = {tool.name for tool in (await client.list_tools()).tools}
        answers = [(await client.call_tool("fast", {"n": n})).structured_content for n in range(10)]
    assert {"fast", "get_call"} <= names
    assert answers == [{"n": n, "kind": "fast"} for n in range(10)]


async def test_a_document_that_changes_is_fetched_by_one_and_served_by_both(fleets: Fleets) -> None:
    """Issue 9: one replica fetches a changed document, all serve the same list."""
    with running_ledger() as own, fleets(own, "--refresh", "1") as fleet:
        before = own.fetched.count(200)
        assert before == 1, own.fetched
        own.operations = ("brand_new",)
        async with each_of(fleet) as (one, other):
            await comes_true(partial(lists, one, "brand_new"), fleet.said)
            await comes_true(partial(lists, other, "brand_new"), fleet.said)
            listed = [json.dumps(await client.tools()) for client in (one, other)]
            assert data_of(await other.call("brand_new", n=1))["n"] == 1
        assert listed[0] == listed[1]
        often = own.fetched.count(200) - before
        assert often <= 2, (own.fetched, fleet.said)  # one asks whether it has changed, and then loads it


async def lists(client: Asking, tool: str) -> bool:
    return tool in {each["name"] for each in await client.tools()}


async def refuses(probe: httpx.AsyncClient, url: str) -> bool:
    return (await probe.get(url)).status_code == httpx.codes.SERVICE_UNAVAILABLE


async def test_a_rolling_restart_loses_no_call(fleets: Fleets, ledger: Ledger) -> None:
    """Issue 9: drain on SIGTERM, /readyz false first. Each replica is ended and started again under load."""
    with fleets(ledger, "--drain", "2", "--background-after", "0.5") as fleet:
        async with asking(fleet.endpoint, TOKEN) as client:
            over = anyio.Event()

            async def go_on(first: int) -> None:
                n = first
                while not over.is_set():
                    kind = ("fast", "orders", "slow")[n % 3]
                    answer = await client.to_the_end(await client.call(kind, n=n))
                    assert data_of(answer)["n"] == n, answer
                    n += 1

            async with anyio.create_task_group() as group:
                for first in range(100_000, 110_000, 1000):
                    group.start_soon(go_on, first)
                for replica in (fleet.a, fleet.b):
                    assert await anyio.to_thread.run_sync(roll, replica) == 0, replica.said
                over.set()
        broken = [str(each) for each in client.every if each.broken or each.error]
        assert broken == [], fleet.said
        assert ledger.twice == {}
        calls = [each for each in client.every if each.tool != "get_call"]
        numbers = sorted(call["arguments"]["n"] for call in await anyio.to_thread.run_sync(fleet.recorded))
        assert numbers == sorted(each.arguments["n"] for each in calls)


def roll(replica: Replica) -> int:
    """End a replica and start it again; return its exit status."""
    status = replica.end(signal.SIGTERM)
    replica.start()
    return status


async def test_a_replica_that_drains_says_so_and_still_answers(fleets: Fleets, ledger: Ledger) -> None:
    """Issue 9: /readyz is false first; whoever comes all the same is served."""
    with fleets(ledger, "--drain", "5") as fleet:
        port = fleet.a.port
        async with httpx.AsyncClient(trust_env=False) as probe, each_of(fleet) as (one, other):
            assert (await probe.get(f"http://127.0.0.1:{port}/readyz")).status_code == 200
            assert fleet.a.child is not None
            fleet.a.child.process.send_signal(signal.SIGTERM)
            await comes_true(partial(refuses, probe, f"http://127.0.0.1:{port}/readyz"), fleet.a.said)
            assert (await probe.get(f"http://127.0.0.1:{port}/healthz")).status_code == 200
            assert data_of(await one.call("fast", n=1))["n"] == 1
            assert (await probe.get(f"http://127.0.0.1:{fleet.b.port}/readyz")).status_code == 200
            assert data_of(await other.call("fast", n=2))["n"] == 2
        assert fleet.a.child.wait() == 0, fleet.a.said
