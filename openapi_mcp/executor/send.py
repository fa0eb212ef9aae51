"""The one place that sends anything upstream: httpx, a connection a lane, capped, without cookies of its own."""

import math
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable, Hashable
from dataclasses import dataclass, field, replace
from http.cookiejar import CookieJar, DefaultCookiePolicy
from types import TracebackType
from typing import TYPE_CHECKING, Self, cast
from urllib.request import getproxies

import anyio

from openapi_mcp.errors import OpenapiMcpError
from openapi_mcp.executor.answer import Answer
from openapi_mcp.executor.faults import (
    AddressError,
    BrokenAnswerError,
    CertificateError,
    LostError,
    NoTurnError,
    SendError,
    SilenceError,
    TooLargeError,
    UnreachableError,
    UnsendableError,
    UploadError,
)
from openapi_mcp.executor.lanes import Lane, Lanes, shut
from openapi_mcp.executor.unpack import ACCEPT_ENCODING
from openapi_mcp.executor.upload import pieces
from openapi_mcp.model.address import Bounds
from openapi_mcp.model.message import Headers, HttpRequest, HttpResponse, Streamed
from openapi_mcp.model.url import Origin, origin
from openapi_mcp.peer import TooNearError, watch
from openapi_mcp.tls import Trust, certificate_fault

if TYPE_CHECKING:
    import httpx

__all__ = [
    "MAX_REDIRECTS", "AddressError", "BrokenAnswerError", "CertificateError", "LostError", "NoTurnError", "SendError",
    "Sender", "SilenceError", "TooLargeError", "UnreachableError", "UnsendableError", "UploadError",
]  # fmt: skip

MAX_REDIRECTS = 5
Authorize = Callable[[HttpRequest], HttpRequest]
"""Sets credentials on a request, wherever it may carry them."""
Watch = Callable[[Answer, anyio.CancelScope], None]
"""Told, when a request's turn has come, what its answer comes in as, and the scope that ends it."""
_Carrier = Callable[["httpx.Request"], Awaitable["httpx.Response"]]


