"""How many sessions there may be, and which goes for a new one."""

from typing import Any

import anyio
import pytest
from support.asgi import Answers, http

from openapi_mcp.model.call import Caller
from openapi_mcp.server.asgi import Message, Receive, Send
from openapi_mcp.server.callers import noted
from openapi_mcp.server.sessions import Sessions

pytestmark = pytest.mark.anyio


class Sdk:
    """An app that opens, uses and ends sessions; a GET waits until its session is over, or the test is."""

    def __init__(self) -> None:
        self.users: dict[str, Any] = {}
        self.over = anyio.Event()
        self.opened = 0
        self.refuses = False
        self.passed: list[str] = []

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            self.passed.append(scope["type"])
            return
        named = dict(scope["headers"]).get(b"mcp-session-id", b"").decode()
        status, headers = self._status(scope, named), []
        if not named and status == 200:
            self.opened += 1
            named = f"s{self.opened}"
            self.users[named] = scope.get("user")
        headers = [(b"content-type", b"application/json"), (b"mcp-session-id", named.encode())]
        await receive()
        await send({"type": "http.response.start", "status": status, "headers": headers})
        if scope["method"] == "GET" and status == 200:
            await self.over.wait()
        if scope["method"] == "DELETE" and status == 200:
            del self.users[named]
        await send({"type": "http.response.body", "body": b""})

    def _status(self, scope: Message, named: str) -> int:
        if not named:
            return 400 if self.refuses else 200
        return 200 if named in self.users and self.users[named] == scope.get("user") else 404


async def receive() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


async def ask(sessions: Sessions, who: str = "", method: str = "POST", session: str = "") -> int:
    """Make one request, and return the status of its answer."""
    headers = [(b"mcp-session-id", session.encode())] if session else []
    user = {"user": f"user {who}"} if who else {}
    answers = Answers()
    await sessions({**http(method, *headers), **noted(Caller(id=who), {}), **user}, receive, answers.send)
    return answers.status


async def test_a_caller_with_too_many_loses_the_one_that_was_idle_for_longest() -> None:
    """security.md 29: and nobody else loses any."""
    sdk = Sdk()
    sessions = Sessions(sdk, of_one=2, of_all=10)
    await ask(sessions, "ann")
    for _ in range(2):
        await ask(sessions, "bob")
    await ask(sessions, "bob", session="s2")
    assert await ask(sessions, "bob") == 200
    assert list(sdk.users) == ["s1", "s2", "s4"]
    assert await ask(sessions, "bob", session="s3") == 404


async def test_where_there_are_too_many_the_oldest_goes_for_the_newcomer() -> None:
    """Nobody in particular has all of them: whoever comes is let in."""
    sdk = Sdk()
    sessions = Sessions(sdk, of_one=1, of_all=3)
    await ask(sessions, "ann")
    for _ in range(20):
        assert await ask(sessions) == 200
    assert list(sdk.users) == ["s19", "s20", "s21"]
    assert await ask(sessions, "ann") == 200
    assert list(sdk.users) == ["s20", "s21", "s22"]


async def test_one_that_is_in_use_stays_while_another_is_idle() -> None:
    """A stream for news is a use."""
    sdk = Sdk()
    sessions = Sessions(sdk, of_all=2)
    await ask(sessions)
    async with anyio.create_task_group() as group:
        group.start_soon(ask, sessions, "", "GET", "s1")
        await anyio.wait_all_tasks_blocked()
        await ask(sessions)
        await ask(sessions)
        assert list(sdk.users) == ["s1", "s3"]
        group.start_soon(ask, sessions, "", "GET", "s3")
        await anyio.wait_all_tasks_blocked()
        await ask(sessions)
        assert list(sdk.users) == ["s3", "s4"]
        sdk.over.set()
    await ask(sessions)
    assert list(sdk.users) == ["s3", "s5"]


async def test_one_that_its_client_ended_counts_no_more() -> None:
    """Nor does a request that opened none."""
    sdk = Sdk()
    sessions = Sessions(sdk, of_all=2)
    await ask(sessions)
    await ask(sessions)
    assert await ask(sessions, method="DELETE", session="s2") == 200
    sdk.refuses = True
    assert await ask(sessions) == 400
    sdk.refuses = False
    await ask(sessions)
    assert list(sdk.users) == ["s1", "s3"]


async def test_another_caller_does_not_keep_a_session_young_and_ends_none() -> None:
    """security.md 26: it is not theirs."""
    sdk = Sdk()
    sessions = Sessions(sdk, of_all=2)
    await ask(sessions, "ann")
    await ask(sessions, "ann")
    for method in ("POST", "DELETE"):
        assert await ask(sessions, "bob", method, "s1") == 404
    await ask(sessions, "bob")
    assert list(sdk.users) == ["s2", "s3"]


async def test_what_a_verified_caller_makes_up_gives_it_no_more_of_them() -> None:
    """Headers that are forwarded make callers, and whoever sends them can invent any."""
    sdk = Sdk()
    sessions = Sessions(sdk, of_one=2, of_all=10)
    for number in range(5):
        scope = {**http(), **noted(Caller(id=f"ann and {number}"), {}, "ann")}
        await sessions(scope, receive, Answers().send)
    assert list(sdk.users) == ["s4", "s5"]


async def test_what_is_no_request_passes() -> None:
    """ASGI, Lifespan Protocol."""
    sdk = Sdk()
    await Sessions(sdk)({"type": "lifespan"}, receive, Answers().send)
    assert sdk.passed == ["lifespan"]
