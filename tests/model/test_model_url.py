"""URLs: origins, and how a URL is shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openapi_mcp.model.url import origin, redact_url


@pytest.mark.spec("RFC 6454 section 4")
@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://api.example.com/v1", ("https", "api.example.com", 443)),
        ("HTTPS://Api.Example.COM", ("https", "api.example.com", 443)),
        ("http://api.example.com", ("http", "api.example.com", 80)),
        ("http://api.example.com.", ("http", "api.example.com", 80)),
        ("http://api.example.com:8080/", ("http", "api.example.com", 8080)),
        ("http://api.example.com:/", ("http", "api.example.com", 80)),
        ("http://api.example.com:0/", ("http", "api.example.com", 0)),
        ("http://me:pw@api.example.com/", ("http", "api.example.com", 80)),
        ("http://[::1]:8000/", ("http", "::1", 8000)),
        ("https://good.example@evil.example/", ("https", "evil.example", 443)),
    ],
)
def test_an_origin_is_scheme_host_and_port(url: str, expected: tuple[str, str, int]) -> None:
    """RFC 6454 section 4; a default port is the same as none, port 0 is not."""
    assert origin(url) == expected


@pytest.mark.parametrize(
    "url",
    ["", "/v1", "api.example.com", "//api.example.com", "ftp://a", "file:///etc/passwd", "http://", "http:///x",
     "http://./", "http://:80/", "http://a:port/", "http://a:99999/", "http://[::1/", "javascript:alert(1)"],
)  # fmt: skip
def test_what_is_no_usable_http_url_has_no_origin(url: str) -> None:
    """security.md A6: only http and https servers are accepted."""
    assert origin(url) is None


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://me:pw@host/spec?token=abc&v", "https://host/spec?token=***&v"),
        ("https://host/spec", "https://host/spec"),
        ("https://me@host:8000/", "https://host:8000/"),
        ("https://a@b@host/", "https://host/"),
        ("https://host/?a=1=2&b=", "https://host/?a=***&b=***"),
        ("https://host/#secret", "https://host/"),
        ("/relative?key=1", "/relative?key=***"),
        ("https://[bad", "***"),
        ("https://me:p/w@host/", "***"),
    ],
)
def test_a_url_is_shown_without_userinfo_and_query_values(url: str, shown: str) -> None:
    """security.md A10: a secret may stand in userinfo or query."""
    assert redact_url(url) == shown


@given(st.text(st.sampled_from("abc:/?#[]@=&;%. ~é1"), max_size=40))
def test_showing_a_shown_url_changes_nothing(tail: str) -> None:
    """Our choice: messages may pass through several hands."""
    shown = redact_url(f"https://host{tail}")
    assert redact_url(shown) == shown


@given(st.text("abcdefghij", min_size=1), st.text("abcdefghij", min_size=1))
def test_neither_password_nor_query_value_is_shown(user: str, path: str) -> None:
    """security.md A10."""
    assert "SECRET" not in redact_url(f"https://{user}:SECRET@{path}/?{path}=SECRET&{user}=SECRET#SECRET")
