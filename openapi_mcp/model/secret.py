"""Secrets: values that are used and never shown."""

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from openapi_mcp.model.echo import Escaped, encoded
from openapi_mcp.model.parts import parts_of

MASK = "***"
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
    def header(cls, name: str, value: Secret, prefix: str = "") -> "Credential":
        """Return a header; what is secret within its value is hidden also where it stands by itself."""
        parts = parts_of(name, prefix + value.reveal())
        hides = tuple(Secret(part) for part in parts if part != value.reveal())
        return cls(place=Place.HEADER, name=name, value=value, prefix=prefix, hides=hides)

    @classmethod
    def basic(cls, user: str, password: str) -> "Credential":
        """`Authorization: Basic ...` (RFC 7617, UTF-8)."""
        text = base64.b64encode(f"{user}:{password}".encode()).decode()
        hides = (Secret(password), Secret(f"{user}:{password}"))
        return cls(place=Place.HEADER, name="Authorization", value=Secret(text), prefix="Basic ", hides=hides)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lent:
    """A credential that an earlier step of a workflow got from the API at this `origin`, and that may go there only."""

    credential: Credential
    origin: tuple[str, str, int]


class Redactor:
    """Replaces every known secret in a text by `***`, however it was encoded on its way."""

    def __init__(self, secrets: Iterable[Secret] = ()) -> None:
        values = {value for secret in secrets if len(value := secret.reveal()) >= _SHORTEST_REDACTED}
        forms: set[str] = values.union(*map(encoded, values))
        self._have_stars = any("*" in value for value in values)
        every: list[Escaped | str] = [*map(Escaped, values), *forms]
        self._forms = sorted(every, key=len, reverse=True)  # no rest of one stays behind a shorter one

    @classmethod
    def of(cls, credentials: Iterable[Credential]) -> "Redactor":
        """Return a redactor of every secret that these credentials hold."""
        return cls(secret for credential in credentials for secret in (credential.value, *credential.hides))

    def __call__(self, text: str) -> str:
        """Return `text` with `***` in place of each secret."""
        found = self._masked(text)
        while self._have_stars and found != text:  # a mask may complete another secret; each is longer than a mask
            text, found = found, self._masked(found)
        return found

    def _masked(self, text: str) -> str:
        for form in self._forms:
            text = text.replace(form, MASK) if isinstance(form, str) else form.replaced(text, MASK)
        return text

    def finds(self, text: str) -> bool:
        """True when `text` holds a secret."""
        return any(form in text if isinstance(form, str) else form.finds(text) for form in self._forms)


class Redactors(Redactor):
    """Masks what each of several redactors knows."""

    def __init__(self, each: Sequence[Redactor]) -> None:
        super().__init__(())
        self._each = each

    def __call__(self, text: str) -> str:
        """Return `text` with `***` in place of each secret that any of them knows."""
        for redact in self._each:
            text = redact(text)
        return text

    def finds(self, text: str) -> bool:
        """True when `text` holds a secret that any of them knows."""
        return any(redact.finds(text) for redact in self._each)
