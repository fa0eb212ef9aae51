"""`openapi-mcp ask` at a terminal, with a service of models: a write is shown first, a chat, Ctrl-C."""

import json
import os
import stat
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from conftest import Shop
from support.model_faults import out_of_credit, rejected
from support.model_scripts import say, use, uses
from support.model_service import CLAUDE, GPT, ModelService, running_models
from support.terminal import Terminal, at_terminal
from support.upstream import Upstream, description

MODEL = ("--model", f"anthropic:{CLAUDE}")


@pytest.fixture
def models() -> Iterator[ModelService]:
    with running_models() as service:
        yield service


def orders(upstream: Upstream) -> str:
    document = description("/orders", "/hang")
    document["paths"]["/orders"]["post"] = {"operationId": "create", "responses": {}}
    return upstream.serve(document)


def home(tmp_path: Path) -> Path:
    return Path(os.environ["XDG_STATE_HOME"]) / "openapi-mcp"


@pytest.mark.parametrize(("said", "sent"), [("y", ["POST"]), ("n", [])])
def test_a_write_is_shown_first_and_sent_where_the_person_says_yes(
    models: ModelService, upstream: Upstream, tmp_path: Path, said: str, sent: list[str]
) -> None:
    """Issue 11: a write asks the person first, with the exact request."""
    models.play(use("create"), say("That was it."))
    options = ("--spec", orders(upstream), "--methods", "all", *MODEL)
    with at_terminal("ask", "order", *options, folder=tmp_path, environment=models.environment) as terminal:
        terminal.see("calls: create()")
        assert f"    | POST {upstream.url}/orders" in terminal.see("Accept? [y/N] ")
        assert upstream.calls == []
        terminal.type(said)
        terminal.see("That was it.")
        assert terminal.end() == 0
    assert ([seen.method for seen in upstream.calls], models.refused, models.lost) == (sent, [], [])


def test_ctrl_c_ends_the_run_and_keeps_it(models: ModelService, upstream: Upstream, tmp_path: Path) -> None:
    """Issue 11: Ctrl-C ends cleanly; ask --continue."""
    models.play(use("hang"), say("Well."))
    options = ("--spec", orders(upstream), *MODEL)
    with at_terminal("ask", "hang on", *options, folder=tmp_path, environment=models.environment) as terminal:
        terminal.see("calls: hang()")
        upstream.wait_for_call()
        terminal.interrupt()
        terminal.see("interrupted; 1 step")
        assert terminal.end() == 130
        assert "Traceback" not in terminal.seen
    with at_terminal("ask", "--continue", *options, folder=tmp_path, environment=models.environment) as terminal:
        terminal.see("Well.")
        assert terminal.end() == 0
    assert (models.refused, models.lost) == ([], [])


def test_another_model_goes_on_where_the_first_has_no_quota_left(
    models: ModelService, shop: Shop, tmp_path: Path
) -> None:
    """Issue 11: quota is not a blip; the history carries over."""
    models.play(use("products_retrieve", id=20), out_of_credit(), say("A grinder."))
    arguments = ("what is product 20?", *shop.options, *MODEL, "--model", f"openai:{GPT}")
    with at_terminal("ask", *arguments, folder=tmp_path, environment=models.environment) as terminal:
        terminal.see(f"model: anthropic:{CLAUDE}: quota: ")
        terminal.see(f"openai:{GPT} takes over")
        terminal.see("A grinder.")
        assert terminal.end() == 0
    assert (models.wires, models.refused) == (["anthropic", "anthropic", "openai"], [])


def test_a_chat_goes_on_with_the_same_conversation(models: ModelService, shop: Shop, tmp_path: Path) -> None:
    """Issue 11: without a question it is a chat, with history; runs stand in the records."""
    models.play(use("products_retrieve", id=20), say("A grinder."), say("Yes, it is."))
    with at_terminal("ask", *shop.options, *MODEL, folder=tmp_path, environment=models.environment) as terminal:
        terminal.see("Ctrl-D ends the chat")
        terminal.see("> ")
        asks(terminal, "what is product 20?", "A grinder.")
        asks(terminal, "is it?", "Yes, it is.")
        asks(terminal, "/tools", "products_retrieve  ")
        asks(terminal, "/runs", "what is product 20?")
        asks(terminal, "/help", "/quit")
        asks(terminal, "/what", "there is no /what")
        assert ends_at_ctrl_d(terminal) == 0
    assert (len(models.talks), models.connections) == (3, 1)
    lines = home(tmp_path) / "ask.history"
    assert stat.S_IMODE(lines.stat().st_mode) == 0o600
    assert "+is it?" in lines.read_text()


