"""What a form brought: read once, and let through only from a page of ours, with the session's own token."""

import hmac
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request

from openapi_mcp.server.asgi import AsgiApp, Message, Receive, Send, answer
from openapi_mcp.server.dashboard.sessions import visit_in

_FORM = "openapi_mcp.form"
_MOST_FIELDS = 1_000

Form = Mapping[str, str]


def form_of(request: Request) -> Form:
    """Return the fields of the form that was sent, of each name the last; {} where none was."""
    form: Form = request.scope.get(_FORM, {})
    return form


def comes_from_us(scope: Message, origins: frozenset[str]) -> bool:
    """True where the page that sent a form is ours: by its Origin, and by Sec-Fetch-Site where that is there.

    `origins` are those that a proxy shows us under. Another port of this machine is another origin, but the same site:
    the cookie comes with a form from there too.
    """
    headers = _headers(scope)
    site, origin = headers.get(b"sec-fetch-site", "same-origin"), headers.get(b"origin", "")
    own = {f"{scheme}://{headers.get(b'host', '')}".lower() for scheme in ("http", "https")} | origins
    return site == "same-origin" and origin.lower() in own


def _headers(scope: Message) -> dict[bytes, str]:
    return {name: value.decode("latin-1") for name, value in scope["headers"]}


class Forms:
    """Hands on a POST with its form; refuses one that another page has sent, or that is too late for its session."""

    def __init__(self, app: AsgiApp) -> None:
        self._app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Read the form of a POST, whose body is there as a whole, and check whose it is."""
        if scope["type"] != "http" or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        body = (await receive()).get("body", b"")
        try:
            form = dict(parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=_MOST_FIELDS))
        except ValueError:  # not UTF-8, or too many fields
            await answer(send, 400, "this is no form that a page of ours sends")
            return
        if not _is_bound(form, scope):
            await answer(send, 403, "this form is of another session: go back, load the page again, and send it again")
            return
        await self._app({**scope, _FORM: form}, receive, send)


def _is_bound(form: Form, scope: Mapping[str, Any]) -> bool:
    visit = visit_in(scope)
    return visit is None or hmac.compare_digest(form.get("csrf", "").encode(), visit.csrf.encode())
