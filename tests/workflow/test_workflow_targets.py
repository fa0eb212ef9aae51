"""What a step calls, as the document names it."""

import pytest

from openapi_mcp.workflow.faults import WorkflowError
from openapi_mcp.workflow.targets import Target, by_id, by_path


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("getOrder", Target(id="getOrder")),
        ("orders.get", Target(id="orders.get")),
        ("$sourceDescriptions.shop.getOrder", Target(source="shop", id="getOrder")),
        ("$sourceDescriptions.shop.orders.get", Target(source="shop", id="orders.get")),
    ],
)
def test_an_id_is_of_this_document_or_of_a_source(text: str, target: Target) -> None:
    """Arazzo 1.0.1, 4.6.5, operationId and workflowId."""
    assert by_id(text) == target


@pytest.mark.parametrize("text", ["$sourceDescriptions.shop", "$sourceDescriptions..x", "$steps.a.outputs.b", "$"])
def test_an_expression_of_another_kind_is_no_id(text: str) -> None:
    """Arazzo 1.0.1, 4.6.5: what is called is known before anything runs."""
    with pytest.raises(WorkflowError):
        by_id(text)


@pytest.mark.parametrize(
    ("text", "target"),
    [
        (
            "{$sourceDescriptions.shop.url}#/paths/~1pet~1findByStatus/get",
            Target(source="shop", method="GET", path="/pet/findByStatus"),
        ),
        ("$sourceDescriptions.shop.url#/paths/~1a~1{id}/post", Target(source="shop", method="POST", path="/a/{id}")),
        (
            "{$sourceDescriptions.shop.url}#/paths/~1a~1%7Bid%7D/get",
            Target(source="shop", method="GET", path="/a/{id}"),
        ),
    ],
)
def test_an_operation_path_is_a_method_and_a_path(text: str, target: Target) -> None:
    """Arazzo 1.0.1, 4.6.5, operationPath."""
    assert by_path(text) == target
