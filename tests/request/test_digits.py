"""Numbers of more digits than Python writes."""

from support.make import BASE_URL, one_tool, parameter

from openapi_mcp.executor.prepare import Preparer
from openapi_mcp.model.call import Call, Failure
from openapi_mcp.model.tool import Toolset
from openapi_mcp.request.digits import unwritable

HUGE = 10**5000


def test_the_argument_is_found_that_holds_a_number_of_too_many_digits() -> None:
    """Our choice: Python writes 4,300 digits."""
    assert unwritable({"a": 10**4000, "b": "x", "c": [1, {"d": HUGE}]}) == "c"
    assert unwritable({"a": -HUGE}) == "a"
    assert unwritable({"a": 1.5, "b": True, "c": None}) is None


def test_a_call_with_such_a_number_fails_and_names_the_argument() -> None:
    """Issue 7, Tell: it raised ValueError."""
    tool = one_tool({"operationId": "read", "parameters": [parameter("size", schema={"type": "integer"})]})
    tools = Toolset(title="t", version="1", instructions="", tools=(tool,))
    failure = Preparer(toolset=tools, server_of=lambda _operation: BASE_URL).prepare(
        Call(tool="read", arguments={"size": HUGE})
    )
    assert isinstance(failure, Failure)
    assert failure.field == "size"
    assert "digits" in failure.message
