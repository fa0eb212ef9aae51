"""What an operation does of which the document says nothing."""

import pytest
from support.make import answering, one_tool

from openapi_mcp.generator.point import singular, things

THING = {"type": "object", "properties": {"id": {"type": "integer"}}}


@pytest.mark.parametrize(
    ("method", "path", "operation", "expected"),
    [
        (
            "get",
            "/api/v1/customers/{id}/orders",
            answering({"type": "array", "items": THING}),
            "Lists orders of a customer.",
        ),
        ("get", "/orders", answering({"properties": {"items": {"type": "array", "items": THING}}}), "Lists orders."),
        ("get", "/orders/{id}", answering(THING), "Gets an order."),
        ("get", "/reviews/{kind}.json", answering({"type": "array", "items": THING}), "Lists reviews by kind."),
        ("get", "/orders", {}, "Gets orders."),
        ("get", "/", {}, "Gets the root."),
        ("get", "/{id}", {}, "Gets the root."),
        ("get", "/orders", answering({"$ref": "#/components/schemas/Nowhere"}), "Gets orders."),
        ("post", "/line-items", answering(THING, "201"), "Creates a line item."),
        ("post", "/orders/{id}/cancel", {}, "Posts to cancel of an order."),
        ("put", "/orders/{id}", {}, "Replaces an order."),
        ("patch", "/userProfiles/{id}", {}, "Changes an user profile."),
        ("delete", "/companies/{id}/boxes/{n}", {}, "Deletes a box of a company."),
        ("head", "/files/{id}", {}, "Checks a file."),
        ("trace", "/files", {}, "TRACE of files."),
    ],
)
def test_the_point_is_made_of_method_path_and_answer(
    method: str, path: str, operation: dict[str, object], expected: str
) -> None:
    """Issue 6, Enrichment: no operation without a description. Nothing is said that the three do not say."""
    described = one_tool(operation, method=method, path=path).description
    assert described.startswith(f"{expected} {method.upper()} {path}\n")


def test_things_are_the_segments_that_name_something() -> None:
    """Our choice: what every path has says nothing."""
    assert things("/api/v2/customers/{id}/orders?x=1") == [("customers", "id"), ("orders", "")]
    assert things("/{tenant}/--/a.b") == [("a.b", "")]


@pytest.mark.parametrize(
    ("plural", "expected"),
    [
        ("orders", "order"), ("companies", "company"), ("addresses", "address"), ("boxes", "box"), ("batches", "batch"),
        ("wishes", "wish"), ("status", "status"), ("address", "address"), ("analysis", "analysis"),
        ("series", "series"), ("us", "us"), ("data", "data"), ("line items", "line item"),
    ],
)  # fmt: skip
def test_an_english_plural_has_a_singular(plural: str, expected: str) -> None:
    """Our choice: a rule, no dictionary."""
    assert singular(plural) == expected
