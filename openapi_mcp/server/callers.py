"""Who made the request that is being answered: what the door has noted of it, and the protocol asks for."""

from collections.abc import Mapping
from typing import Any

from mcp.server.context import ServerRequestContext

from openapi_mcp.model.call import ANYONE, Caller, Failure
from openapi_mcp.server.access_log import take_id

_CALLER = "openapi_mcp.caller"
_OWNER = "openapi_mcp.owner"
_FAILURES = "openapi_mcp.failures"


def noted(caller: Caller, failures: Mapping[str, Failure], owner: str = "") -> dict[str, Any]:
    """Return what a request carries from the door on: who calls, and why no call of an API may run, by its name.

    `owner` is who answers for what the caller takes of us: whom the door has verified, where it verifies anybody.
    """
    return {_CALLER: caller, _FAILURES: failures, _OWNER: owner or caller.id}


def owner_in(scope: Mapping[str, Any]) -> str:
    """Return who answers for a request; "" is nobody in particular."""
    return str(scope.get(_OWNER, ""))


def caller_of(context: ServerRequestContext[Any, Any]) -> Caller:
    """Return who made this request; it alone says that, not the one that began its session."""
    caller = _noted_in(context, _CALLER)
    return caller if isinstance(caller, Caller) else ANYONE


def id_of(context: ServerRequestContext[Any, Any]) -> str:
    """Return the id that the access log has for this request; "" where it has none."""
    request: Any = context.request  # None over stdio
    return "" if request is None else take_id(request.scope)


def failure_of(context: ServerRequestContext[Any, Any], api: str) -> Failure | None:
    """Return why no call of an API may run in this request; None where one may."""
    failure = (_noted_in(context, _FAILURES) or {}).get(api)
    return failure if isinstance(failure, Failure) else None


def _noted_in(context: ServerRequestContext[Any, Any], key: str) -> Any:
    request: Any = context.request  # None over stdio
    return None if request is None else request.scope.get(key)
