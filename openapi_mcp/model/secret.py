"""Secrets: values that are used and never shown."""

import base64
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from html import escape
from urllib.parse import quote, quote_plus

MASK = "***"
_ESCAPE = re.compile(r"%[0-9A-F]{2}")  # either letter case is the same octet: RFC 3986 section 2.1
_URL_ALPHABET = str.maketrans("+/", "-_")  # RFC 4648 section 5
_SHORTEST_WITHIN_BASE64 = 6
_SHORTEST_REDACTED = 4  # a shorter value occurs in ordinary text by chance; masking it would only garble answers


class Secret:
    """A value whose `repr`, `str` and format are `***`; `reveal()` is the one way to it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the value, for the one place that puts it into a request."""
        return self._value

    def __repr__(self) -> str:
        return MASK

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(("Secret", self._value))


class Place(StrEnum):
    """Where a credential goes in a request (the `in` of an apiKey scheme)."""

    HEADER = "header"
    QUERY = "query"
    COOKIE = "cookie"


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """One value that is set, last, on every request to a trusted origin.

    `prefix` is the public part of a header value ("Bearer "); `hides` are further forms of the secret that must not be
    shown either, such as the password inside a Basic value.
    """

    place: Place
    name: str
    value: Secret
    prefix: str = ""
    hides: tuple[Secret, ...] = field(default=())

    @classmethod
    def basic(cls, user: str, password: str) -> "Credential":
        """`Authorization: Basic ...` (RFC 7617, UTF-8)."""
        text = base64.b64encode(f"{user}:{password}".encode()).decode()
        hides = (Secret(password), Secret(f"{user}:{password}"))
        return cls(place=Place.HEADER, name="Authorization", value=Secret(text), prefix="Basic ", hides=hides)


class Redactor:
    """Replaces every known secret in a text by `***`, however it was encoded on its way."""

    def __init__(self, secrets: Iterable[Secret] = ()) -> None:
        values = {secret.reveal() for secret in secrets}
        forms = {form for value in values if len(value) >= _SHORTEST_REDACTED for form in _forms(value)}
        self._forms = sorted(forms, key=len, reverse=True)

    @classmethod
    def of(cls, credentials: Iterable[Credential]) -> "Redactor":
        """Return a redactor of every secret that these credentials hold."""
        return cls(secret for credential in credentials for secret in (credential.value, *credential.hides))

    def __call__(self, text: str) -> str:
        """Return `text` with `***` in place of each secret."""
        for form in self._forms:
            if form in text:
                text = text.replace(form, MASK)
        return text

    def finds(self, text: str) -> bool:
        """True when `text` holds a secret."""
        return any(form in text for form in self._forms)


def _forms(value: str) -> set[str]:
    """Return a secret as it may be echoed: itself, in JSON text, in HTML, in URLs, in base64, in hexadecimal."""
    in_json = {json.dumps(value, ensure_ascii=ascii_only)[1:-1] for ascii_only in (True, False)}
    with_escaped_slash = {form.replace("/", "\\/") for form in in_json}  # as PHP writes JSON
    in_html = {escape(value), escape(value, quote=False), escape(value).replace("&#x27;", "&#39;")}
    raw = value.encode()
    in_header = raw.decode("latin-1")  # a header's bytes are read as that
    in_hex = {raw.hex(), raw.hex().upper()}
    return {value, in_header, *in_json, *with_escaped_slash, *in_html, *in_hex, *_in_urls(value), *_in_base64(raw)}


def _in_urls(value: str) -> set[str]:
    """Return a text percent-encoded: what must be, what may be, and every byte; "%2f" is "%2F"."""
    every_byte = "".join(f"%{byte:02X}" for byte in value.encode())
    forms = {quote(value, safe=""), quote(value), quote_plus(value), every_byte}
    return forms | {_ESCAPE.sub(lambda found: found[0].lower(), form) for form in forms}


def _in_base64(raw: bytes) -> set[str]:
    """Return bytes in base64, in both alphabets, and what always stands there of them where others come before them.

    b"key" within b"Bearer key" begins in the middle of a character: its first and its last one are not its own alone.
    """
    forms = {base64.b64encode(raw).decode()}
    if len(raw) >= _SHORTEST_WITHIN_BASE64:
        for before in range(3):
            whole = base64.b64encode(bytes(before) + raw).decode()
            forms.add(whole[-(-before * 8 // 6) : (before + len(raw)) * 8 // 6])
    forms |= {form.rstrip("=") for form in forms}
    return forms | {form.translate(_URL_ALPHABET) for form in forms}
