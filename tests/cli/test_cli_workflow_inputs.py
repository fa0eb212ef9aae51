"""`call` of a workflow whose inputs are more than the properties of one object."""

import json
from pathlib import Path
from typing import Any

from conftest import Command
from support.upstream import Upstream

DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Notes", "version": "1"},
    "paths": {
        "/notes": {
            "get": {
                "operationId": "notes_list",
                "parameters": [{"name": name, "in": "query", "schema": {}} for name in ("id", "name")],
                "responses": {},
            }
        }
    },
}
ONE_OF = [{"required": ["id"], "not": {"required": ["name"]}}, {"required": ["name"], "not": {"required": ["id"]}}]
WORKFLOW: dict[str, Any] = {
    "workflowId": "find",
    "inputs": {"properties": {"id": {"type": "integer"}, "name": {"type": "string"}}, "oneOf": ONE_OF},
    "steps": [
        {
            "stepId": "look",
            "operationId": "notes_list",
            "parameters": [{"name": name, "in": "query", "value": f"$inputs.{name}"} for name in ("id", "name")],
        }
    ],
}


def test_alternatives_among_inputs_are_held_before_anything_is_sent(
    upstream: Upstream, tmp_path: Path, command: Command
) -> None:
    """Arazzo 1.0.1, 4.6.4: inputs are a JSON Schema, whatever a client takes of it."""
    file = tmp_path / "notes.arazzo.json"
    source = {"name": "notes", "url": "notes.json", "type": "openapi"}
    info = {"title": "Notes", "version": "1"}
    described = {"arazzo": "1.0.1", "info": info, "sourceDescriptions": [source], "workflows": [WORKFLOW]}
    file.write_text(json.dumps(described), encoding="utf-8")
    spec = upstream.serve({**DOCUMENT, "servers": [{"url": upstream.url}]})
    given = ("find", "--spec", spec, "--workflow", str(file))
    assert "Give id, or name." in command("inspect", given[0], *given[1:]).out
    for arguments in ((), ("-a", "id=1", "-a", "name=x")):
        ended = command("call", *given, *arguments)
        assert "invalid_arguments: the workflow 'find' does not take these inputs" in ended.err
    assert not upstream.calls
    command("call", *given, "-a", "name=x")
    assert [one.target for one in upstream.calls] == ["/notes?name=x"]
