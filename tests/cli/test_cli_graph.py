"""`openapi-mcp inspect --graph FILE`: a picture of what tools need and yield."""

import json
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

import pytest
from conftest import Command, Shop
from support.capable import capabilities, need
from support.upstream import description

from openapi_mcp.index import capabilities as room
from openapi_mcp.model.capability import Capabilities
from openapi_mcp.model.tool import Tool

PATHS = ("/customers", "/orders/{id}", "/weather")


@pytest.fixture(autouse=True)
def _known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let an order's id come from the customers, whatever the documents say."""

    def known(tools: Sequence[Tool], _schemas: object) -> Capabilities:
        (prefix,) = {tool.name.rpartition("_")[0] for tool in tools} if len(tools) == len(PATHS) else {""}
        source, target = (f"{prefix}_{name}".removeprefix("_") for name in ("customers", "orders"))
        return capabilities({target: [need("id", source, entity="order")]})

    monkeypatch.setattr(room, "find_capabilities", known)


def write(folder: Path, name: str = "api.json", title: str = "Shop") -> str:
    document = {**description(*PATHS), "info": {"title": title, "version": "1"}}
    (folder / name).write_text(json.dumps(document), encoding="utf-8")
    return name


@pytest.mark.parametrize(
    ("name", "begins"),
    [
        ("tools.svg", '<?xml version="1.0" encoding="UTF-8"?>\n<svg '),
        ("tools.html", "<!DOCTYPE html>\n"),
        ("TOOLS.DOT", 'digraph "Shop 1" {\n'),
        ("tools.json", '{\n  "nodes": [\n'),
    ],
)
def test_the_suffix_says_what_is_written(command: Command, tmp_path: Path, name: str, begins: str) -> None:
    """Issue 6: SVG or HTML file, plus DOT and JSON."""
    ended = command("inspect", "--spec", write(tmp_path), "--graph", name)
    assert (ended.status, ended.out) == (0, "")
    assert ended.err == f"3 tools and 1 edges written to {name}\n"
    assert (tmp_path / name).read_text(encoding="utf-8").startswith(begins)


def test_json_has_nodes_and_edges(command: Command, tmp_path: Path) -> None:
    """Issue 6: keys only grow."""
    command("inspect", "--spec", write(tmp_path), "--graph", "tools.json")
    graph = json.loads((tmp_path / "tools.json").read_text(encoding="utf-8"))
    assert [node["tool"] for node in graph["nodes"]] == ["customers", "orders", "weather"]
    assert graph["edges"] == [
        {
            "from": "customers", "to": "orders", "argument": "id", "entity": "order", "field": "results[].id",
            "rank": 1,
        }
    ]  # fmt: skip


def test_with_a_tool_only_what_is_around_it_is_drawn(command: Command, tmp_path: Path) -> None:
    """Our choice: a large document, and one question."""
    ended = command("inspect", "--spec", write(tmp_path), "orders", "--graph", "tools.json")
    assert ended.err == "2 tools and 1 edges written to tools.json\n"
    missing = command("inspect", "--spec", write(tmp_path), "nothing", "--graph", "none.json")
    assert (missing.status, missing.err.splitlines()[0]) == (2, "error: there is no tool 'nothing'")
    assert not (tmp_path / "none.json").exists()


@pytest.mark.parametrize(("name", "has_all"), [("a.html", False), ("a.svg", False), ("a.json", True), ("a.dot", True)])
def test_what_a_picture_leaves_out_is_said(command: Command, tmp_path: Path, name: str, *, has_all: bool) -> None:
    """Nothing is dropped in silence; a file that is no picture has all."""
    (tmp_path / "api.json").write_text(json.dumps(description(*(f"/r{n}" for n in range(170)))), encoding="utf-8")
    ended = command("inspect", "--spec", "api.json", "--graph", name)
    assert ended.err.startswith(f"170 tools and 0 edges written to {name}\n")
    left_out = "of 170 resources the 150 that most edges join are drawn; 20 tools left out"
    assert (left_out in ended.err) is not has_all
    assert (left_out in (tmp_path / name).read_text(encoding="utf-8")) is not has_all


