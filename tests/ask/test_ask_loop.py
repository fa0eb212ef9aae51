"""The loop of `ask`, driven by hand: what is sent, what is answered in its place, and how a run ends."""

from dataclasses import replace
from typing import Any

import pytest
from support.runs import SEARCHING, SHOP, asked, broken, call, calls, declined, failed, fault, ok, play, says, tool

from openapi_mcp.ask.loop import run
from openapi_mcp.ask.offer import Limits, Offer
from openapi_mcp.ask.shorten import size
from openapi_mcp.ask.steps import Foresee, Foreseen, Interrupted, Invoke, Think
from openapi_mcp.model.chat import Answered, Asked, Ending, EndKind, FaultKind, Finish, ToolCall, Turn, Usage
from openapi_mcp.model.searching import CALL

LIST = call("orders_list")
PRICES = {"test:one": 0.000_005}
ORDERS = {"count": 2, "results": [{"id": 7, "status": "open"}, {"id": 8, "status": "paid"}]}


def test_a_run_calls_appends_and_answers() -> None:
    """Issue 11: a reason, call, append loop over one message history."""
    first, last = calls(LIST), says("There are 2.")
    played = play([first, last], lambda made: ORDERS)
    assert played.ending.history == (*asked(), first, ok(LIST, ORDERS), last)
    assert (played.ending.kind, played.ending.text, played.ending.steps) == (EndKind.ANSWERED, "There are 2.", 2)
    assert played.ending.usage == Usage(tokens_in=20, tokens_out=20)


def test_several_calls_of_a_turn_are_made_and_answered_in_their_order() -> None:
    """Issue 11."""
    made = [call("products_list", q="mug"), call("customers_list", q="Ana"), LIST]
    played = play([calls(*made), says("done")])
    assert played.sent == made
    assert [answer.call for answer in played.answers] == made


def test_the_model_is_told_the_tools_and_the_instructions_each_time() -> None:
    """Our choice."""
    played = play([calls(LIST), says("done")])
    assert all((step.tools, step.instructions) == (SHOP.tools, "A shop.") for step in played.thinks)


class TestCallsThatAreNotSent:
    def test_arguments_that_are_no_json_are_answered_by_us(self) -> None:
        """Issue 11: malformed tool calls."""
        played = play([calls(broken("orders_retrieve")), calls(LIST), says("done")])
        assert played.sent == [LIST]
        assert (played.unsent[0]["kind"], '{"id":' in played.unsent[0]["message"]) == ("invalid_arguments", True)
        assert played.ending.kind is EndKind.ANSWERED

    def test_a_model_that_writes_no_json_three_times_in_a_row_ends_the_run(self) -> None:
        """Our choice: twice it is told."""
        played = play([calls(broken("orders_list"))])
        assert (played.ending.kind, played.ending.steps) == (EndKind.MODELS, 3)
        assert [each.kind for each in played.ending.faults] == [FaultKind.MALFORMED]
        assert played.ending.faults[0].model == "test:one"
        assert len(played.answers) == 3

    def test_a_turn_in_order_begins_the_count_anew(self) -> None:
        """Our choice: "in a row"."""
        script = [calls(broken("orders_list")), calls(broken("orders_list")), calls(LIST), calls(broken("orders_list"))]
        assert play([*script, says("done")]).ending.kind is EndKind.ANSWERED

    def test_an_invented_tool_is_answered_with_names_like_it(self) -> None:
        """Issue 11: invented tool names."""
        played = play([calls(call("get_orders", id=1)), says("done")])
        assert played.sent == []
        assert (played.unsent[0]["kind"], "orders_retrieve" in played.unsent[0]["near"]) == ("unknown_tool", True)

    def test_an_invented_operation_is_answered_with_names_like_it(self) -> None:
        """Issue 11: in the search mode."""
        played = play([calls(call(CALL, name="order_list")), says("done")], offer=SEARCHING)
        assert (played.sent, played.unsent[0]["near"][0]) == ([], "orders_list")

    def test_an_operation_called_as_a_tool_is_told_how_it_is_called(self) -> None:
        """Our choice: a common mistake of the search mode."""
        played = play([calls(LIST), says("done")], offer=SEARCHING)
        assert (played.sent, CALL in played.unsent[0]["hint"]) == ([], True)

    def test_arguments_nested_beyond_measure_are_not_sent(self) -> None:
        """security.md: a bound on recursion."""
        deep: Any = 1
        for _ in range(5_000):
            deep = [deep]
        played = play([calls(ToolCall(id="1", tool="orders_create", arguments={"items": deep})), says("done")])
        assert (played.sent, played.unsent[0]["kind"]) == ([], "invalid_arguments")

    def test_more_calls_than_a_turn_may_make_are_answered_and_not_made(self) -> None:
        """Our choice: a bound on every loop."""
        played = play([calls(*(call("products_list", q=str(number)) for number in range(100))), says("done")])
        assert (len(played.sent), len(played.answers)) == (32, 100)

    def test_turns_of_whose_calls_none_is_sent_end_the_run(self) -> None:
        """Our choice: a model that only invents gets nowhere."""
        script = [calls(call(f"invented_{number}")) for number in range(20)]
        played = play(script, closing=says("I know nothing."))
        assert (played.ending.kind, played.ending.steps, played.sent) == (EndKind.LOOP, 5, [])
        assert ("in circles" in played.ending.text, "could be sent" in played.ending.text) == (False, True)


