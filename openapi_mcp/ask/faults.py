"""What a failed request to a model means: a quota that is spent is told from a blip, by status, code and words."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from openapi_mcp.ask.names import ModelName, Wire
from openapi_mcp.ask.resets import retry_after, seconds_to_reset
from openapi_mcp.model.chat import PASSING, FaultKind, ModelFault
from openapi_mcp.model.secret import MASK, Redactor
from openapi_mcp.model.text import one_line
from openapi_mcp.model.url import redact_url

_LONG = 300.0  # seconds; who is told to wait longer than a person would has no blip before him
_MOST_WORDS = 4000  # characters that are looked at
_MOST_SHOWN = 240


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What came of a request that failed. `kind` is what it surely is, where no answer of the provider tells it.

    The names of `headers` are in small letters; `body` is JSON, or text.
    """

    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    said: str = ""
    kind: FaultKind | None = None


def fault_of(model: ModelName, seen: Seen, now: datetime) -> ModelFault:
    """Return what a failed request means, its words short and without the key; `now` has a time zone."""
    codes, words = _words_of(seen)
    kind = seen.kind or _kind(_status(seen), codes, _URL.sub(" ", words))
    waits = retry_after(seen.headers, seen.body, words, now)
    if kind is FaultKind.RATE_LIMITED and waits is None:
        waits = seconds_to_reset(seen.headers, seen.body, words, now)
    if kind in (FaultKind.RATE_LIMITED, FaultKind.OVERLOADED) and waits is not None and waits >= _LONG:
        kind = FaultKind.QUOTA
    is_quota = kind is FaultKind.QUOTA
    return ModelFault(
        model=model.name,
        kind=kind,
        message=_message(model, kind, seen, words),
        status=seen.status,
        retry_after=waits if kind in PASSING else None,
        seconds_to_reset=seconds_to_reset(seen.headers, seen.body, words, now) if is_quota else None,
    )


def _status(seen: Seen) -> int | None:
    """Return the status; of an error within a stream, which has the stream's 200, the one that its body names."""
    if seen.status is not None and seen.status >= 300:
        return seen.status
    named = (str(body.get("code")) for body in _within(seen.body) if isinstance(body, Mapping))
    numbers = [int(each) for each in named if re.fullmatch("[45][0-9]{2}", each)]
    return numbers[-1] if numbers else None


def _within(body: Any) -> Iterator[Any]:
    """Yield a body and what stands in its `error`, from without to within."""
    for _ in range(4):
        if isinstance(body, list) and body:
            body = body[0]
        yield body
        if not isinstance(body, Mapping):
            return
        body = body.get("error")


def _words_of(seen: Seen) -> tuple[frozenset[str], str]:
    """Return the codes and types that a body names, and the provider's own words.

    Anthropic: {"type": "error", "error": {"type", "message"}}; OpenAI: {"error": {"message", "type", "code"}}, or what
    is in `error`; others: {"error": "words"}, {"detail": …}, a list of one of these.
    """
    codes: set[str] = set()
    words: list[str] = []
    for body in _within(seen.body):
        if isinstance(body, str):
            words.append(body)
        if not isinstance(body, Mapping):
            continue
        codes |= {str(body[name]).lower() for name in ("type", "code", "status") if isinstance(body.get(name), str)}
        words += [body[name] for name in ("message", "detail") if isinstance(body.get(name), str)]
    return frozenset(codes), " ".join(words or [seen.said])[:_MOST_WORDS]


_URL = re.compile(r"https?://\S+")  # "…/settings/billing" stands in the words of plain rate limits, too

