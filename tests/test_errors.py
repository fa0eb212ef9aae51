"""Errors: each says what, where and what to do, and has an exit status."""

import pytest

from openapi_mcp.errors import (
    ArgumentsError,
    ConfigError,
    CredentialsError,
    DocumentError,
    ExitCode,
    OpenapiMcpError,
    SourceError,
)


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (OpenapiMcpError, 1),
        (ConfigError, 2),
        (ArgumentsError, 2),
        (SourceError, 3),
        (DocumentError, 4),
        (CredentialsError, 5),
    ],
)
def test_each_error_has_its_exit_status(kind: type[OpenapiMcpError], status: int) -> None:
    """style.md, Errors."""
    assert kind.exit_code == status
    assert issubclass(kind, OpenapiMcpError)


def test_the_exit_statuses_are_those_of_the_contract() -> None:
    """style.md, Errors."""
    assert {code.name: int(code) for code in ExitCode} == {
        "OK": 0,
        "BUG": 1,
        "USAGE": 2,
        "SOURCE": 3,
        "DOCUMENT": 4,
        "CREDENTIALS": 5,
        "CALL": 6,
        "INTERRUPTED": 130,
    }


def test_an_error_answers_what_where_and_what_to_do() -> None:
    """style.md, Errors: three questions, always answered."""
    error = DocumentError("no paths", where="a.yaml#/paths", hint="check it")
    assert (str(error), error.message, error.where, error.hint) == ("no paths", "no paths", "a.yaml#/paths", "check it")


def test_an_arguments_error_names_its_field_as_the_place() -> None:
    """Our choice: the place of a wrong argument is the argument."""
    error = ArgumentsError("must be an integer", field="id", hint="give 7")
    assert (error.field, error.where, error.hint) == ("id", "id", "give 7")
