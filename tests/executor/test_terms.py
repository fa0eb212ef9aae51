"""The limits of one tool's calls, in place of the API's or beside them."""

import time
from dataclasses import replace
from typing import Any

import anyio
import httpx
import pytest
from pytest_httpx import HTTPXMock
from support.make import Json, document, parameter

from openapi_mcp.executor.executor import Executor
from openapi_mcp.executor.terms import Limiters, Terms, terms_of, timeout_of
from openapi_mcp.generator.generate import generate
from openapi_mcp.model.call import Call, Failure, FailureKind
from openapi_mcp.model.policy import Limits, Rate, Selection, ToolEdit, ToolLimits
from openapi_mcp.model.tool import Tool

pytestmark = pytest.mark.anyio

API = "https://api.example.com/v1"
PATHS: Json = {
    "/a": {"get": {"operationId": "a", "parameters": [parameter("q")]}},
    "/b": {"get": {"operationId": "b"}},
}
HOURLY = (Rate(amount=1, seconds=3600),)


def limited(limits: Limits | None = None, limiters: Limiters | None = None, **a: Any) -> Executor:
    """Return an executor in which the tool `a` has these limits of its own."""
    made = document(PATHS)
    toolset = generate(made, Selection(edits={"a": ToolEdit(limits=ToolLimits(**a))}))
    return Executor(made, toolset, base_url=API, limits=limits, limiters=limiters)


async def failure_of(executor: Executor, tool: str) -> Failure | None:
    return (await executor.call(Call(tool=tool, arguments={}))).failure


def tool(**limits: Any) -> Tool:
    (found, _) = generate(document(PATHS)).tools
    return replace(found, limits=ToolLimits(**limits))


def test_what_is_not_said_of_a_tool_holds_as_for_all() -> None:
    """Issue 8, Switches: a table says what it says, no more."""
    assert terms_of(tool(), Limiters(now=time.time)) == Terms()
    assert timeout_of(tool(), Limits(timeout=7)) == timeout_of(None, Limits(timeout=7)) == 7
    assert timeout_of(tool(timeout=2.0), Limits(timeout=7)) == 2
    assert terms_of(tool(timeout=3.0, retries=0), Limiters(now=time.time)) == Terms(retries=0, patience=1.0)


def test_the_same_rates_go_on_counting_and_others_begin_anew() -> None:
    """Our choice: a reload is no way around a limit."""
    limiters = Limiters(now=time.time)
    first = limiters.of_tool("a", HOURLY)
    assert limiters.of_tool("a", HOURLY) is first
    assert limiters.of_tool("b", HOURLY) is not first
    assert limiters.of_api(HOURLY) is not first
    assert limiters.of_tool("a", (Rate(amount=2, seconds=3600),)) is not first
    assert limiters.of_tool("a", ()) is None


async def test_a_tools_own_deadline_ends_its_calls_alone(httpx_mock: HTTPXMock) -> None:
    """Issue 8, Switches: timeout."""

    async def slowly(_request: httpx.Request) -> httpx.Response:
        await anyio.sleep_forever()
        raise AssertionError

    httpx_mock.add_callback(slowly, url=f"{API}/a")
    httpx_mock.add_response(url=f"{API}/b", json={})
    async with limited(timeout=0.05, retries=0) as executor:
        failure = await failure_of(executor, "a")
        assert failure is not None
        assert (failure.kind, "0.05 s" in failure.message) == (FailureKind.TIMEOUT, True)
        assert failure.hint == "ask for less, or set a longer timeout in this tool's table of the config file"
        assert await failure_of(executor, "b") is None


async def test_a_tools_own_retries_take_the_place_of_those_for_all(httpx_mock: HTTPXMock) -> None:
    """Issue 8, Switches: retries; none, and more."""
    httpx_mock.add_response(status_code=503, headers={"Retry-After": "0"}, is_reusable=True)
    async with limited(Limits(retries=1), retries=0) as executor:
        await failure_of(executor, "a")
        assert len(httpx_mock.get_requests(url=f"{API}/a")) == 1
        await failure_of(executor, "b")
        assert len(httpx_mock.get_requests(url=f"{API}/b")) == 2


async def test_a_tools_own_rate_counts_its_requests_beside_that_of_the_api(httpx_mock: HTTPXMock) -> None:
    """Issue 8, Switches: rate; what cannot be met within the deadline is told at once."""
    httpx_mock.add_response(json={}, is_reusable=True)
    two = (Rate(amount=2, seconds=3600),)
    async with limited(Limits(rate_limit=two), rate_limit=HOURLY) as executor:
        assert await failure_of(executor, "a") is None
        failure = await failure_of(executor, "a")
        assert failure is not None
        assert failure.kind is FailureKind.RATE_LIMITED
        assert "at most 1/hour are sent by this tool" in failure.message
        assert failure.hint.endswith("s; rate_limit in this tool's table of the config file sets the pace")
        assert await failure_of(executor, "b") is None
        failure = await failure_of(executor, "b")
        assert failure is not None
        assert "at most 2/hour are sent to the API" in failure.message
        assert failure.hint.endswith("s; --rate-limit, where the server is started, sets the pace")


async def test_new_settings_are_no_way_around_a_rate(httpx_mock: HTTPXMock) -> None:
    """Our choice: another executor with the same limiters knows what was sent."""
    httpx_mock.add_response(json={})
    limiters = Limiters(now=time.time)
    async with limited(limiters=limiters, rate_limit=HOURLY) as executor:
        assert await failure_of(executor, "a") is None
    async with limited(limiters=limiters, rate_limit=HOURLY, retries=0) as executor:
        failure = await failure_of(executor, "a")
        assert failure is not None
        assert failure.kind is FailureKind.RATE_LIMITED
