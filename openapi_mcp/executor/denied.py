"""A lookup that the API refused for want of a credential: then that is why a call could not be repaired."""

from dataclasses import dataclass, replace

from openapi_mcp.model.call import Failure, FailureKind

DENIED = frozenset((FailureKind.UNAUTHENTICATED, FailureKind.FORBIDDEN))


@dataclass(frozen=True, slots=True, kw_only=True)
class Denied:
    """The tool that was to look something up, and its failure."""

    tool: str
    failure: Failure


def with_cause(failure: Failure, denied: Denied | None) -> Failure:
    """Return a failure that names the credential as the cause, where a lookup for it was denied.

    What is wrong with the arguments alone would lead to one more call that fails of the same cause.
    """
    if denied is None or failure.kind in DENIED:
        return failure
    message = f"{failure.message}; {denied.tool} could not look it up: {denied.failure.message}"
    return replace(failure, message=message, hint="; ".join(filter(None, (denied.failure.hint, failure.hint))))
