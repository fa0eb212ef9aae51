"""A server on loopback that answers each request with the next of the replies it was given, and keeps the requests.

It speaks the streams of Anthropic's Messages API and of OpenAI's chat completions as far as a reply spells them out.
"""

import json
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import ThreadingHTTPServer
from typing import Any

from support.in_thread import QuietHandler, in_a_thread


@dataclass(frozen=True)
class Reply:
    """What a request is answered with.

    Where it `breaks`, the connection ends before the answer's end is said; where it `hangs`, it stays open. Where it
    `stays`, the connection is open for another request after it.
    """

    body: bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    breaks: bool = False
    hangs: bool = False
    stays: bool = False


@dataclass(frozen=True)
class Request:
    """What reached the server; the names of headers in small letters."""

    path: str
    headers: Mapping[str, str]
    body: Any


class Wires:
    """The server: its URL, what it was asked, what it is still to say."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.requests: list[Request] = []
        self.replies: list[Reply] = []
        self.ended = threading.Semaphore(0)  # released when a connection is over


@contextmanager
def wires(certified: ssl.SSLContext | None = None) -> Iterator[Wires]:
    """Run one; over TLS where it has a certificate."""
    over = threading.Event()

    class Handler(QuietHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            said = {name.lower(): value for name, value in self.headers.items()}
            running.requests.append(Request(self.path, said, body))
            reply = running.replies.pop(0)
            self.send_response(reply.status)
            kind = "text/event-stream" if reply.status == 200 else "application/json"
            for name, value in {"Content-Type": kind, **reply.headers}.items():
                self.send_header(name, value)
            self.send_header("Transfer-Encoding", "chunked")
            if not reply.stays:  # unsaid, the next request may meet the closing
                self.send_header("Connection", "close")
            self.end_headers()
            if reply.body:
                self.wfile.write(b"%x\r\n%s\r\n" % (len(reply.body), reply.body))
            if reply.hangs:
                over.wait()
            elif not reply.breaks:
                self.wfile.write(b"0\r\n\r\n")
            self.close_connection = not reply.stays

        def finish(self) -> None:
            with suppress(OSError):
                super().finish()
            running.ended.release()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if certified is not None:
        server.socket = certified.wrap_socket(server.socket, server_side=True)
    running = Wires(f"{'https' if certified else 'http'}://127.0.0.1:{server.server_port}")
    with in_a_thread(server):
        try:
            yield running
        finally:
            over.set()


def error(status: int, body: Any, **headers: str) -> Reply:
    """Return an error as JSON."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(json.dumps(body).encode(), status, sent)


def anthropic_says(text: str = "", *calls: tuple[str, str, str], stop: str = "", thought: str = "") -> list[Any]:
    """Return the events of a turn: a text, and calls (id, tool, arguments as they are written)."""
    blocks: list[tuple[Any, list[Any]]] = []
    if thought:
        deltas = [{"type": "thinking_delta", "thinking": thought}, {"type": "signature_delta", "signature": "c2ln"}]
        blocks.append(({"type": "thinking", "thinking": "", "signature": ""}, deltas))
    if text:
        halves = [text[: len(text) // 2], text[len(text) // 2 :]]
        deltas = [{"type": "text_delta", "text": each} for each in halves]
        blocks.append(({"type": "text", "text": ""}, deltas))
    for call_id, tool, written in calls:
        delta = {"type": "input_json_delta", "partial_json": written}
        blocks.append(({"type": "tool_use", "id": call_id, "name": tool, "input": {}}, [delta]))
    usage = {"input_tokens": 30, "cache_read_input_tokens": 70, "cache_creation_input_tokens": 0, "output_tokens": 1}
    message: dict[str, Any] = {
        "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-test", "content": [],
        "stop_reason": None, "stop_sequence": None, "usage": usage,
    }  # fmt: skip
    events: list[Any] = [{"type": "message_start", "message": message}, {"type": "ping"}]
    for index, (start, deltas) in enumerate(blocks):
        events.append({"type": "content_block_start", "index": index, "content_block": start})
        events += [{"type": "content_block_delta", "index": index, "delta": each} for each in deltas]
        events.append({"type": "content_block_stop", "index": index})
    reason = stop or ("tool_use" if calls else "end_turn")
    ended = {"stop_reason": reason, "stop_sequence": None}
    events.append({"type": "message_delta", "delta": ended, "usage": {"output_tokens": 20}})
    return [*events, {"type": "message_stop"}]


def openai_says(text: str = "", *calls: tuple[str, str, str], stop: str = "", **delta: Any) -> list[Any]:
    """Return the chunks of a turn: a text, and calls (id, tool, arguments as they are written)."""
    deltas: list[Any] = [{"role": "assistant", "content": "", **delta}]
    deltas += [{"content": each} for each in (text[: len(text) // 2], text[len(text) // 2 :]) if each]
    for index, (call_id, tool, written) in enumerate(calls):
        function = {"name": tool, "arguments": ""}
        deltas.append({"tool_calls": [{"index": index, "id": call_id, "type": "function", "function": function}]})
        deltas.append({"tool_calls": [{"index": index, "function": {"arguments": written}}]})
    chunks = [_chunk(each, None) for each in deltas]
    chunks.append(_chunk({}, stop or ("tool_calls" if calls else "stop")))
    usage = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}
    return [*chunks, {**_chunk({}, None), "choices": [], "usage": usage}]


def _chunk(delta: Any, finish: str | None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "gpt-4o", "choices": [choice]}


def stream(events: list[Any], *, breaks: bool = False, done: bool = True) -> Reply:
    """Return events of either wire as a stream."""
    lines = []
    for event in events:
        named = f"event: {event['type']}\n" if "type" in event else ""
        lines.append(f"{named}data: {json.dumps(event)}\n\n")
    is_openai = bool(events) and "type" not in events[0]
    if is_openai and done and not breaks:
        lines.append("data: [DONE]\n\n")
    return Reply("".join(lines).encode(), breaks=breaks)
