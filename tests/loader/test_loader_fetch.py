"""Bytes over HTTP, from servers that are really there."""

import gzip
import socket
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from pytest_httpx import HTTPXMock
from support.downloads import SHORT, refusal
from support.in_thread import in_a_thread

from openapi_mcp.loader.fetch import Fetched, fetch
from openapi_mcp.loader.source import UrlSource
from openapi_mcp.model.address import Reach

pytestmark = pytest.mark.anyio


@dataclass(slots=True)
class Web:
    """A server of canned answers; `ended` is set when the test is over, for those that hang until then."""

    url: str
    answers: "dict[str, Answer]" = field(default_factory=dict)
    seen: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    def serves(self, path: str, body: bytes = b"", status: int = 200, **headers: str) -> UrlSource:
        """Answer a path with these bytes; underscores in header names are dashes."""

        def answer(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(status)
            for name, value in {"Content_Length": str(len(body)), **headers}.items():
                handler.send_header(name.replace("_", "-"), value)
            handler.end_headers()
            handler.wfile.write(body)

        return self.does(path, answer)

    def does(self, path: str, answer: "Answer") -> UrlSource:
        """Answer a path by a function of the handler."""
        self.answers[path] = answer
        return UrlSource(url=f"{self.url}{path}")


Answer = Callable[[BaseHTTPRequestHandler], None]


@pytest.fixture
def web() -> Iterator[Web]:
    """A server on a free port of the loopback address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            site.seen.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
            with suppress(ConnectionError):
                site.answers[path](self)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site = Web(url=f"http://127.0.0.1:{server.server_port}")
    with in_a_thread(server):
        try:
            yield site
        finally:
            site.ended.set()


# --- over HTTP ---


async def test_a_document_is_fetched_with_its_url(web: Web) -> None:
    """design.md, Options: a URL."""
    source = web.serves("/openapi.json", b'{"a": 1}')
    expected = Fetched(data=b'{"a": 1}', base_uri=f"{web.url}/openapi.json", reach=Reach.LOOPBACK)
    assert await fetch(source) == expected


async def test_a_document_is_asked_for_as_json_or_yaml_without_credentials(web: Web) -> None:
    """Our choice: frameworks negotiate; drf-spectacular answers YAML unless asked."""
    await fetch(web.serves("/a"))
    ((_, headers),) = web.seen
    assert headers["accept"].startswith("application/json, application/yaml;")
    assert headers["accept-encoding"] == "gzip, deflate"
    assert headers["user-agent"] == "openapi-mcp"
    assert not {"authorization", "cookie"} & set(headers)


LONG_AGO = "Sat, 01 Jan 2000 00:00:00 GMT"


def conditions(web: Web) -> list[dict[str, str]]:
    """Return what each request asked conditionally."""
    names = ("if-none-match", "if-modified-since")
    return [{name: headers[name] for name in names if name in headers} for _, headers in web.seen]


async def test_what_was_fetched_is_asked_for_by_its_validators(web: Web) -> None:
    """RFC 9110 13.1: If-None-Match and If-Modified-Since, the values as they were given."""
    source = web.serves("/api.json", b"{}", ETag='W/"1"', Last_Modified=LONG_AGO)
    first = await fetch(source)
    web.serves("/api.json", b"", 304)
    again = await fetch(source, known=first.validators)
    assert (again.is_unchanged, again.data, again.validators) == (True, b"", first.validators)
    assert conditions(web) == [{}, {"if-none-match": 'W/"1"', "if-modified-since": LONG_AGO}]


async def test_what_has_changed_comes_with_its_own_validators(web: Web) -> None:
    """RFC 9110 13.1.2."""
    source = web.serves("/api.json", b"{}", ETag='"1"')
    first = await fetch(source)
    web.serves("/api.json", b"[]", ETag='"2"')
    again = await fetch(source, known=first.validators)
    assert (again.is_unchanged, again.data) == (False, b"[]")
    assert again.validators is not None
    assert again.validators.etag == '"2"'


async def test_a_304_that_was_not_asked_for_is_refused(web: Web) -> None:
    """RFC 9110 15.4.5: it answers conditional requests only."""
    refused = await refusal(web.serves("/api.json", b"", 304))
    assert refused.message.startswith("the document's URL answered 304 (not modified), and was not asked")


async def test_validators_are_for_the_url_that_gave_them(web: Web) -> None:
    """RFC 9110 8.8: a validator tells versions of one resource apart; another one may use the same words."""
    source = web.serves("/spec", b"", 302, Location="/a.json", ETag='"0"')
    web.serves("/a.json", b"{}", ETag='"1"')
    web.serves("/b.json", b"[]", ETag='"1"')
    known = (await fetch(source)).validators
    await fetch(source, known=known)
    web.serves("/spec", b"", 302, Location="/b.json")
    assert (await fetch(source, known=known)).data == b"[]"
    asked = [(path, "if-none-match" in headers) for path, headers in web.seen]
    assert asked[2:] == [("/spec", False), ("/a.json", True), ("/spec", False), ("/b.json", False)]


@pytest.mark.parametrize(
    ("modified", "date", "relied_on"),
    [
        (LONG_AGO, "Sat, 01 Jan 2000 00:00:01 GMT", True),
        (LONG_AGO, LONG_AGO, False),
        (LONG_AGO, "", False),
        ("yesterday", LONG_AGO, False),
        ("Sat, 01 Jan 2000 00:00:00 -0000", "Sat, 01 Jan 2000 00:00:09 GMT", False),
    ],
    ids=["settled", "within its second", "no date", "no time", "no time zone"],
)
async def test_a_time_is_relied_on_once_its_second_is_over(
    httpx_mock: HTTPXMock, modified: str, date: str, relied_on: bool
) -> None:
    """RFC 9110 8.8.2.2: a document may change twice in a second."""
    httpx_mock.add_response(content=b"{}", headers={"Last-Modified": modified, **({"Date": date} if date else {})})
    fetched = await fetch(UrlSource(url="https://example.com/api.json"))
    assert (fetched.validators is not None) is relied_on


@pytest.mark.parametrize("etag", ["", '"' + "x" * 500 + '"', '"\xe9"', '"\x01"'], ids=["none", "long", "é", "control"])
async def test_an_etag_that_we_would_not_send_is_not_kept(httpx_mock: HTTPXMock, etag: str) -> None:
    """Our choice: printable ASCII, of a sensible length."""
    httpx_mock.add_response(content=b"{}", headers=[(b"ETag", etag.encode("latin-1"))])
    assert (await fetch(UrlSource(url="https://example.com/api.json"))).validators is None


async def test_the_query_is_sent_and_userinfo_and_fragment_are_not_kept(web: Web) -> None:
    """security.md A10: the base for relative URLs holds no password."""
    web.serves("/a", b"x")
    host = web.url.removeprefix("http://")
    fetched = await fetch(UrlSource(url=f"http://me:pw@{host}/a?format=json#part"))
    assert fetched.base_uri == f"{web.url}/a?format=json"
    assert web.seen[0][0] == "/a?format=json"


async def test_progress_is_told_of_bytes_received_and_expected(web: Web) -> None:
    """Our choice: slow documents are reported on."""
    told: list[tuple[int, int | None]] = []
    await fetch(web.serves("/a", b"x" * 1000), lambda received, total: told.append((received, total)))
    assert told[-1] == (1000, 1000)


async def test_a_length_that_is_none_is_not_told(httpx_mock: HTTPXMock) -> None:
    """security.md B18: contradictory responses."""
    told: list[tuple[int, int | None]] = []
    httpx_mock.add_response(content=b"abc", headers={"Content-Length": "9" * 5000})
    await fetch(UrlSource(url="https://a.example/"), lambda received, total: told.append((received, total)))
    assert told == [(3, None)]


async def test_redirects_are_followed_and_the_last_url_is_the_base(web: Web) -> None:
    """security.md B19: at most 5 redirects."""
    for n in range(5):
        web.serves(f"/{n}", status=302, Location=f"/{n + 1}")
    web.serves("/5", b"{}")
    fetched = await fetch(UrlSource(url=f"{web.url}/0"))
    assert fetched == Fetched(data=b"{}", base_uri=f"{web.url}/5", reach=Reach.LOOPBACK)


@pytest.mark.requirement(19)
async def test_a_sixth_redirect_is_refused(web: Web) -> None:
    """security.md B19."""
    for n in range(6):
        web.serves(f"/{n}", status=302, Location=f"/{n + 1}")
    web.serves("/6", b"{}")
    assert (await refusal(UrlSource(url=f"{web.url}/0"))).message == "more than 5 redirects"
    assert [path for path, _ in web.seen] == [f"/{n}" for n in range(6)]


async def test_a_redirect_to_itself_ends(web: Web) -> None:
    """security.md B19."""
    source = web.serves("/a", status=301, Location="/a")
    assert (await refusal(source)).message == "more than 5 redirects"


@pytest.mark.requirement(19)
async def test_a_redirect_from_https_to_http_is_refused_unsent(httpx_mock: HTTPXMock) -> None:
    """security.md A7: never https to http; and the target's query is not shown."""
    httpx_mock.add_response(status_code=302, headers={"Location": "http://a.example/spec?token=SECRET"})
    error = await refusal(UrlSource(url="HTTPS://a.example/spec"))
    assert error.message == "redirected from https to 'http://a.example/spec?token=***'"
    assert [str(request.url) for request in httpx_mock.get_requests()] == ["https://a.example/spec"]


async def test_a_redirect_from_http_to_https_is_followed(httpx_mock: HTTPXMock) -> None:
    """Our choice: the usual one."""
    httpx_mock.add_response(
        url="http://a.example/spec", status_code=301, headers={"Location": "https://a.example/spec"}
    )
    httpx_mock.add_response(url="https://a.example/spec", content=b"{}")
    assert (await fetch(UrlSource(url="http://a.example/spec"))).base_uri == "https://a.example/spec"


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://a/b", "http://xn--a/", "http://\x7f/"])
async def test_a_redirect_to_what_is_no_http_url_is_refused(web: Web, target: str) -> None:
    """security.md A7, A8: a remote document never reads a file."""
    error = await refusal(web.serves("/a", status=302, Location=target))
    assert error.message.startswith("cannot fetch the document: ")


@pytest.mark.parametrize(
    ("status", "hint"),
    [(401, "--spec-command"), (403, "--spec-command"), (404, "/openapi.json"), (500, "browser"), (418, "browser")],
)
async def test_a_status_that_is_no_success_is_said_with_what_to_do(web: Web, status: int, hint: str) -> None:
    """style.md, Errors."""
    error = await refusal(web.serves("/a", b"<html>", status))
    assert error.message == f"the document's URL answered {status}"
    assert error.hint is not None
    assert hint in error.hint


@pytest.mark.parametrize(
    ("encoding", "encode"), [("gzip", gzip.compress), ("GZip", gzip.compress), ("deflate", zlib.compress)]
)
async def test_a_compressed_document_is_unpacked(web: Web, encoding: str, encode: Callable[[bytes], bytes]) -> None:
    """RFC 9110 section 8.4.1."""
    source = web.serves("/a", encode(b'{"a": 1}'), Content_Encoding=encoding)
    assert (await fetch(source)).data == b'{"a": 1}'


@pytest.mark.parametrize("encoding", ["gzip, gzip", "br", "zstd", "gzip,gzip,gzip,gzip", "x\x1b[31m"])
async def test_an_encoding_that_unpacks_without_measure_is_refused(httpx_mock: HTTPXMock, encoding: str) -> None:
    """security.md B19: a cap after decompression; a bomb in a bomb unpacks past it in one step."""
    httpx_mock.add_response(content=b"", headers={"Content-Encoding": encoding})
    error = await refusal(UrlSource(url="https://a.example/"))
    assert "which was not asked for" in error.message
    assert "\x1b" not in error.message


async def test_broken_compression_is_said(web: Web) -> None:
    """security.md B18: contradictory responses."""
    error = await refusal(web.serves("/a", b"this is not gzip", Content_Encoding="gzip"))
    assert error.message.startswith("cannot fetch the document: ")


@pytest.mark.requirement(19)
@pytest.mark.usefixtures("small_cap")
async def test_a_compressed_bomb_ends_at_the_cap(web: Web) -> None:
    """security.md B19: a byte cap after decompression."""
    source = web.serves("/a", gzip.compress(b"\0" * 50_000_000), Content_Encoding="gzip")
    assert (await refusal(source)).message == "the document is larger than 1 MB"


@pytest.mark.requirement(19)
@pytest.mark.usefixtures("small_cap")
async def test_an_endless_body_ends_at_the_cap(web: Web) -> None:
    """security.md B19: 64 MB, lowered here."""

    def endless(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        while not web.ended.is_set():
            handler.wfile.write(b"x" * 65536)

    assert (await refusal(web.does("/a", endless))).message == "the document is larger than 1 MB"


async def test_a_document_of_exactly_the_cap_is_read(web: Web, small_cap: int) -> None:
    """security.md B19."""
    assert len((await fetch(web.serves("/a", b"x" * small_cap))).data) == small_cap
    assert (await refusal(web.serves("/b", b"x" * (small_cap + 1)))).message == "the document is larger than 1 MB"


@pytest.mark.requirement(19)
@pytest.mark.usefixtures("short_deadline")
@pytest.mark.parametrize("say", [b"", b"HTTP/1.1 200 OK\r\n\r\n{"])
async def test_a_server_that_hangs_ends_at_the_deadline(web: Web, say: bytes) -> None:
    """security.md B19: a total deadline of 60 s, lowered here."""

    def hang(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(say)
        web.ended.wait()

    error = await refusal(web.does("/a", hang))
    assert error.message.startswith(("the document did not arrive within", "cannot fetch the document: ReadTimeout"))


@pytest.mark.requirement(19)
@pytest.mark.usefixtures("short_deadline")
async def test_a_server_that_trickles_ends_at_the_deadline(web: Web) -> None:
    """security.md B16: not only per-read timeouts."""

    def trickle(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        while not web.ended.wait(SHORT / 20):
            handler.wfile.write(b"x")

    error = await refusal(web.does("/a", trickle))
    assert error.message == "the document did not arrive within 0 s"


@pytest.mark.parametrize(
    "answer",
    [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", b"\x00\xff" * 50,
     b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"],
)  # fmt: skip
async def test_what_is_no_http_answer_is_said(web: Web, answer: bytes) -> None:
    """security.md B18: truncated, unframed, non-HTTP."""

    def say(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(answer)
        handler.close_connection = True

    error = await refusal(web.does("/a", say))
    assert error.message.startswith("cannot fetch the document: ")
    assert "\n" not in error.message


async def test_a_port_where_nobody_listens_is_said() -> None:
    """style.md, Errors."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{probe.getsockname()[1]}/openapi.json"
        error = await refusal(UrlSource(url=url))
    assert error.message.startswith("cannot connect: ")
    assert error.hint == "check host and port, and that the API runs"


@pytest.mark.parametrize(
    "url", ["http://xn--a/", "http://127.0.0.1:1/\x00", "http://a.example/\udcff", f"http://{'é' * 70}/"]
)
async def test_a_url_that_cannot_be_asked_is_said(url: str) -> None:
    """security.md B20: never a traceback; bytes of a command line that are no UTF-8 arrive as surrogates."""
    assert (await refusal(UrlSource(url=url))).message.startswith("cannot fetch the document: ")


async def test_a_secret_in_the_url_is_in_no_error(web: Web) -> None:
    """security.md A10."""
    web.serves("/a", status=500)
    host = web.url.removeprefix("http://")
    error = await refusal(UrlSource(url=f"http://me:SECRET@{host}/a?token=SECRET"))
    assert error.where == f"{web.url}/a?token=***"
    assert "SECRET" not in f"{error.message} {error.where} {error.hint}"
