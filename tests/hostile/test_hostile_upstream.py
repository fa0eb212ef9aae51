"""Requirements 16, 17, 18 and 35: an API that lies, floods, hangs or hides bombs, behind one server over stdio."""

import gzip
import json
import socket
import sys
import threading
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import brotli  # type: ignore[import-untyped]
import pytest
from support.child import Child, running
from support.rude import RudeUpstream, Write, endless, rude_upstream, whole
from support.upstream import description

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

CAP = 2_000_000  # bytes of an answer: --max-body
TOKEN = "tok-Zq8/4+é=W"
JSON = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
ZEROS = b"0" * 80_000_000


def framed(body: bytes, *headers: bytes) -> bytes:
    return JSON + b"".join(header + b"\r\n" for header in headers) + b"\r\n" + body


def stuck(head: bytes) -> Write:
    """Write a head and then nothing until the other side hangs up."""

    def write(connection: socket.socket) -> None:
        connection.sendall(head)
        connection.recv(1)

    return write


def trickling(head: bytes, piece: bytes) -> Write:
    """Write a piece every 20 ms, without end."""

    def write(connection: socket.socket) -> None:
        connection.sendall(head)
        pause = threading.Event()
        while not pause.wait(0.02):
            connection.sendall(piece)

    return write


LATE: dict[str, bytes | Write] = {
    "silent": stuck(b""),
    "half_a_status": stuck(b"HTTP/1.1 2"),
    "half_a_head": stuck(b"HTTP/1.1 200 OK\r\nContent-Ty"),
    "head_alone": stuck(framed(b"", b"Content-Length: 10")),
    "half_a_body": stuck(framed(b'{"a"', b"Content-Length: 10")),
    "half_a_chunk": stuck(framed(b"5\r\n[1,", b"Transfer-Encoding: chunked")),
    "interim_forever": endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "hints_forever": trickling(b"", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"),
    "trickling_head": trickling(b"HTTP/1.1 200 OK\r\n", b"X"),
    "trickling_chunks": trickling(framed(b"", b"Transfer-Encoding: chunked"), b"1\r\n1\r\n"),
}
FLOODS: dict[str, bytes | Write] = {
    "endless_body": endless(framed(b'"'), b"x" * 65536),
    "endless_chunks": endless(framed(b"", b"Transfer-Encoding: chunked"), b"8000\r\n" + b"x" * 0x8000 + b"\r\n"),
    "endless_gzip": endless(framed(b"", b"Content-Encoding: gzip"), gzip.compress(ZEROS[:4_000_000])),
    "gzip_bomb": whole(gzip.compress(ZEROS), Content_Encoding="gzip"),
    "deflate_bomb": whole(zlib.compress(ZEROS), Content_Encoding="deflate"),
    "br_bomb": whole(brotli.compress(ZEROS, quality=5), Content_Encoding="br"),
    "zstd_bomb": whole(zstd.compress(ZEROS), Content_Encoding="zstd"),
    "stacked_bomb": whole(gzip.compress(gzip.compress(ZEROS)), Content_Encoding="gzip, gzip"),
    "claimed_length": stuck(framed(b"", b"Content-Length: 99999999999999")),
    "refusing_bomb": whole(gzip.compress(ZEROS), status="500 No", Content_Encoding="gzip"),
}
LIES: dict[str, bytes | Write] = {
    "no_http": b"SSH-2.0-OpenSSH_9.6\r\n",
    "nothing": b"",
    "zero_bytes": b"\0" * 4000,
    "tls_alert": b"\x15\x03\x01\x00\x02\x02\x28",
    "http_2": b"\x00\x00\x12\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x64",
    "http_0_9": b'{"a": 1}',
    "bad_status": b"HTTP/1.1 2OO OK\r\n\r\n",
    "short": framed(b"[1]", b"Content-Length: 300"),
    "negative_length": framed(b"[1]", b"Content-Length: -3"),
    "length_in_words": framed(b"[1]", b"Content-Length: three"),
    "two_lengths": framed(b"[1]", b"Content-Length: 3", b"Content-Length: 9"),
    "length_and_list": framed(b"[1]", b"Content-Length: 3, 9"),
    "odd_coding": framed(b"[1]", b"Transfer-Encoding: cow"),
    "chunk_of_no_size": framed(b"zz\r\n[1]\r\n0\r\n\r\n", b"Transfer-Encoding: chunked"),
    "chunk_too_short": framed(b"3\r\n[1]2\r\n0\r\n\r\n", b"Transfer-Encoding: chunked"),
    "chunk_of_exabytes": framed(b"FFFFFFFFFFFFFFFF\r\n[1]", b"Transfer-Encoding: chunked"),
    "no_last_chunk": framed(b"3\r\n[1]\r\n", b"Transfer-Encoding: chunked"),
    "no_gzip": whole(b"[1]", Content_Encoding="gzip"),
    "half_a_gzip": whole(gzip.compress(b"[1]" * 999)[:-20], Content_Encoding="gzip"),
    "no_br": whole(b"\xff\xff\xff[1]", Content_Encoding="br"),
    "no_zstd": whole(b"[1]", Content_Encoding="zstd"),
    "thousand_codings": whole(b"[1]", Content_Encoding=", ".join(["gzip"] * 1000)),
    "header_flood": endless(b"HTTP/1.1 200 OK\r\n", b"X-Flood: " + b"f" * 8000 + b"\r\n"),
    "header_of_megabytes": JSON + b"X-Long: " + b"f" * 3_000_000 + b"\r\n\r\n[1]",
    "control_in_header": JSON + b"X-A: a\x00b\r\n\r\n[1]",
    "no_colon": JSON + b"no colon here\r\n\r\n[1]",
    "redirect_nowhere": whole(b"", status="302 Found", Location="http://[::1"),
    "redirect_round": whole(b"", status="302 Found", Location="/redirect_round"),
}
ODD: dict[str, bytes | Write] = {
    "deep": whole(b"[" * 100_000 + b"]" * 100_000),
    "deep_objects": whole(b'{"a":' * 100_000 + b"1" + b"}" * 100_000),
    "nan": whole(b'{"a": NaN, "b": Infinity, "c": -Infinity}'),
    "huge_number": whole(b'{"a": ' + b"9" * 5000 + b', "b": 1e999999}'),
    "lone_surrogate": whole(b'{"a": "\\ud800", "\\udfff": 1}'),
    "invalid_utf_8": whole(b'{"a": "\xff\xfe\xc0\xaf"}'),
    "utf_16": whole('{"a": "ü"}'.encode("utf-16")),
    "line_feeds": whole(b'{"a": "x\\n{\\"jsonrpc\\":\\"2.0\\"}\\u2028\\u0085"}\n\n'),
    "frame": whole(b'{"jsonrpc":"2.0","id":1,"result":{}}\n{"jsonrpc":"2.0","method":"x"}'),
    "many_keys": whole(json.dumps({f"k{n}": n for n in range(50_000)}).encode()),
    "twice": whole(b'{"a": 1, "a": 2, "__proto__": {"x": 1}}'),
    "odd_type": whole(b"\x00\xff", "text/plain; charset=\x01\xff"),
    "odd_charset": whole(b"abc", "text/plain; charset=idna"),
    "odd_charset_2": whole(b"abc", "text/plain; charset=rot13"),
    "charset_utf_7": whole(b"+ADw-script+AD4-", "text/html; charset=utf-7"),
    "type_of_megabyte": whole(b"{}", "application/json;" + "a=b;" * 20_000),
    "no_type": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}",
    "status_599": whole(b"{}", status="599 \x85\xff odd"),
    "status_999": whole(b"{}", status="999 What"),
    "no_content": b"HTTP/1.1 204 No\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n{}",
    "length_and_chunks": framed(b"3\r\n[1]\r\n0\r\n\r\n", b"Content-Length: 3", b"Transfer-Encoding: chunked"),
    "interim": b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 50 + whole(b"{}"),
    "retry_after": whole(b"{}", status="429 Slow", Retry_After="9" * 4000),
    "retry_after_nan": whole(b"{}", status="503 Slow", Retry_After="NaN"),
    "links": whole(b"[]", Link="<" * 20_000 + ">; rel=next," * 2000),
    "xml_bomb": whole(b'<!DOCTYPE a [<!ENTITY b "' + b"c" * 99 + b'">]><a>&b;</a>', "application/xml"),
    "image": whole(b"\x89PNG no", "image/png"),
    "switching": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n{}",
}  # fmt: skip
ALL = {**LATE, **FLOODS, **LIES, **ODD}


