"""A step's request and its answer, as the expressions of a workflow may name them: read, and without secrets."""

from typing import Any

import anyio.to_thread

from openapi_mcp.model.jsontext import read_json
from openapi_mcp.model.message import Headers, HttpRequest, HttpResponse
from openapi_mcp.model.secret import Redactor
from openapi_mcp.model.text import one_line
from openapi_mcp.response.decode import is_deep, json_body, mask, text_body
from openapi_mcp.response.weight import is_heavy
from openapi_mcp.workflow.state import NOTHING, Exchange, Missing

_LARGE = 1_000_000  # bytes: an answer that is read in a thread, so that other calls go on
_TOO_LARGE = Missing(why="the answer has too many parts to be read")


class Noting(Redactor):
    """Masks what another one does, and knows whether it has."""

    def __init__(self, redact: Redactor) -> None:
        super().__init__(())
        self._redact = redact
        self.has_masked = False

    def __call__(self, text: str) -> str:
        """Return `text` as the other one masks it."""
        found = self._redact(text)
        self.has_masked = self.has_masked or found != text
        return found

    def finds(self, text: str) -> bool:
        """True when `text` holds a secret that the other one knows."""
        return self._redact.finds(text)


async def exchange_of(request: HttpRequest, response: HttpResponse, redact: Redactor) -> Exchange:
    """Return an exchange as expressions may name it: what they find goes to other APIs, so no secret is in it."""
    if len(response.body) < _LARGE:
        return plain_exchange(request, response, redact)
    return await anyio.to_thread.run_sync(plain_exchange, request, response, redact, abandon_on_cancel=True)


def plain_exchange(request: HttpRequest, response: HttpResponse, redact: Redactor) -> Exchange:
    """Return an exchange, read, with what `redact` knows masked."""
    return Exchange(
        method=request.method,
        url=redact(request.url),
        request_headers=_masked_headers(request.headers, redact),
        request_body=_masked_body(_sent_body(request), redact),
        status=response.status,
        response_headers=_masked_headers(response.headers, redact),
        response_body=_masked_body(_read_body(response, redact), redact),
    )


def _masked_headers(headers: Headers, redact: Redactor) -> Headers:
    return tuple((redact(name), redact(value)) for name, value in headers)


def _masked_body(body: Any, redact: Redactor) -> Any:
    return body if isinstance(body, Missing) else mask(body, redact)


def _read_body(response: HttpResponse, redact: Redactor) -> Any:
    if not response.body:
        return NOTHING
    if is_heavy(response.body):
        return _TOO_LARGE
    value, is_json = json_body(response)
    text = text_body(response)
    if is_json and not is_deep(value, text or ""):  # else it is its text: nobody reads so deep
        return value
    return _no_text(response, redact) if text is None else text


def _no_text(response: HttpResponse, redact: Redactor) -> Missing:
    kind = one_line(redact(response.header("content-type") or "") or "without a content type", 60)
    return Missing(why=f"the answer is {len(response.body):,} bytes, {kind}: neither JSON nor text")


def _sent_body(request: HttpRequest) -> Any:
    if not isinstance(request.body, bytes) or not request.body:
        return NOTHING
    try:
        text = request.body.decode()
    except ValueError:
        return NOTHING
    try:
        return read_json(text)
    except (ValueError, RecursionError):
        return text
