"""Credentials as they were configured, read and put in their places."""

from collections.abc import Mapping
from dataclasses import replace

from openapi_mcp.auth.grants import MayHaveSecrets, grant_of, split_field
from openapi_mcp.auth.held import Held
from openapi_mcp.auth.schemes import StaticCredentials, may_have_secrets, place_credentials, scheme_named
from openapi_mcp.config import Config, CredentialLayer, read_secret
from openapi_mcp.errors import CredentialsError
from openapi_mcp.model.document import Document, SecurityScheme
from openapi_mcp.model.grant import Grant
from openapi_mcp.model.secret import Secret

_Read = Mapping[str, Secret]


def resolve_credentials(
    config: Config, document: Document, environ: Mapping[str, str], typed_url: str | None = None
) -> Held:
    """Return the configured credentials with their places; a stronger layer takes the place of a weaker one.

    Raises:
        CredentialsError: a value cannot be read, has no place in the document, or something is missing.
    """
    schemes = {scheme.name: scheme for scheme in document.security_schemes}
    allowed = may_have_secrets(document, config.base_url, typed_url)
    held, settings = Held(), dict[str, dict[str, Secret]]()
    for layer in config.credentials:
        values, own = _by_scheme(layer, schemes, environ)
        held = held.under(
            place_credentials(_static(layer, config.token_scheme, values, environ), tuple(schemes.values()))
        )
        for name, fields in own.items():
            settings.setdefault(name, {}).update(fields)
    return replace(
        held,
        by_scheme={**_grants(settings, schemes, allowed), **held.by_scheme},
        schemes=schemes,
        states_security=document.states_security,
        has_certificate=config.client_cert is not None,
        allows_anonymous=config.allow_anonymous,
        hidden=_endpoint_token(config, environ),
    )


def _endpoint_token(config: Config, environ: Mapping[str, str]) -> tuple[Secret, ...]:
    """Return what clients of `serve http` bring; nothing where it cannot be read.

    That server itself does not start without it; a command that only shows the tools may run as somebody else.
    """
    try:
        return (
            () if config.endpoint_token is None else (read_secret(config.endpoint_token, environ, "--endpoint-token"),)
        )
    except CredentialsError:
        return ()


def _static(layer: CredentialLayer, scheme: str, by_scheme: _Read, environ: Mapping[str, str]) -> StaticCredentials:
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


def _by_scheme(
    layer: CredentialLayer, schemes: Mapping[str, SecurityScheme], environ: Mapping[str, str]
) -> tuple[dict[str, Secret], dict[str, dict[str, Secret]]]:
    """Return a layer's values by scheme, and its settings by scheme and field."""
    values: dict[str, Secret] = {}
    settings: dict[str, dict[str, Secret]] = {}
    for written, text in layer.auth.items():
        name, field = split_field(written, schemes)
        secret = read_secret(text, environ, f"--auth {written}")
        if field:
            settings.setdefault(_known(name, schemes), {})[field] = secret
        else:
            values[name] = secret
    for option, given in (("--client-id", layer.client_id), ("--client-secret", layer.client_secret)):
        if given is not None:
            field = option[2:].replace("-", "_")
            settings.setdefault(_only_oauth(schemes, option), {})[field] = read_secret(given, environ, option)
    return values, settings


def _known(name: str, schemes: Mapping[str, SecurityScheme]) -> str:
    """Return a scheme's own name for the form of it that a layer has, so that layers come together."""
    return scheme_named(name, tuple(schemes.values())).name


def _only_oauth(schemes: Mapping[str, SecurityScheme], option: str) -> str:
    found = [scheme.name for scheme in schemes.values() if scheme.type in ("oauth2", "openIdConnect")]
    if len(found) == 1:
        return found[0]
    listed = ", ".join(found) or "none"
    raise CredentialsError(
        f"the document does not have one OAuth2 scheme, but {listed}",
        where=option,
        hint=f"write --auth SCHEME.{option[2:].replace('-', '_')}=VALUE",
    )


def _grants(
    settings: Mapping[str, Mapping[str, Secret]], schemes: Mapping[str, SecurityScheme], allowed: MayHaveSecrets
) -> dict[str, Grant]:
    return dict(grant_of(name, fields, schemes, allowed) for name, fields in settings.items())
