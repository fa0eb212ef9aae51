"""A call of an operation that is in the document, and not among the tools: why, and which option takes it in."""

import shlex
from dataclasses import replace

from openapi_mcp.cli.told import plain
from openapi_mcp.generator.select import NOT_ENABLED
from openapi_mcp.model.call import Failure, FailureKind
from openapi_mcp.model.document import Skipped
from openapi_mcp.model.policy import METHODS
from openapi_mcp.model.tool import Toolset

_LONGEST = 200  # characters
_OF_WORKFLOW = "`openapi-mcp check` shows where it is wrong, `inspect` all that is left out"
_OF_METHODS = "take in what its steps call with --methods or --allow; `openapi-mcp inspect` shows all that is left out"


def with_left_out(failure: Failure, name: str, toolset: Toolset) -> Failure:
    """Return the failure of a call of `name`; of one that was left out it says so, in place of tools with near names.

    "there is no tool 'add_note'; did you mean get_note?" ->
    "POST /notes is left out: method POST is not enabled (--methods, --allow); add --allow 'POST /notes', or --methods
    get,post"

    For the person at a shell alone, who may give other options: a client is told what it may call.
    """
    if failure.kind is not FailureKind.UNKNOWN_TOOL:
        return failure
    found = next((each for each in toolset.skipped if each.tool == name), None)
    if found is None:
        return failure
    if found.is_workflow:
        return replace(failure, hint=_OF_METHODS if NOT_ENABLED in found.reason else _OF_WORKFLOW)
    message = f"{_operation(found)} is left out: {plain(found.reason, _LONGEST)}"
    return replace(failure, message=message, hint=_way_in(found))


def ways_in(toolset: Toolset) -> dict[str, str]:
    """Return why operations are left out that a write would need another option for, and which, by tool's name."""
    return {
        each.tool: f"{_operation(each)} is left out: {plain(each.reason, _LONGEST)}; {_way_in(each)}"
        for each in toolset.skipped
        if each.tool and each.reason.endswith(NOT_ENABLED)
    }


def _way_in(skipped: Skipped) -> str:
    """Return what makes a tool of an operation that is left out."""
    if skipped.reason.endswith(NOT_ENABLED):
        return f"add --allow {shlex.quote(_operation(skipped))}, or --methods {_methods(skipped.method)}"
    return "`openapi-mcp inspect` shows each operation that is left out, and why"


def _methods(method: str) -> str:
    """Return a value of --methods with a method in it; one that only the document has is in none but all."""
    known = [each.lower() for each in METHODS if each in ("GET", method)]
    return ",".join(known) if method in METHODS else "all"


def _operation(skipped: Skipped) -> str:
    return plain(f"{skipped.method} {skipped.path}", _LONGEST)
