"""Requirements 11, 15, 23 and 36: callers that write what is no request; the next one is answered all the same."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from support.child import INITIALIZE, Child, running
from support.upstream import Upstream, description, running_upstream

DEEP = 100_000
META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": {"name": "raw", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}


def call(arguments: str, number: str = "7", name: str = '"echo"') -> bytes:
    """Return a call with these texts for arguments, id and name, as JSON or not."""
    params = f'{{"name":{name},"arguments":{arguments}}}'
    return f'{{"jsonrpc":"2.0","id":{number},"method":"tools/call","params":{params}}}'.encode()


LINES: dict[str, bytes] = {
    "empty": b"",
    "spaces": b"   ",
    "null": b"null",
    "number": b"1e400",
    "text": b'"x"',
    "list": b"[]",
    "true": b"true",
    "list of nothing": b"[null, 1, []]",
    "no version": b'{"id":7,"method":"ping"}',
    "one word": b"GET / HTTP/1.1",
    "version 1": b'{"jsonrpc":"1.0","id":7,"method":"ping"}',
    "version as number": b'{"jsonrpc":2.0,"id":7,"method":"ping"}',
    "id null": call("{}", "null"),
    "id true": call("{}", "true"),
    "id 1.5": call("{}", "1.5"),
    "id -0": call("{}", "-0"),
    "id list": call("{}", "[1]"),
    "id object": call("{}", '{"a":1}'),
    "id empty": call("{}", '""'),
    "id huge": call("{}", "9" * 400),
    "id beyond": call("{}", "9" * 5000),
    "id float huge": call("{}", "1e400"),
    "id long": call("{}", '"' + "i" * 100_000 + '"'),
    "id surrogate": call("{}", '"\\ud800"'),
    "id NaN": call("{}", "NaN"),
    "id control": call("{}", '"\\u0000\\r\\n\\u2028"'),
    "arguments list": call("[1]"),
    "arguments text": call('"n=1"'),
    "arguments number": call("1"),
    "arguments null": call("null"),
    "arguments true": call("true"),
    "arguments NaN": call('{"n":NaN}'),
    "arguments surrogate": call('{"\\ud800":"\\udfff"}'),
    "arguments deep": call('{"n":' + "[" * DEEP + "]" * DEEP + "}"),
    "arguments deep objects": call('{"a":' * 3000 + "1" + "}" * 3000),
    "arguments huge number": call('{"n":' + "9" * 5000 + "}"),
    "arguments infinite": call('{"n":1e999}'),
    "arguments twice": call('{"n":1,"n":"x"}'),
    "arguments many": call(json.dumps({f"k{n}": n for n in range(20_000)})),
    "arguments proto": call('{"__proto__":{"n":1},"constructor":1}'),
    "name null": call("{}", name="null"),
    "name list": call("{}", name='["echo"]'),
    "name long": call("{}", name='"' + "x" * 100_000 + '"'),
    "name hidden": call("{}", name='"echo\\u200b"'),
    "name control": call("{}", name='"\\u001b[31m\\u0000"'),
    "name other case": call("{}", name='"ECHO"'),
    "no params": b'{"jsonrpc":"2.0","id":7,"method":"tools/call"}',
    "params list": b'{"jsonrpc":"2.0","id":7,"method":"tools/call","params":["echo"]}',
    "params null": b'{"jsonrpc":"2.0","id":7,"method":"tools/call","params":null}',
    "params text": b'{"jsonrpc":"2.0","id":7,"method":"tools/list","params":"x"}',
    "cursor": b'{"jsonrpc":"2.0","id":7,"method":"tools/list","params":{"cursor":"../../etc/passwd"}}',
    "cursor number": b'{"jsonrpc":"2.0","id":7,"method":"tools/list","params":{"cursor":-1}}',
    "cursor minus": b'{"jsonrpc":"2.0","id":7,"method":"tools/list","params":{"cursor":"-1"}}',
    "cursor digits": b'{"jsonrpc":"2.0","id":7,"method":"tools/list","params":{"cursor":"\xd9\xa3"}}',
    "cursor huge": b'{"jsonrpc":"2.0","id":7,"method":"tools/list","params":{"cursor":"' + b"9" * 5000 + b'"}}',
    "method number": b'{"jsonrpc":"2.0","id":7,"method":7}',
    "method empty": b'{"jsonrpc":"2.0","id":7,"method":""}',
    "method null": b'{"jsonrpc":"2.0","id":7,"method":null}',
    "method dunder": b'{"jsonrpc":"2.0","id":7,"method":"__class__"}',
    "answer": b'{"jsonrpc":"2.0","id":7,"result":{}}',
    "answer for all": b'{"jsonrpc":"2.0","id":null,"error":{"code":1,"message":"x"}}',
    "both": b'{"jsonrpc":"2.0","id":7,"result":{},"error":{"code":1,"message":"x"},"method":"ping"}',
    "cancel nothing": b'{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":99999}}',
    "cancel badly": b'{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":[]}}',
    "cancel without": b'{"jsonrpc":"2.0","method":"notifications/cancelled"}',
    "unknown notice": b'{"jsonrpc":"2.0","method":"notifications/evil","params":{"a":1}}',
    "progress": b'{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"x","progress":1e400}}',
    "batch": b"[" + call("{}") + b"," + call("{}", "8") + b"]",
    "batch of 10,000": b"[" + b",".join([b"1"] * 10_000) + b"]",
    "again": json.dumps({"jsonrpc": "2.0", "id": 7, "method": "initialize", "params": INITIALIZE}).encode(),
    "latin-1": '{"jsonrpc":"2.0","id":7,"method":"é"}'.encode("latin-1"),
    "utf-16": '{"jsonrpc":"2.0"}'.encode("utf-16"),
    "bom": b"\xef\xbb\xbf" + call("{}"),
    "nul": b"\0" * 1000,
    "every byte": bytes(byte for byte in range(256) if byte != 10),
    "surrogate bytes": b'{"jsonrpc":"2.0","id":7,"method":"\xed\xa0\x80"}',
    "overlong": b'{"method":"\xc0\xaf"}',
    "deep lists": b"[" * DEEP + b"]" * DEEP,
    "deep objects": b'{"a":' * DEEP,
    "comments": b"/* x */ " + call("{}"),
    "5 MB": call(json.dumps({"n": "x" * 5_000_000})),
    "20 MB": b"x" * 20_000_000,
    "20 MB of JSON": call('{"n":"' + "y" * 20_000_000 + '"}'),
    "two in one": call("{}") + call("{}"),
    "half": call("{}")[:-9],
    "carriage returns": b"\r".join((call("{}"), call("{}"))),
}


@pytest.fixture(scope="module")
def upstream() -> Iterator[Upstream]:
    with running_upstream() as server:
        yield server


@pytest.fixture(scope="module")
def child(upstream: Upstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Child]:
    """One server for all of it, which ends well."""
    spec = upstream.serve(description("/echo", "/items/{id}"))
    with running("serve", "--spec", spec, folder=tmp_path_factory.mktemp("rpc")) as process:
        process.open()
        process._last_id = 1000  # beyond the ids of the lines above
        yield process
        process.close_stdin()
        assert process.wait() == 0
        assert "Traceback" not in process.stderr


def is_free_of_our_insides(frame: dict[str, Any]) -> bool:
    text = json.dumps(frame)
    return "Traceback" not in text and "site-packages" not in text and "/openapi_mcp/" not in text and ".py" not in text


@pytest.mark.requirement(11, 23, 36)
@pytest.mark.parametrize("name", LINES)
def test_the_request_after_it_is_served(child: Child, name: str) -> None:
    """Whatever is said to a line that is none, each answer is one whole line of strict JSON."""
    child.write(LINES[name] + b"\n")
    asked = child.ask("tools/call", {"name": "echo", "arguments": {"n": 5}})
    while (frame := child.receive()).get("id") != asked:
        assert is_free_of_our_insides(frame)
        assert len(json.dumps(frame)) < 300_000
    assert frame["result"]["structuredContent"]["target"] == "/echo?n=5"


@pytest.mark.requirement(23)
@pytest.mark.parametrize("method", ["evil", "tools/evil", "resources/read", "rpc.discover", "__init__", "tools/call\0"])
def test_an_unknown_method_is_an_error(child: Child, method: str) -> None:
    frame = child.request(method, {"_meta": {}})
    assert frame["error"]["code"] in (-32601, -32602)
    assert is_free_of_our_insides(frame)


WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("echo", {"n": "one"}, "n"), ("echo", {"n": 1.5}, "n"), ("echo", {"n": True}, "n"), ("echo", {"n": [1, 2]}, "n"),
    ("echo", {"n": {"a": 1}}, "n"), ("echo", {"nn": 1}, "nn"), ("echo", {"": 1}, ""),
    ("echo", {"n\u200b": 1}, "n"), ("echo", {"n": 1, "m": {"deep": [{}] * 50}}, "m"),
    ("items", {}, "id"), ("items", {"id": ""}, "id"), ("items", {"id": None}, "id"), ("items", {"id": {"a": 5}}, "id"),
    ("items", {"id": "a" * 3_000_000}, "URL"),
]  # fmt: skip
REPAIRED: list[tuple[str, dict[str, Any], str]] = [
    ("echo", {"n": "1"}, "/echo?n=1"), ("echo", {"n": [1]}, "/echo?n=1"), ("echo", {"n": None}, "/echo"),
    ("echo", {"N": 1}, "/echo?n=1"), ("echo", {"n ": 1}, "/echo?n=1"), ("items", {"id": 5}, "/items/5"),
]  # fmt: skip


@pytest.mark.requirement(15)
@pytest.mark.parametrize(("tool", "arguments", "target"), REPAIRED)
def test_arguments_that_say_what_they_mean_are_sent_as_that_and_it_is_told(
    child: Child, tool: str, arguments: dict[str, Any], target: str
) -> None:
    """Issue 7, Recover: rewritten without loss, never in silence."""
    result = child.call(tool, **arguments)["structuredContent"]
    assert result["target"] == target
    assert result["_note"]["repairs"]


@pytest.mark.requirement(15, 36)
@pytest.mark.parametrize(("tool", "arguments", "name"), WRONG)
def test_arguments_that_do_not_fit_are_named_and_nothing_is_sent(
    child: Child, upstream: Upstream, tool: str, arguments: dict[str, Any], name: str
) -> None:
    before = len(upstream.calls)
    result = child.call(tool, **arguments)
    assert result["isError"] is True
    error = result["structuredContent"]["error"]
    assert error["kind"] in ("invalid_arguments", "too_large")
    assert name in error["message"]
    assert error["hint"]
    assert len(json.dumps(result)) < 5_000
    assert len(upstream.calls) == before