_QUOTA_CODES = frozenset(
    (
        "insufficient_quota", "billing_error", "billing_hard_limit_reached", "billing_not_active", "quota_exceeded",
        "usage_limit_reached", "usage_limit_exceeded", "usage_not_included", "credit_balance_exhausted",
        "exceeded_current_quota_error", "insufficient_balance", "insufficient_credits", "payment_required",
        "organization_spend_limit_exceeded", "project_spend_limit_exceeded", "organization_usage_limit_exceeded",
    )
)  # fmt: skip
_QUOTA = re.compile(
    r"exceeded your current quota|insufficient (?:quota|balance|credit|funds)"
    r"|quota (?:has been |is )?(?:exceeded|exhausted)"
    r"|(?:credit|account|prepaid) balance|(?:run |ran )?out of credits?|(?:no|not enough|more) credits"
    r"|usage limits?\b|spend(?:ing)? (?:limit|cap)|billing (?:hard |soft )?(?:limit|cap)|check your billing"
    r"|account is not active|payment required|limit (?:of|for|on) your (?:current )?plan|plan'?s? (?:usage )?limit"
    r"|(?:daily|weekly|monthly|hourly|5-hour|per[- ]day|per[- ]month) (?:\w+ )?(?:limit|quota|allowance)|per[- ]day\b"
    r"|key limit (?:is )?(?:exceeded|reached)",
    re.IGNORECASE,
)
_TOO_LONG = re.compile(
    r"prompt is too long|max(?:imum)? (?:model|context) (?:length|window)|context[_ ]length[_ ]exceeded"
    r"|context (?:size|window|limit)|exceeds? (?:the )?(?:available |maximum |max )?context"
    r"|reduce the length of the (?:messages|prompt|input)|prompt too long|input (?:is )?too long|input length exceeds"
    r"|input token count .{0,60}exceeds|too many (?:input )?tokens|string too long|request too large for"
    r"|greater than the context length|inputs`? tokens \+ `?max_new_tokens`? must be"
    r"|extra usage is required for long context"
    r"|request (?:exceeds|is larger than) the maximum (?:allowed )?(?:number of bytes|size)",
    re.IGNORECASE,
)
_FLAGGED = re.compile(r"requires moderation|input was flagged", re.IGNORECASE)
_UNKNOWN = re.compile(
    r"model\W+\S{1,200} (?:does not exist|not found|is not found)|no such model|unknown model|invalid model"
    r"|model[_ ]not[_ ]found|not a valid model|not have access to (?:the )?model"
    r"|does not exist or you do not have access",
    re.IGNORECASE,
)
_BAD_KEY = re.compile(
    r"(?:invalid|incorrect|missing|expired) (?:x-)?api[- _]?key|api[- _]?key not valid", re.IGNORECASE
)

_OF_CODE: Mapping[str, FaultKind] = {
    **dict.fromkeys(_QUOTA_CODES, FaultKind.QUOTA),
    "context_length_exceeded": FaultKind.TOO_LONG,
    "exceed_context_size_error": FaultKind.TOO_LONG,
    "request_too_large": FaultKind.TOO_LONG,
    "string_above_max_length": FaultKind.TOO_LONG,
    "model_not_found": FaultKind.UNKNOWN_MODEL,
    "invalid_api_key": FaultKind.CREDENTIALS,
}
_OF_TYPE: Mapping[str, FaultKind] = {  # what an error within a stream says in place of a status
    "authentication_error": FaultKind.CREDENTIALS,
    "permission_error": FaultKind.CREDENTIALS,
    "not_found_error": FaultKind.UNKNOWN_MODEL,
    "rate_limit_error": FaultKind.RATE_LIMITED,
    "rate_limit_exceeded": FaultKind.RATE_LIMITED,
    "too_many_requests": FaultKind.RATE_LIMITED,
    "overloaded_error": FaultKind.OVERLOADED,
    "overloaded": FaultKind.OVERLOADED,
    "server_is_overloaded": FaultKind.OVERLOADED,
    "service_unavailable": FaultKind.OVERLOADED,
    "service_unavailable_error": FaultKind.OVERLOADED,
    "api_error": FaultKind.SERVER,
    "server_error": FaultKind.SERVER,
    "internal_server_error": FaultKind.SERVER,
    "timeout_error": FaultKind.UNREACHABLE,
    "invalid_request_error": FaultKind.REJECTED,
}
_MAY_BE_QUOTA = frozenset((None, 400, 402, 403, 429))
_MAY_BE_TOO_LONG = frozenset((None, 400, 413, 422, 429, 500))  # some servers of local models say 500
_MAY_BE_UNKNOWN = frozenset((None, 400, 403, 404, 422))


