"""Credentials as they were configured, read and put in their places."""

from collections.abc import Mapping

from openapi_mcp.auth.schemes import StaticCredentials, place_credentials
from openapi_mcp.config import Config, CredentialLayer, read_secret
from openapi_mcp.model.document import Document
from openapi_mcp.model.secret import Credential, Secret


def resolve_credentials(config: Config, document: Document, environ: Mapping[str, str]) -> tuple[Credential, ...]:
    """Return the configured credentials with their places; a stronger layer takes the place of a weaker one.

    Raises:
        CredentialsError: a value cannot be read, or has no place in the document.
    """
    by_place: dict[tuple[str, str], Credential] = {}
    for layer in config.credentials:
        static = _static_credentials(layer, config.token_scheme, environ)
        for credential in place_credentials(static, document.security_schemes):
            by_place[credential.place, credential.name.lower()] = credential
    return tuple(by_place.values())


def _static_credentials(layer: CredentialLayer, scheme: str, environ: Mapping[str, str]) -> StaticCredentials:
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
        by_scheme={name: read_secret(value, environ, f"--auth {name}") for name, value in layer.auth.items()},
    )
