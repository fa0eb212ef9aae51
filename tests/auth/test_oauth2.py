"""Each way to a token, driven by hand; who authenticates how is told by authlib, as a server of its reads it."""

from typing import Any
from urllib.parse import parse_qsl

import pytest
from authlib.oauth2.rfc6749.util import extract_basic_authorization  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from openapi_mcp.auth.held import Held
from openapi_mcp.auth.oauth2 import obtain, secrets_in, token_request
from openapi_mcp.auth.token import Token, TokenError
from openapi_mcp.model.grant import Grant, GrantType
from openapi_mcp.model.message import HttpRequest, HttpResponse
from openapi_mcp.model.secret import Redactor, Secret

URL = "https://id.example/token"
GOOD = b'{"access_token": "a.b-c", "token_type": "bearer", "expires_in": 60, "refresh_token": "r1", "scope": "x y"}'


def grant(kind: GrantType = GrantType.CLIENT_CREDENTIALS, **more: Any) -> Grant:
    return Grant(**{"scheme": "oauth", "type": kind, "client_id": "app", "token_url": URL, **more})


def asked(what: Grant, *arguments: Any) -> HttpRequest:
    return next(obtain(what, *arguments))


def form(request: HttpRequest) -> dict[str, str]:
    assert isinstance(request.body, bytes)
    return dict(parse_qsl(request.body.decode(), strict_parsing=True, keep_blank_values=True))


def header(request: HttpRequest, name: str) -> str:
    return dict(request.headers).get(name, "")


def came_of(answer: bytes, what: Grant, status: int = 200) -> Token:
    flow = obtain(what)
    next(flow)
    with pytest.raises(StopIteration) as done:
        flow.send(HttpResponse(status=status, url=URL, body=answer))
    token: Token = done.value.value
    return token


def test_a_client_with_a_secret_asks_for_itself() -> None:
    """RFC 6749 sections 2.3.1 and 4.4.2."""
    request = asked(grant(client_secret=Secret("s")), ("read", "write"))
    assert (request.method, request.url) == ("POST", URL)
    assert header(request, "Content-Type") == "application/x-www-form-urlencoded"
    assert header(request, "Authorization") == "Basic YXBwOnM="
    assert form(request) == {"grant_type": "client_credentials", "scope": "read write"}


def test_the_answer_is_a_token() -> None:
    """RFC 6749 section 5.1; token_type is told in any letter case."""
    token = came_of(GOOD, grant(client_secret=Secret("s")))
    assert token == Token(access=Secret("a.b-c"), lifetime=60.0, refresh=Secret("r1"), scopes=("x", "y"))


@pytest.mark.parametrize(
    ("own", "operations", "sent"),
    [(None, ("a",), "a"), (("b", "c"), ("a",), "b c"), ((), ("a",), None), (None, (), None)],
)
def test_the_scopes_of_the_grant_come_before_those_of_the_operation(
    own: tuple[str, ...] | None, operations: tuple[str, ...], sent: str | None
) -> None:
    """model/grant.py: scopes are asked for at every request; None asks for those of the operation."""
    assert form(asked(grant(scopes=own), operations)).get("scope") == sent


def test_a_secret_may_go_into_the_body() -> None:
    """RFC 6749 section 2.3.1."""
    request = asked(grant(client_secret=Secret("s&s"), secret_in_body=True))
    assert form(request) == {"grant_type": "client_credentials", "client_id": "app", "client_secret": "s&s"}
    assert header(request, "Authorization") == ""


def test_a_public_client_says_only_who_it_is() -> None:
    """RFC 6749 section 3.2.1."""
    request = asked(grant(GrantType.REFRESH_TOKEN, refresh_token=Secret("r")))
    assert form(request) == {"grant_type": "refresh_token", "refresh_token": "r", "client_id": "app"}
    assert header(request, "Authorization") == ""


def test_who_has_no_id_sends_none() -> None:
    """RFC 8693 section 2.1: client authentication is the server's choice."""
    assert "client_id" not in form(asked(grant(GrantType.PASSWORD, client_id="", password=Secret("p"))))


def test_a_password_is_sent_with_its_user() -> None:
    """RFC 6749 section 4.3.2."""
    request = asked(grant(GrantType.PASSWORD, username="ada", password=Secret("p w"), client_secret=Secret("s")))
    assert form(request) == {"grant_type": "password", "username": "ada", "password": "p w"}


