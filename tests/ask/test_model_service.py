"""The service of models that our tests ask, held against the SDKs of those whose wires it speaks."""

import json
from collections.abc import Iterator
from typing import Any

import anthropic
import httpx
import openai
import pytest
from support import model_faults
from support.model_scripts import (
    breaking,
    cut_off,
    failing,
    may_call,
    nothing,
    refuse,
    say,
    think,
    took,
    tool,
    use,
    uses,
    written,
)
from support.model_service import ANTHROPIC_KEY, CLAUDE, GPT, OPENAI_KEY, ModelService, running_models
from support.model_talk import Turn

SCHEMA: dict[str, Any] = {"type": "object", "properties": {"id": {"type": "integer"}}}
CLAUDE_TOOLS: Any = [{"name": "find", "description": "Find.", "input_schema": SCHEMA}]
GPT_TOOLS: Any = [{"type": "function", "function": {"name": "find", "description": "Find.", "parameters": SCHEMA}}]
ASKED: Any = [{"role": "user", "content": "Who is there?"}]
ITEMS = '{"items": [{"id": 7}]}'

CLAUDE_CALLED: Any = [
    *ASKED,
    {"role": "assistant", "content": [{"type": "tool_use", "id": "toolu_1", "name": "find", "input": {"id": 1}}]},
    {
        "role": "user",
        "content": [{"type": "tool_result", "tool_use_id": "toolu_1", "content": '{"items": [{"id": 7}]}'}],
    },
]
GPT_CALL: Any = {"id": "call_1", "type": "function", "function": {"name": "find", "arguments": '{"id": 1}'}}
GPT_CALLED: Any = [
    *ASKED,
    {"role": "assistant", "content": None, "tool_calls": [GPT_CALL]},
    {"role": "tool", "tool_call_id": "call_1", "content": ITEMS},
]


@pytest.fixture
def service() -> Iterator[ModelService]:
    """The service, which has nothing to say yet."""
    with running_models() as running:
        yield running


@pytest.fixture
def claude(service: ModelService) -> Iterator[anthropic.Anthropic]:
    """Anthropic's own client."""
    with anthropic.Anthropic(api_key=ANTHROPIC_KEY, base_url=service.url, max_retries=0) as client:
        yield client


@pytest.fixture
def gpt(service: ModelService) -> Iterator[openai.OpenAI]:
    """OpenAI's own client."""
    with openai.OpenAI(api_key=OPENAI_KEY, base_url=service.openai_url, max_retries=0) as client:
        yield client


def ask_claude(client: anthropic.Anthropic, **changed: Any) -> anthropic.types.Message:
    fields: Any = {"model": CLAUDE, "max_tokens": 100, "messages": ASKED, "tools": CLAUDE_TOOLS, **changed}
    message = client.messages.create(**fields)
    assert isinstance(message, anthropic.types.Message)
    return message


def stream_claude(client: anthropic.Anthropic, **changed: Any) -> anthropic.types.Message:
    fields: Any = {"model": CLAUDE, "max_tokens": 100, "messages": ASKED, "tools": CLAUDE_TOOLS, **changed}
    with client.messages.stream(**fields) as stream:
        message: anthropic.types.Message = stream.get_final_message()
        return message


def ask_gpt(client: openai.OpenAI, **changed: Any) -> Any:
    fields: Any = {"model": GPT, "messages": ASKED, "tools": GPT_TOOLS, **changed}
    return client.chat.completions.create(**fields)


def stream_gpt(client: openai.OpenAI, **changed: Any) -> tuple[str, list[str], str, int]:
    """Return the text, each call's name and arguments, why it ended, and the tokens that went in."""
    fields: Any = {"model": GPT, "messages": ASKED, "tools": GPT_TOOLS, "stream_options": {"include_usage": True}}
    text, calls, why, tokens = "", [""] * 4, "", 0
    for chunk in client.chat.completions.create(stream=True, **{**fields, **changed}):
        tokens = chunk.usage.prompt_tokens if chunk.usage else tokens
        for choice in chunk.choices:
            text += choice.delta.content or ""
            why = choice.finish_reason or why
            for call in choice.delta.tool_calls or []:
                calls[call.index] += (call.function.name or "") + (call.function.arguments or "")
    return text, [call for call in calls if call], why, tokens


