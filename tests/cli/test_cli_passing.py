"""cli/passing.py: what a terminal shows of `ask` for the moment only, and that it is never in the way of what stays."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.model_scripts import say, use
from support.model_service import CLAUDE, ModelService, running_models
from support.screen import screen
from support.terminal import Terminal, at_terminal
from support.upstream import Upstream, description
from support.wires import Reply, Wires, openai_says, stream, wires

from openapi_mcp.cli.output import notice
from openapi_mcp.cli.passing import Passing, passing

XTERM = {"TERM": "xterm-256color", "COLUMNS": "60", "LINES": "40"}
PROMPT = "\x1b[?2004h"  # a terminal is told that a line is read
MODEL = ("--model", f"anthropic:{CLAUDE}")
HELD = Reply(b"", hangs=True)


@pytest.fixture
def server() -> Iterator[Wires]:
    with wires() as running:
        yield running


@pytest.fixture
def models() -> Iterator[ModelService]:
    with running_models() as service:
        yield service


def said_so_far(text: str) -> Reply:
    """Return the beginning of an answer, whose end does not come."""
    whole = stream(openai_says(text)[:3], breaks=True)
    return Reply(whole.body, hangs=True)


def served(upstream: Upstream) -> tuple[str, ...]:
    document = description("/orders", "/held")
    document["paths"]["/orders"]["post"] = {"operationId": "create", "responses": {}}
    document["paths"]["/held"]["post"] = {"operationId": "hold", "responses": {}}
    return ("--spec", upstream.serve(document), "--methods", "all", "--no-records")


def local(server: Wires) -> tuple[str, ...]:
    return ("--model", "qwen", "--model-url", f"{server.url}/v1")


def lines(terminal: Terminal) -> list[str]:
    """Return what stands on the screen."""
    return [line for line in screen(terminal.seen) if line]


def lines_before(terminal: Terminal, prompt: str) -> list[str]:
    """Return what stood on the screen between the last two prompts."""
    return screen(terminal.seen.rpartition(prompt)[0].rpartition("\x1b[?2004l")[2])


def test_who_is_waited_for_is_shown_and_then_what_it_says_as_it_comes(
    server: Wires, upstream: Upstream, tmp_path: Path
) -> None:
    """Issue 11: each step streams to the terminal; Ctrl-C ends cleanly."""
    server.replies.append(said_so_far("Let me \x1b]0;owned\x07look\nfor it. "))
    options = (*served(upstream), *local(server))
    with at_terminal("ask", "what?", *options, folder=tmp_path, environment=XTERM) as terminal:
        terminal.see("waits for qwen")
        terminal.see("Let me look")
        terminal.interrupt()
        terminal.see("interrupted; 0 steps")
        assert terminal.end() == 130
    assert "\x1b]" not in terminal.seen
    assert not any("Let me" in line or "waits" in line for line in lines(terminal))
    assert terminal.seen.rfind("\x1b[?25h") > terminal.seen.rfind("\x1b[?25l")


def test_a_long_text_shows_its_end_in_a_few_lines(server: Wires, upstream: Upstream, tmp_path: Path) -> None:
    """Our choice: what is taken back must fit on the screen."""
    text = " ".join(f"word{number}" for number in range(1_000))
    server.replies.append(said_so_far(2 * f"{text} END"))
    with at_terminal("ask", "what?", *served(upstream), *local(server), folder=tmp_path, environment=XTERM) as terminal:
        terminal.see("END")
        shown = lines(terminal)
        terminal.interrupt()
        assert terminal.end() == 130
    assert len([line for line in shown if "word" in line]) <= 3
    assert "word1 " not in terminal.seen


def test_a_question_stands_alone_and_what_it_waits_for_comes_back_behind_it(
    models: ModelService, upstream: Upstream, tmp_path: Path
) -> None:
    """Issue 11: a write asks the person first, with the exact request: nothing hides it, or mixes with it."""
    models.play(use("hold"), say("Done."))
    upstream.release.clear()
    options, environment = (*served(upstream), *MODEL), {**XTERM, **models.environment}
    with at_terminal("ask", "hold it", *options, folder=tmp_path, environment=environment) as terminal:
        terminal.see("Accept? [y/N] ")
        asked = screen(terminal.seen)
        assert asked[-1] == "Accept? [y/N]"
        assert f"    | POST {upstream.url}/held" in asked
        assert not any("waits" in line for line in asked)
        terminal.type("y")
        upstream.wait_for_call()
        terminal.see("waits for hold")
        upstream.release.set()
        terminal.see("Done.")
        assert terminal.end() == 0
    assert [line.partition(" ")[0] for line in lines(terminal) if line.startswith(("calls:", "answer:", "Done."))] == [
        "calls:", "answer:", "Done.",
    ]  # fmt: skip
    assert "Accept? [y/N] y" in lines(terminal)
    assert not any("waits" in line for line in lines(terminal))


def test_a_chat_shows_it_too_and_its_prompt_stands_alone(server: Wires, upstream: Upstream, tmp_path: Path) -> None:
    """Our brief: in chat, too."""
    server.replies += [said_so_far("Let me look for it."), stream(openai_says("Here."))]
    options = (*served(upstream), *local(server))
    with at_terminal("ask", *options, folder=tmp_path, environment=XTERM | {"PROMPT_TOOLKIT_NO_CPR": "1"}) as terminal:
        terminal.see(PROMPT)
        terminal.type("what?")
        terminal.see("Let me")
        terminal.interrupt()
        terminal.see("interrupted; 0 steps")
        terminal.see(PROMPT)
        assert not any(line.startswith("Let me") or "waits" in line for line in lines_before(terminal, PROMPT))
        terminal.type("and now?")
        terminal.see("Here.")
        terminal.see(PROMPT)
        terminal.type("/quit")
        assert terminal.end() == 0


def test_a_models_key_is_masked_in_it(server: Wires, upstream: Upstream, tmp_path: Path) -> None:
    """security.md, secrets: a service may say its key again."""
    server.replies.append(said_so_far("Your key is sk-test-0123456789, look. "))
    options = (*served(upstream), *local(server), "--model-key", "env:KEY")
    environment = {**XTERM, "KEY": "sk-test-0123456789"}
    with at_terminal("ask", "?", *options, folder=tmp_path, environment=environment) as terminal:
        terminal.see("look.")
        terminal.interrupt()
        assert terminal.end() == 130
    assert "sk-test-0123456789" not in terminal.seen


@pytest.mark.parametrize(
    ("changes", "options"),
    [({"TERM": "dumb"}, ()), ({}, ("--quiet",)), ({}, ("--json",)), ({}, ("--log-format", "json"))],
)
def test_nothing_of_it_is_shown_where_a_terminal_cannot_take_it_back_or_nobody_wants_it(
    models: ModelService, upstream: Upstream, tmp_path: Path, changes: dict[str, str], options: tuple[str, ...]
) -> None:
    """Our choice, and rich's: a dumb terminal moves no cursor."""
    models.play(use("orders"), say("Done."))
    arguments = ("what?", *served(upstream), *MODEL, *options)
    environment = {**XTERM, **models.environment, **changes}
    with at_terminal("ask", *arguments, folder=tmp_path, environment=environment) as terminal:
        terminal.see("Done.")
        assert terminal.end() == 0
    assert "waits for" not in terminal.seen
    assert "\x1b[?25" not in terminal.seen


def test_without_colours_it_is_shown_without_them(server: Wires, upstream: Upstream, tmp_path: Path) -> None:
    """https://no-color.org: it is about colours, not about what moves the cursor."""
    server.replies.append(said_so_far("Let me look for it."))
    environment = {**XTERM, "NO_COLOR": "1"}
    with at_terminal("ask", "?", *served(upstream), *local(server), folder=tmp_path, environment=environment) as shown:
        shown.see("Let me")
        shown.interrupt()
        assert shown.end() == 130
    assert not any(f"\x1b[{code}m" in shown.seen for code in range(30, 38))


def test_where_stderr_is_no_terminal_nothing_is_shown(capsys: Any) -> None:
    """Our choice: a file of what was said has each line once."""
    for each in (Passing(), passing()):
        each.waits("qwen")
        each.comes("Let me look.")
        notice("a line")
        each.again()
        each.end()
    assert capsys.readouterr().err == "a line\na line\n"
