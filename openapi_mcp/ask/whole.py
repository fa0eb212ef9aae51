"""An answer that comes whole where a stream was asked for, as the stream that says the same."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from openapi_mcp.model.jsontext import write_json

_STARTS = (b"data:", b"event:", b"retry:", b"id:", b":")
_LONGEST_START = 6


def is_stream(beginning: bytes) -> bool:
    """Return whether an answer that begins so is a stream of events, whatever it is called."""
    return beginning.lstrip().startswith(_STARTS)


def is_known(beginning: bytes | bytearray) -> bool:
    """Return whether enough of an answer is there to tell what it is."""
    return len(beginning.lstrip()) >= _LONGEST_START


def completion_streamed(body: Any) -> bytes | None:
    """Return one of OpenAI's chat completions as a stream; None where a value is none."""
    match body:
        case {"choices": [{"message": {**message}} as choice, *_]}:
            calls = message.get("tool_calls") or []
        case _:
            return None
    if not isinstance(calls, list) or not all(isinstance(each, dict) for each in calls):
        return None
    delta: dict[str, Any] = {str(name): value for name, value in message.items() if name != "tool_calls"}
    if calls:
        delta["tool_calls"] = [_numbered(number, call) for number, call in enumerate(calls)]
    reason = choice.get("finish_reason")
    events = b"".join(_events(body, delta, reason if isinstance(reason, str) and reason.strip() else "stop"))
    return events + b"data: [DONE]\n\n"


def _numbered(number: int, call: Mapping[str, Any]) -> dict[str, Any]:
    """Return a call with its number; arguments that are an object, as Ollama's own are, are written as text."""
    match call:
        case {"function": {"arguments": {**arguments}, **function}}:
            return {**call, "index": number, "function": {**function, "arguments": write_json(arguments)}}
    return {**call, "index": number}


def _events(body: Mapping[str, Any], delta: Mapping[str, Any], reason: str) -> Iterator[bytes]:
    of_body = {"id": str(body.get("id") or "whole"), "model": str(body.get("model") or ""), "created": 0}
    head = {**of_body, "object": "chat.completion.chunk"}
    for said, ended in ((delta, None), ({}, reason)):
        yield _event({**head, "choices": [{"index": 0, "delta": said, "finish_reason": ended}]})
    yield _event({**head, "choices": [], "usage": body.get("usage")})


def _event(said: Mapping[str, Any]) -> bytes:
    """Return an event; where it has a type, as Anthropic's have, it is named by that."""
    name = f"event: {said['type']}\n" if "type" in said else ""
    return f"{name}data: {write_json(said)}\n\n".encode()


def message_streamed(body: Any) -> bytes | None:
    """Return one of Anthropic's messages as a stream; None where a value is none."""
    match body:
        case {"role": "assistant", "content": [*blocks]} if all(isinstance(each, dict) for each in blocks):
            return b"".join(map(_event, _message_events(body, blocks)))
    return None


def _message_events(body: Mapping[str, Any], blocks: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    usage = body.get("usage")
    used = usage if isinstance(usage, dict) else {"input_tokens": 0, "output_tokens": 0}
    calls = any(block.get("type") == "tool_use" for block in blocks)
    reason = body.get("stop_reason") or ("tool_use" if calls else "end_turn")
    begun = {**body, "type": "message", "content": [], "stop_reason": None, "usage": {**used, "output_tokens": 0}}
    yield {"type": "message_start", "message": begun}
    for index, block in enumerate(blocks):
        start, deltas = _in_deltas(block)
        yield {"type": "content_block_start", "index": index, "content_block": start}
        for delta in deltas:
            yield {"type": "content_block_delta", "index": index, "delta": delta}
        yield {"type": "content_block_stop", "index": index}
    ended = {"stop_reason": reason, "stop_sequence": body.get("stop_sequence")}
    yield {"type": "message_delta", "delta": ended, "usage": {"output_tokens": used.get("output_tokens", 0)}}
    yield {"type": "message_stop"}


def _in_deltas(block: Mapping[str, Any]) -> tuple[Mapping[str, Any], list[Mapping[str, Any]]]:
    """Return how a block begins in a stream, and what is added to it then."""
    match block:
        case {"type": "text", "text": text}:
            return {**block, "text": ""}, [{"type": "text_delta", "text": text}]
        case {"type": "tool_use", "input": given}:
            return {**block, "input": {}}, [{"type": "input_json_delta", "partial_json": write_json(given)}]
        case {"type": "thinking", "thinking": thought, "signature": signature}:
            deltas = [("thinking_delta", "thinking", thought), ("signature_delta", "signature", signature)]
            added: list[Mapping[str, Any]] = [{"type": kind, name: value} for kind, name, value in deltas]
            return {**block, "thinking": "", "signature": ""}, added
    return block, []