TWO = think("I look at both.", uses(("find", {"id": 1}), ("find", {"id": 22222222}), text=""))


@pytest.mark.parametrize("ask", [ask_claude, stream_claude])
def test_anthropics_client_reads_a_text_and_calls(service: ModelService, claude: anthropic.Anthropic, ask: Any) -> None:
    """Anthropic, Messages: text and tool_use blocks, stop_reason, usage; the same streamed."""
    service.play(TWO)
    message = ask(claude)
    text, *calls = message.content
    assert text.text == "I look at both."
    assert [(call.name, call.input) for call in calls] == [("find", {"id": 1}), ("find", {"id": 22222222})]
    assert calls[0].id != calls[1].id
    assert message.stop_reason == "tool_use"
    assert message.usage.input_tokens == service.talks[0].characters // 4
    assert message.usage.output_tokens > 1


def test_openais_client_reads_a_text_and_calls(service: ModelService, gpt: openai.OpenAI) -> None:
    """OpenAI, chat completions."""
    service.play(TWO)
    answer = ask_gpt(gpt)
    (choice,) = answer.choices
    assert choice.message.content == "I look at both."
    assert [call.function.arguments for call in choice.message.tool_calls] == ['{"id": 1}', '{"id": 22222222}']
    assert choice.finish_reason == "tool_calls"
    assert answer.usage.total_tokens > answer.usage.prompt_tokens


def test_openais_client_reads_the_same_streamed(service: ModelService, gpt: openai.OpenAI) -> None:
    """OpenAI, chat completion chunks: deltas of calls by their index, the usage in a chunk of its own."""
    service.play(TWO, TWO)
    text, calls, why, tokens = stream_gpt(gpt)
    assert (text, calls, why) == ("I look at both.", ['find{"id": 1}', 'find{"id": 22222222}'], "tool_calls")
    assert tokens == service.talks[0].characters // 4
    assert stream_gpt(gpt, stream_options={"include_usage": False})[3] == 0


def test_a_script_takes_ids_out_of_answers_on_both_wires(
    service: ModelService, claude: anthropic.Anthropic, gpt: openai.OpenAI
) -> None:
    """Our choice: no id stands in a script; a model takes them from answers, too."""
    turn = use("find", id=took("find", "items.0.id"))
    service.play(turn, turn, say("It is {}.", took("find", lambda found: found["items"][0]["id"])))
    message = ask_claude(claude, messages=CLAUDE_CALLED)
    assert message.content[0].to_dict()["input"] == {"id": 7}
    assert json.loads(ask_gpt(gpt, messages=GPT_CALLED).choices[0].message.tool_calls[0].function.arguments) == {
        "id": 7
    }
    assert ask_gpt(gpt, messages=GPT_CALLED).choices[0].message.content == "It is 7."
    assert service.wires == ["anthropic", "openai", "openai"]
    assert [part.text for part in service.talks[1].came] == [ITEMS]


def test_a_script_that_cannot_go_on_says_so(service: ModelService, gpt: openai.OpenAI) -> None:
    """Our choice: a test that reads the wrong place sees why."""
    service.play(use("find", id=took("find", "items.0.id")))
    with pytest.raises(openai.BadRequestError, match="the script is lost: LookupError: find has not answered"):
        ask_gpt(gpt)
    with pytest.raises(openai.BadRequestError, match="no more turns"):
        ask_gpt(gpt)
    assert len(service.lost) == 2


def test_a_script_reads_the_ids_that_are_kept_of_a_shortened_answer(service: ModelService, gpt: openai.OpenAI) -> None:
    """Our choice: as a model has to, where an answer is cut, or its turn left out."""
    turn = say("{}", took("find", "items.0.id"))
    service.play(turn, turn)
    cut = '{"items": [{"id": 7, "na\n… 300 characters cut; ids kept: {"items[].id":[7,8]}'
    assert ask_gpt(gpt, messages=[*GPT_CALLED[:2], {**GPT_CALLED[2], "content": cut}]).choices[0].message.content == "7"
    left_out = {"role": "user", "content": 'Who?\n\nEarlier steps:\n- find {}: done; ids: {"items[].id":[7]}'}
    assert ask_gpt(gpt, messages=[left_out]).choices[0].message.content == "7"


