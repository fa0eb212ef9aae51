"""Metadata documents: what of them is believed."""

import json
from typing import Any

import pytest

from openapi_mcp.auth.metadata import Metadata, discover, is_issuer, is_protected
from openapi_mcp.auth.token import TokenError
from openapi_mcp.model.message import HttpResponse

URL = "https://id.example/t1/.well-known/openid-configuration"
GOOD = {
    "issuer": "https://id.example/t1",
    "token_endpoint": "https://tokens.example/t",
    "authorization_endpoint": "https://id.example/a",
    "authorization_response_iss_parameter_supported": True,
}


def found(status: int = 200, url: str = URL, **fields: Any) -> Metadata:
    flow = discover(url)
    request = next(flow)
    assert (request.method, request.url, request.headers) == ("GET", url, (("Accept", "application/json"),))
    with pytest.raises(StopIteration) as done:
        flow.send(HttpResponse(status=status, url=url, body=json.dumps({**GOOD, **fields}).encode()))
    metadata: Metadata = done.value.value
    return metadata


def test_the_metadata_leads_to_the_endpoints() -> None:
    """OpenID Connect Discovery 1.0 section 3; endpoints may be of other origins (Google's are)."""
    assert found() == Metadata(
        issuer="https://id.example/t1",
        token_url="https://tokens.example/t",
        authorization_url="https://id.example/a",
        names_itself=True,
    )
    assert found(authorization_endpoint=None, authorization_response_iss_parameter_supported="yes") == Metadata(
        issuer="https://id.example/t1", token_url="https://tokens.example/t"
    )


@pytest.mark.parametrize("issuer", ["https://evil.example/t1", "https://id.example/t2", "", None, 7])
def test_another_issuers_metadata_is_refused(issuer: Any) -> None:
    """RFC 8414 section 3.3."""
    with pytest.raises(TokenError, match="another issuer"):
        found(issuer=issuer)


@pytest.mark.parametrize(
    "url", ["http://tokens.example/t", "ftp://x/t", "https://me:pw@x.example/t", "https://x.example/\nt", "/token", 7]
)
@pytest.mark.parametrize("name", ["token_endpoint", "authorization_endpoint"])
def test_an_endpoint_without_tls_is_refused(name: str, url: Any) -> None:
    """RFC 6749 section 3.2: TLS is required."""
    with pytest.raises(TokenError, match=f"metadata's {name} is no https URL"):
        found(**{name: url})


@pytest.mark.parametrize(("status", "may_pass"), [(404, False), (204, False), (503, True)])
def test_metadata_that_is_not_there_is_said(status: int, may_pass: bool) -> None:
    """style.md, Errors."""
    with pytest.raises(TokenError, match=f"cannot be had .status {status}") as refused:
        found(status=status)
    assert refused.value.may_pass is may_pass


@pytest.mark.parametrize(
    ("issuer", "url", "good"),
    [
        ("https://id.example", "https://id.example/.well-known/openid-configuration", True),
        ("https://id.example/", "https://id.example/.well-known/oauth-authorization-server", True),
        ("https://ID.example:443/t1", URL, True),
        ("https://id.example/t1/", URL, True),
        ("https://id.example/t1", "https://id.example/.well-known/oauth-authorization-server/t1", True),
        ("https://id.example/t1", "https://id.example/.well-known/openid-configuration/t1", True),
        ("https://id.example", URL, False),
        ("http://id.example/t1", URL, False),
        ("https://id.example/t1?x", URL, False),
        ("https://id.example/t1#x", URL, False),
        ("https://id.example/t1", URL + "?policy=p", False),
        ("https://id.example/t1", "https://id.example/t1/metadata", False),
    ],
)
def test_an_issuer_has_its_metadata_at_a_known_place(issuer: str, url: str, good: bool) -> None:
    """OpenID Connect Discovery 1.0 section 4.1, RFC 8414 section 3.1."""
    assert is_issuer(issuer, url) is good


@pytest.mark.parametrize(
    ("url", "beside", "good"),
    [
        ("https://x.example/t", "", True),
        ("http://127.0.0.1:9/t", "", True),
        ("http://[::1]:9/t", "", True),
        ("http://localhost/t", "https://x.example", True),
        ("http://idp.internal:81/t", "http://idp.internal:80/m", True),
        ("http://idp.internal/t", "https://idp.internal/m", False),
        ("http://idp.internal/t", "", False),
        ("http://localhost.evil.example/t", "", False),
        ("https://u@x.example/t", "", False),
        ("nothing", "", False),
    ],
)
def test_secrets_travel_only_protected(url: str, beside: str, good: bool) -> None:
    """RFC 6749 section 3.2; plain HTTP on loopback, or where the operator named the host so."""
    assert is_protected(url, beside) is good