class TestWrites:
    MADE = call("orders_create", customer="Ana", items=[])
    QUESTION = asked("Order a mug for Ana")

    def test_a_write_is_made_once_however_often_it_is_called(self) -> None:
        """Issue 11: never repeats a write."""
        again = call("orders_create", items=[], customer=" Ana", note=None)
        played = play([calls(self.MADE), calls(again), says("done")], lambda made: {"id": 9}, history=self.QUESTION)
        assert played.sent == [self.MADE]
        second = played.answers[1]
        assert (second.call, second.is_sent, second.is_error) == (again, False, True)
        assert "not sent again" in second.value["error"]["message"]
        assert second.value["error"]["earlier"] == {"id": 9}

    def test_twice_in_one_turn_it_is_made_once(self) -> None:
        """Issue 11."""
        played = play([calls(self.MADE, replace(self.MADE, id="2")), says("done")], history=self.QUESTION)
        assert played.sent == [self.MADE]

    @pytest.mark.parametrize(("agrees", "times"), [(True, 2), (False, 1), (None, 1)])
    def test_insisted_on_it_is_made_once_more_only_where_a_person_says_so(
        self, agrees: bool | None, times: int
    ) -> None:
        """docs/guides/ask.md: unless the model insists that you want it, and you say yes again."""
        script = [*[calls(self.MADE)] * 3, says("done")]
        played = play(script, lambda made: {"id": 9}, history=self.QUESTION, agrees=agrees)
        assert (len(played.sent), [each.is_error for each in played.answers][1:]) == (times, [True, times == 1])

    def test_in_the_turn_in_which_it_is_told_it_is_not_insisted_on(self) -> None:
        """Our choice: the model has not read yet that it was made."""
        thrice = calls(*(replace(self.MADE, id=id_) for id_ in "123"))
        assert len(play([thrice, says("done")], history=self.QUESTION, agrees=True).sent) == 1
        before = (*self.QUESTION, calls(self.MADE), ok(self.MADE, {"id": 9}), says("Ordered."), Asked(text="again"))
        assert play([thrice, says("done")], history=before).sent == []

    def test_through_call_operation_it_is_made_once(self) -> None:
        """Issue 11: in the search mode, the operation's own arguments count."""
        through = call(CALL, name="orders_create", arguments={"customer": "Ana", "items": []})
        played = play([calls(through), calls(through), says("done")], history=self.QUESTION, offer=SEARCHING)
        assert played.sent == [through]

    @pytest.mark.parametrize("kind", ["timeout", "unreachable", "upstream_error", "bad_response", "cancelled", "new"])
    def test_a_write_that_may_have_been_carried_out_is_not_made_again(self, kind: str) -> None:
        """design.md, Safety: only when the upstream has answered that it did nothing."""
        played = play(
            [calls(self.MADE), calls(self.MADE), says("not sure")],
            lambda made: failed(made, kind),
            history=self.QUESTION,
        )
        assert (len(played.sent), played.answers[1].is_sent) == (1, False)

    def test_a_write_of_which_the_api_said_that_it_did_nothing_may_be_made_again(self) -> None:
        """Our choice: out of stock, restocked, ordered."""
        answers: Any = iter([{"error": {"kind": "conflict", "message": "out of stock"}}, {"id": 1}, {"id": 2}])

        def api(made: ToolCall) -> Answered:
            value = next(answers)
            return replace(ok(made, value), is_error="error" in value)

        restock = call("orders_cancel", id=7)
        script = [calls(self.MADE), calls(restock), calls(self.MADE), says("done")]
        played = play(script, api, history=asked("Cancel order 7, order a mug for Ana"))
        assert played.sent == [self.MADE, restock, self.MADE]

    @pytest.mark.parametrize("error", [{"kind": "rejected", "unknown_outcome": True}, {"kind": "timeout"}])
    def test_what_the_failure_says_of_its_outcome_counts(self, error: Any) -> None:
        """The failure's own form: unknown_outcome."""
        value = {"error": {"message": "?", "attempts": 1, **error}}
        played = play(
            [calls(self.MADE), calls(self.MADE), says("no")],
            lambda made: replace(ok(made, value), is_error=True),
            history=self.QUESTION,
        )
        assert len(played.sent) == 1

    def test_a_write_that_a_person_declined_was_not_made(self) -> None:
        """Issue 11: a write asks the person first."""
        played = play([calls(self.MADE), says("It was not ordered.")], declined, history=self.QUESTION)
        assert (played.ending.kind, "Carried out" in played.ending.text) == (EndKind.ANSWERED, False)
        again = play([calls(self.MADE), calls(self.MADE), says("no")], declined, history=self.QUESTION)
        assert len(again.sent) == 2  # the person is asked again, and may say yes

    def test_a_write_of_before_the_persons_last_words_is_told_of_first(self) -> None:
        """Our choice: "order the same again" is the person's word; `ask --continue` is none."""
        before = play(
            [calls(self.MADE), says("Ordered.")], lambda made: {"id": 9}, history=self.QUESTION
        ).ending.history
        history = (*before, Asked(text="The same once more"))
        played = play([calls(self.MADE), calls(self.MADE), calls(self.MADE), says("done")], history=history)
        assert (len(played.sent), [each.is_sent for each in played.answers]) == (1, [True, False, True, False])

    def test_going_on_with_a_run_is_no_persons_word(self) -> None:
        """Issue 11, our choice: `--continue` without a question makes no write again, however often it is tried."""
        before = play([calls(self.MADE), fault(FaultKind.OVERLOADED)], lambda made: {"id": 9}, history=self.QUESTION)
        history = (*before.ending.history, Asked(text="go on", is_ours=True))
        played = play([*[calls(self.MADE)] * 3, says("done")], history=history)
        assert played.sent == []

    def test_a_write_on_its_way_when_a_run_was_killed_is_not_made_again(self) -> None:
        """Issue 11: runs can be continued; nobody knows what became of it."""
        killed = (*self.QUESTION, calls(self.MADE))
        played = play([calls(self.MADE), says("Not sure.")], history=(*killed, Asked(text="go on", is_ours=True)))
        assert (played.sent, len(played.answers)) == ([], 2)


