"""What is installed where, and files that nobody can read."""

import json
from pathlib import Path

import pytest

from openapi_mcp.clients.found import Unread, installed
from openapi_mcp.clients.known import KNOWN, Scope
from openapi_mcp.clients.launch import Launch
from openapi_mcp.clients.machine import Machine, System

OURS = {"command": "/bin/openapi-mcp", "args": ["serve", "--spec", "/a.yaml"]}


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    (tmp_path / "home").mkdir()
    (tmp_path / "shop").mkdir()
    return Machine(system=System.LINUX, home=str(tmp_path / "home"), environ={}, folder=str(tmp_path / "shop"))


def test_nothing_is_found_where_nothing_is(machine: Machine) -> None:
    """And nothing is made."""
    found = installed(machine)
    assert (found.servers, found.problems) == ((), ())
    assert list(Path(machine.home).iterdir()) == []


def test_servers_of_ours_are_found_in_every_file_and_scope(machine: Machine) -> None:
    """design of part 9: every entry of ours in every client's files."""
    home, folder = Path(machine.home), Path(machine.folder)
    local = {machine.folder: {"mcpServers": {"three": OURS}}}
    servers = {"one": OURS, "other": {"command": "npx"}, "odd": 5}
    (home / ".claude.json").write_text(json.dumps({"mcpServers": servers, "projects": local}))
    (folder / ".mcp.json").write_text(json.dumps({"mcpServers": {"two": OURS}}))
    (home / ".codex").mkdir()
    (home / ".codex" / "config.toml").write_text('[mcp_servers.four]\ncommand = "openapi-mcp"\nargs = ["serve"]\n')
    found = installed(machine)
    assert [(each.client, each.scope, each.name) for each in found.servers] == [
        ("claude-code", Scope.USER, "one"),
        ("claude-code", Scope.PROJECT, "two"),
        ("claude-code", Scope.LOCAL, "three"),
        ("codex", Scope.USER, "four"),
        ("copilot-cli", Scope.PROJECT, "two"),
    ]
    assert found.servers[0].target == Launch(
        name="one", command="/bin/openapi-mcp", args=("serve", "--spec", "/a.yaml")
    )
    assert found.servers[0].file == str(home / ".claude.json")
    assert [each.name for each in installed(machine, (KNOWN["codex"],)).servers] == ["four"]


def test_a_file_that_cannot_be_read_is_a_problem_and_no_end(machine: Machine) -> None:
    """design of part 9: Found(servers, problems)."""
    home = Path(machine.home)
    (home / ".cursor").mkdir()
    (home / ".cursor" / "mcp.json").write_text('{\n "mcpServers": [}')
    (home / ".claude.json").mkdir()
    cursor, claude = str(home / ".cursor" / "mcp.json"), str(home / ".claude.json")
    assert installed(machine).problems == (
        Unread(client="claude-code", scope=Scope.USER, file=claude, what="this is no file"),
        Unread(client="claude-code", scope=Scope.LOCAL, file=claude, what="this is no file"),
        Unread(
            client="cursor",
            scope=Scope.USER,
            file=cursor,
            what=f"this file cannot be understood: a value is missing ({cursor}:2:17)",
        ),
    )
