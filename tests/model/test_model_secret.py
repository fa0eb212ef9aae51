"""Secrets: used, never shown."""

import base64
import html
import json
import re
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openapi_mcp.model.secret import Credential, Place, Redactor, Secret

PRINTABLE = st.text(st.characters(codec="utf-8", exclude_characters="*"), min_size=4)


def test_a_secret_shows_itself_only_when_it_is_asked_to() -> None:
    """security.md A10: neither log line nor error shows it."""
    secret = Secret("hunter22")
    assert (repr(secret), str(secret), f"{secret}", f"{secret!r:>5}") == ("***", "***", "***", "  ***")
    assert secret.reveal() == "hunter22"
    assert not hasattr(secret, "__dict__")


def test_secrets_compare_by_value() -> None:
    """Our choice: a renewed credential is compared with the old one."""
    assert Secret("a") == Secret("a")
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert len({Secret("a"), Secret("a"), Secret("b")}) == 2


@pytest.mark.spec("RFC 7617 section 2")
def test_basic_credentials_are_the_example_of_the_specification() -> None:
    """RFC 7617 sections 2 and 2.1: Aladdin, and UTF-8."""
    aladdin = Credential.basic("Aladdin", "open sesame")
    assert (aladdin.place, aladdin.name, aladdin.prefix) == (Place.HEADER, "Authorization", "Basic ")
    assert aladdin.value.reveal() == "QWxhZGRpbjpvcGVuIHNlc2FtZQ=="
    assert Credential.basic("test", "123£").value.reveal() == "dGVzdDoxMjPCow=="


def test_a_credential_does_not_show_its_value() -> None:
    """security.md A10."""
    shown = repr(Credential.basic("ann", "hunter22"))
    assert "hunter22" not in shown
    assert "YW5uOmh1bnRlcjIy" not in shown


def test_a_redactor_of_basic_credentials_hides_header_value_password_and_pair() -> None:
    """security.md A10: an upstream may echo any of them."""
    redact = Redactor.of([Credential.basic("ann", "hunter22")])
    assert redact("Basic YW5uOmh1bnRlcjIy, hunter22, ann:hunter22, ann") == "Basic ***, ***, ***, ann"


def each(value: str, escape: str) -> str:
    """Return a text with every mark in it escaped; `escape` is a format of its number."""
    return "".join(char if char.isascii() and char.isalnum() else escape.format(ord(char)) for char in value)


def every_second(value: str, escape: str) -> str:
    """Return a text with every second character escaped where it is a mark."""
    return "".join(each(char, escape) if place % 2 else char for place, char in enumerate(value))


ESCAPE = re.compile("%[0-9A-F]{2}")
FORMS: list[tuple[str, Callable[[str], str]]] = [
    ("itself", lambda value: value),
    ("percent-encoded", lambda value: quote(value, safe="")),
    ("percent-encoded in a path", quote),
    ("form-encoded", quote_plus),
    ("percent-encoded in lower case", lambda value: ESCAPE.sub(lambda found: found[0].lower(), quote(value, safe=""))),
    ("in JSON", lambda value: json.dumps(value, ensure_ascii=False)),
    ("in ASCII JSON", json.dumps),
    ("in PHP's JSON", lambda value: json.dumps(value).replace("/", "\\/")),
    ("in base64", lambda value: base64.b64encode(value.encode()).decode()),
    ("in unpadded base64", lambda value: base64.b64encode(value.encode()).decode().rstrip("=")),
    ("in base64 for URLs", lambda value: base64.urlsafe_b64encode(value.encode()).decode()),
    ("in hexadecimal", lambda value: value.encode().hex()),
    ("percent-encoded byte by byte", lambda value: "".join(f"%{byte:02X}" for byte in value.encode())),
    ("percent-encoded in lower case byte by byte", lambda value: "".join(f"%{byte:02x}" for byte in value.encode())),
    ("as the bytes of a header", lambda value: value.encode().decode("latin-1")),
    (
        "as the bytes of a header in JSON",
        lambda value: json.dumps(value.encode().decode("latin-1"), ensure_ascii=False),
    ),
    ("as the bytes of a header in ASCII JSON", lambda value: json.dumps(value.encode().decode("latin-1"))),
    ("in .NET's JSON", lambda value: each(value, "\\u{:04X}")),
    ("in Gson's JSON", lambda value: each(value, "\\u{:04x}")),
    ("in JSON within JSON", lambda value: json.dumps(json.dumps(value)[1:-1])),
    ("in HTML by numbers", lambda value: each(value, "&#{:d};")),
    ("in HTML by padded numbers", lambda value: each(value, "&#{:05d};")),
    ("in HTML by hexadecimal numbers", lambda value: each(value, "&#x{:X};")),
    ("in HTML twice", lambda value: each(value, "&amp;#x{:x};")),
    ("in HTML in Go's JSON", lambda value: each(value, "\\u0026#{:d};")),
    ("in HTML", html.escape),
    ("in part in HTML", lambda value: every_second(value, "&#{:d};")),
    ("in part in JSON", lambda value: every_second(value, "\\u{:04X}")),
    ("percent-encoded twice", lambda value: quote(quote(value, safe=""), safe="")),
    ("as Python shows bytes", lambda value: repr(value.encode())[2:-1]),
]


