"""What `inspect` and a start say of the list: in which mode, why, what it costs; and what a tool needs and yields."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from conftest import Command
from support.upstream import description

from openapi_mcp.cli.costs import show_capability


@pytest.fixture
def spec(tmp_path: Path) -> str:
    """A document of four operations."""
    document = description("/a", "/b", "/b/{id}", "/c", server="https://api.example.com")
    (tmp_path / "api.json").write_text(json.dumps(document), encoding="utf-8")
    return "api.json"


def report(command: Command, *options: str) -> dict[str, Any]:
    ended = command("inspect", *options, "--json")
    assert ended.status == 0, ended.err
    found: dict[str, Any] = ended.json
    return found


def test_inspect_says_the_mode_why_and_what_each_form_costs(command: Command, spec: str) -> None:
    """Issue 6: the choice and cost stand in `inspect`."""
    found = report(command, "--spec", spec)
    assert (found["mode"], found["context_budget"], found["list_style"]) == ("tools", 20_000, "full")
    tokens = -(-found["cost"]["bytes"] // 4)
    assert found["mode_reason"].startswith(f"the list of 5 tools costs about {tokens} tokens")
    assert list(found["costs"]) == ["full", "compact", "search"]
    assert found["costs"]["full"] == found["cost"]
    assert found["costs"]["full"]["tokens"] > found["costs"]["compact"]["tokens"]
    assert found["costs"]["search"]["tools"] == 4


@pytest.mark.parametrize(
    ("options", "form", "mode", "tools"),
    [
        ([], "full", "tools", 5),
        (["--list-style", "compact"], "compact", "tools", 6),
        (["--mode", "search"], "search", "search", 4),
        (["--context-budget", "100"], "search", "search", 4),
    ],
)
def test_the_cost_is_that_of_the_list_which_is_served(
    command: Command, spec: str, options: list[str], form: str, mode: str, tools: int
) -> None:
    """Issue 6: whichever was chosen; each form costs the same from wherever one looks."""
    plain, found = report(command, "--spec", spec), report(command, "--spec", spec, *options)
    assert (found["mode"], found["cost"], found["cost"]["tools"]) == (mode, found["costs"][form], tools)
    assert found["costs"] == plain["costs"]
    assert [tool["name"] for tool in found["tools"]] == [tool["name"] for tool in plain["tools"]]


def test_the_bytes_of_a_tool_are_those_of_the_list_that_is_served(command: Command, spec: str) -> None:
    """design.md, Commands. Its description is whole in any style."""
    full, compact = (report(command, "--spec", spec, "--list-style", style) for style in ("full", "compact"))
    for one, other in zip(full["tools"], compact["tools"], strict=True):
        assert one["bytes"] > other["bytes"]
        assert one["description"] == other["description"]


def test_the_table_has_a_line_for_each_form_and_marks_the_one_that_is_served(command: Command, spec: str) -> None:
    """Issue 6, Enrichment: the cost of each in `inspect`."""
    out = command("inspect", "--spec", spec, "--list-style", "compact").out
    assert re.search(
        r"^tools mode: the list of 6 tools costs about \d+ tokens, within --context-budget 20000$", out, re.MULTILINE
    )
    lines = re.findall(r"^  (\w+) +([\d,]+) tools +([\d,]+) bytes +([\d,]+) tokens(.*)$", out, re.MULTILINE)
    assert [(line[0], line[1], line[4]) for line in lines] == [
        ("full", "5", ""),
        ("compact", "6", "  <- served"),
        ("search", "4", ""),
    ]
    searched = command("inspect", "--spec", spec, "--mode", "search").out
    assert "search mode: as --mode says\n" in searched
    assert re.search(r"^  search .* tokens  <- served$", searched, re.MULTILINE)


def test_several_apis_cost_what_they_cost_together(command: Command, spec: str) -> None:
    """Issue 6: one list, one mode."""
    options = ("--spec", f"one={spec}", "--spec", f"two={spec}")
    found = report(command, *options)
    assert (found["mode"], found["cost"]) == ("tools", found["costs"]["full"])
    assert found["cost"]["tools"] == 9
    tokens = -(-found["cost"]["bytes"] // 4)
    assert found["mode_reason"].startswith(f"the list of 9 tools costs about {tokens} tokens")
    searched = report(command, *options, "--mode", "search")
    assert searched["cost"] == searched["costs"]["search"] == found["costs"]["search"]
    assert [tool["name"] for tool in searched["extra_tools"]] == [
        "search_operations", "describe_operations", "call_operation", "read_result",
    ]  # fmt: skip
    assert len(searched["tools"]) == 8
    compact = report(command, *options, "--mode", "tools", "--list-style", "compact")
    assert compact["cost"] == compact["costs"]["compact"] == found["costs"]["compact"]
    assert [tool["name"] for tool in compact["extra_tools"]] == ["describe_operations", "read_result"]
    assert compact["cost"]["tools"] == 10


def test_what_a_tool_needs_and_yields_is_shown_with_where_it_comes_from(
    capsysbinary: pytest.CaptureFixture[bytes],
) -> None:
    """Issue 6, Needs and yields."""
    source = {"tool": "customers_list", "method": "GET", "path": "/customers", "field": "results[].id"}
    show_capability(
        {
            "needs": [
                {"argument": "customer", "entity": "customer", "from": [source] * 4},
                {"argument": "warehouse", "entity": "warehouse", "from": []},
                {"argument": "shelf", "entity": "shelf", "from": [], "required": False},
            ],
            "yields": [{"entity": "order", "field": "id"}, {"entity": "customer", "field": "customer"}],
        }
    )
    assert capsysbinary.readouterr().out.decode() == (
        "needs customer: customer, from customers_list (results[].id), customers_list (results[].id), "
        "customers_list (results[].id)\n"
        "needs warehouse: warehouse\n"
        "can be given shelf: shelf\n"
        "yields order (id), customer (customer)\n"
    )
    show_capability({"needs": [], "yields": []})
    assert capsysbinary.readouterr().out == b""