def test_ctrl_c_in_a_chat_ends_the_turn_alone(models: ModelService, upstream: Upstream, tmp_path: Path) -> None:
    """Our brief: Ctrl-C ends the current turn, Ctrl-D the chat."""
    models.play(use("hang"), say("Back again."))
    options = ("--spec", orders(upstream), *MODEL, "--no-records")
    with at_terminal("ask", *options, folder=tmp_path, environment=models.environment) as terminal:
        terminal.see("> ")
        terminal.type("hang on")
        upstream.wait_for_call()
        terminal.interrupt()
        terminal.see("interrupted; 1 step")
        terminal.see("> ")
        asks(terminal, "still there?", "Back again.")
        terminal.type("/quit")
        assert terminal.end() == 0
    assert not (home(tmp_path) / "ask.history").exists()


def test_a_chat_says_what_goes_on_with_its_run(models: ModelService, upstream: Upstream, tmp_path: Path) -> None:
    """Our choice: as after a single question."""
    models.play(use("hang"))
    options = ("--spec", orders(upstream), *MODEL)
    with at_terminal("ask", *options, folder=tmp_path, environment=models.environment) as terminal:
        terminal.see("> ")
        terminal.type("hang on")
        upstream.wait_for_call()
        terminal.interrupt()
        terminal.see("; to go on: openapi-mcp ask --run ")
        terminal.see("> ")
        terminal.type("/quit")
        assert terminal.end() == 0


def test_each_line_of_a_chat_asks_the_model_anew(models: ModelService, shop: Shop, tmp_path: Path) -> None:
    """A user's finding: a model that had been topped up was not asked again, and its old error told once more."""
    models.play(out_of_credit(), say("Topped up."), rejected(), say("Here again."))
    with at_terminal("ask", *shop.options, *MODEL, folder=tmp_path, environment=models.environment) as terminal:
        terminal.see("> ")
        asks(terminal, "are you there?", "its quota is spent")
        asks(terminal, "and now?", "Topped up.")
        asks(terminal, "still?", "it does not take the request")
        asks(terminal, "and again?", "Here again.")
        assert ends_at_ctrl_d(terminal) == 0
    assert (len(models.heard), models.refused, models.lost) == (4, [], [])


def test_a_file_that_stdout_is_sent_to_gets_the_answers_of_a_chat_alone(
    models: ModelService, shop: Shop, tmp_path: Path
) -> None:
    """style.md: stdout carries the answer, stderr everything else; the prompt and what is typed were in the file."""
    models.play(say("A grinder."), say("It is."))
    notes = tmp_path / "notes.txt"
    with (
        notes.open("wb") as file,
        at_terminal(
            "ask", *shop.options, *MODEL, folder=tmp_path, environment=models.environment, stdout=file.fileno()
        ) as terminal,
    ):
        terminal.see("> ")
        asks(terminal, "what is product 20?", "answered; 1 step")
        asks(terminal, "/tools", "products_retrieve  ")
        asks(terminal, "is it?", "answered; 1 step")
        assert ends_at_ctrl_d(terminal) == 0
    assert notes.read_text() == "A grinder.\nIt is.\n"


def test_lines_are_broken_between_words_at_a_terminal(models: ModelService, upstream: Upstream, tmp_path: Path) -> None:
    """A user's finding: at 80 columns the confirmation, /tools and errors were broken in the middle of a word."""
    models.play(use("create"), rejected())
    document = description("/orders", server=upstream.url)
    note = {"name": "note", "in": "query", "schema": {"type": "string"}}
    about = "Make an order of whatever stands in the note that is given, and tell what became of it afterwards."
    post = {"operationId": "create", "summary": about, "parameters": [note], "responses": {}}
    document["paths"]["/orders"]["post"] = post
    options = ("--spec", upstream.serve(document), "--methods", "all", *MODEL)
    with at_terminal("ask", *options, folder=tmp_path, environment=models.environment, columns=80) as terminal:
        terminal.see("> ")
        terminal.type("/tools")
        listed = terminal.see("> ")
        terminal.type("order")
        asked = terminal.see("Accept? [y/N] ")
        terminal.type("y")
        failed = terminal.see("> ")
        assert ends_at_ctrl_d(terminal) == 0
    lines = [line.rstrip() for line in "\n".join((listed, asked, failed)).replace("\r", "").split("\n")]
    words = [line for line in lines if line.isprintable() and not line.startswith("    |")]
    assert "create  " in listed
    assert "do not follow" in asked
    assert "error: it does not take the request" in failed
    assert [line for line in words if len(line) > 80 and " " in line.strip()] == []
    assert [line for line in words if line.startswith("       ")]  # behind "error: "


