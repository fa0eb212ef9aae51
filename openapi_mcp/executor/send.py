"""The one place that sends anything upstream: httpx, pooled, capped, without cookies of its own."""

import ssl
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.cookiejar import CookieJar, DefaultCookiePolicy
from types import TracebackType
from typing import TYPE_CHECKING, Self

from openapi_mcp.model.message import HttpRequest, HttpResponse
from openapi_mcp.model.url import origin

if TYPE_CHECKING:
    import httpx

MAX_REDIRECTS = 5
_MAX_CONNECTIONS = 100
_PIECE = 65536  # bytes that are unpacked at a time


class SendError(Exception):
    """A request that got no usable answer."""


class UnsendableError(SendError):
    """The request is none that HTTP can carry: nothing was sent."""


class UnreachableError(SendError):
    """No connection was made: nothing was sent."""


class TooLargeError(SendError):
    """The answer's body is larger than the cap."""


class BrokenAnswerError(SendError):
    """What came back is no HTTP answer, or ended before its end."""


@dataclass(slots=True)
class Sender:
    """Sends requests over a pool of connections, one for plain HTTP and one for TLS. An async context manager."""

    max_body: int
    user_agent: str
    _clients: "dict[bool, httpx.AsyncClient]" = field(init=False, repr=False, default_factory=dict)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for client in self._clients.values():
            await client.aclose()

    def prepare(self, url: str) -> "httpx.AsyncClient":
        """Return the client for a URL, made when one of its kind is first asked for."""
        is_plain = url[:5].lower() == "http:"
        if is_plain not in self._clients:
            self._clients[is_plain] = self._new_client(is_plain)
        return self._clients[is_plain]

    def _new_client(self, is_plain: bool) -> "httpx.AsyncClient":
        import httpx

        # Where nothing is encrypted no certificates are loaded, which takes longer than all the rest; none is trusted.
        trusted = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if is_plain else True
        return httpx.AsyncClient(
            verify=trusted,
            follow_redirects=False,
            timeout=None,  # noqa: S113  the executor holds every call to one deadline
            limits=httpx.Limits(max_connections=_MAX_CONNECTIONS, max_keepalive_connections=_MAX_CONNECTIONS),
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),  # no state passes between callers
            headers={"User-Agent": self.user_agent, "Accept-Encoding": "gzip"},
        )

    async def send(self, request: HttpRequest) -> HttpResponse:
        """Return the answer to a request, redirects within its origin followed (at most 5).

        Raises:
            UnsendableError: a URL that is too long, or a header that HTTP does not allow.
            UnreachableError: no connection.
            TooLargeError: more than `max_body` decompressed bytes.
            BrokenAnswerError: not HTTP, cut short, or redirected without end.
        """
        import httpx

        try:
            client = self.prepare(request.url)
            return await self._follow(client, _as_httpx(client, request))
        except (httpx.InvalidURL, httpx.LocalProtocolError, UnicodeEncodeError) as error:
            raise UnsendableError(_reason(error)) from error
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError, httpx.UnsupportedProtocol) as error:
            raise UnreachableError(_reason(error)) from error
        except (httpx.HTTPError, httpx.StreamError, zlib.error) as error:
            raise BrokenAnswerError(_reason(error)) from error

    async def _follow(self, client: "httpx.AsyncClient", request: "httpx.Request") -> HttpResponse:
        import httpx

        no_auth = httpx.Auth()  # None would let httpx make an Authorization of the user in a redirect's URL
        for _ in range(MAX_REDIRECTS + 1):
            response = await client.send(request, stream=True, auth=no_auth)
            try:
                onward = response.next_request
                if onward is None or origin(str(onward.url)) != origin(str(request.url)):
                    return await self._read(response, onward)
            finally:
                await response.aclose()
            request = _as_it_was(request, onward)
        raise BrokenAnswerError(f"more than {MAX_REDIRECTS} redirects")

    async def _read(self, response: "httpx.Response", onward: "httpx.Request | None") -> HttpResponse:
        body = bytearray()
        unpacker = None
        async for packed in response.aiter_raw():
            unpacker = unpacker or _unpacker(response)
            for piece in unpacker.pieces(packed):
                body += piece
                if len(body) > self.max_body:
                    raise TooLargeError(f"the answer is larger than {self.max_body:,} bytes")
        if unpacker is not None:
            unpacker.finish()
        return HttpResponse(
            status=response.status_code,
            url=str(response.url),
            headers=tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers.raw),
            body=bytes(body),
            redirect=str(onward.url) if onward is not None else None,
        )


def _as_httpx(client: "httpx.AsyncClient", request: HttpRequest) -> "httpx.Request":
    headers = [(name.encode("ascii"), value.encode()) for name, value in request.headers]
    made = client.build_request(request.method, request.url, headers=headers, content=request.body)
    made.method = request.method  # httpx writes it in capitals; methods are told apart by case (RFC 9110 section 9.1)
    return made


def _as_it_was(request: "httpx.Request", onward: "httpx.Request") -> "httpx.Request":
    """Give a redirect within its origin the method as it was written, and the cookies that httpx has in no jar."""
    if onward.method == request.method.upper():
        onward.method = request.method
    if "cookie" in request.headers:
        onward.headers["cookie"] = request.headers["cookie"]
    return onward


class _Plain:
    """A body that is not packed."""

    def pieces(self, packed: bytes) -> Iterator[bytes]:
        yield packed

    def finish(self) -> None:
        """Nothing can be missing."""


_MEMBER = b"\x1f\x8b"


class _Gunzip:
    """Undoes `Content-Encoding: gzip` a piece at a time: a thousand bytes may hold a gigabyte."""

    def __init__(self) -> None:
        self._engine = zlib.decompressobj(zlib.MAX_WBITS | 16)

    def pieces(self, packed: bytes) -> Iterator[bytes]:
        piece = b""
        while packed or (len(piece) == _PIECE and not self._engine.eof):
            if self._engine.eof:  # another member follows (RFC 1952 section 2.2), or padding
                if not packed.startswith(_MEMBER):
                    return
                self._engine = zlib.decompressobj(zlib.MAX_WBITS | 16)
            piece = self._engine.decompress(packed, _PIECE)
            packed = self._engine.unused_data if self._engine.eof else self._engine.unconsumed_tail
            yield piece

    def finish(self) -> None:
        if not self._engine.eof:
            raise BrokenAnswerError("the packed body ends before its end")


def _unpacker(response: "httpx.Response") -> _Plain | _Gunzip:
    encoding = response.headers.get("content-encoding", "").strip().lower()
    if encoding in ("gzip", "x-gzip"):
        return _Gunzip()
    if encoding in ("", "identity"):
        return _Plain()
    raise BrokenAnswerError(f"its Content-Encoding {encoding!r} was not asked for")


def _reason(error: Exception) -> str:
    return str(error) or type(error).__name__
