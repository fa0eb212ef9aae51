"""Bytes from a source, over HTTP in this file, else from this machine (local.py). Size and time are capped."""

import ssl
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from http.cookiejar import CookieJar
from typing import TYPE_CHECKING

import anyio

from openapi_mcp.errors import SourceError
from openapi_mcp.loader.conditional import ask_if_changed, is_conditional, validators_of
from openapi_mcp.loader.local import from_command, from_file, from_stdin
from openapi_mcp.loader.size import check_size
from openapi_mcp.loader.source import CommandSource, FileSource, Source, StdinSource, UrlSource
from openapi_mcp.model.address import Bounds, Reach, farthest
from openapi_mcp.model.part import Validators
from openapi_mcp.model.text import one_line
from openapi_mcp.model.url import origin, redact_url
from openapi_mcp.peer import Peer, TooNearError, watch
from openapi_mcp.tls import Trust, certificate_fault

if TYPE_CHECKING:
    import httpx  # imported where it is used: it costs a command that fetches nothing half of its start

DEADLINE = 60.0  # seconds, for all of it
MAX_REDIRECTS = 5
_ENCODINGS = ("gzip", "deflate")  # at most a thousandfold; others, and one in another, unpack without measure
_ACCEPT = "application/json, application/yaml;q=0.9, application/vnd.oai.openapi;q=0.9, */*;q=0.5"

Progress = Callable[[int, int | None], None]
"""Told of bytes received so far, and of all bytes where that is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A document's bytes and the URL they came from, None for a local source.

    `is_unchanged` where they are what the validators told of that it was asked with: then no bytes are sent. `reach` is
    where the URL's address leads, None for a local source.
    """

    data: bytes
    base_uri: str | None = None
    validators: Validators | None = None
    is_unchanged: bool = False
    reach: Reach | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asking:
    """How a URL is asked; see `fetch`."""

    within_origin: bool
    known: Validators | None
    trust: Trust
    bounds: Bounds | None


async def fetch(
    source: Source,
    progress: Progress | None = None,
    *,
    within_origin: bool = False,
    known: Validators | None = None,
    trust: Trust | None = None,
    bounds: Bounds | None = None,
) -> Fetched:
    """Return the bytes of a document; `within_origin` refuses a redirect to another origin.

    `known` is for who still has those that it tells of. `trust` says whose certificates are believed. `bounds` are for
    what a document names, None for what the operator typed.

    Raises:
        SourceError: unreachable, not found, refused, too slow (60 s), too large (64 MB) or too often redirected (5), or
            nearer than its bounds.
        ConfigError, CredentialsError: a file that `trust` names cannot be used.
    """
    asking = _Asking(within_origin=within_origin, known=known, trust=trust or Trust(), bounds=bounds)
    try:
        with anyio.fail_after(DEADLINE):
            return await _fetch(source, progress or _silent, asking)
    except TimeoutError:
        raise SourceError(
            f"the document did not arrive within {DEADLINE:.0f} s",
            where=str(source),
            hint="save it to a file and give that",
        ) from None


def _silent(_received: int, _total: int | None) -> None:
    """Report nothing."""


async def _fetch(source: Source, progress: Progress, asking: _Asking) -> Fetched:
    match source:
        case UrlSource():
            return await _from_url(source, progress, asking)
        case FileSource():
            return Fetched(data=await from_file(source))
        case StdinSource():
            return Fetched(data=await from_stdin(source))
        case CommandSource():
            return Fetched(data=await from_command(source))


async def _from_url(source: UrlSource, progress: Progress, asking: "_Asking") -> Fetched:
    import httpx

    try:
        async with AsyncExitStack() as stack:
            response, reach = await _answer(source, asking, _Clients(asking.trust, stack))
            if response.status_code == 304 and is_conditional(response.request.headers):
                return Fetched(data=b"", validators=asking.known, is_unchanged=True, reach=reach)
            _check_status(source, response.status_code)
            _check_encoding(source, response.headers.get("content-encoding", ""))
            data = await _read_body(source, response, progress)
            base_uri = str(response.url.copy_with(userinfo=b"", fragment=None))
            validators = validators_of(str(response.request.url), response.headers)
            return Fetched(data=data, base_uri=base_uri, validators=validators, reach=reach)
    except TooNearError as error:
        hint = "where it is right, give the URL itself, or save what is there to a file"
        raise SourceError(f"not fetched: {error}", where=str(source), hint=hint) from None
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError, ssl.SSLError) as error:
        raise _unreachable(source, error) from None  # UnicodeError: a host name that is none