@dataclass(slots=True)
class Sender:
    """Sends requests, at most `max_concurrency` at a time, the others in their turn. An async context manager.

    `trust` says whose certificates are believed, and which origins see ours; `bounds`, how near those may be that the
    operator did not name.
    """

    max_body: int
    user_agent: str
    max_concurrency: int = 100
    trust: Trust = field(default_factory=Trust)
    bounds: Bounds = field(default_factory=Bounds)
    queued: int = field(init=False, default=0)
    queued_seconds: float = field(init=False, default=0.0)
    _lanes: Lanes[_Carrier] = field(init=False, repr=False)
    _turns: anyio.Semaphore = field(init=False, repr=False)

    async def __aenter__(self) -> Self:
        self._lanes = Lanes(self._new_lane)
        self._turns = anyio.Semaphore(self.max_concurrency, fast_acquire=True)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._lanes.aclose()

    async def prepare(self, url: str) -> None:
        """Make what the first request to a URL would have to wait for."""
        await self._lanes.give_back(self._lanes.take(origin(url)))

    def _new_lane(self, where: Hashable) -> Lane[_Carrier]:
        import httpx

        trust = self.trust.context(cast("Origin | None", where))
        one = httpx.Limits(max_connections=1, max_keepalive_connections=1)
        if getproxies():  # which of them is for which host, only a client of httpx knows
            client = httpx.AsyncClient(verify=trust, limits=one, timeout=None, cookies=_no_cookies())  # noqa: S113
            return Lane(where, _through(client), client.aclose)
        transport = httpx.AsyncHTTPTransport(verify=trust, limits=one)
        return Lane(where, transport.handle_async_request, transport.aclose)

    async def send(
        self,
        request: HttpRequest,
        deadline: float = math.inf,
        authorize: Authorize = lambda request: request,
        watch: Watch | None = None,
    ) -> HttpResponse:
        """Return the answer to a request, redirects within its origin followed (at most 5), each authorized anew.

        `deadline` is in the clock of `anyio.current_time`; waiting for a turn counts. An answer without end, and
        one that refuses, is returned as far as it came.

        Any origin may be asked, a token endpoint too: without `authorize` no credential goes along but those in the
        request itself, and our certificate is shown to none but the origins that `trust` knows.

        Raises:
            TimeoutError: the deadline came before the answer was whole; a SilenceError, before anything of it.
            UnsendableError: a URL that is too long, or a header that HTTP does not allow.
            UploadError: a file to send is missing, or has changed.
            UnreachableError: no connection; a CertificateError where a certificate is why.
            AddressError: the origin's address is nearer than `bounds` allow.
            NoTurnError: the deadline came before the request's turn.
            TooLargeError: more than `max_body` decompressed bytes.
            BrokenAnswerError: not HTTP, cut short, or redirected without end.
        """
        answer = Answer(self.max_body)
        had_turn = False
        with anyio.CancelScope(deadline=deadline) as scope:
            began = anyio.current_time()
            async with self._turns:
                had_turn = True
                self._count(anyio.current_time() - began)
                if watch is not None:
                    watch(answer, scope)
                return await self._exchange(request, answer, authorize)
        if not had_turn:
            raise NoTurnError(f"{self.max_concurrency} calls were in flight already")
        if came := answer.at_deadline():
            return came
        raise TimeoutError if answer.steps else SilenceError

    @property
    def waiting(self) -> int:
        """How many requests wait for their turn."""
        return self._turns.statistics().tasks_waiting

    def _count(self, seconds: float) -> None:
        if seconds >= _A_WAIT:
            self.queued += 1
            self.queued_seconds += seconds

    async def _exchange(self, request: HttpRequest, answer: Answer, authorize: Authorize) -> HttpResponse:
        import httpx

        try:
            return await self._follow(request, answer, authorize)
        except (httpx.InvalidURL, httpx.LocalProtocolError, UnicodeEncodeError) as error:
            raise UnsendableError(_reason(error)) from error
        except TooNearError as error:
            raise AddressError(_reason(error)) from error
        except OpenapiMcpError as error:  # a file of certificates is no longer what it was
            raise CertificateError(error.message, error.hint or "") from error
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError, httpx.UnsupportedProtocol) as error:
            if answer.steps:  # it was sent, and redirected: what it was to do may be done
                raise BrokenAnswerError(f"it redirects to where no connection is made: {_reason(error)}") from error
            raise _unreachable(error) from error
        except (httpx.HTTPError, httpx.StreamError, ssl.SSLError) as error:
            if fault := certificate_fault(error):  # TLS 1.3: a server refuses us when the request is on its way
                raise CertificateError(fault.message, fault.hint or "") from error
            if came := answer.broken_off():
                return came
            if answer.became_get:  # what the request was to do is done: it is not to be sent again
                raise BrokenAnswerError(f"where it redirects to gives no answer: {_reason(error)}") from error
            raise _broken(error, has_begun=answer.steps > 0) from error
        except BrokenAnswerError:
            if came := answer.broken_off():
                return came
            raise

    async def _follow(self, request: HttpRequest, answer: Answer, authorize: Authorize) -> HttpResponse:
        for _ in range(MAX_REDIRECTS + 1):
            found = await self._over_a_lane(authorize(request), answer)
            if isinstance(found, HttpResponse):
                return found
            answer.was_redirected = True
            answer.became_get = answer.became_get or found.method != request.method
            request = found
        raise BrokenAnswerError(f"more than {MAX_REDIRECTS} redirects")

    async def _over_a_lane(self, request: HttpRequest, answer: Answer) -> HttpResponse | HttpRequest:
        """Return the answer, or the request that it redirects to within the origin."""
        content = pieces(request.body) if isinstance(request.body, Streamed) else request.body
        made = _as_httpx(request, content, self.user_agent)
        where = origin(request.url)
        if self.bounds.bind(where):
            watch(made, self.bounds)
        lane = self._lanes.take(where)
        try:
            response = await lane.carrier(made)
            try:
                found = await _read(request, response, answer)
            finally:
                await response.aclose()
        except BaseException:  # also a cancellation: the connection is amid an answer; then it rises
            await shut(lane)
            raise
        finally:
            if isinstance(content, AsyncGenerator):
                await content.aclose()
        await self._lanes.give_back(lane)
        return found