def echoing(connection: socket.socket) -> None:
    """Send the credential back in every place and form that there is."""
    connection.sendall(ECHO)


def echo() -> bytes:
    from base64 import b64encode, urlsafe_b64encode
    from urllib.parse import quote

    raw = TOKEN.encode()
    every_byte = "".join(f"%{byte:02X}" for byte in raw)
    forms = {
        "plain": TOKEN, "bearer": f"Bearer {TOKEN}", "percent": quote(TOKEN, safe=""), "each_byte": every_byte,
        "each_byte_lower": every_byte.lower(), "base64": b64encode(raw).decode(),
        "base64url": urlsafe_b64encode(raw).decode().rstrip("="),
        "base64_of_header": b64encode(b"Bearer " + raw).decode(), "hex": raw.hex(), "hex_upper": raw.hex().upper(),
    }  # fmt: skip
    return json.dumps(forms, ensure_ascii=False).encode()


ECHO = whole(echo(), ETag=f'"{TOKEN}"', Location=f"/x?token={TOKEN}")


@pytest.fixture(scope="module")
def upstream() -> Iterator[RudeUpstream]:
    with rude_upstream({f"/{name}": answer for name, answer in ALL.items()}) as server:
        server.answers["/echo"] = ECHO
        server.answers["/refusal"] = ECHO.replace(b"200 OK", b"403 no " + TOKEN.encode())
        server.answers["/long_refusal"] = whole(b"e" * 500_000, "text/plain", "500 Oh")
        yield server