@dataclass(frozen=True, slots=True)
class _Clients:
    """An HTTP client for each kind of origin that redirects lead through: our certificate is not for all of them."""

    trust: Trust
    stack: AsyncExitStack
    jar: CookieJar = field(default_factory=CookieJar)
    made: "dict[ssl.SSLContext, httpx.AsyncClient]" = field(default_factory=dict)

    async def client(self, url: str) -> "httpx.AsyncClient":
        import httpx

        context = self.trust.context(origin(url))
        if context not in self.made:
            client = httpx.AsyncClient(timeout=DEADLINE, cookies=self.jar, verify=context)
            self.made[context] = await self.stack.enter_async_context(client)
        return self.made[context]


async def _answer(source: UrlSource, asking: "_Asking", clients: _Clients) -> "tuple[httpx.Response, Reach]":
    """Return the answer that redirects lead to, which is closed with the clients, and where it came from.

    What the operator typed may be anywhere; from there on redirects lead no nearer than they have come from.
    """
    import httpx

    bounds, next_request, auth = asking.bounds, _request(source), None
    for _ in range(MAX_REDIRECTS + 1):
        request = next_request
        _check_redirect(source, asking.within_origin, request)
        ask_if_changed(asking.known, str(request.url), request.headers)
        peer = watch(request, bounds or Bounds())
        client = await clients.client(str(request.url))
        response = await client.send(request, stream=True, auth=auth or httpx.USE_CLIENT_DEFAULT)
        clients.stack.push_async_callback(response.aclose)
        if response.next_request is None:
            return response, peer.reach
        await response.aclose()
        bounds = _from_here_on(bounds, peer)
        next_request, auth = response.next_request, httpx.Auth()  # a redirect brings no user of its own
    raise SourceError(
        f"more than {MAX_REDIRECTS} redirects", where=str(source), hint="give the URL they should lead to"
    )


def _request(source: UrlSource) -> "httpx.Request":
    import httpx

    headers = {"Accept": _ACCEPT, "Accept-Encoding": ", ".join(_ENCODINGS), "User-Agent": "openapi-mcp"}
    return httpx.Request("GET", source.url, headers={**headers, "Connection": "keep-alive"})


def _from_here_on(bounds: Bounds | None, peer: Peer) -> Bounds:
    """Return what bounds the next redirect: how far this one has come, its own origin aside."""
    if bounds is None:
        here = origin(peer.url)
        return Bounds(reach=peer.reach, exempt=frozenset((here,) if here else ()))
    return replace(bounds, reach=farthest(bounds.reach, peer.reach))


def _check_redirect(source: UrlSource, within_origin: bool, request: "httpx.Request") -> None:
    """Stop a redirect from https to http: whoever reads the wire could write the document.

    And keep what a document refers to within its origin.
    """
    if source.url.lower().startswith("https:") and request.url.scheme != "https":
        raise SourceError(
            f"redirected from https to {redact_url(str(request.url))!r}",
            where=str(source),
            hint="give an https URL",
        )
    if within_origin and origin(str(request.url)) != origin(source.url):
        raise SourceError(
            f"redirected to another origin, {redact_url(str(request.url))!r}",
            where=str(source),
            hint="allow it with --allow-remote-refs",
        )


def _check_status(source: UrlSource, status: int) -> None:
    if status == 304:
        raise SourceError(
            "the document's URL answered 304 (not modified), and was not asked whether it has changed",
            where=str(source),
            hint="ask it with curl -v; a cache in between may answer wrongly",
        )
    if status < 400:
        return
    hint = "check the URL in a browser"
    if status in (401, 403):
        hint = "credentials are not sent for a document; give --spec-command 'curl -H ... URL', or save it to a file"
    elif status == 404:
        hint = "check the path: /openapi.json, /openapi.yaml, /api/schema/ and /v3/api-docs are common"
    raise SourceError(f"the document's URL answered {status}", where=str(source), hint=hint)


def _check_encoding(source: UrlSource, encoding: str) -> None:
    if encoding.strip().lower() not in ("", "identity", *_ENCODINGS):
        raise SourceError(
            f"the document arrives in the encoding {one_line(encoding, 40)!r}, which was not asked for",
            where=str(source),
            hint="save it to a file and give that",
        )


async def _read_body(source: Source, response: "httpx.Response", progress: Progress) -> bytes:
    length = response.headers.get("content-length", "")
    total = int(length) if length.isdecimal() and len(length) < 20 else None
    data = bytearray()
    async for chunk in response.aiter_bytes():
        data += chunk
        check_size(len(data), str(source))
        progress(len(data), total)
    return bytes(data)


def _unreachable(source: Source, error: Exception) -> SourceError:
    import httpx

    reason = one_line(str(error), 200) or type(error).__name__
    if fault := certificate_fault(error):
        return SourceError(f"cannot connect: {fault.message}", where=str(source), hint=fault.hint)
    if isinstance(error, httpx.ConnectError):
        return SourceError(
            f"cannot connect: {reason}", where=str(source), hint="check host and port, and that the API runs"
        )
    return SourceError(f"cannot fetch the document: {reason}", where=str(source), hint="check the URL and the network")
