"""Several APIs in one server, from outside: what each upstream sees, what a client hears, what the commands show."""

import json
import sys
from pathlib import Path
from typing import Any

import anyio
import mcp_types as types
import pytest
from conftest import Command
from mcp import Client
from mcp.client.stdio import StdioServerParameters
from support.child import clean_environment, running, serving_http
from support.live import Told, put, yaml
from support.upstream import Answer, Upstream, description

from openapi_mcp import joining
from openapi_mcp.config import build_config
from openapi_mcp.joining import open_several
from openapi_mcp.server.protocol import create_server

ERAS = ("legacy", "auto")
SECRETS = ("s3cret-of-shop", "s3cret-of-billing")


def both(shop: Upstream, billing: Upstream, *paths: str, **more: Any) -> list[str]:
    """Return the options that serve two APIs with the same paths, each at its own upstream."""
    return [
        *("--spec", f"shop={shop.serve(description(*paths, server=shop.url, **more))}"),
        *("--spec", f"billing={billing.serve(description(*paths, server=billing.url, **more))}"),
    ]


KEYS = {
    "components": {
        "securitySchemes": {
            "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
            "token": {"type": "http", "scheme": "bearer"},
        }
    },
    "security": [{"key": [], "token": []}],
}


def seen_secrets(upstream: Upstream) -> set[str]:
    """Return which of the secrets ever reached an upstream, wherever in a request."""
    everything = " ".join(f"{seen.target} {seen.headers} {seen.body!r}" for seen in upstream.seen)
    return {secret for secret in SECRETS if secret in everything}


# --- credentials ---


@pytest.mark.anyio
@pytest.mark.parametrize("mode", ERAS)
@pytest.mark.parametrize("transport", ["stdio", "http"])
async def test_a_credential_of_one_api_never_reaches_another(
    upstream: Upstream, other_upstream: Upstream, tmp_path: Path, mode: str, transport: str
) -> None:
    """Issue 5, Several APIs: though both have the same paths, and schemes of the same names."""
    given = (
        *("--auth", f"shop=key={SECRETS[0]}", "--auth", f"shop=token={SECRETS[0]}"),
        *("--auth", f"billing=key={SECRETS[1]}", "--auth", f"billing=token={SECRETS[1]}"),
    )
    away = Answer(b"", status=307, headers=(("Location", f"{other_upstream.url}/echo"),))
    upstream.answers["/away"] = away
    options = [*both(upstream, other_upstream, "/echo", "/away", **KEYS), *given]
    if transport == "http":
        with serving_http(*options, folder=tmp_path) as (_, url):
            await _call_all(Client(url, mode=mode))
    else:
        arguments = ["-m", "openapi_mcp", "serve", *options, "--quiet"]
        await _call_all(
            Client(
                StdioServerParameters(command=sys.executable, args=arguments, cwd=tmp_path, env=clean_environment()),
                mode=mode,
            )
        )
    assert seen_secrets(upstream) == {SECRETS[0]}
    assert seen_secrets(other_upstream) == {SECRETS[1]}
    for server, secret in zip((upstream, other_upstream), SECRETS, strict=True):
        assert [seen.target for seen in server.calls if seen.path == "/echo"] == ["/echo?n=1"]
        assert all(seen.values("x-key") == [secret] for seen in server.calls)
        assert all(seen.values("authorization") == [f"Bearer {secret}"] for seen in server.calls)


async def _call_all(client: Client) -> None:
    async with client:
        names = [tool.name for tool in (await client.list_tools()).tools]
        assert names[:5] == ["shop_echo", "shop_away", "billing_echo", "billing_away", "read_result"]
        for tool in ("shop_echo", "billing_echo"):
            answer = await client.call_tool(tool, {"n": 1})
            assert not answer.is_error
            assert not any(secret in str(answer) for secret in SECRETS)
        assert (await client.call_tool("shop_away", {})).is_error


