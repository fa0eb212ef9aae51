"""Servers as the entries of each client, and back."""

from typing import Any

import pytest

from openapi_mcp.clients.known import KNOWN
from openapi_mcp.clients.launch import Given, Launch, Reference, Remote, entry, read_entry, references
from openapi_mcp.errors import ConfigError

TOKEN = Reference(variable="TOKEN")
LAUNCH = Launch(name="shop", command="/bin/o", args=("serve", "a b"), env={"TOKEN": TOKEN, "K": "v"}, cwd="/srv")
REMOTE = Remote(
    name="shop", url="https://a/mcp", headers={"Authorization": Reference(variable="TOKEN", before="Bearer ")}
)
BASE: dict[str, Any] = {"command": "/bin/o", "args": ["serve", "a b"]}
STARTED = {
    "claude-code": {"type": "stdio", **BASE, "env": {"TOKEN": "${TOKEN}", "K": "v"}},
    "cursor": {**BASE, "env": {"TOKEN": "${env:TOKEN}", "K": "v"}},
    "vscode": {"type": "stdio", **BASE, "cwd": "/srv", "env": {"TOKEN": "${input:openapi-mcp-TOKEN}", "K": "v"}},
    "windsurf": {**BASE, "env": {"TOKEN": "${env:TOKEN}", "K": "v"}},
    "codex": {**BASE, "cwd": "/srv", "env_vars": ["TOKEN"], "env": {"K": "v"}},
    "gemini": {**BASE, "cwd": "/srv", "env": {"TOKEN": "${TOKEN}", "K": "v"}},
    "copilot-cli": {"type": "stdio", **BASE, "env": {"TOKEN": "${TOKEN}", "K": "v"}, "tools": ["*"]},
}
AT_URL = {
    "claude-code": {"type": "http", "url": "https://a/mcp", "headers": {"Authorization": "Bearer ${TOKEN}"}},
    "cursor": {"url": "https://a/mcp", "headers": {"Authorization": "Bearer ${env:TOKEN}"}},
    "vscode": {
        "type": "http",
        "url": "https://a/mcp",
        "headers": {"Authorization": "Bearer ${input:openapi-mcp-TOKEN}"},
    },
    "windsurf": {"serverUrl": "https://a/mcp", "headers": {"Authorization": "Bearer ${env:TOKEN}"}},
    "codex": {"url": "https://a/mcp", "bearer_token_env_var": "TOKEN"},
    "gemini": {"httpUrl": "https://a/mcp", "headers": {"Authorization": "Bearer ${TOKEN}"}},
    "copilot-cli": {
        "type": "http",
        "url": "https://a/mcp",
        "headers": {"Authorization": "Bearer ${TOKEN}"},
        "tools": ["*"],
    },
}


@pytest.mark.parametrize("name", sorted(STARTED))
def test_a_server_that_is_started_has_the_form_of_the_client(name: str) -> None:
    """mcp-facts.md, 8; known.py says where each form is from."""
    written = entry(KNOWN[name], LAUNCH)
    assert written == STARTED[name]
    kept = LAUNCH if KNOWN[name].knows_cwd else Launch(name="shop", command="/bin/o", args=LAUNCH.args, env=LAUNCH.env)
    assert read_entry(KNOWN[name], "shop", written) == kept


@pytest.mark.parametrize("name", sorted(AT_URL))
def test_a_server_at_a_url_has_the_form_of_the_client(name: str) -> None:
    """mcp-facts.md, 8."""
    written = entry(KNOWN[name], REMOTE)
    assert written == AT_URL[name]
    assert read_entry(KNOWN[name], "shop", written) == REMOTE


@pytest.mark.parametrize("name", ["claude-desktop", "zed"])
def test_a_client_that_cannot_refer_to_a_variable_says_so(name: str) -> None:
    """github.com/zed-industries/zed/issues/60459."""
    with pytest.raises(ConfigError, match="cannot refer to the variable TOKEN"):
        entry(KNOWN[name], LAUNCH)


def test_claude_desktop_takes_no_url() -> None:
    """mcp-facts.md, 8."""
    with pytest.raises(ConfigError, match="takes no URL in its file") as caught:
        entry(KNOWN["claude-desktop"], REMOTE)
    assert "connector" in str(caught.value.hint)


def test_codex_takes_headers_in_three_places_and_back() -> None:
    """developers.openai.com/codex/mcp."""
    headers: dict[str, Given] = {"X-A": "1", "X-B": TOKEN, "Authorization": Reference(variable="T", before="Bearer ")}
    remote = Remote(name="shop", url="https://a/mcp", headers=headers)
    assert read_entry(KNOWN["codex"], "shop", entry(KNOWN["codex"], remote)) == remote
    with pytest.raises(ConfigError, match="takes no text before a variable in X-C"):
        entry(KNOWN["codex"], Remote(name="s", url="u", headers={"X-C": Reference(variable="T", before="Key ")}))


@pytest.mark.parametrize("value", [None, [], "x", {}, {"command": 1}, {"url": ["x"]}])
def test_what_is_no_server_is_none(value: Any) -> None:
    """Files of others."""
    assert read_entry(KNOWN["cursor"], "x", value) is None


def test_of_an_odd_entry_what_can_be_read_is_read() -> None:
    """Files of others."""
    odd = {"command": "/b", "args": ["a", 1, None], "env": {"A": 1, "B": "$C", "D": "x${E}y"}, "cwd": 5}
    read = read_entry(KNOWN["gemini"], "x", odd)
    env: dict[str, Given] = {"B": Reference(variable="C"), "D": "x${E}y"}
    assert read == Launch(name="x", command="/b", args=("a",), env=env)
    assert [each.variable for each in references(read)] == ["C"]
    assert read_entry(KNOWN["gemini"], "x", {"command": "/b", "args": "no", "env": []}) == Launch(
        name="x", command="/b"
    )


def test_a_text_of_codex_is_no_reference() -> None:
    """Tried: Codex gives `${TOKEN}` to the server as it stands."""
    assert read_entry(KNOWN["codex"], "x", {"command": "/b", "env": {"K": "${TOKEN}"}}) == Launch(
        name="x", command="/b", env={"K": "${TOKEN}"}
    )


def test_secrets_are_not_in_a_repr() -> None:
    """Everything that is shown is free of secrets."""
    assert "hunter2" not in repr(Launch(name="a", command="b", env={"K": "hunter2"}))
    assert "hunter2" not in repr(Remote(name="a", url="b", headers={"K": "hunter2"}))