async def _read(request: HttpRequest, response: "httpx.Response", answer: Answer) -> HttpResponse | HttpRequest:
    answer.begin(response.status_code, request.url, _plain(response.headers))
    onward = _onward(request, response)
    if onward is not None and origin(onward.url) == origin(request.url) and answer.may_lead_to(onward.url):
        answer.was_led_on = answer.was_led_on or response.status_code == 303
        return onward
    async for packed in response.aiter_raw():
        if enough := answer.take(packed):
            return enough
    return answer.whole(redirect=onward.url if onward is not None else None)


def _plain(headers: "httpx.Headers") -> Headers:
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in headers.raw)


def _as_httpx(request: HttpRequest, content: bytes | AsyncGenerator[bytes] | None, user_agent: str) -> "httpx.Request":
    import httpx

    defaults = {"Accept": "*/*", "Accept-Encoding": ACCEPT_ENCODING, "Connection": "keep-alive"}
    pairs = {**defaults, "User-Agent": user_agent}
    if isinstance(request.body, Streamed):
        pairs["Content-Length"] = str(request.body.size)
    given = {name.lower() for name, _ in request.headers}
    headers = [(name.encode(), value.encode()) for name, value in pairs.items() if name.lower() not in given]
    headers += [(name.encode("ascii"), value.encode()) for name, value in request.headers]
    made = httpx.Request(request.method, request.url, headers=headers, content=content)
    made.method = request.method  # httpx writes it in capitals; methods are told apart by case (RFC 9110 section 9.1)
    return made


def _onward(request: HttpRequest, response: "httpx.Response") -> HttpRequest | None:
    """Return the request that a redirect asks for; None where the answer is none.

    POST becomes GET as browsers have it, every method but HEAD with 303; else it stays, its body too. RFC 9110, 15.4.
    """
    if response.status_code not in (301, 302, 303, 307, 308) or "location" not in response.headers:
        return None
    url = _joined(request.url, response.headers["location"])
    is_post = response.status_code in (301, 302) and request.method == "POST"
    if not is_post and (response.status_code != 303 or request.method in ("GET", "HEAD")):
        return replace(request, url=url)
    kept = tuple(pair for pair in request.headers if not pair[0].lower().startswith("content-"))
    return replace(request, method="GET", url=url, headers=kept, body=None)


def _joined(base: str, location: str) -> str:
    """Return where a Location leads, without fragment."""
    import httpx

    try:
        url = httpx.URL(base).join(location)
        if url.scheme and not url.host:
            url = url.copy_with(host=httpx.URL(base).host)
    except (httpx.InvalidURL, ValueError) as error:
        raise BrokenAnswerError(f"it redirects to no URL: {_reason(error)}") from error
    return str(url.copy_with(fragment=None))


def _through(client: "httpx.AsyncClient") -> _Carrier:
    import httpx

    no_auth = httpx.Auth()  # None would let httpx make an Authorization of the user in a URL

    async def carry(request: "httpx.Request") -> "httpx.Response":
        return await client.send(request, stream=True, auth=no_auth)

    return carry


def _unreachable(error: Exception) -> UnreachableError:
    fault = certificate_fault(error)
    return CertificateError(fault.message, fault.hint or "") if fault else UnreachableError(_reason(error))


_A_WAIT = 0.001  # seconds; shorter is no waiting
_LOST = ("Server disconnected", "peer closed connection")  # so httpcore and h11 say it, among what is no HTTP


def _broken(error: Exception, *, has_begun: bool) -> BrokenAnswerError:
    import httpx

    said = _reason(error)
    is_lost = isinstance(error, httpx.NetworkError) or said.startswith(_LOST)
    return LostError(said, has_begun=has_begun) if is_lost else BrokenAnswerError(said)


def _no_cookies() -> CookieJar:
    return CookieJar(DefaultCookiePolicy(allowed_domains=()))  # no state passes between callers


def _reason(error: Exception) -> str:
    return str(error) or type(error).__name__
