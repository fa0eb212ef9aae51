"""When the API says that a call may be made again: by its headers, or in the body of its refusal."""

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import islice
from typing import Any

from openapi_mcp.model.message import HttpResponse
from openapi_mcp.model.pointer import join

_MOST_HEADERS = 200  # of an answer that are looked at
_MOST_NODES = 300  # of a body
_DEEPEST = 6
_LONGEST_WORDS = 2_000  # characters of a text that are read
_LONGEST_VALUE = 64  # characters of a header, or of a field, that says a time
LONGEST_WAIT = 315_360_000.0  # seconds: what is said to last longer than ten years is no time
_LIMITED = frozenset((403, 429, 503))
_FIRST_EPOCH = 1e9  # seconds: 2001; fewer are seconds from now
_FIRST_MILLISECONDS = 1e11  # seconds: in the year 5138; more are milliseconds

_DURATION = re.compile(r"(\d{1,12}(?:\.\d{1,12})?)(ms|s|m|h|d)", re.IGNORECASE)
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_UNITS = {"second": 1.0, "sec": 1.0, "minute": 60.0, "min": 60.0, "hour": 3600.0, "hr": 3600.0, "day": 86400.0}
_WORDS = re.compile(
    r"\b(?:available|again|retry|wait|resets?)(?: after| in| for)?(?: at least| about)? "
    r"(?:((?:\d{1,9}(?:\.\d{1,9})?(?:ms|[smhd]))+)(?!\w)"
    r"|(\d{1,9}(?:\.\d{1,9})?) ?(second|sec|minute|min|hour|hr|day)s?(?!\w))",
    re.IGNORECASE,
)
_DRAFT_7 = re.compile(r"\b(remaining|reset) ?= ?(\d{1,12})")
_DRAFT_8 = re.compile(r"; ?([rt]) ?= ?(\d{1,12})")


def told_wait(response: HttpResponse, body: Any, now: float) -> tuple[float, str] | None:
    """Return how many seconds to wait before the call is made again, and where the answer says so; None if it does not.

    `Retry-After: 120` -> (120.0, "header retry-after"); {"retry_after": 1.5} -> (1.5, "#/retry_after"). A header that
    says when a limit is counted anew means a wait only where nothing is left of it, or where it is what refuses.
    RFC 9110 section 10.2.3; draft-ietf-httpapi-ratelimit-headers.
    """
    headers = {name.lower(): value.strip() for name, value in islice(response.headers, _MOST_HEADERS)}
    for name in ("retry-after-ms", "x-ms-retry-after-ms"):
        if (wait := _number(headers.get(name, ""))) is not None:
            return wait / 1000, f"header {name}"
    if (wait := retry_after(_joined(response, "retry-after"), now)) is not None:
        return wait, "header retry-after"
    resets = [*_drafts(headers, response.status), *_counted(headers, response.status, now)]
    return max(resets, default=None) or _in_body(body, now)


def _joined(response: HttpResponse, wanted: str) -> str | None:
    """Return the values of a header, those of several in one (RFC 9110 section 5.3); None where it is not there."""
    values = [value for name, value in islice(response.headers, _MOST_HEADERS) if name.lower() == wanted]
    return ", ".join(values) if values else None


def retry_after(value: str | None, now: float) -> float | None:
    """Return the seconds to wait by a `Retry-After` header, in either of its forms (RFC 9110 section 10.2.3).

    ("120", now) -> 120.0; ("Fri, 20 Nov 2026 10:00:00 GMT", now) -> the seconds until then, at least 0
    """
    if value is None or len(value) > _LONGEST_VALUE:
        return None
    several = [_number(each.strip()) for each in value.split(",")]  # headers that were joined: the longest counts
    known = [each for each in several if each is not None]
    return max(known) if len(known) == len(several) else _until_date(value, now)


def speaks_of_rate(response: HttpResponse) -> bool:
    """True for a 429 with a header of a limit of a rate: `Retry-After`, whatever it says, or `X-RateLimit-Limit`.

    One of a month is of a quota: `X-RateLimit-Remaining-Month`.
    """
    names = [name.lower() for name, _ in islice(response.headers, _MOST_HEADERS)]
    is_of_rate = any(_is_limit(name) and "month" not in name and "day" not in name for name in names)
    return response.status == 429 and (is_of_rate or "retry-after" in names)


def is_used_up(response: HttpResponse) -> bool:
    """True where a header says that nothing is left of a limit: `X-RateLimit-Remaining: 0`."""
    headers = islice(response.headers, _MOST_HEADERS)
    counts = (value for name, value in headers if _is_limit(name.lower()) and "remaining" in name.lower())
    return any(_number(value.strip()) == 0 for value in counts)


def _until_date(value: str, now: float) -> float | None:
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - now)
    except (ValueError, OverflowError):
        return None


def _number(text: str) -> float | None:
    """Return a number that is not negative: "120", "1.5"; None for anything else."""
    whole, _, rest = text.partition(".")
    is_number = whole.isascii() and whole.isdecimal() and (not rest or (rest.isascii() and rest.isdecimal()))
    return float(text) if is_number and len(text) <= 20 else None


def _is_limit(name: str) -> bool:
    return "ratelimit" in name or "rate-limit" in name


