"""Questions over the live shop, by the real command, on a service of models that is scripted and faulty on purpose."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from conftest import running_shop
from support import model_faults
from support.child import Outcome, run_command
from support.model_scripts import alternating, say, took, use
from support.model_service import ANTHROPIC_KEY, GPT, OPENAI_KEY, ModelService, running_models
from support.shop_questions import (
    ANAS_ORDER,
    ANTHROPIC,
    ASKED,
    BOTH,
    IN_STOCK,
    ITS_TOTAL,
    OPENAI,
    QUESTIONS,
    SOLD_OUT,
    TOTAL,
    Question,
)
from support.watched import Watched, repeated, running_watched, ungiven


@pytest.fixture(scope="module")
def one_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """A shop of our own, which is written to, behind a proxy that notes what reaches it."""
    with running_shop(tmp_path_factory.mktemp("shop")) as shop, running_watched(shop) as watched:
        yield watched


@pytest.fixture
def watched(one_shop: Watched) -> Watched:
    """The same, nothing noted yet."""
    one_shop.passed.clear()
    return one_shop


@pytest.fixture
def models() -> Iterator[ModelService]:
    """The service of models."""
    with running_models() as service:
        yield service


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the commands keep the shop's document."""
    return tmp_path_factory.mktemp("cache")


class Asking:
    """The command, over the shop and the models."""

    def __init__(self, watched: Watched, models: ModelService, folder: Path, cache: Path) -> None:
        self._watched, self._models, self._folder, self._cache = watched, models, folder, cache
        self.environment = models.environment

    def __call__(self, *arguments: str) -> Outcome:
        """Run `openapi-mcp ask ARGUMENTS --json`."""
        options = (*self._watched.options, "--cache-dir", str(self._cache), "--json")
        return run_command("ask", *arguments, *options, folder=self._folder, environment=self.environment)


@pytest.fixture
def ask(watched: Watched, models: ModelService, tmp_path: Path, cache: Path) -> Asking:
    """The command."""
    return Asking(watched, models, tmp_path, cache)


def told(outcome: Outcome) -> Any:
    """Return the trace; what was said instead of one fails the test."""
    assert outcome.out.startswith("{"), outcome.err
    return outcome.json


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)
def test_a_run_ends_right_or_with_an_honest_word(
    question: Question, ask: Asking, models: ModelService, watched: Watched
) -> None:
    """Issue 11, Proof: no write twice, no id that no answer gave, no history lost, whatever goes wrong."""
    models.most_characters = question.most_characters
    models.play(*question.turns, last=question.last)
    outcome = ask(question.asked, *question.options)
    trace = told(outcome)
    assert (trace["ended"], models.lost, models.refused) == (question.ended, [], []), outcome.out
    assert question.answer in trace["answer"]
    assert (outcome.status == 0) is (question.ended == "answered")
    if question.wires:
        assert tuple(models.wires) == question.wires
    assert all(talk.is_streamed for talk in models.talks)
    the_shop_was_treated_well(question, watched)
    no_history_was_lost(models, is_shortened=question.most_characters is not None)
    for key in (ANTHROPIC_KEY, OPENAI_KEY, watched.shop.token):
        assert key not in outcome.out + outcome.err


def the_shop_was_treated_well(question: Question, watched: Watched) -> None:
    """Check what reached it: as many writes as were wanted, none twice, no id out of thin air."""
    assert len([passed for passed in watched.writes if passed.status < 300]) == question.writes
    assert repeated(watched.passed) == []
    assert ungiven(question.asked, watched.passed) == []
    assert not question.never or not any(question.never in passed.target for passed in watched.passed)


def no_history_was_lost(models: ModelService, *, is_shortened: bool) -> None:
    """Check that each request to a model, whoever it is, holds the calls and results of the one before."""
    for before, after in pairwise(models.talks):
        assert after.question == before.question
        if not is_shortened:
            calls = [(used.name, used.arguments) for used in before.used]
            assert [(used.name, used.arguments) for used in after.used][: len(calls)] == calls
            results = [came.text for came in before.came]
            assert [came.text for came in after.came][: len(results)] == results


def test_there_are_questions_enough_and_each_has_several_steps() -> None:
    """Issue 11: at least 20 multi-step questions, read and write."""
    assert len({question.name for question in QUESTIONS}) == len(QUESTIONS) >= 20
    assert sum(question.writes > 0 for question in QUESTIONS) >= 5
    assert all(len(question.turns) > 1 or question.last for question in QUESTIONS)
    assert all(len(question.answer) > 3 for question in QUESTIONS)  # a few letters stand in many an answer


def test_a_spent_provider_is_left_alone_for_the_rest_of_a_run(ask: Asking, models: ModelService) -> None:
    """Issue 11: the next provider at once; the second sees all that was called and answered."""
    models.play(*ANAS_ORDER, model_faults.usage_limit(), *IN_STOCK[2:])
    trace = told(ask(ASKED, *BOTH))
    assert SOLD_OUT in trace["answer"]
    second = next(talk for talk in models.talks if talk.wire == "openai")
    assert [used.operation for used in second.used] == ["customers_list", "orders_list"]
    assert second.came[1].value["results"][0]["total"] == "111.10"
    assert second.system == models.talks[0].system
    assert {tool.name for tool in second.tools} == {tool.name for tool in models.talks[0].tools}
    assert [step["model"].partition(":")[0] for step in trace["steps"]] == ["anthropic"] * 2 + ["openai"] * 2