def test_several_apis_stand_in_one_picture(command: Command, tmp_path: Path) -> None:
    """design.md, Options: tools are prefixed."""
    spec = ("--spec", f"shop={write(tmp_path)}", "--spec", f"post={write(tmp_path, 'post.json', 'Post')}")
    ended = command("inspect", *spec, "--graph", "tools.dot")
    assert ended.err == "6 tools and 2 edges written to tools.dot\n"
    text = (tmp_path / "tools.dot").read_text(encoding="utf-8")
    assert text.startswith('digraph "Shop 1, Post 1" {')
    assert 'label="post: orders";' in text
    one = command("inspect", *spec, "post_orders", "--graph", "one.json")
    assert one.err == "2 tools and 1 edges written to one.json\n"


def test_the_shop_is_a_picture_that_asks_for_nothing(command: Command, shop: Shop, tmp_path: Path) -> None:
    """Issue 6: each tool is there, whether anything leads to it or not."""
    command("inspect", "--spec", shop.spec, "--methods", "all", "--graph", "shop.svg")
    root = ElementTree.fromstring((tmp_path / "shop.svg").read_text(encoding="utf-8"))
    assert len([element for element in root.iter() if element.get("data-key")]) == 21


@pytest.mark.parametrize(
    ("name", "said"), [("tools.png", "'.png'"), ("tools", "a file without a suffix"), ("-", "a file")]
)
def test_another_suffix_is_refused_before_anything_is_loaded(command: Command, name: str, said: str) -> None:
    """style.md, Errors: what there is instead."""
    ended = command("inspect", "--spec", "missing.json", "--graph", name)
    assert ended.status == 2
    assert f"error: no picture is written as {said}" in ended.err
    assert "   at: --graph\n  fix: name a file that ends with .svg, .html, .dot, .json\n" in ended.err


def test_what_the_tools_are_made_from_is_never_written_over(command: Command, tmp_path: Path) -> None:
    """security.md: no file of the operator's is lost; by whatever name."""
    write(tmp_path)
    (tmp_path / "link.json").hardlink_to(tmp_path / "api.json")
    (tmp_path / "overlay.json").write_text(
        '{"overlay": "1.0.0", "info": {"title": "x", "version": "1"}, "actions": []}'
    )
    (tmp_path / "settings.json").write_text('spec = "api.json"\noverlay = ["overlay.json"]\n')
    kept = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    for options in (
        ("--spec", "api.json", "--graph", "./api.json"),
        ("--spec", f"file://{tmp_path}/api.json", "--graph", "link.json"),
        ("--config", "settings.json", "--graph", "overlay.json"),
        ("--config", "settings.json", "--graph", "settings.json"),
        ("--spec", "one=api.json", "--spec", "two=link.json", "--graph", "link.json"),
    ):
        ended = command("inspect", *options)
        said = f"error: {options[-1]} is read, and would be overwritten\n   at: --graph\n  fix: name another file\n"
        assert (ended.status, ended.out, ended.err) == (2, "", said)
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == kept


def test_a_file_that_a_document_refers_to_is_not_written_over(command: Command, tmp_path: Path) -> None:
    """As the document itself; it is known once that is loaded."""
    document = {**description(*PATHS)}
    document["paths"]["/customers"] = {"$ref": "customers.json"}
    (tmp_path / "customers.json").write_text('{"get": {"operationId": "customers", "responses": {}}}')
    (tmp_path / "api.json").write_text(json.dumps(document))
    ended = command("inspect", "--spec", "api.json", "--graph", "customers.json")
    assert (ended.status, ended.out) == (2, "")
    assert "customers.json is read, and would be overwritten" in ended.err
    assert command("inspect", "--spec", "api.json", "--graph", "other.json").status == 0


def test_a_file_that_cannot_be_written_is_named(command: Command, tmp_path: Path) -> None:
    """style.md, Errors."""
    ended = command("inspect", "--spec", write(tmp_path), "--graph", "no/such/folder.svg")
    assert (ended.status, ended.out) == (2, "")
    assert ended.err.startswith("error: the picture cannot be written: No such file or directory\n")
    assert "no/such/folder.svg" in ended.err.replace("\\", "/")


def test_two_answers_at_once_are_refused(command: Command, tmp_path: Path) -> None:
    """Our choice: --graph writes a file, --json to stdout."""
    ended = command("inspect", "--spec", write(tmp_path), "--graph", "tools.svg", "--json")
    assert (ended.status, ended.out) == (2, "")
    assert "fix: give one of them; --graph FILE.json writes the graph as JSON" in ended.err
