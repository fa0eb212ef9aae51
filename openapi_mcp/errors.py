"""Errors that end a command, each with its exit code.

    OpenapiMcpError              1   a bug in us, unless a subclass says otherwise
    ├── ConfigError              2   an option, an environment variable or openapi-mcp.toml
    ├── ArgumentsError           2   arguments that no request can carry
    ├── SourceError              3   the document could not be fetched
    ├── DocumentError            4   the document was fetched and cannot be used
    └── CredentialsError         5   a credential is missing or cannot be placed

A call that fails upstream is not an exception: it is a Result that carries a Failure (model/call.py).
"""

from enum import IntEnum


class ExitCode(IntEnum):
    """Exit statuses of the command, the same for every command."""

    OK = 0
    BUG = 1
    USAGE = 2
    SOURCE = 3
    DOCUMENT = 4
    CREDENTIALS = 5
    CALL = 6
    INTERRUPTED = 130


class OpenapiMcpError(Exception):
    """What happened, where it happened, and what to do about it.

    `where` is a place a person can go to (a URL, a file, a JSON Pointer, a config key); `hint` is one next step.
    """

    exit_code = ExitCode.BUG

    def __init__(self, message: str, *, where: str | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.hint = hint


class ConfigError(OpenapiMcpError):
    """An option, an environment variable or a key of openapi-mcp.toml is wrong."""

    exit_code = ExitCode.USAGE


class ArgumentsError(OpenapiMcpError):
    """An argument of a call that cannot be put into a request; `field` names it."""

    exit_code = ExitCode.USAGE

    def __init__(self, message: str, *, field: str | None = None, hint: str | None = None) -> None:
        super().__init__(message, where=field, hint=hint)
        self.field = field


class SourceError(OpenapiMcpError):
    """The document could not be fetched: unreachable, refused, too slow or too large."""

    exit_code = ExitCode.SOURCE


class DocumentError(OpenapiMcpError):
    """The document was fetched and cannot be used: not JSON or YAML, not OpenAPI, or empty of operations."""

    exit_code = ExitCode.DOCUMENT


class CredentialsError(OpenapiMcpError):
    """A configured credential cannot be read or has no place in the document."""

    exit_code = ExitCode.CREDENTIALS
