"""Security schemes and requirements, as they stand in a document and as an operation inherits them."""

from collections.abc import Iterator
from urllib.parse import urljoin

from openapi_mcp.loader.narrow import JsonObject, as_list, as_object, text_of
from openapi_mcp.model.document import OAuthFlow, RequiredScheme, SecurityRequirement, SecurityScheme
from openapi_mcp.model.jsontext import JsonValue
from openapi_mcp.model.url import origin


def security_scheme(name: str, fields: JsonObject, pointer: str, base_uri: str | None) -> SecurityScheme:
    """Return a Security Scheme Object; its URLs are resolved against the document's own, or its first server's.

    OAS 3.1.1, 4.8.27.
    """
    metadata = text_of(fields, "openIdConnectUrl") or text_of(fields, "oauth2MetadataUrl")
    return SecurityScheme(
        name=name,
        type=text_of(fields, "type"),
        pointer=pointer,
        location=text_of(fields, "in"),
        parameter=text_of(fields, "name"),
        scheme=text_of(fields, "scheme").lower(),
        flows=tuple(_flows(as_object(fields.get("flows")), base_uri)),
        metadata_url=_absolute(metadata, base_uri),
    )


def _flows(flows: JsonObject, base_uri: str | None) -> Iterator[OAuthFlow]:
    for key, value in flows.items():
        if isinstance(value, dict) and not key.startswith("x-"):
            yield OAuthFlow(
                type=key,
                token_url=_absolute(text_of(value, "tokenUrl"), base_uri),
                authorization_url=_absolute(text_of(value, "authorizationUrl"), base_uri),
                refresh_url=_absolute(text_of(value, "refreshUrl"), base_uri),
                scopes=tuple(as_object(value.get("scopes"))),
            )


def _absolute(url: str, base_uri: str | None) -> str:
    """Return a URL as http(s) has it, "" for one that is none, or relative to a document without a URL."""
    try:
        found = urljoin(base_uri or "", url.strip()) if url else ""
    except ValueError:
        return ""
    return found if found.isprintable() and origin(found) is not None else ""


def requirements(value: JsonValue) -> tuple[SecurityRequirement, ...] | None:
    """Return the alternatives of a `security` field; None where there is no such list. OAS 3.1.1, 4.8.30."""
    if not isinstance(value, list):
        return None
    found = tuple(_requirement(each) for each in value if isinstance(each, dict))
    return found if found or not value else None  # a list of what is none says nothing


def inherited(root: JsonObject) -> tuple[SecurityRequirement, ...] | None:
    """Return what an operation without `security` has: an empty list at the root says no more than none."""
    return requirements(root.get("security")) or None


def _requirement(value: JsonObject) -> SecurityRequirement:
    return SecurityRequirement(
        schemes=tuple(RequiredScheme(name=name, scopes=_scopes(scopes)) for name, scopes in value.items())
    )


def _scopes(value: JsonValue) -> tuple[str, ...]:
    return tuple(scope for scope in as_list(value) if isinstance(scope, str) and _is_scope(scope))


def _is_scope(text: str) -> bool:
    """True for a scope-token: RFC 6749 section 3.3."""
    return bool(text) and all("!" <= char <= "~" and char not in '"\\' for char in text)
