"""What RFC 9111 says of an answer: whether it may be kept, how old it is, and how long it stays fresh.

hishel drives what follows from it. Age and lifetime are worked out here, as hishel 2.0 leaves the Age header out, and
takes a tenth of an answer's own age for the lifetime of one that names none: nobody has said that.
"""

import math
import re
from collections.abc import Iterable
from email.utils import mktime_tz, parsedate_tz

from openapi_mcp.model.message import Headers, HttpRequest, HttpResponse
from openapi_mcp.model.policy import SAFE_METHODS

MAX_BODY = 5_000_000  # bytes of an answer that is kept
LONGEST = 2**31  # seconds; a longer lifetime is as good as this: RFC 9111, section 1.2.2
_MAX_HEADERS = 16_000  # characters of an answer's headers, all of them
_MAX_DIRECTIVES = 2_000  # characters of a Cache-Control that is read
_MAX_DATE = 64
_MAX_ETAG = 1_000
AHEAD = 5.0  # seconds that an answer may seem to come after now; more is a clock that was set back
_PART = re.compile(r'(?:=\s*"(?:[^"\\]|\\.)*"|[^,])+')  # a directive; a comma within quotes is none between two
_OF_TIME = ("date", "age")
_LASTING = frozenset(("cache-control", "expires", "etag", "last-modified"))
_WHOLE = frozenset((200, 203, 204))
_GONE = frozenset((404, 410))
_BY_HAND = frozenset(
    ("if-match", "if-none-match", "if-modified-since", "if-unmodified-since", "if-range", "range", "cache-control",
     "pragma")
)  # fmt: skip


def may_ask(request: HttpRequest, more: Iterable[str] = ()) -> bool:
    """True for a read that a kept answer may answer: none that asks for a state, or a part, by headers of its own.

    `more` are the names of further headers that go along.
    """
    if request.method not in SAFE_METHODS or request.body is not None:
        return False
    return not _BY_HAND & {name.lower() for name in (*(name for name, _ in request.headers), *more)}


def is_worth_keeping(response: HttpResponse, ttl: float) -> bool:
    """True for a whole answer that may be used again: it stays fresh for a while, or has a validator.

    `ttl` are the seconds that one stays fresh which names no lifetime. RFC 9111, section 3.
    """
    if ttl <= 0 and not any(name.lower() in _LASTING for name, _ in response.headers):
        return False  # most answers, told from the others at next to no cost
    said = directives(response)
    if "no-store" in said or not _is_whole(response, said):
        return False
    if sum(len(name) + len(value) for name, value in response.headers) > _MAX_HEADERS:
        return False
    if "*" in ",".join(values(response, "vary")):
        return False
    return has_validator(response) or (not _is_checked_first(said) and lifetime(response, 0.0, ttl) > 0)


def _is_whole(response: HttpResponse, said: dict[str, str]) -> bool:
    if response.redirect is not None or response.ended_early is not None or response.was_redirected:
        return False
    if len(response.body) > MAX_BODY:
        return False
    names_lifetime = "max-age" in said or response.header("expires") is not None
    return response.status in _WHOLE or (response.status in _GONE and names_lifetime)


def _is_checked_first(said: dict[str, str]) -> bool:
    """True where each use is to be checked with the API; with fields ("no-cache=...") only those are left out."""
    return said.get("no-cache") == ""


def has_validator(response: HttpResponse) -> bool:
    """True where the API can be asked whether the answer is still true: by ETag or Last-Modified."""
    etag = response.header("etag")
    return bool(etag and len(etag) <= _MAX_ETAG) or _time(response.header("last-modified")) is not None


def lifetime(response: HttpResponse, answered: float, ttl: float) -> float:
    """Return the seconds that an answer stays fresh; `answered` is when it came, in seconds since 1970.

    max-age before Expires before `ttl`; what is said but makes no sense is 0. RFC 9111, section 4.2.1. We are a cache
    of one caller: s-maxage is not for us.
    """
    said = directives(response)
    if "max-age" in said:
        return _seconds(said["max-age"]) or 0.0
    expires = response.header("expires")
    if expires is not None:
        end, date = _time(expires), _time(response.header("date"))
        return 0.0 if end is None else min(LONGEST, max(0.0, end - (answered if date is None else date)))
    if not said and "no-cache" in ",".join(values(response, "pragma")).lower():  # from before Cache-Control
        return 0.0
    return ttl


def first_age(response: HttpResponse, asked: float, answered: float) -> float:
    """Return how old an answer was when it came, in seconds. RFC 9111, section 4.2.3."""
    date = _time(response.header("date"))
    apparent = 0.0 if date is None else max(0.0, answered - date)
    told = _seconds((response.header("age") or "0").strip()) or 0.0
    return max(apparent, told + max(0.0, answered - asked))


def present_age(age: float, answered: float, now: float) -> float:
    """Return how old an answer is by now that was of this `age` when it came; infinite where it came after now.

    The clock was set back then, and how old it is nobody knows.
    """
    return age + max(0.0, now - answered) if answered <= now + AHEAD else math.inf


def is_same(headers: Headers, others: Headers) -> bool:
    """True where two answers say the same in their headers, but for when they came."""
    return sorted(without(headers, _OF_TIME)) == sorted(without(others, _OF_TIME))


def directives(response: HttpResponse) -> dict[str, str]:
    """Return what Cache-Control says, names in lower case: "max-age=60, no-cache" -> {"max-age": "60", "no-cache": ""}.

    A value may be quoted, commas and all. Of one that is said twice the first counts. A header that is longer than any
    sensible one forbids to keep the answer.
    """
    text = ",".join(values(response, "cache-control"))
    if len(text) > _MAX_DIRECTIVES:
        return {"no-store": ""}
    found: dict[str, str] = {}
    for part in _PART.findall(text):
        name, _, value = part.partition("=")
        if name := name.strip().lower():
            found.setdefault(name, value.strip().strip('"'))
    return found


def values(response: HttpResponse, name: str) -> list[str]:
    """Return every value of a header."""
    return [value for key, value in response.headers if key.lower() == name]


def without(headers: Headers, names: Iterable[str]) -> Headers:
    """Return headers without those of these names, in lower case."""
    dropped = frozenset(names)
    return tuple((name, value) for name, value in headers if name.lower() not in dropped)


def _seconds(text: str) -> float | None:
    return min(LONGEST, float(text)) if text.isascii() and text.isdigit() and len(text) < 20 else None


def _time(text: str | None) -> float | None:
    """Return the seconds since 1970 of a date in any form that HTTP has; None where it is none."""
    if text is None or len(text) > _MAX_DATE:
        return None
    try:
        parts = parsedate_tz(text)
        return None if parts is None else float(mktime_tz(parts))
    except (ValueError, OverflowError, IndexError, TypeError):  # a year like 99999
        return None
