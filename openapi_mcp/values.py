"""What an option's value means, wherever it was written; each function raises a ConfigError that says where."""

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any
from urllib.parse import urlsplit

from openapi_mcp.errors import ConfigError
from openapi_mcp.model.policy import (
    ANY_METHOD,
    METHODS,
    PATTERN_STARTS,
    Keep,
    Rate,
)
from openapi_mcp.model.url import origin, redact_url

_METHOD = re.compile("[A-Z][A-Z-]*")  # OAS 3.2, Path Item Object, additionalOperations: documents name methods too


def read_text(value: Any, where: str) -> str:
    """Return a text that is not empty, its ends stripped."""
    if isinstance(value, str) and value.strip():
        return value.strip()
    raise ConfigError("a non-empty text is wanted", where=where, hint='write it as "text"')


def read_texts(value: Any, where: str) -> tuple[str, ...]:
    """Read a list; a text is one entry a line."""
    if isinstance(value, str):
        value = value.splitlines()
    if isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value):
        return tuple(item.strip() for item in value if item.strip())
    raise ConfigError("a list of texts is wanted", where=where, hint='write ["one", "two"]')


def read_flag(value: Any, where: str) -> bool:
    """Return what stands for true or false."""
    if isinstance(value, bool):
        return value
    if str(value).lower() in ("1", "true", "yes", "on"):
        return True
    if str(value).lower() in ("0", "false", "no", "off"):
        return False
    raise ConfigError(f"{str(value)[:40]!r} is neither true nor false", where=where, hint="write true or false")


def read_number(least: float, unit: str, *, whole: bool) -> Callable[[Any, str], Any]:
    """Return what reads a number of at least `least`; `unit` is for people."""

    def read(value: Any, where: str) -> float | int:
        try:
            number = int(value) if whole else float(value)
        except (TypeError, ValueError, OverflowError):
            number = -1
        is_cut = isinstance(value, float) and number != value
        if isinstance(value, bool) or is_cut or not least <= number < 1e15:
            wanted = f"a {'whole ' if whole else ''}number of at least {least:g} ({unit}) is wanted"
            raise ConfigError(f"{wanted}, not {str(value)[:40]!r}", where=where, hint="correct the value")
        return number

    return read


def read_methods(value: Any, where: str) -> frozenset[str]:
    """Return the methods that a list names, in capitals; get brings head along, `all` those that documents invent."""
    texts = (value,) if isinstance(value, str) else read_texts(value, where)
    names = {name.strip().upper() for text in texts for name in text.replace("\n", ",").split(",") if name.strip()}
    if "ALL" in names:
        return frozenset((*METHODS, ANY_METHOD))
    unknown = sorted(names - set(METHODS))
    if unknown or not names:
        said = f"unknown method {unknown[0].lower()!r}" if unknown else "no method is named"
        hint = f"choose from {', '.join(METHODS).lower()}, or all"
        raise ConfigError(said, where=where, hint=hint)
    return frozenset(names | {"HEAD"}) if "GET" in names else frozenset(names)


def read_patterns(value: Any, where: str) -> tuple[str, ...]:
    """Return patterns of operations; a method before one in capitals, one space after it: "post  /a" -> "POST /a"."""
    patterns = tuple(map(_with_plain_method, read_texts(value, where)))
    for pattern in patterns:
        method, space, rest = pattern.partition(" ")
        named = rest if space and _METHOD.fullmatch(method) else pattern
        if not named.startswith(PATTERN_STARTS):
            hint = (
                "write a path such as '/orders/*', tag:NAME, or op:GLOB; a method may stand before it: 'POST /orders'"
            )
            raise ConfigError(f"the pattern {pattern!r} can match nothing", where=where, hint=hint)
    return patterns


def _with_plain_method(pattern: str) -> str:
    """Return a pattern with the method that stands before it as documents know it; one that they invent is theirs."""
    method, space, rest = pattern.partition(" ")
    is_method = bool(space) and (method.upper() in METHODS or _METHOD.fullmatch(method) is not None)
    return f"{method.upper()} {rest.strip()}" if is_method else pattern


