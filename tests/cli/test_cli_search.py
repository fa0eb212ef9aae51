"""`openapi-mcp search`: what a model would be offered for some words."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from conftest import Command, Shop
from support.capable import capabilities, need
from support.hidden import Without
from support.upstream import description

from openapi_mcp.index import capabilities as room
from openapi_mcp.model.capability import Capabilities
from openapi_mcp.model.tool import Tool

KNOWN = capabilities({"orders": [], "customers": [need("id", "POST weather", "orders", entity="customer")]})


@pytest.fixture
def _known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a customer's id come from the orders, whatever the documents say."""

    def known(_tools: Sequence[Tool], _schemas: object) -> Capabilities:
        return KNOWN

    monkeypatch.setattr(room, "find_capabilities", known)


def write(folder: Path, name: str = "api.json", *paths: str, **more: Any) -> str:
    document = description(*(paths or ("/orders", "/customers/{id}", "/weather")), **more)
    (folder / name).write_text(json.dumps(document), encoding="utf-8")
    return name


@pytest.mark.usefixtures("_known")
def test_json_has_the_shape_that_design_md_says(command: Command, tmp_path: Path) -> None:
    """design.md, Commands, with the plan of issue 6; needs in full."""
    ended = command("search", "--spec", write(tmp_path), "--json", "customers")
    assert (ended.status, ended.err) == (0, "")
    report = ended.json
    assert list(report) == ["query", "results", "plan"]
    result = report["results"][0]
    assert result.pop("score") > 0
    sources = [
        {"tool": "weather", "method": "POST", "path": "/weather", "field": "results[].id"},
        {"tool": "orders", "method": "GET", "path": "/orders", "field": "results[].id"},
    ]
    assert result == {
        "name": "customers",
        "method": "GET",
        "path": "/customers/{id}",
        "summary": "Customers",
        "needs": [{"argument": "id", "entity": "customer", "from": sources}],
        "yields": [],
    }
    assert (report["query"], report["plan"]) == ("customers", "orders -> customers(id)")


@pytest.mark.usefixtures("_known")
def test_a_person_sees_a_table_and_the_plan(command: Command, tmp_path: Path) -> None:
    """style.md, CLI: the best source alone is enough for a person."""
    ended = command("search", "--spec", write(tmp_path), "customers")
    assert (ended.status, ended.err) == (0, "")
    (row,) = [line for line in ended.out.splitlines() if "/customers/{id}" in line]  # others come along
    assert [cell.strip() for cell in row.strip("│").split("│")] == [
        "customers",
        "GET /customers/{id}",
        "Customers",
        "id, from weather",
    ]
    assert ended.out.endswith("plan: orders -> customers(id)\n")


