"""Answers of token endpoints: good, odd, broken and hostile."""

import json
from typing import Any

import pytest

from openapi_mcp.auth.token import Token, TokenError, read_token
from openapi_mcp.model.message import HttpResponse
from openapi_mcp.model.secret import Secret

URL = "https://id.example/token?tenant=1"


def read(status: int = 200, body: bytes | None = None, **fields: Any) -> Token:
    sent = json.dumps({"access_token": "a", "token_type": "Bearer", **fields}).encode() if body is None else body
    return read_token(HttpResponse(status=status, url=URL, body=sent), [Secret("s3cr3t")])


def refused(**fields: Any) -> TokenError:
    with pytest.raises(TokenError) as raised:
        read(**fields)
    assert raised.value.where == "https://id.example/token?tenant=***"
    assert raised.value.hint
    return raised.value


@pytest.mark.parametrize(
    ("said", "lifetime"),
    [
        (3600, 3600.0),
        ("3600", 3600.0),
        (0.5, 0.5),
        (None, None),
        (0, None),
        (-1, None),
        ("soon", None),
        ("nan", None),
        ("inf", 315360000.0),
        (True, None),
        ([60], None),
        (10**400, None),
        (10**30, 315360000.0),
    ],
)
def test_a_lifetime_is_what_can_be_counted_with(said: Any, lifetime: float | None) -> None:
    """RFC 6749 section 5.1: expires_in is recommended; servers write it as text, too."""
    assert read(expires_in=said).lifetime == lifetime


@pytest.mark.parametrize("kind", ["DPoP", "mac", "N_A", "", None, 7])
def test_only_a_bearer_token_is_taken(kind: Any) -> None:
    """RFC 6749 section 7.1: a client must not use a token whose type it does not understand."""
    assert refused(token_type=kind).message == "the token endpoint gave no Bearer token"


@pytest.mark.parametrize("token", ["", None, 7, "a b", "a\r\nX: y", "é", "\ud800", "a\x7f", ["a"]])
def test_an_access_token_can_stand_in_a_header(token: Any) -> None:
    """RFC 6749 appendix A.12, security.md 5."""
    assert "access token is missing, or holds characters" in refused(access_token=token).message


def test_a_refresh_token_is_text_or_none() -> None:
    """RFC 6749 appendix A.17."""
    assert (read().refresh, read(refresh_token="").refresh, read(refresh_token=None).refresh) == (None, None, None)
    assert "refresh token" in refused(refresh_token=["r"]).message


def test_scopes_are_told_where_they_are_others() -> None:
    """RFC 6749 section 5.1."""
    assert (read(scope="a  b").scopes, read().scopes, read(scope=["a"]).scopes) == (("a", "b"), None, None)


@pytest.mark.parametrize(
    ("error", "word"),
    [
        ("invalid_client", "secret_in_body"),
        ("invalid_grant", "login again"),
        ("unauthorized_client", "grant type"),
        ("unsupported_grant_type", "another way"),
        ("invalid_scope", "scopes"),
        ("invalid_target", "check the client"),
    ],
)
def test_a_refusal_says_what_to_do(error: str, word: str) -> None:
    """RFC 6749 section 5.2."""
    found = refused(status=400, body=json.dumps({"error": error}).encode())
    assert (found.message, found.may_pass) == (f"the identity provider gave no token ({error})", False)
    assert word in (found.hint or "")


def test_a_refusal_with_status_200_is_one() -> None:
    """GitHub's token endpoint answers so."""
    assert "bad_verification_code" in refused(body=b'{"error": "bad_verification_code"}').message


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_provider_that_is_down_or_busy_may_come_back(status: int) -> None:
    """RFC 9110 section 15.6."""
    found = refused(status=status, body=b"<html>")
    assert (found.message, found.may_pass, found.hint) == (
        f"the identity provider gave no token (status {status})", True, "try again later",
    )  # fmt: skip


def test_what_a_provider_says_is_shortened_and_cleaned() -> None:
    """style.md, Errors: foreign text is quoted, shortened and redacted. security.md 31 and 35."""
    said = {"error": ["x"], "error_description": "\x1b[31mred\x1b[0m\n s3cr3t " + "long " * 200}
    found = refused(status=400, body=json.dumps(said).encode()).message
    assert found.startswith("the identity provider gave no token (status 400")
    said["error"] = "nope"
    found = refused(status=400, body=json.dumps(said).encode()).message
    assert found.startswith("the identity provider gave no token (nope: red *** long long")
    assert len(found) < 300


@pytest.mark.parametrize("body", [b"", b"access_token=a", b"[]", b'"a"', b"{", b"\xff{}", b"[" * 100_000])
def test_what_is_no_json_object_is_no_token(body: bytes) -> None:
    """RFC 6749 section 5.1."""
    assert refused(body=body).message == "the identity provider's answer is no JSON object"


def test_a_token_that_was_cut_off_is_none() -> None:
    """Our choice: an answer that broke off may have lost a part of its token."""
    whole = HttpResponse(status=200, url=URL, body=b'{"access_token": "a", "token_type": "Bearer"}', ended_early="cap")
    with pytest.raises(TokenError, match="no JSON object"):
        read_token(whole, [])


def test_a_redirect_to_another_origin_is_not_followed() -> None:
    """security.md 7."""
    away = HttpResponse(status=307, url=URL, redirect="https://evil.example/t?x=1")
    with pytest.raises(TokenError, match=r"points to another origin: https://evil\.example/t\?x=\*\*\*"):
        read_token(away, [])
