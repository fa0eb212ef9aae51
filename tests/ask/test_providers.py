"""One model of one provider over HTTP: both wires, streaming, against a server on loopback."""

import json
import os
import ssl
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import pytest
import trustme
from pydantic_ai.messages import ModelResponse
from pydantic_ai.usage import RequestUsage
from support.child import run_command
from support.upstream import PATIENCE, description
from support.wires import Reply, Wires, anthropic_says, error, openai_says, stream, wires

import openapi_mcp
from openapi_mcp.ask.names import ModelName, Wire
from openapi_mcp.ask.prices import cost_of, input_price
from openapi_mcp.ask.providers import Provider, require_extra
from openapi_mcp.ask.steps import Think
from openapi_mcp.ask.wire_tool import wire_tool
from openapi_mcp.errors import ConfigError
from openapi_mcp.model.chat import (
    Answered,
    Asked,
    ChatTool,
    FaultKind,
    Finish,
    History,
    ModelFault,
    ToolCall,
    Turn,
)
from openapi_mcp.model.secret import Secret
from openapi_mcp.tls import Trust

KEY = "sk-test-0123456789"
TOOLS = (
    ChatTool(
        name="get_order",
        description="An order.",
        input_schema={"type": "object", "properties": {"id": {"type": "integer"}}, "required": ["id"]},
    ),
)


@pytest.fixture
def server() -> Iterator[Wires]:
    with wires() as running:
        yield running


def claude(server: Wires, **changes: Any) -> ModelName:
    known: dict[str, Any] = {"name": "anthropic:claude-test", "id": "claude-test", "wire": Wire.ANTHROPIC}
    return ModelName(**{**known, "url": server.url, "key": Secret(KEY), **changes})


def gpt(server: Wires, **changes: Any) -> ModelName:
    known: dict[str, Any] = {"name": "openai:gpt-4o", "id": "gpt-4o", "wire": Wire.OPENAI}
    return ModelName(**{**known, "url": f"{server.url}/v1", "key": Secret(KEY), **changes})


def ask(
    model: ModelName, *history: Any, heard: list[str] | None = None, trust: Trust | None = None, **changes: Any
) -> Turn | ModelFault:
    told: History = history or (Asked(text="Where is order 7?"),)
    think = Think(history=told, tools=TOOLS, instructions="Be short.", **changes)

    async def run() -> Turn | ModelFault:
        provider = Provider(model, trust)
        try:
            return await provider.turn(think, (heard if heard is not None else []).append)
        finally:
            await provider.aclose()

    return anyio.run(run)


def turn(came: Turn | ModelFault) -> Turn:
    assert isinstance(came, Turn), came
    return came


def fault(came: Turn | ModelFault) -> ModelFault:
    assert isinstance(came, ModelFault), came
    return came


def test_an_anthropic_turn_streams_its_text_and_brings_its_calls(server: Wires) -> None:
    """Anthropic, Messages API, streaming: content_block_delta with text_delta and input_json_delta."""
    server.replies.append(stream(anthropic_says("Let me look.", ("toolu_1", "get_order", '{"id": 7}'))))
    heard: list[str] = []
    said = turn(ask(claude(server), heard=heard))
    assert (said.text, "".join(heard), len(heard)) == ("Let me look.", "Let me look.", 2)
    assert said.calls == (ToolCall(id="toolu_1", tool="get_order", arguments={"id": 7}),)
    assert (said.finish, said.model) == (Finish.CALLS, "anthropic:claude-test")
    assert (said.usage.tokens_in, said.usage.tokens_out, said.usage.cached) == (100, 20, 70)
    assert said.usage.cost is None  # not at Anthropic's own address


def test_an_anthropic_request_has_the_key_the_tools_and_what_is_to_be_kept(server: Wires) -> None:
    """Anthropic, Prompt caching: cache_control on instructions, tools and the last message."""
    server.replies.append(stream(anthropic_says("Here.")))
    ask(claude(server), most_tokens=500)
    (sent,) = server.requests
    assert sent.path.startswith("/v1/messages")
    assert [name for name, value in sent.headers.items() if KEY in value] in (["x-api-key"], ["authorization"])
    assert sent.body["max_tokens"] == 500
    assert sent.body["stream"] is True
    assert sent.body["tools"][0]["input_schema"]["properties"] == {"id": {"type": "integer"}}
    assert json.dumps(sent.body).count("cache_control") == 3
    assert sent.body["messages"][0]["role"] == "user"


def test_an_openai_turn_streams_its_text_and_brings_its_calls(server: Wires) -> None:
    """OpenAI, Chat completions, streaming: delta.content and delta.tool_calls."""
    server.replies.append(stream(openai_says("Let me look.", ("call_x", "get_order", '{"id": 7}'))))
    heard: list[str] = []
    said = turn(ask(gpt(server), heard=heard))
    assert (said.text, "".join(heard)) == ("Let me look.", "Let me look.")
    assert said.calls == (ToolCall(id="call_x", tool="get_order", arguments={"id": 7}),)
    assert (said.finish, said.usage.tokens_in, said.usage.tokens_out) == (Finish.CALLS, 100, 20)


def test_an_openai_request_has_the_instructions_and_tools_that_are_not_strict(server: Wires) -> None:
    """OpenAI, Function calling: strict mode takes few schemas."""
    server.replies.append(stream(openai_says("Here.")))
    ask(gpt(server), most_tokens=500)
    (sent,) = server.requests
    assert sent.path == "/v1/chat/completions"
    assert sent.headers["authorization"] == f"Bearer {KEY}"
    assert sent.body["messages"][0] == {"role": "system", "content": "Be short."}
    assert sent.body["messages"][1] == {"role": "user", "content": "Where is order 7?"}
    (tool,) = sent.body["tools"]
    assert "strict" not in tool["function"]
    assert tool["function"]["parameters"] == {**TOOLS[0].input_schema}
    assert sent.body["max_completion_tokens"] == 500


def test_a_compatible_server_without_a_key_is_told_nothing_of_ours(
    server: Wires, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Our choice: what the environment has for OpenAI is not sent to another address of --model-url."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-openai-123456")
    monkeypatch.setenv("OPENAI_ORG_ID", "org-secret")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-secret")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Mine: secret")
    server.replies.append(stream(openai_says("Here.")))
    said = turn(ask(gpt(server, name="qwen3:8b", id="qwen3:8b", key=None, is_named_url=True), most_tokens=500))
    (sent,) = server.requests
    assert "secret" not in str(sent.headers)
    assert "authorization" not in sent.headers
    assert not [name for name in sent.headers if name.startswith("x-")]
    assert (sent.body["model"], sent.body["max_tokens"], said.model) == ("qwen3:8b", 500, "qwen3:8b")


