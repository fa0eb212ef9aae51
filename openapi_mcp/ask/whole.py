"""An answer that comes whole where a stream was asked for, as the stream that says the same."""

from collections.abc import Iterator, Mapping
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


def streamed(body: Any) -> bytes | None:
    """Return a chat completion as a stream; None where a value is none."""
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


def _event(chunk: Mapping[str, Any]) -> bytes:
    return f"data: {write_json(chunk)}\n\n".encode()
