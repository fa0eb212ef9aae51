"""OpenAPI Overlays, applied before anything else."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from openapi_mcp.errors import DocumentError, SourceError
from openapi_mcp.loader.load import load
from openapi_mcp.loader.overlay import apply_overlay
from openapi_mcp.loader.source import FileSource
from openapi_mcp.model.document import Severity

ROOT: dict[str, Any] = {
    "openapi": "3.1.1",
    "info": {"title": "T"},
    "tags": ["a", "b", "c"],
    "paths": {"/a": {"get": {"summary": "One", "tags": ["x"]}, "post": {}}, "/b": {"get": {"x-internal": True}}},
}


def applied(*actions: Any, overlay: Any = "1.1.0") -> tuple[Any, list[str]]:
    """Return the document with these actions done, and the messages of the problems."""
    root, problems = apply_overlay(deepcopy(ROOT), {"overlay": overlay, "actions": list(actions)}, where="o.yaml")
    return root, [problem.message for problem in problems]


@pytest.mark.spec("Overlay 1.1.0 Action Object")
@pytest.mark.parametrize(
    ("action", "path", "expected"),
    [
        ({"target": "$.info", "update": {"version": "2"}}, ["info"], {"title": "T", "version": "2"}),
        ({"target": "$", "update": {"info": {"title": "N"}}}, ["info"], {"title": "N"}),
        ({"target": "$.tags", "update": "d"}, ["tags"], ["a", "b", "c", "d"]),
        ({"target": "$.paths['/a'].get", "update": {"tags": ["y"]}}, ["paths", "/a", "get", "tags"], ["x", "y"]),
        ({"target": "$.info.title", "update": "N"}, ["info", "title"], "N"),
        ({"target": "$.tags[0,2]", "remove": True}, ["tags"], ["b"]),
        ({"target": "$.tags[*]", "remove": True}, ["tags"], []),
        ({"target": "$.paths.*[?@['x-internal']]", "remove": True}, ["paths", "/b"], {}),
        ({"target": "$.paths['/a']['get', 'post']", "remove": True}, ["paths", "/a"], {}),
        ({"target": "$..summary", "update": "N"}, ["paths", "/a", "get", "summary"], "N"),
        ({"target": "$.paths['/b']", "copy": "$.paths['/a']"}, ["paths", "/b", "get"],
         {"x-internal": True, "summary": "One", "tags": ["x"]}),
        ({"target": "$.info", "copy": "$.paths['/a'].get", "update": {"title": "N"}}, ["info"],
         {"title": "N", "summary": "One", "tags": ["x"]}),
        ({"target": "$", "remove": True}, ["openapi"], "3.1.1"),
    ],
)  # fmt: skip
def test_an_action_updates_copies_or_removes_what_it_selects(action: Any, path: list[str], expected: Any) -> None:
    """Objects merge, arrays grow, other values are replaced."""
    node, problems = applied(action)
    for step in path:
        node = node[step]
    assert (node, problems) == (expected, [])


def test_actions_are_done_in_order_and_copies_are_their_own() -> None:
    """Overlay 1.1.0, Overlay Object: sequentially."""
    root, _ = applied(
        {"target": "$.paths", "update": {"/c": {}}},
        {"target": "$.paths['/c']", "copy": "$.paths['/a']"},
        {"target": "$.paths['/c'].get", "update": {"summary": "Three"}},
    )
    assert (root["paths"]["/c"]["get"]["summary"], root["paths"]["/a"]["get"]["summary"]) == ("Three", "One")


def test_one_update_of_many_is_not_shared_between_them() -> None:
    """A later action on one of them changes no other."""
    root, _ = applied(
        {"target": "$.paths.*.get", "update": {"x": {"n": []}}},
        {"target": "$.paths['/a'].get.x.n", "update": 1},
    )
    assert [item["get"]["x"] for item in root["paths"].values()] == [{"n": [1]}, {"n": []}]


def test_an_action_that_matches_nothing_is_a_problem() -> None:
    """Issue 3: an overlay action that matches nothing is a Problem."""
    root, problems = apply_overlay(
        deepcopy(ROOT), {"overlay": "1.0.0", "actions": [{"target": "$.nowhere", "remove": True}]}, where="o.yaml"
    )
    assert root == ROOT
    (problem,) = problems
    assert (problem.severity, problem.pointer) == (Severity.WARNING, "o.yaml#/actions/0")
    assert problem.message == "the overlay's target '$.nowhere' matches nothing"


@pytest.mark.spec("Overlay 1.1.0 Action Object")
@pytest.mark.parametrize(
    ("action", "said"),
    [
        ({"target": "$.info", "copy": "$.no", "update": {"x": 1}}, "the overlay's copy matches 0 places"),
        ({"target": "$.info", "copy": "$.paths.*", "update": {"x": 1}}, "the overlay's copy matches 2 places"),
        ({"target": "$.info", "updte": {"x": 1}}, "an overlay's action has no field 'updte'"),
        ({"target": "$.info", "remove": "true"}, "the `remove` of an overlay's action is not true or false"),
    ],
)
def test_what_an_action_does_not_do_is_a_problem(action: Any, said: str) -> None:
    """style.md, Errors: nothing is dropped in silence. A copy is of one node."""
    root, (problem,) = applied(action)
    assert problem.startswith(said)
    assert root == ROOT


def test_words_of_its_own_are_no_problem() -> None:
    """Overlay 1.1.0, Specification Extensions."""
    assert applied({"target": "$.info", "x-why": 1, "description": "d", "remove": False})[1] == []


@pytest.mark.parametrize(
    ("target", "said", "where"),
    [
        ("$[?" + "!" * 5000 + "@.a]", "the JSONPath is nested too deeply", "o.yaml#/actions/0/target"),
        ("$" + ".a" * 20000, "the JSONPath cannot be followed", "o.yaml#/actions/0"),
        ("$..x", "the JSONPath cannot be followed", "o.yaml#/actions/0"),
    ],
)
def test_a_path_that_leads_too_deep_is_refused_with_its_place(target: str, said: str, where: str) -> None:
    """style.md, Errors: where, and what to do; no traceback."""
    root: Any = {}
    for _ in range(150):
        root = {"a": root}
    with pytest.raises(DocumentError, match=said) as raised:
        apply_overlay(root, {"overlay": "1.0.0", "actions": [{"target": target}]}, where="o.yaml")
    assert raised.value.where == where


@pytest.mark.parametrize(
    ("overlay", "said", "where"),
    [
        ({"actions": []}, "this is not an OpenAPI Overlay 1.x", "o.yaml"),
        ([], "this is not an OpenAPI Overlay 1.x", "o.yaml"),
        ({"overlay": "2.0.0", "actions": []}, "this is not an OpenAPI Overlay 1.x", "o.yaml"),
        ({"overlay": "1.0.0"}, "the overlay has no actions", "o.yaml"),
        ({"overlay": "1.0.0", "actions": {}}, "the overlay has no actions", "o.yaml"),
        ({"overlay": "1.0.0", "actions": [3]}, "an action is not an object", "o.yaml#/actions/0"),
        ({"overlay": "1.0.0", "actions": [{}]}, "not a JSONPath", "o.yaml#/actions/0/target"),
        ({"overlay": "1.0.0", "actions": [{"target": "$["}]}, "not a JSONPath", "o.yaml#/actions/0/target"),
        ({"overlay": "1.1.0", "actions": [{"target": "$", "copy": 3}]}, "not a JSONPath", "o.yaml#/actions/0/copy"),
    ],
)
def test_what_is_no_overlay_is_refused_with_its_place(overlay: Any, said: str, where: str) -> None:
    """style.md, Errors: what the operator gave is not passed over."""
    with pytest.raises(DocumentError, match=said) as raised:
        apply_overlay(deepcopy(ROOT), overlay, where="o.yaml")
    assert raised.value.where == where


@pytest.mark.anyio
async def test_overlays_come_before_anything_else_and_one_after_the_other(tmp_path: Path) -> None:
    """Issue 3: several, before anything else: one may bring a reference to another file, or mend a version."""
    root = {**ROOT, "openapi": "9.9"}
    first = {"overlay": "1.0.0", "actions": [{"target": "$", "update": {"openapi": "3.1.0"}}]}
    path = {"/c": {"$ref": "c.json"}}
    second = {
        "overlay": "1.0.0",
        "actions": [{"target": "$.paths", "update": path}, {"target": "$.info.x", "remove": True}],
    }
    for name, content in {"r.json": root, "1.json": first, "2.json": second, "c.json": {"get": {}}}.items():
        (tmp_path / name).write_text(json.dumps(content), encoding="utf-8")
    overlays = [FileSource(path=tmp_path / name) for name in ("1.json", "2.json")]
    document = await load(str(tmp_path / "r.json"), overlays=overlays)
    assert [(op.method, op.path) for op in document.operations if op.path == "/c"] == [("GET", "/c")]
    assert [problem.message for problem in document.problems] == ["the overlay's target '$.info.x' matches nothing"]
    with pytest.raises(SourceError):
        await load(str(tmp_path / "r.json"), overlays=[FileSource(path=tmp_path / "no.json")])