@pytest.fixture(scope="module")
def child(upstream: RudeUpstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Child]:
    """One server for all of it; what one answer does to it, the next call shows."""
    folder = tmp_path_factory.mktemp("rude")
    names = [f"/{name}" for name in (*ALL, "fine", "echo", "refusal", "long_refusal")]
    (folder / "api.json").write_text(json.dumps(description(*names)))
    options = ("--timeout", "2", "--max-body", str(CAP), "--bearer", "env:TOKEN", "--log-level", "debug")
    command = ("serve", "--spec", "api.json", "--base-url", upstream.url, *options)
    with running(*command, folder=folder, environment={"TOKEN": TOKEN}) as process:
        process.open()
        yield process
        process.close_stdin()
        assert process.wait() == 0
        assert "Traceback" not in process.stderr
        assert TOKEN not in process.stderr


def serves_on(child: Child) -> None:
    """Hold that the next call is answered well."""
    assert child.call("fine")["structuredContent"] == {}


def failure(result: dict[str, Any]) -> dict[str, Any]:
    assert result["isError"] is True, result
    error: dict[str, Any] = result["structuredContent"]["error"]
    assert "Traceback" not in error["message"]
    assert 'File "' not in json.dumps(error)
    return error


@pytest.mark.requirement(16, 24)
@pytest.mark.parametrize("name", LATE)
def test_an_answer_that_never_ends_is_over_at_the_deadline(child: Child, name: str) -> None:
    """What came of a body may be delivered; then it says that it is not whole."""
    late = child.ask("tools/call", {"name": name, "arguments": {}})
    serves_on(child)
    result = child.answer_to(late)["result"]
    if result["isError"]:
        assert failure(result)["kind"] in ("timeout", "bad_response")
    else:
        assert "_note" in result["content"][0]["text"] or len(result["content"]) > 1


@pytest.mark.requirement(17)
@pytest.mark.parametrize("name", FLOODS)
def test_a_flood_ends_at_the_cap(child: Child, name: str) -> None:
    result = child.call(name)
    if result["isError"]:
        assert failure(result)["kind"] in ("too_large", "timeout", "upstream_error", "bad_response")
    else:
        assert "incomplete" in json.dumps(result)
    assert len(json.dumps(result)) < 60_000
    serves_on(child)


@pytest.mark.requirement(18)
@pytest.mark.parametrize("name", LIES)
def test_what_is_no_whole_answer_is_a_failure_with_a_cause(child: Child, name: str) -> None:
    result = child.call(name)
    if result["isError"]:
        error = failure(result)
        assert error["kind"] in ("bad_response", "timeout", "too_large")
        assert len(error["message"]) > 20
    else:  # what can be read of it, with what is wrong
        assert "_note" in json.dumps(result)
    serves_on(child)


@pytest.mark.requirement(11, 18)
@pytest.mark.parametrize("name", ODD)
def test_an_odd_answer_arrives_as_strict_json(child: Child, name: str) -> None:
    """`receive` holds each line against RFC 8259 and UTF-8."""
    result = child.call(name)
    assert result["content"]
    assert len(json.dumps(result)) < 200_000
    serves_on(child)


@pytest.mark.requirement(10, 35)
@pytest.mark.parametrize("tool", ["echo", "refusal"])
def test_a_secret_that_the_api_repeats_is_masked_in_every_form(child: Child, tool: str) -> None:
    text = json.dumps(child.call(tool), ensure_ascii=False)
    for form in json.loads(echo()).values():
        assert form not in text
        assert form.rstrip("=") not in text
    assert "***" in text


@pytest.mark.requirement(35)
def test_a_long_refusal_is_shortened(child: Child) -> None:
    assert len(json.dumps(child.call("long_refusal"))) < 20_000


@pytest.mark.requirement(17)
def test_memory_stays_where_it_was(child: Child) -> None:
    """The peak of the process, after all of the above: under 100 MB beside the 80 that it takes to start."""
    peak = Path(f"/proc/{child.process.pid}/status").read_text().partition("VmHWM:")[2].split()[0]
    assert int(peak) < 200_000
