"""`openapi-mcp login` and `openapi-mcp logout`: a person's consent to an API, got in a browser and kept."""

import os
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import anyio
import typer

from openapi_mcp import __version__
from openapi_mcp.cli.consent import Asker, Browser, consent
from openapi_mcp.cli.options import CREDENTIALS, DOCUMENT, OUTPUT, TLS, TOOLS, takes
from openapi_mcp.cli.start import start
from openapi_mcp.config import Config
from openapi_mcp.credentials import settings_of
from openapi_mcp.errors import ConfigError, ExitCode
from openapi_mcp.identity import source_of
from openapi_mcp.loader.source import identity
from openapi_mcp.loading import Catalogue, load_catalogue
from openapi_mcp.logins import Login, keep_login, login_key, remove_login
from openapi_mcp.model.address import Bounds
from openapi_mcp.model.document import Document
from openapi_mcp.model.secret import Secret
from openapi_mcp.model.url import origin
from openapi_mcp.progress import Notice
from openapi_mcp.references import read_secret
from openapi_mcp.settings import PREFIX
from openapi_mcp.trusted import trust_of
from openapi_mcp.values import read_base_url, read_flag, read_port

if TYPE_CHECKING:
    from openapi_mcp.auth.token import Token

HELP = """Log in to an API in the browser; serve and call then use it.

For a document's oauth2 scheme with the authorizationCode flow, or an openIdConnect scheme. The provider must know a
client with the redirect URI http://127.0.0.1/callback (any port). What it gives is kept in the system keyring, or in a
file that only you can read where there is none.

Examples:

\b
  openapi-mcp login --spec https://api.example.com/openapi.json --client-id my-client
      opens the browser, and waits for your answer

\b
  openapi-mcp login --spec openapi.yaml petstore_auth --client-id my-client --scope read --no-browser
      shows the URL to open

\b
  openapi-mcp login --spec openapi.yaml --client-id my-client --client-secret env:CLIENT_SECRET --redirect-port 8765
      a client that has a secret, and one fixed redirect URI

\b
  openapi-mcp login --config several.toml shop=petstore_auth --client-id my-client
      of several APIs, one
"""
LOGOUT_HELP = """Forget a login.

Examples:

\b
  openapi-mcp logout --spec https://api.example.com/openapi.json
      forgets the login of the only scheme there is to log in to

\b
  openapi-mcp logout --spec openapi.yaml petstore_auth
      forgets that of this scheme; the document is not read

\b
  openapi-mcp logout --spec-command 'python manage.py spectacular'
"""
_AUTH = {"auth": CREDENTIALS["auth"]}
_URLS = ("token_url", "authorization_url", "metadata_url")
_CLIENT_ID = f"{PREFIX}CLIENT_ID"
_MAX_BODY = 1_000_000  # bytes of what a provider answers
_Scheme = Annotated[str | None, typer.Argument(help="The document's security scheme.", metavar="SCHEME")]


@takes(DOCUMENT, TOOLS, _AUTH, TLS, OUTPUT)
def login(
    *,
    scheme: _Scheme = None,
    client_id: Annotated[
        str | None,
        typer.Option(
            metavar="ID", help="The client's id; also OPENAPI_MCP_CLIENT_ID.", envvar=_CLIENT_ID, show_envvar=False
        ),
    ] = None,
    client_secret: Annotated[
        str | None, typer.Option(metavar="VALUE", help="Its secret, if it has one; may be env:NAME or file:PATH.")
    ] = None,
    scope: Annotated[
        list[str] | None,
        typer.Option(metavar="SCOPE", help="Ask for this scope; repeatable. Default: those that the tools need."),
    ] = None,
    redirect_port: Annotated[
        int | None, typer.Option(metavar="PORT", help="Port of the redirect URI. Default: any free one.")
    ] = None,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Only show the URL, open nothing.")] = False,
    flags: Mapping[str, Any],
) -> int:
    """Log in, and keep what came of it."""
    config, say = start(flags)
    config, scheme = _of_one_api(config, scheme)
    browser = Browser(port=read_port(redirect_port or 0, "--redirect-port"), is_opened=not no_browser)
    given = {"client_id": client_id or "", "client_secret": client_secret or "", "scopes": " ".join(scope or ())}
    anyio.run(_login, config, say, scheme, {name: value for name, value in given.items() if value}, browser)
    return ExitCode.OK


@takes(DOCUMENT, OUTPUT)
def logout(*, scheme: _Scheme = None, flags: Mapping[str, Any]) -> int:
    """Forget what a login brought."""
    config, say = start(flags)
    config, scheme = _of_one_api(config, scheme)
    source = _source(config)
    name = scheme if scheme is not None else anyio.run(_only_scheme, config, say)
    was_there = remove_login(login_key(source, name))
    say(f'the login for "{name}" is forgotten' if was_there else f'there was no login for "{name}"')
    return ExitCode.OK


