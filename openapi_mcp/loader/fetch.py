"""Bytes from a source: over HTTP, from a file, from standard input, from a command. Size and time are capped.

What was fetched before is asked for by its validators (RFC 9110 13): a server that still has it does not send it again.
"""

import io
import ssl
import subprocess
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field, replace
from email.utils import parsedate_to_datetime
from http.cookiejar import CookieJar
from pathlib import Path
from typing import TYPE_CHECKING, cast

import anyio

from openapi_mcp.errors import OpenapiMcpError, SourceError
from openapi_mcp.loader.source import CommandSource, FileSource, Source, StdinSource, UrlSource
from openapi_mcp.model.address import Bounds, Reach, farthest
from openapi_mcp.model.part import Validators, digest
from openapi_mcp.model.text import one_line
from openapi_mcp.model.url import origin, redact_url
from openapi_mcp.peer import Peer, TooNearError, watch
from openapi_mcp.tls import Trust, certificate_fault

if TYPE_CHECKING:
    import httpx  # imported where it is used: it costs a command that fetches nothing half of its start

DEADLINE = 60.0  # seconds, for all of it
MAX_BYTES = 64_000_000  # after decompression
MAX_REDIRECTS = 5
_CHUNK = 1 << 20
_ENCODINGS = ("gzip", "deflate")  # at most a thousandfold; others, and one in another, unpack without measure
_LONGEST_VALIDATOR = 500
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
            return Fetched(data=await _from_file(source))
        case StdinSource():
            return Fetched(data=await _from_stdin(source))
        case CommandSource():
            return Fetched(data=await _from_command(source))


async def _from_url(source: UrlSource, progress: Progress, asking: "_Asking") -> Fetched:
    import httpx

    try:
        async with AsyncExitStack() as stack:
            response, reach = await _answer(source, asking, _Clients(asking.trust, stack))
            if response.status_code == 304 and _is_conditional(response.request):
                return Fetched(data=b"", validators=asking.known, is_unchanged=True, reach=reach)
            _check_status(source, response.status_code)
            _check_encoding(source, response.headers.get("content-encoding", ""))
            data = await _read_body(source, response, progress)
            base_uri = str(response.url.copy_with(userinfo=b"", fragment=None))
            return Fetched(data=data, base_uri=base_uri, validators=_validators(response), reach=reach)
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
        _ask_if_changed(asking.known, request)
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


def _ask_if_changed(known: Validators | None, request: "httpx.Request") -> None:
    """Ask the URL that gave the validators for what is new, and any other one for all."""
    asked = known if known is not None and known.url == _digest_of(request) else None
    fields = {"If-None-Match": asked and asked.etag, "If-Modified-Since": asked and asked.last_modified}
    for name, value in fields.items():
        request.headers.pop(name, None)  # of the URL that redirected to here
        if value:
            request.headers[name] = value


def _digest_of(request: "httpx.Request") -> str:
    return digest(str(request.url).encode())


def _is_conditional(request: "httpx.Request") -> bool:
    return "If-None-Match" in request.headers or "If-Modified-Since" in request.headers


def _validators(response: "httpx.Response") -> Validators | None:
    """Return what the answer's server tells this version by; None where it tells nothing that can be relied on."""
    etag, modified = (_usable(response.headers.get(name, "")) for name in ("etag", "last-modified"))
    if modified and not _is_settled(modified, response.headers.get("date", "")):
        modified = None
    if not (etag or modified):
        return None
    return Validators(url=_digest_of(response.request), etag=etag, last_modified=modified)


def _usable(value: str) -> str | None:
    return value if value.isascii() and value.isprintable() and 0 < len(value) <= _LONGEST_VALIDATOR else None


def _is_settled(modified: str, date: str) -> bool:
    """True where the document cannot have changed again within the second that its time names. RFC 9110 8.8.2.2."""
    try:
        return (parsedate_to_datetime(date) - parsedate_to_datetime(modified)).total_seconds() >= 1
    except (ValueError, TypeError):  # no dates, or one of them without a time zone
        return False


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
        if len(data) > MAX_BYTES:
            raise _too_large(source)
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


def _too_large(source: Source) -> SourceError:
    return SourceError(
        f"the document is larger than {MAX_BYTES // 1_000_000} MB", where=str(source), hint="serve a part of it"
    )


async def _from_file(source: FileSource) -> bytes:
    try:
        return await _unwaited(lambda: _read_all(source, Path(source.path).open("rb", buffering=0)))
    except (OSError, ValueError) as error:
        hint = "check the path; a URL starts with http:// or https://"
        raise SourceError(f"cannot read the file: {_reason(error)}", where=str(source), hint=hint) from None


async def _from_stdin(source: StdinSource) -> bytes:
    try:
        return await _unwaited(lambda: _read_all(source, open(0, "rb", buffering=0, closefd=False)))
    except OSError as error:
        hint = "pipe the document in, or give a file"
        raise SourceError(f"cannot read: {_reason(error)}", where=str(source), hint=hint) from None


def _read_all(source: Source, file: io.FileIO) -> bytes:
    data = bytearray()
    with file:
        while chunk := file.read(_CHUNK):
            data += chunk
            if len(data) > MAX_BYTES:
                raise _too_large(source)
    return bytes(data)


async def _unwaited(read: Callable[[], bytes]) -> bytes:
    """Read in a thread that nobody waits for: a pipe that stays silent cannot hold up the end of the process."""
    token, done = anyio.lowlevel.current_token(), anyio.Event()
    outcome: Future[bytes] = Future()

    def run() -> None:
        try:
            outcome.set_result(read())
        except (OSError, ValueError, SourceError) as error:
            outcome.set_exception(error)
        with suppress(anyio.RunFinishedError):
            anyio.from_thread.run_sync(done.set, token=token)

    threading.Thread(target=run, daemon=True, name="source").start()
    await done.wait()
    return outcome.result()


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


async def _from_command(source: CommandSource) -> bytes:
    try:
        process = await anyio.open_process(source.argv, stdin=subprocess.DEVNULL)
    except (OSError, ValueError) as error:
        hint = "check the program's name and PATH; no shell is used, so write 'sh -c \"...\"' for pipes"
        raise SourceError(f"cannot run the command: {_reason(error)}", where=str(source), hint=hint) from None
    output, complaint = bytearray(), bytearray()
    async with process:
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(_drain, source, cast("anyio.abc.ByteReceiveStream", process.stdout), output, MAX_BYTES)
                group.start_soon(_drain, None, cast("anyio.abc.ByteReceiveStream", process.stderr), complaint, 20_000)
                await process.wait()
        except ExceptionGroup as errors:  # what `except*` raises comes in a group of its own in Python 3.11.2
            known, others = errors.split(OpenapiMcpError)
            if known is None or others is not None:
                raise
            raise known.exceptions[0] from None
        finally:
            if process.returncode is None:  # we are interrupted, or have read enough; leaving it would wait for its end
                with suppress(ProcessLookupError):
                    process.kill()
    if process.returncode:
        said = complaint.decode(errors="replace").strip()
        message = f"the command ended with status {process.returncode}" + (f":\n{said[-2000:]}" if said else "")
        raise SourceError(message, where=str(source), hint="run it in a shell and correct what it says")
    return bytes(output)


async def _drain(source: Source | None, stream: "anyio.abc.ByteReceiveStream", into: bytearray, limit: int) -> None:
    """Read a stream to its end: past `limit` an error for a source, else only the last `limit` bytes are kept."""
    async for chunk in stream:
        into += chunk
        if len(into) > limit:
            if source is not None:
                raise _too_large(source)
            del into[:-limit]