@pytest.mark.parametrize("form", [form for _, form in FORMS], ids=[name for name, _ in FORMS])
@pytest.mark.parametrize("secret", ["pa/ss wörd+\"x'\\", "abcd/efg=", "line\nbreak", "plain-text"])
def test_a_secret_is_masked_however_it_is_echoed(secret: str, form: Callable[[str], str]) -> None:
    """security.md A10: values are redacted where the upstream echoes them."""
    redact = Redactor([Secret(secret)])
    echoed = form(secret)
    assert redact(f"before {echoed} after") == f"before {echoed.replace(echoed.strip(chr(34)), '***')} after"
    assert redact.finds(echoed)


@pytest.mark.parametrize("before", [b"", b"Bearer ", b"ann:", b"x"])
def test_a_secret_within_base64_is_masked(before: bytes) -> None:
    """security.md A10: an upstream repeats the whole header; only what belongs to others too stays."""
    redacted = Redactor([Secret("abcd/efgh?~")])(base64.b64encode(before + b"abcd/efgh?~!!").decode())
    assert "***" in redacted
    assert len(redacted) < len(base64.b64encode(before)) + 10


def test_a_short_secret_is_not_looked_for_within_base64() -> None:
    """Our choice: the four characters of it that are certain occur by chance."""
    text = base64.b64encode(b"x:abcd").decode()
    assert Redactor([Secret("abcd")])(text) == text


@settings(deadline=None)
@given(PRINTABLE, st.text(), st.text())
def test_no_text_keeps_a_secret(secret: str, before: str, after: str) -> None:
    """security.md A10."""
    redact = Redactor([Secret(secret)])
    redacted = redact(f"{before}{secret}{after}")
    assert "***" in redacted
    assert secret not in redacted


ANY_SECRETS = st.lists(st.text(st.characters(codec="utf-8"), min_size=4), max_size=4)
FROM_MARKS = st.text(st.sampled_from("\\\"'/%&;#25amp*+u0c3é"), min_size=4, max_size=12)


@given(st.one_of(ANY_SECRETS, st.lists(FROM_MARKS, max_size=4)), st.data())
def test_what_is_masked_holds_no_secret_and_what_holds_none_is_left_alone(
    secrets: list[str], data: st.DataObject
) -> None:
    """security.md A10: `finds` and masking agree, whatever the secrets are made of."""
    redact = Redactor(map(Secret, secrets))
    echoed = [form(secret) for secret in secrets for _, form in FORMS]
    pieces = st.one_of(st.text(), FROM_MARKS, *([st.sampled_from(echoed)] if echoed else []))
    text = "".join(data.draw(st.lists(pieces)))
    masked = redact(text)
    assert not redact.finds(masked)
    assert (masked != text) == redact.finds(text)


def test_a_mask_does_not_complete_another_secret() -> None:
    """Our choice: what is masked is looked through once more where a secret has asterisks."""
    assert Redactor([Secret("abcd"), Secret("x***y")])("xabcdy") == "***"


def test_nothing_is_left_of_an_escaped_secret_that_begins_with_another() -> None:
    """Our choice: the longer first, in every form."""
    assert Redactor([Secret("abcd"), Secret("abcd+efgh")])("abcd\\u002Befgh") == "***"


def test_a_credential_of_a_header_hides_what_is_secret_in_it() -> None:
    """security.md A10: an API repeats the token without its scheme; RFC 6750 section 2.1."""
    redact = Redactor.of([Credential.header("Authorization", Secret("Bearer ab/cd+ef"))])
    assert redact("Bearer ab/cd+ef; ab/cd+ef; Bearer") == "***; ***; Bearer"


def test_of_two_secrets_the_longer_is_masked_whole() -> None:
    """Our choice: no rest of a secret stays behind a shorter one."""
    assert Redactor([Secret("abcd"), Secret("abcdefgh")])("abcdefgh abcd") == "*** ***"


def test_a_value_too_short_to_be_a_secret_is_left_alone() -> None:
    """Our choice: masking "1" would only garble answers."""
    redact = Redactor([Secret("abc"), Secret("")])
    assert redact("abc and more") == "abc and more"
    assert not redact.finds("abc")


def test_a_redactor_without_secrets_changes_nothing() -> None:
    """Our choice."""
    assert Redactor()("anything ***") == "anything ***"


def test_a_credential_with_further_forms_hides_each() -> None:
    """Our choice: `hides` is for what else must not be shown."""
    credential = Credential(place=Place.QUERY, name="key", value=Secret("first-secret"))
    redact = Redactor.of([replace(credential, hides=(Secret("second-secret"),))])
    assert redact("first-secret second-secret") == "*** ***"
