"""A model that is made up: on a port of this machine, it calls one tool and then says a word, in three dialects.

A client that talks to it needs no credentials and no network. What it is sent tells which tools a model would see.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from support.in_thread import QuietHandler, QuietServer, in_a_thread

Event = dict[str, Any]
SAID = "That is all."


@dataclass(slots=True)
class Model:
    """The server: `wanted` is the tool it calls, by the end of the client's name for it, and with which arguments."""

    server: "_Server"
    wanted: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    asked: list[dict[str, Any]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    @property
    def tools(self) -> set[str]:
        """The names of all tools that it was ever offered."""
        return {name for body in self.asked for name in _offered(body)}

    @property
    def results(self) -> str:
        """All that it was sent after it had called the tool."""
        return json.dumps([body for body in self.asked if _has_result(body)])

    def answer(self, path: str, body: dict[str, Any]) -> bytes:
        """Return the events that answer a question: the call, where the tool is offered and has not been called."""
        self.asked.append(body)
        called = next((name for name in _offered(body) if self.wanted and name.endswith(self.wanted)), None)
        say = next(write for part, write in _DIALECTS.items() if part in path)
        events = say(None if _has_result(body) else called, dict(self.arguments))
        return b"".join(_event(event) for event in events)


@contextmanager
def running_model() -> Iterator[Model]:
    """Yield a model on a free port of 127.0.0.1."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.model = Model(server)
    with in_a_thread(server):
        yield server.model


class _Server(QuietServer):
    model: Model


class _Handler(QuietHandler):
    server: _Server

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
        answer = self.server.model.answer(self.path, body)
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def do_GET(self) -> None:
        self.send_error(404)


def _offered(body: dict[str, Any]) -> list[str]:
    """Return the names of the tools in a request, whose places differ by dialect."""
    tools = [each for tool in body.get("tools") or () for each in tool.get("functionDeclarations") or [tool]]
    return [(tool.get("function") or tool).get("name", "") for tool in tools]


def _has_result(body: dict[str, Any]) -> bool:
    """True where a request holds what a tool answered."""
    text = json.dumps(body.get("messages") or body.get("contents") or [])
    return re.search(r'"tool_result"|"role": "tool"|"functionResponse"', text) is not None


def _event(event: Event) -> bytes:
    name = f"event: {event['type']}\n" if "type" in event else ""
    return f"{name}data: {json.dumps(event)}\n\n".encode()


def _anthropic(tool: str | None, arguments: dict[str, Any]) -> list[Event]:
    usage = {"input_tokens": 1, "output_tokens": 1}
    message = {"id": "msg_1", "type": "message", "role": "assistant", "model": "made-up", "content": [], "usage": usage}
    block: Event = {"type": "text", "text": ""}
    delta: Event = {"type": "text_delta", "text": SAID}
    if tool:
        block = {"type": "tool_use", "id": "toolu_1", "name": tool, "input": {}}
        delta = {"type": "input_json_delta", "partial_json": json.dumps(arguments)}
    stop = {"stop_reason": "tool_use" if tool else "end_turn", "stop_sequence": None}
    return [
        {"type": "message_start", "message": message},
        {"type": "content_block_start", "index": 0, "content_block": block},
        {"type": "content_block_delta", "index": 0, "delta": delta},
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": stop, "usage": {"output_tokens": 1}},
        {"type": "message_stop"},
    ]


def _openai(tool: str | None, arguments: dict[str, Any]) -> list[Event]:
    delta: Event = {"role": "assistant", "content": SAID}
    if tool:
        function = {"name": tool, "arguments": json.dumps(arguments)}
        delta = {"role": "assistant", "tool_calls": [{"index": 0, "id": "1", "type": "function", "function": function}]}
    chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "made-up"}
    end = "tool_calls" if tool else "stop"
    return [
        {**chunk, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]},
        {**chunk, "choices": [{"index": 0, "delta": {}, "finish_reason": end}]},
    ]


def _gemini(tool: str | None, arguments: dict[str, Any]) -> list[Event]:
    part: Event = {"functionCall": {"name": tool, "args": arguments}} if tool else {"text": SAID}
    content = {"role": "model", "parts": [part]}
    usage = {"promptTokenCount": 1, "candidatesTokenCount": 1, "totalTokenCount": 2}
    return [{"candidates": [{"content": content, "finishReason": "STOP", "index": 0}], "usageMetadata": usage}]


_DIALECTS: dict[str, Callable[[str | None, dict[str, Any]], list[Event]]] = {
    "/messages": _anthropic,
    "/chat/completions": _openai,
    "/models/": _gemini,
}
