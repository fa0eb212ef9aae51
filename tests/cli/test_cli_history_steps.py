"""`openapi-mcp history` of a workflow's call: its steps, and from each of them the call that it is a step of."""

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import Command
from support.history import a_record, fill
from support.upstream import Answer, Upstream

Json = dict[str, Any]


@pytest.fixture
def options(upstream: Upstream, tmp_path: Path) -> tuple[str, ...]:
    """Serve notes, and return the options for them, with a workflow `outer` that calls `inner`."""
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Notes", "version": "1"},
        "servers": [{"url": upstream.url}],
        "paths": {
            "/notes": {"get": {"operationId": "notes_list", "responses": {}}},
            "/gone": {"get": {"operationId": "notes_gone", "responses": {}}},
        },
    }
    look = {"stepId": "look", "operationId": "notes_list"}
    arazzo = {
        "arazzo": "1.0.1",
        "info": {"title": "Notes", "version": "1"},
        "sourceDescriptions": [{"name": "notes", "url": "notes.json", "type": "openapi"}],
        "workflows": [
            {"workflowId": "inner", "steps": [look]},
            {
                "workflowId": "outer",
                "steps": [
                    look,
                    {"stepId": "call", "workflowId": "inner"},
                    {"stepId": "gone", "operationId": "notes_gone"},
                ],
            },
        ],
    }
    file = tmp_path / "notes.arazzo.json"
    file.write_text(json.dumps(arazzo), encoding="utf-8")
    upstream.answers["/notes"] = Answer(b"{}")
    upstream.answers["/gone"] = Answer(b"{}", status=404)
    return ("--spec", upstream.serve(document), "--workflow", str(file), "--records", str(tmp_path / "records.db"))


def shown(command: Command, options: tuple[str, ...], *more: str) -> Json:
    ended = command("history", *options[-2:], "--json", *more)
    assert ended.status == 0, ended.err
    found: Json = ended.json
    return found


def test_a_workflows_call_lists_its_steps_in_their_order(command: Command, options: tuple[str, ...]) -> None:
    """Issue 11: time, id, tool and outcome of each; those of a workflow that it calls are its own, too."""
    assert command("call", "outer", *options).status != 0
    calls = shown(command, options)["calls"][::-1]
    (outer,) = (each for each in calls if each["tool"] == "outer")
    steps = [each for each in calls if each["step_of"] == outer["id"]]
    assert [each["tool"] for each in steps] == ["notes_list", "notes_list", "notes_gone"]
    assert outer["step_of"] is None
    whole = shown(command, options, outer["id"])
    assert whole["steps"] == [
        {name: each[name] for name in ("id", "time", "tool", "status", "kind", "duration_ms")} for each in steps
    ]
    out = command("history", *options[-2:], outer["id"]).out
    lines = out.partition("\nsteps:\n")[2].splitlines()[:3]
    assert [line.split()[1:3] for line in lines] == [[each["id"], each["tool"]] for each in steps]
    assert ("200" in lines[0], "404 not_found" in lines[2]) == (True, True)


def test_a_step_names_the_call_that_it_is_a_step_of(command: Command, options: tuple[str, ...]) -> None:
    """Issue 11: the way back, in the table too."""
    command("call", "inner", *options)
    step, workflow = shown(command, options)["calls"][::-1]
    if step["step_of"] is None:
        step, workflow = workflow, step
    assert (step["step_of"], workflow["tool"]) == (workflow["id"], "inner")
    assert "steps" not in shown(command, options, step["id"])
    assert f"step of  {workflow['id']} (inner)" in command("history", *options[-2:], step["id"]).out
    table = command("history", *options[-2:], "--tool", "notes_list").out
    assert f"step of {workflow['id']}" in table


def test_a_step_whose_workflow_was_cleaned_up_names_it_all_the_same(command: Command, tmp_path: Path) -> None:
    """--keep: the call may be gone before its steps, and a workflow may be on its way still."""
    where = fill(tmp_path / "state" / "records.db", a_record(1, step_of="k999v9x2m4t7a"))
    ended = command("history", a_record(1).id, "--records", where)
    assert "step of  k999v9x2m4t7a\n" in ended.out


def test_of_very_many_steps_the_first_are_shown(command: Command, tmp_path: Path) -> None:
    """A run takes a thousand steps at most; --json has all of them."""
    workflow = a_record(999, tool="poll", method="WORKFLOW", path="poll")
    steps = [a_record(number, step_of=workflow.id) for number in range(150)]
    where = fill(tmp_path / "state" / "records.db", workflow, *steps)
    out = command("history", workflow.id, "--records", where).out
    assert out.partition("\nsteps:\n")[2].count("orders_list") == 100
    assert "and 50 more: --json has them" in out
    found = command("history", workflow.id, "--records", where, "--json").json["steps"]
    assert [each["id"] for each in found] == [each.id for each in steps]
