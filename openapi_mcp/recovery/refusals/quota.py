"""Limits that pass by themselves, and limits that do not: of the rate of calls, and of a quota or a plan."""

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from openapi_mcp.model.call import FailureKind
from openapi_mcp.recovery.refusals.forms.names import plain

_LONGEST = 2_000  # characters of words that are read
_RATE = re.compile(
    r"\brate.?limit|\bthrottl|\bslow down\b"
    r"|\b(?:per|a|each|every) ?(?:second|sec|minute|min|hour)\b|\bsecondary rate\b|\babuse detection\b|\bburst\b",
    re.IGNORECASE,
)
_TOO_MANY = re.compile(r"\btoo many\b|\btoo (?:fast|quickly|often|frequent)", re.IGNORECASE)  # with no word of a quota
_USED_UP = re.compile(
    r"\bquota\b.{0,60}\b(?:exceed|exhaust|reach|used|limit|over|insufficient|deplet)"
    r"|\b(?:exceed|exhaust|reach|used|over|insufficient|out of|deplet)\w*\b.{0,60}\bquota\b"
    r"|\b(?:exceeded|reached|hit|used up|over) your\b.{0,60}\b(?:limit|quota|plan|allowance|credits?|usage)"
    r"|\b(?:usage|plan|monthly|daily|yearly|annual|spending|billing|account|trial) (?:\w{1,20} ){0,2}"
    r"(?:limits?|cap|allowance)\b"
    r"|\blimit\b.{0,60}\b(?:(?:this|per|each|a|for the|of the) (?:month|year|billing)"
    r"|(?:for|of|on) (?:your |the |this )?plan)\b"
    r"|\b(?:insufficient|not enough|no remaining|out of|run out of|no more) (?:\w{1,20} )?(?:credits?|funds|balance)\b"
    r"|\bupgrade\b.{0,60}\b(?:plan|account|subscription|tier|pro|premium)\b"
    r"|\b(?:plan|subscription|tier|trial)\b.{0,60}\b(?:does not (?:include|allow|support)|required|expired|upgrade)"
    r"|\bnot (?:available|included|allowed|supported) (?:on|in|by|with|for) (?:your|the|this) (?:\w{1,20} )?"
    r"(?:plan|tier|subscription)\b"
    r"|\brequires? an? (?:\w{1,20} ){0,3}(?:plan|subscription)\b",
    re.IGNORECASE,
)
_OF_A_PLAN = re.compile(
    r"\b(?:quota|subscription|billing|upgrade|credits?|usage limit|your (?:current )?plan)\b", re.IGNORECASE
)
_CODES = {
    FailureKind.QUOTA: (
        "insufficientquota", "quotaexceeded", "dailylimitexceeded", "quotalimitexceeded", "usagelimitexceeded",
        "billinghardlimitreached", "planlimitexceeded", "planlimitreached", "upgraderequired", "paymentrequired",
        "creditsexhausted", "insufficientcredits", "subscriptionrequired", "billingnotactive", "quotaexhausted",
    ),
    FailureKind.RATE_LIMITED: (
        "ratelimited", "ratelimit", "ratelimitexceeded", "ratelimiterror", "ratelimitederror", "throttled",
        "throttling", "throttlingexception", "toomanyrequests", "userratelimitexceeded", "requestlimitexceeded",
        "requestthrottled", "slowdown",
    ),
    FailureKind.UNAUTHENTICATED: (
        "unauthenticated", "unauthorized", "invalidtoken", "tokenexpired", "expiredtoken", "expiredtokenexception",
        "invalidapikey", "invalidcredentials", "authenticationrequired", "authenticationfailed", "authenticationerror",
        "invalidauthenticationtoken", "notauthenticated", "unrecognizedclientexception",
    ),
    FailureKind.FORBIDDEN: ("permissiondenied", "forbidden", "accessdenied", "accessdeniedexception"),
    FailureKind.NOT_FOUND: ("notfound", "resourcenotfound", "resourcenotfoundexception", "itemnotfound"),
    FailureKind.CONFLICT: ("alreadyexists", "conflict", "aborted", "conflictexception"),
}  # fmt: skip
_BY_CODE = {code: kind for kind, codes in _CODES.items() for code in codes}
_CODE_FIELDS = ("status", "code", "type", "errorcode", "error_code", "reason")