def test_an_anthropic_server_of_ones_own_is_told_nothing_of_ours(
    server: Wires, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Our choice: as with OpenAI's."""
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-of-anthropic")
    monkeypatch.setenv("ANTHROPIC_CUSTOM_HEADERS", "X-Mine: secret")
    server.replies.append(stream(anthropic_says("Here.")))
    turn(ask(claude(server, key=None, is_named_url=True)))
    (sent,) = server.requests
    assert not [name for name in sent.headers if name.startswith("x-")]
    assert "authorization" not in sent.headers


@pytest.mark.parametrize("header", ["Authorization: Bearer secret", "X-Api-Key: secret"])
def test_a_key_among_the_headers_of_the_environment_is_not_for_a_server_of_ones_own(
    server: Wires, monkeypatch: pytest.MonkeyPatch, header: str
) -> None:
    """Our choice: gateways are often given theirs so; a server of --model-url gets --model-key, and nothing else."""
    monkeypatch.setenv("ANTHROPIC_CUSTOM_HEADERS", header)
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", header)
    server.replies += [stream(openai_says("Here.")), stream(anthropic_says("Here."))]
    for model in (gpt(server, is_named_url=True), claude(server, is_named_url=True)):
        turn(ask(model))
    of_openai, of_anthropic = (sent.headers for sent in server.requests)
    assert "secret" not in f"{of_openai}{of_anthropic}"
    assert (of_openai["authorization"], of_anthropic["x-api-key"]) == (f"Bearer {KEY}", KEY)


def test_a_server_that_the_environment_names_is_asked_without_a_key_where_there_is_none(server: Wires) -> None:
    """As with OPENAI_BASE_URL alone: what the SDKs put in a key's place does not leave."""
    server.replies += [stream(openai_says("Here.")), stream(anthropic_says("Here."))]
    for model in (gpt(server, key=None), claude(server, key=None)):
        turn(ask(model))
    assert [{"authorization", "x-api-key"} & set(sent.headers) for sent in server.requests] == [set(), set()]


@pytest.mark.parametrize("origin", [7, {}, {"kind": "request", "parts": []}, {"kind": "response", "parts": 7}])
def test_an_origin_that_cannot_be_read_is_left_alone(server: Wires, origin: Any) -> None:
    """Our choice: a kept run may be of another version, or edited; what we keep ourselves says enough."""
    own = Turn(model="openai:gpt-4o", calls=(ToolCall(id="call_x", tool="get_order", arguments={}),), origin=origin)
    server.replies.append(stream(openai_says("Here.")))
    turn(ask(gpt(server), Asked(text="?"), own, Answered(call=own.calls[0], text="{}")))
    assert server.requests[0].body["messages"][2]["tool_calls"][0]["id"] == "call_x"


OTHER = Turn(
    model="openai:gpt-4o",
    text="I look.",
    calls=(
        ToolCall(id="call|odd id", tool="get_order", arguments={"id": 7}),
        ToolCall(id="call|odd id", tool="functions.get order", arguments=None, written='{"id": '),
    ),
    finish=Finish.CALLS,
)
CARRIED = (
    Asked(text="Where is order 7?"),
    OTHER,
    Answered(call=OTHER.calls[0], text='{"id": 7}', value={"id": 7}),
    Answered(call=OTHER.calls[1], text="no JSON object", is_error=True, is_sent=False),
)


def test_what_another_provider_began_anthropic_goes_on_with(server: Wires) -> None:
    """Issue 11: the history carries over from one provider's form to another's, tool calls and results included."""
    server.replies.append(stream(anthropic_says("It is on its way.")))
    turn(ask(claude(server), *CARRIED))
    messages = server.requests[0].body["messages"]
    assert [each["role"] for each in messages] == ["user", "assistant", "user"]
    text, one, two = messages[1]["content"]
    assert text["text"] == "I look."
    assert (one["id"], one["name"], one["input"]) == ("call00001", "get_order", {"id": 7})
    assert (two["id"], two["name"], two["input"]) == ("call00002", "functions_get_order", {"unreadable": '{"id": '})
    first, second = messages[2]["content"]
    assert (first["tool_use_id"], first["is_error"]) == ("call00001", False)
    assert (second["tool_use_id"], second["is_error"]) == ("call00002", True)


def test_what_another_provider_began_openai_goes_on_with(server: Wires) -> None:
    """Issue 11, as above."""
    server.replies.append(stream(openai_says("It is on its way.")))
    turn(ask(gpt(server, name="openai:other"), *CARRIED))
    _, user, assistant, one, two = server.requests[0].body["messages"]
    assert (user["role"], assistant["role"], one["role"], two["role"]) == ("user", "assistant", "tool", "tool")
    ids = [each["id"] for each in assistant["tool_calls"]]
    assert ids == ["call00001", "call00002"] == [one["tool_call_id"], two["tool_call_id"]]
    assert all(isinstance(json.loads(each["function"]["arguments"]), dict) for each in assistant["tool_calls"])
    assert two["content"] == "no JSON object"


def test_a_models_own_turn_goes_back_as_it_was_thought_and_signature_too(server: Wires) -> None:
    """Anthropic, Extended thinking: thinking blocks are passed back unmodified while tools are used."""
    events = anthropic_says("Let me look.", ("toolu_1", "get_order", '{"id": 7}'), thought="An order it is.")
    server.replies += [stream(events), stream(anthropic_says("It is on its way."))]
    own = turn(ask(claude(server)))
    assert own.thought == "An order it is."
    kept = json.loads(json.dumps(own.origin))
    assert kept is not None
    said = Turn(model=own.model, text=own.text, calls=own.calls, finish=own.finish, origin=kept)
    turn(ask(claude(server), Asked(text="?"), said, Answered(call=own.calls[0], text="{}")))
    content = server.requests[1].body["messages"][1]["content"]
    assert [each["type"] for each in content] == ["thinking", "text", "tool_use"]
    assert content[0]["signature"] == "c2ln"
    assert content[2]["id"] == "toolu_1"


@pytest.mark.parametrize("written", ['{"id": ', "[1]", "NaN", "7", '{"id": NaN}', '"id"', '"[1]"', '"null"', '"{"'])
def test_arguments_that_are_no_json_object_are_kept_as_written(server: Wires, written: str) -> None:
    """Issue 11: malformed tool calls."""
    server.replies.append(stream(openai_says("", ("call_x", "get_order", written))))
    (call,) = turn(ask(gpt(server))).calls
    assert (call.arguments, call.written) == (None, written)


@pytest.mark.parametrize("written", ["", " ", "null"])
def test_a_call_without_arguments_has_none_of_them(server: Wires, written: str) -> None:
    """Our choice: some servers write nothing for a tool that takes nothing."""
    server.replies.append(stream(openai_says("", ("call_x", "list_orders", written))))
    (call,) = turn(ask(gpt(server))).calls
    assert (call.arguments, call.written) == ({}, "")


def test_arguments_that_were_encoded_twice_are_taken_and_told_as_the_object_that_they_are(server: Wires) -> None:
    """Our choice: some servers write the object as a JSON string."""
    twice = json.dumps('{"id": 7}')
    server.replies += [stream(openai_says("", ("call_x", "get_order", twice))), stream(openai_says("Here."))]
    said = turn(ask(gpt(server)))
    (call,) = said.calls
    assert (call.arguments, call.written) == ({"id": 7}, "")
    turn(ask(gpt(server), Asked(text="?"), said, Answered(call=call, text="{}")))
    (told,) = server.requests[1].body["messages"][2]["tool_calls"]
    assert json.loads(told["function"]["arguments"]) == {"id": 7}


@pytest.mark.parametrize(
    ("stop", "finish"), [("max_tokens", Finish.LENGTH), ("refusal", Finish.REFUSED), ("end_turn", Finish.DONE)]
)
def test_anthropic_says_why_a_turn_ended(server: Wires, stop: str, finish: Finish) -> None:
    """Anthropic, Handling stop reasons."""
    server.replies.append(stream(anthropic_says("Well", stop=stop)))
    assert turn(ask(claude(server))).finish is finish


@pytest.mark.parametrize(
    ("stop", "finish"), [("brand_new", Finish.DONE), ("max_length", Finish.LENGTH), ("safety", Finish.REFUSED)]
)
def test_an_end_that_anthropic_has_a_new_name_for_is_an_end(server: Wires, stop: str, finish: Finish) -> None:
    """As on the other wire: an answer that was paid for is not asked for again because of a word."""
    server.replies.append(stream(anthropic_says("Here.", stop=stop)))
    said = turn(ask(claude(server)))
    assert (said.text, said.finish) == ("Here.", finish)


def test_a_failure_that_anthropic_has_a_word_for_is_one(server: Wires) -> None:
    """As on the other wire: "error", "aborted"."""
    server.replies.append(stream(anthropic_says("Here.", stop="error")))
    assert fault(ask(claude(server))).kind is FaultKind.UNREACHABLE


def test_a_turn_that_pauses_is_sent_back_as_it_stands_and_goes_on(server: Wires) -> None:
    """Anthropic, Handling stop reasons, pause_turn: "provide the response back as-is"; it is one turn to us."""
    paused = anthropic_says("I look; ", thought="Hm.", stop="pause_turn")
    server.replies += [stream(paused), stream(anthropic_says("it is there.", ("toolu_1", "get_order", '{"id": 7}')))]
    heard: list[str] = []
    said = turn(ask(claude(server), heard=heard))
    assert (said.text, "".join(heard), said.finish) == ("I look; it is there.", "I look; it is there.", Finish.CALLS)
    assert (said.usage.tokens_in, said.usage.tokens_out) == (200, 40)
    first, second = (sent.body["messages"] for sent in server.requests)
    assert [each["role"] for each in second] == ["user", "assistant"]
    assert [each["type"] for each in second[1]["content"]] == ["thinking", "text"]
    assert second[0]["content"][0]["text"] == first[0]["content"][0]["text"]
    server.replies.append(stream(anthropic_says("Done.")))
    turn(ask(claude(server), Asked(text="?"), said, Answered(call=said.calls[0], text="{}")))
    content = server.requests[2].body["messages"][1]["content"]
    assert [each["type"] for each in content] == ["thinking", "text", "text", "tool_use"]


def test_a_turn_that_pauses_again_and_again_is_given_up(server: Wires) -> None:
    """Our choice: a bound on every loop."""
    server.replies += [stream(anthropic_says("Hm.", stop="pause_turn")) for _ in range(9)]
    found = fault(ask(claude(server)))
    assert (found.kind, "pauses" in found.message) == (FaultKind.MALFORMED, True)
    assert len(server.requests) == 6


@pytest.mark.parametrize(("stop", "finish"), [("length", Finish.LENGTH), ("content_filter", Finish.REFUSED)])
def test_openai_says_why_a_turn_ended(server: Wires, stop: str, finish: Finish) -> None:
    """OpenAI, Chat completions: finish_reason."""
    server.replies.append(stream(openai_says("Well", stop=stop)))
    assert turn(ask(gpt(server))).finish is finish


@pytest.mark.parametrize("stop", ["tool_calls", "tool_call", "tool_use"])
def test_a_turn_that_ends_for_calls_and_has_none_says_so(server: Wires, stop: str) -> None:
    """Both wires: the words before a call that got lost are no answer; what to do about it is the loop's."""
    server.replies.append(stream(openai_says("I will look it up now.", stop=stop)))
    assert turn(ask(gpt(server))).finish is Finish.CALLS
    server.replies.append(stream(anthropic_says("I will look it up now.", stop="tool_use")))
    assert turn(ask(claude(server))).finish is Finish.CALLS


@pytest.mark.parametrize("stop", ["eos_token", "STOP", "end_turn", "eos"])
def test_an_end_of_another_name_is_an_end(server: Wires, stop: str) -> None:
    """Compatible servers write what their engine calls it."""
    server.replies += [
        stream(openai_says("Here.", stop=stop)),
        stream(openai_says("", ("call_x", "get_order", '{"id": 7}'), stop=stop)),
    ]
    said, called = turn(ask(gpt(server))), turn(ask(gpt(server)))
    assert (said.finish, said.text) == (Finish.DONE, "Here.")
    assert (called.finish, called.calls[0].arguments) == (Finish.CALLS, {"id": 7})


@pytest.mark.parametrize(("stop", "finish"), [("MAX_TOKENS", Finish.LENGTH), ("SAFETY", Finish.REFUSED)])
def test_a_cut_of_another_name_is_a_cut(server: Wires, stop: str, finish: Finish) -> None:
    """As above: Gemini's words."""
    server.replies.append(stream(openai_says("Well", stop=stop)))
    assert turn(ask(gpt(server))).finish is finish


def without_reason(*, done: bool) -> Reply:
    events = openai_says("Here.")
    for event in events:
        for choice in event["choices"]:
            choice["finish_reason"] = ""
    return stream(events, done=done)


def test_an_end_without_a_name_is_one_where_the_stream_is_done(server: Wires) -> None:
    """Compatible servers: finish_reason "" to the last; [DONE] tells it from a stream that was cut."""
    server.replies += [without_reason(done=True), without_reason(done=False)]
    assert turn(ask(gpt(server))).text == "Here."
    assert fault(ask(gpt(server))).kind is FaultKind.UNREACHABLE


@pytest.mark.parametrize("stop", ["error", "abort", "insufficient_system_resource"])
def test_a_reason_that_is_a_failure_makes_no_turn(server: Wires, stop: str) -> None:
    """OpenRouter, vLLM, DeepSeek: finish_reason."""
    server.replies.append(stream(openai_says("Her", stop=stop)))
    assert fault(ask(gpt(server))).kind is FaultKind.UNREACHABLE


def test_calls_that_share_an_index_are_told_apart_by_their_ids(server: Wires) -> None:
    """Compatible servers: each call of a turn at the index 0."""
    events = openai_says("", ("a", "get_order", '{"id": 7}'), ("b", "get_order", '{"id": 8}'))
    for event in events:
        for choice in event["choices"]:
            for call in choice["delta"].get("tool_calls", ()):
                call["index"] = 0
    server.replies.append(stream(events))
    said = turn(ask(gpt(server)))
    assert [(each.id, each.arguments) for each in said.calls] == [("a", {"id": 7}), ("b", {"id": 8})]


def in_pieces(*pieces: str) -> Reply:
    first, *_, last, usage = openai_says()
    texts = [{**first, "choices": [{**first["choices"][0], "delta": {"content": each}}]} for each in pieces]
    return stream([first, *texts, last, usage])


@pytest.mark.parametrize("size", [1, 3, 7, 100, None])
def test_a_thought_in_tags_is_none_of_the_answer(server: Wires, size: int | None) -> None:
    """DeepSeek R1, Qwen3 on servers without a parser of thoughts: <think> at the beginning of the content."""
    whole = "\n<think>\nIs 1 < 2? </thin\n</think>\n\nYes, <think> is a tag."
    tokens = ["<think>", "\nIs 1 < 2? ", "</thin\n", "</think>", "\n\n", "Yes, ", "<think>", " is a tag."]
    pieces = [whole[at : at + size] for at in range(0, len(whole), size)] if size else tokens
    server.replies.append(in_pieces(*pieces))
    heard: list[str] = []
    said = turn(ask(gpt(server), heard=heard))
    assert (said.text, "".join(heard)) == ("Yes, <think> is a tag.", "Yes, <think> is a tag.")
    assert said.thought.strip() == "Is 1 < 2? </thin"


@pytest.mark.parametrize("text", ["<thi", "<b>Yes</b>", "  Yes.\n\nNo.", "</think>"])
def test_what_is_no_thought_is_the_answer(server: Wires, text: str) -> None:
    """Our choice: as it is written, but for the empty lines before it."""
    server.replies.append(in_pieces("\n\n", *text))
    assert turn(ask(gpt(server))).text == text


def test_a_thought_without_an_end_is_no_answer(server: Wires) -> None:
    """Our choice: the loop asks for one."""
    server.replies.append(in_pieces("<think>", "Hm", " </th"))
    said = turn(ask(gpt(server)))
    assert (said.text, said.thought) == ("", "Hm </th")


def test_an_openai_refusal_is_the_turns_text(server: Wires) -> None:
    """OpenAI, Chat completions: delta.refusal."""
    server.replies.append(stream(openai_says(refusal="I will not.")))
    said = turn(ask(gpt(server)))
    assert (said.finish, said.text) == (Finish.REFUSED, "I will not.")


def test_an_empty_turn_is_a_turn(server: Wires) -> None:
    """Issue 11: empty turns; what to do about one is the loop's."""
    server.replies += [stream(anthropic_says()), stream(openai_says())]
    for model in (claude(server), gpt(server)):
        said = turn(ask(model))
        assert (said.text, said.calls, said.finish) == ("", (), Finish.DONE)


USAGES: list[Any] = [
    {"prompt_tokens": None, "completion_tokens": None, "total_tokens": None},
    {"prompt_tokens": -5, "completion_tokens": 10**20, "total_tokens": 5},
    {"prompt_tokens": "many", "completion_tokens": 2.5, "total_tokens": [1]},
    {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7, "prompt_tokens_details": {"cached_tokens": -1}},
    {},
    7,
]


@pytest.mark.parametrize("usage", USAGES)
def test_a_usage_that_makes_no_sense_costs_neither_the_answer_nor_a_warning(server: Wires, usage: Any) -> None:
    """Our choice: what a server counts is its matter; a library's warning with its path helps nobody."""
    events = openai_says("Here.")
    events[-1]["usage"] = usage
    server.replies.append(stream(events))
    said = turn(ask(gpt(server)))
    assert said.text == "Here."
    assert min(said.usage.tokens_in, said.usage.tokens_out, said.usage.cached) >= 0


@pytest.mark.parametrize("count", [None, -5, 10**20, "many"])
def test_a_usage_of_anthropics_that_makes_no_sense_costs_nothing(server: Wires, count: Any) -> None:
    """As above: servers that speak this wire."""
    events = anthropic_says("Here.")
    events[0]["message"]["usage"]["input_tokens"] = count
    events[-2]["usage"] = {"output_tokens": count}
    server.replies.append(stream(events))
    said = turn(ask(claude(server)))
    assert said.text == "Here."
    assert min(said.usage.tokens_in, said.usage.tokens_out, said.usage.cached) >= 0
    assert max(said.usage.tokens_in, said.usage.tokens_out) < 2**63  # what a span can carry


WHOLE: Any = {
    "id": "c1",
    "object": "chat.completion",
    "created": 1,
    "model": "m",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "Here."}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120},
}
FUNCTION: Any = {"name": "get_order", "arguments": '{"id": 7}'}


