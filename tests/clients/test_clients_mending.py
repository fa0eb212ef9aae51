"""The commands that mend an entry."""

import pytest
from support.entries import COMMON, remote, started

from openapi_mcp.clients.found import Installed
from openapi_mcp.clients.known import Scope
from openapi_mcp.clients.launch import Reference
from openapi_mcp.clients.machine import System
from openapi_mcp.clients.mending import (
    again,
    away,
    is_name,
    look_again,
    other_credential,
    ours,
    private,
    served,
    set_variable,
    tell_desktop,
    variable_for,
)

DOC = ("--spec", "https://api.example.com/o.json")


def test_an_entry_is_written_anew_with_the_words_it_has() -> None:
    """Issue 10: each finding with the command that mends it."""
    entry = started("stdio", *DOC, "--header", "X-Key: env:KEY", scope=Scope.PROJECT)
    assert again(entry, "--mode", "search") == (
        "openapi-mcp install claude-code --scope project --name shop --spec https://api.example.com/o.json "
        "--header 'X-Key: env:KEY' --mode search"
    )
    assert again(entry, folder="/a b").startswith("cd '/a b' && openapi-mcp install")


def test_a_secret_becomes_a_reference_in_the_command() -> None:
    """security.md: what mends shows no secret either."""
    line = again(started(*DOC, "--bearer=abc", "-H", "X-Key: def", "--auth", "main=ghi"))
    assert line.endswith("--bearer=env:SHOP_BEARER -H 'X-Key: env:SHOP_H' --auth main=env:SHOP_AUTH")


def test_a_server_at_a_url_is_written_anew_with_references_for_its_headers() -> None:
    """`install --url` takes its token by --bearer."""
    headers = {"Authorization": "Bearer abc", "X-Key": Reference(variable="KEY"), "X-Other": "def"}
    line = again(remote("https://mcp.example.com/mcp", headers=headers))
    assert line == (
        "openapi-mcp install claude-code --scope user --name shop --url https://mcp.example.com/mcp "
        "--bearer env:SHOP_BEARER --header 'X-Key: env:KEY' --header 'X-Other: env:SHOP_X_OTHER'"
    )


def test_other_commands_get_only_what_they_take() -> None:
    """`check` knows no --watch."""
    entry = started(*DOC, "--watch", "--port", "80", "--output-schemas", "--bearer=env:A", "--header")
    assert ours(entry, "check", COMMON) == (
        "openapi-mcp check --spec https://api.example.com/o.json --output-schemas --bearer=env:A --header"
    )
    assert ours(entry, "call", COMMON, "a_list").endswith("--header a_list")


def test_the_short_ones() -> None:
    """As they are typed."""
    assert away(started(name="my shop")) == "openapi-mcp uninstall claude-code --name 'my shop' --scope user"
    assert look_again(started()) == "openapi-mcp doctor claude-code --name shop"
    assert private("/a b", System.LINUX) == "chmod 600 '/a b'"
    assert private("C:\\a", System.WINDOWS).startswith('icacls "C:\\a"')
    assert set_variable("T", System.MACOS) == "read -rs T && export T"
    assert set_variable("T", System.WINDOWS) == "$env:T = Read-Host T"
    assert tell_desktop("T", System.MACOS) == 'launchctl setenv T "$T"'
    assert tell_desktop("T", System.LINUX) == "systemctl --user import-environment T"
    assert tell_desktop("T", System.WINDOWS) == "setx T $env:T"
    assert served(("-m", "openapi_mcp", "serve", "stdio", "--spec", "x")) == ["--spec", "x"]
    assert served(("--spec", "x")) == ["--spec", "x"]
    assert variable_for(started(name="2 shops"), "--api-key") == "_2_SHOPS_API_KEY"


@pytest.mark.parametrize(
    ("entry", "command"),
    [
        (started("--bearer", "env:A"), "read -rs A && export A"),
        (started(env={"B": Reference(variable="B")}), "read -rs B && export B"),
        (
            started(),
            "read -rs SHOP_BEARER && export SHOP_BEARER && "
            "openapi-mcp install claude-code --scope user --name shop --bearer env:SHOP_BEARER",
        ),
        (
            remote("https://x.example/mcp"),
            "read -rs SHOP_BEARER && export SHOP_BEARER && openapi-mcp install claude-code --scope user --name shop "
            "--url https://x.example/mcp --bearer env:SHOP_BEARER",
        ),
    ],
)
def test_another_credential_is_asked_for_where_it_comes_from(entry: Installed, command: str) -> None:
    """A value is typed, not written into a history."""
    assert other_credential(entry, System.LINUX) == command


