"""Reaching a server over HTTP as a client would, to see that it answers, takes the credential, and what it lists."""

import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

from openapi_mcp.clients.child import LONGEST_LINE
from openapi_mcp.clients.talk import Asked, Choose, Era, Listed, TalkError, import_sdk, talk
from openapi_mcp.clients.urls import secrets_in
from openapi_mcp.errors import ExitCode, OpenapiMcpError
from openapi_mcp.model.secret import Redactor, Secret

if TYPE_CHECKING:
    import httpx2

_MOST = 128 << 20  # bytes of all its answers together
_REFUSED = (401, 403)
_PLAIN = ("", "identity")


class ReachError(OpenapiMcpError):
    """A server over HTTP that did not list its tools; `status` is that of the last answer, None where none came."""

    def __init__(self, message: str, *, where: str, hint: str, status: int | None) -> None:
        super().__init__(message, where=where, hint=hint)
        self.status = status
        self.exit_code = ExitCode.CREDENTIALS if status in _REFUSED else ExitCode.SOURCE


async def reach(
    url: str, headers: Mapping[str, str], seconds: float, *, era: Era = "modern", choose: Choose | None = None
) -> tuple[Listed, Asked | None]:
    """Return what the server at a URL lists, and what came of the call that `choose` chose from that.

    Nothing is followed elsewhere: the headers are a credential for this URL alone.

    Raises:
        ReachError: it cannot be reached, refuses us, or has not listed its tools within `seconds`.
    """
    import_sdk()
    words = (word for value in headers.values() for word in (value, value.partition(" ")[2]))
    hide = Redactor(Secret(word) for word in (*words, *secrets_in(url)))
    seen = _Seen()
    try:
        transport = _transport(url, headers, seconds, seen)
        listed, asked = await talk(transport, era=era, seconds=seconds, began=time.monotonic(), choose=choose)
    except TalkError as error:
        raise _not_reached(url, seen.status, hide(str(error))) from None
    return listed, None if asked is None else replace(asked, message=hide(asked.message))


def _not_reached(url: str, status: int | None, why: str) -> ReachError:
    if status in _REFUSED:
        said, hint = f"the server refuses us with {status}", "give it the token that the server wants"
    elif status is not None:
        said, hint = f"the server answers {status}", "is this the address that `openapi-mcp serve http` told?"
    else:
        said, hint = f"the server is not reached: {why}", "start it: openapi-mcp serve http --spec SOURCE"
    return ReachError(said, where=shown_url(url), hint=hint, status=status)


def shown_url(url: str) -> str:
    """Return a URL without what may be secret in it: user, password, query."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


class _Seen:
    """What was heard over HTTP: the last status that is none of success, and how many bytes."""

    def __init__(self) -> None:
        self.status: int | None = None
        self.bytes = 0

    async def hear(self, response: "httpx2.Response") -> None:
        """Look at an answer's status, and bound its body. The SDK follows redirects, headers and all; we do not."""
        import httpx2

        if not response.is_success:
            self.status = response.status_code
        if response.has_redirect_location:
            raise httpx2.RequestError("it answers with a redirect", request=response.request)
        if response.headers.get("content-encoding", "").strip().lower() not in _PLAIN:
            raise httpx2.RequestError("it compresses its answer, which was not asked for", request=response.request)
        response.stream = _bounded(response.stream, self)


def _bounded(stream: Any, seen: _Seen) -> Any:
    """Return a stream of an answer's body that breaks off when all answers together are too large."""
    import httpx2

    class Bounded(httpx2.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            async for chunk in stream:
                seen.bytes += len(chunk)
                if seen.bytes > _MOST:
                    raise httpx2.ReadError(f"it answers without end: {seen.bytes:,} bytes")
                yield chunk

        async def aclose(self) -> None:
            await stream.aclose()

    return Bounded()


@asynccontextmanager
async def _transport(url: str, headers: Mapping[str, str], seconds: float, seen: _Seen) -> AsyncIterator[Any]:
    import httpx2
    from mcp.client.streamable_http import streamable_http_client

    hooks = {"response": [seen.hear]}
    sent = httpx2.Headers(dict(headers))
    sent["Accept-Encoding"] = "identity"  # few bytes of a compressed answer may be gigabytes: what is heard is counted
    async with (
        httpx2.AsyncClient(headers=sent, timeout=seconds, event_hooks=hooks, follow_redirects=False) as http,
        streamable_http_client(url, http_client=http, max_sse_event_size=LONGEST_LINE) as opened,
    ):
        yield opened