def ends_at_ctrl_d(terminal: Terminal) -> int:
    """Return the status of a command that Ctrl-D ends, once it reads keys: one that came before that is lost."""
    while terminal.process.poll() is None:
        with suppress(subprocess.TimeoutExpired, OSError):  # it may have ended by now
            terminal.press("\x04")
            terminal.process.wait(0.5)
    return terminal.end()


def asks(terminal: Terminal, line: str, answer: str) -> None:
    terminal.type(line)
    terminal.see(answer)
    terminal.see("> ")


def test_ctrl_c_at_the_question_sends_nothing_and_the_write_may_be_asked_for_again(
    models: ModelService, upstream: Upstream, tmp_path: Path
) -> None:
    """Our brief: Ctrl-C ends the current turn, wherever it is; nothing was sent, and nothing else is said."""
    models.play(use("create"), use("create"), say("That was it."))
    options = ("--spec", orders(upstream), "--methods", "all", *MODEL)
    with at_terminal("ask", "order", *options, folder=tmp_path, environment=models.environment) as terminal:
        terminal.see("Accept? [y/N] ")
        terminal.interrupt()
        terminal.see("Not sent, as you did not accept:")
        terminal.see("interrupted; 1 step")
        assert terminal.end() == 130
        assert "Traceback" not in terminal.seen
        assert "Carried out" not in terminal.seen
        assert "[y/N] ^C\r\n" in terminal.seen
    assert (upstream.calls, len(models.talks)) == ([], 1)
    with at_terminal("ask", "--continue", *options, folder=tmp_path, environment=models.environment) as terminal:
        terminal.see("Accept? [y/N] ")
        terminal.type("y")
        terminal.see("That was it.")
        assert terminal.end() == 0
    assert ([seen.method for seen in upstream.calls], models.refused, models.lost) == (["POST"], [], [])


def test_a_person_is_asked_before_each_step_of_a_workflow_that_writes(
    models: ModelService, upstream: Upstream, tmp_path: Path
) -> None:
    """Issue 11: workflows are tools; a write asks the person first, with its exact request."""
    workflow = {
        "arazzo": "1.0.1",
        "info": {"title": "Orders", "version": "1"},
        "sourceDescriptions": [{"name": "orders", "url": "orders.json", "type": "openapi"}],
        "workflows": [
            {
                "workflowId": "twice",
                "steps": [{"stepId": "one", "operationId": "create"}, {"stepId": "two", "operationId": "create"}],
            }
        ],
    }
    (tmp_path / "twice.arazzo.json").write_text(json.dumps(workflow))
    models.play(use("twice"), say("Both."))
    options = ("--spec", orders(upstream), "--methods", "all", "--workflow", "twice.arazzo.json", *MODEL)
    with at_terminal("ask", "order twice", *options, folder=tmp_path, environment=models.environment) as terminal:
        for made in range(2):
            assert f"    | POST {upstream.url}/orders" in terminal.see("Accept? [y/N] ")
            assert len(upstream.calls) == made
            terminal.type("y")
        terminal.see("Both.")
        assert terminal.end() == 0
    assert [seen.method for seen in upstream.calls] == ["POST", "POST"]


def test_what_is_typed_before_a_question_is_no_answer_to_it(
    models: ModelService, upstream: Upstream, tmp_path: Path
) -> None:
    """Our choice: nobody says yes to a write that nobody has seen."""
    models.play(uses(("create", {}), ("create", {"note": "b"})), say("Never both."))
    document = description("/orders")
    note = {"name": "note", "in": "query", "schema": {"type": "string"}}
    document["paths"]["/orders"]["post"] = {"operationId": "create", "parameters": [note], "responses": {}}
    options = ("--spec", upstream.serve(document), "--methods", "all", *MODEL)
    with at_terminal("ask", "order", *options, folder=tmp_path, environment=models.environment) as terminal:
        terminal.see("Accept? [y/N] ")
        terminal.type("y\ny")
        terminal.see("Accept? [y/N] ")
        terminal.type("n")
        terminal.see("Never both.")
        assert terminal.end() == 0
    assert len(upstream.calls) == 1


def test_several_apis_are_asked_in_one_conversation(
    models: ModelService, shop: Shop, upstream: Upstream, tmp_path: Path
) -> None:
    """Our brief: all apps, one API or several."""
    models.play(use("shop_products_retrieve", id=20), use("toys_orders"), say("Both are there."))
    specs = ("--spec", f"shop={shop.spec}", "--token", f"shop={shop.token}", "--spec", f"toys={orders(upstream)}")
    arguments = ("are both there?", *specs, *MODEL, "--json", "--mode", "search")
    with at_terminal("ask", *arguments, folder=tmp_path, environment=models.environment) as terminal:
        terminal.see('"ended": "answered"')
        assert terminal.end() == 0
    assert [seen.path for seen in upstream.calls] == ["/orders"]
    assert (models.refused, models.lost) == ([], [])
