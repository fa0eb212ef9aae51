"""Credentials as they were configured or logged in for, read and put in their places."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from openapi_mcp.auth.grants import VALUES, grant_of, names_a_grant, split_field
from openapi_mcp.auth.held import AUTHORIZATION, Held, spot
from openapi_mcp.auth.schemes import (
    StaticCredentials,
    basic_of,
    may_have_secrets,
    place_credentials,
    scheme_named,
)
from openapi_mcp.config import Config, CredentialLayer
from openapi_mcp.errors import CredentialsError
from openapi_mcp.loader.source import Source, UrlSource, identity
from openapi_mcp.logins import Login, login_key, newest_login, usable_login
from openapi_mcp.model.document import Document, SecurityScheme
from openapi_mcp.model.grant import Grant, GrantType
from openapi_mcp.model.secret import Credential, Place, Secret
from openapi_mcp.references import read_secret

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
    settings, said_at = settings_of(config, schemes), _settings_said_at(config, schemes)
    held, general_at = Held(), -1
    values_at: dict[str, int] = {}
    for number, layer in enumerate(config.credentials):
        placed = _placed(layer, config, schemes, environ)
        held = held.under(placed)
        values_at |= dict.fromkeys(placed.by_scheme, number)
        general_at = number if AUTHORIZATION in map(spot, placed.general) else general_at
    ways: dict[str, Credential | Grant] = {}
    for scheme in schemes.values():
        at = said_at.get(scheme.name, -1)
        if (scheme.name in held.by_scheme and values_at[scheme.name] >= at) or general_at > at:
            continue  # a value as strong as the settings is more plainly meant; so is a stronger Authorization
        way = _way(scheme, settings.get(scheme.name, {}), config, document, environ, source)
        ways |= {scheme.name: way} if way is not None else {}
    return replace(
        held,
        by_scheme={**held.by_scheme, **ways},
        schemes=schemes,
        states_security=document.states_security,
        has_certificate=config.client_cert is not None,
        allows_anonymous=config.allow_anonymous,
        forwarded=config.forward,
        hidden=_endpoint_token(config, environ),
    )


def _placed(layer: CredentialLayer, config: Config, schemes: Schemes, environ: Mapping[str, str]) -> Held:
    """Return the values of a layer with their places."""
    values = {
        name: read_secret(text, environ, f"--auth {name}")
        for name, field, text in _by_scheme(layer, schemes)
        if field in ("", *VALUES)
    }
    static = _static(layer, config.token_scheme, values, environ)
    return place_credentials(static, tuple(schemes.values()))


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
        for name, field, text in _settings(layer, schemes):
            settings.setdefault(name, {})[field] = text
    return settings


def _settings_said_at(config: Config, schemes: Schemes) -> dict[str, int]:
    """Return the number of the strongest layer that says something of each scheme's tokens."""
    return {name: number for number, layer in enumerate(config.credentials) for name, _, _ in _settings(layer, schemes)}


def _settings(layer: CredentialLayer, schemes: Schemes) -> Iterator[tuple[str, str, str]]:
    """Yield scheme, field and text of what a layer says of tokens."""
    for written, field, text in _by_scheme(layer, schemes):
        if field not in ("", *VALUES):
            yield scheme_named(written, tuple(schemes.values())).name, field, text
    for option, given in (("--client-id", layer.client_id), ("--client-secret", layer.client_secret)):
        if given is not None:
            yield _only_oauth(schemes, option), option[2:].replace("-", "_"), given


def _by_scheme(layer: CredentialLayer, schemes: Schemes) -> Iterator[tuple[str, str, str]]:
    """Yield scheme, field and text of what a layer says of schemes; the field is "" for a value itself."""
    return ((*split_field(written, schemes), text) for written, text in layer.auth.items())


def _way(
    scheme: SecurityScheme,
    said: Mapping[str, str],
    config: Config,
    document: Document,
    environ: Mapping[str, str],
    source: Source,
) -> Credential | Grant | None:
    """Return the way to a scheme's credential: by settings that name one, else by a login, else by the settings."""
    login = None if names_a_grant(said) else _login(scheme, source, environ)
    if login is not None:
        return _from_login(scheme, *login, environ)
    if not said:
        return None
    read = {field: read_secret(text, environ, f"--auth {scheme.name}.{field}") for field, text in said.items()}
    if (scheme.type, scheme.scheme) == ("http", "basic"):
        return basic_of(scheme, read)
    typed_url = source.url if isinstance(source, UrlSource) else None
    return grant_of(scheme, read, may_have_secrets(document, config.base_url, typed_url))


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
        is_confirmed=True,
    )


def newest_grant(grant: Grant, environ: Mapping[str, str]) -> Grant | None:
    """Return the grant of a login as that is kept now, its client and provider with it; None where there is none."""
    login = newest_login(grant.kept_as, environ) if grant.kept_as else None
    if login is None or login.refresh is None:
        return None
    try:
        secret = login.client_secret and read_secret(login.client_secret.reveal(), environ, f"login {grant.scheme}")
    except CredentialsError:
        return None  # what was good at the start is tried
    return replace(
        grant,
        client_id=login.client_id,
        client_secret=secret,
        secret_in_body=login.secret_in_body,
        token_url=login.token_url,
        scopes=login.scopes,
        refresh_token=login.refresh,
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