def whole(message: Any = None, reason: Any = "stop", kind: str = "application/json") -> Reply:
    """Return an answer that is not streamed."""
    body = WHOLE if message is None else {**WHOLE, "choices": [{"message": message, "finish_reason": reason}]}
    return Reply(json.dumps(body).encode(), headers={"Content-Type": kind})


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "text/plain", ""])
def test_an_answer_that_comes_whole_is_one(server: Wires, kind: str) -> None:
    """Compatible servers: some do not stream, or not where there are tools, and answer with a completion."""
    server.replies.append(whole(kind=kind))
    heard: list[str] = []
    said = turn(ask(gpt(server), heard=heard))
    assert (said.text, "".join(heard), said.finish) == ("Here.", "Here.", Finish.DONE)
    assert (said.usage.tokens_in, said.usage.tokens_out) == (100, 20)


def test_an_answer_that_comes_whole_has_its_calls_and_its_thought(server: Wires) -> None:
    """OpenAI, Chat completions: message.tool_calls; reasoning_content of others."""
    calls = [
        {"id": "a", "type": "function", "function": FUNCTION},
        {"id": "b", "type": "function", "function": FUNCTION},
    ]
    server.replies.append(whole({"content": None, "reasoning_content": "Hm.", "tool_calls": calls}, None))
    said = turn(ask(gpt(server)))
    assert [(each.id, each.arguments) for each in said.calls] == [("a", {"id": 7}), ("b", {"id": 7})]
    assert (said.thought, said.finish) == ("Hm.", Finish.CALLS)


