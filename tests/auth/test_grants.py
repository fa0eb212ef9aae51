"""Settings of an OAuth2 scheme become a Grant."""

from typing import Any

import pytest

from openapi_mcp.auth.grants import FIELDS, grant_of, names_a_grant, split_field
from openapi_mcp.auth.schemes import may_have_secrets
from openapi_mcp.errors import CredentialsError
from openapi_mcp.model.document import ApiServer, Document, OAuthFlow, SecurityScheme
from openapi_mcp.model.grant import Grant, GrantType
from openapi_mcp.model.secret import Secret

TOKEN_URL = "https://id.test/token"
FLOWS = (
    OAuthFlow(type="authorizationCode", token_url="https://id.test/code", refresh_url="https://id.test/refresh"),
    OAuthFlow(type="clientCredentials", token_url=TOKEN_URL),
)


def scheme(name: str = "oauth", type_: str = "oauth2", **fields: Any) -> SecurityScheme:
    return SecurityScheme(name=name, type=type_, pointer="#", **{"flows": FLOWS if type_ == "oauth2" else (), **fields})


def made(*schemes: SecurityScheme, allowed: bool = True, **settings: str) -> Grant:
    (found,) = schemes or (scheme(),)
    return grant_of(found, {key: Secret(text) for key, text in settings.items()}, lambda _url: allowed)


def refusal(*schemes: SecurityScheme, allowed: bool = True, **settings: str) -> CredentialsError:
    with pytest.raises(CredentialsError) as caught:
        made(*schemes, allowed=allowed, **settings)
    return caught.value


def test_an_id_and_a_secret_are_client_credentials() -> None:
    """RFC 6749 section 4.4."""
    assert made(client_id="me", client_secret="s") == Grant(
        scheme="oauth",
        type=GrantType.CLIENT_CREDENTIALS,
        client_id="me",
        client_secret=Secret("s"),
        token_url=TOKEN_URL,
    )


@pytest.mark.parametrize(
    ("settings", "type_", "token_url"),
    [
        ({"refresh_token": "r"}, GrantType.REFRESH_TOKEN, "https://id.test/refresh"),
        ({"username": "u", "password": "p"}, GrantType.PASSWORD, "https://id.test/code"),
        ({"grant": "token-exchange"}, GrantType.TOKEN_EXCHANGE, "https://id.test/code"),
        ({"grant": "client_credentials", "client_secret": "s"}, GrantType.CLIENT_CREDENTIALS, TOKEN_URL),
    ],
)
def test_the_grant_is_the_one_that_is_named_or_the_one_that_its_settings_are_for(
    settings: dict[str, Any], type_: GrantType, token_url: str
) -> None:
    """Issue 5: refresh token; password only when configured."""
    grant = made(client_id="me", **settings)
    assert (grant.type, grant.token_url) == (type_, token_url)


def test_every_setting_arrives() -> None:
    settings: dict[str, Any] = {
        "scopes": "a, b c",
        "secret_in_body": "true",
        "audience": "aud",
        "resource": "https://api",
    }
    grant = made(client_id="me", client_secret="s", token_url="https://own.test/t", **settings)
    assert grant.scopes == ("a", "b", "c")
    assert (grant.secret_in_body, grant.audience, grant.resource) == (True, "aud", "https://api")
    assert grant.token_url == "https://own.test/t"


def test_openid_connect_leads_to_its_endpoint_by_discovery() -> None:
    """OAS 3.1.1, 4.8.27: openIdConnectUrl."""
    connect = scheme(type_="openIdConnect", metadata_url="https://id.test/.well-known/openid-configuration")
    grant = made(connect, client_id="me", client_secret="s")
    assert (grant.token_url, grant.metadata_url) == ("", connect.metadata_url)
    own = made(connect, allowed=False, client_id="me", client_secret="s", metadata_url="https://own.test/m")
    assert (own.token_url, own.metadata_url) == ("", "https://own.test/m")


def test_a_host_that_nobody_named_gets_no_secret_until_it_is_confirmed() -> None:
    """security.md 6: a credential goes only to what the operator named."""
    error = refusal(allowed=False, client_id="me", client_secret="s")
    assert error.message == (
        f"the document wants the client's secret sent to {TOKEN_URL}, a host that you have not named"
    )
    assert error.hint == f"if that is right, confirm it with --auth oauth.token_url={TOKEN_URL}"
    assert made(allowed=False, client_id="me", client_secret="s", token_url=TOKEN_URL).token_url == TOKEN_URL


