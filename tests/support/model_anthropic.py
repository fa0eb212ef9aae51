"""The wire of Anthropic's Messages API (version 2023-06-01): requests held against its rules, answers written.

Where the service and its gateways differ the stricter is taken: roles alternate, who tells of calls gives tools.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

from support.model_talk import Came, Conversation, Fault, Offered, RefusedRequest, Reply, Said, Used, Wanted

_FIELDS = frozenset((
    "model", "messages", "max_tokens", "system", "tools", "tool_choice", "stream", "temperature", "top_p", "top_k",
    "stop_sequences", "metadata", "thinking", "service_tier", "container", "context_management", "mcp_servers",
    "output_config", "output_format", "cache_control",
))  # fmt: skip
_NAME = re.compile(r"[a-zA-Z0-9_-]{1,128}")
_ID = re.compile(r"[a-zA-Z0-9_-]+")
_PROPERTY = re.compile(r"[a-zA-Z0-9_.-]{1,64}")
_MOST_CACHED = 4
_REASONS = {"done": "end_turn", "calls": "tool_use", "length": "max_tokens", "refused": "refusal"}


def key(headers: Mapping[str, str]) -> str:
    """Return the key that a request brings."""
    return headers.get("x-api-key", "") or headers.get("authorization", "").removeprefix("Bearer ")


def read(headers: Mapping[str, str], body: Any) -> Conversation:
    """Return a request as a conversation.

    Raises:
        RefusedRequest: it breaks a rule.
    """
    _need("anthropic-version" in headers, "anthropic-version: header is required")
    for name in body:
        _need(name in _FIELDS, f"{name}: Extra inputs are not permitted")
    for name in ("model", "max_tokens", "messages"):
        _need(name in body, f"{name}: Field required")
    most = body["max_tokens"]
    _need(isinstance(most, int) and most >= 1, "max_tokens: Input should be greater than or equal to 1")
    tools = _tools(body.get("tools", []))
    system = _system(body.get("system", ""))
    parts = _messages(body["messages"])
    _need(bool(tools) or all(isinstance(part, Said) for part in parts), _NO_TOOLS)
    choice = body.get("tool_choice", {}).get("type", "auto")
    _need(choice in ("auto", "any", "tool", "none"), f"tool_choice: Input tag '{choice}' found using 'type'")
    _need(bool(tools) or "tool_choice" not in body, "tool_choice: may only be specified while providing tools")
    _need(json.dumps(body).count('"cache_control"') <= _MOST_CACHED, "A maximum of 4 blocks with cache_control")
    return Conversation(
        wire="anthropic",
        model=str(body["model"]),
        system=system,
        tools=tools,
        parts=tuple(parts),
        is_streamed=body.get("stream") is True,
        characters=len(json.dumps([body["messages"], body.get("system"), body.get("tools")], ensure_ascii=False)),
        most_tokens=most,
        has_no_calls=choice == "none",
    )


_NO_TOOLS = "Requests which have `tool_use` or `tool_result` blocks in their messages must define `tools`"


def _need(holds: bool, message: str) -> None:
    if not holds:
        raise RefusedRequest(Fault(status=400, kind="invalid_request_error", message=message))


def _system(given: Any) -> str:
    if isinstance(given, str):
        return given
    for number, block in enumerate(given):
        _need(block.get("type") == "text", f"system.{number}: only text blocks are supported")
        _need(bool(block.get("text")), f"system.{number}: text content blocks must be non-empty")
    return "\n".join(block["text"] for block in given)


def _tools(given: Sequence[Any]) -> tuple[Offered, ...]:
    names = [tool.get("name") for tool in given]
    _need(len(set(names)) == len(names), "tools: Tool names must be unique.")
    return tuple(_tool(number, tool) for number, tool in enumerate(given))


def _tool(number: int, tool: Any) -> Offered:
    where = f"tools.{number}.custom"
    name, schema = tool.get("name"), tool.get("input_schema")
    _need(isinstance(name, str) and bool(_NAME.fullmatch(name)), f"{where}.name: String should match '{_NAME.pattern}'")
    _need(isinstance(schema, dict), f"{where}.input_schema: Field required")
    _need(schema.get("type") == "object", f"{where}.input_schema.type: Input should be 'object'")
    _need(not schema.keys() & {"oneOf", "anyOf", "allOf"}, f"{where}.input_schema does not support oneOf at the top")
    for each in schema.get("properties", {}):
        _need(bool(_PROPERTY.fullmatch(each)), f"{where}.input_schema.properties: Property keys should match pattern")
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        _need(holds=False, message=f"{where}.input_schema: JSON schema is invalid: {error.message}")
    return Offered(name=name, description=tool.get("description", ""), schema=schema)


def _messages(given: Any) -> list[Said | Used | Came]:
    _need(isinstance(given, list) and bool(given), "messages: at least one message is required")
    parts: list[Said | Used | Came] = []
    open_calls: dict[str, Used] = {}
    before = "assistant"
    for number, message in enumerate(given):
        where, role = f"messages.{number}", message.get("role")
        _need(message.keys() <= {"role", "content"}, f"{where}: Extra inputs are not permitted")
        _need(role in ("user", "assistant"), f"{where}.role: Input should be 'user' or 'assistant'")
        _need(role != before, f'messages: roles must alternate between "user" and "assistant", but {where} is "{role}"')
        before, blocks = role, _blocks(where, message.get("content"))
        if role == "user":
            parts.extend(_of_person(where, blocks, open_calls))
            _none_left(f"messages.{number - 1}", open_calls)
        else:
            is_last = number == len(given) - 1
            parts.extend(_of_model(where, blocks, open_calls, parts, is_last=is_last))
    _none_left(f"messages.{len(given) - 1}", open_calls)
    return parts


def _none_left(where: str, open_calls: Mapping[str, Used]) -> None:
    ids = ", ".join(open_calls)
    _need(
        not open_calls,
        f"{where}: `tool_use` ids were found without `tool_result` blocks immediately after: {ids}. Each `tool_use` "
        "block must have a corresponding `tool_result` block in the next message.",
    )


def _blocks(where: str, content: Any) -> list[Any]:
    if isinstance(content, str):
        content = [{"type": "text", "text": content}]
    _need(isinstance(content, list) and bool(content), f"{where}: all messages must have non-empty content")
    for block in content:
        if block.get("type") == "text":
            _need(bool(block.get("text")), f"{where}: text content blocks must be non-empty")
            _need(bool(block["text"].strip()), f"{where}: text content blocks must contain non-whitespace text")
    return list(content)


def _of_person(where: str, blocks: Sequence[Any], open_calls: dict[str, Used]) -> Iterator[Said | Came]:
    has_said = False
    for number, block in enumerate(blocks):
        here = f"{where}.content.{number}"
        if block["type"] == "tool_result":
            _need(not has_said, f"{here}: `tool_result` blocks must come before other blocks of the message")
            answered = block.get("tool_use_id")
            _need(
                answered in open_calls,
                f"{here}: unexpected `tool_use_id` found in `tool_result` blocks: {answered}. Each `tool_result` block "
                "must have a corresponding `tool_use` block in the previous message.",
            )
            yield Came(call=open_calls.pop(answered), text=_result(here, block.get("content", "")))
        else:
            _need(block["type"] == "text", f"{here}: Input tag '{block['type']}' found using 'type'")
            has_said = True
            yield Said(role="user", text=block["text"])


def _result(where: str, content: Any) -> str:
    if isinstance(content, str):
        return content
    for block in content:
        _need(block.get("type") != "text" or bool(block["text"]), f"{where}: text content blocks must be non-empty")
    return "".join(block.get("text", "") for block in content)


def _of_model(
    where: str, blocks: Sequence[Any], open_calls: dict[str, Used], before: Sequence[Any], *, is_last: bool
) -> Iterator[Said | Used]:
    seen = {part.id for part in before if isinstance(part, Used)}
    for number, block in enumerate(blocks):
        here = f"{where}.content.{number}"
        if block["type"] == "tool_use":
            used, name, given = block.get("id", ""), block.get("name", ""), block.get("input")
            _need(bool(_ID.fullmatch(used)), f"{here}.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'")
            _need(used not in seen | open_calls.keys(), "messages: `tool_use` ids must be unique")
            _need(bool(_NAME.fullmatch(name)), f"{here}.tool_use.name: String should match '{_NAME.pattern}'")
            _need(isinstance(given, dict), f"{here}.tool_use.input: Input should be a valid dictionary")
            open_calls[used] = Used(id=used, name=name, arguments=given)
            yield open_calls[used]
        elif block["type"] == "text":
            ends = is_last and block["text"] != block["text"].rstrip()
            _need(not ends, "messages: final assistant content cannot end with trailing whitespace")
            yield Said(role="assistant", text=block["text"])
        else:
            kinds = ("thinking", "redacted_thinking")
            _need(block["type"] in kinds, f"{here}: Input tag '{block['type']}' found using 'type'")


def whole(conversation: Conversation, reply: Reply, number: int) -> bytes:
    """Return an answer that is not streamed."""
    content: list[Any] = [{"type": "text", "text": reply.text}] if reply.text else []
    content += [_use(call, number, place, _parsed(call)) for place, call in enumerate(reply.calls)]
    message = _message(conversation, number) | {
        "content": content,
        "stop_reason": _REASONS[reply.finish],
        "usage": {"input_tokens": conversation.characters // 4, "output_tokens": reply.tokens},
    }
    return json.dumps(message).encode()


def _parsed(call: Wanted) -> Any:
    """Return the arguments; no text that is no object comes this way, where the service itself has read it."""
    given = json.loads(call.json)
    if not isinstance(given, dict):
        raise ValueError("an answer that is not streamed holds an object")
    return given


def _message(conversation: Conversation, number: int) -> dict[str, Any]:
    return {
        "id": f"msg_{number:024d}",
        "type": "message",
        "role": "assistant",
        "model": conversation.model,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": conversation.characters // 4, "output_tokens": 1},
    }


def _use(call: Wanted, number: int, place: int, given: Any) -> dict[str, Any]:
    return {"type": "tool_use", "id": f"toolu_{number:020d}{place:04d}", "name": call.name, "input": given}


def pieces(conversation: Conversation, reply: Reply, number: int) -> Iterator[tuple[str, bytes]]:
    """Yield the events of a stream, each with what it is a part of: "text", "call" or ""."""
    yield "", _event("message_start", message=_message(conversation, number))
    yield "", _event("ping")
    index = 0
    if reply.text:
        block = {"type": "text", "text": ""}
        deltas = [{"type": "text_delta", "text": reply.text[at : at + 11]} for at in range(0, len(reply.text), 11)]
        yield from _block(index, "text", block, deltas)
        index += 1
    for place, call in enumerate(reply.calls):
        texts = ["", *(call.json[at : at + 7] for at in range(0, len(call.json), 7))]
        parts = [{"type": "input_json_delta", "partial_json": text} for text in texts]
        yield from _block(index, "call", _use(call, number, place, {}), parts)
        index += 1
    delta = {"stop_reason": _REASONS[reply.finish], "stop_sequence": None}
    yield "", _event("message_delta", delta=delta, usage={"output_tokens": reply.tokens})
    yield "", _event("message_stop")


def _block(index: int, part: str, block: Any, deltas: Sequence[Any]) -> Iterator[tuple[str, bytes]]:
    yield "", _event("content_block_start", index=index, content_block=block)
    for delta in deltas:
        yield part, _event("content_block_delta", index=index, delta=delta)
    yield "", _event("content_block_stop", index=index)


def _event(kind: str, **fields: Any) -> bytes:
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **fields})}\n\n".encode()


def failed(fault: Fault, number: int) -> bytes:
    """Return the body of an answer that tells of a fault."""
    error = {"type": fault.kind, "message": fault.message}
    return json.dumps({"type": "error", "error": error, "request_id": f"req_{number:024d}"}).encode()


def failed_within(fault: Fault) -> bytes:
    """Return the event that tells of a fault in a stream."""
    return _event("error", error={"type": fault.kind, "message": fault.message})
