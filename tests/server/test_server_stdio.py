"""MCP over stdio, seen from the other end of the pipe: raw frames against `openapi-mcp serve`."""

import json
import os
import re
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import anyio
import pytest
from conftest import Shop
from support.child import INITIALIZE, Child, as_frame, command_line, run_command, running
from support.upstream import PATIENCE, Answer, Upstream, description, running_upstream

from openapi_mcp.config import build_config
from openapi_mcp.errors import ExitCode
from openapi_mcp.opening import open_app
from openapi_mcp.server.stdio import Wire, _lines, _Unanswered, _Writer, serve_stdio

TOYS = ("/echo", "/hang", "/trickle", "/held", "/hostile")


@pytest.fixture(scope="module")
def shared_upstream() -> Iterator[Upstream]:
    """The API behind `shared`."""
    with running_upstream() as server:
        yield server


@pytest.fixture(scope="module")
def shared(shared_upstream: Upstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Child]:
    """A server that many tests talk to, with a deadline of half a second for a call; none of them may end it."""
    spec = shared_upstream.serve(description(*TOYS))
    with running("serve", "--spec", spec, "--timeout", "0.5", folder=tmp_path_factory.mktemp("shared")) as child:
        child.open()
        yield child
        child.close_stdin()
        assert child.wait() == 0
        assert said(child.stderr) == ["openapi-mcp 0.1.0"]


@pytest.fixture
def toys(upstream: Upstream, tmp_path: Path) -> Iterator[Child]:
    """A server for one test, with the default deadline of 30 s."""
    with running("serve", "--spec", upstream.serve(description(*TOYS)), folder=tmp_path) as child:
        child.open()
        yield child


def said(stderr: str) -> list[str]:
    """Return the first words of the lines on stderr, but of the one on what the list costs."""
    lines = stderr.splitlines()
    return [line.split(":")[0].strip() for line in lines if not line.startswith("tools mode: ")]


BROKEN_STARTS: list[tuple[str, list[str], int, str]] = [
    ("broken JSON", ["--spec", "broken.json"], 4, "line 2, column 1"),
    ("HTML", ["--spec", "page.html"], 4, "HTML"),
    ("no file", ["--spec", "nowhere.json"], 3, "No such file"),
    ("nobody listens", ["--spec", "http://127.0.0.1:1/openapi.json"], 3, "cannot connect"),
    ("no variable", ["--spec", "toys.json", "--bearer", "env:NOT_SET"], 5, "NOT_SET is not set"),
    ("no server", ["--spec", "toys.json"], 2, "no usable server"),
    ("no tools", ["--spec", "toys.json", "--exclude", "/*"], 2, "no operation became a tool"),
    ("no document", [], 2, "no document is given"),
    ("stdin is taken", ["--spec", "-"], 2, "standard input carries the protocol"),
    ("no such option", ["--specs", "toys.json"], 2, "--specs"),
    ("failing command", ["--spec-command", "false"], 3, "status 1"),
]


@pytest.mark.requirement(11, 36)
@pytest.mark.parametrize(
    ("options", "status", "words"), [case[1:] for case in BROKEN_STARTS], ids=[c[0] for c in BROKEN_STARTS]
)
def test_a_start_that_fails_says_why_on_stderr_and_nothing_on_stdout(
    tmp_path: Path, options: list[str], status: int, words: str
) -> None:
    """security.md 11; style.md, Errors: the exit code, one message, no traceback."""
    (tmp_path / "broken.json").write_text('{"openapi": "3.1.0",\n')
    (tmp_path / "page.html").write_text("<!doctype html><title>Docs</title>")
    (tmp_path / "toys.json").write_text(json.dumps(description("/echo")))
    ended = run_command("serve", *options, folder=tmp_path)
    assert (ended.status, ended.out) == (status, "")
    assert words in ended.err
    assert said(ended.err)[0] == "error"
    assert set(said(ended.err)) <= {"error", "at", "fix"}


@pytest.mark.requirement(11)
def test_a_server_that_starts_writes_nothing_but_frames_from_start_to_exit(toys: Child, upstream: Upstream) -> None:
    """security.md 11."""
    assert [tool["name"] for tool in toys.request("tools/list")["result"]["tools"]] == [
        *(path[1:] for path in TOYS),
        "read_result",
    ]
    assert toys.call("echo", n=1)["structuredContent"]["target"] == "/echo?n=1"
    toys.close_stdin()
    assert toys.wait() == 0
    assert toys.rest_of_stdout() == []
    assert said(toys.stderr) == ["openapi-mcp 0.1.0"]