class TestTurns:
    def test_a_model_that_says_nothing_is_asked_once_more(self) -> None:
        """Issue 11: empty turns."""
        played = play([says(" "), says("There are 2.")])
        assert (played.ending.kind, played.ending.text, len(played.ours)) == (EndKind.ANSWERED, "There are 2.", 1)

    def test_a_model_that_says_nothing_twice_ends_the_run(self) -> None:
        """Issue 11: ends with an honest word."""
        played = play([calls(LIST), says("")], lambda made: ORDERS)
        assert (played.ending.kind, played.ending.steps) == (EndKind.EMPTY, 3)
        assert '"status":"paid"' in played.ending.text

    def test_a_turn_that_is_to_call_and_calls_nothing_is_as_good_as_empty(self) -> None:
        """Our choice: its call was lost on the way."""
        played = play([says("I look.", Finish.CALLS), says("There are 2.")])
        assert played.ending.text == "There are 2."

    def test_a_turn_that_was_cut_off_is_gone_on_with(self) -> None:
        """Issue 11: turns cut off by LENGTH go on once."""
        played = play([says("There are ", Finish.LENGTH), says("2.")])
        assert (played.ending.kind, played.ending.text) == (EndKind.ANSWERED, "There are 2.")

    def test_a_turn_that_is_cut_off_twice_ends_honestly(self) -> None:
        """Issue 11."""
        played = play([says("There are ", Finish.LENGTH)])
        assert (played.ending.kind, played.ending.steps) == (EndKind.TOKENS, 2)
        assert "There are There are" in played.ending.text
        assert "cut off" in played.ending.text

    def test_a_call_of_a_turn_that_was_cut_off_is_never_made(self) -> None:
        """Issue 11."""
        cut = replace(calls(call("orders_cancel", id=7)), finish=Finish.LENGTH)
        played = play([cut, says("not done")], history=asked("Cancel order 7"))
        assert (played.sent, len(played.unsent)) == ([], 1)

    def test_a_refusal_ends_the_run_with_the_models_words(self) -> None:
        """Issue 11: refusals."""
        played = play([says("I will not.", Finish.REFUSED)])
        said = "I will not.\n\nThe model, or a filter of its provider, refused to go on."
        assert (played.ending.kind, played.ending.text) == (EndKind.REFUSED, said)
        silent = play([replace(calls(LIST), finish=Finish.REFUSED)])
        assert (silent.sent, silent.ending.kind, len(silent.answers)) == ([], EndKind.REFUSED, 1)
        assert silent.ending.text == "The model, or a filter of its provider, refused to answer."


