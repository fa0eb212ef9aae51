"""What is said of an entry as it stands."""

from typing import Any

import pytest
from support.entries import a_machine, brief, only, remote, started

from openapi_mcp.clients.findings import Finding, Severity
from openapi_mcp.clients.found import Installed
from openapi_mcp.clients.known import Scope
from openapi_mcp.clients.launch import Reference
from openapi_mcp.clients.machine import Machine, System
from openapi_mcp.clients.standing import Looked, can_start, doubles, files_of, standing, unset

HERE = "/opt/bin/openapi-mcp"


def said(installed: Installed, machine: Machine | None = None, **looked: Any) -> list[Finding]:
    seen = Looked(**{"command": HERE, **looked})
    return list(standing(installed, seen, machine or a_machine()))


def test_an_entry_that_is_well_is_not_talked_about() -> None:
    """Silence is the best finding."""
    env = {"T": Reference(variable="T")}
    assert said(started("--spec", "/a.json", "--bearer", "env:T", env=env), a_machine(T="x")) == []
    assert (
        said(remote("https://x.example/mcp", headers={"Authorization": Reference(variable="T")}), a_machine(T="x"))
        == []
    )


def test_a_command_that_is_gone_is_an_error() -> None:
    """Issue 10: moved pipx environment, a file that is gone."""
    finding = only(said(started(), command=None))
    assert (finding.rule, finding.severity, finding.what) == ("command", Severity.ERROR, f"its command is gone: {HERE}")
    finding = only(said(started(), interpreter="/old/bin/python"))
    assert "wants /old/bin/python, which is gone" in finding.what
    assert can_start(Looked(command=HERE))
    assert not can_start(Looked())
    assert not can_start(Looked(command=HERE, interpreter="/old/bin/python"))


def test_a_command_that_is_found_from_some_places_only_is_a_warning() -> None:
    """mcp-facts.md section 8: applications started from the desktop have no shell's PATH."""
    assert "from one folder only" in only(said(started(command="bin/openapi-mcp"))).what
    assert "looked up on PATH" in only(said(started(command="openapi-mcp", client="cursor"))).what
    assert said(started(command="openapi-mcp")) == []


def test_the_files_of_a_command_line_are_found() -> None:
    """Options, and values that are `file:PATH`."""
    args = ("serve", "--spec", "a.json", "--config=/b.toml", "--overlay", "https://x/o", "--bearer", "file:key",
            "-s", "-", "--spec", "name=c.json", "--client-cert")  # fmt: skip
    assert list(files_of(args)) == ["a.json", "/b.toml", "key"]


def test_a_file_that_is_not_there_or_is_named_from_a_folder_is_told() -> None:
    """A client starts servers in a folder of its own."""
    entry = started("--spec", "a.json", "--config", "/b.toml")
    findings = said(entry, absent=("/b.toml",))
    assert brief(findings) == [("named-file", "error"), ("named-file", "warning")]
    assert findings[0].mend == "openapi-mcp uninstall claude-code --name shop --scope user"
    assert findings[1].mend.startswith("cd /work-of-ann && openapi-mcp install")
    assert said(started("--spec", "a.json", cwd="/x")) == []


def test_a_variable_that_is_not_set_is_an_error() -> None:
    """Issue 10: whether references resolve."""
    entry = started("--bearer", "env:T", env={"T": Reference(variable="T")})
    finding = only(said(entry))
    assert (finding.rule, finding.severity, finding.mend) == ("variable", Severity.ERROR, "read -rs T && export T")
    assert unset(entry, a_machine()) == ["T"]
    assert "--bearer names the variable T, which is not set" in only(said(started("--bearer", "env:T"))).what


def test_a_variable_that_may_not_reach_an_application_is_a_warning() -> None:
    """Issue 10: not reaching a GUI client."""
    entry = started(client="cursor", env={"T": Reference(variable="T")})
    finding = only(said(entry, a_machine(T="x")))
    assert (finding.severity, finding.mend) == (Severity.WARNING, "systemctl --user import-environment T")
    assert only(said(entry, a_machine(System.MACOS, T="x"))).mend == 'launchctl setenv T "$T"'


@pytest.mark.parametrize(
    ("client", "words"), [("codex", "only a few variables"), ("gemini", "all but what looks like a secret")]
)
def test_a_variable_that_a_client_does_not_pass_on_is_an_error(client: str, words: str) -> None:
    """known.py: what each client passes on."""
    finding = only(said(started("--bearer", "env:MY_TOKEN", client=client), a_machine(MY_TOKEN="x")))
    assert words in finding.what
    assert finding.mend.endswith("--bearer env:MY_TOKEN")
    desktop = only(said(started("--bearer", "env:T", client="claude-desktop"), a_machine(T="x")))
    assert desktop.mend.endswith("--write-secrets")


def test_a_client_that_asks_its_person_needs_no_variable() -> None:
    """VS Code's inputs; to be tried here the value has to be known here."""
    finding = only(said(started(client="vscode", env={"T": Reference(variable="T")})))
    assert (finding.rule, finding.severity) == ("variable", Severity.OK)
    assert said(started(client="vscode", env={"T": Reference(variable="T")}), a_machine(T="x")) == []


def test_a_secret_in_clear_is_told_and_not_shown() -> None:
    """Issue 10: secrets in clear in the file, a file readable by others."""
    findings = said(started("--bearer", "abcdef", env={"A_KEY": "ghijkl"}), is_shared=True)
    assert brief(findings) == [("secret", "warning"), ("secret", "warning"), ("readable", "error")]
    assert "in --bearer" in findings[0].what
    assert "in the variable A_KEY" in findings[1].what
    assert findings[2].mend == "chmod 600 /u/ann/clients.json"
    assert "abcdef" not in str(findings)
    assert "ghijkl" not in str(findings)
    assert findings[0].mend == (
        "read -rs SHOP_BEARER && export SHOP_BEARER && "
        "openapi-mcp install claude-code --scope user --name shop --bearer env:SHOP_BEARER"
    )