def test_discovery_is_answered_without_a_handshake(upstream: Upstream, tmp_path: Path) -> None:
    """mcp-facts.md section 1: Claude Code opens with server/discover."""
    meta = {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": {"name": "raw", "version": "1"},
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    with running("serve", "--spec", upstream.serve(description("/echo")), folder=tmp_path) as child:
        discovered = child.request("server/discover", {"_meta": meta})["result"]
        listed = child.request("tools/list", {"_meta": meta})["result"]
    assert "2026-07-28" in discovered["supportedVersions"]
    assert discovered["capabilities"]["tools"]["listChanged"]  # of a URL: tests/front/
    assert discovered["ttlMs"] > 0
    assert [tool["name"] for tool in listed["tools"]] == ["echo", "read_result"]


def test_another_list_is_the_same_list(shared: Child) -> None:
    """design.md, Tools: the same for every caller; mcp-facts.md section 1: no side effect of a call."""
    before = shared.request("tools/list")["result"]
    shared.call("echo", n=1)
    assert shared.request("tools/list")["result"] == before


def asked(number: int, params: bytes) -> bytes:
    """Return a call with these params, whatever they are."""
    return b'{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":%s}\n' % (number, params)


def test_a_description_of_nothing_to_call_has_an_empty_list(tmp_path: Path) -> None:
    """OAS 3.1.1, OpenAPI Object: a document of webhooks is whole without paths; a client is not shut out for it."""
    (tmp_path / "hooks.json").write_text('{"openapi": "3.1.0", "info": {"title": "Hooks"}, "webhooks": {}}')
    with running("serve", "--spec", "hooks.json", folder=tmp_path) as child:
        child.open()
        assert child.request("tools/list")["result"]["tools"] == []
        child.close_stdin()
        assert child.wait() == 0
        assert child.stderr == (
            "warning: the document has no operations, so the list is empty\n"
            "openapi-mcp 0.1.0: 0 tools of Hooks, read-only\n"
        )


GARBAGE = {
    "words": b"hello\n",
    "an empty line": b"\n",
    "spaces": b"   \t \n",
    "invalid UTF-8": b'\xff\xfe{"a": "\xc3\x28"}\n',
    "a NUL": b"\x00\n",
    "half a frame": b'{"jsonrpc": "2.0", "id": 9, "met\n',
    "a number": b"42\n",
    "null": b"null\n",
    "an empty object": b"{}\n",
    "an empty batch": b"[]\n",
    "a batch": b'[{"jsonrpc":"2.0","id":1000050,"method":"ping"},{"jsonrpc":"2.0","id":1000051,"method":"ping"}]\n',
    "JSON-RPC 1.0": b'{"jsonrpc":"1.0","id":1000052,"method":"ping"}\n',
    "an id that is an object": b'{"jsonrpc":"2.0","id":{},"method":"ping"}\n',
    "an id that is null": b'{"jsonrpc":"2.0","id":null,"method":"ping"}\n',
    "an id that is a fraction": b'{"jsonrpc":"2.0","id":1.5,"method":"ping"}\n',
    "an unsolicited answer": b'{"jsonrpc":"2.0","id":1000053,"result":{}}\n',
    "an unsolicited error": b'{"jsonrpc":"2.0","id":1000054,"error":{"code":-1,"message":"x"}}\n',
    "a lone surrogate": asked(1000055, b'{"name":"echo","arguments":{"n":"\\ud800"}}'),
    "params that are a list": asked(1000056, b"[]"),
    "a name that is a number": asked(1000057, b'{"name":5}'),
    "arguments that are a list": asked(1000058, b'{"name":"echo","arguments":[]}'),
    "NaN": asked(1000059, b'{"name":"echo","arguments":{"n":NaN}}'),
    "an unknown notification": b'{"jsonrpc":"2.0","method":"notifications/nothing"}\n',
    "cancelling what never ran": b'{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":4711}}\n',
    "brackets without end": b"[" * 100_000 + b"\n",
    "a deep argument": b'{"jsonrpc":"2.0","id":1000060,"method":"tools/call","params":{"name":"echo","arguments":{"n":'
    + b"[" * 20_000
    + b"]" * 20_000
    + b"}}}\n",
    "a line of 17 MB": b'{"jsonrpc":"2.0","id":1000061,"method":"ping","params":{"x":"' + b"x" * 17_000_000 + b'"}}\n',
}


@pytest.mark.requirement(23)
@pytest.mark.parametrize("garbage", GARBAGE.values(), ids=GARBAGE)
def test_the_request_after_garbage_is_answered(shared: Child, garbage: bytes) -> None:
    """security.md 23."""
    shared.write(garbage)
    assert shared.call("echo", n=7)["structuredContent"]["target"] == "/echo?n=7"


@pytest.mark.requirement(23)
def test_a_method_we_do_not_have_is_an_error(shared: Child) -> None:
    """security.md 23; JSON-RPC 2.0, section 5.1."""
    assert shared.request("resources/list")["error"]["code"] == -32601


def test_frames_may_arrive_in_pieces_together_and_with_crlf(shared: Child) -> None:
    """A pipe knows no frames. Our choice."""
    frames = [
        json.dumps({"jsonrpc": "2.0", "id": number, "method": "ping"}).encode()
        for number in (900_001, 900_002, 900_003)
    ]
    shared.write(frames[0][:10])
    shared.write(frames[0][10:] + b"\r\n" + frames[1] + b"\n" + frames[2])
    shared.write(b"\n")
    assert sorted(shared.receive()["id"] for _ in frames) == [900_001, 900_002, 900_003]


HOSTILE = {
    "NaN": b'{"a": NaN}',
    "Infinity": b"[1, -Infinity, Infinity]",
    "a number beyond a double": b'{"a": 1e999}',
    "an integer of 5,000 digits": b'{"a": ' + b"9" * 5000 + b"}",
    "lone surrogates": b'{"\\ud800": "\\udfff"}',
    "raw surrogates": b'{"a": "\xed\xa0\x80"}',
    "invalid UTF-8": b'{"a": "\xff\xfe"}',
    "line separators": '{"a": "one\u2028two\u0085three"}'.encode(),
    "line ends": b'{\n"a":\r\n"one\\ntwo\\r\\n"}\r\n',
    "deep nesting": b'{"a":' * 3_000 + b"1" + b"}" * 3_000,
    "bottomless nesting": b"[" * 200_000,
    "duplicate keys": b'{"a": 1, "a": 2}',
    "half a document": b'{"a": [1, 2',
    "nothing": b"",
}


@pytest.mark.requirement(11, 18)
@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("status", [200, 500])
def test_hostile_answers_of_the_api_leave_stdout_strict_json(
    shared: Child, shared_upstream: Upstream, body: bytes, status: int
) -> None:
    """security.md 11 and 17: `as_frame` refuses NaN, invalid UTF-8 and cut lines."""
    shared_upstream.answers["/hostile"] = Answer(body, status=status)
    result = shared.call("hostile")
    assert result.get("isError", False) is (status == 500)
    assert "this is a bug" not in json.dumps(result)
    assert shared.call("echo", n=2)["structuredContent"]["target"] == "/echo?n=2"


@pytest.mark.requirement(24)
@pytest.mark.parametrize(
    ("how", "status"), [("eof", 0), (signal.SIGINT, 130), (signal.SIGTERM, 0)], ids=["EOF", "SIGINT", "SIGTERM"]
)
@pytest.mark.parametrize("busy", [True, False], ids=["call in flight", "idle"])
def test_the_process_ends_when_it_is_told_to(
    toys: Child, upstream: Upstream, how: "signal.Signals | str", status: int, busy: bool
) -> None:
    """security.md 24: within 5 s, calls in flight included, without a traceback."""
    if busy:
        toys.ask("tools/call", {"name": "hang", "arguments": {}})
        assert upstream.wait_for_call() == "/hang"
    if isinstance(how, signal.Signals):
        toys.process.send_signal(how)
    else:
        toys.close_stdin()
    assert toys.wait() == status
    assert said(toys.stderr) == ["openapi-mcp 0.1.0"]
    toys.rest_of_stdout()
    if busy:
        assert upstream.wait_for_hang_up() == "/hang"


@pytest.mark.requirement(24)
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, -15)], ids=["SIGINT", "SIGTERM"])
def test_a_signal_ends_the_process_while_the_document_is_still_loading(
    upstream: Upstream, tmp_path: Path, number: signal.Signals, status: int
) -> None:
    """security.md 24: from process start. The document is one that never comes."""
    with running("serve", "--spec", f"{upstream.url}/hang", folder=tmp_path) as child:
        assert upstream.wait_for_call() == "/hang"
        child.process.send_signal(number)
        assert child.wait() == status
        assert "Traceback" not in child.stderr
        assert child.rest_of_stdout() == []


