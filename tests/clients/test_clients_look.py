"""What the machine says of an entry."""

import json
import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from support.entries import remote, started

from openapi_mcp.clients import look as looking
from openapi_mcp.clients.known import Scope
from openapi_mcp.clients.look import folder_of, look
from openapi_mcp.clients.machine import Machine, System
from openapi_mcp.clients.standing import Looked


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A home and a project."""
    for name in ("home", "project"):
        (tmp_path / name).mkdir()
    home, folder = str(tmp_path / "home"), str(tmp_path / "project")
    return Machine(system=System.LINUX, home=home, environ={"PATH": str(tmp_path / "home")}, folder=folder)


def script(path: Path, text: str = "#!/bin/sh\n", mode: int = 0o755) -> str:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return str(path)


def test_a_command_is_found_as_the_client_would_find_it(machine: Machine, tmp_path: Path) -> None:
    """An absolute path, a name on the server's PATH, a path from its folder."""
    there = script(tmp_path / "home" / "openapi-mcp")
    assert look(started(command=there), machine).command == there
    assert look(started(command="openapi-mcp"), machine).command == there
    assert look(started(command="./openapi-mcp"), machine).command is not None
    assert look(started(command="./openapi-mcp", scope=Scope.PROJECT), machine).command is None
    script(tmp_path / "home" / "plain", mode=0o644)
    assert look(started(command="plain"), machine).command is None
    assert look(started(command="a\0b"), machine).command is None


def test_a_script_whose_interpreter_is_gone_is_seen(machine: Machine, tmp_path: Path) -> None:
    """What is left of a pipx environment that was moved."""
    moved = script(tmp_path / "home" / "moved", "#!/nowhere/bin/python\nimport x\n")
    assert look(started(command=moved), machine) == Looked(command=moved, interpreter="/nowhere/bin/python")
    assert look(started(command=script(tmp_path / "home" / "bare", "#!\n")), machine).interpreter == ""
    assert look(started(command=sys.executable), machine).interpreter == ""
    assert looking._lost_interpreter("/nowhere/at-all") == ""  # gone in between, or not to be read


def test_files_that_are_not_there_are_seen_from_the_folder_of_the_entry(machine: Machine, tmp_path: Path) -> None:
    """A user's entry starts at home, a project's in the project."""
    (tmp_path / "project" / "o.json").write_text("{}", encoding="utf-8")
    entry = started("--spec", "o.json", "--config", "/nowhere/x.toml", "--overlay", "a\0b")
    assert look(entry, machine).absent == ("o.json", "/nowhere/x.toml", "a\0b")
    assert look(replace(entry, scope=Scope.PROJECT), machine).absent == ("/nowhere/x.toml", "a\0b")
    assert look(started("--spec", "../project/o.json", cwd="."), machine).absent == ()
    assert look(started("--bearer", "file:~nobody-of-this-name/x"), machine).absent == ("~nobody-of-this-name/x",)


def test_the_folder_is_the_one_that_is_named(machine: Machine) -> None:
    """`cwd` of Codex, VS Code, Gemini."""
    assert folder_of(started(cwd="/x"), machine) == "/x"
    assert folder_of(started(), machine) == machine.home
    assert folder_of(started(scope=Scope.LOCAL), machine) == machine.folder
    assert folder_of(remote("http://x"), machine) == machine.home


def test_a_file_that_others_may_read_is_seen(machine: Machine, tmp_path: Path) -> None:
    """Mode 0600 or not."""
    file = script(tmp_path / "home" / "c.json", "{}", 0o640)
    assert look(replace(remote("http://x"), file=file), machine).is_shared
    Path(file).chmod(0o600)
    assert not look(replace(remote("http://x"), file=file), machine).is_shared
    assert not look(replace(remote("http://x"), file="/nowhere"), machine).is_shared


def trusted(machine: Machine, client: str) -> bool | None:
    return look(started(client=client, scope=Scope.PROJECT), machine).is_trusted


@pytest.mark.parametrize(
    "settings", [{"enabledMcpjsonServers": ["shop"]}, {"enableAllProjectMcpServers": True, "other": 1}]
)
def test_claude_code_says_which_servers_of_a_project_are_approved(machine: Machine, settings: object) -> None:
    """Tried with 2.1.197: in its own file for the project, or in .claude/settings.local.json."""
    assert trusted(machine, "claude-code") is False
    own, local = Path(machine.home) / ".claude.json", Path(machine.folder) / ".claude" / "settings.local.json"
    own.write_text(json.dumps({"projects": {machine.folder: settings}}), encoding="utf-8")
    assert trusted(machine, "claude-code") is True
    own.write_text("{", encoding="utf-8")
    assert trusted(machine, "claude-code") is False
    script(local, json.dumps(settings))
    assert trusted(machine, "claude-code") is True
    local.write_text("[1]", encoding="utf-8")
    assert trusted(machine, "claude-code") is False


@pytest.mark.parametrize("leads_to", ["/dev/stdin", "/dev/tty", "/dev/zero", "a pipe", "."])
def test_a_projects_link_to_what_never_ends_holds_nothing_up(machine: Machine, leads_to: str) -> None:
    """Found by an attack on it: git carries links, and a pipe waits for who writes to it."""
    local = Path(machine.folder) / ".claude" / "settings.local.json"
    local.parent.mkdir()
    os.mkfifo(local) if leads_to == "a pipe" else local.symlink_to(leads_to)
    assert trusted(machine, "claude-code") is False
    assert looking._lost_interpreter(str(local)) == ""


def test_codex_says_which_projects_are_trusted(machine: Machine) -> None:
    """developers.openai.com/codex: projects.<path>.trust_level."""
    assert trusted(machine, "codex") is False
    own = script(
        Path(machine.home) / ".codex" / "config.toml", f'[projects."{machine.folder}"]\ntrust_level = "trusted"\n'
    )
    assert trusted(machine, "codex") is True
    Path(own).write_text("[", encoding="utf-8")
    assert trusted(machine, "codex") is False


def test_gemini_says_which_folders_are_trusted(machine: Machine) -> None:
    """Its own files, which may have comments; of a user's entry too, as it starts none elsewhere."""
    assert trusted(machine, "gemini") is False
    assert look(started(client="gemini"), machine).is_trusted is False
    rules = Path(machine.home) / ".gemini" / "trustedFolders.json"
    script(rules, f'{{"{machine.folder}": "TRUST_FOLDER"}} // ours\n')
    assert trusted(machine, "gemini") is True
    assert look(started(client="gemini"), machine).is_trusted is True
    script(rules, '{"a\\u0000b": "TRUST_FOLDER"}')
    assert trusted(machine, "gemini") is False
    script(rules, "{")
    assert trusted(machine, "gemini") is False
    script(rules.with_name("settings.json"), '{"security": {"folderTrust": {"enabled": false}}}')
    assert trusted(machine, "gemini") is True
    elsewhere = {**machine.environ, "GEMINI_CLI_HOME": machine.folder, "GEMINI_CLI_TRUSTED_FOLDERS_PATH": "/nowhere"}
    assert trusted(replace(machine, environ=elsewhere), "gemini") is False


def test_of_other_clients_and_other_scopes_nothing_is_known(machine: Machine) -> None:
    """They keep it elsewhere."""
    assert trusted(machine, "cursor") is None
    assert look(started(), machine).is_trusted is None