@pytest.mark.parametrize(
    ("schemes", "settings", "message"),
    [
        ((), {"client_secret": "s"}, "no client id is given"),
        ((), {"client_id": "me"}, "the grant client_credentials needs client_secret"),
        ((), {"client_id": "me", "username": "u"}, "the grant password needs password"),
        ((), {"client_id": "me", "grant": "implicit"}, "there is no grant 'implicit'"),
        ((scheme(flows=()),), {"client_id": "me", "client_secret": "s"}, "the document names no token endpoint"),
        (
            (scheme(type_="http", scheme="bearer"),),
            {"client_id": "me"},
            "the scheme is 'http', which takes no such settings",
        ),
    ],
)
def test_what_is_missing_is_said(schemes: tuple[SecurityScheme, ...], settings: dict[str, Any], message: str) -> None:
    error = refusal(*schemes, **settings)
    assert error.message == message
    assert error.hint


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("oauth", ("oauth", "")),
        ("oauth.client_id", ("oauth", "client_id")),
        ("OAUTH_CLIENT_SECRET", ("OAUTH", "client_secret")),
        ("MY_OAUTH_REFRESH_TOKEN", ("MY_OAUTH", "refresh_token")),
        ("odd.client_id", ("odd.client_id", "")),
        (".client_id", (".client_id", "")),
        ("oauth.unknown", ("oauth.unknown", "")),
        ("ODD_CLIENT_ID", ("ODD_CLIENT_ID", "")),
    ],
)
def test_a_setting_is_told_from_a_schemes_name(written: str, expected: tuple[str, str]) -> None:
    """README: --auth SCHEME.FIELD=VALUE, OPENAPI_MCP_AUTH_SCHEME_FIELD; a scheme of that very name comes first."""
    assert split_field(written, {name: scheme(name) for name in ("oauth", "odd.client_id")}) == expected


@pytest.mark.parametrize("field", FIELDS)
def test_each_field_is_known_in_both_forms(field: str) -> None:
    assert split_field(f"o.{field}", {}) == ("o", field)
    assert split_field(f"O_{field.upper()}", {}) == ("O", field)


@pytest.mark.parametrize(
    ("url", "base_url", "typed_url", "expected"),
    [
        ("https://api.test/token", None, "https://api.test/doc.json", True),
        ("https://api.test:8443/token", None, "https://api.test/doc.json", True),
        ("https://id.test/token", None, "https://api.test/doc.json", False),
        ("http://api.test:8080/token", None, "https://api.test/doc.json", False),
        ("https://docs.test/token", "https://api.test/v1", "https://docs.test/doc.json", False),
        ("https://api.test/token", "https://api.test/v1", "https://docs.test/doc.json", True),
        ("http://127.0.0.1:9/token", None, "http://127.0.0.1:8/doc.json", True),
        ("http://127.0.0.1:9/token", None, "https://api.test/doc.json", False),
        ("https://id.test/token", None, None, True),
        ("http://id.test/token", None, None, False),
        ("http://localhost:9/token", None, None, True),
        ("http://api.example.com/token", None, None, False),
        ("ftp://id.test/token", None, None, False),
    ],
)
def test_secrets_go_to_hosts_that_the_operator_named(
    url: str, base_url: str | None, typed_url: str | None, expected: bool
) -> None:
    """security.md 6. A local document is the operator's own; plain http is for this machine."""
    document = Document(
        title="t", version="1", openapi="3.1.1", source="s", base_uri=typed_url,
        servers=(ApiServer(url="https://api.example.com/v1", pointer="#"),),
    )  # fmt: skip
    assert may_have_secrets(document, base_url, typed_url)(url) is expected


@pytest.mark.parametrize(
    ("settings", "expected"),
    [(("client_id", "client_secret"), False), (("grant",), True), (("refresh_token",), True), ((), False)],
)
def test_a_client_may_be_that_of_a_login(settings: tuple[str, ...], expected: bool) -> None:
    assert names_a_grant(settings) is expected


def test_what_is_neither_true_nor_false_is_told() -> None:
    assert refusal(client_id="me", client_secret="s", secret_in_body="maybe").hint == "write true or false"
