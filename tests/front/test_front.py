"""The front's answers held against the SDK's own, in both eras, over a pipe to a process."""

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest
from support.child import Child, Frame, running
from support.upstream import ENDS_WITHIN, Upstream, description

from openapi_mcp import __version__, front

MODERN_META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": {"name": "raw", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}
CLIENT = {"name": "raw", "version": "1"}
LONG_AGO = 1_000_000_000


def handshake(version: str, **more: Any) -> Frame:
    return {"protocolVersion": version, "capabilities": {}, "clientInfo": CLIENT, **more}


def listed(child: Child, params: Frame | None = None) -> list[Frame]:
    """Return every page of the list as its result."""
    pages = [child.request("tools/list", params)["result"]]
    while cursor := pages[-1].get("nextCursor"):
        pages.append(child.request("tools/list", {**(params or {}), "cursor": cursor})["result"])
    return pages


@pytest.fixture
def spec(tmp_path: Path, upstream: Upstream) -> Path:
    """A document in a file, written long ago."""
    path = tmp_path / "toys.json"
    path.write_text(json.dumps(description("/echo", "/hang", server=upstream.url)))
    os.utime(path, (LONG_AGO, LONG_AGO))
    return path


def options(spec: Path | str) -> tuple[str, ...]:
    return ("serve", "--spec", str(spec))


def prepare(*arguments: str, folder: Path) -> None:
    """Start once, so that the catalogue is there for the next start."""
    with running(*arguments, folder=folder) as child:
        child.open()
        listed(child)
        child.close_stdin()
        assert child.wait() == 0


def catalogue(tmp_path: Path) -> Path:
    (found,) = (tmp_path / "home" / "openapi-mcp").glob("*.catalogue")
    return found


def front_only(*arguments: str) -> list[str]:
    code = f"import sys; sys.modules['openapi_mcp.cli.main'] = None; sys.argv[1:] = {list(arguments)!r}\n"
    return [sys.executable, "-c", f"{code}from openapi_mcp.__main__ import main; main()"]


@pytest.fixture
def big(tmp_path: Path, upstream: Upstream) -> Path:
    """A document whose list has several pages."""
    path = tmp_path / "big.json"
    document = description(*(f"/t{index}" for index in range(900)), server=upstream.url)
    for name, item in document["paths"].items():
        item["get"]["parameters"][0]["schema"] = {"enum": [f"{name} {index} é" for index in range(120)]}
    path.write_text(json.dumps(document))
    os.utime(path, (LONG_AGO, LONG_AGO))
    return path


@pytest.mark.parametrize("version", front.LEGACY)
def test_a_handshake_and_a_list_are_answered_as_the_sdk_answers_them(spec: Path, tmp_path: Path, version: str) -> None:
    """mcp-facts.md section 3; issue 3, At once: every handshake version, compared as parsed JSON."""
    prepare(*options(spec), folder=tmp_path)
    answers = []
    for program in (front_only(*options(spec)), ()):
        more = () if program else ("--no-catalogue",)
        with running(*options(spec), *more, folder=tmp_path, program=program) as child:
            first = child.request("initialize", handshake(version))
            child.send({"jsonrpc": "2.0", "method": "notifications/initialized"})
            answers.append((first, child.request("ping"), child.request("tools/list")))
    assert answers[0] == answers[1]
    assert answers[0][0]["result"]["protocolVersion"] == version


def test_discovery_and_every_page_are_answered_as_the_sdk_answers_them(big: Path, tmp_path: Path) -> None:
    """mcp-facts.md section 3: the modern era; pages of at most 1 MB, the same cursors in both."""
    given = (*options(big), "--mode", "tools")
    prepare(*given, folder=tmp_path)
    answers, lines = [], []
    for program in (front_only(*given), ()):
        more = () if program else ("--no-catalogue",)
        with running(*given, *more, folder=tmp_path, program=program) as child:
            discovered = child.request("server/discover", {"_meta": MODERN_META})
            answers.append((discovered, listed(child, {"_meta": MODERN_META})))
            lines.append(child.every_line)
    assert answers[0] == answers[1]
    pages = answers[0][1]
    assert len(pages) > 1
    assert [tool["name"] for page in pages for tool in page["tools"]] == [
        *(f"t{index}" for index in range(900)),
        "read_result",
    ]
    assert max(len(line) for both in lines for line in both) <= 1_000_000