def test_a_silent_client_that_leaves_ends_the_process_while_the_document_is_still_loading(
    upstream: Upstream, tmp_path: Path
) -> None:
    """security.md 24: the end of stdin, in every phase."""
    with running("serve", "--spec", f"{upstream.url}/hang", folder=tmp_path) as child:
        assert upstream.wait_for_call() == "/hang"
        child.close_stdin()
        assert child.wait() == 0
        assert child.rest_of_stdout() == []


def test_a_client_that_has_asked_before_it_left_gets_its_answer(upstream: Upstream, tmp_path: Path) -> None:
    """The document comes after that."""
    upstream.serve(description(*TOYS))
    with running("serve", "--spec", f"{upstream.url}/late/document", folder=tmp_path) as child:
        number = child.ask("initialize", INITIALIZE)
        child.close_stdin()
        upstream.release.set()
        assert child.answer_to(number)["result"]["serverInfo"]["name"]
        assert child.wait() == 0


@pytest.mark.parametrize("command", ["serve", "inspect"])
def test_a_signal_ends_the_command_that_prints_the_document_too(
    upstream: Upstream, tmp_path: Path, command: str
) -> None:
    """security.md 24: no orphan, and nobody waits for one. The signal is for our process alone."""
    (tmp_path / "ask.py").write_text(f"import urllib.request; urllib.request.urlopen('{upstream.url}/hang')")
    with running(command, "--spec-command", f"{sys.executable} ask.py", folder=tmp_path) as child:
        assert upstream.wait_for_call() == "/hang"
        child.process.send_signal(signal.SIGINT)
        assert child.wait() == 130
        assert upstream.wait_for_hang_up() == "/hang"
        assert "Traceback" not in child.stderr


