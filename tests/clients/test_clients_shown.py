"""What a person sees of a change in a client's file: our own entry, and of all else nothing but names."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openapi_mcp.clients.edit import Table, put_entry, take_entry
from openapi_mcp.clients.known import KNOWN, Scope
from openapi_mcp.clients.launch import Launch, Reference, Remote, Target
from openapi_mcp.clients.shown import difference

SECRET = "sk-s3cr3t0123456789"
TARGET = Launch(
    name="shop", command="/opt/bin/openapi-mcp", args=("serve", "--spec", "/a.json"), env={"T": Reference(variable="T")}
)
OTHERS: list[Any] = [
    {"command": "x", "args": [f"--api-key={SECRET}", f"--header=Authorization: Bearer {SECRET}"]},
    {"command": "x", "args": ["--access-token", SECRET, "-k", SECRET, SECRET]},
    {"command": "docker", "args": ["run", "-e", f"API_TOKEN={SECRET}"]},
    {"url": f"https://u:{SECRET}@host/mcp?api_key={SECRET}"},
    {"command": "x", "args": [f"mysql://u:{SECRET}@host/"], "env": {"P": f"${SECRET}", "K": f"a${SECRET}"}},
    {"headers": [SECRET], "authorization": {"value": SECRET}},
    SECRET,
    [SECRET],
]


def table_of(name: str) -> Table:
    return Table(client=KNOWN[name], keys=KNOWN[name].tables[Scope.USER])


def shown(before: str, target: Target = TARGET, client: str = "cursor") -> str:
    table = table_of(client)
    return difference(before, put_entry(before, table, target), table, target.name, "f.json")


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("other", OTHERS)
def test_no_value_of_another_server_is_shown(other: Any, indent: int | None) -> None:
    """SECURITY.md: also on one line, and as an escape; there is no list of what may be secret."""
    text = json.dumps({"key": SECRET, "mcpServers": {"other": other}, "history": [SECRET]}, indent=indent)
    assert SECRET in text
    escaped = text.replace(SECRET, SECRET.replace("s", "\\u0073"))
    for each in (text, escaped):
        said = shown(each)
        assert "s3cr3t" not in said
        assert '     "other": ...\n+    "shop": {\n' in said
        table = table_of("cursor")
        assert "s3cr3t" not in difference(put_entry(each, table, TARGET), each, table, "shop", "f.json")


JSON_VALUES = st.recursive(
    st.just(SECRET) | st.integers(10**9, 10**12), lambda inner: st.lists(inner) | st.dictionaries(st.just("k"), inner)
)


@settings(deadline=None)
@given(servers=st.dictionaries(st.sampled_from("abcd"), JSON_VALUES), rest=st.dictionaries(st.just("r"), JSON_VALUES))
def test_whatever_stands_in_a_file_only_its_names_are_shown(servers: dict[str, Any], rest: dict[str, Any]) -> None:
    """The law of it: a line of the difference is our entry's, or a name."""
    said = shown(json.dumps({**rest, "mcpServers": servers})).splitlines()
    assert [line for line in said if SECRET in line] == []
    assert {line.strip() for line in said if line.startswith(" ")} <= {
        "{", "}", '"mcpServers": {', *(f'"{name}": ...' for name in "abcdr")
    }  # fmt: skip


def test_an_entry_of_somebody_else_that_is_written_over_shows_its_names_alone() -> None:
    """`--force`."""
    said = shown(json.dumps({"mcpServers": {"shop": {"command": SECRET, "args": [SECRET], "env": {"A": SECRET}}}}))
    assert SECRET not in said
    assert '-      "command": ...,\n' in said
    assert '+      "command": "/opt/bin/openapi-mcp",\n' in said
    assert '-    "shop": ...' in shown(json.dumps({"mcpServers": {"shop": SECRET}}))


def test_our_own_entry_is_shown_without_its_secrets() -> None:
    """What a person added to it, what starts us, our options and URLs."""
    args = ["openapi-mcp-cli", "serve", "--spec", f"api=https://u:{SECRET}@h/o.json?key={SECRET}"]
    args += [f"--bearer={SECRET}", "--bearer", "env:T", "-H", f"X-Key: {SECRET}", "x" * 900]
    there = {"command": "uvx", "args": args, "env": {"A": SECRET}, "timeout": SECRET}
    said = shown(json.dumps({"mcpServers": {"shop": there}}))
    assert SECRET not in said
    for line in (
        '"openapi-mcp-cli",', '"api=https://h/o.json?key=***",', '"--bearer=***",', '"env:T",', '"X-Key: ***",',
        f'"{"x" * 400}..."', '"A": "***"', '"timeout": ...',
    ):  # fmt: skip
        assert line in said


def test_a_change_of_a_secret_alone_says_so() -> None:
    """Both sides look alike."""
    table = table_of("cursor")
    before, after = (put_entry("", table, Launch(name="s", command="c", args=(), env={"A": a})) for a in ("1", "2"))
    own = "--- f\n+++ f\n  (what differs is masked here, or laid out otherwise)"
    assert difference(before, before, table, "s", "f") == ""
    remote = [put_entry("", table, Remote(name="s", url="https://h/", headers={"A": a})) for a in ("1", "2")]
    assert difference(remote[0], remote[1], table, "s", "f") == own
    assert '+        "A": "***"' in difference(before, after, table, "s", "f")


def test_toml_shows_our_table_and_the_names_of_others() -> None:
    """Codex CLI."""
    text = (
        f'model = "{SECRET}" # {SECRET}\n[mcp_servers.other]\ncommand = "{SECRET}"\n[projects."/x"]\na = "{SECRET}"\n'
    )
    said = shown(text, client="codex")
    assert SECRET not in said
    assert '[mcp_servers."other"] ...' in said
    assert "+[mcp_servers.shop]\n" in said
    assert '"projects" = ...' in said
    table = table_of("codex")
    gone = put_entry(text, table, TARGET)
    assert "-[mcp_servers.shop]\n" in difference(gone, take_entry(gone, table, "shop"), table, "shop", "f")
    other = f'[mcp_servers.shop]\nurl = "{SECRET}"\n'
    assert "-url = ...\n" in shown(other, client="codex")


def test_what_a_client_is_told_to_ask_for_is_shown_and_what_others_have_it_ask_for_is_not() -> None:
    """VS Code."""
    text = json.dumps({"inputs": [{"id": "openapi-mcp-X", "default": SECRET}], "servers": {}})
    said = shown(text, client="vscode")
    assert SECRET not in said
    assert "     ...\n" in said
    assert '+      "id": "openapi-mcp-T",\n' in said
