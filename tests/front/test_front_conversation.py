"""What a client asks first: which lines are ours to answer, and what is handed on."""

import json
import os
import tempfile
import zlib
from collections.abc import Iterator
from typing import Any

import pytest
from support.child import Frame

from openapi_mcp.front.conversation import Conversation, Handover
from openapi_mcp.front.kept import Kept
from openapi_mcp.front.wire import Wire

MODERN_META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": {"name": "raw", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}
CLIENT = {"name": "raw", "version": "1"}


def handshake(version: str, **more: Any) -> Frame:
    return {"protocolVersion": version, "capabilities": {}, "clientInfo": CLIENT, **more}


UNUSUAL: dict[str, Frame] = {
    "no envelope": {"method": "server/discover", "params": {}},
    "half an envelope": {
        "method": "server/discover",
        "params": {"_meta": {"io.modelcontextprotocol/protocolVersion": "2026-07-28"}},
    },
    "another version": {
        "method": "server/discover",
        "params": {"_meta": {**MODERN_META, "io.modelcontextprotocol/protocolVersion": "2031-01-01"}},
    },
    "capabilities of the wrong form": {
        "method": "server/discover",
        "params": {
            "_meta": {**MODERN_META, "io.modelcontextprotocol/clientCapabilities": {"roots": {"listChanged": 7}}}
        },
    },
    "a client without a name": {
        "method": "server/discover",
        "params": {"_meta": {**MODERN_META, "io.modelcontextprotocol/clientInfo": {"version": "1"}}},
    },
    "an unknown handshake version": {"method": "initialize", "params": handshake("1999-01-01")},
    "the modern version in a handshake": {"method": "initialize", "params": handshake("2026-07-28")},
    "a handshake without capabilities": {
        "method": "initialize",
        "params": {"protocolVersion": "2025-11-25", "clientInfo": CLIENT},
    },
    "a handshake with an envelope": {"method": "initialize", "params": handshake("2025-11-25", _meta=MODERN_META)},
    "a list before the handshake": {"method": "tools/list", "params": {}},
    "a ping first": {"method": "ping"},
    "an unknown method": {"method": "no/such", "params": {"_meta": MODERN_META}},
    "an unknown cursor": {"method": "tools/list", "params": {"_meta": MODERN_META, "cursor": "٣"}},
    "a cursor beyond the end": {"method": "tools/list", "params": {"_meta": MODERN_META, "cursor": "7"}},
    "a cursor that is none": {"method": "tools/list", "params": {"_meta": MODERN_META, "cursor": 1}},
    "a progress token of the wrong form": {
        "method": "tools/list",
        "params": {"_meta": {**MODERN_META, "progressToken": [1]}},
    },
    "params that are a list": {"method": "tools/list", "params": []},
    "an id that is a float": {"method": "ping", "id": 1.5},
    "a subscription to a resource": {
        "method": "subscriptions/listen",
        "params": {"_meta": MODERN_META, "notifications": {"resourceSubscriptions": ["x"]}},
    },
}


@pytest.fixture
def conversation() -> Iterator[Conversation]:
    """A conversation over a catalogue with an empty list, without a pipe."""
    header = {
        "pages": [[3, zlib.crc32(b"[]\n")]],
        "discover": {"supportedVersions": ["2026-07-28"]},
        "initialize": {"protocolVersion": "2025-11-25"},
        "list": {},
        "listens": True,
    }
    with tempfile.TemporaryFile(buffering=0) as file:
        file.write(b"[]\n")
        yield Conversation(Handover(Wire(-1, -1), Kept("", file, header, 0)))


@pytest.mark.parametrize("name", UNUSUAL)
def test_what_is_unusual_is_left_to_the_sdk(conversation: Conversation, name: str) -> None:
    """Issue 3, At once: the front answers nothing that the SDK would answer otherwise."""
    line = json.dumps({"jsonrpc": "2.0", "id": 1, **UNUSUAL[name]}).encode()
    assert conversation.answer(line) is None


ODD_LINES: dict[str, bytes] = {
    "no JSON": b"this is not json",
    "no object": b"[]",
    "NaN": b'{"jsonrpc":"2.0","id":1,"method":"ping","params":{"n":NaN}}',
    "no UTF-8": b'{"jsonrpc":"2.0","id":1,"method":"\xff"}',
    "half a character": b'{"jsonrpc":"2.0","id":"\\ud800","method":"ping"}',
    "UTF-16": '{"jsonrpc":"2.0","id":1,"method":"ping"}'.encode("utf-16"),
    "endless nesting": b'{"jsonrpc":"2.0","id":1,"method":"ping","params":' + b'{"a":' * 100_000,
    "an endless number": b'{"jsonrpc":"2.0","method":"ping","id":' + b"9" * 5000 + b"}",
    "another protocol": b'{"jsonrpc":"1.0","id":1,"method":"ping"}',
    "an answer": b'{"jsonrpc":"2.0","id":1,"result":{}}',
    "a notification": b'{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}',
}


