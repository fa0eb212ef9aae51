"""The guard, the end of requests and the news on streams, driven as an ASGI server drives them."""

from typing import Any

import anyio
import pytest
from starlette.requests import ClientDisconnect

from openapi_mcp.server.asgi import Message, News, Receive, Requests, Send
from openapi_mcp.server.bodies import Bodies
from openapi_mcp.server.guard import Guard

pytestmark = pytest.mark.anyio


def http(method: str = "POST", *headers: tuple[bytes, bytes]) -> Message:
    """Return the scope of a request."""
    return {"type": "http", "method": method, "headers": [(b"host", b"localhost"), *headers]}


async def receive() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


class Answers(list[Message]):
    """What was sent."""

    async def send(self, message: Message) -> None:
        self.append(message)

    @property
    def statuses(self) -> list[int]:
        return [message["status"] for message in self if message["type"] == "http.response.start"]

    @property
    def complete(self) -> bool:
        return self[-1]["type"] == "http.response.body" and not self[-1].get("more_body", False)


class Waiting:
    """An app that starts its answer, or not, and then waits for what never comes."""

    def __init__(self, *parts: Message) -> None:
        self.parts = parts
        self.entered = anyio.Event()
        self.go_on = anyio.Event()

    async def __call__(self, scope: Message, _receive: Receive, send: Send) -> None:
        for part in self.parts:
            await send(part)
        self.entered.set()
        await self.go_on.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"all"})


START: Message = {"type": "http.response.start", "status": 200, "headers": []}
PIECE: Message = {"type": "http.response.body", "body": b"some", "more_body": True}
LAST: Message = {"type": "http.response.body", "body": b"all"}


@pytest.mark.parametrize(
    ("parts", "statuses", "sent"),
    [((), [503], 2), ((START,), [200], 2), ((START, PIECE), [200], 3), ((START, LAST), [200], 2)],
    ids=["nothing yet", "headers", "a piece", "all"],
)
async def test_a_request_that_is_ended_gets_a_whole_answer_once(
    parts: tuple[Message, ...], statuses: list[int], sent: int
) -> None:
    """security.md 24: what a client still waits for ends as HTTP, not as a reset."""
    app, answers = Waiting(*parts), Answers()
    requests = Requests(app)
    async with anyio.create_task_group() as group:
        group.start_soon(requests, http("GET"), receive, answers.send)
        await app.entered.wait()
        await requests.answered()
        requests.end()
    assert (answers.statuses, len(answers), answers.complete) == (statuses, sent, True)


async def test_a_request_after_the_end_is_told_so_and_not_run() -> None:
    """A connection may be accepted while we already leave."""
    app, answers = Waiting(), Answers()
    requests = Requests(app)
    requests.end()
    await requests(http(), receive, answers.send)
    assert (answers.statuses, answers[1]["body"]) == ([503], b"this server is shutting down")
    assert not app.entered.is_set()


async def test_a_post_is_waited_for() -> None:
    """security.md 24: calls in flight finish."""
    app, answers, order = Waiting(), Answers(), list[str]()
    requests = Requests(app)

    async def leave() -> None:
        await requests.answered()
        order.append("all answered")

    async with anyio.create_task_group() as group:
        group.start_soon(requests, http(), receive, answers.send)
        await app.entered.wait()
        group.start_soon(leave)
        await anyio.wait_all_tasks_blocked()
        order.append("still answering")
        app.go_on.set()
    assert order == ["still answering", "all answered"]
    assert (answers.statuses, answers.complete) == ([200], True)


JSON = (b"content-type", b"application/json")


async def never() -> Message:
    await anyio.sleep_forever()
    raise AssertionError


async def test_who_leaves_does_not_wait_for_what_has_not_all_arrived() -> None:
    """security.md 24: half a body asks nothing; a call in flight and a stream for news go on until the end."""
    app, half, call, stream, late = Waiting(), Answers(), Answers(), Answers(), Answers()
    requests = Requests(Bodies(app))
    async with anyio.create_task_group() as group:
        group.start_soon(requests, http("POST", JSON), never, half.send)
        group.start_soon(requests, http("POST", JSON), receive, call.send)
        group.start_soon(requests, http("GET"), receive, stream.send)
        await anyio.wait_all_tasks_blocked()
        requests.leave()
        await requests(http("POST", JSON), receive, late.send)
        await anyio.wait_all_tasks_blocked()
        assert [answers.statuses for answers in (half, call, stream, late)] == [[503], [], [], [503]]
        app.go_on.set()
        await requests.answered()
    assert (call.statuses, call.complete) == ([200], True)


