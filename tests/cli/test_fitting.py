"""cli/fitting.py: what would have no effect is refused."""

import json
from pathlib import Path

import pytest
from support.child import run_command
from support.upstream import Upstream, description

KEY = "k" * 40


@pytest.mark.parametrize(
    ("options", "where", "fix"),
    [
        (("http", "--shared-key", KEY), "--shared-key", "add --redis URL"),
        (("http", "--metrics-host", "0.0.0.0"), "--metrics-host", "add --metrics-port PORT"),
        (("http", "--metrics-host", "127.0.0.1"), "--metrics-host", "add --metrics-port PORT"),
        (("--drain", "5"), "--drain", "serve http, or leave out --drain"),
        (("--access-log",), "--access-log", "serve http"),
        (("--metrics-port", "3"), "--metrics-port", "serve http"),
        (("--port", "9000"), "--port", "serve http"),
    ],
)
def test_an_option_without_an_effect_is_refused(
    upstream: Upstream, tmp_path: Path, options: tuple[str, ...], where: str, fix: str
) -> None:
    """An operator's finding: all of them were taken without a word."""
    done = run_command("serve", *options, "--spec", upstream.serve(description("/echo")), folder=tmp_path)
    assert done.status == 2
    assert f"at: {where}\n  fix: {fix}" in done.err
    assert KEY not in done.err


@pytest.mark.parametrize("form", [("--log-format", "json"), ("--log-format=json",)])
def test_a_usage_error_is_a_line_of_json_where_that_is_asked_for(tmp_path: Path, form: tuple[str, ...]) -> None:
    """An operator's finding: whoever collects the log reads JSON, and the first line was text."""
    done = run_command("serve", "http", *form, "--nosuch", folder=tmp_path)
    assert done.status == 2
    said = json.loads(done.err)
    assert (said["event"], said["level"], said["where"]) == ("error", "error", "openapi-mcp serve")
    assert "--nosuch" in said["message"]
    assert run_command("serve", "http", "--nosuch", folder=tmp_path).err.startswith("error: ")