@pytest.mark.parametrize("name", ODD_LINES)
def test_a_line_that_is_no_request_is_left_to_the_sdk(conversation: Conversation, name: str) -> None:
    """security.md 11: what a hostile line does is the SDK's matter, tested there."""
    assert conversation.answer(ODD_LINES[name]) is None


DISCOVER = {"method": "server/discover", "params": {"_meta": MODERN_META}}
HELLO = {"method": "initialize", "params": handshake("2025-11-25")}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (DISCOVER, {"method": "tools/list", "params": {}}),
        (DISCOVER, {"method": "ping"}),
        (DISCOVER, HELLO),
        (HELLO, HELLO),
        (HELLO, DISCOVER),
        (HELLO, {"method": "tools/list", "params": {"_meta": MODERN_META}}),
    ],
)
def test_the_eras_do_not_mix(conversation: Conversation, first: Frame, second: Frame) -> None:
    """mcp-facts.md section 2: one stdio connection is one era, and shakes hands once."""
    assert conversation.answer(json.dumps({"jsonrpc": "2.0", "id": 1, **first}).encode())
    assert conversation.answer(json.dumps({"jsonrpc": "2.0", "id": 2, **second}).encode()) is None


def test_a_modern_client_may_list_at_once(conversation: Conversation) -> None:
    """mcp-facts.md section 2: the first request decides the era, whichever it is."""
    frame = {"jsonrpc": "2.0", "id": "x", "method": "tools/list", "params": {"_meta": MODERN_META}}
    answer = conversation.answer(json.dumps(frame).encode())
    assert answer is not None
    assert json.loads(b"".join(answer))["result"] == {"tools": []}
    assert (conversation.era, conversation.complete) == ("modern", True)


def test_a_damaged_page_is_left_to_the_sdk(conversation: Conversation) -> None:
    """Issue 3, At once: corrupt entries are ignored; what of them was not sent yet, too."""
    conversation.header["pages"] = [[3, 7]]
    frame = {"jsonrpc": "2.0", "id": "x", "method": "tools/list", "params": {"_meta": MODERN_META}}
    assert conversation.answer(json.dumps(frame).encode()) is None


def test_a_conversation_over_a_pipe_is_handed_on_with_what_was_not_answered(conversation: Conversation) -> None:
    """mcp-facts.md section 3: replayed first, then what was read beyond the list, then the pipe itself."""
    theirs, ours = os.pipe(), os.pipe()
    handover = conversation.handover
    handover.wire = Wire(theirs[0], ours[1])
    lines = [
        json.dumps({"jsonrpc": "2.0", "id": 1, **HELLO}),
        json.dumps({"jsonrpc": "2.0", "method": "notifications/initialized"}),
        json.dumps({"jsonrpc": "2.0", "id": 2, "method": "tools/list"}),
        json.dumps({"jsonrpc": "2.0", "id": 3, "method": "tools/call"}),
    ]
    os.write(theirs[1], "\n".join([*lines, '{"half']).encode())
    conversation.run()
    handover.wire.read_ahead(idle=False)
    os.write(theirs[1], b'":1}\n')
    os.close(theirs[1])
    text = b"".join(handover.chunks()).decode()
    answers = os.read(ours[0], 1 << 16).splitlines()
    for descriptor in (theirs[0], *ours):
        os.close(descriptor)
    assert text.splitlines() == [lines[0], lines[1], lines[3], '{"half":1}']
    assert [json.loads(answer)["id"] for answer in answers] == [1, 2]
    assert handover.handshake == 1


def test_a_client_that_leaves_before_it_asks_ends_the_process(conversation: Conversation) -> None:
    """Issue 3: EOF ends the process at once, also while the front waits."""
    theirs = os.pipe()
    os.close(theirs[1])
    conversation.handover.wire = Wire(theirs[0], -1)
    with pytest.raises(SystemExit) as ended:
        conversation.run()
    os.close(theirs[0])
    assert ended.value.code == 0


def test_a_client_that_reads_no_more_ends_the_process(conversation: Conversation) -> None:
    """Nobody is left to serve."""
    ours = os.pipe()
    os.close(ours[0])
    conversation.handover.wire = Wire(-1, ours[1])
    with pytest.raises(SystemExit) as ended:
        conversation.send((b"x",))
    os.close(ours[1])
    assert ended.value.code == 0