@pytest.mark.parametrize("tool", ["shop_echo", "billing_echo"])
def test_a_document_that_names_another_apis_origin_gets_no_credential_there(
    command: Command, upstream: Upstream, other_upstream: Upstream, tool: str
) -> None:
    """security.md 6: neither its own credential, which was given for another origin, nor that of the other API."""
    spec = upstream.serve(description("/echo", server=other_upstream.url))
    own = other_upstream.serve(description("/echo"))
    given = ("--bearer", f"shop={SECRETS[0]}", "--bearer", f"billing={SECRETS[1]}")
    ended = command("call", "--spec", f"shop={spec}", "--spec", f"billing={own}", *given, tool)
    assert ended.status == 0
    assert seen_secrets(upstream) == set()
    assert seen_secrets(other_upstream) == ({SECRETS[1]} if tool == "billing_echo" else set())


def test_a_tool_that_lacks_a_credential_says_how_to_give_it_to_its_api(
    command: Command, upstream: Upstream, other_upstream: Upstream
) -> None:
    """style.md, Errors: what to do."""
    options = both(upstream, other_upstream, "/echo", **{**KEYS, "security": [{"key": []}]})
    ended = command("call", *options, "--auth", f"billing=key={SECRETS[1]}", "shop_echo", "--json")
    assert ended.status == 5
    assert "--auth shop=key=VALUE (or OPENAPI_MCP_API_SHOP_AUTH_KEY)" in ended.json["error"]["hint"]
    assert (upstream.calls, other_upstream.seen) == ([], [])


# --- configuration ---


def test_a_config_file_has_a_table_for_each_api(
    command: Command, upstream: Upstream, other_upstream: Upstream, tmp_path: Path
) -> None:
    """Issue 5, Several APIs: `[api.NAME]`: own base URL, credentials, methods, limits each."""
    shop, billing = upstream.serve(description("/echo")), other_upstream.serve(description("/echo"))
    (tmp_path / "openapi-mcp.toml").write_text(
        f'[api.shop]\nspec = "{shop}"\nbase_url = "{upstream.url}/v1"\nheader = ["X-Key: {SECRETS[0]}"]\n'
        f'[api.billing]\nspec = "{billing}"\nbearer = "file:token"\n[api.billing.auth]\n'
    )
    (tmp_path / "token").write_text(SECRETS[1])
    for tool in ("shop_echo", "billing_echo"):
        assert command("call", tool).status == 0
    assert [(seen.target, seen.values("x-key")) for seen in upstream.calls] == [("/v1/echo", [SECRETS[0]])]
    assert [seen.values("authorization") for seen in other_upstream.calls] == [[f"Bearer {SECRETS[1]}"]]
    assert (seen_secrets(upstream), seen_secrets(other_upstream)) == ({SECRETS[0]}, {SECRETS[1]})


