"""The wire of OpenAI's chat completions: requests held against its rules, answers written."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from support.model_talk import Came, Conversation, Fault, Offered, RefusedRequest, Reply, Said, Used, Wanted

_FIELDS = frozenset((
    "model", "messages", "tools", "tool_choice", "parallel_tool_calls", "stream", "stream_options", "temperature",
    "top_p", "max_tokens", "n", "seed", "max_completion_tokens", "stop", "user", "metadata", "presence_penalty",
    "frequency_penalty", "response_format", "reasoning_effort", "logit_bias", "service_tier", "store", "verbosity",
    "prompt_cache_key", "prompt_cache_retention", "safety_identifier",
))  # fmt: skip
_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_MOST_ID = 40
_MOST_TOOLS = 128
_MOST_DESCRIPTION = 1024
_REASONS = {"done": "stop", "calls": "tool_calls", "length": "length", "refused": "content_filter"}


def key(headers: Mapping[str, str]) -> str:
    """Return the key that a request brings."""
    return headers.get("authorization", "").removeprefix("Bearer ")


def read(headers: Mapping[str, str], body: Any) -> Conversation:
    """Return a request as a conversation.

    Raises:
        RefusedRequest: it breaks a rule.
    """
    del headers
    for name in body:
        _need(name in _FIELDS, f"Unrecognized request argument supplied: {name}", "unknown_parameter")
    for name in ("model", "messages"):
        _need(name in body, f"Missing required parameter: '{name}'.", "missing_required_parameter")
    streamed = body.get("stream") is True
    _need(streamed or "stream_options" not in body, "The 'stream_options' parameter is only allowed with 'stream'.")
    tools = _tools(body["tools"]) if "tools" in body else ()
    for name in ("tool_choice", "parallel_tool_calls"):
        _need(bool(tools) or name not in body, f"Invalid value for '{name}': only allowed when 'tools' are specified.")
    parts = _messages(body["messages"])
    return Conversation(
        wire="openai",
        model=str(body["model"]),
        system=_system(body["messages"]),
        tools=tools,
        parts=tuple(parts),
        is_streamed=streamed,
        characters=len(json.dumps([body["messages"], body.get("tools")], ensure_ascii=False)),
        most_tokens=body.get("max_completion_tokens", body.get("max_tokens")),
        needs_usage=not streamed or bool(body.get("stream_options", {}).get("include_usage")),
        has_no_calls=body.get("tool_choice") == "none",
    )


def _need(holds: bool, message: str, code: str | None = None) -> None:
    if not holds:
        raise RefusedRequest(Fault(status=400, kind="invalid_request_error", message=message, code=code))


def _tools(given: Any) -> tuple[Offered, ...]:
    _need(bool(given), "Invalid 'tools': empty array. Expected an array with minimum length 1.", "empty_array")
    most = f"Invalid 'tools': array too long. Expected an array with maximum length {_MOST_TOOLS}"
    _need(len(given) <= _MOST_TOOLS, most, "array_above_max_length")
    return tuple(_tool(number, tool) for number, tool in enumerate(given))


def _tool(number: int, tool: Any) -> Offered:
    where, function = f"tools[{number}].function", tool.get("function", {})
    name, schema = function.get("name", ""), function.get("parameters", {"type": "object", "properties": {}})
    _need(tool.get("type") == "function", f"Invalid value: '{tool.get('type')}'. Supported values are: 'function'.")
    _named(f"{where}.name", name)
    description = function.get("description", "")
    long = f"Invalid '{where}.description': string too long. Expected a string with maximum length {_MOST_DESCRIPTION}"
    _need(len(description) <= _MOST_DESCRIPTION, f"{long}, but got {len(description)}", "string_above_max_length")
    wrong = f"Invalid schema for function '{name}':"
    code = "invalid_function_parameters"
    _need(schema.get("type") == "object", f"{wrong} schema must be a JSON Schema of 'type: \"object\"'", code)
    top = schema.keys() & {"oneOf", "anyOf", "allOf", "enum", "not"}
    _need(not top, f"{wrong} schema must have type 'object' and not have 'oneOf'/'anyOf'/... at the top level", code)
    for place in _arrays_without_items(schema, ()):
        _need(holds=False, message=f"{wrong} In context={place}, array schema missing items.", code=code)
    if function.get("strict"):
        _need(schema.get("additionalProperties") is False, f"{wrong} 'additionalProperties' must be false", code)
        _need(set(schema.get("required", [])) == set(schema.get("properties", {})), f"{wrong} 'required' must", code)
    return Offered(name=name, description=description, schema=schema)


def _arrays_without_items(schema: Any, place: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if not isinstance(schema, dict):
        return
    if schema.get("type") == "array" and "items" not in schema and "prefixItems" not in schema:
        yield place
    for name in ("properties", "$defs"):
        for key_, each in schema.get(name, {}).items():
            yield from _arrays_without_items(each, (*place, name, key_))
    yield from _arrays_without_items(schema.get("items"), (*place, "items"))


def _named(where: str, name: Any) -> None:
    good = isinstance(name, str) and bool(_NAME.fullmatch(name))
    message = f"Invalid '{where}': string does not match pattern. Expected a string that matches '^[a-zA-Z0-9_-]+$'."
    _need(good, message, "invalid_value")


def _system(messages: Sequence[Any]) -> str:
    roles = ("system", "developer")
    return "\n".join(_text(message["content"]) for message in messages if message["role"] in roles)


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    return "".join(part.get("text", "") for part in content or [])


def _messages(given: Any) -> list[Said | Used | Came]:
    _need(isinstance(given, list) and bool(given), "Invalid 'messages': empty array.", "empty_array")
    parts: list[Said | Used | Came] = []
    open_calls: dict[str, Used] = {}
    before = ""
    for number, message in enumerate(given):
        where, role = f"messages[{number}]", message.get("role")
        # Mistral's, and templates of servers that speak this wire
        _need(role != "user" or before not in ("user", "tool"), f"Unexpected role '{role}' after role '{before}'")
        before = role
        if role == "tool":
            parts.append(_result(where, message, open_calls))
            continue
        _none_left(open_calls)
        _need(role in ("system", "developer", "user", "assistant"), f"Invalid value: '{role}'.", "invalid_value")
        if role == "assistant":
            parts.extend(_of_model(where, message, open_calls))
        else:
            _need(bool(message.get("content")), f"Invalid value for 'content': expected a string, got null. ({where})")
            if role == "user":
                parts.append(Said(role="user", text=_text(message["content"])))
    _none_left(open_calls)
    return parts


def _none_left(open_calls: Mapping[str, Used]) -> None:
    ids = ", ".join(open_calls)
    _need(
        not open_calls,
        "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. "
        f"The following tool_call_ids did not have response messages: {ids}",
    )


def _result(where: str, message: Any, open_calls: dict[str, Used]) -> Came:
    answered = message.get("tool_call_id")
    _need(answered is not None, f"Missing parameter 'tool_call_id': {where} with role 'tool' must have it.")
    _need(
        answered in open_calls,
        f"Invalid parameter: {where} with role 'tool' must be a response to a preceeding message with 'tool_calls'.",
    )
    _need(message.get("content") is not None, f"Invalid value for 'content': expected a string, got null. ({where})")
    return Came(call=open_calls.pop(answered), text=_text(message["content"]))


def _of_model(where: str, message: Any, open_calls: dict[str, Used]) -> Iterator[Said | Used]:
    calls, content = message.get("tool_calls"), message.get("content")
    _need(calls != [], f"Invalid '{where}.tool_calls': empty array. Expected an array with minimum length 1.")
    _need(content is not None or bool(calls), f"Invalid value for 'content': expected a string, got null. ({where})")
    if content:
        yield Said(role="assistant", text=_text(content))
    for number, call in enumerate(calls or []):
        here, function = f"{where}.tool_calls[{number}]", call.get("function", {})
        used, given = call.get("id", ""), function.get("arguments")
        long = f"Invalid '{here}.id': string too long. Expected a string with maximum length {_MOST_ID}"
        _need(0 < len(used) <= _MOST_ID, long, "string_above_max_length")
        _need(used not in open_calls, f"Duplicate value for 'tool_call_id' of '{used}' in {where}.")
        _need(call.get("type") == "function", f"Missing required parameter: '{here}.type'.")
        _named(f"{here}.function.name", function.get("name"))
        _need(isinstance(given, str), f"Invalid type for '{here}.function.arguments': expected a string.")
        open_calls[used] = Used(id=used, name=function["name"], arguments=_parsed(here, given))
        yield open_calls[used]


def _parsed(where: str, given: str) -> Any:
    """Return the arguments; many servers of this wire read them, and take nothing but an object."""
    try:
        read_ = json.loads(given or "{}")
    except ValueError:
        read_ = None
    _need(isinstance(read_, dict), f"Invalid '{where}.function.arguments': not a JSON object.")
    return read_


def whole(conversation: Conversation, reply: Reply, number: int) -> bytes:
    """Return an answer that is not streamed."""
    message: dict[str, Any] = {"role": "assistant", "content": reply.text or None, "refusal": None}
    if reply.calls:
        message["tool_calls"] = [_call(call, number, place, call.json) for place, call in enumerate(reply.calls)]
    choice = {"index": 0, "message": message, "finish_reason": _REASONS[reply.finish], "logprobs": None}
    head = _head(conversation, number, "chat.completion")
    return json.dumps({**head, "choices": [choice], "usage": _usage(conversation, reply)}).encode()


def _head(conversation: Conversation, number: int, kind: str) -> dict[str, Any]:
    return {"id": f"chatcmpl-{number}", "object": kind, "created": 1767225600, "model": conversation.model}


def _usage(conversation: Conversation, reply: Reply) -> dict[str, int]:
    into, out = conversation.characters // 4, reply.tokens
    return {"prompt_tokens": into, "completion_tokens": out, "total_tokens": into + out}


def _call(call: Wanted, number: int, place: int, written: str) -> dict[str, Any]:
    function = {"name": call.name, "arguments": written}
    return {"id": f"call_{number:020d}{place:04d}", "type": "function", "function": function}


def pieces(conversation: Conversation, reply: Reply, number: int) -> Iterator[tuple[str, bytes]]:
    """Yield the chunks of a stream, each with what it is a part of: "text", "call" or ""."""
    head = _head(conversation, number, "chat.completion.chunk")

    def chunk(delta: Any, reason: str | None = None) -> bytes:
        return _data({**head, "choices": [{"index": 0, "delta": delta, "finish_reason": reason, "logprobs": None}]})

    yield "", chunk({"role": "assistant", "content": "" if reply.text else None})
    for at in range(0, len(reply.text), 11):
        yield "text", chunk({"content": reply.text[at : at + 11]})
    for place, call in enumerate(reply.calls):
        yield "call", chunk({"tool_calls": [{"index": place, **_call(call, number, place, "")}]})
        for at in range(0, len(call.json), 7):
            function = {"arguments": call.json[at : at + 7]}
            yield "call", chunk({"tool_calls": [{"index": place, "function": function}]})
    yield "", chunk({}, _REASONS[reply.finish])
    if conversation.needs_usage:
        yield "", _data({**head, "choices": [], "usage": _usage(conversation, reply)})
    yield "", b"data: [DONE]\n\n"


def _data(value: Any) -> bytes:
    return f"data: {json.dumps(value)}\n\n".encode()


def failed(fault: Fault, number: int) -> bytes:
    """Return the body of an answer that tells of a fault."""
    del number
    return json.dumps({"error": _error(fault)}).encode()


def _error(fault: Fault) -> dict[str, Any]:
    return {"message": fault.message, "type": fault.kind, "param": None, "code": fault.code}


def failed_within(fault: Fault) -> bytes:
    """Return the event that tells of a fault in a stream."""
    return _data({"error": _error(fault)})