def test_an_answer_that_comes_whole_says_why_it_ended(server: Wires) -> None:
    """OpenAI, Chat completions: finish_reason, refusal."""
    server.replies += [whole({"content": "He"}, "length"), whole({"content": None, "refusal": "I will not."})]
    assert turn(ask(gpt(server))).finish is Finish.LENGTH
    assert turn(ask(gpt(server))).text == "I will not."


@pytest.mark.parametrize(
    "body",
    [
        b'{"choices": 7}',
        b'{"choices": []}',
        b'{"choices": [7]}',
        b'{"choices": [{"message": 7}]}',
        b'{"choices": [{"message": {"content": "Her',
        b'{"choices": [{"message": {"tool_calls": 7}}]}',
        b"[" * 100_000,
    ],
)
def test_what_comes_whole_and_is_no_completion_is_a_fault(server: Wires, body: bytes) -> None:
    """Our choice: as with streams."""
    server.replies.append(Reply(body, headers={"Content-Type": "application/json"}))
    assert fault(ask(gpt(server))).kind is FaultKind.MALFORMED


def whole_message(*blocks: Any, **more: Any) -> Reply:
    """Return a message of Anthropic's that is not streamed."""
    usage = {"input_tokens": 100, "cache_read_input_tokens": 7, "output_tokens": 20}
    head = {"id": "msg_1", "type": "message", "role": "assistant", "model": "m", "stop_sequence": None}
    body = {**head, "content": blocks, "stop_reason": "end_turn", "usage": usage, **more}
    return Reply(json.dumps(body).encode(), headers={"Content-Type": "application/json"})


