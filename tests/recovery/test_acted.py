"""Which refused calls another one may take the place of."""

from typing import Any

import pytest
from support.make import json_body, one_tool

from openapi_mcp.model.call import Failure, FailureKind
from openapi_mcp.recovery.acted import may_repeat

LINES: dict[str, Any] = {"type": "array", "items": {"type": "object"}}
REFUSED = Failure(kind=FailureKind.REJECTED, message="no", status=422)


def write(path: str, schema: Any, **more: Any) -> Any:
    return one_tool({"requestBody": {"content": json_body(schema)}, **more}, method="post", path=path)


@pytest.mark.parametrize("name", ["items", "records", "operations"])
def test_the_lines_of_one_order_are_a_part_of_it(name: str) -> None:
    order = write("/orders", {"type": "object", "properties": {name: LINES}})
    assert may_repeat(order, REFUSED, {name: [{"sku": "a"}, {"sku": "b"}]})


@pytest.mark.parametrize(
    ("path", "more"),
    [
        ("/orders/batch", {}),
        ("/bulk/orders", {}),
        ("/orders:batchCreate", {}),
        ("/orders", {"operationId": "bulkCreateOrders"}),
    ],
)
def test_a_list_that_is_called_a_batch_is_many_things(path: str, more: Any) -> None:
    """Issue 7: some of them may have been written."""
    batch = write(path, {"type": "object", "properties": {"items": LINES, "mode": {"type": "string"}}}, **more)
    assert not may_repeat(batch, REFUSED, {"items": [{"sku": "a"}]})
    assert may_repeat(batch, REFUSED, {"mode": "x"})


def test_a_body_that_is_a_list_is_many_things() -> None:
    listed = write("/orders", LINES)
    (argument,) = listed.input_schema["properties"]
    assert not may_repeat(listed, REFUSED, {argument: [{"sku": "a"}]})
