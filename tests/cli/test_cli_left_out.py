"""cli/left_out.py: what a person at a shell is told of an operation that is no tool."""

from dataclasses import replace

import pytest

from openapi_mcp.cli.left_out import with_left_out
from openapi_mcp.generator.select import NOT_ENABLED
from openapi_mcp.model.call import Failure, FailureKind
from openapi_mcp.model.document import Skipped
from openapi_mcp.model.tool import Toolset

UNKNOWN = Failure(kind=FailureKind.UNKNOWN_TOOL, message="there is no tool 'add'", hint="did you mean get?")


def toolset(method: str, path: str = "/notes") -> Toolset:
    reason = f"method {method} {NOT_ENABLED}"
    left_out = Skipped(method=method, path=path, pointer="#/paths", reason=reason, tool="add")
    return Toolset(title="T", version="1", instructions="", tools=(), skipped=(left_out,))


@pytest.mark.parametrize(
    ("method", "value"), [("POST", "get,post"), ("DELETE", "get,delete"), ("GET", "get"), ("COPY", "all")]
)
def test_the_methods_that_take_it_in_are_said(method: str, value: str) -> None:
    """--methods replaces what was enabled, so get is among them; what documents invent is in none but all."""
    told = with_left_out(UNKNOWN, "add", toolset(method))
    assert (told.kind, told.hint) == (
        FailureKind.UNKNOWN_TOOL,
        f"add --allow '{method} /notes', or --methods {value}",
    )


def test_a_path_of_a_strangers_document_is_quoted_and_harmless() -> None:
    """The line is made to be copied into a shell."""
    told = with_left_out(UNKNOWN, "add", toolset("POST", "/a'; touch x\x1b[31m\n"))
    assert "--allow 'POST /a'\"'\"'; touch x\\x1b[31m\\n'" in (told.hint or "")
    assert "\x1b" not in told.message


def test_any_other_failure_stays_as_it_is() -> None:
    """A name that nothing has, and a call that was refused."""
    assert with_left_out(UNKNOWN, "other", toolset("POST")) is UNKNOWN
    refused = replace(UNKNOWN, kind=FailureKind.REFUSED)
    assert with_left_out(refused, "add", toolset("POST")) is refused
