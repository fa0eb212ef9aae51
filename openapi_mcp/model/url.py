"""URLs: origins, and how a URL is shown."""

from urllib.parse import SplitResult, urlsplit, urlunsplit

from openapi_mcp.model.secret import MASK

_DEFAULT_PORTS = {"http": 80, "https": 443}

Origin = tuple[str, str, int]
"""Scheme, host and port. RFC 6454."""


def origin(url: str) -> Origin | None:
    """Return scheme, host and port (RFC 6454), or None for a URL that is not http(s) or is malformed.

    "HTTPS://Api.example.com/v1" -> ("https", "api.example.com", 443)
    """
    try:
        parts = urlsplit(url)
        scheme, host, port = parts.scheme.lower(), parts.hostname, parts.port
    except ValueError:
        return None
    name = (host or "").lower().rstrip(".")
    if scheme not in _DEFAULT_PORTS or not name:
        return None
    return scheme, name, _DEFAULT_PORTS[scheme] if port is None else port


def redact_url(url: str) -> str:
    """Return the URL as it may be shown: no userinfo, no query values.

    "https://me:pw@host/spec?token=abc&v" -> "https://host/spec?token=***&v". Where the port is no number, what stands
    there may be a password ("https://me:p/w@host"), so nothing of the URL is shown.
    """
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return MASK
    return urlunsplit(parts._replace(netloc=_netloc(parts), query=_masked_query(parts.query), fragment=""))


def without_userinfo(url: str) -> str:
    """Return the URL that is asked for, whoever asks: "https://me:pw@host/spec?v=1#a" -> "https://host/spec?v=1"."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=_netloc(parts), fragment=""))


def _netloc(parts: SplitResult) -> str:
    return parts.netloc.rpartition("@")[2]


def _masked_query(query: str) -> str:
    pairs = (pair.partition("=") for pair in query.split("&"))
    return "&".join(f"{name}={MASK}" if equals else name for name, equals, _ in pairs) if query else ""
