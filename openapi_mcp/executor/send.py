"""The one place that sends anything upstream: httpx, pooled, capped, without cookies of its own."""

from dataclasses import dataclass, field
from http.cookiejar import CookieJar, DefaultCookiePolicy
from types import TracebackType
from typing import Self

import httpx

from openapi_mcp.model.message import HttpRequest, HttpResponse
from openapi_mcp.model.url import origin

MAX_REDIRECTS = 5
_MAX_CONNECTIONS = 100


class SendError(Exception):
    """A request that got no usable answer."""


class UnreachableError(SendError):
    """No connection was made: nothing was sent."""


class TooLargeError(SendError):
    """The answer's body is larger than the cap."""


class BrokenAnswerError(SendError):
    """What came back is no HTTP answer, or ended before its end."""


@dataclass(slots=True)
class Sender:
    """Sends requests over one pool of connections. An async context manager."""

    max_body: int
    user_agent: str
    _client: httpx.AsyncClient = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._client = httpx.AsyncClient(
            follow_redirects=False,
            timeout=None,  # noqa: S113  the executor holds every call to one deadline
            limits=httpx.Limits(max_connections=_MAX_CONNECTIONS, max_keepalive_connections=_MAX_CONNECTIONS),
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),  # no state passes between callers
            headers={"User-Agent": self.user_agent},
        )

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._client.__aexit__(kind, error, traceback)

    async def send(self, request: HttpRequest) -> HttpResponse:
        """Return the answer to a request, redirects within its origin followed (at most 5).

        Raises:
            UnreachableError: no connection.
            TooLargeError: more than `max_body` decompressed bytes.
            BrokenAnswerError: not HTTP, cut short, or redirected without end.
        """
        try:
            return await self._follow(self._prepare(request))
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError, httpx.UnsupportedProtocol) as error:
            raise UnreachableError(_reason(error)) from error
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            raise BrokenAnswerError(_reason(error)) from error

    def _prepare(self, request: HttpRequest) -> httpx.Request:
        headers = [(name.encode("ascii"), value.encode()) for name, value in request.headers]
        return self._client.build_request(request.method, request.url, headers=headers, content=request.body)

    async def _follow(self, request: httpx.Request) -> HttpResponse:
        for _ in range(MAX_REDIRECTS + 1):
            response = await self._client.send(request, stream=True)
            try:
                onward = response.next_request
                if onward is None or origin(str(onward.url)) != origin(str(request.url)):
                    return await self._read(response, onward)
            finally:
                await response.aclose()
            request = onward
        raise BrokenAnswerError(f"more than {MAX_REDIRECTS} redirects")

    async def _read(self, response: httpx.Response, onward: httpx.Request | None) -> HttpResponse:
        body = bytearray()
        async for chunk in response.aiter_bytes(65536):
            body += chunk
            if len(body) > self.max_body:
                raise TooLargeError(f"the answer is larger than {self.max_body:,} bytes")
        return HttpResponse(
            status=response.status_code,
            url=str(response.url),
            headers=tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers.raw),
            body=bytes(body),
            redirect=str(onward.url) if onward is not None else None,
        )


def _reason(error: Exception) -> str:
    return str(error) or type(error).__name__