@pytest.mark.requirement(24)
def test_a_client_that_vanishes_leaves_no_process_behind(upstream: Upstream, tmp_path: Path) -> None:
    """security.md 24: no orphan when the parent is killed. Stderr ends when the last process that holds it ends."""
    calls = [
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": INITIALIZE},
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "hang", "arguments": {}}},
    ]
    frames = "".join(json.dumps(call) + "\n" for call in calls)
    parent = (
        "import subprocess, sys; child = subprocess.Popen(sys.argv[2:], stdin=subprocess.PIPE, stdout=subprocess.PIPE);"
        "child.stdin.write(sys.argv[1].encode()); child.stdin.flush(); child.wait()"
    )
    spec = upstream.serve(description(*TOYS))
    program = [sys.executable, "-c", parent, frames, *command_line("serve", "--spec", spec)]
    with running(folder=tmp_path, program=program) as child:
        assert upstream.wait_for_call() == "/hang"
        child.process.kill()
        child.wait()
        assert upstream.wait_for_hang_up() == "/hang"
        assert said(child.stderr) == ["openapi-mcp 0.1.0"]


def test_a_client_that_stops_reading_and_leaves_ends_us_without_a_word(upstream: Upstream, tmp_path: Path) -> None:
    """security.md 24. `head` takes the first answer and closes the pipe; the second has nowhere to go."""
    program = [
        "sh",
        "-c",
        '"$@" | head -n 1',
        "sh",
        *command_line("serve", "--spec", upstream.serve(description(*TOYS))),
    ]
    with running(folder=tmp_path, program=program) as child:
        child.open()
        child.ask("tools/call", {"name": "held", "arguments": {}})
        assert upstream.wait_for_call() == "/held"
        upstream.release.set()
        child.close_stdin()
        assert child.wait() == 0
        assert child.rest_of_stdout() == []
        assert said(child.stderr) == ["openapi-mcp 0.1.0"]


def test_pipes_that_do_not_block_carry_whole_frames(upstream: Upstream, tmp_path: Path) -> None:
    """Parents written in other languages leave their pipes so; a long answer must wait for its reader, not be cut."""
    upstream.answers["/hostile"] = Answer(json.dumps("x" * 1_000_000).encode())
    start = "import os, sys; os.set_blocking(0, False); os.set_blocking(1, False); os.execv(sys.argv[1], sys.argv[1:])"
    options = ("--spec", upstream.serve(description(*TOYS)), "--max-response", "0")
    program = [sys.executable, "-c", start, *command_line("serve", *options)]
    with running(folder=tmp_path, program=program) as child:
        child.open()
        assert len(child.call("hostile")["structuredContent"]["result"]) == 1_000_000
        assert child.call("echo", n=1)["structuredContent"]["target"] == "/echo?n=1"
        child.close_stdin()
        assert child.wait() == 0