def test_an_operation_is_called_through_the_one_tool_where_there_is_but_that(
    service: ModelService, gpt: openai.OpenAI
) -> None:
    """Our choice: the same scripts for search mode."""
    service.play(use("find", id=1))
    one = {"type": "function", "function": {"name": "call_operation", "parameters": {"type": "object"}}}
    (call,) = ask_gpt(gpt, tools=[one]).choices[0].message.tool_calls
    assert (call.function.name, json.loads(call.function.arguments)) == (
        "call_operation",
        {"name": "find", "arguments": {"id": 1}},
    )


FAULTS = [
    (model_faults.payment_required(), 402, "(?i)payment"),
    (model_faults.rate_limited(after=2), 429, "(?i)rate limit"),
    (model_faults.server_error(), 500, "error"),
    (model_faults.rejected(), 400, "not supported"),
]


@pytest.mark.parametrize(("turn", "status", "words"), FAULTS)
def test_both_clients_raise_what_a_fault_says(
    service: ModelService, claude: anthropic.Anthropic, gpt: openai.OpenAI, turn: Turn, status: int, words: str
) -> None:
    """Each wire's form of an error, before and in place of a stream."""
    service.play(turn, turn, turn)
    for ask in (ask_claude, stream_claude):
        with pytest.raises(anthropic.APIStatusError, match=words) as caught:
            ask(claude)
        assert caught.value.status_code == status
        body: Any = caught.value.body
        assert body["type"] == "error"
    with pytest.raises(openai.APIStatusError, match=words) as other:
        ask_gpt(gpt)
    assert other.value.status_code == status


def test_quota_has_another_form_on_each_wire(
    service: ModelService, claude: anthropic.Anthropic, gpt: openai.OpenAI
) -> None:
    """Anthropic: a 400 that speaks of credit, or of a limit; OpenAI: a 429 with insufficient_quota."""
    credit, limit = model_faults.out_of_credit(), model_faults.usage_limit(resets="2126-02-01 at 00:00 UTC")
    service.play(credit, credit, limit)
    with pytest.raises(anthropic.BadRequestError, match="credit balance is too low"):
        ask_claude(claude)
    with pytest.raises(openai.RateLimitError) as caught:
        ask_gpt(gpt)
    assert caught.value.code == "insufficient_quota"
    with pytest.raises(anthropic.BadRequestError, match="regain access on 2126-02-01"):
        ask_claude(claude)


def test_nothing_may_be_said_at_all(service: ModelService, claude: anthropic.Anthropic, gpt: openai.OpenAI) -> None:
    """Issue 11: resets."""
    service.play(model_faults.hung_up(), model_faults.hung_up())
    with pytest.raises(anthropic.APIConnectionError):
        stream_claude(claude)
    with pytest.raises(openai.APIConnectionError):
        stream_gpt(gpt)


def test_overload_comes_before_a_stream_and_within_one(
    service: ModelService, claude: anthropic.Anthropic, gpt: openai.OpenAI
) -> None:
    """Anthropic, Errors: 529, and an error event after a status of 200."""
    long = say("This is a longer text, so that it breaks in the middle of it.")
    over = model_faults.overloaded()
    service.play(over, over, failing(long, model_faults.OVERLOADED), failing(long, model_faults.UNAVAILABLE))
    with pytest.raises(anthropic.APIStatusError) as first:
        ask_claude(claude)
    assert first.value.status_code == 529
    with pytest.raises(openai.InternalServerError):
        ask_gpt(gpt)
    with pytest.raises(anthropic.APIStatusError, match="Overloaded"):
        stream_claude(claude)
    with pytest.raises(openai.APIError, match="overloaded"):
        stream_gpt(gpt)


