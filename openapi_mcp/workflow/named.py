"""What a step names: an operation, of which source, by its id or by method and path."""

from openapi_mcp.model.document import Operation
from openapi_mcp.model.pointer import tokens
from openapi_mcp.model.text import one_line
from openapi_mcp.model.workflow import Step

SOURCES = "$sourceDescriptions."


class UnboundError(Exception):
    """A step whose operation cannot be called, and what to do; `is_policy` where the operator does not serve it."""

    def __init__(self, reason: str, pointer: str, *, is_policy: bool = False, hint: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.pointer = pointer
        self.is_policy = is_policy
        self.hint = hint


def target(step: Step) -> tuple[str, str, bool]:
    """Return the source that a step names ("" for none), its operation, and whether that is a method and a path.

    A path that is named without a method is the path alone: "/pets".
    """
    if step.operation_id:
        if step.operation_id.startswith(SOURCES):
            source, _, name = step.operation_id.removeprefix(SOURCES).partition(".")
            return source, name, False
        return "", step.operation_id, False
    return _of_path(step)


def _of_path(step: Step) -> tuple[str, str, bool]:
    """Return what an operationPath names: "{$sourceDescriptions.pets.url}#/paths/~1pets/get" -> GET /pets of pets."""
    head, mark, pointer = step.operation_path.partition("#")
    source = head.strip().removeprefix("{").removesuffix("}")
    try:
        parts = tokens(f"#{pointer}")
    except ValueError:
        parts = ()
    is_whole = mark and source.startswith(SOURCES) and source.endswith(".url")
    if not is_whole or len(parts) not in (2, 3) or parts[0] != "paths":
        said = f"step {step.id!r}: {one_line(step.operation_path, 120)!r} names no operation"
        raise UnboundError(f"{said}; write {{{SOURCES}NAME.url}}#/paths/~1things/get", step.pointer)
    name = source.removeprefix(SOURCES).removesuffix(".url")
    return name, f"{parts[2].upper()} {parts[1]}" if len(parts) == 3 else parts[1], True


def is_named(operation: Operation, wanted: str, *, is_path: bool) -> bool:
    """True for the operation of an operationId, or of a method and a path."""
    return f"{operation.method} {operation.path}" == wanted if is_path else operation.operation_id == wanted