async def test_who_leaves_does_not_wait_at_the_door() -> None:
    """An issuer that does not answer says of nobody that they may ask."""
    app, answers = Waiting(), Answers()
    requests = Requests(app)
    async with anyio.create_task_group() as group:
        group.start_soon(requests, http(), receive, answers.send)
        await app.entered.wait()
        requests.leave()
    assert (answers.statuses, answers.complete) == ([503], True)


STREAM: Message = {**START, "headers": [(b"content-type", b"text/event-stream; charset=utf-8")]}
NEWS = b'event: message\r\ndata: {"jsonrpc":"2.0","method":"notifications/tools/list_changed"}\r\n\r\n'


class Listener(Answers):
    """A client that reads what comes once it may."""

    def __init__(self, *, reads: bool = True) -> None:
        super().__init__()
        self.reads = anyio.Event()
        if reads:
            self.reads.set()

    async def send(self, message: Message) -> None:
        if message.get("body") == NEWS:
            await self.reads.wait()
        self.append(message)

    @property
    def heard(self) -> int:
        return [message.get("body") for message in self].count(NEWS)


async def test_a_client_that_reads_slowly_holds_up_itself_alone() -> None:
    """Issue 3, Live: what changed meanwhile it is told once."""
    app, slow, quick = Waiting(STREAM), Listener(reads=False), Listener()
    news = News(app)
    async with anyio.create_task_group() as group:
        for listener in (slow, quick):
            group.start_soon(news, http("GET"), receive, listener.send)
        for _ in range(3):
            await anyio.wait_all_tasks_blocked()
            await news.list_changed()
        await anyio.wait_all_tasks_blocked()
        assert (slow.heard, quick.heard) == (0, 3)
        slow.reads.set()
        await anyio.wait_all_tasks_blocked()
        assert (slow.heard, quick.heard) == (2, 3)
        app.go_on.set()
    await news.list_changed()
    assert (slow.heard, quick.heard) == (2, 3)
    assert not news._open


@pytest.mark.parametrize(
    ("method", "parts"),
    [
        ("GET", ()),
        ("GET", (START,)),
        ("GET", ({**STREAM, "status": 404},)),
        ("GET", (STREAM, LAST)),
        ("POST", (STREAM,)),
    ],
    ids=["not begun", "no stream", "an error", "over", "an answer"],
)
async def test_what_is_no_open_stream_carries_no_news(method: str, parts: tuple[Message, ...]) -> None:
    """MCP 2025-11-25, Transports: unrelated messages stand on the stream that the client opened with GET."""
    app, listener = Waiting(*parts), Listener()
    news = News(app)
    async with anyio.create_task_group() as group:
        group.start_soon(news, http(method), receive, listener.send)
        await app.entered.wait()
        await news.list_changed()
        await anyio.wait_all_tasks_blocked()
        assert listener.heard == 0
        group.cancel_scope.cancel()


async def test_a_stream_that_begins_as_the_list_changes_is_told() -> None:
    """Its client may have listed before."""
    app, listener = Waiting(), Listener()
    news = News(app)

    async def begin(scope: Message, _receive: Receive, send: Send) -> None:
        await news.list_changed()
        await send(STREAM)
        await app.go_on.wait()

    news._app = begin
    async with anyio.create_task_group() as group:
        group.start_soon(news, http("GET"), receive, listener.send)
        await anyio.wait_all_tasks_blocked()
        assert listener.heard == 1
        app.go_on.set()


async def test_what_is_no_request_passes_both() -> None:
    """ASGI, Lifespan Protocol."""
    seen: list[str] = []

    async def app(scope: Message, _receive: Receive, _send: Send) -> None:
        seen.append(scope["type"])

    await Guard(Requests(app))({"type": "lifespan"}, receive, Answers().send)
    assert seen == ["lifespan"]


@pytest.mark.parametrize(
    ("scope", "status"),
    [
        ({"type": "http", "method": "GET", "headers": []}, 421),
        (http("GET", (b"host", b"evil.test")), 421),
        (http("GET", (b"origin", b"http://localhost"), (b"origin", b"http://evil.test")), 403),
        (http("POST", (b"content-type", b"application/json"), (b"content-type", b"text/plain")), 415),
    ],
    ids=["no host", "two hosts", "two origins", "two types"],
)
async def test_each_value_of_a_header_is_looked_at(scope: Message, status: int) -> None:
    """security.md 12."""
    answers = Answers()

    async def app(*_: Any) -> None:
        raise AssertionError("let in")

    await Guard(Bodies(app))(scope, receive, answers.send)
    assert (answers.statuses, answers.complete) == ([status], True)


async def test_a_client_that_hangs_up_amid_its_request_is_no_error() -> None:
    """security.md 29: each one wrote a traceback of forty lines to stderr."""
    answers = Answers()

    async def app(*_: Any) -> None:
        raise ClientDisconnect

    await Guard(app)(http("POST", (b"content-type", b"application/json")), receive, answers.send)
    assert answers == []
