"""A person's consent: the question in the browser, the answer on loopback, and the token that it leads to."""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import anyio

from openapi_mcp.cli.callback import Callback, listen
from openapi_mcp.cli.output import notice
from openapi_mcp.errors import ConfigError, CredentialsError, OpenapiMcpError
from openapi_mcp.model.address import Bounds
from openapi_mcp.model.message import HttpRequest, HttpResponse
from openapi_mcp.model.secret import Secret
from openapi_mcp.model.url import redact_url

if TYPE_CHECKING:
    from openapi_mcp.auth.choice import Provider
    from openapi_mcp.auth.code import Authorization
    from openapi_mcp.auth.token import Token

PATIENCE = 300.0  # seconds for a person to answer

_Send = Callable[[HttpRequest], Awaitable[HttpResponse]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """The client that asks a scheme's provider for these scopes; `bounds` say how near that may be."""

    scheme: str
    provider: "Provider"
    client_id: str
    client_secret: Secret | None = None
    secret_in_body: bool = False
    scopes: tuple[str, ...] = ()
    bounds: Bounds = field(default_factory=Bounds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Browser:
    """How a person is reached: in a browser that we open, or are shown the URL for; it comes back to this port."""

    port: int = 0
    is_opened: bool = True


async def consent(asker: Asker, browser: Browser, send: _Send) -> "tuple[str, Token]":
    """Return the token endpoint's URL, and the token that a person's consent led to.

    Raises:
        CredentialsError: the person, or the provider, said no; or nobody answered in time.
        ConfigError: the port is taken, or there is no browser.
    """
    callback = await listen(browser.port)
    async with callback.listener:
        asked = await _question(asker, callback.redirect_uri, send)
        return asked.token_url, await _answer(asked, callback, browser, send)


async def _question(asker: Asker, redirect_uri: str, send: _Send) -> "Authorization":
    """Return what to ask; the endpoints are discovered where only the metadata is known."""
    from openapi_mcp.auth.code import Authorization
    from openapi_mcp.auth.metadata import Metadata, discover
    from openapi_mcp.auth.pkce import VERIFIER_BYTES, verifier
    from openapi_mcp.executor.tokens import ask_provider
    from openapi_mcp.flow import drive

    at, found = asker.provider, Metadata(issuer="", token_url="")
    if at.metadata_url:
        found = await ask_provider(drive(discover(at.metadata_url), send), redact_url(at.metadata_url))
    urls = (at.authorization_url or found.authorization_url, at.token_url or found.token_url)
    if not all(urls):
        hint = f"give --auth {asker.scheme}.authorization_url=URL and --auth {asker.scheme}.token_url=URL"
        raise CredentialsError("the provider's two endpoints are not both known", where=asker.scheme, hint=hint)
    return Authorization(
        authorization_url=urls[0],
        token_url=urls[1],
        client_id=asker.client_id,
        client_secret=asker.client_secret,
        secret_in_body=asker.secret_in_body,
        redirect_uri=redirect_uri,
        state=secrets.token_urlsafe(32),
        verifier=Secret(verifier(secrets.token_bytes(VERIFIER_BYTES))),
        scopes=asker.scopes,
        issuer=found.issuer,
        names_issuer=found.names_itself,
    )


async def _answer(asked: "Authorization", callback: Callback, browser: Browser, send: _Send) -> "Token":
    from openapi_mcp.auth.code import consent_url, read_redirect

    callback.read = partial(read_redirect, asked)
    outcome: Token | OpenapiMcpError = CredentialsError(
        f"nobody answered within {PATIENCE / 60:g} minutes", where="login", hint="run it again, and answer in time"
    )
    async with anyio.create_task_group() as group:  # nothing is raised in it: it would come out as a group
        group.start_soon(callback.serve)
        group.start_soon(_show, consent_url(asked), callback, browser)
        with anyio.move_on_after(PATIENCE):
            await callback.came.wait()
            outcome = callback.refusal or await _exchanged(asked, callback.code, send)
        has_failed = isinstance(outcome, Exception)
        await callback.say("The login failed; the terminal says why." if has_failed else "You are logged in.")
        group.cancel_scope.cancel()
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


async def _exchanged(asked: "Authorization", code: Secret | None, send: _Send) -> "Token | CredentialsError":
    from openapi_mcp.auth.code import exchange
    from openapi_mcp.executor.tokens import ask_provider, discreet
    from openapi_mcp.flow import drive

    flow = exchange(asked, code or Secret(""))
    try:
        return await ask_provider(drive(flow, discreet(send)), redact_url(asked.token_url))
    except CredentialsError as error:
        return error


async def _show(url: str, callback: Callback, browser: Browser) -> None:
    """Let the person see the question, and before that whose page it is: quiet or not."""
    if not browser.is_opened:
        notice(f"open this URL in a browser on this machine, and answer there:\n{url}")
        return
    from openapi_mcp.apart import apart

    notice(f"opening the browser at {urlsplit(url).hostname}; answer there")
    if not await apart(partial(_open, url)):  # it may run as long as the browser does; we do not
        hint = "give --no-browser, and open the URL yourself in a browser on this machine"
        callback.give_up(ConfigError("there is no browser that could be opened", where="BROWSER", hint=hint))


async def _open(url: str) -> bool:
    import webbrowser

    return webbrowser.open(url)
