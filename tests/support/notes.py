"""An API of notes, and workflows over it, for commands that call them."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from support.upstream import Answer, Upstream

PATHS = {
    "/notes": {
        "get": {"operationId": "notes_list", "responses": {}},
        "post": {"operationId": "notes_note", "responses": {}},
        "delete": {"operationId": "notes_drop", "responses": {}},
    },
    "/hang": {"put": {"operationId": "notes_hang", "responses": {}}},
}


def serve_notes(upstream: Upstream, folder: Path, workflows: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Serve notes, and return the options for workflows of these steps: each the end of an operation's id."""
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Notes", "version": "1"},
        "servers": [{"url": upstream.url}],
        "paths": PATHS,
    }
    arazzo = {
        "arazzo": "1.0.1",
        "info": {"title": "Notes", "version": "1"},
        "sourceDescriptions": [{"name": "notes", "url": "notes.json", "type": "openapi"}],
        "workflows": [
            {"workflowId": name, "steps": [{"stepId": step, "operationId": f"notes_{step}"} for step in steps]}
            for name, steps in workflows.items()
        ],
    }
    file = folder / "notes.arazzo.json"
    file.write_text(json.dumps(arazzo), encoding="utf-8")
    upstream.answers["/notes"] = Answer(b"{}")
    return ("--spec", upstream.serve(document), "--methods", "all", "--workflow", str(file))
