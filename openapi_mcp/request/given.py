"""A value that was given for a parameter, and errors that name the argument that the caller knows it by."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from openapi_mcp.errors import ArgumentsError
from openapi_mcp.model.document import Parameter

_Written = TypeVar("_Written")


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A parameter's value, with the name that the caller knows it by."""

    argument: str
    parameter: Parameter
    value: Any

    def written(self, write: Callable[[Parameter, Any], _Written]) -> _Written:
        """Return what a style makes of it.

        Raises:
            ArgumentsError: the style cannot write it; with the name of the argument.
        """
        try:
            return write(self.parameter, self.value)
        except ArgumentsError as error:
            raise about(self.argument, error.message, error.hint) from None


def about(argument: str, message: str, hint: str | None) -> ArgumentsError:
    """Return an error about an argument."""
    return ArgumentsError(f'argument "{argument}" {message}', field=argument, hint=hint)
