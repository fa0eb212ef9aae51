"""Workflows that are left out: who starts the server, and who calls one, is told so."""

import json
from pathlib import Path
from typing import Any

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
