"""What is secret within the value of a header."""

import base64

import pytest

from openapi_mcp.model.parts import parts_of


def basic(pair: bytes) -> str:
    return base64.b64encode(pair).decode()


@pytest.mark.parametrize(
    ("name", "value", "parts"),
    [
        ("Authorization", "Bearer abc-123", ("abc-123",)),
        ("authorization", "  Bearer   abc-123 ", ("abc-123",)),
        ("Authorization", "Token drf-S3CRET", ("drf-S3CRET",)),
        ("Authorization", "drf-S3CRET", ()),
        ("Authorization", "Anything abc-123", ("abc-123",)),
        ("Proxy-Authorization", "Basic " + basic(b"ann:pass:x"), (basic(b"ann:pass:x"), "ann:pass:x", "pass:x")),
        ("Authorization", "Basic " + basic("ann:wörd".encode("latin-1")), (basic(b"ann:w\xf6rd"), "ann:wörd", "wörd")),
        ("Authorization", "basic no base64!", ("no base64!",)),
        ("X-API-Key", "Token drf-S3CRET", ("drf-S3CRET",)),
        ("X-Client", "my own program", ()),
        (
            "Authorization",
            'Token token="t0ken-1", realm="shop"',
            ('token="t0ken-1", realm="shop"', '"t0ken-1"', "t0ken-1"),
        ),
        ("Authorization", "Bearer abcd1==", ("abcd1==",)),
        ("Authorization", "Bearer Token t0ken-1", ("Token t0ken-1", "t0ken-1")),
    ],
)
def test_after_the_scheme_stands_the_credential(name: str, value: str, parts: tuple[str, ...]) -> None:
    """RFC 9110 section 11.4, RFC 7617 section 2."""
    assert parts_of(name, value) == parts


@pytest.mark.parametrize(
    ("value", "parts"),
    [
        ("sid=abc-1", ("abc-1",)),
        ("sid=abc-1; theme=dark; x=2", ("abc-1", "2")),
        ('sid="abc-1"', ('"abc-1"', "abc-1")),
        ("sid=s%3Aab.cd==", ("s%3Aab.cd==", "s:ab.cd==")),
        ("sid=longerthanaword", ("longerthanaword",)),
        ("nothing", ()),
    ],
)
def test_each_cookie_has_a_value(value: str, parts: tuple[str, ...]) -> None:
    """RFC 6265 section 4.2.1; an ordinary word is left alone, our choice."""
    assert parts_of("Cookie", value) == parts


def test_no_header_has_parts_without_end() -> None:
    """security.md 28: what a caller brings does not slow down the others; the whole header is masked anyway."""
    assert len(parts_of("Cookie", "; ".join(f"c{number}=value-{number}" for number in range(5000)))) == 100
    assert parts_of("Authorization", "Token " * 3000 + "x")[-1].endswith("Token x")