class TestFaults:
    def test_where_no_model_answers_the_run_ends_and_keeps_its_history(self) -> None:
        """Issue 11: falls over without losing the history."""
        created = call("orders_create", customer="Ana", items=[])
        script: Any = [calls(created), fault(FaultKind.QUOTA, "no credit; add a second --model")]
        played = play(script, lambda made: {"id": 9}, history=asked("Order a mug for Ana"))
        assert (played.ending.kind, len(played.ending.history)) == (EndKind.MODELS, 3)
        for words in ("no model is left", "Carried out", "orders_create"):
            assert words in played.ending.text
        assert played.ending.faults == fault(FaultKind.QUOTA, "no credit; add a second --model")

    def test_what_is_too_long_for_a_model_is_told_in_short(self) -> None:
        """Issue 11: a context too long: a shorter history."""
        rows = {"results": [{"id": number, "text": "word " * 100} for number in range(50)]}
        script: Any = [calls(LIST), calls(call("products_list")), fault(FaultKind.TOO_LONG), says("done")]
        played = play(script, lambda made: rows)
        sizes = [size(step.history) for step in played.thinks]
        assert (played.ending.kind, sizes[3] < sizes[2] / 1.9) == (EndKind.ANSWERED, True)
        assert played.answers[0].value == rows  # the history itself stays whole

    def test_a_history_that_cannot_be_shorter_ends_the_run(self) -> None:
        """Issue 11: never a loop."""
        played = play([fault(FaultKind.TOO_LONG)])
        assert (played.ending.kind, len(played.thinks)) == (EndKind.MODELS, 1)
        assert not played.thinks[0].can_be_shorter  # so each model is asked

    def test_shortening_has_an_end(self) -> None:
        """Issue 11: never a loop."""
        script = [calls(call("products_list", q=str(number))) for number in range(10)]
        played = play([*script, fault(FaultKind.TOO_LONG)], lambda made: {"text": "word " * 1_000})
        assert (played.ending.kind, len(played.thinks) <= 10 + 5) == (EndKind.MODELS, True)
        assert [step.can_be_shorter for step in played.thinks[-2:]] == [True, False]


def deepseek(text: str) -> str:
    """Return a text with the marks of DeepSeek's models, which are written with bars and blocks of their own."""
    return text.replace("<|", "<\uff5c").replace("|>", "\uff5c>").replace("_", "\u2581")


class TestCallsInText:
    @pytest.mark.parametrize(
        "text",
        [
            '<tool_call>\n{"name": "orders_list", "arguments": {}}\n</tool_call>',
            'I look.\n<tool_call>{"name": "orders_list"}',
            "<tool_call>\n<function=orders_list>\n</function>\n</tool_call>",
            '[TOOL_CALLS] [{"name": "orders_list", "arguments": {}}]',
            '[TOOL_CALLS]orders_list[ARGS]{"page": 1}',
            '{"name": "orders_list", "parameters": {"page": "1"}}',
            '{"type": "function", "function": {"name": "orders_list", "arguments": "{}"}}',
            '```json\n[{"name": "orders_list", "arguments": {}}]\n```',
            '{"name": "orders_list", "parameters": {}};\n{"name": "products_list", "parameters": {}}',
            "<|python_tag|>orders_list.call(page=1)",
            deepseek("I look.<|tool_calls_begin|><|tool_call_begin|>function<|tool_sep|>orders_list\n```json\n{}\n```"),
            deepseek('<|tool_calls_begin|><|tool_call_begin|>orders_list<|tool_sep|>{"page": 1}<|tool_call_end|>'),
            '<\uff5cDSML\uff5cfunction_calls>\n<\uff5cDSML\uff5cinvoke name="orders_list">',
            "<|tool_calls_section_begin|><|tool_call_begin|>functions.orders_list:0<|tool_call_argument_begin|>{}",
            '<|channel|>commentary to=functions.orders_list <|constrain|>json<|message|>{"page": 1}',
            '<|tool_call|>[{"name": "orders_list", "arguments": {}}]',
            '<tool_call>[{"name": "orders_list", "arguments": {}}]</tool_call>',
            "<tool_call>orders_list\n<arg_key>page</arg_key>\n<arg_value>1</arg_value>\n</tool_call>",
            '<function_calls>\n<invoke name="orders_list">',
        ],
    )
    def test_a_call_in_a_text_is_no_answer_and_said_once(self, text: str) -> None:
        """vLLM without --tool-call-parser answers so, with finish_reason "stop"."""
        played = play([says(text), calls(LIST), says("There are 2.")])
        assert (played.ending.kind, played.ending.text, played.sent) == (EndKind.ANSWERED, "There are 2.", [LIST])
        assert ["as text" in each for each in played.ours] == [True]

    def test_the_second_time_the_run_ends_and_says_what_to_do(self) -> None:
        """Issue 11: each run ends right or with an honest word."""
        played = play([says('<tool_call>{"name": "orders_list"}</tool_call>')])
        assert (played.ending.kind, played.ending.steps, len(played.thinks)) == (EndKind.MODELS, 2, 2)
        assert [each.kind for each in played.ending.faults] == [FaultKind.MALFORMED]
        assert "tool parser" in played.ending.faults[0].message

    def test_a_call_in_the_last_words_is_not_told_as_what_is_known(self) -> None:
        """Our choice."""
        script = [calls(call("products_list", q=str(number))) for number in range(100)]
        played = play(script, closing=says('<tool_call>{"name": "x"}'), limits=Limits(max_steps=2))
        assert played.ending.text.startswith("Found so far:")
        assert "tool_call" not in played.ending.text

    def test_in_the_search_mode_the_name_of_an_operation_is_one_of_a_call(self) -> None:
        """Llama 3 writes it so."""
        text = '{"name": "orders_list", "parameters": {}}'
        assert play([says(text), says("done")], offer=SEARCHING).ending.text == "done"

    @pytest.mark.parametrize(
        "text",
        [
            "The tag `<tool_call>` begins a call.",
            "[TOOL_CALLS] is a token.",
            '{"name": "Ana", "parameters": {}}',
            '{"name": "orders_list"}',
            '{"name": "orders_list", "count": 2}',
            '[{"id": 1, "name": "Mug"}]',
            "[]",
            "7",
            '{"name": ["orders_list"], "arguments": {}}',
            'It is this: {"name": "orders_list", "parameters": {}}',
            "[" * 100_000,
            '{"name": "orders_list", "parameters": ' * 50_000,
        ],
    )
    def test_words_about_calls_are_an_answer(self, text: str) -> None:
        """Our choice."""
        assert play([says(text)]).ending.text == text


