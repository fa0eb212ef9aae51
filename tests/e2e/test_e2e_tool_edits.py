"""[tool.NAME] of a config file through the running program: listed, called, kept for the next start, changed."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from conftest import Command, Shop
from support.child import Child, Outcome, run_command, running
from support.upstream import Upstream, description

TABLES = """
[tool.orders]
name = "recent_orders"
description = "The last orders of our shop."

[tool.orders.arguments.shop]
fix = "a/b"

[tool.orders.arguments.n]
name = "size"
default = 20

[tool."GET /status/200"]
hide = true
"""


def configure(folder: Path, upstream: Upstream, tables: str = TABLES, **more: str) -> None:
    """Write the document of an upstream, and the config file that serves it with these tables."""
    document = description("/shops/{shop}/orders", "/status/200", server=upstream.url)
    operation = document["paths"].pop("/shops/{shop}/orders")["get"]
    operation |= {"operationId": "orders", "description": "Give `shop` and `n`. Newest first."}
    document["paths"]["/shops/{shop}/orders"] = {"get": operation}
    (folder / "api.json").write_text(json.dumps(document), encoding="utf-8")
    keys = "".join(f"{key} = {value}\n" for key, value in {"spec": '"api.json"', **more}.items())
    (folder / "openapi-mcp.toml").write_text(f"{keys}{tables}", encoding="utf-8")


def run(folder: Path, *arguments: str) -> Outcome:
    return run_command(*arguments, folder=folder)


@contextmanager
def served(folder: Path, *, without: str = "") -> Iterator[Child]:
    """Yield a server over stdio whose client has shaken hands, and ends it as a client does.

    A module that it is to be `without` cannot be imported.
    """
    code = "import sys; sys.argv[1:] = ['serve']\n" + (f"sys.modules[{without!r}] = None\n" if without else "")
    program = [sys.executable, "-c", f"{code}from openapi_mcp.__main__ import main; main()"]
    environment = {"XDG_CACHE_HOME": str(folder / "cache")}
    with running(folder=folder, environment=environment, program=program) as child:
        child.open()
        yield child
        child.close_stdin()
        assert child.wait() == 0


def listed(child: Child) -> dict[str, Any]:
    """Return the tools of the list that are operations, by name."""
    tools = child.request("tools/list")["result"]["tools"]
    return {tool["name"]: tool for tool in tools if tool["name"] != "read_result"}


def test_inspect_and_call_know_the_tools_as_they_are_edited(upstream: Upstream, tmp_path: Path) -> None:
    """Issue, Enrichment: rename, describe, hide, fix and default; everything works on the edited tool."""
    configure(tmp_path, upstream)
    report = run(tmp_path, "inspect", "--json").json
    (tool,) = report["tools"]
    assert (tool["name"], tool["path"]) == ("recent_orders", "/shops/{shop}/orders")
    assert tool["description"].startswith("The last orders of our shop.\nReturns: ")
    assert tool["input_schema"]["properties"] == {"size": {"type": "integer", "default": 20}}
    assert [skipped["path"] for skipped in report["skipped"]] == ["/status/200"]
    assert "[tool.'GET /status/200']" in report["skipped"][0]["reason"]
    assert report["problems"] == []
    assert run(tmp_path, "call", "recent_orders").json["target"] == "/shops/a%2Fb/orders?n=20"
    assert run(tmp_path, "call", "recent_orders", "-a", "size=3").json["target"] == "/shops/a%2Fb/orders?n=3"


def test_nobody_calls_with_another_value_than_the_fixed_one(upstream: Upstream, tmp_path: Path) -> None:
    """Security: a fixed value may be a tenant; its old names are unknown, and nothing is sent."""
    configure(tmp_path, upstream)
    for name in ("shop", "path_shop"):
        outcome = run(tmp_path, "call", "recent_orders", "-a", f"{name}=1")
        assert outcome.status == 2
        assert f'"{name}" is unknown' in outcome.out + outcome.err
    assert upstream.calls == []


def test_the_old_name_of_a_renamed_argument_is_a_near_one(upstream: Upstream, tmp_path: Path) -> None:
    """Issue 7, Recover, 3: the name that the API has for it, told as any repair."""
    configure(tmp_path, upstream)
    answered = run(tmp_path, "call", "recent_orders", "-a", "n=1").json
    assert answered["target"] == "/shops/a%2Fb/orders?n=1"
    assert {"size": 1} in [each["to"] for each in answered["_note"]["repairs"]] or 1 in [
        each["to"] for each in answered["_note"]["repairs"]
    ]
    assert '"query_n" is unknown' in run(tmp_path, "call", "recent_orders", "-a", "query_n=1").err


def test_a_warm_start_lists_and_sends_what_is_fixed(upstream: Upstream, tmp_path: Path) -> None:
    """Issue 3, At once: a catalogue keeps fixes, defaults and renames."""
    configure(tmp_path, upstream)
    with served(tmp_path) as child:
        first = listed(child)
    with served(tmp_path, without="openapi_mcp.generator.generate") as child:
        assert listed(child) == first
        assert list(first) == ["recent_orders"]
        assert child.call("recent_orders")["structuredContent"]["target"] == "/shops/a%2Fb/orders?n=20"
        assert child.call("recent_orders", shop="x")["isError"]


def test_a_changed_table_counts_at_the_next_start(upstream: Upstream, tmp_path: Path) -> None:
    """A catalogue is of one state of the config file."""
    configure(tmp_path, upstream)
    with served(tmp_path) as child:
        assert list(listed(child)) == ["recent_orders"]
    configure(tmp_path, upstream, TABLES.replace('"a/b"', '"c"').replace("recent_orders", "orders_now"))
    with served(tmp_path) as child:
        assert list(listed(child)) == ["orders_now"]
        assert child.call("orders_now")["structuredContent"]["target"] == "/shops/c/orders?n=20"


def test_an_overlay_comes_first_and_then_the_table(upstream: Upstream, tmp_path: Path) -> None:
    """Issue 6, Enrichment: an overlay and [tool.NAME] work together; the table names what the overlay made."""
    target = "$.paths['/shops/{shop}/orders'].get"
    actions = [{"target": target, "update": {"operationId": "listed", "summary": "From the overlay."}}]
    overlay = {"overlay": "1.0.0", "info": {"title": "Names", "version": "1"}, "actions": actions}
    (tmp_path / "overlay.json").write_text(json.dumps(overlay), encoding="utf-8")
    tables = "[tool.listed]\nname = 'mine'\n[tool.listed.arguments.shop]\nfix = 's'\n"
    configure(tmp_path, upstream, tables, overlay='["overlay.json"]')
    tools = {tool["name"]: tool for tool in run(tmp_path, "inspect", "--json").json["tools"]}
    assert tools["mine"]["title"] == "From the overlay."
    assert tools["mine"]["description"].startswith("From the overlay. Newest first.\n")
    assert run(tmp_path, "call", "mine").json["target"] == "/shops/s/orders"


def test_what_a_table_does_not_find_is_a_warning_and_what_is_wrong_an_error(upstream: Upstream, tmp_path: Path) -> None:
    """Issue 6, Enrichment: on stderr, and a problem in inspect; a value that breaks its schema ends the start."""
    configure(tmp_path, upstream, "[tool.order]\nhide = true\n[tool.orders.arguments.m]\ndefault = 1\n")
    outcome = run(tmp_path, "call", "orders", "-a", "shop=a")
    assert outcome.status == 0
    assert "warning: an edit finds nothing to change: there is no operation 'order' (" in outcome.err
    assert "[tool.order]; did you mean 'orders'? (operations alone" in outcome.err
    assert "there is no argument 'm' (" in outcome.err
    problems = run(tmp_path, "inspect", "--json").json["problems"]
    assert [problem["severity"] for problem in problems] == ["warning", "warning"]
    configure(tmp_path, upstream, "[tool.orders.arguments.n]\nfix = 'many'\n")
    outcome = run(tmp_path, "serve")
    assert outcome.status == 2
    assert 'its value is "many", but must be integer' in outcome.err
    assert "[tool.orders.arguments.n]" in outcome.err


def test_each_of_several_apis_has_its_own_edits(upstream: Upstream, other_upstream: Upstream, tmp_path: Path) -> None:
    """Issue 6, Enrichment: [api.shop.tool.NAME]; the new name begins with the API's."""
    for name, server in (("shop", upstream), ("billing", other_upstream)):
        document = description("/echo", server=server.url)
        (tmp_path / f"{name}.json").write_text(json.dumps(document), encoding="utf-8")
    (tmp_path / "openapi-mcp.toml").write_text(
        "[api.shop]\nspec = 'shop.json'\n[api.billing]\nspec = 'billing.json'\n"
        "[api.shop.tool.shop_echo]\nname = 'say'\n[api.shop.tool.shop_echo.arguments.n]\nfix = 7\n"
        "[api.billing.tool.none]\nhide = true\n",
        encoding="utf-8",
    )
    with served(tmp_path) as child:
        assert list(listed(child)) == ["shop_say", "billing_echo"]
        assert child.call("shop_say")["structuredContent"]["target"] == "/echo?n=7"
        assert child.call("billing_echo", n=1)["structuredContent"]["target"] == "/echo?n=1"
        assert "warning: billing: an edit finds nothing to change" in child.stderr


def test_pages_go_on_with_what_is_fixed_and_say_so_without_it(command: Command, shop: Shop, tmp_path: Path) -> None:
    """Issue 4, Pages: the next call is one that a caller can make."""
    file = tmp_path / "edits.toml"
    file.write_text("[tool.customers_list.arguments.page_size]\nfix = 2\n", encoding="utf-8")
    options = ("call", *shop.options, "--config", str(file), "customers_list")
    first = command(*options).json
    assert len(first["results"]) == 2
    assert first["_note"]["next"] == {"tool": "customers_list", "arguments": {"page": 2}}
    second = command(*options, "-a", "page=2").json
    assert len(second["results"]) == 2
    assert second["results"] != first["results"]
    three = command(*options, "--follow-pages", "3").json
    assert three["results"][:4] == first["results"] + second["results"]
    assert len(three["results"]) == 6
