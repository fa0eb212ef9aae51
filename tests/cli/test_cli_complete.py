"""Shell completion: what a TAB offers, in real shells. typer writes their scripts."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support.child import clean_environment, running
from support.terminal import at_terminal
from support.upstream import description

from openapi_mcp.cli.complete import join_words, typed_words
from openapi_mcp.cli.serve_options import SERVE
from openapi_mcp.settings import READERS

SPEC = "https://a.example:8443/v1/openapi.json"


def in_bash(words: list[str]) -> dict[str, str]:
    """Return what bash says of a line, the last word being the one that the TAB is pressed in."""
    return {
        "_OPENAPI_MCP_COMPLETE": "complete_bash",
        "COMP_WORDS": "\n".join(["openapi-mcp", *words]),
        "COMP_CWORD": str(len(words)),
    }


def completed(words: list[str], folder: Path) -> list[str]:
    """Return what a TAB offers, each word as bash parts it."""
    done = subprocess.run(
        [sys.executable, "-m", "openapi_mcp"],
        env=clean_environment(**in_bash(words)),
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stderr == ""
    return done.stdout.split()


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (["inst"], ["install"]),
        (["serve", "--mo"], ["--mode"]),
        (["serve", "--mode", ""], ["auto", "tools", "search"]),
        (["serve", "--mode", "=", "s"], ["search"]),
        (["serve", "--spec", "https", ":", "//a.example", "--log-level", "w"], ["warning"]),
        (["install", "claude"], ["claude-code", "claude-desktop"]),
        (["uninstall", "cursor", "wind"], ["windsurf"]),
        (["init", "--install", "z"], ["zed"]),
        (["call", "--spec", "nothing-kept.json", ""], []),
    ],
)
def test_a_tab_offers_commands_options_and_values(words: list[str], names: list[str], tmp_path: Path) -> None:
    """Issue 10: shell completion."""
    assert completed(words, tmp_path) == names


def test_tools_are_offered_as_serve_has_kept_them(tmp_path: Path) -> None:
    """Issue 10: from the kept catalogue only; the document is not there any more, and nobody asks for it."""
    (tmp_path / "api.json").write_text(json.dumps(description("/albums", "/artists", "/songs")))
    os.utime(tmp_path / "api.json", (1_600_000_000, 1_600_000_000))  # what is just written may be written again
    options = ["--spec", str(tmp_path / "api.json"), "--base-url", "https://a.example"]
    with running("serve", *options, folder=tmp_path) as child:
        child.open()
        child.request("tools/list")
        child.close_stdin()
        assert child.wait() == 0
    (tmp_path / "api.json").unlink()
    assert list(tmp_path.rglob("*.catalogue"))
    assert completed(["call", *options, "a"], tmp_path) == ["albums", "artists"]
    assert completed(["inspect", *options, "so"], tmp_path) == ["songs"]
    assert completed(["call", "--spec", "other.json", "a"], tmp_path) == []


@pytest.mark.parametrize(
    ("words", "at", "joined", "place"),
    [
        (["serve", "--spec", "https", ":", "//a:1/b", "--m"], 6, "serve --spec https://a:1/b --m", 4),
        (["serve", "--mode", "=", "s"], 4, "serve --mode=s", 2),
        (["serve", "-H", "'X-Key: env:K'", ""], 4, "serve -H 'X-Key: env:K'", 4),
        (["call", "a", ""], 3, "call a", 3),
    ],
)
def test_words_that_bash_parts_are_put_together(words: list[str], at: int, joined: str, place: int) -> None:
    """bash's COMP_WORDBREAKS has `:` and `=`; without this a URL would be taken for three arguments."""
    environ = {**in_bash(words), "COMP_CWORD": str(at)}
    join_words(environ)
    assert (environ["COMP_WORDS"], environ["COMP_CWORD"]) == (f"openapi-mcp {joined}", str(place))


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("openapi-mcp ", []),
        ("openapi-mcp call --spec a.json or", ["call", "--spec", "a.json"]),
        ("openapi-mcp call --spec 'a b.json' ", ["call", "--spec", "a b.json"]),
        ("openapi-mcp call --header 'X: ", ["call", "--header", "'X:"]),
    ],
)
def test_other_shells_say_the_line_up_to_the_tab(typed: str, words: list[str]) -> None:
    """typer's scripts for zsh, fish and PowerShell."""
    environ = {"_OPENAPI_MCP_COMPLETE": "complete_zsh", "_TYPER_COMPLETE_ARGS": typed}
    assert typed_words(environ) == words
    join_words(environ)
    assert environ["_TYPER_COMPLETE_ARGS"] == typed


