"""What only `serve` takes: where it listens, who may call, and what it shares with its replicas."""

from dataclasses import replace

from openapi_mcp.cli.option import Flag, Options, Text, Texts, Whole, option
from openapi_mcp.cli.options import CACHE, CALLS, CREDENTIALS, DOCUMENT, LIVE, OTEL, OUTPUT, RECORDS, TLS, TOOLS

_CALLERS = "Callers (serve http)"
_SCALE = "Beyond one machine"

HTTP: Options = {
    "host": option(Text, "--host", panel="HTTP", help_text="Address to listen on. Default: 127.0.0.1."),
    "port": option(Whole, "--port", "-p", panel="HTTP", help_text="Port to listen on; 0 takes any. Default: 8800."),
    "path": option(Text, "--path", panel="HTTP", help_text="Path of the endpoint. Default: /mcp."),
    "public_url": option(
        Text, "--public-url", metavar="URL", panel="HTTP",
        help_text="Where clients reach the endpoint, behind a proxy: https://mcp.example.com/mcp.",
    ),
    "allowed_host": option(
        Texts, "--allowed-host", metavar="NAME", panel="HTTP",
        help_text="A host name that clients may use, beside loopback and that of --public-url; repeatable.",
    ),
    "allowed_origin": option(
        Texts, "--allowed-origin", metavar="URL", panel="HTTP",
        help_text="A web page's origin that may call, such as https://app.example.com; repeatable.",
    ),
    "dashboard": option(
        Flag, "--dashboard", panel="HTTP",
        help_text="Serve the dashboard too, at /dashboard, behind the endpoint's own authentication.",
    ),
    "allow_unauthenticated": option(
        Flag, "--allow-unauthenticated", panel="HTTP",
        help_text="Listen beyond loopback though nobody has to say who they are.",
    ),
}  # fmt: skip
SCALE: Options = {
    "background_after": option(
        Text, "--background-after", metavar="SECONDS", panel=_SCALE,
        help_text="A call that runs longer than this goes on in the background, and its result is read with get_call; "
        "0 is never. No use where it is not shorter than --timeout. Default: 25 for serve http, 0 for stdio.",
    ),
    "background_timeout": option(
        Text, "--background-timeout", metavar="SECONDS", panel=_SCALE,
        help_text="How long a call may take once it goes on in the background, in place of --timeout; an API's own job "
        "has a day. At most half of --max-concurrency are calls in the background, and half of these are one "
        "caller's, where callers are told apart. Default: 3600.",
    ),
    "redis": option(
        Text, "--redis", metavar="URL", panel=_SCALE,
        help_text="What replicas share: limits, breakers, kept answers and results, background calls. redis://... or "
        "rediss://...; may be env:NAME or file:PATH. Needs --shared-key. Clients before 2026-07-28 have no session "
        "then, so --confirm cannot ask them.",
    ),
    "shared_key": option(
        Text, "--shared-key", metavar="VALUE", panel=_SCALE,
        help_text="Seals what is kept in Redis; the same for all replicas, at least 32 characters; env:NAME or "
        "file:PATH.",
    ),
    "access_log": option(
        Flag, "--access-log", panel=_SCALE,
        help_text="Log each HTTP request and each failed call, without what it asked or came with.",
    ),
    "drain": option(
        Text, "--drain", metavar="SECONDS", panel=_SCALE,
        help_text="After SIGTERM /readyz says no, and calls are taken for so long before it ends. Default: 0.",
    ),
    "metrics_port": option(
        Whole, "--metrics-port", panel=_SCALE,
        help_text="Show /metrics at a port of its own, to whoever reaches it, and not at the endpoint's.",
    ),
    "metrics_host": option(
        Text, "--metrics-host", panel=_SCALE, help_text="Address of that port. Default: 127.0.0.1.",
    ),
    "otel": replace(OTEL["otel"], panel=_SCALE),
}  # fmt: skip
CALLERS: Options = {
    "endpoint_token": option(
        Text, "--endpoint-token", metavar="VALUE", panel=_CALLERS,
        help_text="Clients must send `Authorization: Bearer VALUE`; may be env:NAME or file:PATH.",
    ),
    "forward": option(
        Texts, "--forward", metavar="HEADER", panel=_CALLERS,
        help_text="Send this header of the client's own request to the API; calls without it are refused; repeatable.",
    ),
    "forward_optional": option(
        Flag, "--forward-optional", panel=_CALLERS,
        help_text="Calls without the --forward headers go out with the server's own credentials.",
    ),
    "oauth_issuer": option(
        Text, "--oauth-issuer", metavar="URL", panel=_CALLERS,
        help_text="Clients must bring an access token (JWT) of this authorization server.",
    ),
    "oauth_audience": option(
        Texts, "--oauth-audience", metavar="VALUE", panel=_CALLERS,
        help_text="What their tokens must be meant for; repeatable. Default: the endpoint's public URL.",
    ),
    "oauth_jwks": option(
        Text, "--oauth-jwks", metavar="URL", panel=_CALLERS,
        help_text="Where the issuer's keys are. Default: what its metadata says.",
    ),
    "oauth_scope": option(
        Texts, "--oauth-scope", metavar="SCOPE", panel=_CALLERS,
        help_text="A scope that every token must have; repeatable.",
    ),
}  # fmt: skip

SERVE: tuple[Options, ...] = (
    DOCUMENT,
    LIVE,
    TOOLS,
    CREDENTIALS,
    TLS,
    CALLS,
    HTTP,
    CALLERS,
    SCALE,
    RECORDS,
    CACHE,
    OUTPUT,
)
"""What `serve` takes."""
