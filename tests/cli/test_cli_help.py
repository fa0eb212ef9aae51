"""--version, --help and the two ways in."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Command
from support.child import clean_environment, run_command

import openapi_mcp
from openapi_mcp.cli.options import ASK, CALLS, CREDENTIALS, DOCUMENT, OUTPUT, RECORDS, TLS, TOOLS, WHERE_CACHED
from openapi_mcp.cli.serve_options import HTTP
from openapi_mcp.cli.wanted import FILTERS, STORE

SHARED = (DOCUMENT, TOOLS, CREDENTIALS, OUTPUT)
OPTIONS = {
    "inspect": [*SHARED],
    "search": [*SHARED, TLS],
    "call": [*SHARED, CALLS],
    "ask": [*SHARED, TLS, CALLS, ASK, RECORDS],
    "check": [*SHARED],
    "serve": [*SHARED, CALLS, HTTP],
    "login": [DOCUMENT, TOOLS, TLS, OUTPUT],
    "logout": [DOCUMENT, OUTPUT],
}
OWN = {
    "check": ["--json", "--format", "--strict", "--server-name"],
    "inspect": ["--json", "--graph"],
    "search": ["--json", "--limit"],
    "call": ["--json", "--dry-run", "--arg", "--args", "-a"],
    "ask": ["--json", "--continue", "--run"],
    "serve": [],
    "login": ["--client-id", "--client-secret", "--scope", "--redirect-port", "--no-browser", "--auth"],
    "logout": [],
}


@pytest.mark.parametrize("name", OPTIONS)
@pytest.mark.parametrize("asked", ["--help", "-h"])
def test_help_names_every_option_and_shows_examples(command: Command, name: str, asked: str) -> None:
    """style.md, CLI: help gives examples with outcomes; a new reader guesses the option's name."""
    ended = command(name, asked)
    assert (ended.status, ended.err) == (0, "")
    wanted = [f"--{option.replace('_', '-')}" for group in OPTIONS[name] for option in group] + OWN[name]
    shown = re.findall(r"(?<![\w-])--?[a-z][a-z-]*", ended.out)
    assert [option for option in wanted if option not in shown] == []
    assert "\n  Examples:\n" in ended.out
    assert len(re.findall(rf"^ +openapi-mcp {name} .*--spec", ended.out, re.MULTILINE)) >= 3


OF_WHAT_IS_KEPT = {
    ("history",): ([FILTERS, STORE], ["--limit", "--follow", "--json", "-n", "-f"]),
    ("history", "export"): ([FILTERS, STORE], ["--format", "--output", "-o", "--force", "--limit"]),
    ("history", "replay"): ([*SHARED, TLS, CALLS, RECORDS], ["--yes", "--dry-run", "--json"]),
    ("cache",): ([WHERE_CACHED, OUTPUT], ["--api", "--older", "--json", "--config"]),
    ("stats",): ([FILTERS, STORE], ["--by", "--sort", "--limit", "--json"]),
}


@pytest.mark.parametrize("words", OF_WHAT_IS_KEPT, ids=" ".join)
@pytest.mark.parametrize("asked", ["--help", "-h"])
def test_help_of_what_is_kept_needs_no_document(command: Command, words: tuple[str, ...], asked: str) -> None:
    """style.md, CLI: help gives examples with outcomes."""
    groups, own = OF_WHAT_IS_KEPT[words]
    ended = command(*words, asked)
    assert (ended.status, ended.err) == (0, "")
    assert ended.out.startswith(f"Usage: openapi-mcp {' '.join(words)} [OPTIONS]")
    shown = re.findall(r"(?<![\w-])--?[a-z][a-z-]*", ended.out)
    wanted = [f"--{option.replace('_', '-')}" for group in groups for option in group] + own
    assert [option for option in wanted if option not in shown] == []
    assert len(re.findall(rf"^ +openapi-mcp {' '.join(words)}", ended.out, re.MULTILINE)) >= 3


@pytest.mark.parametrize("arguments", [[], ["--help"], ["-h"]], ids=["nothing", "--help", "-h"])
def test_the_command_alone_shows_what_it_can_do(command: Command, arguments: list[str]) -> None:
    """Our choice: no command is no error."""
    ended = command(*arguments)
    assert (ended.status, ended.err) == (0, "")
    assert ended.out.startswith("Usage: openapi-mcp [OPTIONS] COMMAND [ARGS]...\n")
    assert [word for word in OPTIONS if f"\n  {word} " not in ended.out] == []
    assert [words[0] for words in OF_WHAT_IS_KEPT if f"\n  {words[0]} " not in ended.out] == []
    assert "\n  Examples:\n" in ended.out


def test_version(command: Command) -> None:
    """Our choice: name and number."""
    ended = command("--version")
    assert (ended.status, ended.out, ended.err) == (0, f"openapi-mcp {openapi_mcp.__version__}\n", "")


def test_the_module_and_the_installed_command_are_the_same(tmp_path: Path) -> None:
    """`python -m openapi_mcp` and `openapi-mcp`: messages name the command either way."""
    script = Path(sys.executable).with_name("openapi-mcp")
    for arguments in (["--version"], ["inspect", "--help"], ["inspect"]):
        module = run_command(*arguments, folder=tmp_path)
        installed = subprocess.run(
            [script, *arguments],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env=clean_environment(),
            timeout=60,
            check=False,
        )
        assert (installed.returncode, installed.stdout, installed.stderr) == (module.status, module.out, module.err)


def test_help_of_ask_begins_with_its_own_options_and_tells_of_the_chat(command: Command) -> None:
    """A user's finding: some 50 options of every command stood before --model, which every first use needs."""
    said = command("ask", "--help").out
    assert said.index("  --model ") < said.index("  --budget ") < said.index("--spec SOURCE")
    for word in ("/tools", "/runs", "/help", "/quit", "Ctrl-D", "Ctrl-C"):
        assert word in said[: said.index("Examples:")]


def test_help_of_workflow_lists_what_is_below_it(command: Command) -> None:
    """A user's finding: `[OPTIONS] [word]`, and no list of commands."""
    said = command("workflow", "-h").out
    assert "[word]" not in said
    assert "\n  Commands:\n\n    suggest   write" in said