def test_a_subscription_is_acknowledged_as_the_sdk_does_and_lives_on(upstream: Upstream, tmp_path: Path) -> None:
    """mcp-facts.md section 3: Claude Code subscribes before it lists where the list can change."""
    url = upstream.serve(description("/echo"))
    prepare(*options(url), folder=tmp_path)
    wanted = {"_meta": MODERN_META, "notifications": {"toolsListChanged": True, "promptsListChanged": False}}
    said = []
    for program in (front_only(*options(url)), ()):
        with running(*options(url), folder=tmp_path, program=program) as child:
            child.request("server/discover", {"_meta": MODERN_META})
            child.ask("subscriptions/listen", wanted)
            said.append(child.receive())
    assert said[0] == said[1]
    assert said[0]["params"]["notifications"] == {"toolsListChanged": True}


def test_a_changed_document_is_announced_behind_the_answer_in_the_modern_era(
    upstream: Upstream, tmp_path: Path
) -> None:
    """Issue 3, At once: freshness of a remote document is checked behind the answer, and a change announced."""
    url = upstream.serve(description("/echo"))
    prepare(*options(url), folder=tmp_path)
    upstream.serve(description("/echo", "/more"))
    with running(*options(url), folder=tmp_path) as child:
        child.request("server/discover", {"_meta": MODERN_META})
        asked = child.ask("subscriptions/listen", {"_meta": MODERN_META, "notifications": {"toolsListChanged": True}})
        assert child.receive()["method"] == "notifications/subscriptions/acknowledged"
        assert names(child.request("tools/list", {"_meta": MODERN_META})["result"]) == ["echo", "read_result"]
        news = child.receive()
        assert news["method"] == "notifications/tools/list_changed"
        assert news["params"]["_meta"]["io.modelcontextprotocol/subscriptionId"] == asked
        assert names(child.request("tools/list", {"_meta": MODERN_META})["result"]) == ["echo", "more", "read_result"]
        called = child.request("tools/call", {"_meta": MODERN_META, "name": "more", "arguments": {"n": 3}})
        assert called["result"]["structuredContent"]["target"] == "/more?n=3"


def test_a_changed_document_is_announced_behind_the_answer_in_the_legacy_era(
    upstream: Upstream, tmp_path: Path
) -> None:
    """Issue 3: in both eras. The catalogue holds the new list then, and nothing more is announced."""
    url = upstream.serve(description("/echo"))
    prepare(*options(url), folder=tmp_path)
    upstream.serve(description("/more"))
    with running(*options(url), folder=tmp_path) as child:
        assert child.open()["result"]["capabilities"]["tools"] == {"listChanged": True}
        assert names(child.request("tools/list")["result"]) == ["echo", "read_result"]
        assert child.receive()["method"] == "notifications/tools/list_changed"
        assert names(child.request("tools/list")["result"]) == ["more", "read_result"]
        assert child.call("more", n=1)["structuredContent"]["target"] == "/more?n=1"
        child.close_stdin()
        assert child.wait() == 0
        assert child.rest_of_stdout() == []


def names(result: Frame) -> list[str]:
    return [tool["name"] for tool in result["tools"]]


def test_the_last_good_list_stays_when_the_document_is_out_of_reach(upstream: Upstream, tmp_path: Path) -> None:
    """Issue 3, Live: also at start, from the cache, said on stderr."""
    url = upstream.serve(description("/echo"))
    prepare(*options(url), folder=tmp_path)
    upstream.document = b"<!doctype html>"
    with running(*options(url), folder=tmp_path) as child:
        child.open()
        assert names(child.request("tools/list")["result"]) == ["echo", "read_result"]
        child.wait_for_stderr("the last good document stays.*HTML")
        assert child.call("echo", n=1)["structuredContent"]["target"] == "/echo?n=1"