def test_a_message_that_comes_whole_is_one(server: Wires) -> None:
    """Gateways that speak Anthropic's wire and do not stream answer as the Messages API does without `stream`."""
    server.replies.append(whole_message({"type": "text", "text": "Here."}))
    heard: list[str] = []
    said = turn(ask(claude(server), heard=heard))
    assert (said.text, "".join(heard), said.finish) == ("Here.", "Here.", Finish.DONE)
    assert (said.usage.tokens_in, said.usage.tokens_out) == (107, 20)


@pytest.mark.parametrize("reason", ["tool_use", None])
def test_a_message_that_comes_whole_has_its_calls_and_its_thought(server: Wires, reason: str | None) -> None:
    """Anthropic, Messages API: blocks tool_use and thinking; some gateways give no stop_reason."""
    used = {"type": "tool_use", "name": "get_order", "input": {"id": 7}}
    thought = {"type": "thinking", "thinking": "Hm.", "signature": "c2ln"}
    said_first = {"type": "text", "text": "Let me look."}
    blocks = (thought, said_first, {**used, "id": "a"}, {**used, "id": "b", "input": {}})
    server.replies += [whole_message(*blocks, stop_reason=reason), whole_message(said_first)]
    said = turn(ask(claude(server)))
    assert [(each.id, each.arguments) for each in said.calls] == [("a", {"id": 7}), ("b", {})]
    assert (said.text, said.thought, said.finish) == ("Let me look.", "Hm.", Finish.CALLS)


def test_a_message_that_comes_whole_says_why_it_ended(server: Wires) -> None:
    """Anthropic, Messages API: stop_reason."""
    server.replies.append(whole_message({"type": "text", "text": "He"}, stop_reason="max_tokens", usage=None))
    assert turn(ask(claude(server))).finish is Finish.LENGTH


@pytest.mark.parametrize(
    "body",
    [
        b'{"content": [{"type": "text", "text": "no role"}]}',
        b'{"role": "assistant", "content": 7}',
        b'{"role": "assistant", "content": [7]}',
        b'{"role": "assistant", "content": [{"type": "text", "text": 7}]}',
        b'{"role": "assistant", "content": [{"type": "tool_use", "id": 7, "name": {}, "input": 7}], "usage": "much"}',
        b'{"role": "assistant", "content": [{"type": "text", "text": "Her',
    ],
)
def test_what_comes_whole_and_is_no_message_is_a_fault(server: Wires, body: bytes) -> None:
    """Our choice: as with streams."""
    server.replies.append(Reply(body, headers={"Content-Type": "application/json"}))
    assert fault(ask(claude(server))).kind is FaultKind.MALFORMED


@pytest.mark.parametrize("block", [{}, {"type": "new"}, {"type": "thinking", "thinking": [], "signature": {}}])
def test_a_block_that_says_nothing_is_passed_over(server: Wires, block: Any) -> None:
    """Our choice: as in streams, where kinds are added without notice."""
    server.replies.append(whole_message(block, {"type": "text", "text": "Here."}, usage={"input_tokens": "x"}))
    said = turn(ask(claude(server)))
    assert (said.text, said.usage.tokens_in) == ("Here.", 0)


@pytest.mark.parametrize("kind", ["", "text/plain", "application/x-ndjson", "application/octet-stream"])
@pytest.mark.parametrize("before", [b"", b": hello\n\n", b"\r\n"])
def test_a_stream_is_known_by_what_it_says_where_it_has_another_name(server: Wires, kind: str, before: bytes) -> None:
    """Compatible servers, and proxies: no Content-Type, or one that they give to everything."""
    streamed = stream(openai_says("Here."))
    server.replies.append(replace(streamed, body=before + streamed.body, headers={"Content-Type": kind}))
    assert turn(ask(gpt(server))).text == "Here."
    server.replies.append(replace(stream(anthropic_says("Here.")), headers={"Content-Type": kind}))
    assert turn(ask(claude(server))).text == "Here."


