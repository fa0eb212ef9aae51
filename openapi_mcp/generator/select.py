"""Which operations become tools: by method, then by the include and exclude patterns."""

from collections.abc import Sequence
from fnmatch import fnmatchcase

from openapi_mcp.model.document import Operation
from openapi_mcp.model.policy import ANY_METHOD, Selection


def left_out(operation: Operation, selection: Selection) -> str | None:
    """Return why an operation does not become a tool, None when it does. Exclude wins over include."""
    if operation.method not in selection.methods and ANY_METHOD not in selection.methods:
        return f"method {operation.method} is not enabled (--methods)"
    excluding = next((pattern for pattern in selection.exclude if matches(pattern, operation)), None)
    if excluding is not None:
        return f"excluded by {excluding!r} (--exclude)"
    if selection.include and not any(matches(pattern, operation) for pattern in selection.include):
        return "matches no --include pattern"
    return None


def is_selected(operation: Operation, selection: Selection) -> bool:
    """Return whether an operation becomes a tool."""
    return left_out(operation, selection) is None


def unmatched(operations: Sequence[Operation], selection: Selection) -> list[str]:
    """Return what in --include and --exclude matches no operation at all: ["--exclude '/order/*'"]."""
    return [
        f"{option} {pattern!r}"
        for option, patterns in (("--include", selection.include), ("--exclude", selection.exclude))
        for pattern in patterns
        if not any(matches(pattern, operation) for operation in operations)
    ]


def matches(pattern: str, operation: Operation) -> bool:
    """True when a pattern names the operation: `tag:NAME`, `op:GLOB` (operationId), else a glob over the path.

    "/orders/*" matches "/orders/{id}" and "/orders/{id}/items"; "/orders" matches only itself.
    """
    kind, colon, rest = pattern.partition(":")
    if colon and kind == "tag":
        return rest in operation.tags
    if colon and kind == "op":
        return fnmatchcase(operation.operation_id or "", rest)
    return fnmatchcase(operation.path, pattern)
