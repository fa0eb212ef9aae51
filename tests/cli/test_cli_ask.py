"""`openapi-mcp ask`: one question, what is shown of it, how it ends, and how it is gone on with."""

import json
import os
import signal
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import pytest
from conftest import Command, Shop
from support.scripted import calls, says, scripted
from support.upstream import Upstream, description

from openapi_mcp.ask.runs import Runs
from openapi_mcp.ask.steps import Think
from openapi_mcp.cli.output import Notice
from openapi_mcp.config import Config
from openapi_mcp.model.chat import Answered, Asked, FaultKind, Finish, ModelFault, Turn, Usage
from openapi_mcp.opening import open_app

MODEL = ("--model", "test:one")


def runs(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "home" / "openapi-mcp" / "runs").glob("*.json"))


def test_the_answer_is_on_stdout_and_each_step_on_stderr(
    command: Command, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issue 11: the thought in short, the call, the result in short, repairs; style.md: stdout carries the answer."""
    scripted(
        monkeypatch,
        calls(("orders_list", {"status": "Shipped", "page_size": 1}), thought="Look\nfor shipped ones."),
        says("There is one."),
    )
    ended = command("ask", "any shipped orders?", *shop.options, *MODEL)
    assert (ended.status, ended.out) == (0, "There is one.\n")
    lines = ended.err.splitlines()
    assert lines[0] == "thinks: Look for shipped ones."
    assert lines[1] == "calls: orders_list(status: Shipped, page_size: 1)"
    assert lines[2].startswith("answer: ok, ")
    assert lines[3].startswith("repaired: status: Shipped -> shipped")
    assert lines[4].startswith("run ")
    assert lines[4].endswith(": answered; 2 steps, 2,100 tokens, $0.0020")


def test_the_model_is_told_of_the_tools_the_rules_and_the_question(
    command: Command, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issue 11: one history, our own tools, the server's instructions."""
    script = scripted(monkeypatch, says("Nothing."))
    command("ask", "what is there?", *shop.options, "--model", "a:1", "--model", "b:2")
    (think,) = script.asked
    assert think.history == (Asked(text="what is there?"),)
    assert "orders_list" in {tool.name for tool in think.tools}
    assert "orders_create" not in {tool.name for tool in think.tools}  # read-only, as everywhere
    assert "Bookshop" in think.instructions or "Shop" in think.instructions
    assert script.models == [("a:1", "b:2")]


def test_json_is_one_document_with_each_step(command: Command, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Issue 11: --json gives the trace."""
    scripted(monkeypatch, calls(("products_retrieve", {"id": 20})), says("A grinder."))
    ended = command("ask", "what is product 20?", *shop.options, *MODEL, "--json")
    trace = ended.json
    assert (ended.status, ended.err) == (0, "")
    assert (trace["ended"], trace["answer"], trace["faults"]) == ("answered", "A grinder.", [])
    assert trace["usage"] == {"tokens_in": 2000, "tokens_out": 100, "cached": 0, "cost": 0.002}
    assert trace["models"] == ["test:one"]
    first, second = trace["steps"]
    (made,) = first["calls"]
    assert (made["tool"], made["arguments"], made["is_error"], made["sent"]) == (
        "products_retrieve", {"id": 20}, False, True,
    )  # fmt: skip
    assert made["result"]["name"] == "Coffee Grinder"
    assert (second["text"], second["calls"]) == ("A grinder.", [])
    of_run = command("history", "--run", trace["run"], "--json").json["calls"]
    assert [(each["id"], each["run"]) for each in of_run] == [(made["record"], trace["run"])]
    assert f"run  {trace['run']}" in command("history", made["record"]).out


def test_the_steps_of_a_workflow_in_a_run_are_of_both(
    command: Command, shop: Shop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Issue 11: `history --run` has all that a run has called, `history ID` the steps of a workflow's call."""
    step = {"stepId": "list", "operationId": "orders_list"}
    workflow = {
        "arazzo": "1.0.1",
        "info": {"title": "Orders", "version": "1"},
        "sourceDescriptions": [{"name": "shop", "url": shop.spec, "type": "openapi"}],
        "workflows": [{"workflowId": "look", "steps": [step, {**step, "stepId": "again"}]}],
    }
    file = tmp_path / "look.arazzo.json"
    file.write_text(json.dumps(workflow), encoding="utf-8")
    scripted(monkeypatch, calls(("look", {})), says("Two."))
    trace = command("ask", "look twice", *shop.options, "--workflow", str(file), *MODEL, "--json").json
    of_run = command("history", "--run", trace["run"], "--json").json["calls"]
    (made,) = [each for each in of_run if each["tool"] == "look"]
    assert made["id"] == trace["steps"][0]["calls"][0]["record"]
    assert sorted((each["tool"], each["step_of"]) for each in of_run if each is not made) == [
        ("orders_list", made["id"]),
        ("orders_list", made["id"]),
    ]


def test_json_has_the_turns_that_bring_nothing_but_cost(
    command: Command, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Our choice: each request that is paid for is a step, also of thought alone; the kept run counts it, too."""
    thought = says("", thought="Hmm.")
    script = scripted(monkeypatch, says("", finish=Finish.LENGTH, thought="Long."), thought, says("Yes."))
    trace = command("ask", "is it?", *shop.options, *MODEL, "--json").json
    assert [(each["thought"], each["text"]) for each in trace["steps"]] == [
        ("Long.", None), ("Hmm.", None), (None, "Yes."),
    ]  # fmt: skip
    assert (trace["usage"]["cost"], [each["usage"]["cost"] for each in trace["steps"]]) == (0.003, [0.001] * 3)
    assert Runs.of_user(os.environ).find().usage.tokens == trace["usage"]["tokens_in"] + trace["usage"]["tokens_out"]
    assert len(script.asked) == 3


def test_a_run_is_kept_without_making_the_forms_of_the_keys_anew(
    command: Command, shop: Shop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Fuzzing: a call of 30,000 arguments held a run up for a minute: they were made for each text, at each step."""

    def last(_: Think) -> Turn:
        monkeypatch.setattr("openapi_mcp.model.secret.encoded", None)
        return says("It is sk-model-0123.")

    script = scripted(monkeypatch, calls(("products_retrieve", {"id": 20})), last)
    script.key = "sk-model-0123"
    ended = command("ask", "what is product 20?", *shop.options, *MODEL)
    assert (ended.status, ended.out) == (0, "It is ***.\n")
    (kept,) = runs(tmp_path)
    assert "sk-model-0123" not in kept.read_text()


def test_with_json_only_warnings_are_warnings(command: Command, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Our choice: how far slow work is, is none."""

    def opened(config: Config, notice: Notice) -> Any:
        notice("the tools are made")
        notice("warning: a file is odd: it has no end")
        return open_app(config, notice)

    monkeypatch.setattr("openapi_mcp.cli.conversation.open_app", opened)
    scripted(monkeypatch, says("Yes."))
    ended = command("ask", "is it?", *shop.options, *MODEL, "--json")
    assert (ended.json["warnings"], ended.err) == (["a file is odd: it has no end"], "the tools are made\n")


def orders(upstream: Upstream) -> str:
    document = description("/orders")
    document["paths"]["/orders"]["post"] = {"operationId": "create", "responses": {}}
    return upstream.serve(document)


def test_without_a_terminal_a_write_is_not_sent_and_the_model_is_told(
    command: Command, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issue 11: a write asks the person first."""
    script = scripted(monkeypatch, calls(("create", {})), says("I could not."))
    ended = command("ask", "order", "--spec", orders(upstream), "--methods", "all", *MODEL, "--json")
    answered = script.asked[1].history[-1]
    assert isinstance(answered, Answered)
    assert "a person must confirm this call" in answered.text
    assert "--confirm none" in answered.text
    assert "elicitation" not in answered.text
    assert (upstream.calls, ended.json["steps"][0]["calls"][0]["sent"]) == ([], False)


def test_a_write_that_is_not_offered_says_what_would_offer_it(
    command: Command, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Our choice: "there is no such tool" is no help to who forgot --methods."""
    script = scripted(monkeypatch, calls(("create", {})), says("I may not."))
    ended = command("ask", "order", "--spec", orders(upstream), *MODEL)
    answered = script.asked[1].history[-1]
    assert isinstance(answered, Answered)
    assert "POST /orders is left out: method POST is not enabled" in answered.text
    assert "--methods get,post" in answered.text
    assert "--methods get,post" in ended.err


def test_with_confirm_none_a_write_is_sent(
    command: Command, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Our brief: unless told otherwise."""
    scripted(monkeypatch, calls(("create", {})), says("Done."))
    ended = command("ask", "order", "--spec", orders(upstream), "--methods", "all", "--confirm", "none", *MODEL)
    assert (ended.status, [seen.method for seen in upstream.calls]) == (0, ["POST"])


@pytest.mark.parametrize(
    ("kinds", "status"),
    [
        ([FaultKind.CREDENTIALS], 5),
        ([FaultKind.UNKNOWN_MODEL], 2),
        ([FaultKind.QUOTA], 6),
        ([FaultKind.CREDENTIALS, FaultKind.OVERLOADED], 6),
    ],
)
def test_where_no_model_answers_it_says_why(
    command: Command, shop: Shop, monkeypatch: pytest.MonkeyPatch, kinds: list[FaultKind], status: int
) -> None:
    """Issue 11: a clear message, never a loop."""
    faults = tuple(
        ModelFault(model=f"m:{kind}", kind=kind, message=f"m:{kind}: it is {kind}. What to do: do {kind}.")
        for kind in kinds
    )
    scripted(monkeypatch, faults)
    ended = command("ask", "anything?", *shop.options, *MODEL)
    assert (ended.status, ended.out) == (status, "")
    assert "The run ended without an answer: no model is left that answers.\n" in ended.err
    assert "Nothing was" not in ended.err
    for fault in faults:
        kind = fault.kind.value
        assert ended.err.count(f"error: it is {kind}\n   at: m:{kind} ({kind})\n  fix: do {kind}\n") == 1
        assert ended.err.count(f"it is {kind}") == 1
    assert ("(add --token as before: no secret stands here): openapi-mcp ask --run " in ended.err) is (status == 6)
    assert (f"{' '.join(MODEL)} --spec " in ended.err) is (status == 6)


def test_what_is_no_answer_is_not_on_stdout(
    command: Command, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    """style.md: stdout carries the answer; every ending says what was carried out."""
    scripted(monkeypatch, calls(("create", {})), says("I will not.", finish=Finish.REFUSED))
    ended = command("ask", "order", "--spec", orders(upstream), "--methods", "all", "--confirm", "none", *MODEL)
    assert (ended.status, ended.out) == (6, "")
    assert (
        "I will not.\n\nThe model, or a filter of its provider, refused to go on.\n\nCarried out:\n- create {}\n"
        in ended.err
    )


def test_steps_are_bounded(command: Command, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Issue 11: --max-steps."""
    turns = [calls(("products_retrieve", {"id": number})) for number in range(1, 4)]
    script = scripted(monkeypatch, *turns, says("Two of them I have seen."))
    ended = command("ask", "products 1, 2 and 3", *shop.options, *MODEL, "--max-steps", "2", "--json")
    assert (ended.status, ended.json["ended"], len(script.asked)) == (6, "max_steps", 3)


def test_a_terminal_obeys_nothing_of_what_is_told(
    command: Command, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Our brief: foreign text is escaped for the terminal and for rich's markup."""
    bad = "\x1b]0;owned\x07[bold]x[/bold]\u202e"
    scripted(monkeypatch, calls((f"echo{bad}", {bad: bad}), thought=bad), says("Well."))
    ended = command("ask", "?", "--spec", upstream.serve(description("/echo")), *MODEL)
    assert "\x1b" not in ended.err
    assert "\u202e" not in ended.err
    assert "[bold]x[/bold]" in ended.err


def test_a_run_is_kept_for_this_user_alone_and_goes_on(
    command: Command, shop: Shop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Issue 11: runs can be continued; the history carries over to another model."""
    scripted(monkeypatch, calls(("products_retrieve", {"id": 20})), says("A grinder."))
    first = command("ask", "what is product 20?", *shop.options, *MODEL, "--json").json
    (file,) = runs(tmp_path)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    script = scripted(monkeypatch, says("It is in stock."))
    again = command("ask", "--continue", "is it in stock?", *shop.options, "--json").json
    assert script.models == [("test:one",)]  # those of the run
    kinds = [type(each) for each in script.asked[0].history]
    assert kinds == [Asked, Turn, Answered, Turn, Asked]
    assert (again["run"], [step["text"] for step in again["steps"]]) == (first["run"], ["It is in stock."])
    script = scripted(monkeypatch, says("Yes."))
    command("ask", "--run", first["run"][:6], "really?", *shop.options, "--model", "other:two")
    assert (len(script.asked[0].history), script.models) == (7, [("other:two",)])


def test_a_run_does_not_go_on_over_another_api(
    command: Command, shop: Shop, upstream: Upstream, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A user's finding: the Shop's answers went to the model as if of another API, and grounded ids for it."""
    scripted(monkeypatch, calls(("products_retrieve", {"id": 20})), says("A grinder."))
    command("ask", "what is product 20?", *shop.options, *MODEL)
    script = scripted(monkeypatch, says("Yes."))
    toys = upstream.serve(description("/toys"))
    ended = command("ask", "--continue", "is it in stock?", "--spec", toys)
    assert (ended.status, ended.out, script.asked, upstream.calls) == (2, "", [], [])
    assert f"error: the run is about Shop at {shop.url}, which is not served now\n" in ended.err
    assert f"at {upstream.url}\n" in ended.err
    assert "ask anew" in ended.err
    apis = ("--spec", f"toys={toys}", "--spec", f"shop={shop.spec}", "--token", f"shop={shop.token}")
    assert command("ask", "--continue", "is it in stock?", *apis).status == 0
    scripted(monkeypatch, says("No."))
    lost = command("ask", "--continue", "and the toys?", *shop.options)
    assert (lost.status, f"at {upstream.url}, which is not served now" in lost.err) == (2, True)


def test_a_run_that_began_before_it_was_known_what_it_is_about_goes_on(
    command: Command, shop: Shop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Our choice: such a file is no damaged one; from then on it is known."""
    scripted(monkeypatch, says("Yes."))
    command("ask", "well?", *shop.options, *MODEL)
    (file,) = runs(tmp_path)
    said = json.loads(file.read_text())
    assert [(each["title"], each["place"]) for each in said.pop("about")] == [("Shop", shop.url)]
    file.write_text(json.dumps(said))
    scripted(monkeypatch, says("Yes."))
    assert command("ask", "--continue", "so?", *shop.options).status == 0
    assert len(json.loads(file.read_text())["about"]) == 1


def test_what_was_answered_is_not_gone_on_with_without_a_question(
    command: Command, shop: Shop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Our choice: it is said that there is nothing to go on with; --continue and --run name one run."""
    scripted(monkeypatch, says("Yes."))
    command("ask", "well?", *shop.options, *MODEL)
    ended = command("ask", "--continue", *shop.options)
    assert (ended.status, ended.out) == (2, "")
    assert "error: the last run has ended: answered\n" in ended.err
    assert "ask --continue" in ended.err
    before = runs(tmp_path)[0].stem
    scripted(monkeypatch, says("Yes."))
    newest = command("ask", "well?", *shop.options, *MODEL, "--json").json["run"]
    other = command("ask", "--continue", "--run", before, "so?", *shop.options)
    assert (other.status, "the run is not the last one" in other.err) == (2, True)
    scripted(monkeypatch, says("Yes."))
    assert command("ask", "--continue", "--run", newest[:8], "so?", *shop.options).status == 0


def test_a_model_that_another_took_over_for_stands_in_the_json(
    command: Command, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issue 11: fall-over; whoever reads --json sees it as who reads stderr does."""
    fault = ModelFault(model="a:1", kind=FaultKind.QUOTA, message="a:1: no credit", status=402)

    def falls_over(_: object) -> Turn:
        script.listener.on_fall_over(fault, "b:2")
        return says("A grinder.")

    script = scripted(monkeypatch, calls(("products_retrieve", {"id": 20})), falls_over)
    trace = command("ask", "what is product 20?", *shop.options, *MODEL, "--json").json
    assert trace["faults"] == [
        {"model": "a:1", "kind": "quota", "message": "a:1: no credit", "status": 402, "step": 2, "fell_over": True}
    ]


def test_a_budget_that_the_first_request_alone_is_over_ends_before_it(
    command: Command, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Our choice: --budget holds from the first request on."""
    script = scripted(monkeypatch, says("A grinder."))
    script.price = 0.000_003
    ended = command("ask", "20?", *shop.options, *MODEL, "--budget", "0.001")
    assert (ended.status, ended.out, script.asked) == (6, "", [])
    assert "which is more than the budget of $0.001, so that nothing was sent. Give a larger --budget" in ended.err
    assert command("ask", "20?", *shop.options, *MODEL, "--budget", "1").status == 0


def test_that_a_budget_cannot_be_held_is_said_once(
    command: Command, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Our choice: a limit that does nothing is worse than none."""
    free = Usage(tokens_in=1)
    said = "the budget of $0.5 is not held: no price is known for test:one"
    turns = (replace(calls(("products_retrieve", {"id": 20})), usage=free), replace(says("A grinder."), usage=free))
    scripted(monkeypatch, *turns)
    assert command("ask", "20?", *shop.options, *MODEL, "--budget", "0.5").err.count(f"warning: {said}\n") == 1
    scripted(monkeypatch, *turns)
    assert command("ask", "20?", *shop.options, *MODEL, "--budget", "0.5", "--json").json["warnings"] == [said]


def test_an_interrupted_run_ends_cleanly_is_kept_and_goes_on_where_it_was(
    command: Command, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issue 11: Ctrl-C ends cleanly and keeps the run."""

    async def hang(_: object) -> Turn:
        os.kill(os.getpid(), signal.SIGINT)
        await anyio.sleep_forever()
        raise AssertionError

    scripted(monkeypatch, calls(("products_retrieve", {"id": 20})), hang)
    ended = command("ask", "what is product 20?", *shop.options, *MODEL, "--json")
    assert (ended.status, ended.json["ended"]) == (130, "interrupted")
    assert [step["calls"][0]["tool"] for step in ended.json["steps"]] == ["products_retrieve"]
    script = scripted(monkeypatch, says("A grinder."))
    again = command("ask", "--continue", *shop.options)
    assert (again.status, again.out) == (0, "A grinder.\n")
    told = script.asked[0].history
    assert [type(each) for each in told] == [Asked, Turn, Answered, Asked]
    assert told[-1] == Asked(text="Go on where you stopped.", is_ours=True)


@pytest.mark.parametrize("option", [("--no-records",), ("--record-arguments", "off")])
def test_where_nothing_is_to_be_recorded_no_run_is_kept(
    command: Command, shop: Shop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, option: tuple[str, ...]
) -> None:
    """Our choice: a conversation is arguments and answers."""
    scripted(monkeypatch, says("Yes."))
    assert command("ask", "well?", *shop.options, *MODEL, *option).status == 0
    assert runs(tmp_path) == []
    ended = command("ask", "--continue", "and now?", *shop.options)
    assert (ended.status, "no run is kept" in ended.err) == (2, True)


def test_secrets_are_masked_in_what_is_kept(
    command: Command, upstream: Upstream, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Our brief: as in records."""
    document = description("/echo")
    text = {"type": "string"}
    document["paths"]["/echo"]["get"]["parameters"] = [{"name": "password", "in": "query", "schema": text}]
    scripted(monkeypatch, calls(("echo", {"password": "hunter22"})), says("With hunter22 and s3cr3t-t0k3n it works."))
    spec = upstream.serve(document)
    command("ask", "does hunter22 work?", "--spec", spec, "--bearer", "s3cr3t-t0k3n", *MODEL)
    (file,) = runs(tmp_path)
    kept = file.read_text()
    assert "hunter22" not in kept
    assert "s3cr3t-t0k3n" not in kept
    assert json.loads(kept)["question"] == "does *** work?"


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_a_models_key_that_its_service_says_again_is_masked(
    command: Command, shop: Shop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, form: tuple[str, ...]
) -> None:
    """security.md 10: in the run as it is kept, and on the terminal."""
    thought = "My key is sk-of-a-model-123."
    script = scripted(monkeypatch, calls(("products_retrieve", {"id": 20}), thought=thought), says(thought))
    script.key = "sk-of-a-model-123"
    ended = command("ask", "well?", *shop.options, *MODEL, *form)
    (file,) = runs(tmp_path)
    assert "My key is ***." in ended.out
    for text in (ended.out, ended.err, file.read_text()):
        assert script.key not in text


REFUSED = [
    ((), "no question is given, and there is no terminal for a chat"),
    (("--json",), "no question is given, and --json wants one"),
    (("  ",), "the question is empty"),
    (("what?",), "no model is named"),
    (("what?", "--run", ""), "the id of the run is empty"),
    (("what?", "--run", "nope"), "no run is kept with the id 'nope'"),
    (("what?", "--max-steps", "0", *MODEL), "a whole number of at least 1 (steps) is wanted"),
    (("what?", "--model", "x:y"), "the provider 'x' is unknown"),
]


@pytest.mark.parametrize(("arguments", "said"), REFUSED)
def test_what_cannot_be_asked_is_refused_before_anything_is_loaded(
    command: Command, arguments: tuple[str, ...], said: str
) -> None:
    """style.md, Errors."""
    ended = command("ask", *arguments, "--spec", "nowhere.yaml")
    assert (ended.status, ended.out) == (2, "")
    assert said in ended.err
