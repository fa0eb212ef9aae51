"""What `init` has so far: options, the configuration they make, and the tools of its document."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio

from openapi_mcp.auth.choose import lacking
from openapi_mcp.cli.bundling import unset, with_stand_ins
from openapi_mcp.cli.installing import typed
from openapi_mcp.cli.options import CREDENTIALS, DOCUMENT, TLS, TOOLS
from openapi_mcp.cli.output import notice, set_up_logging
from openapi_mcp.clients.command import here
from openapi_mcp.clients.words import Said, words
from openapi_mcp.config import Config, build_config
from openapi_mcp.errors import ConfigError
from openapi_mcp.executor.base import server_url
from openapi_mcp.loading import Catalogue, load_catalogue
from openapi_mcp.model.document import SecurityScheme
from openapi_mcp.model.text import one_line
from openapi_mcp.model.url import redact_url
from openapi_mcp.servable import require_tools
from openapi_mcp.settings import PREFIX

_REFERENCES = ("env:", "file:")
_IN_THE_FILE = (DOCUMENT, TOOLS, CREDENTIALS, TLS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Options, with their configuration and its tools; `unset` are the variables they refer to that are not set."""

    flags: dict[str, Any]
    config: Config
    catalogue: Catalogue
    unset: tuple[str, ...]

    @property
    def settings(self) -> dict[str, Any]:
        """What stands in a config file for the options, by key."""
        keys = [key for group in _IN_THE_FILE for key in group]
        given = {key: self.flags[key] for key in keys if self.flags[key] not in (None, [], ())}
        pairs = [text.partition("=") for text in given.pop("auth", ())]
        written = {key: value[0] if _is_single(value) else value for key, value in given.items()}
        return {**written, **({"auth": {name: value for name, _, value in pairs}} if pairs else {})}


def _is_single(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 1


def drafted(flags: dict[str, Any]) -> Draft:
    """Return what options make.

    Raises:
        ConfigError: one is wrong, or holds a secret in clear.
        OpenapiMcpError: the document cannot be had.
    """
    environ = {name: value for name, value in os.environ.items() if name != f"{PREFIX}CONFIG"}
    config = build_config({**flags, "verbose": None}, environ, Path.cwd())
    set_up_logging("error" if config.quiet else config.log_level, config.log_format)
    require_one_api(config)
    said = typed(flags)
    _refuse_secrets(said)
    catalogue = anyio.run(_load, config, with_stand_ins(said))
    return Draft(flags=flags, config=config, catalogue=catalogue, unset=unset(said))


async def _load(config: Config, environ: Mapping[str, str]) -> Catalogue:
    found = await load_catalogue(config, notice, environ, whole=True)
    require_tools(found.toolset, found.document)
    return found


def require_one_api(config: Config) -> None:
    """Refuse several documents.

    Raises:
        ConfigError: there are.
    """
    if config.apis:
        hint = "write one for the first, then add a table [api.NAME] for each"
        raise ConfigError("init writes a file for one API", where="--spec", hint=hint)


def _refuse_secrets(said: list[Said]) -> None:
    """Refuse what would stand in the file for all to read."""
    words(said, (), here(), write_secrets=True)
    try:
        words(said, (), here(), write_secrets=False)
    except ConfigError as error:
        hint = "give env:NAME or file:PATH in its place, or use openapi-mcp login"
        raise ConfigError("a secret would stand in the config file", where=error.where, hint=hint) from None


def url_of(draft: Draft) -> str | None:
    """Return where the API is, by the document or the options; None where nobody says."""
    try:
        return redact_url(server_url(draft.catalogue.document, draft.config.base_url))
    except ConfigError:
        return None


def lacking_in(draft: Draft) -> list[SecurityScheme]:
    """Return the security schemes that the tools need and nothing is given for, in the document's order."""
    missed = [lacking(tool.operation, draft.catalogue.credentials) for tool in draft.catalogue.toolset.tools]
    names = {name for each in missed if each is not None for name in each.schemes}
    return [scheme for scheme in draft.catalogue.document.security_schemes if scheme.name in names]


def parts_of(scheme: SecurityScheme) -> tuple[tuple[str, ...], str]:
    """Return what is to be given for a scheme, and how a person knows it: (("key",), "apiKey in header X-Key")."""
    if scheme.type == "mutualTLS":
        return (), "a certificate: --client-cert FILE"
    flows = {flow.type for flow in scheme.flows}
    if "clientCredentials" in flows:
        return (f"{scheme.name}.client_id", f"{scheme.name}.client_secret"), "OAuth client credentials"
    if scheme.type == "openIdConnect" or "authorizationCode" in flows:
        return (scheme.name,), "an access token; with nothing, openapi-mcp login gets one"
    if scheme.is_authorization:
        return (scheme.name,), "the whole Authorization header, such as: Token abc123"
    kind = {"http": f"http {scheme.scheme}", "apiKey": f"apiKey in {scheme.location} {scheme.parameter}"}
    return (scheme.name,), one_line(kind.get(scheme.type, scheme.type), 80)


def env_or_file(text: str) -> str:
    """Return a reference to a credential, or nothing.

    Raises:
        ConfigError: it is a credential itself, most likely.
    """
    if text and not (text.startswith(_REFERENCES) and text.partition(":")[2]):
        hint = "type env:NAME for a variable, file:PATH for a file, or nothing"
        raise ConfigError("the value itself does not belong into a file", where="init", hint=hint)
    return text
