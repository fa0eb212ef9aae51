"""The question in the browser and its answer."""

import json
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openapi_mcp.auth.code import Authorization, StrangeRedirectError, consent_url, exchange, read_redirect
from openapi_mcp.auth.pkce import challenge
from openapi_mcp.auth.token import TokenError
from openapi_mcp.model.message import HttpResponse
from openapi_mcp.model.secret import Secret

ASKED = Authorization(
    authorization_url="https://id.example/authorize?tenant=1#top",
    token_url="https://id.example/token",
    client_id="app",
    redirect_uri="http://127.0.0.1:8123/callback",
    state="state-é".encode().hex(),
    verifier=Secret("v" * 43),
    scopes=("read", "write"),
    issuer="https://id.example",
)


def code(asked: Authorization = ASKED, **fields: str) -> str:
    return read_redirect(asked, urlencode({"state": asked.state, "code": "c0de", **fields})).reveal()


def test_the_question_holds_a_challenge_and_no_verifier() -> None:
    """RFC 6749 section 4.1.1, RFC 7636 section 4.3."""
    url = consent_url(ASKED)
    assert url.startswith("https://id.example/authorize?tenant=1&response_type=code&")
    assert dict(parse_qsl(urlsplit(url).query)) == {
        "tenant": "1",
        "response_type": "code",
        "client_id": "app",
        "redirect_uri": "http://127.0.0.1:8123/callback",
        "scope": "read write",
        "state": ASKED.state,
        "code_challenge": challenge("v" * 43),
        "code_challenge_method": "S256",
    }
    bare = replace(ASKED, authorization_url="https://id.example/a", scopes=())
    assert "scope" not in consent_url(bare)
    assert consent_url(bare).startswith("https://id.example/a?response_type")


def test_the_answer_holds_a_code() -> None:
    """RFC 6749 section 4.1.2; RFC 9207 section 2."""
    assert (code(), code(iss="https://id.example"), code(replace(ASKED, issuer=""), iss="x")) == ("c0de",) * 3


@pytest.mark.parametrize(
    "query",
    [
        "",
        "code=c0de",
        "code=c0de&state=",
        "code=c0de&state=other",
        f"code=c0de&state={ASKED.state}x",
        f"code=c0de&state={ASKED.state[:-1]}",
        f"code=c0de&code=evil&state={ASKED.state}",
        f"code=c0de&state={ASKED.state}&state={ASKED.state}",
        "code=c0de&state=%ED%A0%80",
        "error=access_denied",
    ],
)
def test_an_answer_that_we_did_not_ask_for_is_strange(query: str) -> None:
    """RFC 6749 sections 3.1 and 10.12, RFC 9700 section 2.1."""
    with pytest.raises(StrangeRedirectError):
        read_redirect(ASKED, query)


@given(st.text())
def test_whatever_comes_is_strange(query: str) -> None:
    """security.md 23: nothing that a page can send ends the login."""
    with pytest.raises(StrangeRedirectError):
        read_redirect(ASKED, query)


@pytest.mark.parametrize(
    ("names", "fields"), [(False, {"iss": "https://evil.example"}), (True, {}), (True, {"iss": ""})]
)
def test_another_issuers_answer_is_refused(names: bool, fields: dict[str, str]) -> None:
    """RFC 9207 section 2.4: the mix-up attack."""
    with pytest.raises(TokenError, match="another issuer"):
        code(replace(ASKED, names_issuer=names), **fields)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"error": "access_denied"}, r"\(access_denied\)"),
        ({"error": "access_denied", "error_description": "\x1bno"}, r"\(access_denied: no\)"),
        ({"code": ""}, r"\(no code\)"),
    ],
)
def test_a_person_may_say_no(fields: dict[str, Any], said: str) -> None:
    """RFC 6749 section 4.1.2.1."""
    with pytest.raises(TokenError, match=said) as refused:
        code(**fields)
    assert refused.value.where == "https://id.example/authorize?tenant=***"


@pytest.mark.parametrize("secret", [None, Secret("s3cr3t")])
def test_the_code_is_exchanged_with_its_verifier(secret: Secret | None) -> None:
    """RFC 6749 section 4.1.3, RFC 7636 section 4.5; a provider that repeats the code does not get it shown."""
    flow = exchange(replace(ASKED, client_secret=secret), Secret("c0de"))
    request = next(flow)
    assert isinstance(request.body, bytes)
    public = {"client_id": "app"} if secret is None else {}
    assert dict(parse_qsl(request.body.decode())) == {
        "grant_type": "authorization_code",
        "code": "c0de",
        "redirect_uri": "http://127.0.0.1:8123/callback",
        "code_verifier": "v" * 43,
        **public,
    }
    with pytest.raises(TokenError, match=r"\(invalid_grant: \*\*\* is used\)"):
        flow.send(
            HttpResponse(
                status=400, url="https://id.example/token",
                body=b'{"error": "invalid_grant", "error_description": "c0de is used"}',
            )
        )  # fmt: skip


@pytest.mark.requirement(10)
@pytest.mark.parametrize("secret", ["c0de-1", "v" * 43, "YXBwOnMzJTJGY3IzdA==", "s3/cr3t"])
def test_a_provider_that_repeats_what_it_was_sent_is_masked(secret: str) -> None:
    """security.md 10: the code, the verifier and the client's secret, as it goes and as it is."""
    flow = exchange(replace(ASKED, client_secret=Secret("s3/cr3t")), Secret("c0de-1"))
    next(flow)
    body = json.dumps({"error": "invalid_grant", "error_description": f"<{secret}>"}).encode()
    with pytest.raises(TokenError) as refused:
        flow.send(HttpResponse(status=400, url=ASKED.token_url, body=body))
    assert "<***>" in refused.value.message
