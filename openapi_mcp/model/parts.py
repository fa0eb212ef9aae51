"""What is secret within the value of a header: an API that repeats a credential may repeat only that."""

import base64
import binascii
from collections.abc import Iterator
from urllib.parse import unquote

_AUTHORIZATION = ("authorization", "proxy-authorization")
_SCHEMES = ("bearer", "basic", "token", "apikey", "api-key", "key", "jwt", "oauth", "digest", "secret")
"""The words that stand before a credential in headers that are not only for credentials too."""
_PUBLIC = ("realm", "username", "uri", "algorithm", "qop", "nc", "charset", "userhash", "signedheaders", "version")
_SHORTEST_WORD = 8  # a shorter one of letters alone ("true", "dark") is no secret; masking it would garble answers
_MOST = 100  # parts of one header; callers bring headers, and each part is looked for in every answer


def parts_of(name: str, value: str) -> tuple[str, ...]:
    """Return what is secret within the value of a header, the whole value left out.

    ("Authorization", "Bearer abc") -> "abc"; ("Cookie", "sid=abc1; lang=en") -> "abc1";
    ("Authorization", "Basic YW5uOnNlY3JldA==") -> "YW5uOnNlY3JldA==", "ann:secret", "secret"

    RFC 9110 section 11.4, RFC 7617 section 2, RFC 6265 section 4.2.1.
    """
    if name.lower() == "cookie":
        found = _cookies(value)
    else:
        scheme, _, credential = value.strip().partition(" ")
        is_scheme = scheme.lower() in _SCHEMES or name.lower() in _AUTHORIZATION
        found = _of_scheme(scheme.lower(), credential.strip()) if is_scheme else iter(())
    return tuple(dict.fromkeys(part for part in found if part and part != value))[:_MOST]


def _of_scheme(scheme: str, credential: str) -> Iterator[str]:
    yield credential
    inner, _, rest = credential.partition(" ")
    if inner.lower() in _SCHEMES:  # an operator wrote the word, and we write it before
        yield rest.strip()
    if scheme == "basic" and (pair := _pair(credential)):
        yield pair
        yield pair.partition(":")[2]
    for parameter in credential.split(","):
        name, _, text = parameter.strip().partition("=")
        if name.lower().rpartition(" ")[2] not in _PUBLIC and text.strip("="):  # what is left is no padding of base64
            yield from _plain_and_unquoted(text)


def _pair(credential: str) -> str | None:
    """Return the user and password of a Basic credential; None where it holds none."""
    try:
        raw = base64.b64decode(credential + "=" * (-len(credential) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _cookies(value: str) -> Iterator[str]:
    for cookie in value.split(";"):
        text = cookie.partition("=")[2].strip()
        yield from _plain_and_unquoted(text)
        if unquote(text) != text:
            yield from _plain_and_unquoted(unquote(text))


def _plain_and_unquoted(text: str) -> Iterator[str]:
    """Yield a value as it is written and without the quotes around it; nothing for an ordinary word."""
    bare = text.removeprefix('"').removesuffix('"')
    if not (bare.isalpha() and len(bare) < _SHORTEST_WORD):
        yield from (text, bare)
