"""The log as text and as JSON: one line for each event, whatever stands in it."""

import io
import json
import logging
import signal
import sys
from pathlib import Path

import pytest
from support.child import run_command, serving_http
from support.upstream import Upstream, description

from openapi_mcp.cli.logged import JsonLines, TextLines, json_line

HOSTILE = "a\nINFO fake status=200 \x1b[31m\u202e\x9b\u2028"


def record(template: str, *args: object, error: BaseException | None = None) -> logging.LogRecord:
    about = (type(error), error, error.__traceback__) if error is not None else None
    return logging.LogRecord("openapi_mcp.executor", logging.WARNING, "a.py", 1, template, args, about)


def test_every_event_is_an_object_on_one_line() -> None:
    """Issue 9: --log-format json."""
    line = JsonLines().format(record("answered tool=%s status=%d", HOSTILE, 200))
    assert line.isascii()
    assert line.isprintable()
    said = json.loads(line)
    assert {name: said[name] for name in ("level", "event", "tool", "status", "logger")} == {
        "level": "warning",
        "event": "answered",
        "tool": HOSTILE,
        "status": 200,
        "logger": "openapi_mcp.executor",
    }
    assert said["time"].endswith("Z")


def test_a_field_takes_the_place_of_nothing_that_every_event_has() -> None:
    """Our choice: what is read by name must be what it is called."""
    said = json.loads(json_line("info", "done", "all", {"time": "x", "level": "y", "more": 1}, 0.0))
    assert said == {"time": "1970-01-01T00:00:00.000Z", "level": "info", "event": "done", "message": "all", "more": 1}


def test_a_traceback_is_a_field_of_its_event() -> None:
    """Our choice: a collector reads lines."""
    try:
        raise ValueError(HOSTILE)
    except ValueError as error:
        broken = record("call_failed traceback", error=error)
    line = JsonLines().format(broken)
    assert "\n" not in line
    assert "ValueError" in json.loads(line)["traceback"]
    text = TextLines().format(broken)
    assert text.startswith("WARNING openapi_mcp.executor call_failed traceback\n")
    assert "\x1b" not in text


def test_as_text_too_what_an_event_holds_begins_no_line_and_moves_no_terminal() -> None:
    """security.md: what an API or a caller says is no terminal escape."""
    line = TextLines().format(record("answered tool=%s", HOSTILE))
    assert line.startswith("WARNING openapi_mcp.executor answered tool=a\\nINFO fake")
    assert not {"\n", "\x1b", "\x9b"} & set(line)


def test_all_that_a_server_says_is_json_then(upstream: Upstream, tmp_path: Path) -> None:
    """Our choice: what is meant for a person too, with its level."""
    spec = upstream.serve(description("/echo"))
    options = ("--spec", spec, "--log-format", "json", "--exclude", "/nowhere")
    with serving_http(*options, folder=tmp_path) as (child, _):
        child.process.send_signal(signal.SIGTERM)
        assert child.wait() == 0
    said = [json.loads(line) for line in child.stderr.splitlines()]
    assert {(line["event"], line["level"]) for line in said} == {("notice", "info"), ("notice", "warning")}
    assert "--exclude '/nowhere' matches no operation" in [line["message"] for line in said]
    assert any(line["message"].startswith("listening on http://") for line in said)


def test_so_is_what_ends_it(tmp_path: Path) -> None:
    """style.md, Errors: what, where, what to do."""
    (tmp_path / "api.json").write_text("{", encoding="utf-8")
    done = run_command("serve", "--spec", "api.json", "--log-format", "json", folder=tmp_path)
    (said,) = map(json.loads, done.err.splitlines())
    assert (said["event"], said["level"]) == ("error", "error")
    assert said["message"]
    assert "api.json" in said["where"]
    assert said["hint"]


def test_lines_of_the_access_log_are_not_cut_off_by_a_level(monkeypatch: pytest.MonkeyPatch) -> None:
    """Our choice: --quiet says less of what goes wrong; who wants each request told wants all of them."""
    from openapi_mcp.cli.output import set_up_logging

    stderr = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stderr)
    root, ours, access = logging.getLogger(), logging.getLogger("openapi_mcp"), logging.getLogger("openapi_mcp.access")
    before = root.handlers[:], root.level, ours.level
    try:
        set_up_logging("error")
        access.info("request status=%d", 200)
        ours.info("more")
    finally:
        root.handlers[:] = before[0]
        root.setLevel(before[1])
        ours.setLevel(before[2])
        access.setLevel(logging.NOTSET)
    assert stderr.getvalue() == "INFO openapi_mcp.access request status=200\n"
