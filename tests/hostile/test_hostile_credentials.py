"""Credentials that come back from whoever they were sent to, whole, in part or disguised; seen from outside."""

import base64
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from support.child import run_command
from support.in_thread import in_a_thread
from support.upstream import description

Echo = Callable[[str, str], bytes]
"""What a server writes for the Authorization and the Cookie that it was sent."""


@contextmanager
def repeating(echo: Echo) -> Iterator[str]:
    """Yield the URL of a server that writes its whole answer from what it is sent."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.wfile.write(echo(self.headers.get("Authorization", ""), self.headers.get("Cookie", "")))

        do_POST = do_GET

        def log_message(self, format: str, *args: Any) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    with in_a_thread(server) as origin:
        yield origin


def answer(body: str, *headers: str, status: int = 200) -> bytes:
    data = body.encode()
    head = (f"HTTP/1.1 {status} X", "Content-Type: application/json", f"Content-Length: {len(data)}", *headers)
    return "\r\n".join(head).encode() + b"\r\n\r\n" + data


def after_scheme(authorization: str, cookie: str) -> bytes:
    return answer(json.dumps({"t": authorization.partition(" ")[2]}))


def plain(authorization: str) -> str:
    return base64.b64decode(authorization.partition(" ")[2]).decode()


def decoded(authorization: str, cookie: str) -> bytes:
    return answer(json.dumps({"t": plain(authorization)}))


def cookie_values(authorization: str, cookie: str) -> bytes:
    return answer(json.dumps([each.partition("=")[2] for each in cookie.split("; ")]), status=400)


def with_escapes(form: str) -> Echo:
    """Return what repeats a token with its marks escaped; `form` is a format of their numbers."""

    def echo(authorization: str, cookie: str) -> bytes:
        token = authorization.partition(" ")[2]
        escaped = "".join(char if char.isalnum() else form.format(ord(char)) for char in token)
        return answer(f"<p>{escaped}</p>", status=500)

    return echo


MARKS = "Ab3+dEf/GhI==-&<'>z"
BASIC = base64.b64encode(b"joe:pa55w0rd-x").decode()
DRF = {"k": {"type": "apiKey", "in": "header", "name": "Authorization"}}


@pytest.mark.requirement(10)
@pytest.mark.parametrize(
    ("options", "echo", "secret"),
    [
        (["-H", "Authorization: Bearer hdr-T0KEN-55"], after_scheme, "T0KEN"),
        (["-H", f"Authorization: Basic {BASIC}"], decoded, "pa55w0rd"),
        (["-H", "Cookie: sid=c00kie-S3CRET; x=1"], cookie_values, "S3CRET"),
        (["-H", 'Cookie: x=1; sid="c00kie-S3CRET"'], cookie_values, "S3CRET"),
        (["--api-key", "Token drf-S3CRET-1"], after_scheme, "S3CRET"),
        (["--auth", "k=Token drf-S3CRET-1"], after_scheme, "S3CRET"),
        (["--bearer", MARKS], with_escapes("\\u{:04X}"), "dEf"),
        (["--bearer", MARKS], with_escapes("\\u{:04x}"), "dEf"),
        (["--bearer", MARKS], with_escapes("&#{:d};"), "dEf"),
        (["--bearer", MARKS], with_escapes("&#x{:X};"), "dEf"),
        (["--bearer", MARKS], with_escapes("%25{:02x}"), "dEf"),
    ],
)
def test_a_credential_that_the_api_repeats_in_part_is_masked(
    tmp_path: Path, options: list[str], echo: Echo, secret: str
) -> None:
    """security.md 10: values are redacted where the upstream echoes them."""
    with repeating(echo) as url:
        document = description("/echo", server=url, security=[{"k": []}], components={"securitySchemes": DRF})
        (tmp_path / "api.json").write_text(json.dumps(document))
        loud = ("--allow-anonymous", "--log-level", "debug")
        ended = run_command("call", "echo", "--spec", "api.json", *options, *loud, folder=tmp_path)
    assert secret not in ended.out + ended.err
    assert "***" in ended.out + ended.err


CLIENT_SECRET = "cl/ient+S3CRET==ab cd"


@pytest.mark.requirement(10)
@pytest.mark.parametrize(
    "echo",
    [
        lambda sent, _: f"HTTP/1.1 200 OK\r\n{sent}\r\n\r\n".encode(),
        lambda sent, _: answer("{}", f"Content-Encoding: {sent.partition(' ')[2]}"),
        lambda sent, _: answer("{}", f"Location: http://localhost:1/{sent.partition(' ')[2]}", status=302),
        lambda sent, _: answer(json.dumps({"error": "x", "error_description": sent}), status=401),
        lambda sent, _: answer(json.dumps({"error": plain(sent)}), status=401),
    ],
    ids=["header line", "Content-Encoding", "Location", "error", "decoded"],
)
def test_a_clients_secret_that_its_provider_repeats_is_masked(tmp_path: Path, echo: Echo) -> None:
    """security.md 10 and 35: as it is sent it is neither the secret nor the plain base64 of it. RFC 6749, 2.3.1."""
    with repeating(echo) as url:
        flow = {"clientCredentials": {"tokenUrl": f"{url}/token", "scopes": {}}}
        schemes = {"o": {"type": "oauth2", "flows": flow}}
        document = description("/echo", server=url, security=[{"o": []}], components={"securitySchemes": schemes})
        (tmp_path / "api.json").write_text(json.dumps(document))
        options = ("--client-id", "cid", "--client-secret", CLIENT_SECRET, "--log-level", "debug")
        ended = run_command("call", "echo", "--spec", "api.json", *options, folder=tmp_path)
    encoded = quote(CLIENT_SECRET, safe="")
    basic = base64.b64encode(f"cid:{encoded}".encode()).decode()
    assert "***" in ended.err
    assert [form for form in (CLIENT_SECRET, encoded, basic[8:40]) if form in ended.out + ended.err] == []
