"""Whether a request is sent again after what became of it, and how long that waits."""

from openapi_mcp.executor.faults import CertificateError, LostError, SendError, UnreachableError
from openapi_mcp.model.message import HttpRequest, HttpResponse
from openapi_mcp.model.policy import IDEMPOTENCY_KEYS, READS

Outcome = HttpResponse | SendError | TimeoutError
"""What became of a request: any answer, or why there is none."""

_REPEATABLE = READS | {"PUT", "DELETE"}  # twice is as once: RFC 9110, section 9.2.2
_PASSING = frozenset((429, 502, 503, 504))
_SHORTEST_KEY = 16  # characters: "yes" is no key, whatever its header is called
_BASE = 0.25  # seconds that the first wait is below
_MOST = 8.0  # seconds that no wait of our own is above
_MOST_BEHIND = 1.0  # seconds by which a told time is passed at most: all who were told it would come back at once


def may_follow(request: HttpRequest, outcome: Outcome) -> bool:
    """True where the same request may be sent again: it may fare better, and twice is as once.

    Any request that never left may; one that may have done something only where doing it twice does no more, by its
    method (RFC 9110, section 9.2.2) or by the idempotency key that goes with it.
    """
    match outcome:
        case CertificateError():
            return False
        case UnreachableError():
            return True
        case LostError():
            return is_repeatable(request)
        case HttpResponse(became_get=True) if request.method not in READS:
            return False  # it was done, and what its redirect leads to is a request of its own: RFC 9110, 15.4.4
        case HttpResponse(status=500):
            return request.method in READS
        case HttpResponse(status=status):
            return status in _PASSING and is_repeatable(request)
        case _:
            return False


def is_repeatable(request: HttpRequest) -> bool:
    """True where sending a request twice does what sending it once does."""
    return request.method in _REPEATABLE or _has_key(request)


def _has_key(request: HttpRequest) -> bool:
    keys = (value.strip() for name, value in request.headers if name.lower() in IDEMPOTENCY_KEYS)
    return any(len(key) >= _SHORTEST_KEY for key in keys)


def wait_before(attempt: int, told: float | None, chance: float) -> float:
    """Return the seconds to wait before an attempt, the second being 2; `chance` is random, from 0 up to 1.

    Exponential back-off with full jitter: (2, None, 0.5) -> 0.125; (5, None, 0.5) -> 1.0. A time that the API tells is
    waited for, and a little longer: (2, 3.0, 0.5) -> 3.125.
    """
    own = min(_MOST, _BASE * 2.0 ** min(attempt - 2, 16))
    return own * chance if told is None else told + min(own, _MOST_BEHIND) * chance


def is_unknown(outcome: Outcome) -> bool:
    """True where a request may have been carried out all the same: the API was reached, and did not refuse it."""
    if isinstance(outcome, HttpResponse):
        return outcome.status >= 500
    return not isinstance(outcome, UnreachableError)


def said_of(outcome: Outcome) -> str:
    """Return what became of an attempt in a few words, none of them the API's: "503", "no connection"."""
    match outcome:
        case HttpResponse(status=status):
            return str(status)
        case UnreachableError():
            return "no connection"
        case _:
            return "connection lost"