def test_a_client_that_cannot_be_written_to_ends_with_its_stdin(upstream: Upstream, tmp_path: Path) -> None:
    """security.md 24: a full disk behind stdout is no reason for a traceback."""
    frames = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": INITIALIZE})
    spec = upstream.serve(description(*TOYS))
    program = ["sh", "-c", '"$@" > /dev/full', "sh", *command_line("serve", "--spec", spec)]
    with running(folder=tmp_path, program=program) as child:
        child.write(f"{frames}\n".encode())
        child.close_stdin()
        assert child.wait() == 0
        assert said(child.stderr) == ["openapi-mcp 0.1.0"]


def test_calls_sent_just_before_the_end_of_stdin_are_answered(upstream: Upstream, tmp_path: Path) -> None:
    """Our choice: `printf FRAMES | openapi-mcp serve` works; what hangs still ends in time (security.md 24)."""
    frames: list[dict[str, Any]] = [
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": INITIALIZE},
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": "two", "method": "tools/list"},
        {"jsonrpc": "2.0", "id": 3, "method": "tools/call", "params": {"name": "echo", "arguments": {"n": 5}}},
    ]
    typed = "".join(json.dumps(frame) + "\n" for frame in frames).removesuffix("\n").encode()
    ended = run_command("serve", "--spec", upstream.serve(description(*TOYS)), folder=tmp_path, stdin=typed)
    answers = {frame["id"]: frame["result"] for frame in map(as_frame, ended.out.encode().splitlines(keepends=True))}
    assert list(answers) == [1, "two", 3]
    assert answers[3]["structuredContent"]["target"] == "/echo?n=5"
    assert ended.status == 0


