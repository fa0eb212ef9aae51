"""What of a workflow cannot be understood, or not be done with the values that came."""

from openapi_mcp.errors import DocumentError


class WorkflowError(DocumentError):
    """A part of a workflow that cannot be used: what it is, where it stands, what to write instead."""


class ExpressionError(WorkflowError):
    """A text that is no runtime expression."""


class CriterionError(WorkflowError):
    """A condition that cannot be read, or not be held against what came; `column` (from 1) is where it breaks."""

    def __init__(self, message: str, *, column: int = 0, where: str | None = None, hint: str | None = None) -> None:
        super().__init__(f"{message} (column {column})" if column else message, where=where, hint=hint)
        self.column = column


class PayloadError(WorkflowError):
    """A request body that cannot be made of its payload and its replacements."""


class InputError(WorkflowError):
    """What a caller gave, or did not give, is what a step cannot be carried out with."""