@pytest.mark.parametrize("at", ["text", "call"])
def test_a_stream_breaks_in_the_middle(
    service: ModelService, claude: anthropic.Anthropic, gpt: openai.OpenAI, at: str
) -> None:
    """Issue 11: a stream that breaks, in a text and in a call's JSON; whoever reads is told that more was to come."""
    turn = breaking(think("I look for what you want to know.", use("find", id=12345678901234)), at)
    service.play(turn, turn)
    for ask in (lambda: stream_claude(claude), lambda: stream_gpt(gpt)):
        # One of them lets its HTTP client's own error through.
        with pytest.raises(Exception, match=r"without sending complete message body|Connection error\."):
            ask()


def test_an_answer_breaks_in_the_middle(service: ModelService, gpt: openai.OpenAI) -> None:
    """Issue 11: the same where nothing is streamed."""
    service.play(breaking(say("Half of it."), "text"))
    with pytest.raises(openai.APIConnectionError):
        ask_gpt(gpt)


def test_malformed_calls_invented_names_empty_turns_refusals_and_cuts_are_said(
    service: ModelService, claude: anthropic.Anthropic, gpt: openai.OpenAI
) -> None:
    """Issue 11: what models do, as each wire has it."""
    service.play(written("find", '{"id": '), tool("no_such_tool", a=1), nothing, refuse, cut_off("It is"))
    assert [stream_gpt(gpt)[:3] for _ in range(5)] == [
        ("", ['find{"id": '], "tool_calls"),
        ("", ['no_such_tool{"a": 1}'], "tool_calls"),
        ("", [], "stop"),
        ("I can't help with that.", [], "content_filter"),
        ("It is", [], "length"),
    ]
    service.play(nothing, refuse, cut_off("It is"))
    said = [stream_claude(claude) for _ in range(3)]
    assert [message.stop_reason for message in said] == ["end_turn", "refusal", "max_tokens"]
    assert said[0].content == []


def test_no_json_is_an_answer_that_nobody_reads(service: ModelService, gpt: openai.OpenAI) -> None:
    """Issue 11: what a proxy says in place of the service."""
    service.play(model_faults.garbage())
    assert ask_gpt(gpt).startswith("<html>")


def test_a_key_a_model_and_a_context_have_their_errors(
    service: ModelService, claude: anthropic.Anthropic, gpt: openai.OpenAI
) -> None:
    """401, 404, 400; none of them takes a turn of the script."""
    service.play(say("Here."), say("Here."))
    with pytest.raises(anthropic.AuthenticationError, match="invalid x-api-key"):
        ask_claude(claude.with_options(api_key="sk-wrong"))
    with pytest.raises(openai.AuthenticationError, match="sk-wrong"):
        ask_gpt(gpt.with_options(api_key="sk-wrong"))
    with pytest.raises(anthropic.NotFoundError, match="model: claude-0"):
        ask_claude(claude, model="claude-0")
    with pytest.raises(openai.NotFoundError, match="does not exist"):
        ask_gpt(gpt, model="gpt-0")
    service.most_characters = 20
    with pytest.raises(anthropic.BadRequestError, match="prompt is too long: "):
        ask_claude(claude)
    with pytest.raises(openai.BadRequestError) as caught:
        ask_gpt(gpt)
    assert caught.value.code == "context_length_exceeded"
    service.most_characters = None
    assert ask_gpt(gpt).choices[0].message.content == "Here."


def called(*blocks: Any) -> Any:
    """Return a conversation whose call is answered with these blocks."""
    return [*CLAUDE_CALLED[:2], {"role": "user", "content": list(blocks)}]


