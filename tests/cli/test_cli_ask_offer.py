"""`openapi-mcp ask`: what the models are offered is what they take."""

import pytest
from conftest import Command
from support.scripted import says, scripted
from support.upstream import Upstream, description

from openapi_mcp.model.searching import SEARCH


def many(upstream: Upstream, count: int = 150) -> tuple[str, str]:
    return "--spec", upstream.serve(description(*(f"/things{number}" for number in range(count))))


@pytest.mark.parametrize("more", [(), ("--mode", "auto")])
@pytest.mark.parametrize("model", ["openai:one", "own-model"])
def test_more_tools_than_the_model_takes_are_searched(
    command: Command, upstream: Upstream, monkeypatch: pytest.MonkeyPatch, model: str, more: tuple[str, ...]
) -> None:
    """OpenAI, chat completions: "tools: array too long. Expected an array with maximum length 128"."""
    script = scripted(monkeypatch, says("Done."))
    ended = command("ask", "x?", *many(upstream), "--model", "anthropic:one", "--model", model, *more)
    assert ended.status == 0, ended.err
    names = {tool.name for tool in script.asked[0].tools}
    assert (SEARCH in names, len(names) <= 128) == (True, True)


def test_of_several_apis_the_tools_are_counted_together(
    command: Command, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Our choice: one list is sent."""
    script = scripted(monkeypatch, says("Done."))
    source = many(upstream, 70)[1]
    ended = command("ask", "x?", "--spec", f"a={source}", "--spec", f"b={source}", "--model", "openai:one")
    assert ended.status == 0, ended.err
    assert SEARCH in {tool.name for tool in script.asked[0].tools}


def test_models_that_take_any_number_are_told_each(
    command: Command, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Our choice: Anthropic names no limit."""
    script = scripted(monkeypatch, says("Done."))
    command("ask", "x?", *many(upstream), "--model", "anthropic:one")
    assert len(script.asked[0].tools) > 150


def test_a_list_that_is_wanted_and_too_long_is_refused_before_anything_is_sent(
    command: Command, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Our choice: it would be refused, in less clear words."""
    script = scripted(monkeypatch, says("Done."))
    ended = command("ask", "x?", *many(upstream), "--model", "openai:one", "--mode", "tools")
    assert (ended.status, script.asked) == (2, [])
    assert "error: openai:one takes 128 tools, and 15" in ended.err
    assert ("--mode search" in ended.err, "--include" in ended.err) == (True, True)


def test_a_server_of_ones_own_is_sent_as_many_as_are_wanted(
    command: Command, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Our choice: what vLLM or Ollama takes nobody says."""
    script = scripted(monkeypatch, says("Done."))
    command("ask", "x?", *many(upstream), "--model", "own-model", "--mode", "tools")
    assert len(script.asked[0].tools) > 150