def test_a_conversation_goes_on_behind_the_front(spec: Path, tmp_path: Path, upstream: Upstream) -> None:
    """mcp-facts.md section 3: the handshake is replayed, and its second answer swallowed."""
    prepare(*options(spec), folder=tmp_path)
    with running(*options(spec), folder=tmp_path) as child:
        child.open()
        assert names(child.request("tools/list")["result"]) == ["echo", "hang", "read_result"]
        assert child.call("echo", n=1)["structuredContent"]["target"] == "/echo?n=1"
        assert child.request("tools/call", {"name": "nope"})["error"]["code"] == -32602
        child.close_stdin()
        assert child.wait() == 0
        assert child.rest_of_stdout() == []
        assert len(child.every_line) == 4
        assert child.stderr.startswith("openapi-mcp 0.1.0: 2 tools of Toys, read-only")


def test_frames_sent_all_at_once_are_answered_in_order(spec: Path, tmp_path: Path) -> None:
    """A client may write ahead, and leave: each request is answered, once."""
    prepare(*options(spec), folder=tmp_path)
    frames = [
        {"jsonrpc": "2.0", "id": "a", "method": "initialize", "params": handshake("2025-06-18")},
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": 2, "method": "tools/list"},
        {"jsonrpc": "2.0", "id": 3, "method": "tools/list", "params": {}},
        {"jsonrpc": "2.0", "id": 4, "method": "tools/call", "params": {"name": "echo", "arguments": {"n": 7}}},
    ]
    with running(*options(spec), folder=tmp_path) as child:
        child.write(b"".join(json.dumps(frame).encode() + b"\n" for frame in frames))
        child.close_stdin()
        answers = [child.answer_to(number) for number in ("a", 2, 3, 4)]  # type: ignore[arg-type]
        assert child.wait() == 0
        assert child.rest_of_stdout() == []
    assert answers[1]["result"] == answers[2]["result"]
    assert answers[3]["result"]["structuredContent"]["target"] == "/echo?n=7"


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)])
@pytest.mark.parametrize("asked", [0, 1, 2])
def test_a_signal_ends_a_front_that_waits_or_a_process_that_imports(
    spec: Path, tmp_path: Path, number: int, status: int, asked: int
) -> None:
    """Issue 3: SIGINT and SIGTERM end the process at once in every phase."""
    prepare(*options(spec), folder=tmp_path)
    with running(*options(spec), folder=tmp_path) as child:
        child.request("server/discover", {"_meta": MODERN_META})
        if asked:
            child.request("tools/list", {"_meta": MODERN_META})
        if asked == 2:
            child.wait_for_stderr("2 tools")
        child.process.send_signal(number)
        assert child.wait() == status
        assert "Traceback" not in child.stderr


@pytest.mark.parametrize("asked", [0, 1, 2])
def test_the_end_of_stdin_ends_the_process_without_the_sdk(spec: Path, tmp_path: Path, asked: int) -> None:
    """Issue 3: EOF ends the process at once in every phase, also while the front waits."""
    prepare(*options(spec), folder=tmp_path)
    with running(*options(spec), folder=tmp_path, program=without_sdk(*options(spec))) as child:
        for method in ("server/discover", "tools/list")[:asked]:
            child.request(method, {"_meta": MODERN_META})
        child.close_stdin()
        assert child.wait() == 0
        assert child.stderr == ""


def without_sdk(*arguments: str) -> list[str]:
    """Return a program in which the import behind the front lasts until something else ends the process."""
    code = f"""
import sys, types, threading
class Slow:
    def find_spec(self, name, path=None, target=None):
        if name == "openapi_mcp.cli.main":
            threading.Event().wait({ENDS_WITHIN * 4})
sys.meta_path.insert(0, Slow())
sys.argv[1:] = {list(arguments)!r}
from openapi_mcp.__main__ import main
main()
"""
    return [sys.executable, "-c", code]


