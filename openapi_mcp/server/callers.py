"""Who made the request that is being answered: what the door has noted of it, and the protocol asks for."""

from typing import Any

from mcp.server.context import ServerRequestContext

from openapi_mcp.model.call import ANYONE, Caller, Failure

_CALLER = "openapi_mcp.caller"
_FAILURE = "openapi_mcp.failure"


def noted(caller: Caller, failure: Failure | None) -> dict[str, Any]:
    """Return what a request carries from the door on: who calls, and why no call of theirs may run."""
    return {_CALLER: caller, _FAILURE: failure}


def caller_of(context: ServerRequestContext[Any, Any]) -> Caller:
    """Return who made this request; it alone says that, not the one that began its session."""
    caller = _noted_in(context, _CALLER)
    return caller if isinstance(caller, Caller) else ANYONE


def failure_of(context: ServerRequestContext[Any, Any]) -> Failure | None:
    """Return why no call of this request may run; None where one may."""
    failure = _noted_in(context, _FAILURE)
    return failure if isinstance(failure, Failure) else None


def _noted_in(context: ServerRequestContext[Any, Any], key: str) -> Any:
    request: Any = context.request  # None over stdio
    return None if request is None else request.scope.get(key)
