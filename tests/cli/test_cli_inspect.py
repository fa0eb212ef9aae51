"""`openapi-mcp inspect`: the tools as a table, one in full, all as JSON."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from conftest import Command, Shop
from support.child import clean_environment, running
from support.upstream import description


def write(folder: Path, document: dict[str, Any] | str) -> str:
    """Write a document into the folder; return what to give to --spec."""
    text = document if isinstance(document, str) else json.dumps(document)
    (folder / "api.json").write_text(text, encoding="utf-8")
    return "api.json"


def test_json_has_the_shape_that_design_md_says(command: Command, shop: Shop) -> None:
    """design.md, Commands: keys only grow."""
    ended = command("inspect", "--spec", shop.spec, "--methods", "all", "--json")
    assert (ended.status, ended.err) == (0, "")
    report = ended.json
    assert list(report) == [
        "document", "mode", "mode_reason", "context_budget", "list_style", "cost", "costs", "tools", "extra_tools",
        "skipped", "problems",
    ]  # fmt: skip
    assert report["document"] == {
        "title": "Shop",
        "version": "1.0.0",
        "openapi": "3.0.3",
        "source": shop.spec,
        "base_url": f"{shop.url}/",
        "base_url_assumed": True,
    }
    assert report["mode"] == "tools"
    assert list(report["cost"]) == ["tools", "bytes", "tokens"]
    assert (report["cost"]["tools"], len(report["tools"])) == (22, 21)
    assert [tool["name"] for tool in report["extra_tools"]] == ["read_result"]
    assert report["cost"]["tokens"] == report["cost"]["bytes"] // 4
    assert (report["skipped"], report["problems"]) == ([], [])
    for tool in report["tools"]:
        assert list(tool) == [
            "name", "title", "description", "method", "path", "operation_id", "tags", "input_schema", "output_schema",
            "annotations", "needs", "yields", "bytes", "auth",
        ]  # fmt: skip
        assert tool["output_schema"] is None
        assert all({*need} - {"required"} == {"argument", "entity", "from"} for need in tool["needs"])
        assert all(set(each) == {"entity", "field"} for each in tool["yields"])


def test_json_tells_a_tool_as_the_list_carries_it(command: Command, tmp_path: Path) -> None:
    """design.md, Commands."""
    document = description("/things/{id}", server="https://api.example.com/v1")
    (tool,) = command("inspect", "--spec", write(tmp_path, document), "--json").json["tools"]
    size = tool.pop("bytes")
    assert tool == {
        "name": "things",
        "title": "Things",
        "description": "Things. GET /things/{id}\nReturns: Well.",
        "method": "GET",
        "path": "/things/{id}",
        "operation_id": "things",
        "tags": [],
        "input_schema": {
            "type": "object",
            "properties": {"n": {"type": "integer"}, "id": {"type": "string"}},
            "required": ["id"],
        },
        "output_schema": None,
        "annotations": {
            "readOnlyHint": True,
            "destructiveHint": False,
            "idempotentHint": True,
            "openWorldHint": True,
        },
        "auth": {"security": None, "missing": [], "hint": None},
        "needs": [{"argument": "id", "entity": "thing", "from": []}],
        "yields": [],
    }
    assert size > 200


def test_the_cost_is_that_of_the_list_which_a_client_really_gets(command: Command, shop: Shop, tmp_path: Path) -> None:
    """design.md, Commands: of the tools/list answer."""
    report = command("inspect", "--spec", shop.spec, "--json").json
    with running("serve", "--spec", shop.spec, folder=tmp_path) as child:
        child.open()
        tools = child.request("tools/list")["result"]["tools"]
    sizes = [len(json.dumps(tool, separators=(",", ":"), ensure_ascii=False).encode()) for tool in tools]
    assert [
        *(tool["bytes"] for tool in report["tools"]),
        len(json.dumps(report["extra_tools"][0], separators=(",", ":"))),
    ] == sizes
    assert report["cost"]["bytes"] == sum(sizes) + len(sizes) - 1 + len('{"tools":[]}')


def test_what_is_left_out_is_named_with_place_and_reason(command: Command, tmp_path: Path) -> None:
    """design.md, Commands: never silently; security.md 21."""
    document = description("/a", "/b/{id}", server="https://api.example.com")
    document["paths"]["/a"]["post"] = {"operationId": "write", "responses": {}}
    document["paths"]["/b/{id}"]["get"]["parameters"][0] = {"name": "n", "in": "nowhere", "required": True}
    report = command("inspect", "--spec", write(tmp_path, document), "--json").json
    assert [tool["name"] for tool in report["tools"]] == ["a"]
    assert report["skipped"] == [
        {
            "method": "GET",
            "path": "/b/{id}",
            "pointer": "#/paths/~1b~1{id}/get/parameters/0",
            "reason": "a parameter whose `in` is 'nowhere'",
            "tool": None,
        },
        {
            "method": "POST",
            "path": "/a",
            "pointer": "#/paths/~1a/post",
            "reason": "method POST is not enabled (--methods, --allow)",
            "tool": "write",
        },
    ]
    (problem,) = report["problems"]
    assert list(problem) == ["severity", "pointer", "message", "hint"]
    assert (problem["severity"], problem["pointer"]) == ("error", "#/paths/~1b~1{id}/get/parameters/0")


def test_the_table_names_every_tool_its_operation_and_what_was_left_out(command: Command, shop: Shop) -> None:
    """design.md, Commands. A pipe has no width: nothing is cut."""
    ended = command("inspect", "--spec", shop.spec)
    assert (ended.status, ended.err) == (0, "")
    assert re.search(r"products_label_retrieve .* GET /api/products/\{id\}/label/ .* Get a product's label", ended.out)
    assert re.search(r"^9 tools, [\d,]+ bytes listed \(about [\d,]+ tokens\)$", ended.out, re.MULTILINE)
    assert (
        f"base URL: {shop.url}/\n"
        "  the document names no server; where that is not the API's address, --base-url says it\n"
    ) in ended.out
    assert "13 operations left out:\n" in ended.out
    assert "  DELETE /api/orders/{id}/: method DELETE is not enabled (--methods, --allow)\n" in ended.out
    assert "…" not in ended.out


def test_the_table_shows_twenty_of_what_was_left_out_and_counts_the_rest(command: Command, tmp_path: Path) -> None:
    """Our choice: the table stays readable, --json lists all."""
    document = description("/a", server="https://api.example.com")
    document["paths"].update({f"/w{n}": {"post": {"responses": {}}} for n in range(25)})
    ended = command("inspect", "--spec", write(tmp_path, document))
    assert "25 operations left out:\n" in ended.out
    assert ended.out.endswith("  and 5 more (--json lists all)\n")


def test_a_document_without_a_usable_server_says_so(command: Command, tmp_path: Path) -> None:
    """inspect needs no API. Our choice."""
    document = description("/a", server="/relative")
    ended = command("inspect", "--spec", write(tmp_path, document))
    assert "base URL: none usable; give --base-url\n" in ended.out
    assert command("inspect", "--spec", "api.json", "--json").json["document"]["base_url"] is None


def test_problems_stand_below_the_table(command: Command, tmp_path: Path) -> None:
    """style.md, Errors: nothing is dropped in silence."""
    document = description("/a", "/b", server="https://api.example.com")
    document["paths"]["/b"]["get"] = []
    ended = command("inspect", "--spec", write(tmp_path, document))
    assert ended.out.endswith("error: GET /b is left out: the operation is not an object\n   at: #/paths/~1b/get\n")


def test_one_tool_is_shown_in_full(command: Command, shop: Shop) -> None:
    """design.md, Commands: one tool in full."""
    ended = command("inspect", "--spec", shop.spec, "products_list")
    assert ended.out.startswith("products_list  (GET /api/products/)\n\nList products. ")
    schema = json.loads(ended.out[ended.out.index('{\n  "input_schema"') : ended.out.rindex("}\n") + 1])
    assert schema["input_schema"]["properties"]["in_stock"]["type"] == "boolean"
    assert re.search(r"^\d+ bytes in the list, read-only$", ended.out, re.MULTILINE)


def test_one_tool_with_what_it_returns(command: Command, shop: Shop) -> None:
    """design.md, Options: --output-schemas."""
    ended = command("inspect", "--spec", shop.spec, "products_retrieve", "--output-schemas")
    assert '"output_schema": {\n' in ended.out
    assert '"in_stock"' in ended.out
    report = command("inspect", "--spec", shop.spec, "products_retrieve", "--output-schemas", "--json").json
    assert report["tools"][0]["output_schema"]["type"] == "object"


@pytest.mark.parametrize(
    ("tool", "words"),
    [
        ("products_create", "creates"),
        ("products_update", "destructive and repeatable"),
        ("products_partial_update", "destructive"),
        ("products_destroy", "destructive and repeatable"),
    ],
)
def test_what_a_tool_does_to_data_is_said_in_words(command: Command, shop: Shop, tool: str, words: str) -> None:
    """design.md, Tools: annotations tell the truth that HTTP tells."""
    ended = command("inspect", "--spec", shop.spec, "--methods", "all", tool)
    assert ended.out.endswith(f" bytes in the list, {words}\n")


def test_one_tool_as_json_is_a_report_with_that_tool_alone(command: Command, shop: Shop) -> None:
    """Our choice: the same shape."""
    report = command("inspect", "--spec", shop.spec, "orders_list", "--json").json
    assert [tool["name"] for tool in report["tools"]] == ["orders_list"]
    assert report["cost"]["tools"] == 9


@pytest.mark.parametrize(
    ("name", "fix"),
    [("order_list", "did you mean orders_list"), ("zzz", "openapi-mcp inspect without a name lists the tools")],
)
def test_a_tool_that_is_not_there_is_an_error_with_the_nearest_names(
    command: Command, shop: Shop, name: str, fix: str
) -> None:
    """style.md, Errors."""
    ended = command("inspect", "--spec", shop.spec, name)
    assert (ended.status, ended.out) == (2, "")
    assert ended.err.startswith(f"error: there is no tool '{name}'\n   at: TOOL\n  fix: {fix}")


@pytest.mark.parametrize("several", [False, True])
def test_a_tool_that_is_no_operation_is_shown_as_it_is_listed(command: Command, tmp_path: Path, several: bool) -> None:
    """Issue 6: what a client sees in the search mode."""
    (tmp_path / "api.json").write_text(json.dumps(description("/orders")), encoding="utf-8")
    spec = ("--spec", "shop=api.json") if several else ("--spec", "api.json")
    found = command("inspect", *spec, "--mode", "search", "search_operations")
    assert (found.status, found.err) == (0, "")
    assert found.out.startswith("search_operations  (no operation)\n\nFind operations.")
    assert '"query"' in found.out
    assert found.out.endswith(" bytes in the list, read-only\n")
    report = command("inspect", *spec, "--mode", "search", "call_operation", "--json").json
    assert report["tools"] == []
    assert [extra["name"] for extra in report["extra_tools"]] == ["call_operation"]
    assert command("inspect", *spec, "read_result").out.startswith("read_result  (no operation)\n")
    none = command("inspect", *spec, "search_operations")
    assert (none.status, none.out) == (2, "")
    assert none.err == (
        "error: there is no tool 'search_operations'\n   at: TOOL\n"
        "  fix: --mode search lists it; here each operation is a tool of its own\n"
    )


def test_an_operation_is_shown_before_a_tool_of_its_name(command: Command, tmp_path: Path) -> None:
    """Our choice: there is no other way to see it."""
    document = description("/orders")
    document["paths"]["/orders"]["get"]["operationId"] = "search_operations"
    (tmp_path / "api.json").write_text(json.dumps(document), encoding="utf-8")
    out = command("inspect", "--spec", "api.json", "--mode", "search", "search_operations").out
    assert out.startswith("search_operations  (GET /orders)")
    (tmp_path / "api.json").write_text(json.dumps(document).replace("search_operations", "operations"))
    out = command("inspect", "--spec", "search=api.json", "search_operations").out
    assert out.startswith("search_operations  (GET /orders)")


@pytest.mark.parametrize(
    ("options", "names"),
    [
        (["--include", "/api/products/*"], ["products_list", "products_retrieve", "products_label_retrieve"]),
        (["--include", "tag:customers"], ["customers_list", "customers_retrieve"]),
        (["--include", "op:*_list"], ["customers_list", "orders_list", "products_list"]),
        (["--include", "op:*_list", "--exclude", "tag:orders"], ["customers_list", "products_list"]),
        (
            ["--include", "op:orders_*", "--include", "/api/reports/*"],
            ["orders_list", "orders_retrieve", "reports_sales_retrieve"],
        ),
        (["--methods", "post", "--exclude", "/api/orders/*"], ["customers_create", "products_create"]),
        (["--methods", "get,delete", "--include", "/api/orders/{id}/"], ["orders_retrieve", "orders_destroy"]),
    ],
)
def test_which_operations_become_tools(command: Command, shop: Shop, options: list[str], names: list[str]) -> None:
    """design.md, Options: --methods, --include, --exclude; exclude wins."""
    report = command("inspect", "--spec", shop.spec, *options, "--json").json
    assert [tool["name"] for tool in report["tools"]] == names
    assert len(report["skipped"]) == 21 - len(names)


def test_an_empty_list_says_why(command: Command, shop: Shop) -> None:
    """Our choice: an empty table would look like a broken document."""
    ended = command("inspect", "--spec", shop.spec, "--exclude", "/api/*")
    assert (ended.status, ended.out) == (2, "")
    assert ended.err.startswith("error: no operation became a tool: ")
    assert "  fix: widen --methods, --allow, --include or --exclude" in ended.err
    report = command("inspect", "--spec", shop.spec, "--exclude", "/api/*", "--json").json
    assert (report["tools"], len(report["skipped"])) == ([], 21)


def test_text_of_the_document_cannot_paint_the_terminal(command: Command, tmp_path: Path) -> None:
    """security.md 31: no ANSI, no bidi; and what looks like our own markup is text."""
    document = description("/a", server="https://api.example.com")
    document["info"]["title"] = "\x1b[31mRed\x07 [bold]Title[/bold]"
    document["paths"]["/a"]["get"]["summary"] = "See \u202eevil\u202c [link=file:///etc/passwd]x[/link] \x1b]0;t\x07"
    document["paths"]["/b\x1b[2J"] = {"post": {"responses": {}}}
    for more in ([], ["a"], ["--json"]):
        ended = command("inspect", "--spec", write(tmp_path, document), *more)
        shown = str(ended.json) if more == ["--json"] else ended.out
        assert ended.status == 0
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", re.sub("/b\x1b\\[2J", "", shown))
    table = command("inspect", "--spec", "api.json").out
    assert table.startswith("Red [bold]Title[/bold] 1")
    assert "[link=file:///etc/passwd]x[/link]" in table
    assert "\x1b" not in table


def test_a_terminal_that_is_not_utf_8_gets_escapes(tmp_path: Path) -> None:
    """Our choice: an answer is never lost to an encoding."""
    document = description("/a", server="https://api.example.com")
    document["info"]["title"] = "Smørrebrød"
    write(tmp_path, document)
    environment = clean_environment(PYTHONIOENCODING="ascii")
    with running("inspect", "--spec", "api.json", "--json", folder=tmp_path, environment=environment) as child:
        assert child.process.wait(20) == 0
        lines = []
        while (line := child.out.get(timeout=20)) is not None:
            lines.append(line)
    assert b'    "title": "Sm\\xf8rrebr\\xf8d",\n' in lines


def test_a_tools_own_settings_are_shown_where_something_is_said(command: Command, tmp_path: Path) -> None:
    """Issue 8, Switches: `limits` in JSON, a line in words; what is switched off says where."""
    (tmp_path / "openapi-mcp.toml").write_text(
        '[tool.a]\ntimeout = 2\nrate_limit = "10/minute"\nconfirm = true\n[tool.c]\nenabled = false\n'
    )
    spec = write(tmp_path, description("/a", "/b", "/c", server="https://api.example.com"))
    (tmp_path / "openapi-mcp.toml").rename(tmp_path / "a.toml")
    report = command("inspect", "--spec", spec, "--config", "a.toml", "--json").json
    said = {"timeout": 2.0, "confirm": True, "rate_limit": "10/minute"}
    assert [(tool["name"], tool.get("limits")) for tool in report["tools"]] == [("a", said), ("b", None)]
    assert [skipped["reason"] for skipped in report["skipped"]] == ["switched off in a.toml: [tool.c]"]
    shown = command("inspect", "a", "--spec", spec, "--config", "a.toml").out
    assert "\nits own: timeout 2, confirm true, rate_limit 10/minute\n" in shown
    assert "its own" not in command("inspect", "b", "--spec", spec, "--config", "a.toml").out
    gone = command("inspect", "c", "--spec", spec, "--config", "a.toml")
    assert "its operation is left out: switched off in a.toml: [tool.c]" in gone.err
