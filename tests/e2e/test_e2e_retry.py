"""An API in trouble behind the running program: what is sent again, what waits, and what is sent once."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.child import running
from support.rude import RudeUpstream, Write, rude_upstream, whole
from support.upstream import description

BUSY = whole(b'{"detail": "busy"}', status="503 Busy")


def closed(connection: socket.socket) -> None:
    """Hang up without a word."""


def silent(connection: socket.socket) -> None:
    """Say nothing until the other side hangs up."""
    connection.recv(1)


def in_turn(*answers: bytes | Write) -> Write:
    """Return what gives each answer once, then `{"id": 7}`."""
    left = list(answers)

    def write(connection: socket.socket) -> None:
        answer = left.pop(0) if left else whole(b'{"id": 7}')
        if isinstance(answer, bytes):
            connection.sendall(answer)
        else:
            answer(connection)

    return write


def with_writes(url: str) -> dict[str, Any]:
    made = description("/thing", server=url)
    keyed = {"name": "Idempotency-Key", "in": "header", "required": True, "schema": {"type": "string"}}
    made["paths"]["/thing"]["post"] = {"operationId": "thing_add", "responses": {}}
    made["paths"]["/order"] = {"post": {"operationId": "order_add", "parameters": [keyed], "responses": {}}}
    return made


@pytest.fixture
def api(tmp_path: Path) -> Iterator[RudeUpstream]:
    with rude_upstream() as upstream:
        (tmp_path / "api.json").write_text(json.dumps(with_writes(upstream.url)))
        yield upstream


OPTIONS = ("serve", "--spec", "api.json", "--methods", "all", "--timeout", "6")


@pytest.mark.requirement(27)
def test_a_read_survives_what_passes_and_says_so(api: RudeUpstream, tmp_path: Path) -> None:
    """Issue 7, Proof: reset, 500, 503 and 429 with Retry-After, hang."""
    slow = whole(b"", status="429 Slow", Retry_After="0")
    error = whole(b"", status="500 Oh")
    with running(*OPTIONS, folder=tmp_path) as child:
        child.open()
        for fault, after in ((closed, "connection lost"), (BUSY, "503"), (slow, "429"), (error, "500")):
            api.answers["/thing"] = in_turn(fault)
            told = child.call("thing")["structuredContent"]
            assert (told["id"], told["_note"]["retried"]["after"]) == (7, [after])
        api.answers["/thing"] = in_turn(silent)
        told = child.call("thing")["structuredContent"]
        assert (told["id"], told["_note"]["retried"]["after"]) == (7, ["no answer for 2 s"])


@pytest.mark.requirement(27)
def test_a_post_is_sent_once_unless_it_has_a_key(api: RudeUpstream, tmp_path: Path) -> None:
    """security.md 27 R-RETRY: counted where it arrives."""
    with running(*OPTIONS, folder=tmp_path) as child:
        child.open()
        for fault in (closed, BUSY):
            api.seen.clear()
            api.answers["/thing"] = in_turn(fault)
            assert child.call("thing_add")["isError"]
            assert len(api.seen) == 1
        api.seen.clear()
        api.answers["/order"] = in_turn(closed, BUSY)
        assert child.call("order_add")["structuredContent"]["id"] == 7
    lines = [line for head in api.seen for line in head.split(b"\r\n") if line.lower().startswith(b"idempotency-key:")]
    assert (len(lines), len(set(lines))) == (3, 1)


def test_retries_may_be_none(api: RudeUpstream, tmp_path: Path) -> None:
    """Issue 7, Retry: `--retries 0`."""
    api.answers["/thing"] = in_turn(BUSY)
    with running(*OPTIONS, "--retries", "0", folder=tmp_path) as child:
        child.open()
        error = child.call("thing")["structuredContent"]["error"]
    assert (error["status"], error["attempts"], len(api.seen)) == (503, 1, 1)


def test_what_the_rate_does_not_let_go_in_time_is_told(api: RudeUpstream, tmp_path: Path) -> None:
    """Issue 7, Retry: `--rate-limit`."""
    with running(*OPTIONS, "--rate-limit", "100/s; 2/hour", folder=tmp_path) as child:
        child.open()
        assert [child.call("thing")["isError"] for _ in range(2)] == [False, False]
        error = child.call("thing")["structuredContent"]["error"]
    assert (error["kind"], error["retryable"], error["attempts"], len(api.seen)) == ("rate_limited", True, 0, 2)
    assert error["retry_after"] > 3000