def test_a_callers_token_is_exchanged() -> None:
    """RFC 8693 section 2.1."""
    what = grant(GrantType.TOKEN_EXCHANGE, audience="orders", resource="https://api.example/", scopes=("read",))
    access = "urn:ietf:params:oauth:token-type:access_token"
    assert form(asked(what, (), Secret("subject"))) == {
        "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
        "subject_token": "subject",
        "subject_token_type": access,
        "requested_token_type": access,
        "audience": "orders",
        "resource": "https://api.example/",
        "scope": "read",
        "client_id": "app",
    }
    plain = grant(GrantType.TOKEN_EXCHANGE)
    assert form(asked(plain, (), Secret("subject"))).keys() & {"audience", "resource", "scope"} == set()


@pytest.mark.parametrize(
    ("kind", "missing"),
    [
        (GrantType.PASSWORD, "a password"),
        (GrantType.REFRESH_TOKEN, "a refresh token"),
        (GrantType.TOKEN_EXCHANGE, "the caller's own access token"),
    ],
)
def test_what_a_grant_needs_is_said_before_anything_is_sent(kind: GrantType, missing: str) -> None:
    """issue 5: a missing credential is said before sending."""
    with pytest.raises(TokenError, match=missing) as refused:
        asked(grant(kind))
    assert (refused.value.where, refused.value.exit_code) == ("oauth", 5)


def test_a_discovered_endpoint_serves_a_grant_that_names_none() -> None:
    """model/grant.py."""
    assert asked(grant(token_url=""), (), None, "https://found.example/t").url == "https://found.example/t"


@given(client_id=st.text(min_size=1), secret=st.text(min_size=1))
def test_any_id_and_secret_arrive_as_they_are(client_id: str, secret: str) -> None:
    """RFC 6749 section 2.3.1: both are form-encoded before they become Basic; the law holds for authlib's reading."""
    request = token_request(URL, [], client_id, Secret(secret))
    found = extract_basic_authorization({"Authorization": header(request, "Authorization")})
    assert found == (client_id, secret)
    in_body = form(token_request(URL, [("grant_type", "x")], client_id, Secret(secret), in_body=True))
    assert (in_body["client_id"], in_body["client_secret"]) == (client_id, secret)


def test_a_secret_that_the_provider_repeats_is_masked() -> None:
    """security.md 10 and 35."""
    said = b'{"error": "invalid_client", "error_description": "app/s3cr3t-x is not s3cr3t-x; basic YXBwOnMzY3IzdC14"}'
    with pytest.raises(TokenError) as refused:
        came_of(said, grant(client_secret=Secret("s3cr3t-x")), status=401)
    assert refused.value.message == (
        "the identity provider gave no token (invalid_client: app/*** is not ***; basic ***)"
    )
    assert not refused.value.may_pass


CLIENT = grant(client_secret=Secret("cl/ient+S3CRET==ab cd"))


@pytest.mark.requirement(10)
@pytest.mark.parametrize(
    ("what", "subject", "secret"),
    [
        (CLIENT, None, "YXBwOmNsJTJGaWVudCUyQlMzQ1JFVCUzRCUzRGFiJTIwY2Q="),
        (CLIENT, None, "app:cl%2Fient%2BS3CRET%3D%3Dab%20cd"),
        (CLIENT, None, "cl/ient+S3CRET==ab cd"),
        (grant(client_secret=Secret("in/body+1"), secret_in_body=True), None, "in/body+1"),
        (grant(GrantType.PASSWORD, username="ada", password=Secret("l0ve+lace")), None, "l0ve+lace"),
        (grant(GrantType.REFRESH_TOKEN, refresh_token=Secret("r3fresh+1")), None, "r3fresh+1"),
        (grant(GrantType.TOKEN_EXCHANGE), Secret("subj3ct.token"), "subj3ct.token"),
    ],
)
def test_a_token_request_tells_what_is_secret_in_it(what: Grant, subject: Secret | None, secret: str) -> None:
    """security.md 10: whatever of it a provider repeats."""
    request = asked(what, ("read",), subject)
    assert Redactor(secrets_in(request))(f"<{secret}> app ada read") == "<***> app ada read"


@pytest.mark.requirement(10)
def test_a_provider_that_redirects_with_what_it_was_sent_is_not_repeated() -> None:
    """security.md 10: a Location may hold the header."""
    flow = obtain(CLIENT)
    sent = header(next(flow), "Authorization").partition(" ")[2]
    with pytest.raises(TokenError, match="points to another origin") as refused:
        flow.send(HttpResponse(status=302, url=URL, redirect=f"https://evil.example/{sent}/x"))
    assert "https://evil.example/***/x" in refused.value.message


@pytest.mark.requirement(10)
def test_what_is_held_has_the_clients_basic_value() -> None:
    """security.md 10: it is sent, and is none of the two that it is made of."""
    held = Held(by_scheme={"oauth": CLIENT})
    assert Secret("YXBwOmNsJTJGaWVudCUyQlMzQ1JFVCUzRCUzRGFiJTIwY2Q=") in set(held.secrets())
