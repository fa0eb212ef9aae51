"""The kind of a failed request to a model: a quota that is spent is told from a blip, by status, code and words."""

import re
from collections.abc import Mapping

from openapi_mcp.model.chat import FaultKind

_URL = re.compile(r"https?://\S+")  # "…/settings/billing" stands in the words of plain rate limits, too

_QUOTA_CODES = frozenset(
    (
        "insufficient_quota", "billing_error", "billing_hard_limit_reached", "billing_not_active", "quota_exceeded",
        "usage_limit_reached", "usage_limit_exceeded", "usage_not_included", "credit_balance_exhausted",
        "exceeded_current_quota_error", "insufficient_balance", "insufficient_credits", "payment_required",
        "organization_spend_limit_exceeded", "project_spend_limit_exceeded", "organization_usage_limit_exceeded",
        "budget_exceeded", "arrearage", "allocationquota.freetieronly", "insufficient_user_quota",
        "pre_consume_token_quota_failed",
    )
)  # fmt: skip
_QUOTA = re.compile(
    r"exceeded your current quota|insufficient (?:quota|balance|credit|funds)"
    r"|quota (?:has been |is )?(?:exceeded|exhausted)"
    r"|(?:credit|account|prepaid) balance|(?:run |ran )?out of credits?|(?:no|not enough|more) credits"
    r"|usage limits?\b|spend(?:ing)? (?:limit|cap)|billing (?:hard |soft )?(?:limit|cap)|check your billing"
    r"|account is not active|payment required|limit (?:of|for|on) your (?:current )?plan|plan'?s? (?:usage )?limit"
    r"|(?:daily|weekly|monthly|hourly|5-hour|per[- ]day|per[- ]month) (?:\w+ )?(?:limit|quota|allowance)|per[- ]day\b"
    r"|key limit (?:is )?(?:exceeded|reached)|(?:budget (?:has been |is )?exceeded|exceeded ?budget)"
    r"|(?:doesn't|don't|does not|do not) have (?:any|enough) credits"
    r"|(?:hit|reached) your (?:(?:usage|session|weekly|daily|monthly|5-hour) )?limit\b"
    r"|(?:calls|requests|tokens) ?(?:/|per) ?(?:day|week|month)\b|out of call volume",
    re.IGNORECASE,
)
_TOO_LONG = re.compile(
    r"prompt is too long|max(?:imum)? (?:model|context) (?:length|window)|context[_ ]length[_ ]exceeded"
    r"|context (?:size|window|limit)|exceeds? (?:the )?(?:available |maximum |max )?context"
    r"|reduce the length of the (?:messages|prompt|input)|prompt too long|input (?:is )?too long|input length exceeds"
    r"|input token count .{0,60}exceeds|too many (?:input )?tokens(?!,? (?:per|please)\b)|string too long"
    r"|request too large for"
    r"|loaded with context length|context (?:the )?overflows"  # LM Studio, in its own order of words
    r"|greater than the context length|inputs`? tokens \+ `?max_new_tokens`? must be"
    r"|extra usage is required for long context"
    r"|request (?:exceeds|is larger than) the maximum (?:allowed )?(?:number of bytes|size)",
    re.IGNORECASE,
)
_FLAGGED = re.compile(
    r"requires moderation|input was flagged|flagged as potentially violating|content management policy"
    r"|content exists risk",
    re.IGNORECASE,
)
_FLAGGED_CODES = frozenset(
    ("content_filter", "content_policy_violation", "data_inspection_failed", "datainspectionfailed")
)
_UNREADABLE_CALL_CODES = frozenset(("tool_use_failed", "output_parse_failed"))
_NO_TOOLS = re.compile(
    r"(?:does not|doesn't|that) support (?:tools|tool use|tool calling|function calling)", re.IGNORECASE
)
_UNKNOWN = re.compile(
    r"model\W+\S{1,200} (?:does not exist|not found|is not found)|no such model|unknown model|invalid model"
    r"|model[_ ]not[_ ]found|not a valid model|not have access to (?:the )?model"
    r"|does not exist or you do not have access",
    re.IGNORECASE,
)
_BAD_KEY = re.compile(
    r"(?:invalid|incorrect|missing|expired) (?:x-)?api[- _]?key|api[- _]?key not valid"
    r"|organi[sz]ation has been disabled",
    re.IGNORECASE,
)

_OF_CODE: Mapping[str, FaultKind] = {
    **dict.fromkeys(_QUOTA_CODES, FaultKind.QUOTA),
    **dict.fromkeys(_FLAGGED_CODES, FaultKind.REJECTED),
    **dict.fromkeys(_UNREADABLE_CALL_CODES, FaultKind.MALFORMED),  # a slip of the model: asked again, it may do better
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


def kind_of(status: int | None, codes: frozenset[str], words: str) -> FaultKind:
    """Return the kind: a code is surer than words, words are surer than a status."""
    for code in sorted(codes):
        if code in _OF_CODE:
            return _OF_CODE[code]
    words = _URL.sub(" ", words)
    for kind, statuses, said in (
        (FaultKind.TOO_LONG, _MAY_BE_TOO_LONG, _TOO_LONG),
        (FaultKind.REJECTED, frozenset((None, 400, 403)), _FLAGGED),
        (FaultKind.QUOTA, _MAY_BE_QUOTA, _QUOTA),
        (FaultKind.REJECTED, frozenset((None, 400, 404)), _NO_TOOLS),
        (FaultKind.UNKNOWN_MODEL, _MAY_BE_UNKNOWN, _UNKNOWN),
        (FaultKind.CREDENTIALS, frozenset((400,)), _BAD_KEY),
    ):
        if status in statuses and said.search(words):
            return kind
    if status is not None:
        return _of_status(status)
    if re.search("overloaded|over capacity", words, re.IGNORECASE):
        return FaultKind.OVERLOADED
    return next((_OF_TYPE[code] for code in sorted(codes) if code in _OF_TYPE), FaultKind.SERVER)


def takes_no_tools(words: str) -> bool:
    """Return whether the words say that a model, or whoever serves it, takes no tools."""
    return _NO_TOOLS.search(words) is not None


def is_filtered(codes: frozenset[str], words: str) -> bool:
    """Return whether a filter of the provider does not like what was said: the request itself is in order."""
    return bool(codes & _FLAGGED_CODES) or _FLAGGED.search(words) is not None


def wrote_no_call(codes: frozenset[str]) -> bool:
    """Return whether the model wrote a call that its own service could not read (Groq)."""
    return bool(codes & _UNREADABLE_CALL_CODES)


def _of_status(status: int) -> FaultKind:
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