class TestCallsThatNeverCame:
    ANNOUNCED = says("I will look it up now.", Finish.CALLS)

    @pytest.mark.parametrize("said", [ANNOUNCED, says("", Finish.CALLS)])
    def test_a_turn_that_ends_for_a_call_and_has_none_is_no_answer(self, said: Turn) -> None:
        """finish_reason "tool_calls", stop_reason "tool_use": what its server lost is told to the model once."""
        played = play([said, calls(LIST), says("There are 2.")])
        assert (played.ending.kind, played.ending.text, played.sent) == (EndKind.ANSWERED, "There are 2.", [LIST])
        assert ["no call came" in each for each in played.ours] == [True]
        assert played.ending.history[1] == said

    def test_the_second_time_the_run_ends_with_its_words_and_what_to_do(self) -> None:
        """Issue 11: each run ends right or with an honest word."""
        played = play([self.ANNOUNCED])
        assert (played.ending.kind, played.ending.steps, len(played.thinks)) == (EndKind.MODELS, 2, 2)
        assert "tool parser" in played.ending.faults[0].message
        assert "last words: I will look it up now." in played.ending.text

    def test_where_no_tool_is_offered_it_is_an_answer(self) -> None:
        """Our choice: there is nothing to call."""
        assert play([self.ANNOUNCED], offer=Offer()).ending.text == "I will look it up now."