def _kind(status: int | None, codes: frozenset[str], words: str) -> FaultKind:
    """Return the kind: a code is surer than words, words are surer than a status."""
    for code in sorted(codes):
        if code in _OF_CODE:
            return _OF_CODE[code]
    for kind, statuses, said in (
        (FaultKind.TOO_LONG, _MAY_BE_TOO_LONG, _TOO_LONG),
        (FaultKind.REJECTED, frozenset((None, 400, 403)), _FLAGGED),
        (FaultKind.QUOTA, _MAY_BE_QUOTA, _QUOTA),
        (FaultKind.UNKNOWN_MODEL, _MAY_BE_UNKNOWN, _UNKNOWN),
        (FaultKind.CREDENTIALS, frozenset((400,)), _BAD_KEY),
    ):
        if status in statuses and said.search(words):
            return kind
    if status is not None:
        return _kind_of_status(status)
    if re.search("overloaded|over capacity", words, re.IGNORECASE):
        return FaultKind.OVERLOADED
    return next((_OF_TYPE[code] for code in sorted(codes) if code in _OF_TYPE), FaultKind.SERVER)


def _kind_of_status(status: int) -> FaultKind:
    match status:
        case 401 | 403:
            return FaultKind.CREDENTIALS
        case 402:
            return FaultKind.QUOTA
        case 404:
            return FaultKind.UNKNOWN_MODEL
        case 408 | 504:
            return FaultKind.UNREACHABLE
        case 413:
            return FaultKind.TOO_LONG
        case 429:
            return FaultKind.RATE_LIMITED
        case 503 | 529:
            return FaultKind.OVERLOADED
        case _ if status >= 500 or status in (409, 425):
            return FaultKind.SERVER
        case _:
            return FaultKind.REJECTED


_WHAT: Mapping[FaultKind, str] = {
    FaultKind.QUOTA: "its quota is spent",
    FaultKind.RATE_LIMITED: "too many requests for its rate limit",
    FaultKind.OVERLOADED: "it is overloaded",
    FaultKind.UNREACHABLE: "it cannot be reached, or its answer broke off",
    FaultKind.SERVER: "it failed by itself",
    FaultKind.CREDENTIALS: "it refuses the key",
    FaultKind.UNKNOWN_MODEL: "it does not know the model",
    FaultKind.TOO_LONG: "the conversation is longer than it takes",
    FaultKind.REJECTED: "it does not take the request",
    FaultKind.MALFORMED: "what it answers is no answer of a model",
}
_DO: Mapping[FaultKind, str] = {
    FaultKind.QUOTA: "wait for its reset, top it up, or name another --model after it",
    FaultKind.RATE_LIMITED: "try again a little later, or name another --model after it",
    FaultKind.OVERLOADED: "try again a little later, or name another --model after it",
    FaultKind.UNREACHABLE: "check the network and where it is",
    FaultKind.SERVER: "try again a little later, or name another --model after it",
    FaultKind.TOO_LONG: "ask a narrower question, or name a --model that takes more",
    FaultKind.REJECTED: "name another --model",
    FaultKind.MALFORMED: "check that what is there speaks the language of its provider",
}


def _message(model: ModelName, kind: FaultKind, seen: Seen, words: str) -> str:
    """Return what happened, in the provider's own words as far as there are any, and what to do."""
    own = one_line(_without_keys(words, model), _MOST_SHOWN)
    of = f" (HTTP {seen.status})" if seen.status is not None and seen.status >= 300 else ""
    said = f': "{own}"' if own else ""
    return f"{model.name}: {_WHAT[kind]}{of}{said}. What to do: {_todo(model, kind)}."


def _todo(model: ModelName, kind: FaultKind) -> str:
    where = redact_url(model.url)
    if kind is FaultKind.CREDENTIALS:
        key = "ANTHROPIC_API_KEY" if model.wire is Wire.ANTHROPIC else "OPENAI_API_KEY"
        if model.is_named_key:
            return "check what --model-key gives"
        return f"check {key}" if not model.is_named_url else f"give a key of {where} with --model-key"
    if kind is FaultKind.UNKNOWN_MODEL:
        check = "check the name" if model.is_at_home else f"check the name, and the URL {where}: most end in /v1"
        return check if model.wire is Wire.OPENAI else "check the name"
    if kind in (FaultKind.UNREACHABLE, FaultKind.MALFORMED):
        return f"{_DO[kind]} ({where})"
    return _DO[kind]


_KEY_LIKE = re.compile(r"\b(?:sk|key|pk|gsk|xai)-[\w*.-]{6,}|\bBearer\s+\S{6,}", re.IGNORECASE)


def _without_keys(words: str, model: ModelName) -> str:
    """Return the words without the key, and without what looks like one: providers quote it with stars in it."""
    masked = Redactor([model.key])(words) if model.key else words
    return _KEY_LIKE.sub(MASK, masked)