def _drafts(headers: Mapping[str, str], status: int) -> Iterator[tuple[float, str]]:
    """Yield the waits of a `RateLimit` header: "limit=9, remaining=0, reset=30" or '"burst";r=0;t=30'."""
    value = headers.get("ratelimit", "")[:_LONGEST_WORDS]
    whole = dict(_DRAFT_7.findall(value))
    policies = [{"remaining": found.get("r"), "reset": found.get("t")} for found in _policies(value)]
    for policy in (whole, *policies):
        reset, left = policy.get("reset"), policy.get("remaining")
        if reset is not None and _means_wait(left, status):
            yield float(reset), "header ratelimit"


def _policies(value: str) -> Iterable[dict[str, str]]:
    return (dict(_DRAFT_8.findall(item)) for item in value.split(","))


def _counted(headers: Mapping[str, str], status: int, now: float) -> Iterator[tuple[float, str]]:
    """Yield the waits of headers that say when a limit is counted anew, each beside the one that says what is left.

    X-RateLimit-Reset beside X-RateLimit-Remaining; x-ratelimit-reset-requests beside x-ratelimit-remaining-requests.
    """
    for name, value in headers.items():
        if not _is_limit(name) or "reset" not in name:
            continue
        left = headers.get(name.replace("reset", "remaining").removesuffix("-after"))
        wait = _until(value, now)
        if wait is not None and _means_wait(left, status):
            yield wait, f"header {name}"


def _means_wait(left: str | None, status: int) -> bool:
    """True where nothing is left of a limit; where that is not told, and for 429 too, the status says it."""
    count = _number((left or "").strip())
    return count == 0 or status == 429 or (count is None and status in _LIMITED)


def _until(value: str, now: float) -> float | None:
    """Return the seconds until a time: seconds from now or since 1970, milliseconds since then, "6m0s", or a date."""
    if not value or len(value) > _LONGEST_VALUE:
        return None
    number = _number(value)
    if number is not None:
        return _until_number(number, now)
    found = _duration(value)
    if found is not None:
        return found
    moment = _iso(value)
    return _until_date(value, now) if moment is None else max(0.0, moment - now)


def _until_number(number: float, now: float) -> float:
    if number < _FIRST_EPOCH:
        return number
    return max(0.0, (number if number < _FIRST_MILLISECONDS else number / 1000) - now)


def _duration(text: str) -> float | None:
    """Return the seconds of a duration: "1s" -> 1.0, "6m0s" -> 360.0, "250ms" -> 0.25; None for anything else."""
    parts = _DURATION.findall(text[:_LONGEST_VALUE])
    if not parts or "".join(number + unit for number, unit in parts) != text:
        return None
    return math.fsum(float(number) * _SECONDS[unit.lower()] for number, unit in parts)


def _iso(text: str) -> float | None:
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


_FIELDS = {
    "retryafter": 1.0, "retryafterseconds": 1.0, "retryafterms": 0.001, "retryaftermilliseconds": 0.001,
    "retrydelay": 1.0, "retryin": 1.0, "retryinseconds": 1.0,
}  # fmt: skip


def _in_body(body: Any, now: float) -> tuple[float, str] | None:
    """Return the wait that a body tells: by a field made for it, else in words."""
    nodes = list(_nodes(body))
    fields = (_of_field(name, value, at, now) for name, value, at in nodes)
    words = (_of_words(value, at) for _, value, at in nodes if isinstance(value, str))
    return next((found for found in (*fields, *words) if found is not None), None)


def _nodes(body: Any) -> Iterator[tuple[str, Any, str]]:
    """Yield what a body holds, the outermost first, each with its name and its pointer."""
    level: list[tuple[str, Any, str]] = [("", body, "#")]
    count = 0
    for _ in range(_DEEPEST):
        below: list[tuple[str, Any, str]] = []
        for name, value, at in level[: _MOST_NODES - count]:
            count += 1
            yield name, value, at
            below += islice(_children(value, at), _MOST_NODES)
        level = below


def _children(value: Any, at: str) -> Iterator[tuple[str, Any, str]]:
    match value:
        case dict():
            return ((key, item, join(at, key)) for key, item in value.items())
        case list():
            return (("", item, join(at, index)) for index, item in enumerate(value))
        case _:
            return iter(())


def _of_field(name: str, value: Any, at: str, now: float) -> tuple[float, str] | None:
    """Return what a field like `retry_after` says: a number, "30s" or a date."""
    unit = _FIELDS.get(name.lower().replace("_", "").replace("-", "")) if len(name) < _LONGEST_VALUE else None
    if unit is None:
        return None
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return (_until_number(float(value), now) * unit, at) if 0 <= value < 1e15 else None
    wait = _until(value.strip(), now) if isinstance(value, str) and len(value) <= _LONGEST_VALUE else None
    return None if wait is None else (wait * unit if _number(value.strip()) is not None else wait, at)


def _of_words(text: str, at: str) -> tuple[float, str] | None:
    """Return the wait that a sentence tells: "Expected available in 42 seconds." -> 42.0; "again in 6m0s" -> 360.0."""
    found = _WORDS.search(text[:_LONGEST_WORDS])
    if found is None:
        return None
    short, number, unit = found.groups()
    wait = _duration(short) if short else float(number) * _UNITS[unit.lower()]
    return None if wait is None else (wait, at)
