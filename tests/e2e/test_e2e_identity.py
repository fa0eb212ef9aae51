"""The identity provider of our tests, asked by another client than ours: it is only worth what it refuses."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from authlib.oauth2.rfc7636 import create_s256_code_challenge  # type: ignore[import-untyped]
from support.grants import ACCESS_TOKEN, EXCHANGE
from support.identity import IdentityProvider, running_identity_provider

VERIFIER = "v" * 43
REDIRECT = "http://127.0.0.1:1/callback"
APP = ("app", "app-s3cret")


@pytest.fixture
def provider() -> Iterator[IdentityProvider]:
    with running_identity_provider() as running:
        yield running


def ask(provider: IdentityProvider, auth: tuple[str, str] | None, **form: str) -> httpx.Response:
    return httpx.post(provider.token_url, data=form, auth=auth)


def code(provider: IdentityProvider, **more: str) -> dict[str, str]:
    """Return what the consent sends back."""
    challenge = create_s256_code_challenge(VERIFIER)
    asked = {
        "response_type": "code",
        "client_id": "native",
        "redirect_uri": REDIRECT,
        "state": "s",
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        **more,
    }
    answer = httpx.get(provider.authorization_url, params=asked)
    assert answer.status_code == 302, answer.text
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}


def test_client_credentials_lead_to_a_token_that_the_api_takes(provider: IdentityProvider) -> None:
    """RFC 6749 section 4.4; issue 5, Proof."""
    token = ask(provider, APP, grant_type="client_credentials", scope="read").json()
    answer = httpx.get(f"{provider.api_url}/whoami", headers={"Authorization": f"Bearer {token['access_token']}"})
    assert answer.json()["client_id"] == "app"
    assert (token["token_type"], token["expires_in"], token["scope"]) == ("Bearer", 3600, "read")
    provider.revoke_all()
    again = httpx.get(f"{provider.api_url}/whoami", headers={"Authorization": f"Bearer {token['access_token']}"})
    assert again.status_code == 401


@pytest.mark.parametrize("auth", [("app", "wrong"), ("nobody", "x"), None])
def test_a_client_that_is_not_who_it_says_gets_nothing(
    provider: IdentityProvider, auth: tuple[str, str] | None
) -> None:
    """RFC 6749 section 5.2."""
    answer = ask(provider, auth, grant_type="client_credentials")
    assert (answer.status_code, answer.json()["error"], provider.issued) == (401, "invalid_client", [])


def test_a_code_is_good_once_and_only_with_its_verifier(provider: IdentityProvider) -> None:
    """RFC 7636 section 4.6, RFC 6749 section 4.1.2, RFC 9207."""
    back = code(provider)
    assert (back["state"], back["iss"]) == ("s", provider.url)
    asked = {"grant_type": "authorization_code", "client_id": "native", "redirect_uri": REDIRECT, "code": back["code"]}
    assert ask(provider, None, **asked).json()["error"] == "invalid_request"
    assert ask(provider, None, **asked, code_verifier="w" * 43).json()["error"] == "invalid_grant"
    assert "refresh_token" in ask(provider, None, **asked, code_verifier=VERIFIER).json()
    assert ask(provider, None, **asked, code_verifier=VERIFIER).json()["error"] == "invalid_grant"


def test_a_person_may_refuse(provider: IdentityProvider) -> None:
    """RFC 6749 section 4.1.2.1."""
    provider.denies = "access_denied"
    assert code(provider)["error"] == "access_denied"


def test_a_refresh_token_is_good_once(provider: IdentityProvider) -> None:
    """RFC 9700 section 4.14.2."""
    first = ask(provider, APP, grant_type="password", username="ada", password="l0velace").json()
    asked = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    assert ask(provider, APP, **asked).json()["refresh_token"] != first["refresh_token"]
    assert ask(provider, APP, **asked).json()["error"] == "invalid_grant"


def test_a_token_is_exchanged_for_one_of_another_audience(provider: IdentityProvider) -> None:
    """RFC 8693 section 2."""
    asked = {"grant_type": EXCHANGE, "subject_token_type": ACCESS_TOKEN, "audience": "https://other.example"}
    answer = ask(provider, APP, **asked, subject_token=provider.mint("grace")).json()
    claims = provider.verify(answer["access_token"])
    assert claims is not None
    assert (claims["sub"], claims["aud"]) == ("grace", "https://other.example")
    assert ask(provider, APP, **asked, subject_token="x").json()["error"] == "invalid_grant"


@pytest.mark.parametrize("name", ["openid-configuration", "oauth-authorization-server"])
def test_it_is_discovered(provider: IdentityProvider, name: str) -> None:
    """OpenID Connect Discovery 1.0 section 4, RFC 8414 section 3."""
    provider.metadata = {"jwks_uri": None}
    assert httpx.get(f"{provider.url}/.well-known/{name}").json()["token_endpoint"] == provider.token_url
    assert "jwks_uri" not in provider.discovery()
    assert [key["kid"] for key in httpx.get(provider.jwks_url).json()["keys"]] == [provider.key.kid]