RESULT: Any = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "{}"}
TEXT: Any = {"type": "text", "text": "And now?"}
CLAUDE_BREAKS: list[tuple[dict[str, Any], str]] = [
    ({"messages": []}, "at least one message"),
    ({"messages": [*ASKED, *ASKED]}, "roles must alternate"),
    ({"messages": [{"role": "assistant", "content": "Hello."}]}, "roles must alternate"),
    ({"messages": [{"role": "tool", "content": "{}"}]}, "'user' or 'assistant'"),
    ({"messages": [{"role": "user", "content": ""}]}, "non-empty"),
    ({"messages": [{"role": "user", "content": [{"type": "text", "text": " "}]}]}, "non-whitespace"),
    ({"messages": [*ASKED, {"role": "assistant", "content": []}]}, "non-empty content"),
    ({"messages": CLAUDE_CALLED[:2]}, "without `tool_result` blocks immediately after: toolu_1"),
    ({"messages": called(TEXT)}, "without `tool_result` blocks immediately after: toolu_1"),
    ({"messages": called(TEXT, RESULT)}, "before other blocks"),
    ({"messages": called(RESULT, RESULT)}, "unexpected `tool_use_id`"),
    ({"messages": called({**RESULT, "tool_use_id": "toolu_2"})}, "unexpected `tool_use_id`"),
    ({"messages": [*CLAUDE_CALLED, *CLAUDE_CALLED[1:]]}, "ids must be unique"),
    ({"messages": [*ASKED, {"role": "assistant", "content": "Well "}]}, "trailing whitespace"),
    ({"messages": CLAUDE_CALLED, "tools": anthropic.NOT_GIVEN}, "must define `tools`"),
    ({"system": [{"type": "text", "text": ""}]}, "non-empty"),
    ({"tools": [*CLAUDE_TOOLS, *CLAUDE_TOOLS]}, "unique"),
    ({"tools": [{**CLAUDE_TOOLS[0], "name": "a.b"}]}, "String should match"),
    ({"tools": [{**CLAUDE_TOOLS[0], "name": "a" * 129}]}, "String should match"),
    ({"tools": [{**CLAUDE_TOOLS[0], "input_schema": {"type": "array"}}]}, "'object'"),
    ({"tools": [{**CLAUDE_TOOLS[0], "input_schema": {**SCHEMA, "anyOf": []}}]}, "at the top"),
    ({"tools": [{**CLAUDE_TOOLS[0], "input_schema": {**SCHEMA, "required": "id"}}]}, "JSON schema is invalid"),
    ({"tools": [{**CLAUDE_TOOLS[0], "input_schema": {**SCHEMA, "properties": {"a b": {}}}}]}, "Property keys"),
    ({"tools": anthropic.NOT_GIVEN, "tool_choice": {"type": "none"}}, "while providing tools"),
    ({"max_tokens": 0}, "greater than or equal"),
    ({"extra_body": {"seed": 1}}, "Extra inputs"),
]


@pytest.mark.parametrize(("broken", "words"), CLAUDE_BREAKS)
def test_what_breaks_anthropics_rules_is_refused(
    service: ModelService, claude: anthropic.Anthropic, broken: dict[str, Any], words: str
) -> None:
    """Anthropic, Messages and Tool use: the rules, and the words in which they are said."""
    service.play(say("Here."))
    with pytest.raises(anthropic.BadRequestError, match=words):
        ask_claude(claude, **broken)
    assert len(service.refused) == 1


def function(**changed: Any) -> Any:
    """Return the tools, changed."""
    return [{"type": "function", "function": {**GPT_TOOLS[0]["function"], **changed}}]


def model_called(**changed: Any) -> Any:
    """Return the conversation, its call changed."""
    return [*ASKED, {"role": "assistant", "tool_calls": [{**GPT_CALL, **changed}]}, GPT_CALLED[2]]


