"""What a step names: an operation, of which source, by its id or by method and path."""

from openapi_mcp.model.document import Operation
from openapi_mcp.model.workflow import Step
from openapi_mcp.workflow.faults import WorkflowError
from openapi_mcp.workflow.targets import by_id, by_path


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

    Raises:
        UnboundError: it names none.
    """
    try:
        found = by_id(step.operation_id) if step.operation_id else by_path(step.operation_path)
    except WorkflowError as error:
        raise UnboundError(f"step {step.id!r}: {error.message}", step.pointer, hint=error.hint or "") from None
    if not found.path:
        return found.source, found.id, False
    return found.source, f"{found.method} {found.path}".strip(), True


def is_named(operation: Operation, wanted: str, *, is_path: bool) -> bool:
    """True for the operation of an operationId, or of a method and a path."""
    return f"{operation.method} {operation.path}" == wanted if is_path else operation.operation_id == wanted