def test_what_can_be_left_out_is_told_as_such(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Our choice: `"required": false`, and brackets for a person; what is required says nothing."""
    known = capabilities({"orders": [need("id", "weather", is_required=False), need("code", "weather")]})
    monkeypatch.setattr(room, "find_capabilities", lambda _tools, _schemas: known)
    needs = command("search", "--spec", write(tmp_path), "--json", "orders").json["results"][0]["needs"]
    assert [(need["argument"], need.get("required")) for need in needs] == [("id", False), ("code", None)]
    out = command("search", "--spec", write(tmp_path), "orders").out
    assert "[id, from weather]" in out
    assert " code, from weather" in out


def test_the_shop_is_searched_best_first_and_not_beyond_the_limit(command: Command, shop: Shop) -> None:
    """Issue 6: what a model would be offered."""
    said = ("search", "--spec", shop.spec, "--methods", "all", "--json", "cancel an order")
    results = command(*said, "--limit", "2").json["results"]
    assert len(results) == 2
    assert results[0]["name"] == "orders_cancel_create"
    assert results[0]["score"] >= results[1]["score"]
    assert len(command(*said).json["results"]) > 2


def test_filters_bind_the_search(command: Command, shop: Shop) -> None:
    """Issue 6: as they bind the list."""
    results = command("search", "--spec", shop.spec, "--json", "cancel an order").json["results"]
    assert {result["method"] for result in results} == {"GET"}


def test_what_finds_nothing_says_what_to_try(command: Command, tmp_path: Path) -> None:
    """Our choice: it is no error, and the JSON is whole."""
    ended = command("search", "--spec", write(tmp_path), "--json", "zebra")
    assert (ended.status, ended.json) == (0, {"query": "zebra", "results": [], "plan": ""})
    assert ended.err == (
        "nothing was found: say what is to be read or changed in other words, or widen --methods and --include\n"
    )
    assert command("search", "--spec", write(tmp_path), "zebra").out == ""


@pytest.mark.parametrize(("options", "found"), [((), []), (("--semantic",), ["markets"])])
def test_it_goes_by_meaning_where_that_is_asked_for(
    command: Command, tmp_path: Path, options: tuple[str, ...], found: list[str]
) -> None:
    """Issue 6: what a model would be offered, with the same options."""
    document = description("/volume", "/markets", "/next")
    document["paths"]["/markets"]["get"]["summary"] = "Countries where it is available"
    (tmp_path / "api.json").write_text(json.dumps(document), encoding="utf-8")
    ended = command("search", "--spec", "api.json", "--json", "--limit", "1", *options, "Brazil")
    assert [result["name"] for result in ended.json["results"]] == found


def test_without_the_extra_it_ends_before_anything_is_loaded(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """design.md, Dependencies: a command that lacks its extra says so."""
    monkeypatch.setattr(sys, "meta_path", [Without("wordllama")])
    ended = command("search", "--spec", "no-such-file.json", "--semantic", "Brazil")
    assert (ended.status, ended.out) == (2, "")
    assert "--semantic" in ended.err


def test_operations_whose_methods_are_not_enabled_are_counted(command: Command, tmp_path: Path) -> None:
    """style.md, Errors: nothing is dropped in silence."""
    document = description("/orders", "/customers")
    for path in document["paths"].values():
        path.update(post={"responses": {}}, delete={"responses": {}})
    (tmp_path / "api.json").write_text(json.dumps(document), encoding="utf-8")
    said = ("search", "--spec", "api.json", "orders")
    assert command(*said, "--exclude", "/customers").err == (
        "4 operations are not offered: their methods are not enabled (--methods, --allow)\n"
    )
    assert command(*said, "--methods", "get,delete", "--allow", "POST /orders").err == (
        "1 operation is not offered: its method is not enabled (--methods, --allow)\n"
    )
    assert command(*said, "--methods", "all", "--exclude", "/customers").err == ""
    assert command(*said, "--quiet").err == ""


def test_several_apis_are_searched_as_one(command: Command, tmp_path: Path) -> None:
    """design.md, Options: tools are prefixed."""
    spec = ("--spec", f"shop={write(tmp_path)}", "--spec", f"post={write(tmp_path, 'post.json', '/orders', '/mails')}")
    report = command("search", *spec, "--json", "orders").json
    assert {result["name"] for result in report["results"]} == {"shop_orders", "post_orders"}


def test_an_api_that_is_not_there_does_not_hide_the_others(command: Command, tmp_path: Path) -> None:
    """As `inspect` of several."""
    spec = ("--spec", "gone=gone.json", "--spec", f"shop={write(tmp_path)}")
    ended = command("search", *spec, "--json", "orders")
    assert [result["name"] for result in ended.json["results"]] == ["shop_orders"]
    assert ended.err.startswith("warning: the API 'gone' is left out: ")
    none = command("search", "--spec", "gone=gone.json", "--spec", "lost=lost.json", "orders")
    assert (none.status, none.out) == (3, "")
    assert "(the API 'gone')" in none.err


def test_a_limit_below_one_is_refused(command: Command, tmp_path: Path) -> None:
    """style.md, Errors."""
    ended = command("search", "--spec", write(tmp_path), "orders", "--limit", "0")
    assert (ended.status, ended.out) == (2, "")
    assert ended.err == "error: 0 is no number of tools\n   at: --limit\n  fix: give 1 or more\n"


def test_a_document_cannot_write_to_the_terminal(command: Command, tmp_path: Path) -> None:
    """security.md: markup and escapes of a summary stay text."""
    document = description("/orders")
    document["paths"]["/orders"]["get"]["summary"] = "[red]List\x1b[2J orders[/red]"
    (tmp_path / "api.json").write_text(json.dumps(document), encoding="utf-8")
    ended = command("search", "--spec", "api.json", "orders")
    assert "\x1b" not in ended.out
    assert "[red]List orders[/red]" in ended.out
