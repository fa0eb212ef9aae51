"""What every page has: templates that escape all they are given, links that hold behind any proxy, strict headers."""

from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from openapi_mcp.errors import ConfigError
from openapi_mcp.model.text import visible
from openapi_mcp.server.asgi import AsgiApp, Message, Receive, Send
from openapi_mcp.server.dashboard import shown
from openapi_mcp.server.dashboard.sessions import visit_in

if TYPE_CHECKING:
    from jinja2 import Environment

_HINT = "pipx inject openapi-mcp-cli 'openapi-mcp-cli[dashboard]'"
_NAVIGATION = (("Overview", ""), ("Calls", "calls"), ("Tools", "tools"), ("Graph", "graph"))
_HEADERS: Mapping[bytes, bytes] = {
    b"content-security-policy": b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    b"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    b"x-content-type-options": b"nosniff",
    # Not no-referrer: under that a form's Origin is "null", and nobody could tell it from a forged one. Fetch, 3.2.
    b"referrer-policy": b"same-origin",
    b"cache-control": b"no-store",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"permissions-policy": b"camera=(), geolocation=(), microphone=()",
}


def require_extra() -> None:
    """Refuse to begin without what the pages are made with.

    Raises:
        ConfigError: the extra [dashboard] is not installed.
    """
    if any(find_spec(name) is None for name in ("jinja2", "pygal")):
        raise ConfigError("the dashboard needs the extra [dashboard]", where="dashboard", hint=_HINT)


def render(request: Request, template: str, status: int = 200, **values: Any) -> Response:
    """Return a page of a template; beside its own values it has `url`, `visit`, `csrf`, `sections` and `here`."""
    page = _templates().get_template(template)
    return HTMLResponse(page.render(**_common(request), **values), status)


def url(request: Request, *segments: str, **query: str) -> str:
    """Return a link from this page to another of the dashboard's, relative: we need not know where a proxy shows us.

    On /calls/7: url(request, "calls", "a/b", page="2") -> "../calls/a%2Fb?page=2"
    """
    up = "../" * (path_of(request.scope).count("/") - 1)
    path = "/".join(quote(segment, safe="") for segment in segments)
    given = {name: value for name, value in query.items() if value}
    return f"{up}{path}" + (f"?{urlencode(given)}" if given else "") if up or path else "./"


def path_of(scope: Message) -> str:
    """Return the path below where the dashboard is mounted: "/calls/7"."""
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", "")) or "/"


def _common(request: Request) -> dict[str, Any]:
    own: frozenset[str] = getattr(request.app.state, "sections", frozenset())
    visit = visit_in(request.scope)
    return {
        "url": lambda *segments, **query: url(request, *segments, **query),
        "visit": visit,
        "csrf": visit.csrf if visit else "",
        "here_are": own,
        "sections": [each for each in _NAVIGATION if each[1] in own] if visit else [],
        "here": path_of(request.scope).split("/")[1],
    }


@cache
def _templates() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        autoescape=True,
        loader=PackageLoader("openapi_mcp.server.dashboard"),
        undefined=StrictUndefined,
        finalize=_seen,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(shown.FILTERS)
    return environment


def _seen(value: Any) -> Any:
    """Return what is shown of a value: of a text all that is there, hidden characters and turned directions too."""
    from markupsafe import Markup

    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


class Headers:
    """Gives every answer the headers that keep a page to itself; a `cache-control` of the answer's own stays."""

    def __init__(self, app: AsgiApp) -> None:
        self._app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer a request."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = list(message["headers"])
                has = {name.lower() for name, _ in own}
                message = {**message, "headers": own + [pair for pair in _HEADERS.items() if pair[0] not in has]}
            await send(message)

        await self._app(scope, receive, with_headers)
