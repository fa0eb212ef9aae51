"""Where each client keeps its servers, on each operating system."""

import re

import pytest

from openapi_mcp.clients.known import KNOWN, Scope
from openapi_mcp.clients.machine import Machine, System, this_machine
from openapi_mcp.clients.places import place, table
from openapi_mcp.errors import ConfigError
from openapi_mcp.generator.clients import BY_NAME

HOMES = {System.LINUX: "/u/ann", System.MACOS: "/m/ann", System.WINDOWS: "C:\\Users\\ann"}
FOLDERS = {System.LINUX: "/srv/shop", System.MACOS: "/srv/shop", System.WINDOWS: "C:\\shop"}


def machine(system: System = System.LINUX, **environ: str) -> Machine:
    return Machine(system=system, home=HOMES[system], environ=environ, folder=FOLDERS[system])


USER = {
    "claude-code": ("/u/ann/.claude.json", "/m/ann/.claude.json", "C:\\Users\\ann\\.claude.json"),
    "claude-desktop": (
        "/u/ann/.config/Claude/claude_desktop_config.json",
        "/m/ann/Library/Application Support/Claude/claude_desktop_config.json",
        "C:\\Users\\ann\\AppData\\Roaming\\Claude\\claude_desktop_config.json",
    ),
    "cursor": ("/u/ann/.cursor/mcp.json", "/m/ann/.cursor/mcp.json", "C:\\Users\\ann\\.cursor\\mcp.json"),
    "vscode": (
        "/u/ann/.config/Code/User/mcp.json",
        "/m/ann/Library/Application Support/Code/User/mcp.json",
        "C:\\Users\\ann\\AppData\\Roaming\\Code\\User\\mcp.json",
    ),
    "windsurf": (
        "/u/ann/.codeium/windsurf/mcp_config.json",
        "/m/ann/.codeium/windsurf/mcp_config.json",
        "C:\\Users\\ann\\.codeium\\windsurf\\mcp_config.json",
    ),
    "codex": ("/u/ann/.codex/config.toml", "/m/ann/.codex/config.toml", "C:\\Users\\ann\\.codex\\config.toml"),
    "gemini": (
        "/u/ann/.gemini/settings.json",
        "/m/ann/.gemini/settings.json",
        "C:\\Users\\ann\\.gemini\\settings.json",
    ),
    "copilot-cli": (
        "/u/ann/.copilot/mcp-config.json",
        "/m/ann/.copilot/mcp-config.json",
        "C:\\Users\\ann\\.copilot\\mcp-config.json",
    ),
    "zed": (
        "/u/ann/.config/zed/settings.json",
        "/m/ann/.config/zed/settings.json",
        "C:\\Users\\ann\\AppData\\Roaming\\Zed\\settings.json",
    ),
}
PROJECT = {
    "claude-code": "/srv/shop/.mcp.json",
    "cursor": "/srv/shop/.cursor/mcp.json",
    "vscode": "/srv/shop/.vscode/mcp.json",
    "codex": "/srv/shop/.codex/config.toml",
    "gemini": "/srv/shop/.gemini/settings.json",
    "copilot-cli": "/srv/shop/.mcp.json",
    "zed": "/srv/shop/.zed/settings.json",
}


@pytest.mark.parametrize("name", sorted(KNOWN))
@pytest.mark.parametrize("index", range(3))
def test_the_file_of_a_user_is_where_the_client_looks_for_it(name: str, index: int) -> None:
    """mcp-facts.md, 8."""
    system = (System.LINUX, System.MACOS, System.WINDOWS)[index]
    assert str(place(KNOWN[name], Scope.USER, machine(system))) == USER[name][index]


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_the_file_of_a_project_is_in_its_folder(name: str) -> None:
    """mcp-facts.md, 8."""
    if name in PROJECT:
        assert str(place(KNOWN[name], Scope.PROJECT, machine())) == PROJECT[name]
    else:
        with pytest.raises(ConfigError, match="has no scope 'project'") as caught:
            place(KNOWN[name], Scope.PROJECT, machine())
        assert caught.value.hint == "it has user"


@pytest.mark.parametrize(
    ("name", "variable", "there"),
    [
        ("claude-code", "CLAUDE_CONFIG_DIR", "/x/.claude.json"),
        ("codex", "CODEX_HOME", "/x/config.toml"),
        ("gemini", "GEMINI_CLI_HOME", "/x/.gemini/settings.json"),
        ("copilot-cli", "COPILOT_HOME", "/x/mcp-config.json"),
        ("vscode", "XDG_CONFIG_HOME", "/x/Code/User/mcp.json"),
        ("zed", "XDG_CONFIG_HOME", "/x/zed/settings.json"),
    ],
)
def test_a_variable_of_the_client_moves_its_file(name: str, variable: str, there: str) -> None:
    """known.py."""
    assert str(place(KNOWN[name], Scope.USER, machine(System.LINUX, **{variable: "/x"}))) == there


def test_application_data_is_where_windows_says() -> None:
    """%APPDATA% may be elsewhere."""
    moved = machine(System.WINDOWS, APPDATA="D:\\data")
    assert str(place(KNOWN["zed"], Scope.USER, moved)) == "D:\\data\\Zed\\settings.json"


def test_a_mac_has_no_folder_of_the_xdg_convention() -> None:
    """Zed's documentation: XDG_CONFIG_HOME is asked on Linux."""
    assert str(place(KNOWN["zed"], Scope.USER, machine(System.MACOS, XDG_CONFIG_HOME="/x"))) == USER["zed"][1]


def test_a_local_server_of_claude_code_stands_below_its_project() -> None:
    """Tried: `claude mcp add` without --scope."""
    client = KNOWN["claude-code"]
    assert table(client, Scope.LOCAL, machine()) == ("projects", "/srv/shop", "mcpServers")
    assert table(client, Scope.LOCAL, machine(System.WINDOWS)) == ("projects", "C:/shop", "mcpServers")
    assert table(KNOWN["vscode"], Scope.USER, machine()) == ("servers",)


def test_a_project_with_braces_in_its_name_is_found() -> None:
    """Names of folders are data."""
    odd = Machine(system=System.LINUX, home="/u/{ann}", environ={}, folder="/srv/{0}{home}")
    assert str(place(KNOWN["cursor"], Scope.PROJECT, odd)) == "/srv/{0}{home}/.cursor/mcp.json"
    assert table(KNOWN["claude-code"], Scope.LOCAL, odd)[1] == "/srv/{0}{home}"


def test_every_client_has_the_name_that_its_limits_have() -> None:
    """design of part 9: the same keys as generator/clients.py."""
    assert set(KNOWN) <= set(BY_NAME)
    assert len(KNOWN) == 9


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_every_client_says_what_is_to_be_done_and_where_its_facts_are_from(name: str) -> None:
    """design of part 9."""
    known = KNOWN[name]
    assert set(known.files) == set(known.tables)
    assert all(known.next_step(scope) for scope in known.scopes)
    assert re.search(r"\.(com|io|dev|md)\b", known.source)


def test_this_machine_is_the_one_that_we_run_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """machine.py: one function reads the world."""
    monkeypatch.setenv("SOME_VARIABLE", "x")
    here = this_machine()
    assert here.system in System
    assert here.environ["SOME_VARIABLE"] == "x"