@pytest.mark.requirement(25)
def test_cancelling_a_call_hangs_up_on_the_api_and_is_not_answered(toys: Child, upstream: Upstream) -> None:
    """security.md 25; MCP, basic/utilities/cancellation."""
    cancelled = toys.ask("tools/call", {"name": "hang", "arguments": {}})
    assert upstream.wait_for_call() == "/hang"
    toys.send({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": cancelled}})
    assert upstream.wait_for_hang_up() == "/hang"
    assert toys.call("echo", n=3)["structuredContent"]["target"] == "/echo?n=3"
    toys.close_stdin()
    assert toys.wait() == 0
    assert toys.rest_of_stdout() == []
    assert [call.path for call in upstream.calls] == ["/hang", "/echo"]


@pytest.mark.requirement(16)
@pytest.mark.parametrize("tool", ["hang", "trickle"])
def test_an_api_that_hangs_or_trickles_ends_in_a_timeout_while_others_are_served(
    shared: Child, shared_upstream: Upstream, tool: str
) -> None:
    """security.md 16: a total deadline, not one per read; here --timeout 0.5."""
    late = shared.ask("tools/call", {"name": tool, "arguments": {}})
    assert shared_upstream.wait_for_call() == f"/{tool}"
    ping = shared.ask("ping")
    first = shared.receive()
    assert (first["id"], first["result"]) == (ping, {})
    result = shared.answer_to(late)["result"]
    assert result["isError"] is True
    error = result["structuredContent"]["error"]
    second = 1 if tool == "hang" else 0  # beside one of which nothing comes; of the other something does
    assert (error["kind"], error["status"], error["retryable"]) == ("timeout", None, True)
    assert error["attempts"] == 1 + second
    assert error["message"] == f"{shared_upstream.url} did not answer in full within 0.5 s"
    assert [shared_upstream.wait_for_call() for _ in range(second)] == [f"/{tool}"] * second
    assert [shared_upstream.wait_for_hang_up() for _ in range(1 + second)] == [f"/{tool}"] * (1 + second)


@pytest.mark.requirement(28)
def test_two_hundred_calls_in_flight_each_get_their_own_answer(shared: Child) -> None:
    """security.md 28."""
    asked = {shared.ask("tools/call", {"name": "echo", "arguments": {"n": n}}): n for n in range(200)}
    answered = {}
    for _ in asked:
        frame = shared.receive()
        answered[frame["id"]] = frame["result"]["structuredContent"]["target"]
    assert answered == {number: f"/echo?n={n}" for number, n in asked.items()}


@pytest.mark.requirement(26)
def test_what_the_api_sets_as_a_cookie_is_not_sent_back(toys: Child, upstream: Upstream) -> None:
    """security.md 26: no cookie jar."""
    upstream.answers["/hostile"] = Answer(b"{}", headers=(("Set-Cookie", "session=1; Path=/"),))
    toys.call("hostile")
    toys.call("echo")
    assert upstream.calls[1].values("cookie") == []


def test_the_api_sees_who_we_are_and_what_we_accept(toys: Child, upstream: Upstream) -> None:
    """Our choice: an honest User-Agent, and nothing of the client's own."""
    toys.call("echo")
    (seen,) = upstream.calls
    assert seen.values("user-agent") == ["openapi-mcp/0.1.0"]
    assert {name.lower() for name, _ in seen.headers} == {
        "host", "accept", "accept-encoding", "connection", "user-agent",
    }  # fmt: skip


def test_nothing_of_the_shop_is_written_before_we_are_asked(shop: Shop, tmp_path: Path) -> None:
    """security.md 11: end of stdin at once is no error."""
    ended = run_command("serve", *shop.options, folder=tmp_path)
    assert (ended.status, ended.out) == (0, "")
    assert re.sub(r"about [\d,]+ tokens", "about n tokens", ended.err) == (
        "openapi-mcp 0.1.0: 8 tools of Shop, read-only, 13 operations left out (openapi-mcp inspect shows why)\n"
        "tools mode: the list of 9 tools costs about n tokens, within --context-budget 20000\n"
    )


def test_quiet_says_nothing_at_all(shop: Shop, tmp_path: Path) -> None:
    """design.md, Options: --quiet."""
    ended = run_command("serve", *shop.options, "--quiet", folder=tmp_path)
    assert (ended.status, ended.out, ended.err) == (0, "", "")


@pytest.mark.anyio
async def test_one_client_is_served_until_its_end_of_stdin(upstream: Upstream, tmp_path: Path) -> None:
    """The same in this process: the whole life of a connection over two pipes."""
    asked: list[dict[str, Any]] = [
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": INITIALIZE},
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": 2, "method": "ping"},
    ]
    (server_in, client_out), (client_in, server_out) = os.pipe(), os.pipe()
    config = build_config({"spec": upstream.serve(description("/echo"))}, {}, tmp_path)
    async with open_app(config, lambda _: None, {}) as app:

        def converse() -> list[dict[str, Any]]:
            with os.fdopen(client_out, "wb", buffering=0) as out, os.fdopen(client_in, "rb") as answers:
                out.write("".join(json.dumps(frame) + "\n" for frame in asked).encode())
                return [as_frame(answers.readline()), as_frame(answers.readline())]

        statuses: list[ExitCode] = []

        async def serve() -> None:
            statuses.append(await serve_stdio(app, Wire(server_in, server_out)))

        async with anyio.create_task_group() as group:
            group.start_soon(serve)
            frames = await anyio.to_thread.run_sync(converse)
    os.close(server_in)
    os.close(server_out)
    assert [frame["id"] for frame in frames] == [1, 2]
    assert statuses == [ExitCode.OK]


def test_the_loop_may_end_while_lines_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """security.md 24: the reading thread, with a line that nobody takes any more, says nothing."""
    complaints: list[object] = []
    others = threading.enumerate()
    monkeypatch.setattr(threading, "excepthook", complaints.append)

    async def take_one() -> str:
        async with aclosing(_lines(iter([b"1\n2\n3\n4\n"]))) as lines:
            return await anext(lines)

    for _ in range(50):
        assert anyio.run(take_one) == "1\n"
    for thread in {*threading.enumerate()} - {*others}:
        thread.join(PATIENCE)
        assert not thread.is_alive()
    assert complaints == []


@pytest.mark.anyio
async def test_a_full_pipe_is_left_to_a_thread() -> None:
    """Our choice: what fits is written at once, what would wait is not waited for in the loop."""
    ours = os.pipe()
    try:
        writer = _Writer(ours[1], _Unanswered())
        data = bytes(range(256)) * 4096
        rest = writer._write_at_once(data)
        assert 0 < len(rest) < len(data)
        assert os.read(ours[0], len(data)) + bytes(rest) == data
    finally:
        for descriptor in ours:
            os.close(descriptor)