GPT_BREAKS: list[tuple[dict[str, Any], str]] = [
    ({"messages": []}, "empty array"),
    ({"messages": [{"role": "person", "content": "Hello."}]}, "Invalid value: 'person'"),
    ({"messages": [{"role": "user", "content": None}]}, "got null"),
    ({"messages": [*ASKED, {"role": "assistant", "content": None}]}, "got null"),
    ({"messages": [*ASKED, {"role": "assistant", "content": "a", "tool_calls": []}]}, "empty array"),
    ({"messages": GPT_CALLED[:2]}, "did not have response messages: call_1"),
    ({"messages": [*GPT_CALLED[:2], *ASKED]}, "did not have response messages: call_1"),
    ({"messages": [*ASKED, GPT_CALLED[2]]}, "must be a response to a preceeding message"),
    ({"messages": [*GPT_CALLED, GPT_CALLED[2]]}, "must be a response to a preceeding message"),
    ({"messages": [*GPT_CALLED[:2], {"role": "tool", "content": "{}"}]}, "Missing parameter 'tool_call_id'"),
    ({"messages": [*GPT_CALLED, *ASKED]}, "Unexpected role 'user' after role 'tool'"),
    ({"messages": [*ASKED, *ASKED]}, "Unexpected role 'user' after role 'user'"),
    ({"messages": model_called(id="c" * 41)}, "maximum length 40"),
    ({"messages": model_called(function={"name": "a b", "arguments": "{}"})}, "does not match pattern"),
    ({"messages": model_called(function={"name": "find", "arguments": {}})}, "expected a string"),
    ({"messages": model_called(function={"name": "find", "arguments": "{"})}, "not a JSON object"),
    ({"tools": []}, "empty array"),
    ({"tools": GPT_TOOLS * 129}, "maximum length 128"),
    ({"tools": function(name="a.b")}, "does not match pattern"),
    ({"tools": function(name="a" * 65)}, "does not match pattern"),
    ({"tools": function(description="a" * 1025)}, "maximum length 1024"),
    ({"tools": function(parameters={"type": "string"})}, "must be a JSON Schema of"),
    ({"tools": function(parameters={**SCHEMA, "oneOf": []})}, "at the top level"),
    ({"tools": function(parameters={**SCHEMA, "properties": {"a": {"type": "array"}}})}, "missing items"),
    ({"tools": function(strict=True)}, "'additionalProperties' must be false"),
    ({"tools": openai.NOT_GIVEN, "tool_choice": "none"}, "only allowed when 'tools'"),
    ({"stream_options": {"include_usage": True}}, "only allowed with 'stream'"),
    ({"extra_body": {"system": "a"}}, "Unrecognized request argument"),
]


@pytest.mark.parametrize(("broken", "words"), GPT_BREAKS)
def test_what_breaks_openais_rules_is_refused(
    service: ModelService, gpt: openai.OpenAI, broken: dict[str, Any], words: str
) -> None:
    """OpenAI, chat completions and function calling, and Mistral's roles: the rules, and their words."""
    service.play(say("Here."))
    with pytest.raises(openai.BadRequestError, match=words):
        ask_gpt(gpt, **broken)
    assert len(service.refused) == 1


def test_a_good_request_of_each_form_is_taken(
    service: ModelService, claude: anthropic.Anthropic, gpt: openai.OpenAI
) -> None:
    """Strict is not narrow: texts as blocks, several calls, a system text, tools that may not be called."""
    service.play(last=say("Here."))
    ask_claude(claude, messages=called(RESULT, TEXT), system="Be short.", tool_choice={"type": "none"})
    ask_claude(claude, system=[{"type": "text", "text": "Be short.", "cache_control": {"type": "ephemeral"}}])
    system = {"role": "system", "content": [{"type": "text", "text": "Be short."}]}
    more = [{"role": "assistant", "content": "7."}, {"role": "user", "content": "And now?"}]
    ask_gpt(gpt, messages=[system, *GPT_CALLED, *more], tool_choice="none")
    assert service.refused == []
    assert [talk.system for talk in service.talks] == ["Be short.", "Be short.", "Be short."]
    assert [may_call(talk) for talk in service.talks] == [False, True, False]
    assert service.talks[2].asked == ("Who is there?", "And now?")


def test_any_key_or_none_will_do_where_the_service_has_none(service: ModelService) -> None:
    """Ollama and vLLM ask for no key."""
    service.keys = {}
    service.play(say("Here."))
    body: Any = {"model": GPT, "messages": ASKED}
    answer = httpx.post(f"{service.openai_url}/chat/completions", json=body, trust_env=False)
    assert answer.json()["choices"][0]["message"]["content"] == "Here."
