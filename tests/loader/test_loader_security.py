"""Security schemes and requirements of a document."""

from typing import Any

import pytest

from openapi_mcp.loader.read import read
from openapi_mcp.model.document import Document, OAuthFlow, RequiredScheme, SecurityRequirement


def read_with(root: dict[str, Any], operation: dict[str, Any], base_uri: str | None = None) -> Document:
    made = {"openapi": "3.1.1", "info": {"title": "t", "version": "1"}, **root}
    made["paths"] = {"/things": {"get": {"responses": {}, **operation}}}
    return read(made, source="doc", base_uri=base_uri)


def needs(*names: str) -> SecurityRequirement:
    return SecurityRequirement(schemes=tuple(RequiredScheme(name=name) for name in names))


@pytest.mark.parametrize(
    ("root", "operation", "expected"),
    [
        ({}, {}, None),
        ({"security": []}, {}, None),
        ({"security": "key"}, {}, None),
        ({"security": [{"a": []}]}, {}, (needs("a"),)),
        ({"security": [{"a": []}]}, {"security": [{"b": [], "c": []}, {}]}, (needs("b", "c"), needs())),
        ({"security": [{"a": []}]}, {"security": []}, ()),
        ({"security": [{"a": []}]}, {"security": ["b"]}, (needs("a"),)),
    ],
)
@pytest.mark.spec("OAS 3.1.1 4.8.30")
def test_an_operation_has_its_own_security_or_the_documents(
    root: dict[str, Any], operation: dict[str, Any], expected: object
) -> None:
    """An operation's own list takes the place of the document's, an empty one too."""
    assert read_with(root, operation).operations[0].security == expected


@pytest.mark.spec("RFC 6749 3.3")
def test_scopes_that_are_none_are_left_out() -> None:
    found = read_with({}, {"security": [{"o": ["read:things", "two words", 7, ""]}]}).operations[0].security
    assert found == (SecurityRequirement(schemes=(RequiredScheme(name="o", scopes=("read:things",)),)),)


@pytest.mark.spec("OAS 3.1.1 4.8.28")
def test_the_urls_of_flows_are_resolved_against_the_documents_own() -> None:
    flows = {
        "clientCredentials": {"tokenUrl": "/token", "scopes": {"read": "", "write": ""}},
        "authorizationCode": {"tokenUrl": "https://id.test/t", "authorizationUrl": "javascript:x", "refreshUrl": ""},
        "x-own": {"tokenUrl": "https://x.test"},
    }
    schemes = {"o": {"type": "oauth2", "flows": flows}, "c": {"type": "openIdConnect", "openIdConnectUrl": "well"}}
    made = read_with({"components": {"securitySchemes": schemes}}, {}, base_uri="https://api.test/v1/doc.json")
    oauth, connect = made.security_schemes
    assert oauth.flows == (
        OAuthFlow(type="clientCredentials", token_url="https://api.test/token", scopes=("read", "write")),
        OAuthFlow(type="authorizationCode", token_url="https://id.test/t"),
    )
    assert connect.metadata_url == "https://api.test/v1/well"


@pytest.mark.parametrize("url", ["/token", "http://[", "ftp://id.test/t", "https://id.t\nest/"])
def test_a_url_that_leads_nowhere_is_none(url: str) -> None:
    schemes = {"o": {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": url}}}}
    made = read_with({"components": {"securitySchemes": schemes}}, {})
    assert made.security_schemes[0].flows[0].token_url == ""


@pytest.mark.spec("Swagger 2.0, Security Scheme Object")
def test_a_swagger_flow_is_read_as_its_successor() -> None:
    definitions = {"o": {"type": "oauth2", "flow": "application", "tokenUrl": "https://id.test/t", "scopes": {"r": ""}}}
    root: dict[str, Any] = {
        "swagger": "2.0",
        "info": {"title": "t", "version": "1"},
        "securityDefinitions": definitions,
    }
    root |= {"paths": {"/a": {"get": {"responses": {}, "security": [{"o": ["r"]}]}}}}
    made = read(root, source="doc", base_uri=None)
    assert made.security_schemes[0].flows == (
        OAuthFlow(type="clientCredentials", token_url="https://id.test/t", scopes=("r",)),
    )
    assert made.operations[0].security == (SecurityRequirement(schemes=(RequiredScheme(name="o", scopes=("r",)),)),)
