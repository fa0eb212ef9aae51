"""The access log: a line for each request, with nothing of what it asked or came with."""

import json
import re
import signal
from pathlib import Path
from typing import Any

import httpx
import pytest
from support.child import serving_http
from support.modern import called
from support.upstream import Upstream, description

from openapi_mcp.records.sql import open_store
from openapi_mcp.server.access_log import shown_path

TOKEN = "an-endpoint-token-that-is-long"


def lines(said: str) -> list[dict[str, Any]]:
    """Return each line of a log that is JSON."""
    return [json.loads(line) for line in said.splitlines()]


def test_a_line_for_each_request_tells_who_where_and_how_it_ended(upstream: Upstream, tmp_path: Path) -> None:
    """Issue 9, Telemetry: an access log; secrets in none of it. It is there at any --log-level."""
    spec = upstream.serve(description("/echo"))
    secret = {"Cookie": "a-secret-cookie", "X-Request-Id": "a-secret-id", "User-Agent": "a-secret-agent"}
    options = ("--spec", spec, "--endpoint-token", TOKEN, "--access-log", "--log-level", "error")
    with serving_http(*options, folder=tmp_path) as (child, url), httpx.Client(trust_env=False) as client:
        bearer = {"Authorization": f"Bearer {TOKEN}", **secret}
        good = called(client, f"{url}?key=a-secret-key", "echo", {"n": 4}, headers=bearer)
        client.get(url, headers={"Host": "evil.test"})
        client.get(f"{url}/a%0ab%20status=200%1b[31m")
        child.process.send_signal(signal.SIGTERM)
        assert child.wait() == 0
    logged = [line for line in child.stderr.splitlines() if "openapi_mcp.access" in line]
    shape = re.compile(
        r"INFO openapi_mcp\.access request method=(\w+) path=(\S+) status=(\d+) ms=[\d.]+ bytes=(\d+) "
        r"caller=(\S+) id=([0-9a-z]{12})"
    )
    found = [match.groups() for line in logged if (match := shape.fullmatch(line))]
    assert [each[:3] for each in found] == [
        ("POST", "/mcp", "200"),
        ("GET", "/mcp", "421"),
        ("GET", "/mcp/a%20b%20status=200", "401"),
    ]
    assert found[0][3] == str(len(good.content))
    assert [each[4] for each in found] == ["endpoint-token", "-", "-"]
    assert found[0][5] == good.headers["x-request-id"]
    assert "a-secret" not in child.stderr
    assert TOKEN not in child.stderr
    assert "\x1b" not in child.stderr


def test_a_failed_call_has_a_line_and_a_probe_has_none(upstream: Upstream, tmp_path: Path) -> None:
    """HTTP answers 200 for a call that has failed; a balancer asks once a second whether we are there."""
    options = ("--spec", upstream.serve(description("/echo", "/status/503")), "--access-log", "--retries", "0")
    with serving_http(*options, folder=tmp_path) as (child, url), httpx.Client(trust_env=False) as client:
        called(client, url, "status")
        called(client, url, "no_such_tool")
        assert client.get(url.replace("/mcp", "/readyz")).status_code == 200
        child.process.send_signal(signal.SIGTERM)
        assert child.wait() == 0
    logged = [line.partition("access ")[2] for line in child.stderr.splitlines() if "openapi_mcp.access" in line]
    failed = [re.sub(r"ms=[0-9.]+", "ms=1", line).partition(" id=")[0] for line in logged if line.startswith("failed")]
    assert failed == [
        "failed tool=status kind=upstream_error status=503 attempts=1 ms=1 caller=-",
        "failed tool=no_such_tool kind=unknown_tool status=- attempts=0 ms=1 caller=-",
    ]
    assert not any("readyz" in line for line in logged)