def test_a_credential_that_is_gone_fails_the_start_as_without_a_catalogue(spec: Path, tmp_path: Path) -> None:
    """design.md, Options: exit status 5; no list is sent by a server that could not serve it."""
    arguments = (*options(spec), "--bearer", "env:TOYS")
    with running(*arguments, folder=tmp_path, environment={"TOYS": "s3cret"}) as child:
        child.open()
        listed(child)
        child.close_stdin()
        child.wait()
    assert b"s3cret" not in catalogue(tmp_path).read_bytes()
    with running(*arguments, folder=tmp_path) as child:
        assert child.wait() == 5
        assert child.rest_of_stdout() == []
        assert "TOYS is not set" in child.stderr


@pytest.mark.parametrize(
    "said", [("--timeout", "5"), ("--timeout=2.5", "-q"), ("-qv",), ("-HX-Key: a",)], ids=lambda said: said[0]
)
def test_options_that_take_typer_to_read_go_on_as_those_that_do_not(
    said: tuple[str, ...], spec: Path, tmp_path: Path
) -> None:
    """Our choice: a warm start does without typer where it can, and nobody notices."""
    prepare(*options(spec), *said, folder=tmp_path)
    with running(*options(spec), *said, folder=tmp_path) as child:
        child.open()
        assert names(listed(child)[0]) == ["echo", "hang", "read_result"]
        assert child.call("echo", n=1)["structuredContent"]["target"] == "/echo?n=1"


def test_an_option_that_is_wrong_fails_a_warm_start_too(spec: Path, tmp_path: Path) -> None:
    """style.md, Errors: what only this start can know, here an empty file; exit status 5."""
    secret = tmp_path / "token"
    secret.write_text("s3cret")
    arguments = (*options(spec), "--bearer", f"file:{secret}")
    prepare(*arguments, folder=tmp_path)
    secret.write_text("")
    with running(*arguments, folder=tmp_path) as child:
        child.open()
        listed(child)
        assert child.wait() == 5
        assert "is empty" in child.stderr


def test_a_changed_file_is_not_listed_from_the_catalogue(spec: Path, tmp_path: Path, upstream: Upstream) -> None:
    """Issue 3, At once: by the digest of the document; for a file its time and size tell."""
    prepare(*options(spec), folder=tmp_path)
    spec.write_text(json.dumps(description("/other", server=upstream.url)))
    with running(*options(spec), folder=tmp_path) as child:
        child.open()
        assert names(child.request("tools/list")["result"]) == ["other", "read_result"]


@pytest.mark.parametrize("arguments", [(), ("inspect",), ("serve", "http"), ("serve", "--help")])
def test_other_commands_are_none_of_the_fronts(arguments: tuple[str, ...]) -> None:
    """style.md, Rooms: a stdio client's first questions only."""
    assert front.serve(arguments, {}, __version__) is None


def test_the_front_imports_nothing_heavy() -> None:
    """style.md, Rooms: standard library only, before anything else of ours or the SDK is imported."""
    import subprocess

    code = "import sys, openapi_mcp.__main__; print(*sys.modules)"
    environ = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environ)
    loaded = ended.stdout.split()
    assert {name for name in loaded if name.startswith("openapi_mcp")} == {
        "openapi_mcp",
        "openapi_mcp.__main__",
        "openapi_mcp.front",
        "openapi_mcp.front.conversation",
        "openapi_mcp.front.folder",
        "openapi_mcp.front.kept",
        "openapi_mcp.front.name",
        "openapi_mcp.front.wire",
    }
    assert not {"typing", "pathlib", "typer", "mcp", "httpx", "asyncio", "hashlib", "dataclasses"} & set(loaded)
