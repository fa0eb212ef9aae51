"""What `check` says of workflows that can be served, and are not what their author means."""

import json
from pathlib import Path
from typing import Any

from conftest import Command

NOTE = {"type": "object", "properties": {"id": {"type": "integer"}, "total": {"type": "number"}}}
DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "Notes", "version": "1"},
    "servers": [{"url": "https://notes.example.com"}],
    "paths": {
        "/notes": {
            "get": {
                "operationId": "notes_list",
                "responses": {
                    "200": {"description": "Notes", "content": {"application/json": {"schema": NOTE}}},
                },
            }
        }
    },
}
TEXT = """\
arazzo: 1.0.1
info: {title: Notes, version: 1.0.0}
sourceDescriptions:
- {name: notes, url: notes.json, type: openapi}
workflows:
- workflowId: w
  steps:
  - stepId: look
    operationId: notes_list
    outputs: {id: $response.body#/id}
    outputs: {total: $response.body#/total}
"""


def checked(command: Command, folder: Path, text: str, apis: int = 1) -> list[dict[str, Any]]:
    """Return the problems that `check` finds in a workflow's file over one API, or over two."""
    (folder / "notes.json").write_text(json.dumps(DOCUMENT), encoding="utf-8")
    (folder / "w.arazzo.yaml").write_text(text, encoding="utf-8")
    spec = str(folder / "notes.json")
    named = ["--spec", spec] if apis == 1 else ["--spec", f"notes={spec}", "--spec", f"other={spec}"]
    report = json.loads(command("check", *named, "--workflow", str(folder / "w.arazzo.yaml"), "--json").out)
    found: list[dict[str, Any]] = report["problems"] if apis == 1 else report["workflows"]["problems"]
    return [each for each in found if "w.arazzo.yaml" in each["pointer"]]


def test_a_key_that_stands_twice_in_a_workflow_is_named_with_its_line(tmp_path: Path, command: Command) -> None:
    """RFC 8259, section 4, and YAML 1.2, 3.2.1.3: keys are unique; what stood there before is lost in silence."""
    (found,) = checked(command, tmp_path, TEXT)
    assert (found["severity"], found["line"]) == ("warning", 11)
    assert "the key 'outputs' stands here a second time" in found["message"]
    (found,) = checked(command, tmp_path, TEXT, apis=2)
    assert found["message"] == "keys stand twice in one mapping, the last one counts: 'outputs' (line 11)"


def test_an_output_that_no_answer_has_is_named_with_its_line(tmp_path: Path, command: Command) -> None:
    """Our choice: it would be null in each run."""
    once = TEXT.replace("    outputs: {id: $response.body#/id}\n", "").replace("/total}", "/totl}")
    (found,) = checked(command, tmp_path, once)
    assert (found["severity"], found["line"], found["hint"]) == ("warning", 10, "did you mean 'total'?")
    assert "step 'look': no answer of the operation has '#/totl'" in found["message"]


def test_an_input_that_nothing_uses_is_named_with_its_line(tmp_path: Path, command: Command) -> None:
    """Our choice: a model asks its user for it, and the run is the same without."""
    once = TEXT.replace("    outputs: {id: $response.body#/id}\n", "")
    inputs = "  inputs:\n    type: object\n    properties:\n      size: {type: integer}\n"
    (found,) = checked(command, tmp_path, once.replace("  steps:\n", f"{inputs}  steps:\n"))
    assert (found["severity"], found["line"]) == ("warning", 10)
    assert found["message"] == "workflow 'w': nothing uses the input 'size'; a caller gives it for nothing"