def read_base_url(value: Any, where: str) -> str:
    """Return an absolute http(s) URL without credentials, fragment and dot segments."""
    url = read_text(value, where)
    if origin(url) is None or not url.isprintable():
        raise ConfigError(f"{redact_url(url)!r} is not a usable URL", where=where, hint="write http(s)://host/path")
    parts = urlsplit(url)
    if "@" in parts.netloc:
        raise ConfigError("a base URL holds no credentials", where=where, hint="give them with --basic USER:PASS")
    if any(segment.lower().replace("%2e", ".") in (".", "..") for segment in parts.path.split("/")):
        raise ConfigError("a base URL holds no dot segments", where=where, hint="write the path they lead to")
    return parts._replace(fragment="").geturl()


def read_variables(value: Any, where: str) -> dict[str, str]:
    """Read `NAME=VALUE` texts, or a table; a value may be empty, or a number."""
    if isinstance(value, Mapping):
        return {str(name): str(text) for name, text in value.items()}
    pairs = [text.partition("=") for text in read_texts(value, where)]
    if not all(name.strip() and equals for name, equals, _ in pairs):
        raise ConfigError("a variable and its value are wanted", where=where, hint="write NAME=VALUE")
    return {name.strip(): text.strip() for name, _, text in pairs}


def read_pairs(value: Any, where: str) -> dict[str, str]:
    """Read `SCHEME=VALUE` texts, or a table; `{"o": {"client_id": "x"}}` becomes `{"o.client_id": "x"}`."""
    if isinstance(value, Mapping):
        return {name: read_text(text, f"{where}.{name}") for name, text in _flat(value)}
    pairs = (text.partition("=") for text in read_texts(value, where))
    found = {}
    for name, equals, text in pairs:
        if not equals or not name.strip() or not text.strip():
            raise ConfigError("a scheme and its value are wanted", where=where, hint="write SCHEME=VALUE")
        found[name.strip()] = text.strip()
    return found


