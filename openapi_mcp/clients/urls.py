"""The secrets that stand in URLs of an entry: passwords and what a query holds."""

import re
from collections.abc import Iterator
from urllib.parse import SplitResult, unquote, urlsplit

from openapi_mcp.model.secret import MASK
from openapi_mcp.model.url import redact_url

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,30}$")
_PLAIN = re.compile(r"(?:format|lang|language|version|v|api-version|group)=[A-Za-z0-9.-]{0,30}", re.IGNORECASE)
"""What of a query says which document is meant, as frameworks have it; anything else may be a key."""


def shown_word(word: str) -> str:
    """Return a word of a command line as it may be shown: a URL in it without user, password and what may be a key.

    "--spec=https://ann:pw@h/o.json?format=json&key=K" -> "--spec=https://h/o.json?format=json&key=***"
    """
    before, url = _divided(word)
    if not url:
        return word
    parts = _split(url)
    if parts is None or _is_odd(parts):
        return f"{before}{MASK}"
    query = "&".join(map(_shown_pair, parts.query.split("&"))) if parts.query else ""
    plain = redact_url(parts._replace(query="").geturl())
    return f"{before}{plain}?{query}" if query else f"{before}{plain}"


def secrets_in(word: str) -> Iterator[str]:
    """Yield what is secret of a URL in a word: "https://ann:pw@h/o.json?key=K" -> "pw", "K"; decoded ones, too."""
    _, url = _divided(word)
    parts = _split(url) if url else None
    if parts is None:
        return
    user = parts.netloc.rpartition("@")[0]
    values = [pair.partition("=")[2] for pair in parts.query.split("&") if not _PLAIN.fullmatch(pair)]
    odd = parts.netloc + parts.path if _is_odd(parts) else ""
    for value in (user.partition(":")[2] or user, odd, *values):
        if value:
            yield from dict.fromkeys((value, unquote(value)))


def has_secret(word: str) -> bool:
    """True where a URL in a word holds what may be a secret."""
    return next(secrets_in(word), None) is not None


def _divided(word: str) -> tuple[str, str]:
    """Return what stands before a URL, and the URL: "shop=https://h" -> ("shop=", "https://h"); empty for none."""
    scheme = _SCHEME.search(word[: max(word.find("://"), 0)][-32:])
    if scheme is None:
        return word, ""
    start = word.find("://") - len(scheme[0])
    return word[:start], word[start:]


def _split(url: str) -> SplitResult | None:
    try:
        return urlsplit(url)
    except ValueError:  # no URL after all: "http://[x"
        return None


def _is_odd(parts: SplitResult) -> bool:
    """True where a password with a slash in it has ended up in the path: "https://me:1/w@host"."""
    return ":" in parts.netloc and "@" in parts.path


def _shown_pair(pair: str) -> str:
    name, equals, _ = pair.partition("=")
    return pair if _PLAIN.fullmatch(pair) or not equals else f"{name}={MASK}"
