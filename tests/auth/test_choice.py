"""Which scheme, whose endpoints: what a document may decide, and what only the operator may."""

from typing import Any

import pytest
from support.make import document

from openapi_mcp.auth.choice import Provider, ProviderSettings, can_log_in, login_scheme, provider_of, scopes_of
from openapi_mcp.errors import CredentialsError
from openapi_mcp.model.document import OAuthFlow, SecurityScheme

TOKEN, AUTHORIZATION, METADATA = "https://id.example/t", "https://id.example/a", "https://id.example/m"
HERE = "https://id.example/openapi.json"


def scheme(name: str = "oauth", kind: str = "oauth2", *, flow: str = "", **more: Any) -> SecurityScheme:
    flows = (OAuthFlow(type=flow, token_url=TOKEN, authorization_url=AUTHORIZATION),) if flow else ()
    return SecurityScheme(name=name, type=kind, pointer=f"#/s/{name}", **{"flows": flows, **more})


CODE = scheme(flow="authorizationCode")
OIDC = scheme("oidc", "openIdConnect", metadata_url=METADATA)
MACHINE = scheme("machine", flow="clientCredentials")
KEY = scheme("key", "apiKey")


def test_the_only_scheme_to_log_in_to_needs_no_name() -> None:
    """issue 5: SCHEME may be left out where there is one."""
    assert login_scheme([KEY, MACHINE, CODE], None, "doc") == CODE
    assert login_scheme([KEY, OIDC], None, "doc") == OIDC
    assert [can_log_in(each) for each in (CODE, OIDC, MACHINE, KEY)] == [True, True, False, False]
    assert login_scheme([CODE, OIDC, MACHINE], "machine", "doc") == MACHINE


@pytest.mark.parametrize(
    ("schemes", "name", "said", "hint"),
    [
        ([], None, "no scheme that a person can log in to", "authorizationCode"),
        ([KEY, MACHINE], None, "no scheme that a person can log in to", "authorizationCode"),
        ([CODE, OIDC], None, "several schemes that a person can log in to: oauth, oidc", "login --spec ... oauth"),
        ([CODE, OIDC], "x", "no security scheme 'x'", "schemes of this document: oauth, oidc"),
        ([], "x", "no security scheme 'x'", "schemes of this document: none"),
        ([KEY], "key", "nobody can log in to the scheme 'key': its type is 'apiKey'", "--auth key=VALUE"),
    ],
)
def test_where_no_scheme_fits_the_others_are_named(
    schemes: list[SecurityScheme], name: str | None, said: str, hint: str
) -> None:
    """style.md, Errors."""
    with pytest.raises(CredentialsError) as refused:
        login_scheme(schemes, name, "doc")
    assert said in refused.value.message
    assert hint in (refused.value.hint or "")


def found(which: SecurityScheme, *named: str, is_local: bool = False, **settings: str) -> Provider:
    return provider_of(which, ProviderSettings(**settings), named, is_local=is_local)


BOTH = Provider(token_url=TOKEN, authorization_url=AUTHORIZATION)


@pytest.mark.parametrize(
    ("provider", "wanted"),
    [
        (found(CODE, is_local=True), BOTH),
        (found(CODE, HERE), BOTH),
        (found(CODE, "https://doc.example/", "https://ID.example:443/v1"), BOTH),
        (found(OIDC, HERE), Provider(metadata_url=METADATA)),
        (found(scheme(flow="authorizationCode", metadata_url=METADATA), HERE), BOTH),
        (found(OIDC, metadata_url="https://a.example/m"), Provider(metadata_url="https://a.example/m")),
        (found(CODE, metadata_url=METADATA), Provider(metadata_url=METADATA)),
        (found(CODE, token_url="https://a/t", authorization_url="https://a/a"),
         Provider(token_url="https://a/t", authorization_url="https://a/a")),
        (found(OIDC, token_url=TOKEN, authorization_url=AUTHORIZATION), BOTH),
        (found(CODE, HERE, token_url="http://a/t"), Provider(token_url="http://a/t", authorization_url=AUTHORIZATION)),
        (found(MACHINE, token_url=TOKEN), Provider(token_url=TOKEN)),
    ],
)  # fmt: skip
def test_what_the_operator_says_comes_before_what_the_document_says(provider: Provider, wanted: Provider) -> None:
    """security.md 6: origins that the operator named or confirmed."""
    assert provider == wanted


@pytest.mark.parametrize(
    ("which", "more", "name"),
    [
        (CODE, {}, "token_url"),
        (CODE, {"token_url": TOKEN}, "authorization_url"),
        (CODE, {"authorization_url": AUTHORIZATION}, "token_url"),
        (OIDC, {}, "metadata_url"),
    ],
)
def test_a_document_from_elsewhere_names_no_other_origin(
    which: SecurityScheme, more: dict[str, Any], name: str
) -> None:
    """security.md 6: it could send a secret anywhere."""
    with pytest.raises(CredentialsError, match="another origin than its own") as refused:
        found(which, "https://doc.example/openapi.json", **more)
    assert f"--auth {which.name}.{name}=https://id.example/" in (refused.value.hint or "")


def test_a_document_names_no_provider_without_tls() -> None:
    """RFC 6749 section 3.2; on loopback, and where the document itself came so, it may."""
    plain = OAuthFlow(
        type="authorizationCode", token_url="http://id.example/t", authorization_url="http://id.example/a"
    )
    bare = scheme(flows=(plain,))
    with pytest.raises(CredentialsError, match="without TLS"):
        found(bare, is_local=True)
    assert found(bare, "http://id.example/openapi.json").token_url == "http://id.example/t"


def test_the_scopes_are_those_that_the_operations_need() -> None:
    """issue 5: those of the operations that are selected, each once, in document order."""
    secured = [[{"oauth": ["b", "a"]}, {"key": []}], [{"oauth": ["a"], "other": ["x"]}], []]
    paths = {f"/{n}": {"get": {"security": each, "responses": {}}} for n, each in enumerate(secured)}
    operations = document({**paths, "/none": {"get": {"responses": {}}}}).operations
    assert scopes_of(operations, "oauth") == ("b", "a")
