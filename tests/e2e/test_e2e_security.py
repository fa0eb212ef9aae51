"""Which credential goes with which call, seen from the API behind. Issue 5, Credentials by the document."""

from pathlib import Path
from typing import Any

import pytest
from conftest import Command
from support.child import running
from support.upstream import Upstream, description

SCHEMES = {
    "head-key": {"type": "apiKey", "in": "header", "name": "X-Key"},
    "query": {"type": "apiKey", "in": "query", "name": "api_key"},
    "session": {"type": "apiKey", "in": "cookie", "name": "sid"},
    "basic": {"type": "http", "scheme": "basic"},
    "jwt": {"type": "http", "scheme": "Bearer"},
    "digest": {"type": "http", "scheme": "DPoP"},
}
NEEDS: dict[str, Any] = {
    "/by-key": [{"head-key": []}],
    "/by-query": [{"query": []}],
    "/by-cookie": [{"session": []}],
    "/by-basic": [{"basic": []}],
    "/by-jwt": [{"jwt": []}],
    "/by-other": [{"digest": []}],
    "/by-all": [{"head-key": [], "query": [], "session": [], "jwt": []}],
    "/by-either": [{"digest": []}, {"query": []}],
    "/may": [{}, {"jwt": []}],
    "/open": [],
}


def served(upstream: Upstream, **root: Any) -> str:
    document = description(*NEEDS, "/inherits", **{"security": [{"jwt": []}], **root})
    document["components"] = {"securitySchemes": SCHEMES}
    for path, needed in NEEDS.items():
        document["paths"][path]["get"]["security"] = needed
    return upstream.serve(document)


def carried(upstream: Upstream) -> dict[str, Any]:
    """Return which credentials the last call had, by where they stood."""
    seen = upstream.calls[-1]
    found = {name: seen.values(name) for name in ("X-Key", "Authorization", "Cookie")}
    query = [seen.target.partition("?")[2]] if "?" in seen.target else []
    return {name: values for name, values in {**found, "query": query}.items() if values}


GIVEN = [
    word
    for pair in ("head-key=k1", "query=q2 2", "session=s3", "basic=ann:pass word", "jwt=j4", "digest=d5")
    for word in ("--auth", pair)
]


@pytest.mark.parametrize(
    ("tool", "expected"),
    [
        ("by-key", {"X-Key": ["k1"]}),
        ("by-query", {"query": ["api_key=q2%202"]}),
        ("by-cookie", {"Cookie": ["sid=s3"]}),
        ("by-basic", {"Authorization": ["Basic YW5uOnBhc3Mgd29yZA=="]}),
        ("by-jwt", {"Authorization": ["Bearer j4"]}),
        ("by-other", {"Authorization": ["Dpop d5"]}),
        (
            "by-all",
            {"X-Key": ["k1"], "Authorization": ["Bearer j4"], "Cookie": ["sid=s3"], "query": ["api_key=q2%202"]},
        ),
        ("by-either", {"Authorization": ["Dpop d5"]}),
        ("may", {"Authorization": ["Bearer j4"]}),
        ("open", {}),
        ("inherits", {"Authorization": ["Bearer j4"]}),
    ],
)
def test_each_call_carries_what_its_operation_needs(
    command: Command, upstream: Upstream, tool: str, expected: dict[str, Any]
) -> None:
    """OAS 3.1.1, 4.8.30: together, alternatives, optional, none, inherited."""
    ended = command("call", "--spec", served(upstream), *GIVEN, tool)
    assert (ended.status, ended.err, carried(upstream)) == (0, "", expected)