def _flat(table: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in table.items():
        if not isinstance(value, Mapping):
            yield str(name), value
            continue
        for field, text in value.items():
            yield f"{name}.{field}", _as_text(text)


def _as_text(value: Any) -> Any:
    """Return a flag or a list of scopes as the command line has it."""
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return " ".join(value)
    return str(value).lower() if isinstance(value, bool) else value


_OF_THE_MESSAGE = frozenset(
    (
        "connection", "content-length", "expect", "keep-alive", "proxy-connection", "te", "trailer",
        "transfer-encoding", "upgrade",
    )
)  # fmt: skip


def read_header_lines(value: Any, where: str) -> tuple[str, ...]:
    """Return headers, each as 'Name: value'."""
    lines = read_texts(value, where)
    for line in lines:
        name, colon, text = line.partition(":")
        if not colon or not name.strip() or not text.strip() or any(char.isspace() for char in name.strip()):
            raise ConfigError("a header has a name and a value", where=where, hint="write 'Name: value'")
        if name.strip().lower() in _OF_THE_MESSAGE:
            said, hint = f"{name.strip()} is HTTP's own, and written anew for each message", "leave it out"
            raise ConfigError(said, where=where, hint=hint)
    return lines


def read_one_of(allowed: Iterable[str]) -> Callable[[Any, str], str]:
    """Return what reads one of some words."""

    def read(value: Any, where: str) -> str:
        text = read_text(value, where).lower()
        if text not in allowed:
            raise ConfigError(f"unknown value {text[:40]!r}", where=where, hint=f"choose from {', '.join(allowed)}")
        return text

    return read


def read_http_path(value: Any, where: str) -> str:
    """Return the path of an endpoint."""
    text = read_text(value, where)
    if not text.startswith("/") or any(char in text for char in "?#{} "):
        raise ConfigError(f"{text[:60]!r} is not a path", where=where, hint="write it as /mcp")
    return text


_MOST_RETRIES = 10
_RATES = "write 10/s, 100/minute, 10/2s (ten in two seconds), or several: 10/s, 5000/hour"
_RATE = re.compile(r"(\d{1,9}) ?(?:/|per) ?(\d{1,5})? ?([a-z]{1,7})", re.IGNORECASE)
_UNITS = {1: "s sec secs second seconds", 60: "m min mins minute minutes", 3600: "h hour hours", 86400: "d day days"}
_ODD_RATE = re.compile(r"(\d{1,9}(?:\.\d{1,6})?)(?: ?(?:/|per) ?([a-z]{1,7}))?", re.IGNORECASE)
_SECONDS = {word: seconds for seconds, words in _UNITS.items() for word in words.split()}


def read_retries(value: Any, where: str) -> int:
    """Return how often a request is sent again."""
    try:
        number: int = read_number(0, "retries", whole=True)(value, where)
    except ConfigError:
        number = -1
    if not 0 <= number <= _MOST_RETRIES:
        said = f"0 to {_MOST_RETRIES} retries are wanted, not {str(value)[:40]!r}"
        raise ConfigError(said, where=where, hint=f"choose from 0 (never) to {_MOST_RETRIES}")
    return number


def read_rates(value: Any, where: str) -> tuple[Rate, ...]:
    """Return rates: "10/s, 5000/hour" -> 10 in a second, and 5000 in an hour; "100 per 5 minutes" is one, too."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        hint = f'write "{value}/s"' if isinstance(value, int) and value > 0 else 'write "10/s"'
        raise ConfigError(f"{str(value)[:40]} is no rate: it says no time", where=where, hint=hint)
    parts = re.split(r"[;,\n]", read_text(value, where))
    return tuple(_read_rate(part.strip(), where) for part in parts)


def _read_rate(text: str, where: str) -> Rate:
    found = _RATE.fullmatch(text)
    unit = found and _SECONDS.get(found[3].lower())
    if not found or not unit or not int(found[1]) or not int(found[2] or 1):
        raise ConfigError(f"{text[:40]!r} is no rate", where=where, hint=_rate_meant(text))
    return Rate(amount=int(found[1]), seconds=unit * int(found[2] or 1))


def _rate_meant(text: str) -> str:
    """Return how to write a rate that lacks its time, or is a part of one: "0.5/s" -> "write 30/minute"."""
    found = _ODD_RATE.fullmatch(text)
    if found and not found[2] and found[1].isdigit() and int(found[1]):
        return f"write {int(found[1])}/s, or /minute, /hour, /day"
    unit = _SECONDS.get(found[2].lower()) if found and found[2] else None
    for seconds, words in _UNITS.items():
        amount = Fraction(found[1]) * seconds / unit if found and unit and seconds > unit else Fraction(0)
        if amount >= 1 and amount.denominator == 1:
            return f"write {amount}/{words.split()[-2]}"
    return _RATES


def read_keep(value: Any, where: str) -> Keep:
    """Return how long records are kept: by age, by size, or both.

    "30d" -> 30 days and at most a gigabyte; "12h,200MB" -> both; "all" -> without end.
    """
    words = [word.strip().lower() for word in read_text(value, where).split(",")]
    if words == ["all"]:
        return Keep(seconds=None, size=None)
    found: dict[str, float] = {}
    for word in words:
        match = _KEEP.fullmatch(word)
        unit = match[2] if match else ""
        kind = "seconds" if unit in _AGES else "size"
        if match is None or kind in found:
            hint = "write 30d, 12h, 90m, with or without a size: 30d,500MB; or all"
            raise ConfigError(f"{word[:40]!r} is neither an age nor a size", where=where, hint=hint)
        found[kind] = float(match[1]) * (_AGES.get(unit) or _SIZES[unit])
    size = int(found["size"]) if "size" in found else Keep().size
    if size is not None and size < _SMALLEST:
        raise ConfigError("that is less than an empty store takes", where=where, hint="write a size from 1MB on")
    return Keep(seconds=found.get("seconds"), size=size)


def read_port(value: Any, where: str) -> int:
    """Return the number of a port."""
    number: int = read_number(0, "port", whole=True)(value, where)
    if number > 65535:
        raise ConfigError(f"there is no port {number}", where=where, hint="choose from 0 (any free one) to 65535")
    return number


def read_json_value(value: Any, where: str) -> Any:
    """Return a value that JSON has a form for; TOML has dates and infinity, too."""
    match value:
        case float() if not math.isfinite(value):
            raise ConfigError("JSON has no infinity and no nan", where=where, hint="write a number")
        case bool() | int() | float() | str():
            return value
        case list():
            return [read_json_value(item, where) for item in value]
        case dict():
            return {name: read_json_value(item, where) for name, item in value.items()}
    raise ConfigError("JSON has no dates and times", where=where, hint='write it as text: "2026-01-31"')


_AGES = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400, "y": 365 * 86400}
_SMALLEST = 100_000  # bytes
_SIZES = {"kb": 1e3, "mb": 1e6, "gb": 1e9}
_KEEP = re.compile(r"([0-9]{1,9}) ?([smhdwy]|[kmg]b)", re.ASCII)