def test_without_a_provider_that_has_anything_left_what_is_known_is_said(ask: Asking, models: ModelService) -> None:
    """Issue 11: each run ends right or with an honest word, in which both are named."""
    models.play(*ANAS_ORDER, model_faults.out_of_credit(), model_faults.out_of_credit())
    outcome = ask(ASKED, *BOTH)
    trace = told(outcome)
    assert trace["ended"] == "models"
    assert trace["go_on"].startswith(f"openapi-mcp ask --run {trace['run']} ")
    assert len(trace["faults"]) == 2
    assert sum(len(step["calls"]) for step in trace["steps"]) == 2


def test_a_run_that_ended_early_is_gone_on_with_by_another_provider(ask: Asking, models: ModelService) -> None:
    """Issue 11: runs can be continued; the history is kept over processes and providers."""
    models.play(*ANAS_ORDER, model_faults.payment_required())
    early = told(ask("What did Ana Souza's latest order cost?", *ANTHROPIC))
    assert early["ended"] == "models"
    models.play(TOTAL)
    late = told(ask("--run", early["run"], *OPENAI))
    assert (late["ended"], late["answer"]) == ("answered", ITS_TOTAL)
    assert [used.operation for used in models.talks[0].used] == ["customers_list", "orders_list"]
    assert models.refused == []


def test_a_second_question_knows_what_the_first_one_found(ask: Asking, models: ModelService) -> None:
    """Issue 11: the same conversation goes on, and what it found grounds what is called next."""
    models.play(*ANAS_ORDER, TOTAL)
    assert told(ask("What did Ana Souza's latest order cost?", *OPENAI))["ended"] == "answered"
    models.play(
        use("orders_retrieve", id=took("orders_list", "results.0.id")),
        say("It is {}.", took("orders_retrieve", "status")),
    )
    trace = told(ask("And how far has it come?", "--continue", *OPENAI))
    assert trace["answer"] == "It is placed."
    assert models.talks[0].asked[-1] == "And how far has it come?"


def test_a_bad_key_is_said_without_the_key_and_the_next_is_asked(ask: Asking, models: ModelService) -> None:
    """Issue 11: bad credentials, a clear message, never a loop; OpenAI's own words repeat the key."""
    ask.environment = {**models.environment, "OPENAI_API_KEY": "sk-proj-wrong-9876543210"}
    models.play(*IN_STOCK)
    outcome = ask(ASKED, *OPENAI, *ANTHROPIC)
    assert SOLD_OUT in told(outcome)["answer"]
    assert models.wires == ["openai", *["anthropic"] * 4]
    assert "sk-proj-wrong-9876543210" not in outcome.out + outcome.err
    models.play(*IN_STOCK)
    outcome = ask(ASKED, *OPENAI)
    assert (outcome.status, told(outcome)["ended"], len(models.heard)) == (5, "models", 1)
    assert "OPENAI_API_KEY" in outcome.out


def test_a_server_of_the_same_wire_is_asked_without_a_key(ask: Asking, models: ModelService) -> None:
    """Issue 11: any OpenAI-compatible URL; a key that was given for another origin stays with us."""
    models.keys = {}
    ask.environment = {"OPENAI_API_KEY": OPENAI_KEY, "ANTHROPIC_API_KEY": ANTHROPIC_KEY}
    models.play(*IN_STOCK)
    outcome = ask(ASKED, "--model", GPT, "--model-url", models.openai_url)
    assert SOLD_OUT in told(outcome)["answer"]
    sent = " ".join(value for heard in models.heard for value in heard.headers.values())
    assert OPENAI_KEY not in sent
    assert ANTHROPIC_KEY not in sent


def test_a_circle_is_said_to_the_model_once(ask: Asking, models: ModelService, watched: Watched) -> None:
    """Issue 11: same call, same answer; said once, then ended with what is known."""
    models.play(last=alternating(ANAS_ORDER[0], last=say("Ana Souza is known, her orders are not.")))
    trace = told(ask(ASKED, *OPENAI))
    assert trace["ended"] == "loop"
    assert "Ana Souza is known" in trace["answer"]
    assert len(models.heard) <= 6
    assert len(watched.passed) <= 4


def test_what_is_said_twice_by_a_broken_stream_is_asked_again_not_glued(ask: Asking, models: ModelService) -> None:
    """Issue 11: a stream that breaks; what came of it is dropped."""
    question = next(question for question in QUESTIONS if question.name == "broken-in-a-text")
    models.play(*question.turns)
    trace = told(ask(question.asked, *question.options))
    assert trace["answer"] == SOLD_OUT
    assert "nothing of it" not in str(models.talks[-1].parts)