class TestLimits:
    def endless(self, **limits: Any) -> Any:
        script = [calls(call("products_list", q=str(number)), tokens=100) for number in range(100)]
        return play(script, closing=says("I know of 3 mugs.", cost=0.01), limits=Limits(**limits))

    def test_the_last_step_is_followed_by_a_word_on_what_is_known(self) -> None:
        """Issue 11: --max-steps; an honest word."""
        played = self.endless(max_steps=4)
        assert (played.ending.kind, played.ending.steps, len(played.thinks)) == (EndKind.STEPS, 4, 5)
        assert (played.thinks[-1].may_call, "--max-steps" in played.ours[-1]) == (False, True)
        for words in ("I know of 3 mugs.", "4 steps", "Nothing was changed."):
            assert words in played.ending.text

    def test_where_the_model_says_nothing_at_the_end_we_say_what_was_found(self) -> None:
        """Issue 11."""
        script = [calls(call("products_list", q=str(number))) for number in range(100)]
        for last in (says(""), fault(FaultKind.QUOTA)):
            played = play(script, lambda made: {"mugs": 3}, closing=last, limits=Limits(max_steps=3))
            assert '{"mugs":3}' in played.ending.text

    def test_a_call_in_the_last_word_is_answered_and_not_made(self) -> None:
        """Our choice: every call has its answer."""
        script = [calls(call("products_list", q=str(number))) for number in range(100)]
        played = play(script, limits=Limits(max_steps=3), closing=calls(LIST))
        assert (len(played.sent), len(played.answers)) == (3, 4)

    def test_tokens_end_a_run_while_there_are_some_for_a_last_word(self) -> None:
        """Issue 11: --max-tokens, all of a run."""
        played = self.endless(max_tokens=2_000)
        assert played.ending.kind is EndKind.TOKENS
        assert played.ending.usage.tokens <= 2_000
        assert "I know of 3 mugs." in played.ending.text

    def test_without_tokens_for_a_last_word_the_words_are_ours(self) -> None:
        """Issue 11: where tokens allow."""
        played = self.endless(max_tokens=300)
        assert (played.ending.kind, len(played.thinks)) == (EndKind.TOKENS, 1)
        assert "--max-tokens" in played.ending.text

    def test_tokens_that_do_not_suffice_for_one_request_are_not_called_used(self) -> None:
        """Our choice: nothing was sent, so nothing is used up."""
        played = play([says("done")], limits=Limits(max_tokens=30))
        assert (played.ending.kind, played.thinks) == (EndKind.TOKENS, [])
        assert "30 tokens (--max-tokens) do not suffice for one request, which takes about " in played.ending.text

    def test_a_limit_that_is_reached_is_said_as_it_is(self) -> None:
        """Our choice."""
        assert "too little is left of its 2,000 tokens" in self.endless(max_tokens=2_000).ending.text
        assert "its one step (--max-steps)" in self.endless(max_steps=1).ending.text

    def test_tokens_that_no_provider_counts_are_estimated(self) -> None:
        """Our choice: a local server may count none, and the limit holds all the same."""
        script = [calls(call("products_list", q=str(number)), tokens=0) for number in range(100)]
        played = play(script, lambda made: {"text": "word " * 500}, limits=Limits(max_tokens=5_000, max_steps=90))
        assert (played.ending.kind, 0 < played.ending.usage.tokens <= 6_000) == (EndKind.TOKENS, True)

    @pytest.mark.parametrize("tokens", [0, 100])
    @pytest.mark.parametrize("words", [2_000, 40_000])
    def test_an_answer_that_is_too_large_for_the_tokens_that_are_left_is_told_in_short(
        self, words: int, tokens: int
    ) -> None:
        """Issue 11: --max-tokens; what a request takes is estimated before it is sent."""
        script = [calls(call("products_list"), tokens=tokens), says("Many.")]
        played = play(script, lambda made: {"text": "word " * words}, limits=Limits(max_tokens=3_000))
        assert (played.ending.kind, played.ending.text) == (EndKind.ANSWERED, "Many.")
        assert size(played.thinks[1].history) < 4 * 3_000

    def test_a_first_request_that_is_too_large_is_not_sent(self) -> None:
        """Issue 11, as above: the question alone may be."""
        played = play([says("done")], history=asked("word " * 2_000), limits=Limits(max_tokens=1_000))
        assert (played.ending.kind, played.thinks, played.ending.steps) == (EndKind.TOKENS, [], 0)

    def test_tools_count(self) -> None:
        """As above: each request has them."""
        assert play([says("done")], limits=Limits(max_tokens=100)).thinks == []

    def test_a_long_conversation_of_before_is_told_in_short(self) -> None:
        """Issue 11: --continue with --max-tokens."""
        made = calls(LIST)
        before = (*asked(), made, ok(LIST, {"text": "word " * 10_000}), says("Many."), *asked("And now?"))
        played = play([says("done")], history=before, limits=Limits(max_tokens=3_000))
        assert (played.ending.kind, size(played.thinks[0].history) < 12_000) == (EndKind.ANSWERED, True)

    def test_an_answer_that_costs_more_than_is_left_is_told_in_short(self) -> None:
        """Issue 11: --budget, where the last turn's cost is known."""
        first = replace(calls(LIST), usage=Usage(tokens_in=200, tokens_out=10, cost=0.10))
        played = play([first, says("Many.")], lambda made: {"text": "word " * 10_000}, limits=Limits(budget=0.80))
        assert (played.ending.kind, size(played.thinks[1].history) < 5_000) == (EndKind.ANSWERED, True)

    def test_what_may_come_out_of_a_turn_is_said(self) -> None:
        """Our choice: the provider holds it."""
        played = play([says("done")], limits=Limits(max_tokens=1_000, turn_tokens=600))
        assert [step.most_tokens for step in played.thinks] == [600]
        assert play([says("done")]).thinks[0].most_tokens is None

    def test_the_budget_ends_a_run_where_costs_are_known(self) -> None:
        """Issue 11: --budget."""
        script = [
            replace(calls(call("products_list", q=str(number))), usage=Usage(tokens_in=1, tokens_out=1, cost=0.10))
            for number in range(100)
        ]
        played = play(script, limits=Limits(budget=0.55), closing=says("3 mugs.", cost=0.10))
        assert (played.ending.kind, played.ending.steps) == (EndKind.BUDGET, 4)
        assert played.ending.usage.cost == pytest.approx(0.5)
        unknown = play([calls(LIST), says("done")], limits=Limits(budget=0.01))
        assert unknown.ending.kind is EndKind.ANSWERED

    @pytest.mark.parametrize(("budget", "thinks"), [(0.001, 0), (0.1, 1)])
    def test_a_first_request_that_alone_costs_more_than_the_budget_is_not_sent(
        self, budget: float, thinks: int
    ) -> None:
        """Our choice: nothing has a cost yet, but what goes in has its price; the end says what to do."""
        limits = Limits(budget=budget, input_prices=PRICES)
        played = play([says("done", cost=0.01)], history=asked("word " * 2_000), limits=limits)
        assert len(played.thinks) == thinks
        if not thinks:
            assert (played.ending.kind, played.ending.steps) == (EndKind.BUDGET, 0)
            for words in ("2,6", " tokens", "$0.013", "budget of $0.001", "--budget", "--mode search", "--model"):
                assert words in played.ending.text, played.ending.text

    def test_a_long_conversation_of_before_is_told_in_short_where_the_budget_is_small(self) -> None:
        """Issue 11: --continue with --budget."""
        before = (*asked(), calls(LIST), ok(LIST, {"text": "word " * 10_000}), says("Many."), *asked("And now?"))
        played = play([says("done", cost=0.01)], history=before, limits=Limits(budget=0.02, input_prices=PRICES))
        assert (played.ending.kind, size(played.thinks[0].history) < 20_000) == (EndKind.ANSWERED, True)

    def test_the_price_of_what_goes_in_counts_only_until_a_turn_has_its_own_cost(self) -> None:
        """Our choice: another model may have taken over, of which no price is known."""
        script = [calls(call("products_list", q=str(number)), tokens=100) for number in range(3)]
        api = {"text": "word " * 2_000}
        played = play([*script, says("done")], lambda made: api, limits=Limits(budget=0.001, input_prices=PRICES))
        assert played.ending.kind is EndKind.ANSWERED

    def test_a_model_whose_own_price_is_over_the_budget_is_not_asked_where_a_cheaper_one_is_there(self) -> None:
        """Issue 11: --budget; the next model has a price of its own, and it counts before the request."""
        prices = {"test:one": 0.000_001, "test:dear": 0.01, "test:unknown": None}
        limits = Limits(budget=0.1, input_prices=prices)
        script = [calls(call("products_list", q="mug")), says("3 mugs.", cost=0.01)]
        played = play(script, history=asked("word " * 2_000), limits=limits)
        assert [list(think.too_dear) for think in played.thinks] == [["test:dear"]] * 2
        fault = played.thinks[0].too_dear["test:dear"]
        assert fault.kind is FaultKind.DEAR
        for words in ("test:dear: the request alone, about 2,6", "$26.", "left of the budget of $0.1", "--budget"):
            assert words in fault.message, fault.message
        assert played.ending.kind is EndKind.ANSWERED

    def test_what_is_spent_counts_for_the_price_of_another_model(self) -> None:
        """Our choice: what is left is compared, not the whole budget."""
        limits = Limits(budget=0.1, input_prices={"test:one": 0.000_001, "test:two": 0.000_02})
        first = replace(calls(call("products_list", q="mug")), usage=Usage(tokens_in=3_000, tokens_out=9, cost=0.03))
        played = play([first, says("3.", cost=0.01)], history=asked("word " * 2_000), limits=limits)
        assert [list(think.too_dear) for think in played.thinks] == [[], []]
        first = replace(first, usage=Usage(tokens_in=3_000, tokens_out=9, cost=0.045))
        played = play([first, says("3.", cost=0.01)], history=asked("word " * 2_000), limits=limits)
        assert [list(think.too_dear) for think in played.thinks] == [[], ["test:two"]]

    def test_where_no_model_is_left_but_dearer_ones_the_run_ends_at_its_budget(self) -> None:
        """Our choice: more money would let it go on; the fault of each says what to do."""
        limits = Limits(budget=0.1, input_prices={"test:one": 0.000_001, "test:dear": 0.01})
        flow = run(asked(), SHOP, limits)
        think = next(flow)
        assert isinstance(think, Think)
        with pytest.raises(StopIteration) as done:
            flow.send((*fault(FaultKind.QUOTA), *think.too_dear.values()))
        assert (done.value.value.kind, len(done.value.value.faults)) == (EndKind.BUDGET, 2)

    @pytest.mark.parametrize("limits", [Limits(max_steps=0), Limits(max_tokens=0), Limits(budget=0.0)])
    def test_a_limit_of_nothing_sends_nothing(self, limits: Limits) -> None:
        """Our choice."""
        played = play([calls(LIST)], limits=limits, closing=says("Nothing is known."))
        assert (played.sent, played.ending.steps) == ([], 0)

    def test_a_large_history_is_told_in_short_from_the_first(self) -> None:
        """Issue 11: old results are shortened before new ones are dropped."""
        script = [calls(call("products_list", q=str(number))) for number in range(6)]
        api = {"results": [{"id": 10_000 + number, "text": "word " * 50} for number in range(30)]}
        played = play([*script, says("done")], lambda made: api, limits=Limits(room=20_000))
        assert all(size(step.history) <= 20_000 for step in played.thinks)
        assert "29" in played.thinks[-1].history[2].text


