"""`call` of a workflow asks at the terminal before each step that --confirm names."""

import json
from pathlib import Path

import pytest
from conftest import Command
from support.upstream import Answer, Upstream

from openapi_mcp.cli import calling

ARAZZO = {
    "arazzo": "1.0.1",
    "info": {"title": "Notes", "version": "1"},
    "sourceDescriptions": [{"name": "notes", "url": "notes.json", "type": "openapi"}],
    "workflows": [
        {
            "workflowId": "rewrite",
            "steps": [
                {"stepId": "look", "operationId": "notes_list"},
                {"stepId": "drop", "operationId": "notes_drop"},
            ],
        }
    ],
}


def test_a_workflow_does_not_come_from_standard_input(upstream: Upstream, command: Command) -> None:
    """Our choice: that carries the protocol, or the document."""
    ended = command("inspect", "--spec", upstream.serve({"openapi": "3.1.0", "paths": {}}), "--workflow", "-")
    assert ended.status == 2
    assert "a workflow cannot come from standard input" in ended.err


@pytest.mark.parametrize("name", ["missing.arazzo.yaml", "notes.txt"])
def test_what_is_no_workflow_ends_the_start_with_a_word(
    upstream: Upstream, tmp_path: Path, command: Command, name: str
) -> None:
    """Issue 11: the operator named it, so it has to be there, and to be one."""
    (tmp_path / "notes.txt").write_text("hello", encoding="utf-8")
    spec = upstream.serve({"openapi": "3.1.0", "info": {"title": "Notes", "version": "1"}, "paths": {}})
    ended = command("inspect", "--spec", spec, "--workflow", name)
    assert ended.status in (3, 4)
    assert name in ended.err


@pytest.mark.parametrize("answer", [True, False])
def test_a_person_at_the_terminal_is_asked_before_a_step_that_writes(
    upstream: Upstream, tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch, *, answer: bool
) -> None:
    """Issue 11, --confirm: reading is not asked about; what is declined is not sent."""
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Notes", "version": "1"},
        "servers": [{"url": upstream.url}],
        "paths": {
            "/notes": {
                "get": {"operationId": "notes_list", "responses": {}},
                "delete": {"operationId": "notes_drop", "responses": {}},
            }
        },
    }
    file = tmp_path / "notes.arazzo.json"
    file.write_text(json.dumps(ARAZZO), encoding="utf-8")
    upstream.answers["/notes"] = Answer(b"{}")
    asked: list[str] = []

    def ask(text: str) -> bool:
        asked.append(text)
        return answer

    monkeypatch.setattr(calling, "ask", ask)
    options = ("--spec", upstream.serve(document), "--methods", "all", "--workflow", str(file))
    ended = command("call", "rewrite", *options, "--confirm", "writes")
    (question,) = asked
    assert "DELETE" in question
    assert [seen.method for seen in upstream.calls] == (["GET", "DELETE"] if answer else ["GET"])
    assert (ended.status == 0) is answer
    assert answer or "step 'drop'" in ended.err
