"""Which operations a caller's scopes allow."""

from typing import Any

import pytest
from support.make import document

from openapi_mcp.auth.scopes import allows, named_scopes, scoped_schemes

SCHEMES = {
    "oauth": {"type": "oauth2", "flows": {}},
    "oidc": {"type": "openIdConnect", "openIdConnectUrl": "https://id.test/.well-known/openid-configuration"},
    "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
}


def is_allowed(scopes: set[str], security: Any) -> bool:
    operation = {} if security is None else {"security": security}
    made = document({"/things": {"get": operation}}, components={"securitySchemes": SCHEMES})
    return allows(frozenset(scopes), made.operations[0], scoped_schemes(made.security_schemes))


@pytest.mark.parametrize(
    ("security", "scopes", "allowed"),
    [
        (None, set(), True),
        ([], set(), True),
        ([{}], set(), True),
        ([{"oauth": []}], set(), True),
        ([{"oauth": ["read"]}], set(), False),
        ([{"oauth": ["read"]}], {"read", "more"}, True),
        ([{"oauth": ["read", "write"]}], {"read"}, False),
        ([{"oauth": ["read"]}, {"oauth": ["admin"]}], {"admin"}, True),
        ([{"oauth": ["read"], "oidc": ["email"]}], {"read"}, False),
        ([{"oauth": ["read"], "oidc": ["email"]}], {"read", "email"}, True),
        ([{"oidc": ["read"]}], {"READ"}, False),
        ([{"key": ["role"]}], set(), True),
        ([{"oauth": ["read"], "key": []}], set(), False),
        ([{"oauth": ["read"]}, {"key": []}], set(), True),
        ([{"oauth": ["read"]}, {}], set(), True),
        ([{"unknown": ["read"]}], set(), True),
    ],
    ids=lambda value: str(sorted(value) if isinstance(value, set) else value),
)
def test_the_scopes_of_one_alternative_are_enough(security: Any, scopes: set[str], allowed: bool) -> None:
    """Issue 5, Per caller (b); OAS 3.1.1, 4.8.30: one of the list, all of its schemes."""
    assert is_allowed(scopes, security) is allowed


def test_what_the_root_asks_for_counts_where_an_operation_says_nothing() -> None:
    """OAS 3.1.1, 4.8.1: security."""
    made = document(
        {"/a": {"get": {}}, "/b": {"get": {"security": [{"oauth": ["b"]}]}}, "/c": {"get": {"security": []}}},
        components={"securitySchemes": SCHEMES},
        security=[{"oauth": ["all"]}],
    )
    scoped = scoped_schemes(made.security_schemes)
    assert scoped == {"oauth", "oidc"}
    assert named_scopes(made.operations, scoped) == {"all", "b"}
    assert [allows(frozenset({"b"}), each, scoped) for each in made.operations] == [False, True, True]