class TestInterrupted:
    def test_a_run_that_is_ended_while_a_model_thinks_keeps_its_history(self) -> None:
        """Issue 11: Ctrl-C ends cleanly and keeps the run."""
        flow = run(asked(), SHOP)
        assert isinstance(next(flow), Think)
        flow.send(calls(LIST))
        flow.send(Foreseen())
        flow.send(ok(LIST, ORDERS))
        ending = ended(flow)
        assert (ending.kind, len(ending.history)) == (EndKind.INTERRUPTED, 3)
        assert '"status":"paid"' in ending.text

    def test_a_write_that_was_on_its_way_is_told_as_such(self) -> None:
        """Issue 11: what was carried out is said; of the rest it is known that it was not."""
        one, two = call("orders_cancel", id=7), call("orders_cancel", id=8)
        flow = run(asked("Cancel orders 7 and 8"), SHOP)
        next(flow)
        assert flow.send(calls(one, two)) == Foresee(call=one)
        assert flow.send(Foreseen()) == Invoke(call=one)
        ending = ended(flow)
        answers = [each for each in ending.history if isinstance(each, Answered)]
        assert [(each.call, each.is_sent) for each in answers] == [(one, True), (two, False)]
        assert "may have been carried out" in ending.text
        continued = play([calls(one, two), says("done")], history=(*ending.history, Asked(text="go on", is_ours=True)))
        assert continued.sent == [two]


