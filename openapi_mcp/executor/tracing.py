"""How a result came about, from what was sent for it."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from openapi_mcp.executor.authority import Authority
from openapi_mcp.executor.delivery import Delivery
from openapi_mcp.model.call import Caller
from openapi_mcp.model.message import HttpRequest
from openapi_mcp.model.trace import Trace


def trace_of(sent: Sequence[Delivery], authority: Authority, caller: Caller, told: Mapping[str, Any]) -> Trace:
    """Return what was done for a call of this caller; what was repaired and looked up is `told` in its result."""
    last = sent[-1] if sent else None
    return Trace(
        redact=authority.redactor(tuple(last.carried) if last is not None else (), caller),
        request=partial(_shown, authority, last) if last is not None else None,
        status=last.story.status if last is not None else None,
        attempts=sum(each.story.attempts for each in sent),
        waited=sum(each.story.waited for each in sent),
        cache=last.story.cache if last is not None else "",
        repairs=told.get("repairs", ()),
        lookups=told.get("lookups", ()),
    )


def _shown(authority: Authority, sent: Delivery) -> HttpRequest:
    return authority.shown(sent.request, tuple(sent.carried))
