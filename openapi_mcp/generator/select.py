"""Which operations become tools: by method or because they are allowed, then by the include and exclude patterns."""

from collections.abc import Sequence
from fnmatch import fnmatchcase

from openapi_mcp.model.document import Operation
from openapi_mcp.model.policy import ANY_METHOD, PATTERN_STARTS, Selection

NOT_ENABLED = "is not enabled (--methods, --allow)"  # ends the reason


def left_out(operation: Operation, selection: Selection) -> str | None:
    """Return why an operation does not become a tool, None when it does.

    Allow widens the methods, and nothing else: exclude wins over it, and where there are include patterns one of them
    must name what it adds, too.
    """
    if not _is_enabled(operation, selection):
        return f"method {operation.method} {NOT_ENABLED}"
    excluding = next((pattern for pattern in selection.exclude if matches(pattern, operation)), None)
    if excluding is not None:
        return f"excluded by {excluding!r} (--exclude)"
    if selection.include and not any(matches(pattern, operation) for pattern in selection.include):
        return "matches no --include pattern"
    return None


def _is_enabled(operation: Operation, selection: Selection) -> bool:
    if operation.method in selection.methods or ANY_METHOD in selection.methods:
        return True
    return any(matches(pattern, operation) for pattern in selection.allow)


def is_selected(operation: Operation, selection: Selection) -> bool:
    """Return whether an operation becomes a tool."""
    return left_out(operation, selection) is None


def unmatched(operations: Sequence[Operation], selection: Selection) -> list[str]:
    """Return what in --allow, --include and --exclude matches no operation at all: ["--exclude '/order/*'"]."""
    given = (("--allow", selection.allow), ("--include", selection.include), ("--exclude", selection.exclude))
    return [
        f"{option} {pattern!r}"
        for option, patterns in given
        for pattern in patterns
        if not any(matches(pattern, operation) for operation in operations)
    ]


def matches(pattern: str, operation: Operation) -> bool:
    """True when a pattern names the operation: `tag:NAME`, `op:GLOB` (operationId), else a glob over the path.

    "/orders/*" matches "/orders/{id}" and "/orders/{id}/items"; "/orders" matches only itself. A method may stand
    before any of them: "DELETE /orders/*", "POST tag:admin".
    """
    method, space, rest = pattern.partition(" ")
    if space and method.isupper() and not method.startswith(PATTERN_STARTS):
        return operation.method == method and matches(rest, operation)
    kind, colon, rest = pattern.partition(":")
    if colon and kind == "tag":
        return rest in operation.tags
    if colon and kind == "op":
        return fnmatchcase(operation.operation_id or "", rest)
    return fnmatchcase(operation.path, pattern)
