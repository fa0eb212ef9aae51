"""Credentials as they were configured or logged in for, read and put in their places."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from openapi_mcp.auth.grants import VALUES, grant_of, split_field, suffices
from openapi_mcp.auth.held import Held
from openapi_mcp.auth.schemes import (
    StaticCredentials,
    basic_of,
    may_have_secrets,
    place_credentials,
    scheme_named,
)
from openapi_mcp.config import Config, CredentialLayer, read_secret
from openapi_mcp.errors import CredentialsError
from openapi_mcp.loader.source import Source, UrlSource, identity
from openapi_mcp.logins import Login, login_key, usable_login
from openapi_mcp.model.document import Document, SecurityScheme
from openapi_mcp.model.grant import Grant, GrantType
from openapi_mcp.model.secret import Credential, Place, Secret

Schemes = Mapping[str, SecurityScheme]
Settings = dict[str, dict[str, str]]
"""By scheme and field, as they were written: a secret may be `env:NAME` or `file:PATH`."""


def resolve_credentials(config: Config, document: Document, environ: Mapping[str, str], source: Source) -> Held:
    """Return the configured credentials with their places; a stronger layer takes the place of a weaker one.

    A scheme that nothing is configured for has what a person logged in for, if anyone did for this source.

    Raises:
        CredentialsError: a value cannot be read, has no place in the document, or something is missing.
    """
    schemes = {scheme.name: scheme for scheme in document.security_schemes}
    held = Held()
    for layer in config.credentials:
        values = {
            name: read_secret(text, environ, f"--auth {name}")
            for name, field, text in _by_scheme(layer, schemes)
            if field in ("", *VALUES)
        }
        static = _static(layer, config.token_scheme, values, environ)
        held = held.under(place_credentials(static, tuple(schemes.values())))
    ways = _ways(config, document, environ, source, schemes)
    return replace(
        held,
        by_scheme={**ways, **held.by_scheme},
        schemes=schemes,
        states_security=document.states_security,
        has_certificate=config.client_cert is not None,
        allows_anonymous=config.allow_anonymous,
        forwarded=config.forward,
        hidden=_endpoint_token(config, environ),
    )


def _endpoint_token(config: Config, environ: Mapping[str, str]) -> tuple[Secret, ...]:
    """Return what clients of `serve http` bring; nothing where it cannot be read.

    That server itself does not start without it; a command that only shows the tools may run as somebody else.
    """
    if config.endpoint_token is None:
        return ()
    try:
        return (read_secret(config.endpoint_token, environ, "--endpoint-token"),)
    except CredentialsError:
        return ()


def settings_of(config: Config, schemes: Schemes) -> Settings:
    """Return what is said of each scheme's tokens, the stronger layer's word in place of the weaker one's.

    Raises:
        CredentialsError: no such scheme, or `--client-id` where it is not plain which scheme is meant.
    """
    settings: Settings = {}
    for layer in config.credentials:
        for written, field, text in _by_scheme(layer, schemes):
            if field not in ("", *VALUES):
                name = scheme_named(written, tuple(schemes.values())).name
                settings.setdefault(name, {})[field] = text
        for option, given in (("--client-id", layer.client_id), ("--client-secret", layer.client_secret)):
            if given is not None:
                settings.setdefault(_only_oauth(schemes, option), {})[option[2:].replace("-", "_")] = given
    return settings


def _by_scheme(layer: CredentialLayer, schemes: Schemes) -> Iterator[tuple[str, str, str]]:
    """Yield scheme, field and text of what a layer says of schemes; the field is "" for a value itself."""
    return ((*split_field(written, schemes), text) for written, text in layer.auth.items())


def _ways(
    config: Config, document: Document, environ: Mapping[str, str], source: Source, schemes: Schemes
) -> dict[str, Credential | Grant]:
    """Return the ways to tokens: by settings where they are enough, else by a login."""
    typed_url = source.url if isinstance(source, UrlSource) else None
    allowed = may_have_secrets(document, config.base_url, typed_url)
    settings = settings_of(config, schemes)
    ways: dict[str, Credential | Grant] = {}
    for scheme in schemes.values():
        said = settings.get(scheme.name, {})
        login = None if suffices(said) else _login(scheme, source, environ)
        if login is not None:
            ways[scheme.name] = _from_login(scheme, *login, environ)
        elif said:
            read = {field: read_secret(text, environ, f"--auth {scheme.name}.{field}") for field, text in said.items()}
            is_basic = (scheme.type, scheme.scheme) == ("http", "basic")
            ways[scheme.name] = basic_of(scheme, read) if is_basic else grant_of(scheme, read, allowed)
    return ways


def _login(scheme: SecurityScheme, source: Source, environ: Mapping[str, str]) -> tuple[str, Login] | None:
    named = identity(source)
    if named is None or scheme.type not in ("oauth2", "openIdConnect"):
        return None
    key = login_key(named, scheme.name)
    login = usable_login(key, environ)
    return None if login is None else (key, login)


def _from_login(scheme: SecurityScheme, key: str, login: Login, environ: Mapping[str, str]) -> Credential | Grant:
    if login.refresh is None and login.access is not None:
        return Credential(place=Place.HEADER, name="Authorization", value=login.access, prefix="Bearer ")
    secret = login.client_secret
    return Grant(
        scheme=scheme.name,
        type=GrantType.REFRESH_TOKEN,
        client_id=login.client_id,
        client_secret=None if secret is None else read_secret(secret.reveal(), environ, f"login {scheme.name}"),
        secret_in_body=login.secret_in_body,
        token_url=login.token_url,
        scopes=login.scopes,
        refresh_token=login.refresh,
        kept_as=key,
    )


def _static(
    layer: CredentialLayer, scheme: str, by_scheme: Mapping[str, Secret], environ: Mapping[str, str]
) -> StaticCredentials:
    def read(text: str | None, where: str) -> Secret | None:
        return None if text is None else read_secret(text, environ, where)

    headers = (line.partition(":") for line in layer.header)
    return StaticCredentials(
        bearer=read(layer.bearer, "--bearer"),
        token=read(layer.token, "--token"),
        token_scheme=scheme,
        basic=read(layer.basic, "--basic"),
        api_key=read(layer.api_key, "--api-key"),
        headers=tuple(
            (name.strip(), read_secret(value.strip(), environ, f"--header {name.strip()}"))
            for name, _, value in headers
        ),
        by_scheme=by_scheme,
    )


def _only_oauth(schemes: Schemes, option: str) -> str:
    found = [scheme.name for scheme in schemes.values() if scheme.type in ("oauth2", "openIdConnect")]
    if len(found) == 1:
        return found[0]
    listed = ", ".join(found) or "none"
    raise CredentialsError(
        f"the document does not have one OAuth2 scheme, but {listed}",
        where=option,
        hint=f"write --auth SCHEME.{option[2:].replace('-', '_')}=VALUE",
    )
