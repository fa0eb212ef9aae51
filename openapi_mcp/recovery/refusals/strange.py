"""Whether a part of a refusal is none that refusals are known to have: an id, a link to itself, a time of creation."""

import re
from collections.abc import Set
from typing import Any

from openapi_mcp.index.entities import split, split_as_is

_LONGEST = 200  # characters of a value that may be an id
_MOST = 50  # values of a list
_KNOWN = frozenset(
    (
        "error", "field", "message", "msg", "code", "status", "title", "type", "detail", "trace", "request",
        "timestamp", "time", "date", "path", "pointer", "documentation", "doc", "docs", "help", "info", "id", "uuid",
        "guid", "support", "correlation", "span", "session", "incident", "ray", "fbtrace", "log", "instance", "param",
        "parameter", "property", "source", "loc", "location", "line", "row", "column", "position", "index", "byte",
        "offset", "count", "total", "attempt", "version", "api", "method", "rule", "constraint", "validation",
        "validator", "keyword", "schema", "reason", "domain", "name", "kind", "class", "exception", "severity", "level",
        "category", "host", "server", "service", "node", "region", "env", "environment", "duration", "elapsed", "took",
        "cause", "hint", "description", "stack", "subcode", "locale", "lang", "jsonrpc", "retry", "argument",
        "limit", "max", "maximum", "min", "minimum", "allowed", "expected", "accepted", "valid", "options", "choices",
        "enum", "length", "pattern", "format", "example", "suggestion", "violation", "problem", "fault", "issue",
    )
)  # fmt: skip
_LIMITS = frozenset(
    (
        "limit", "allowed", "value", "values", "received", "expected", "ctx", "context", "params", "parameters",
        "constraints", "args", "arguments", "input", "given", "actual", "provided", "attemptedvalue", "rejectedvalue",
        "options", "choices", "metadata", "meta", "data",
    )
)  # fmt: skip
_MADE = frozenset(("created", "updated", "modified", "inserted", "creation", "processed", "completed", "started"))
_WHEN = frozenset(("at", "on", "date", "time", "timestamp"))
_DATE = re.compile(r"\s?\d{4}-?\d\d|\s?\d{9}|[A-Z][a-z]{2},? \d|\s?\d{1,2}[./]\d")
_OWN_ID = re.compile(r"x-.{1,80}-id", re.IGNORECASE | re.ASCII)
_OF_THE_CALL = frozenset(
    ("request", "req", "requests", "trace", "correlation", "session", "amzn", "amz", "cf", "cloudflare", "ray", "span",
     "b3", "vercel", "datadog", "client", "debug", "log", "connection", "call", "invocation", "server", "api", "error")
)  # fmt: skip


def is_strange(name: str, value: Any, given: Set[str], names: Set[str], *, in_error: bool) -> bool:
    """True for {"ticket": "T-77"}, {"self": "/w/77"} and {"createdAt": "2026-01-01T00:00:00Z"}.

    Not for what the call gave itself, for the words on a field of that name, or for a limit of what is wrong.
    """
    if name in names:
        return False
    each = [text for text in _texts(value) if text not in given]
    words = split_as_is(name)
    if "self" in words:
        return bool(value)
    if _MADE & set(words) and _WHEN & {words[-1]}:
        return any(map(_DATE.match, each))
    if (_KNOWN | _LIMITS) & {*words, *split(name)} or is_of_limits(name, in_error=in_error):
        return False
    return any(map(_is_like_an_id, each)) and not _is_a_link_to_read(words)


def is_of_limits(name: str, *, in_error: bool) -> bool:
    """True for a name under which an error tells what was given and what is allowed: "ctx", "rejectedValue"."""
    return in_error and "".join(split_as_is(name)) in _LIMITS


def is_strange_header(name: str) -> bool:
    """True for "X-Resource-Id"; not for "X-Request-Id" and others that name the call itself."""
    return _OWN_ID.fullmatch(name) is not None and not _OF_THE_CALL & set(split_as_is(name))


def _is_a_link_to_read(words: tuple[str, ...]) -> bool:
    """True for "url" and "more_info_link", under which errors are explained."""
    return bool({"url", "uri", "link", "href", "about", "more"} & set(words))


def _texts(value: Any) -> list[str]:
    """Return the texts and numbers of a field: its value, or those of its list."""
    values = value[:_MOST] if isinstance(value, list) else [value]
    return [str(each) for each in values if isinstance(each, (str, int)) and not isinstance(each, bool)]


def _is_like_an_id(text: str) -> bool:
    """True for "T-77" and "77"; not for a sentence, nor for 0."""
    return len(text) <= _LONGEST and text != "0" and any(map(str.isdigit, text)) and len(text.split()) == 1