def test_an_answer_that_comes_whole_has_a_bound(server: Wires, monkeypatch: pytest.MonkeyPatch) -> None:
    """security.md 17: what is read has a bound."""
    monkeypatch.setattr("openapi_mcp.ask.connect.MOST_BYTES", 100)
    server.replies.append(whole({"content": "long " * 100}))
    found = fault(ask(gpt(server)))
    assert (found.kind, "no end" in found.message) == (FaultKind.MALFORMED, True)


DETAILS: list[Any] = [
    {"type": "reasoning.text", "text": "An ", "index": 0, "format": "anthropic-claude-v1", "id": None},
    {"type": "reasoning.text", "text": "order.", "index": 0, "signature": None},
    {"type": "reasoning.text", "signature": "c2ln", "index": 0},
    {"type": "reasoning.encrypted", "data": "ENCRYPTED", "id": "r1", "index": 0},
]


def with_details(details: list[Any]) -> Reply:
    events = openai_says("", ("call_x", "get_order", '{"id": 7}'))
    piece = events[0]
    pieces = [
        {**piece, "choices": [{"index": 0, "delta": {"reasoning_details": [each]}, "finish_reason": None}]}
        for each in details
    ]
    return stream([*pieces, *events])


def test_the_details_of_a_thought_go_back_as_they_were(server: Wires) -> None:
    """OpenRouter, Preserving reasoning: reasoning_details are passed back unmodified, pieces of one put together."""
    server.replies += [with_details(DETAILS), stream(openai_says("Here.")), stream(openai_says("Here."))]
    said = turn(ask(gpt(server)))
    kept = replace(said, origin=json.loads(json.dumps(said.origin)))
    history = (Asked(text="?"), kept, Answered(call=said.calls[0], text="{}"))
    turn(ask(gpt(server), *history))
    assert server.requests[1].body["messages"][2]["reasoning_details"] == [
        {
            "type": "reasoning.text",
            "text": "An order.",
            "index": 0,
            "format": "anthropic-claude-v1",
            "id": None,
            "signature": "c2ln",
        },
        DETAILS[3],
    ]
    turn(ask(gpt(server, name="openai:other"), *history))
    assert "reasoning_details" not in server.requests[2].body["messages"][2]


@pytest.mark.parametrize("details", [7, [7], [{}], [None], {"type": "x"}, [{"type": [1], "index": {}}]])
def test_details_of_another_form_cost_nothing(server: Wires, details: Any) -> None:
    """Our choice: nothing that a server sends ends the run."""
    server.replies.append(with_details([]))
    broken = json.dumps({"choices": [{"index": 0, "delta": {"reasoning_details": details}}]})
    server.replies[0] = replace(server.replies[0], body=f"data: {broken}\n\n".encode() + server.replies[0].body)
    said = turn(ask(gpt(server)))
    server.replies.append(stream(openai_says("Here.")))
    came = turn(ask(gpt(server), Asked(text="?"), said, Answered(call=said.calls[0], text="{}")))
    assert came.text == "Here."


@pytest.mark.parametrize("breaks", [True, False])
@pytest.mark.parametrize("end", [4, 5, 8])
def test_an_anthropic_stream_that_breaks_makes_no_turn(server: Wires, end: int, breaks: bool) -> None:
    """Issue 11: a stream that breaks, in the middle of a text or of a call."""
    events = anthropic_says("Let me look.", ("toolu_1", "get_order", '{"id": 7}'))[:end]
    server.replies.append(stream(events, breaks=breaks))
    assert fault(ask(claude(server))).kind is FaultKind.UNREACHABLE


@pytest.mark.parametrize("breaks", [True, False])
@pytest.mark.parametrize("end", [2, 3, 5])
def test_an_openai_stream_that_breaks_makes_no_turn(server: Wires, end: int, breaks: bool) -> None:
    """Issue 11: as above; a stream without a finish_reason is not taken for a whole one."""
    events = openai_says("Let me look.", ("call_x", "get_order", '{"id": 7}'))[:end]
    server.replies.append(stream(events, breaks=breaks, done=False))
    assert fault(ask(gpt(server))).kind is FaultKind.UNREACHABLE


def test_an_overload_within_an_anthropic_stream_is_an_overload(server: Wires) -> None:
    """Anthropic, Errors: an error event after a 200."""
    said = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
    server.replies.append(stream([*anthropic_says("Let me look.")[:4], said]))
    found = fault(ask(claude(server)))
    assert (found.kind, "Overloaded" in found.message) == (FaultKind.OVERLOADED, True)


def test_a_spent_quota_within_an_openai_stream_is_a_spent_quota(server: Wires) -> None:
    """OpenAI, Error codes: insufficient_quota; the SDK raises what stands in a chunk's `error`."""
    said = {"error": {"message": "You exceeded your current quota.", "type": "insufficient_quota", "code": None}}
    server.replies.append(stream([*openai_says("Let me look.")[:2], said]))
    assert fault(ask(gpt(server))).kind is FaultKind.QUOTA


def test_a_status_within_an_openai_stream_is_one(server: Wires) -> None:
    """OpenRouter: an error in a chunk, its code a number."""
    said = {"error": {"message": "Provider disconnected", "code": 502}}
    server.replies.append(stream([*openai_says("Let me look.")[:2], said]))
    assert fault(ask(gpt(server))).kind is FaultKind.SERVER


def test_a_refused_request_has_its_status_its_words_and_no_key(server: Wires) -> None:
    """security.md 10: a secret value is in no error."""
    body = {"error": {"message": f"Incorrect API key provided: {KEY}.", "code": "invalid_api_key", "type": "x"}}
    server.replies.append(error(401, body))
    found = fault(ask(gpt(server)))
    assert (found.kind, found.status) == (FaultKind.CREDENTIALS, 401)
    assert KEY not in repr(found)
    assert "OPENAI_API_KEY" in found.message


def test_a_call_that_its_own_service_cannot_read_is_the_models_slip(server: Wires) -> None:
    """Groq, tool_use_failed: what is asked again may do better (test_fallback.py)."""
    body = {"message": "Failed to call a function.", "type": "invalid_request_error", "code": "tool_use_failed"}
    server.replies.append(error(400, {"error": {**body, "failed_generation": "<function=get_order{}>"}}))
    assert fault(ask(gpt(server))).kind is FaultKind.MALFORMED


