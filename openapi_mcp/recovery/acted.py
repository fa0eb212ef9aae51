"""Whether the API did nothing for a call that it has refused: only then another one may take its place."""

from collections.abc import Mapping
from typing import Any

from openapi_mcp.model.call import Failure
from openapi_mcp.model.policy import SAFE_METHODS
from openapi_mcp.model.tool import Tool

_REFUSED = frozenset((400, 404, 422))  # the request was looked at, and not carried out


def may_repeat(tool: Tool, failure: Failure, arguments: Mapping[str, Any]) -> bool:
    """True where a call with other arguments may follow: a read, or a write that was refused as a whole.

    What is refused by a status that says more was wrong than the values is not sent again, nor is a write of many
    things at once, or one whose refusal tells of anything that was done.
    """
    if tool.operation.method in SAFE_METHODS:
        return True
    return failure.status in _REFUSED and not _tells_of_work(failure.body) and not _is_bulk(arguments)


_DONE = frozenset(
    ("created", "succeeded", "successes", "success_count", "processed", "inserted", "imported", "saved", "updated",
     "deleted", "completed", "accepted", "applied", "partial")
)  # fmt: skip


def _tells_of_work(body: Any) -> bool:
    """True where an answer has a field that says what was done: {"created": [...], "errors": [...]}."""
    return isinstance(body, Mapping) and any(
        str(name).lower() in _DONE and value not in (None, False, 0, [], {}, "") for name, value in body.items()
    )


def _is_bulk(arguments: Mapping[str, Any]) -> bool:
    return isinstance(arguments.get("body"), list)
