"""What `inspect` says of a workflow: the credentials that its steps lack, and all that one call of it carries out."""

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import Command

KEY = {"type": "apiKey", "in": "header", "name": "X-Key"}
BEARER = {"type": "http", "scheme": "bearer"}
LOOK = {"stepId": "look", "operationId": "notes_list"}


def options(folder: Path, *workflows: Any, name: str = "") -> list[str]:
    """Return the options of one API, or of one that has a name, with these workflows."""
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Notes", "version": "1"},
        "servers": [{"url": "https://notes.example.com"}],
        "paths": {
            "/notes": {"get": {"operationId": "notes_list", "security": [{"key": []}], "responses": {}}},
            "/mine": {"get": {"operationId": "mine", "security": [{"token": []}], "responses": {}}},
            "/open": {"get": {"operationId": "open", "security": [], "responses": {}}},
        },
        "components": {"securitySchemes": {"key": KEY, "token": BEARER}},
    }
    description = {
        "arazzo": "1.0.1",
        "info": {"title": "Notes", "version": "1"},
        "sourceDescriptions": [{"name": name or "notes", "url": "notes.json", "type": "openapi"}],
        "workflows": list(workflows),
    }
    (folder / "notes.json").write_text(json.dumps(document), encoding="utf-8")
    (folder / "w.arazzo.json").write_text(json.dumps(description), encoding="utf-8")
    spec = f"{name}={folder / 'notes.json'}" if name else str(folder / "notes.json")
    return ["--spec", spec, "--workflow", str(folder / "w.arazzo.json")]


def reported(command: Command, given: list[str], name: str = "w") -> Any:
    report = json.loads(command("inspect", *given, "--json").out)
    return next(tool for tool in report["tools"] if tool["name"] == name)


@pytest.mark.parametrize("apis", [1, 2])
def test_a_workflow_lacks_what_its_steps_lack(tmp_path: Path, command: Command, apis: int) -> None:
    """Our choice: each of its calls would be refused for want of it; those of what it calls are its own, too."""
    child = {"workflowId": "child", "steps": [{"stepId": "mine", "operationId": "mine"}]}
    w = {"workflowId": "w", "steps": [LOOK, {"stepId": "call", "workflowId": "child"}]}
    given = options(tmp_path, w, child, name="notes" if apis == 2 else "")
    given += ["--spec", f"other={tmp_path / 'notes.json'}"] if apis == 2 else []
    auth = reported(command, given)["auth"]
    assert auth["security"] == [{"key": []}, {"token": []}]
    assert auth["missing"] == ["key", "token"]
    assert "key=VALUE" in auth["hint"]
    assert "token=VALUE" in auth["hint"]
    assert "lacks a credential: " in command("inspect", *given, "w").out
    assert any("lacking" in line and " w" in line for line in command("inspect", *given).out.splitlines())


def test_a_workflow_lacks_nothing_that_is_given_or_got_by_a_step(tmp_path: Path, command: Command) -> None:
    """workflows.md, "A step that logs in": a token of an earlier step is the credential of a later one."""
    login = {"stepId": "login", "operationId": "open", "outputs": {"token": "$response.body#/token"}}
    header = {"name": "Authorization", "in": "header", "value": "Bearer {$steps.login.outputs.token}"}
    lent = {"workflowId": "w", "steps": [login, {"stepId": "mine", "operationId": "mine", "parameters": [header]}]}
    given = options(tmp_path, lent, {"workflowId": "v", "steps": [LOOK]})
    assert reported(command, given)["auth"] == {"security": [{"token": []}], "missing": [], "hint": None}
    held = [*given, "--api-key", "key=k-1234"]
    assert reported(command, held, "v")["auth"] == {"security": [{"key": []}], "missing": [], "hint": None}


def test_what_runs_before_and_what_actions_lead_to_is_said(tmp_path: Path, command: Command) -> None:
    """Arazzo 1.0.1, 4.6.4 and 4.6.8: dependsOn runs first, goto and retry may carry out another workflow."""
    goto = {"name": "undo", "type": "goto", "workflowId": "undo"}
    retry = {"name": "again", "type": "retry", "workflowId": "again", "criteria": [{"condition": "$statusCode == 401"}]}
    w = {"workflowId": "w", "dependsOn": ["child"], "steps": [{**LOOK, "onFailure": [retry, goto]}]}
    others = [{"workflowId": each, "steps": [{"stepId": "s", "operationId": "open"}]} for each in ("undo", "again")]
    child = {"workflowId": "child", "steps": [{"stepId": "mine", "operationId": "mine"}]}
    given = options(tmp_path, w, child, *others)
    tool = reported(command, given)
    said = "first child (mine), look (notes_list), perhaps again (open), perhaps undo (open)."
    assert f"One call carries out: {said}" in tool["description"]
    assert (tool["runs_first"], tool["may_lead_to"]) == (["child"], ["again", "undo"])
    shown = command("inspect", *given, "w").out
    assert "its steps: first child, look (notes_list), perhaps again, perhaps undo" in " ".join(shown.split())