def test_a_request_that_failed_is_not_sent_again_by_the_sdk(server: Wires) -> None:
    """Our choice: one place tries again, fallback.py."""
    server.replies += [error(529, {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}})]
    assert fault(ask(claude(server))).kind is FaultKind.OVERLOADED
    server.replies += [error(429, {"error": {"message": "Slow down", "type": "requests"}}, retry_after="7")]
    found = fault(ask(gpt(server)))
    assert (found.kind, found.retry_after) == (FaultKind.RATE_LIMITED, 7.0)
    assert len(server.requests) == 2


def test_a_redirect_is_not_followed(server: Wires) -> None:
    """security.md 7: a key does not go where an answer points."""
    server.replies.append(Reply(b"", 307, {"Location": f"{server.url}/elsewhere"}))
    found = fault(ask(claude(server)))
    assert (found.kind, "answers itself with ANTHROPIC_BASE_URL" in found.message) == (FaultKind.REJECTED, True)
    assert "another --model" not in found.message
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "reply",
    [
        Reply(b"<html>a page</html>", headers={"Content-Type": "text/html"}),
        Reply(b'{"hello": 1}', headers={"Content-Type": "application/json"}),
        Reply(b"\x1f\x8b", headers={"Content-Encoding": "gzip"}),
        Reply(b"data: {oh\n\n"),
        Reply(b'data: {"choices": 7}\n\n'),
        Reply(b'data: {"choices": [{"delta": {"tool_calls": [7]}}]}\n\n'),
        Reply(b"data: " + b"[" * 100_000 + b"\n\n"),
    ],
)
def test_what_is_no_answer_of_a_model_is_a_fault(server: Wires, reply: Reply) -> None:
    """Issue 11: a garbage body; our choice: nothing that a server sends ends the run by an exception."""
    server.replies.append(reply)
    assert fault(ask(gpt(server))).kind is FaultKind.MALFORMED


def test_an_error_that_comes_as_a_success_is_read(server: Wires) -> None:
    """Our choice: some compatible servers send their errors with a 200."""
    said = json.dumps({"error": {"message": "model 'x' not found", "type": "not_found_error"}}).encode()
    server.replies.append(Reply(said, headers={"Content-Type": "application/json"}))
    assert fault(ask(gpt(server))).kind is FaultKind.UNKNOWN_MODEL


def test_where_nobody_listens_the_server_cannot_be_reached(server: Wires) -> None:
    """Our choice: a connection that is refused may be accepted a moment later."""
    found = fault(ask(gpt(server, url="http://127.0.0.1:9/v1")))
    assert (found.kind, "127.0.0.1:9" in found.message) == (FaultKind.UNREACHABLE, True)


def test_a_stream_in_which_nothing_comes_any_more_is_given_up(server: Wires, monkeypatch: pytest.MonkeyPatch) -> None:
    """Our choice: a minute between two pieces; connections that hang are no answer."""
    monkeypatch.setattr("openapi_mcp.ask.connect.BETWEEN", 0.05)
    server.replies.append(replace(stream(anthropic_says("Let me look.")[:4]), hangs=True))
    found = fault(ask(claude(server)))
    assert (found.kind, "nothing came for" in found.message) == (FaultKind.UNREACHABLE, True)


@pytest.mark.parametrize(("named", "said"), [("id", ["toolu_1"]), ("id", {"a": 1}), ("name", 0), ("name", 1.5)])
def test_a_call_whose_name_or_id_is_no_text_is_a_fault(server: Wires, named: str, said: Any) -> None:
    """Fuzzing: Anthropic's SDK takes from a stream what stands there, and a list cannot be looked up."""
    events = anthropic_says("", ("toolu_1", "get_order", "{}"))
    start = next(each for each in events if each["type"] == "content_block_start")
    start["content_block"][named] = said
    server.replies.append(stream(events))
    assert fault(ask(claude(server))).kind is FaultKind.MALFORMED


def test_an_answer_without_an_end_is_given_up(server: Wires, monkeypatch: pytest.MonkeyPatch) -> None:
    """security.md 17: what is read has a bound."""
    monkeypatch.setattr("openapi_mcp.ask.connect.MOST_BYTES", 100)
    server.replies.append(stream(openai_says("A long story. " * 100)))
    found = fault(ask(gpt(server)))
    assert (found.kind, "no end" in found.message) == (FaultKind.MALFORMED, True)


def test_a_turn_of_more_calls_than_a_model_makes_is_none(server: Wires) -> None:
    """Our choice: bounds on sizes; each of the calls would be made."""
    server.replies.append(stream(openai_says("", *((f"call_{n}", "get_order", "{}") for n in range(129)))))
    found = fault(ask(gpt(server)))
    assert (found.kind, "129 calls" in found.message) == (FaultKind.MALFORMED, True)


@pytest.mark.parametrize(("make", "says"), [(gpt, openai_says), (claude, anthropic_says)])
def test_calls_are_counted_as_they_come(server: Wires, make: Any, says: Any) -> None:
    """security.md: 40,000 calls in one stream took minutes before they were counted at its end."""
    server.replies.append(stream(says("", *((f"call_{n}", "get_order", "{}") for n in range(300)))))
    found = fault(ask(make(server)))
    assert (found.kind, "129 calls" in found.message) == (FaultKind.MALFORMED, True)


@pytest.mark.parametrize(("make", "says"), [(gpt, openai_says), (claude, anthropic_says)])
def test_a_calls_id_that_is_a_number_is_its_digits(server: Wires, make: Any, says: Any) -> None:
    """Our choice: servers of local models count their calls; each length and each answer is of a text."""
    server.replies.append(stream(says("", (7, "get_order", '{"id": 7}'))))
    (made,) = turn(ask(make(server))).calls
    assert (made.id, made.tool, made.arguments) == ("7", "get_order", {"id": 7})


@pytest.mark.parametrize(("make", "says"), [(gpt, openai_says), (claude, anthropic_says)])
@pytest.mark.parametrize(("call_id", "name"), [("call_1", 7), ({"a": 1}, "get_order"), (True, "get_order")])
def test_a_call_without_a_name_or_an_id_is_none(
    server: Wires, make: Any, says: Any, call_id: object, name: object
) -> None:
    """Our choice: nothing could be looked up by it, or answered to it; the next model is asked."""
    server.replies.append(stream(says("", (call_id, name, "{}"))))
    assert fault(ask(make(server))).kind is FaultKind.MALFORMED