def ended(flow: Any) -> Ending:
    with pytest.raises(StopIteration) as done:
        flow.throw(Interrupted())
    ending: Ending = done.value.value
    return ending


def test_an_outcome_of_another_kind_is_a_defect_of_ours() -> None:
    """Our choice: it is no run's end."""
    flow = run(asked(), SHOP)
    next(flow)
    with pytest.raises(TypeError):
        flow.send(ok(LIST, {}))
    flow = run(asked(), SHOP)
    next(flow)
    flow.send(calls(LIST))
    flow.send(Foreseen())
    with pytest.raises(TypeError):
        flow.send(Turn(model="test:one"))


def test_without_tools_a_question_is_answered_all_the_same() -> None:
    """Our choice."""
    assert play([says("Hello.")], offer=Offer()).ending.text == "Hello."
    assert play([calls(LIST), says("I have no tools.")], offer=Offer()).unsent[0]["near"] == []


def test_a_read_that_is_called_by_a_search_tool_may_be_called_again() -> None:
    """Our choice: `call_operation` writes only where what it calls does."""
    through = call(CALL, name="orders_list", arguments={})
    pages = iter(range(10))
    played = play([calls(through), calls(through), says("x")], lambda made: {"n": next(pages)}, offer=SEARCHING)
    assert len(played.sent) == 2


def test_without_the_operations_a_call_through_counts_as_what_the_tool_says() -> None:
    """Our choice: of what is not known, everything may change something."""
    offer = Offer(tools=(tool(CALL, "name", "arguments", writes=True),))
    through = call(CALL, name="anything", arguments={})
    assert len(play([calls(through), calls(through), says("x")], offer=offer).sent) == 1


def test_a_call_that_was_left_at_its_question_was_not_sent() -> None:
    """Our choice: who ends a run in place of a yes has said no; the write may be asked for again."""
    create = call("orders_create", customer="Ana", items=[])
    flow = run(asked("Order a mug for Ana"), SHOP)
    next(flow)
    flow.send(calls(create))
    assert isinstance(flow.send(Foreseen()), Invoke)
    with pytest.raises(StopIteration) as ended:
        flow.throw(Interrupted(is_unaccepted=True))
    ending: Ending = ended.value.value
    answer = ending.history[-1]
    assert isinstance(answer, Answered)
    assert (ending.kind, answer.is_sent) == (EndKind.INTERRUPTED, False)
    assert "Nothing was changed." in ending.text
    assert "Not sent, as you did not accept:\n- orders_create" in ending.text
    again = play([calls(create), says("Ordered.")], history=(*ending.history, Asked(text="go on", is_ours=True)))
    assert again.sent == [create]
