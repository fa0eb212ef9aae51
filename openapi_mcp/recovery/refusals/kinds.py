"""The kinds of failures that a refusing status stands for, and what to do about each."""

from openapi_mcp.model.call import FailureKind

_KINDS = {
    401: FailureKind.UNAUTHENTICATED,
    402: FailureKind.QUOTA,
    403: FailureKind.FORBIDDEN,
    404: FailureKind.NOT_FOUND,
    407: FailureKind.UNREACHABLE,
    408: FailureKind.TIMEOUT,
    409: FailureKind.CONFLICT,
    410: FailureKind.NOT_FOUND,
    412: FailureKind.CONFLICT,
    423: FailureKind.CONFLICT,
    429: FailureKind.RATE_LIMITED,
    504: FailureKind.TIMEOUT,
}
_HINTS = {
    FailureKind.UNAUTHENTICATED: "the API wants a valid credential; it is configured where this server is started",
    FailureKind.FORBIDDEN: "the credential does not allow this; use another tool, or ask for the right",
    FailureKind.NOT_FOUND: "check the identifiers; find valid ones with a tool that lists or searches",
    FailureKind.CONFLICT: "read the present state first, then decide whether to call again",
    FailureKind.REJECTED: "correct the values that the answer names, then call again",
    FailureKind.RATE_LIMITED: "wait before calling again",
    FailureKind.QUOTA: "the API's quota is used up; calling again will not help",
    FailureKind.UPSTREAM_ERROR: "the API failed; try again later, or report it to its operators",
    FailureKind.TIMEOUT: "the API took too long; ask for less, or try again later",
    FailureKind.BAD_RESPONSE: "the API did not answer as HTTP has it; report it to its operators, or check --base-url",
    FailureKind.UNREACHABLE: "the API cannot be reached; check that it runs and the network",
}
_RETRYABLE = frozenset({408, 429, 502, 503, 504})


def kind_of(status: int) -> FailureKind:
    """Return the kind of a refusing status (RFC 9110 section 15): 404 -> not_found, 422 -> rejected."""
    if status in _KINDS:
        return _KINDS[status]
    if status < 400:
        return FailureKind.BAD_RESPONSE
    return FailureKind.UPSTREAM_ERROR if status >= 500 else FailureKind.REJECTED


def hint_for(kind: FailureKind) -> str:
    """Return what to do about a kind of failure."""
    return _HINTS.get(kind, "")


def is_retryable(status: int) -> bool:
    """True when the same request may succeed later."""
    return status in _RETRYABLE