def kind_by_code(body: Any) -> FailureKind | None:
    """Return the kind that an answer's own code says clearly: {"error": {"status": "UNAUTHENTICATED"}}; or None.

    google.rpc.Code; RFC 9457, "type"; RFC 6750, section 3.1.
    """
    return next((kind for code in _codes(body) if (kind := _BY_CODE.get(code)) is not None), None)


def limit_by_code(body: Any) -> FailureKind | None:
    """Return the same of a refusal that may be of a limit, whose code may stand in the first of several errors too.

    [{"message": "TotalRequests Limit exceeded.", "errorCode": "REQUEST_LIMIT_EXCEEDED"}] -> rate_limited
    """
    several = body.get("errors") if isinstance(body, Mapping) else body
    first = several[0] if isinstance(several, list) and several else None
    return kind_by_code(body) or kind_by_code(first)


def _codes(body: Any) -> Iterator[str]:
    for found in (body.get("error"), body) if isinstance(body, Mapping) else ():
        if not isinstance(found, Mapping):
            yield from [_last(found)] if isinstance(found, str) else ()
            continue
        known = {name[:40].strip("_").lower(): value for name, value in islice(found.items(), 60)}
        yield from (_last(known[name]) for name in _CODE_FIELDS if isinstance(known.get(name), str))


def _last(code: str) -> str:
    """Return the last part of a code: "https://example.com/errors/not-found" -> "notfound"; sentences are none."""
    code = code.strip().rstrip("/")
    return plain(re.split(r"[/#:]", code)[-1]) if len(code) <= 200 and " " not in code else ""


def limited_kind(
    status: int, kind: FailureKind, body: Any, words: str, *, has_wait: bool, is_used_up: bool
) -> FailureKind:
    """Return whether a refusal is of a rate that passes, of a quota that does not, or neither: the kind as it is.

    `words` are the answer's own, `has_wait` where it tells when to call again, or has a header of a rate,
    `is_used_up` where a header says that nothing is left of a limit. 402 is a quota (RFC 9110 section 15.5.3); 429
    (RFC 6585) one without a time or words.
    """
    words = words[:_LONGEST]
    if status == 403 and kind in (FailureKind.FORBIDDEN, FailureKind.RATE_LIMITED, FailureKind.QUOTA):
        return _forbidden(kind, words, has_wait=has_wait, is_used_up=is_used_up)
    return _too_many(limit_by_code(body), words, has_wait=has_wait) if status == 429 else kind


def _forbidden(kind: FailureKind, words: str, *, has_wait: bool, is_used_up: bool) -> FailureKind:
    if kind is not FailureKind.FORBIDDEN:
        return kind
    if has_wait or is_used_up or re.search(r"\brate limit|\btoo many requests", words, re.IGNORECASE):
        return FailureKind.RATE_LIMITED
    return FailureKind.QUOTA if _USED_UP.search(words) else kind


def _too_many(by_code: FailureKind | None, words: str, *, has_wait: bool) -> FailureKind:
    if by_code is FailureKind.QUOTA:
        return by_code
    if _RATE.search(words):
        return FailureKind.RATE_LIMITED
    if _USED_UP.search(words) or _OF_A_PLAN.search(words):
        return FailureKind.QUOTA
    is_rate = has_wait or by_code is FailureKind.RATE_LIMITED or _TOO_MANY.search(words) is not None
    return FailureKind.RATE_LIMITED if is_rate else FailureKind.QUOTA
