"""What hishel's states say: of a kept answer, of what the API says to it, and of an answer that may be kept.

A kept answer is shown to hishel as one that has just come, and stays fresh for what is left of its lifetime: so no
clock but ours counts.
"""

from dataclasses import replace
from typing import cast
from uuid import UUID

from hishel import (
    CacheMiss,
    CacheOptions,
    Entry,
    FromCache,
    Headers,
    IdleClient,
    NeedRevalidation,
    NeedToBeUpdated,
    Request,
    Response,
    StoreAndUse,
)

from openapi_mcp.executor.cache_rules import without
from openapi_mcp.executor.cache_stored import Stored
from openapi_mcp.model.message import Headers as Pairs
from openapi_mcp.model.message import HttpRequest, HttpResponse

_OPTIONS = CacheOptions(shared=False, supported_methods=["GET", "HEAD"], allow_stale=False)
_CONDITIONS = frozenset(("if-none-match", "if-modified-since"))
_NOT_SHOWN = frozenset(("date", "expires", "age"))
_COOKIES = frozenset(("set-cookie", "set-cookie2"))
_NEVER_KEPT = _COOKIES | {"age"}  # how old it was stands beside it
_ID = UUID(int=0)


def from_kept(request: HttpRequest, stored: Stored, seconds: int) -> NeedRevalidation | None:
    """Return how a kept answer is to be checked with the API; None where it is used as it is.

    `seconds` is how long it stays fresh from now on.
    """
    shown = (*without(stored.headers, _NOT_SHOWN), ("cache-control", f"max-age={seconds}"))  # the last one counts
    entry = Entry(id=_ID, request=_request(request), response=_response(stored.status, shown))
    state = IdleClient(options=_OPTIONS).next(_request(request), [entry])
    return None if isinstance(state, FromCache) else cast("NeedRevalidation", state)  # its own entry is no miss


def conditional(request: HttpRequest, check: NeedRevalidation) -> HttpRequest:
    """Return a request with the conditions under which a kept answer is sent again. RFC 9111, section 4.3.1."""
    added = tuple(pair for pair in _pairs(check.request.headers) if pair[0].lower() in _CONDITIONS)
    return replace(request, headers=(*request.headers, *added))


def renewed(check: NeedRevalidation, stored: Stored, not_modified: HttpResponse) -> Pairs | None:
    """Return the headers of a kept answer with those of the 304 that confirms it; None where that is of another.

    RFC 9111, section 4.3.4. Without a Date it is as young as the 304.
    """
    kept = stored.headers if not_modified.header("date") else without(stored.headers, ("date",))
    entries = [replace(each, response=_response(stored.status, kept)) for each in check.revalidating_entries]
    state = replace(check, revalidating_entries=entries).next(_response(304, not_modified.headers))
    if not isinstance(state, NeedToBeUpdated):
        return None
    return without(_pairs(state.updating_entries[-1].response.headers), _COOKIES)


def headers_to_keep(request: HttpRequest, response: HttpResponse) -> Pairs | None:
    """Return the headers of an answer as they are kept, None where the answer is not to be. RFC 9111, section 3."""
    state = CacheMiss(options=_OPTIONS, request=_request(request)).next(_response(response.status, response.headers))
    if not isinstance(state, StoreAndUse):
        return None
    return without(_pairs(state.response.headers), _NEVER_KEPT)


def _request(request: HttpRequest) -> Request:
    return Request(method=request.method, url=request.url, headers=_headers(request.headers))


def _response(status: int, headers: Pairs) -> Response:
    return Response(status_code=status, headers=_headers(headers))


def _headers(pairs: Pairs) -> Headers:
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name.lower(), []).append(value)
    return Headers(found)


def _pairs(headers: Headers) -> Pairs:
    return tuple((name, value) for name in headers for value in headers.get_list(name) or ())
