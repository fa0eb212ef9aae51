"""Workflows that are left out: who starts the server, and who calls one, is told so."""

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import Command
from support.child import run_command
from support.upstream import Upstream

DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "Notes", "version": "1"},
    "paths": {
        "/notes": {
            "get": {"operationId": "notes_list", "responses": {}},
            "post": {"operationId": "notes_add", "responses": {}},
        }
    },
}
LOOK = {"stepId": "look", "operationId": "notes_list"}
ADD = {"stepId": "add", "operationId": "notes_add"}


def options(upstream: Upstream, folder: Path, **workflows: list[Any]) -> list[str]:
    """Return the options of a server with these workflows, of steps each."""
    description = {
        "arazzo": "1.0.1",
        "info": {"title": "Notes", "version": "1"},
        "sourceDescriptions": [{"name": "notes", "url": "notes.json", "type": "openapi"}],
        "workflows": [{"workflowId": name, "steps": steps} for name, steps in workflows.items()],
    }
    file = folder / "notes.arazzo.json"
    file.write_text(json.dumps(description), encoding="utf-8")
    spec = upstream.serve({**DOCUMENT, "servers": [{"url": upstream.url}]})
    return ["--spec", spec, "--workflow", str(file)]


def test_a_start_names_each_workflow_that_is_left_out(upstream: Upstream, tmp_path: Path) -> None:
    """Our choice: its file was named, and what is missing in a list is seen by nobody; also where that is kept."""
    odd = [{**LOOK, "retries": 1}]
    given = options(upstream, tmp_path, broken=[LOOK, LOOK], writing=[ADD], odd=odd)
    environment = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    for _ in range(2):
        ended = run_command("serve", *given, folder=tmp_path, environment=environment)
        assert ended.status == 0
        lines = ended.err.splitlines()
        assert "read-only, 1 operations left out (" in lines[0]
        assert "warning: the workflow 'broken' is left out: there are two steps 'look'" in lines
        assert any(line.startswith("warning: the workflow 'writing' is left out: step 'add' calls") for line in lines)
        assert "warning: 1 warning about workflows (openapi-mcp check shows them)" in lines


def test_a_start_names_so_many_workflows_and_counts_the_others(upstream: Upstream, tmp_path: Path) -> None:
    """security.md: what is written to the log is bounded."""
    many: dict[str, list[Any]] = {f"w{number}": [LOOK, LOOK] for number in range(30)}
    ended = run_command("serve", *options(upstream, tmp_path, fine=[LOOK], **many), folder=tmp_path)
    assert ended.err.count("warning: the workflow 'w") == 10
    assert "warning: 20 more workflows are left out (openapi-mcp inspect shows why)" in ended.err


def test_the_shell_says_why_there_is_no_such_workflow(upstream: Upstream, tmp_path: Path, command: Command) -> None:
    """Our choice: a workflow is no operation, and no option of `call` takes it in."""
    given = options(upstream, tmp_path, broken=[LOOK, LOOK], fine=[LOOK])
    ended = command("call", "broken", *given)
    assert "there is no tool 'broken': the workflow is left out: there are two steps 'look'" in ended.err
    assert "`openapi-mcp check` shows where" in ended.err
    assert "1 operations and 1 workflow left out:" in command("inspect", *given).out


def test_the_shell_says_which_option_a_workflow_needs(upstream: Upstream, tmp_path: Path, command: Command) -> None:
    """errors.py: what to do; also of one that calls another, which nothing is wrong with."""
    given = options(upstream, tmp_path, writing=[ADD], calling=[{"stepId": "call", "workflowId": "writing"}])
    for name in ("writing", "calling"):
        ended = command("call", name, *given)
        assert "method POST is not enabled (--methods, --allow)" in " ".join(ended.err.split())
        assert "take in what its steps call with --methods or --allow" in " ".join(ended.err.split())
    assert command("check", *given).status == 0


@pytest.mark.parametrize("apis", [1, 2])
def test_what_is_left_out_is_called_a_workflow(upstream: Upstream, tmp_path: Path, command: Command, apis: int) -> None:
    """Our choice: no reader and no program meets WORKFLOW where the method of an operation stands."""
    spec, *given = options(upstream, tmp_path, writing=[ADD])[1:]
    named = ["--spec", spec] if apis == 1 else ["--spec", f"notes={spec}", "--spec", f"other={spec}"]
    seen = {each: command(each, *named, *given).out for each in ("inspect", "check")}
    told = {each: json.loads(command(each, *named, *given, "--json").out) for each in ("inspect", "check")}
    assert "  workflow writing: step 'add' calls notes_add" in seen["inspect"]
    if apis == 2:
        assert "workflow writing is left out: step 'add' calls notes_add" in seen["check"]
    assert "WORKFLOW" not in json.dumps([seen, told])
    skipped = told["check"]["skipped"] if apis == 1 else told["check"]["workflows"]["skipped"]
    for one in (*told["inspect"]["skipped"], *skipped):
        if "workflow" in one:
            assert (one["workflow"], one["method"], one["path"], one["tool"]) == ("writing", None, None, "writing")
    assert [one["workflow"] for one in skipped if "workflow" in one] == ["writing"]


@pytest.mark.parametrize("asking", ["check", "inspect"])
def test_a_workflow_is_named_by_its_file_as_it_was_given(
    upstream: Upstream, tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch, asking: str
) -> None:
    """Our choice: a person gave a path, and one error said it, another a file URL."""
    given = options(upstream, tmp_path, broken=[LOOK, LOOK])
    monkeypatch.chdir(tmp_path)
    ended = command(asking, *given[:-1], "notes.arazzo.json")
    assert "   at: notes.arazzo.json#/workflows/0" in ended.out
    assert "file://" not in ended.out