def test_a_name_that_each_piece_of_a_call_says_again_is_one(server: Wires) -> None:
    """Some compatible servers say the id and the name with each piece; the pieces of a name are joined all the same."""
    whole = {"index": 0, "id": "call_1", "type": "function"}
    pieces = [{**whole, "function": {"name": "get_order", "arguments": each}} for each in ('{"id"', ": 7", "}")]
    split = [{**whole, "function": {"name": each, "arguments": ""}} for each in ("get_", "order")]
    for said in (pieces, split):
        chunks = openai_says("", ("", "", ""))
        chunks[1:3] = [{**chunks[1], "choices": [{"index": 0, "delta": {"tool_calls": [each]}}]} for each in said]
        server.replies.append(stream(chunks))
        assert [made.tool for made in turn(ask(gpt(server))).calls] == ["get_order"]


@pytest.mark.parametrize("count", [-5, 10**30])
def test_a_count_of_tokens_that_is_none_is_left_out(server: Wires, count: int) -> None:
    """security.md 17: what is counted has a bound, on the other wire as well; the run then counts by itself."""
    events = anthropic_says("Here.")
    events[0]["message"]["usage"] = {"input_tokens": count, "output_tokens": 1}
    server.replies.append(stream(events))
    assert turn(ask(claude(server))).usage.tokens_in == 0


def test_a_page_that_is_no_stream_is_read_to_a_bound(server: Wires) -> None:
    """Our choice: as above, before there is a stream."""
    server.replies.append(Reply(b"<p>" * 100_000, headers={"Content-Type": "text/html"}))
    found = fault(ask(gpt(server)))
    assert found.kind is FaultKind.MALFORMED
    assert len(found.message) < 500


def test_the_extra_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """design.md: a command that lacks its extra says how to add it."""
    require_extra()
    monkeypatch.setattr("openapi_mcp.ask.providers.find_spec", lambda name: None if name == "openai" else name)
    with pytest.raises(ConfigError, match=r"\[ask\], which is not installed: openai missing") as caught:
        require_extra()
    assert caught.value.hint == "add it: pipx inject openapi-mcp-cli 'openapi-mcp-cli[ask]'"


@pytest.mark.parametrize("error", ["ImportError('no name Model')", "TypeError('metaclass conflict')"])
def test_the_extra_that_is_broken_is_named_before_a_run_begins(tmp_path: Path, error: str) -> None:
    """Our choice: a half-done upgrade is no bug of ours, and leaves no run behind that looks interrupted."""
    broken = tmp_path / "broken" / "pydantic_ai"
    broken.mkdir(parents=True)
    (broken / "__init__.py").write_text(f"raise {error}", encoding="utf-8")
    spec = tmp_path / "openapi.json"
    spec.write_text(json.dumps(description("/x", server="http://127.0.0.1:9")), encoding="utf-8")
    ended = run_command(
        "ask", "what is there?", "--spec", str(spec), "--model", "openai:gpt-5",
        folder=tmp_path,
        environment={
            "PYTHONPATH": os.pathsep.join([str(tmp_path / "broken"), str(Path(openapi_mcp.__file__).parents[1])]),
            "XDG_STATE_HOME": str(tmp_path / "state"),
            "OPENAI_API_KEY": KEY,
        },
    )  # fmt: skip
    assert ended.status == 2
    assert "which is installed but broken: pydantic_ai.direct cannot be imported" in ended.err
    assert error[:9] in ended.err
    assert "fix: install it again: pipx inject --force openapi-mcp-cli 'openapi-mcp-cli[ask]'" in ended.err
    assert not list(tmp_path.rglob("runs/*.json"))


@pytest.mark.parametrize(("model", "has_price"), [("claude-sonnet-4-5", True), ("of-nobody", False)])
def test_a_turn_has_its_price_where_it_is_known(model: str, has_price: bool) -> None:
    """Issue 11: --budget; prices are those of the services' own addresses, shipped with genai-prices."""
    said = ModelResponse(parts=[], model_name=model, usage=RequestUsage(input_tokens=1000, output_tokens=100))
    at_home = ModelName(name=f"anthropic:{model}", id=model, wire=Wire.ANTHROPIC, url="https://api.anthropic.com")
    cost = cost_of(said, at_home)
    assert (cost is not None and cost > 0) is has_price
    assert cost_of(said, replace(at_home, url="http://localhost")) is None
    price = input_price(at_home)
    assert (price is not None and 0 < price < 0.001) is has_price
    assert input_price(replace(at_home, url="http://localhost")) is None


def test_a_tool_is_offered_as_its_provider_takes_it() -> None:
    """OpenAI and Anthropic: an object at the root, without a choice there; OpenAI: 1,024 characters of description."""
    tool = ChatTool(
        name="t",
        description="x" * 2000,
        input_schema={"oneOf": [{"required": ["a"]}], "$schema": "s", "$defs": {"a": 1}},
    )
    made = wire_tool(tool, Wire.OPENAI)
    assert made.input_schema == {"type": "object", "properties": {}, "$defs": {"a": 1}}
    assert len(made.description) == 1024
    assert len(wire_tool(tool, Wire.ANTHROPIC).description) == 2000


def test_an_authority_of_ones_own_is_believed_where_it_is_named(tmp_path: Path) -> None:
    """Our choice: --ca-bundle counts for the servers of models, too; without it the fault says what to do."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    certified = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(certified)
    with wires(certified) as server:
        server.replies.append(stream(openai_says("Here.")))
        found = fault(ask(gpt(server), trust=Trust(insecure=True)))
        assert (found.kind, "--ca-bundle" in found.message) == (FaultKind.UNREACHABLE, True)
        assert server.requests == []
        assert turn(ask(gpt(server), trust=Trust(ca_bundle=str(tmp_path / "ca.pem")))).text == "Here."


@pytest.mark.parametrize("make", [claude, gpt])
@pytest.mark.parametrize(
    "reply",
    [
        None,
        error(401, {"error": {"type": "authentication_error", "message": "invalid key"}}),
        Reply(b"{}", 307, {"Location": "http://127.0.0.1:1/"}),
        Reply(b"<p>", headers={"Content-Type": "text/html"}),
        Reply(b"data: {oh\n\n"),
        Reply(b"data: " + b"x" * 100_000),
    ],
)
def test_once_a_provider_is_closed_no_connection_is_left_open(server: Wires, make: Any, reply: Reply | None) -> None:
    """Our choice: what its last turn came to is all the same, and so is whether the server would stay."""
    whole = stream(anthropic_says("Here.") if make is claude else openai_says("Here."))
    server.replies.append(replace(reply or whole, stays=True))
    ask(make(server))
    assert server.ended.acquire(timeout=PATIENCE)
