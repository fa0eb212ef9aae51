"""What a refusal says of a later attempt: when it may be made, and that none will help."""

from openapi_mcp.executor.retry import Outcome
from openapi_mcp.model.jsontext import JsonValue
from openapi_mcp.model.message import HttpResponse
from openapi_mcp.response.decode import json_body, text_body

_MOST_BYTES = 100_000  # of a refusal that is read before the request is sent again


def told_seconds(outcome: Outcome, now: float) -> float | None:
    """Return the seconds to wait that a refusal tells, by a header or in its body; None where it tells none.

    `now` is in seconds since 1970. RFC 9110, section 10.2.3; draft-ietf-httpapi-ratelimit-headers.
    """
    if not isinstance(outcome, HttpResponse) or outcome.status < 429:
        return None
    from openapi_mcp.recovery.refusals.resets import LONGEST_WAIT, told_wait

    found = told_wait(outcome, _body(outcome), now)
    return found[0] if found and found[0] <= LONGEST_WAIT else None


def is_spent(outcome: Outcome) -> bool:
    """True for a refusal that no waiting helps: a quota, or what a plan allows, is used up."""
    if not isinstance(outcome, HttpResponse) or outcome.status != 429:
        return False
    from openapi_mcp.recovery.classify import is_used_up_for_good

    return is_used_up_for_good(outcome, _body(outcome))


def _body(outcome: HttpResponse) -> JsonValue:
    """Return what a refusal says, JSON or text; None where it is too long to be looked at here."""
    if not 0 < len(outcome.body) <= _MOST_BYTES:
        return None
    value, is_json = json_body(outcome)
    return value if is_json else text_body(outcome)