def _of_one_api(config: Config, scheme: str | None) -> tuple[Config, str | None]:
    """Return the API that is meant, and the scheme: of several APIs `shop=oauth` names both, `shop=` the API alone.

    Raises:
        ConfigError: there are several, and none of them is named.
    """
    if not config.apis:
        return config, scheme
    name, _, rest = (scheme or "").partition("=")
    named = next((api for api in config.apis if api.name == name), None)
    if named is not None:
        return named, rest or None
    if len(config.apis) == 1:
        return config.apis[0], scheme
    listed = ", ".join(f"{api.name}=" for api in config.apis)
    raise ConfigError(
        "there are several APIs", where="SCHEME", hint=f"say which one is meant: {listed} (and its scheme)"
    )


def _source(config: Config) -> str:
    """Return what tells the document apart.

    Raises:
        ConfigError: it comes from standard input.
    """
    source = identity(source_of(config))
    if source is None:
        hint = "save the document to a file, or name its URL or command"
        raise ConfigError("a login is kept for a document that can be found again", where="--spec -", hint=hint)
    return source


async def _only_scheme(config: Config, say: Notice) -> str:
    from openapi_mcp.auth.choice import login_scheme

    document = (await _catalogue(config, say)).document
    return login_scheme(document.security_schemes, None, document.source).name


async def _catalogue(config: Config, say: Notice) -> Catalogue:
    """Return the document with its tools; whatever credentials there are have no part in a login."""
    return await load_catalogue(replace(config, credentials=()), say)


async def _login(config: Config, say: Notice, scheme: str | None, given: Mapping[str, str], browser: Browser) -> None:
    from openapi_mcp.executor.send import Sender

    source = _source(config)
    asker, secret = _asker(config, await _catalogue(config, say), scheme, given)
    user_agent, trust = f"openapi-mcp/{__version__}", trust_of(config)
    async with Sender(max_body=_MAX_BODY, user_agent=user_agent, trust=trust, bounds=asker.bounds) as sender:
        token_url, token = await consent(asker, browser, sender.send)
    scopes = token.scopes if token.scopes is not None else asker.scopes
    came = _as_login(token, token_url, replace(asker, scopes=scopes), secret)
    place = keep_login(login_key(source, asker.scheme), came)
    listed = f" ({' '.join(scopes)})" if scopes else ""
    say(f'logged in for "{asker.scheme}"{listed}; kept in {place}')
    if came.refresh is None:
        hint = "it may give one with --scope offline_access beside your other scopes"
        say(f"warning: the provider gave no refresh token, so this login ends {_end(came)}; {hint}")


def _as_login(token: "Token", token_url: str, asker: Asker, secret: str | None) -> Login:
    """Return what is kept: the access token only where nothing renews it."""
    kept = Login(
        token_url=token_url,
        client_id=asker.client_id,
        client_secret=None if secret is None else Secret(secret),
        secret_in_body=asker.secret_in_body,
        scopes=asker.scopes,
        refresh=token.refresh,
    )
    if token.refresh is not None:
        return kept
    expires_at = None if token.lifetime is None else time.time() + token.lifetime
    return replace(kept, access=token.access, expires_at=expires_at)


def _end(login: Login) -> str:
    if login.expires_at is None:
        return "when the provider says so"
    return time.strftime("at %Y-%m-%d %H:%M", time.localtime(login.expires_at))


def _asker(
    config: Config, catalogue: Catalogue, name: str | None, given: Mapping[str, str]
) -> tuple[Asker, str | None]:
    """Return who asks whom for what, and the client's secret as it was written.

    Raises:
        ConfigError: no client is named.
        CredentialsError: there is no scheme to log in to, or its provider is not confirmed.
    """
    from openapi_mcp.auth.choice import ProviderSettings, login_scheme, provider_of, scopes_of

    document = catalogue.document
    scheme = login_scheme(document.security_schemes, name, document.source)
    schemes = {each.name: each for each in document.security_schemes}
    said = {**settings_of(config, schemes).get(scheme.name, {}), **given}
    if "client_id" not in said:
        hint = "register a client with the redirect URI http://127.0.0.1/callback at the provider, and give its id"
        raise ConfigError("no client is named that asks for the login", where="--client-id", hint=hint)
    secret = said.get("client_secret")
    urls = {field: read_base_url(said[field], f"--auth {scheme.name}.{field}") for field in _URLS if field in said}
    named = [url for url in (catalogue.typed_url, config.base_url) if url is not None]
    needed = scopes_of((tool.operation for tool in catalogue.toolset.tools), scheme.name)
    asker = Asker(
        scheme=scheme.name,
        bounds=_bounds(document, urls, named),
        provider=provider_of(scheme, ProviderSettings(**urls), named, is_local=catalogue.typed_url is None),
        client_id=said["client_id"],
        client_secret=None if secret is None else read_secret(secret, os.environ, "--client-secret"),
        secret_in_body=read_flag(said.get("secret_in_body", "false"), f"--auth {scheme.name}.secret_in_body"),
        scopes=tuple(said["scopes"].replace(",", " ").split()) if "scopes" in said else needed,
    )
    return asker, secret


def _bounds(document: Document, confirmed: Mapping[str, str], named: list[str]) -> Bounds:
    """Return how near a provider may be: as near as it likes where the operator named its metadata. security.md 6."""
    typed = frozenset(found for url in (*named, *confirmed.values()) if (found := origin(url)) is not None)
    return Bounds(reach=None if "metadata_url" in confirmed else document.reach, exempt=typed)