def test_no_name_of_a_file_is_anything_else_to_a_shell() -> None:
    """Found by an attack on it: a variable that is called `X;touch /tmp/pwned;`."""
    hostile = "X;touch /tmp/pwned;$(id)`id`\n&& a|b"
    lines = [set_variable(hostile, system) for system in System] + [tell_desktop(hostile, system) for system in System]
    rest = [line.replace("X_touch_tmp_pwned_id_id_a_b", "NAME") for line in lines]
    assert rest == [set_variable("NAME", system) for system in System] + [tell_desktop("NAME", s) for s in System]
    assert other_credential(started(env={hostile: Reference(variable=hostile)}), System.LINUX).startswith(
        "read -rs SHOP_BEARER && "
    )
    assert [is_name(text) for text in ("A_1", "_", "1A", "", "é", "A\n", "A B")] == [True, True, *[False] * 5]
    assert set_variable("", System.LINUX) == "read -rs _ && export _"


def test_no_password_or_key_of_a_url_stands_in_a_command() -> None:
    """Found by an attack on it: reports of doctor are shown to others."""
    entry = started("--spec", "https://u:PW@h.example/o.json?key=K", "--base-url=http://u:PW@h", "--db", "p://u:PW@h/d")
    line = again(entry)
    assert "PW" not in line
    assert line.endswith("--spec 'https://h.example/o.json?key=***' --base-url=http://h --db p://h/d")
    assert "PW" not in ours(entry, "check", COMMON)
    assert again(remote("http://u:PW@h/mcp?api_key=K")).endswith("--url 'http://h/mcp?api_key=***'")


@pytest.mark.parametrize(
    ("entry", "command"),
    [
        (
            started("--bearer", "env:A", env={"A": "wrong"}),
            "read -rs A && export A && openapi-mcp install claude-code --scope user --name shop --bearer env:A",
        ),
        (
            started("--bearer", "env:A", client="claude-desktop", env={"A": "wrong"}),
            "read -rs A && export A && "
            "openapi-mcp install claude-desktop --scope user --name shop --bearer env:A --write-secrets",
        ),
        (
            started("--api-key=wrong"),
            "read -rs SHOP_API_KEY && export SHOP_API_KEY && "
            "openapi-mcp install claude-code --scope user --name shop --api-key=env:SHOP_API_KEY",
        ),
        (
            started(env={"OPENAPI_MCP_TOKEN": "wrong"}),
            "read -rs OPENAPI_MCP_TOKEN && export OPENAPI_MCP_TOKEN && "
            "openapi-mcp install claude-code --scope user --name shop",
        ),
        (
            remote("https://x.example/mcp", headers={"X-Key": "wrong"}),
            "read -rs SHOP_X_KEY && export SHOP_X_KEY && openapi-mcp install claude-code --scope user --name shop "
            "--url https://x.example/mcp --header 'X-Key: env:SHOP_X_KEY'",
        ),
    ],
)
def test_a_wrong_secret_that_stands_in_the_entry_is_written_anew(entry: Installed, command: str) -> None:
    """A variable that nothing refers to changes nothing."""
    assert other_credential(entry, System.LINUX) == command


def test_an_option_that_is_given_anew_is_there_once() -> None:
    """The last would win; a person reads both."""
    for old in (("--mode", "tools"), ("--mode=tools",)):
        line = again(started(*old, *DOC), "--mode", "search")
        assert line.endswith("--spec https://api.example.com/o.json --mode search")
        assert line.count("--mode") == 1
    assert again(started("--watch", *DOC), "--write-secrets").endswith("o.json --write-secrets")


def test_powershell_joins_with_a_semicolon() -> None:
    """PowerShell 5 has no &&."""
    assert other_credential(started(), System.WINDOWS).startswith("$env:SHOP_BEARER = Read-Host SHOP_BEARER; openapi")