@pytest.mark.parametrize("arguments", [("call", "other_echo"), ("inspect", "echo")])
def test_a_tool_of_no_api_is_no_tool(command: Command, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """style.md, Errors: what to do."""
    ended = command(*arguments, "--spec", "shop=nowhere.yaml", "--spec", "my-api=nowhere.yaml")
    assert (ended.status, ended.err) == (
        2,
        f"error: there is no tool {arguments[1]!r}\n   at: TOOL\n  fix: names begin with shop_, my-api_\n",
    )


def test_an_error_of_a_call_says_of_which_api(command: Command, upstream: Upstream) -> None:
    """style.md, Errors: where."""
    ended = command(
        "call", "--spec", f"shop={upstream.serve(description('/echo'))}", "--api-key", "shop=x", "shop_echo"
    )
    assert ended.status == 5
    assert "at: --api-key (the API 'shop')\n" in ended.err


def test_over_stdio_no_document_comes_from_standard_input(command: Command) -> None:
    """security.md 11; and of several documents one can come from there."""
    options = ("--spec", "shop=-", "--spec", "billing=b.yaml")
    ended = command("serve", *options)
    assert (ended.status, ended.err.splitlines()[0]) == (
        2,
        "error: standard input carries the protocol, so the document cannot come from there",
    )
    ended = command("serve", "http", "--spec", "shop=-", "--spec", "billing=-")
    assert (ended.status, ended.err.splitlines()[0]) == (2, "error: two documents are to come from stdin")


# --- one that is not there ---


@pytest.mark.anyio
@pytest.mark.parametrize("mode", ERAS)
async def test_a_client_hears_of_an_api_that_comes_late(
    upstream: Upstream, other_upstream: Upstream, tmp_path: Path, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issue 5, Several APIs: it is tried again, and the list changes when it comes; both eras."""
    monkeypatch.setattr(joining, "_FIRST_PAUSE", 0.01)
    heard, told = anyio.Event(), Told()

    async def note(message: Any) -> None:
        if isinstance(message, types.ToolListChangedNotification):
            heard.set()

    specs = [f"billing={other_upstream.url}/document.json", f"shop={upstream.serve(description('/echo'))}"]
    config = build_config({"spec": specs}, {}, tmp_path)
    async with (
        open_several(config, told, {}) as apis,
        Client(create_server(apis), mode=mode, message_handler=note, raise_exceptions=True) as client,
    ):
        assert client.server_capabilities.tools is not None
        assert client.server_capabilities.tools.list_changed
        assert [tool.name for tool in (await client.list_tools()).tools] == ["shop_echo", "read_result"]
        if mode == "legacy":
            other_upstream.serve(description("/echo"))
            with anyio.fail_after(30):
                await heard.wait()
        else:
            async with client.listen(tools_list_changed=True) as news:
                other_upstream.serve(description("/echo"))
                with anyio.fail_after(30):
                    await anext(aiter(news))
        names = [tool.name for tool in (await client.list_tools()).tools]
        assert names == ["billing_echo", "shop_echo", "read_result"]
        answer = await client.call_tool("billing_echo", {"n": 1})
        assert answer.structured_content == json.loads(answer.content[0].text)  # type: ignore[union-attr]
        assert [seen.target for seen in other_upstream.calls] == ["/echo?n=1"]


def test_a_server_over_stdio_serves_what_it_can_and_tells_when_there_is_more(
    upstream: Upstream, other_upstream: Upstream, tmp_path: Path
) -> None:
    """Issue 5, Several APIs: reported on stderr, tried again after 5 s."""
    options = ("--spec", f"shop={upstream.serve(description('/echo'))}", "--spec")
    with running("serve", *options, f"billing={other_upstream.url}/document.json", folder=tmp_path) as child:
        assert child.open()["result"]["capabilities"] == {"tools": {"listChanged": True}}
        listed = child.request("tools/list")["result"]["tools"]
        assert [tool["name"] for tool in listed] == ["shop_echo", "read_result"]
        assert not child.call("shop_echo", n=1)["isError"]
        child.wait_for_stderr("warning: the API 'billing' is not served, and is tried again: ")
        other_upstream.serve(description("/echo"))
        assert child.receive()["method"] == "notifications/tools/list_changed"
        assert not child.call("billing_echo", n=2)["isError"]
        child.close_stdin()
        assert child.wait() == 0
    assert "the API 'billing' is served now: 1 tools\n" in child.stderr


@pytest.mark.parametrize("transport", [(), ("http", "--port", "0")])
def test_where_no_api_can_be_served_the_first_ones_error_ends_the_start(
    command: Command, tmp_path: Path, transport: tuple[str, ...]
) -> None:
    """Issue 5: exit statuses are those of errors.py."""
    (tmp_path / "b.yaml").write_text("[]")
    with running("serve", *transport, "--spec", "shop=a.yaml", "--spec", "billing=b.yaml", folder=tmp_path) as child:
        child.close_stdin()
        assert child.wait() == 3
    assert child.stderr.startswith("warning: the API 'billing' is not served, and is tried again: ")
    assert child.stderr.splitlines()[-3:] == [
        "error: cannot read the file: No such file or directory",
        "   at: a.yaml (the API 'shop')",
        "  fix: check the path; a URL starts with http:// or https://",
    ]


# --- inspect and check ---


def test_inspect_shows_what_each_api_has_and_which_cannot_be_served(command: Command, tmp_path: Path) -> None:
    """Issue 5, Several APIs: it is reported."""
    put(tmp_path / "shop.yaml", yaml("list", "get"))
    options = ("--spec", "shop=shop.yaml", "--spec", "billing=nowhere.yaml", "--methods", "all")
    report = command("inspect", *options, "--json").json
    assert report["document"] is None
    assert [(api["name"], (api["document"] or {}).get("title"), api["error"]) for api in report["apis"]] == [
        ("shop", "W", None),
        (
            "billing",
            None,
            {
                "message": "cannot read the file: No such file or directory",
                "where": "nowhere.yaml (the API 'billing')",
                "hint": "check the path; a URL starts with http:// or https://",
            },
        ),
    ]
    assert [(tool["name"], tool["api"]) for tool in report["tools"]] == [("shop_list", "shop"), ("shop_get", "shop")]
    assert [tool["name"] for tool in report["extra_tools"]] == ["read_result"]
    assert report["cost"]["tools"] == 3
    shown = command("inspect", *options)
    assert shown.status == 0
    assert "shop_list" in shown.out
    assert "base URL of shop: http://127.0.0.1:9\n" in shown.out
    assert "error: billing is not served: cannot read the file" in shown.out


def test_inspect_shows_one_tool_and_loads_its_api_alone(command: Command, tmp_path: Path) -> None:
    """design.md, Commands."""
    put(tmp_path / "shop.yaml", yaml("list"))
    ended = command("inspect", "--spec", "shop=shop.yaml", "--spec", "billing=nowhere.yaml", "shop_list", "--json")
    assert [tool["name"] for tool in ended.json["tools"]] == ["shop_list"]
    ended = command("inspect", "--spec", "shop=shop.yaml", "--spec", "billing=nowhere.yaml", "billing_list")
    assert (ended.status, ended.err.splitlines()[1]) == (3, "   at: nowhere.yaml (the API 'billing')")


def test_inspect_of_apis_of_which_none_can_be_loaded_is_an_error(command: Command) -> None:
    """style.md, Errors."""
    ended = command("inspect", "--spec", "shop=nowhere.yaml", "--spec", "billing=b.yaml")
    assert (ended.status, ended.err.splitlines()[1]) == (3, "   at: nowhere.yaml (the API 'shop')")


def test_check_goes_through_the_apis_in_turn(command: Command, tmp_path: Path) -> None:
    """Issue 5: each document has its own report; the exit status is that of the worst."""
    put(tmp_path / "shop.yaml", yaml("list"))
    put(tmp_path / "billing.yaml", yaml("list") + "  /bad: {get: {operationId: bad, parameters: [5]}}\n")
    options = ("--spec", "shop=shop.yaml", "--spec", "billing=billing.yaml")
    ended = command("check", *options, "--json")
    assert [report["name"] for report in ended.json["apis"]] == ["shop", "billing"]
    assert [report["operations"]["total"] for report in ended.json["apis"]] == [1, 2]
    files = [file for report in ended.json["apis"] for file in {one["file"] for one in report["problems"]}]
    assert files == ["billing.yaml"]
    assert command("check", *options).out.count("What each client does with these tools") == 2
    found = command("check", *options, "--format", "sarif").json["runs"][0]["results"]
    assert len(found) == sum(sum(report["summary"].values()) for report in ended.json["apis"])


def test_the_whole_list_of_one_api_looks_as_it_did(command: Command, tmp_path: Path) -> None:
    """design.md, Commands: keys only grow."""
    put(tmp_path / "shop.yaml", yaml("list"))
    report = command("inspect", "--spec", "shop.yaml", "--json").json
    assert "apis" not in report
    assert [tool["name"] for tool in report["tools"]] == ["list"]