def test_a_failed_call_is_the_same_callers_as_its_request(upstream: Upstream, tmp_path: Path) -> None:
    """A judge's finding: the one line said endpoint-token, the other nobody."""
    spec = upstream.serve(description("/status/503"))
    options = ("--spec", spec, "--access-log", "--retries", "0", "--endpoint-token", TOKEN, "--log-format", "json")
    with serving_http(*options, folder=tmp_path) as (child, url), httpx.Client(trust_env=False) as client:
        called(client, url.split('"')[0], "status", headers={"Authorization": f"Bearer {TOKEN}"})
        child.process.send_signal(signal.SIGTERM)
        assert child.wait() == 0
    callers = {line["event"]: line["caller"] for line in lines(child.stderr) if "caller" in line}
    assert callers == {"failed": "endpoint-token", "request": "endpoint-token"}


def test_one_id_leads_from_the_answer_over_each_line_of_the_call_to_its_record(
    upstream: Upstream, tmp_path: Path
) -> None:
    """An operator's question: a call failed at night, which one was it, what did the API say, where is the rest?"""
    spec = upstream.serve(description("/status/503"))
    options = ("--spec", spec, "--access-log", "--retries", "1", "-v", "--records", "calls.db", "--log-format", "json")
    with serving_http(*options, folder=tmp_path) as (child, url), httpx.Client(trust_env=False) as client:
        answers = [called(client, url.split('"')[0], "status") for _ in range(2)]
        child.process.send_signal(signal.SIGTERM)
        assert child.wait() == 0
    ids = [answer.headers["x-request-id"] for answer in answers]
    said = [(line["event"], line["id"]) for line in lines(child.stderr) if line.get("id")]
    assert {line["tool"] for line in lines(child.stderr) if line["event"] == "sent_again"} == {"status"}
    told = ("sent_again", "answered", "failed", "request")
    assert [one for one in said if one[0] in told] == [(event, each) for each in ids for event in told]
    with open_store(tmp_path / "calls.db") as store:
        records = [store.call(each) for each in ids]
    assert [record and (record.id, record.kind) for record in records] == [(each, "upstream_error") for each in ids]


def test_a_line_of_json_says_each_thing_once(upstream: Upstream, tmp_path: Path) -> None:
    """Half of the bytes of an access log are worth having."""
    options = ("--spec", upstream.serve(description("/echo")), "--access-log", "--log-format", "json")
    with serving_http(*options, folder=tmp_path) as (child, url), httpx.Client(trust_env=False) as client:
        called(client, url.split('"')[0], "echo", {"n": 4})
        child.process.send_signal(signal.SIGTERM)
        assert child.wait() == 0
    line = next(line for line in lines(child.stderr) if line["event"] == "request")
    assert line["message"] == "request"


def test_a_caller_is_told_by_what_tells_callers_apart(upstream: Upstream, tmp_path: Path) -> None:
    """Our choice: the same name as in the records; it is made of no secret that could be read from it."""
    spec = upstream.serve(description("/echo"))
    options = ("--spec", spec, "--forward", "X-Api-Key", "--access-log", "--log-format", "json")
    with serving_http(*options, folder=tmp_path) as (child, url), httpx.Client(trust_env=False) as client:
        url = url.split('"')[0]
        for key in ("one", "two", "one"):
            called(client, url, "echo", {"n": 4}, headers={"X-Api-Key": f"a-secret-of-{key}"})
        child.process.send_signal(signal.SIGTERM)
        assert child.wait() == 0
    callers = [line["caller"] for line in lines(child.stderr) if line["event"] == "request"]
    assert callers[0] == callers[2] != callers[1]
    assert len(callers[0]) >= 16
    assert "a-secret" not in child.stderr


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/mcp", "/mcp"),
        ("/dashboard/3f2b9c/calls", "/dashboard/..."),
        ("/dashboard", "/dashboard"),
        ("/a b\nc", "/a%20b%20c"),
        ("", "/"),
        ("http://ana:hunter22@localhost/mcp", "(a URL)"),
        ("/" + "x" * 500, "/" + "x" * 198 + "…"),
    ],
)
def test_a_path_is_one_short_word_and_no_key_of_the_dashboard(path: str, shown: str) -> None:
    """server/dashboard/entrance.py: each session's pages are below a path that nobody else can name."""
    assert shown_path(path) == shown
