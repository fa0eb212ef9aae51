"""Which environment a server gets, and how its variables come to it."""

import pytest

from openapi_mcp.clients.carried import carried, of_the_shell
from openapi_mcp.clients.known import KNOWN
from openapi_mcp.clients.launch import Given, Launch, Reference
from openapi_mcp.clients.machine import Machine, System
from openapi_mcp.clients.surroundings import passes, surroundings
from openapi_mcp.errors import ConfigError

ENVIRON = {"HOME": "/h", "PATH": "/bin", "API_TOKEN": "sesame", "COLOR": "1", "SystemRoot": "C:\\Windows"}
LINUX = Machine(system=System.LINUX, home="/h", environ=ENVIRON, folder="/p")
WINDOWS = Machine(system=System.WINDOWS, home="C:\\h", environ=ENVIRON, folder="C:\\p")
ALL = set(ENVIRON)


@pytest.mark.parametrize(
    ("name", "passed"),
    [
        ("claude-code", ALL),
        ("gemini", ALL - {"API_TOKEN"}),
        ("codex", {"HOME", "PATH"}),
        ("claude-desktop", {"HOME", "PATH"}),
        ("zed", ALL),
    ],
)
def test_a_client_passes_on_what_it_passes_on(name: str, passed: set[str]) -> None:
    """Tried with a server that writes down its environment: Claude Code, Gemini CLI, Codex CLI."""
    got = surroundings(KNOWN[name], Launch(name="x", command="/b"), LINUX)
    assert (set(got.environ), got.missing) == (passed, ())


def test_on_windows_the_few_are_others() -> None:
    """The default environment of the TypeScript SDK; names of variables have no case there."""
    assert set(surroundings(KNOWN["codex"], Launch(name="x", command="/b"), WINDOWS).environ) == {"PATH", "SystemRoot"}
    assert passes(KNOWN["codex"], "APPDATA", System.WINDOWS)
    assert not passes(KNOWN["codex"], "APPDATA", System.LINUX)


def test_what_an_entry_names_is_there_whatever_the_client_passes_on() -> None:
    """known.py."""
    env: dict[str, Given] = {
        "API_TOKEN": Reference(variable="API_TOKEN"),
        "K": "v",
        "NO": Reference(variable="UNSET", before="x"),
    }
    got = surroundings(KNOWN["codex"], Launch(name="x", command="/b", env=env), LINUX)
    assert got.environ == {"HOME": "/h", "PATH": "/bin", "API_TOKEN": "sesame", "K": "v"}
    assert got.missing == ("UNSET",)


def test_a_variable_is_carried_as_the_clients_reference() -> None:
    """design of part 9: env:NAME becomes the client's own reference."""
    got = carried(KNOWN["cursor"], {"API_TOKEN": None, "MADE": "value"}, LINUX, write_secrets=False)
    assert got.env == {"API_TOKEN": Reference(variable="API_TOKEN"), "MADE": "value"}
    assert got.told == ("Cursor has to be started where API_TOKEN is set",)
    assert carried(KNOWN["vscode"], {"API_TOKEN": None}, LINUX, write_secrets=False).told == ()  # it asks a person


def test_a_client_without_references_that_passes_all_on_is_said_so() -> None:
    """Zed."""
    got = carried(KNOWN["zed"], {"API_TOKEN": None}, LINUX, write_secrets=False)
    assert got.env == {}
    assert got.told == ("Zed has to be started where API_TOKEN is set; its file cannot refer to a variable",)


def test_a_client_that_has_no_way_is_refused_with_the_ways_out() -> None:
    """design of part 9: Claude Desktop."""
    with pytest.raises(ConfigError, match="starts servers without your shell's variables") as caught:
        carried(KNOWN["claude-desktop"], {"API_TOKEN": None}, LINUX, write_secrets=False)
    assert "--write-secrets" in str(caught.value.hint)
    assert "sesame" not in str(caught.value)


def test_a_value_is_written_where_that_was_asked_for() -> None:
    """design of part 9: --write-secrets."""
    got = carried(KNOWN["claude-desktop"], {"API_TOKEN": None}, LINUX, write_secrets=True)
    assert got.env == {"API_TOKEN": "sesame"}
    with pytest.raises(ConfigError):
        carried(KNOWN["claude-desktop"], {"UNSET": None}, LINUX, write_secrets=True)


def test_settings_of_the_shell_are_carried_or_named() -> None:
    """design of part 9: what stands in OPENAPI_MCP_... of the shell."""
    names = ("OPENAPI_MCP_BASE_URL",)
    got = of_the_shell(KNOWN["codex"], names, LINUX, write_secrets=False)
    assert got.env == {"OPENAPI_MCP_BASE_URL": Reference(variable="OPENAPI_MCP_BASE_URL")}
    lost = of_the_shell(KNOWN["zed"], names, LINUX, write_secrets=False)
    assert lost.env == {}
    assert lost.lost == ("what OPENAPI_MCP_BASE_URL says here is not said to a server that Zed starts",)
