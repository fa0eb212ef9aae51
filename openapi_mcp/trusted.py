"""Whom a configuration believes on the wire."""

from dataclasses import replace

from openapi_mcp.config import Config
from openapi_mcp.loader.source import Source, UrlSource
from openapi_mcp.model.url import origin
from openapi_mcp.tls import Trust


def trust_of(config: Config) -> Trust:
    """Return whom the operator believes on the wire; our certificate is for no origin yet."""
    return Trust(
        ca_bundle=config.ca_bundle,
        client_cert=config.client_cert,
        client_key=config.client_key,
        insecure=config.insecure,
    )


def trust_for(config: Config, source: Source) -> Trust:
    """Return the same for fetching a document: its URL sees our certificate where calls would go to that origin."""
    typed = source.url if isinstance(source, UrlSource) else ""
    own = origin(config.base_url or typed)
    return replace(trust_of(config), known=frozenset((own,) if own else ()))