def test_a_secret_in_a_url_is_told_and_not_shown() -> None:
    """Found by an attack on it: `user:password@`, and a key in a query."""
    args = ("--spec", "https://u:PWPW@h/o.json", "--base-url=http://u:PWPW@h", "https://h?k=PWPW", "--spec", "http://h")
    findings = said(started(*args, "--records", "p://u:PWPW@h/d"))
    assert brief(findings) == [("secret", "warning")] * 4
    assert [one.what.partition("in the file, in ")[2].partition(";")[0] for one in findings] == [
        "--records", "the URL of --spec", "the URL of --base-url", "a URL",
    ]  # fmt: skip
    assert findings[1].mend == "${EDITOR:-vi} /u/ann/clients.json"
    at_url = only(said(remote("http://u:PWPW@h/mcp?api_key=PWPW")))
    assert "in its URL" in at_url.what
    assert "PWPW" not in str([*findings, at_url])


def test_what_is_no_name_of_a_variable_comes_to_no_shell() -> None:
    """Found by an attack on it."""
    hostile = "X_TOKEN;touch /tmp/pwned;"
    in_clear = only(said(started(env={hostile: "abcdefgh"})))
    assert in_clear.mend.startswith("read -rs SHOP_X_TOKEN_TOUCH_TMP_PWNED && export SHOP_X_TOKEN_TOUCH_TMP_PWNED && ")
    finding = only(said(started(client="codex", env={hostile: Reference(variable=hostile)})))
    assert (finding.severity, finding.mend) == (Severity.ERROR, "${EDITOR:-vi} /u/ann/clients.json")
    assert "no name that a variable can have" in finding.what


def test_a_secret_in_a_projects_file_is_an_error() -> None:
    """It goes where the project goes."""
    findings = said(started("--bearer", "abcdef", scope=Scope.PROJECT), is_trusted=True)
    assert brief(findings) == [("secret", "error")]


def test_where_a_client_has_no_references_a_secret_is_known() -> None:
    """Claude Desktop, Zed: there is only file:PATH."""
    assert brief(said(started("--bearer", "abcdef", client="claude-desktop"))) == [("secret", "ok")]


def test_a_header_in_clear_is_told() -> None:
    """A server at a URL."""
    findings = said(remote("https://x.example/mcp", headers={"Authorization": "Bearer abc", "X-Empty": ""}))
    assert brief(findings) == [("secret", "warning")]
    assert "in the header Authorization" in findings[0].what
    assert findings[0].mend.endswith(
        "--url https://x.example/mcp --bearer env:SHOP_BEARER --header 'X-Empty: env:SHOP_X_EMPTY'"
    )


def test_a_projects_entry_wants_to_be_trusted() -> None:
    """Issue 10: project files that want approval or trust."""
    entry = started(scope=Scope.PROJECT)
    finding = only(said(entry, is_trusted=False))
    assert (finding.rule, finding.severity, finding.mend) == ("trust", Severity.WARNING, "claude")
    assert "approve the server" in finding.what
    assert brief(said(entry)) == [("trust", "ok")]
    assert said(entry, is_trusted=True) == []


def test_gemini_starts_nothing_in_a_folder_that_it_does_not_trust() -> None:
    """Gemini CLI 0.61.0: `gemini mcp list` says "disabled because this folder is untrusted", of user entries too."""
    for scope in (Scope.USER, Scope.PROJECT):
        finding = only(said(started(client="gemini", scope=scope), is_trusted=False))
        assert (finding.rule, finding.severity, finding.mend) == ("trust", Severity.WARNING, "gemini")
        assert finding.what.startswith("Gemini CLI does not trust this folder and starts no server in it")
        assert said(started(client="gemini", scope=scope), is_trusted=True) == []


@pytest.mark.parametrize("scopes", [(Scope.USER, Scope.PROJECT), (Scope.PROJECT, Scope.USER)])
def test_one_name_in_two_scopes_is_one_server(scopes: tuple[Scope, Scope]) -> None:
    """Claude Code lists it once, from the nearer scope; the team's file is not what is to be taken out."""
    finding = only(doubles([started("--spec", "x", scope=scope, file=f"/{scope}") for scope in scopes]))
    assert (finding.scope, finding.rule, finding.severity) == (scopes[1], "twice", Severity.OK)
    assert finding.what == (
        f"/{scopes[0]} has an entry of this name too; Claude Code uses one of them, that of the nearer scope"
    )
    assert finding.mend == "openapi-mcp uninstall claude-code --name shop --scope user"


def test_an_api_that_a_client_has_twice_is_told_once() -> None:
    """Issue 10: the same API twice."""
    first, second = started("--spec", "x"), started("--spec=x", name="again")
    others = [started("--spec", "x", client="codex"), started("-s", "y"), started("--spec-command", "x y")]
    finding = only(doubles([first, *others, second]))
    assert (finding.server, finding.rule, finding.severity) == ("again", "twice", Severity.WARNING)
    assert "also as shop in /u/ann/clients.json" in finding.what
    assert finding.mend == "openapi-mcp uninstall claude-code --name again --scope user"
    assert brief(doubles([remote("http://x"), remote("http://x", name="b"), remote("http://y")])) == [
        ("twice", "warning")
    ]
    assert list(doubles([started("--spec"), started(name="b")])) == []