def test_every_value_that_is_offered_is_one() -> None:
    """What a TAB offers is never refused."""
    known = [(key, option, value) for group in SERVE for key, option in group.items() for value in option.values]
    assert {"mode", "client", "methods", "confirm", "recovery", "list_style"} <= {key for key, _, _ in known}
    for key, option, value in known:
        READERS[key](value, option.names[0])


@pytest.fixture
def shell_environment(tmp_path: Path) -> dict[str, str]:
    """A folder in which `openapi-mcp` is a command, first in PATH."""
    ours = tmp_path / "bin" / "openapi-mcp"
    ours.parent.mkdir()
    ours.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m openapi_mcp "$@"\n')
    ours.chmod(0o755)
    return {"PATH": f"{ours.parent}{os.pathsep}{os.environ['PATH']}", "HOME": str(tmp_path)}


def test_bash_completes_at_a_real_terminal(tmp_path: Path, shell_environment: dict[str, str]) -> None:
    """The words are those of bash itself, with a URL among them."""
    environment = {**shell_environment, "PS1": "ready>"}
    bash = ("bash", "--norc", "--noprofile", "-i")
    with at_terminal(folder=tmp_path, environment=environment, program=bash) as person:
        person.see("ready>")
        person.type('eval "$(_OPENAPI_MCP_COMPLETE=source_bash openapi-mcp)"')
        person.see("ready>")
        person.press(f"openapi-mcp call --spec {SPEC} --mo\t")
        person.see("--mode ")
        person.press("sea\t")
        person.see("search ")
        person.press("\x03exit\n")


def installed(shell: str) -> str:
    """Return where a shell is, which must be there."""
    found = shutil.which(shell)
    assert found, f"{shell} is missing: install it, or leave this out with -m 'not {shell}', as .ci/run does"
    return found


@pytest.fixture
def zsh() -> str:
    return installed("zsh")


@pytest.fixture
def fish() -> str:
    return installed("fish")


def test_zsh_completes_at_a_real_terminal(zsh: str, tmp_path: Path, shell_environment: dict[str, str]) -> None:
    """typer's script, evaluated as its --install-completion has it."""
    environment = {**shell_environment, "PS1": "ready>"}
    with at_terminal(folder=tmp_path, environment=environment, program=(zsh, "-f", "-i")) as person:
        person.see("ready>")
        person.type("autoload -Uz compinit; compinit -u -D; PS1=go+ahead")
        person.see("\rgo+ahead")
        person.type('eval "$(_OPENAPI_MCP_COMPLETE=source_zsh openapi-mcp)"; PS1=now+type')
        person.see("\rnow+type")
        person.press(f"openapi-mcp call --spec {SPEC} --mode sea\t")
        person.see("search ")
        person.press("\x03exit\n")


def test_fish_completes(fish: str, tmp_path: Path, shell_environment: dict[str, str]) -> None:
    """fish's own `complete -C` says what a TAB would offer."""
    line = f"openapi-mcp call --spec {SPEC} --mode sea"
    script = f"_OPENAPI_MCP_COMPLETE=source_fish openapi-mcp | source; complete -C '{line}'"
    done = subprocess.run(
        [fish, "--no-config", "-c", script],
        env=clean_environment(**shell_environment),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.split() == ["search"]