def test_of_alternatives_the_one_that_is_there_is_taken(
    command: Command, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAPI_MCP_AUTH_QUERY", "from-the-environment")
    ended = command("call", "--spec", served(upstream), "by-either")
    assert (ended.status, carried(upstream)) == (0, {"query": ["api_key=from-the-environment"]})


def test_a_key_that_the_operation_declares_as_a_parameter_goes_along(command: Command, upstream: Upstream) -> None:
    """Published documents name a key of the application so: no caller may give it, and `security` leaves it out."""
    document = description("/by-jwt", "/open", components={"securitySchemes": SCHEMES})
    needs: dict[str, Any] = {"/by-jwt": [{"jwt": []}], "/open": []}
    for path, security in needs.items():
        key = {"name": "x-key", "in": "header", "required": True, "schema": {"type": "string"}}
        document["paths"][path]["get"] |= {"security": security, "parameters": [key]}
    spec = upstream.serve(document)
    for tool, expected in (("by-jwt", {"X-Key": ["k1"], "Authorization": ["Bearer j4"]}), ("open", {"X-Key": ["k1"]})):
        assert command("call", "--spec", spec, *GIVEN, tool).status == 0
        assert carried(upstream) == expected


def test_a_value_by_itself_is_no_public_operations(command: Command, upstream: Upstream) -> None:
    """README: --bearer goes where the document wants a token, or says nothing."""
    spec = served(upstream)
    for tool, expected in (("by-jwt", {"Authorization": ["Bearer b"]}), ("open", {})):
        assert command("call", "--spec", spec, "--bearer", "b", tool).status == 0
        assert carried(upstream) == expected


def test_a_missing_credential_is_told_before_anything_is_sent(command: Command, upstream: Upstream) -> None:
    """Issue 5: `unauthenticated`, with how to give it."""
    ended = command("call", "--spec", served(upstream), "--auth", "jwt=j4", "by-all", "--json")
    assert (ended.status, upstream.calls) == (5, [])
    error = ended.json["error"]
    assert (error["kind"], error["attempts"], error["status"]) == ("unauthenticated", 0, None)
    for words in ("head-key (apiKey in header X-Key)", "query (apiKey in query api_key)"):
        assert words in error["message"]
    for words in ("--auth head-key=VALUE (or OPENAPI_MCP_AUTH_HEAD_KEY)", "--auth query=VALUE"):
        assert words in error["hint"]


def test_anonymous_calls_are_sent_where_the_operator_allows_them(command: Command, upstream: Upstream) -> None:
    ended = command("call", "--spec", served(upstream), "--allow-anonymous", "by-all")
    assert (ended.status, carried(upstream)) == (0, {})


def test_inspect_shows_what_lacks_a_credential_and_how_to_give_it(command: Command, upstream: Upstream) -> None:
    """Issue 5."""
    spec = served(upstream)
    ended = command("inspect", "--spec", spec, "--auth", "jwt=j4", "--auth", "head-key=k1", "--json")
    auth = {tool["name"]: tool["auth"] for tool in ended.json["tools"]}
    assert auth["by-jwt"] == {"security": [{"jwt": []}], "missing": [], "hint": None}
    assert auth["open"] == {"security": [], "missing": [], "hint": None}
    assert auth["by-all"]["missing"] == ["query", "session"]
    assert auth["by-basic"]["hint"].startswith("start the server with --auth basic=VALUE (or OPENAPI_MCP_AUTH_BASIC)")
    table = command("inspect", "--spec", spec, "--auth", "jwt=j4").out
    assert "lacking a credential: by-key\n  fix: start the server with --auth head-key=VALUE" in table
    assert "lacks a credential: start the server with" in command("inspect", "--spec", spec, "by-key").out


def test_a_warm_start_knows_what_each_operation_needs(upstream: Upstream, tmp_path: Path) -> None:
    """The kept catalogue holds it."""
    spec = served(upstream)
    for _ in range(2):
        with running("serve", "--spec", spec, *GIVEN, folder=tmp_path) as child:
            child.open()
            child.request("tools/list")
            assert not child.call("by-key").get("isError")
            assert carried(upstream) == {"X-Key": ["k1"]}
            child.close_stdin()
            assert child.wait() == 0


def test_a_start_says_how_many_tools_lack_a_credential(upstream: Upstream, tmp_path: Path) -> None:
    """Nobody should learn it from the first call."""
    with running("serve", "--spec", served(upstream), "--auth", "jwt=j4", folder=tmp_path) as child:
        child.open()
        child.request("tools/list")
        child.close_stdin()
        assert child.wait() == 0
    said = "warning: 7 of them lack a credential (openapi-mcp inspect shows which, and how to give it)\n"
    assert said in child.stderr


def test_a_table_in_the_config_file_is_for_one_scheme(
    command: Command, upstream: Upstream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issue 5: [auth.<scheme>]."""
    file = tmp_path / "mine.toml"
    file.write_text(f'spec = "{served(upstream)}"\n[auth]\nhead-key = "env:KEY"\njwt = "from-file"\n')
    monkeypatch.setenv("KEY", "k9")
    ended = command("call", "--config", str(file), "by-key")
    assert (ended.status, carried(upstream)) == (0, {"X-Key": ["k9"]})
