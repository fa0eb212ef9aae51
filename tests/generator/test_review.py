"""What a model misses in a description that is correct."""

from typing import Any

import pytest
from support.make import ALL_METHODS, answering, document, json_body

from openapi_mcp.generator.generate import generate
from openapi_mcp.generator.review import Review, review


def reviewed(paths: dict[str, Any]) -> Review:
    read = document(paths)
    return review(read.operations, generate(read, ALL_METHODS).tools)


def test_operations_without_words_are_told() -> None:
    """Issue 3: operations without description."""
    paths = {"/a": {"get": {"summary": "Get a."}, "post": {"description": "Make a."}, "put": {"operationId": "put"}}}
    assert [found.method for found in reviewed(paths).without_description] == ["PUT"]


@pytest.mark.parametrize(
    ("operation", "method", "is_told"),
    [
        (answering({"type": "object"}), "get", False),
        (answering({}), "get", True),
        ({}, "get", True),
        ({"responses": {"404": {"description": "No."}}}, "get", True),
        ({"responses": {"204": {"description": "Gone."}}}, "delete", False),
        ({"responses": {"200": {"description": "Here."}}}, "get", True),
        ({"responses": {"200": {"description": "Here."}}}, "head", False),
        ({"responses": {"200": {"description": "x", "content": {"application/json": {}}}}}, "get", True),
        ({"responses": {"200": {"description": "x", "content": {"text/csv": {}}}}}, "get", False),
        ({"responses": {"default": {"description": "x", "content": json_body({"type": "array"})}}}, "get", False),
    ],
)
def test_operations_that_do_not_say_what_they_answer_are_told(
    operation: dict[str, Any], method: str, is_told: bool
) -> None:
    """Issue 3: operations without schema."""
    assert bool(reviewed({"/a": {method: operation}}).without_response_schema) is is_told


def test_operation_ids_that_stand_twice_are_told() -> None:
    """OAS 3.1.1, Operation Object: operationId MUST be unique."""
    found = reviewed(
        {"/a": {"get": {"operationId": "x"}, "put": {"operationId": "y"}}, "/b": {"get": {"operationId": "x"}}}
    )
    assert [(name, [one.path for one in group]) for name, group in found.duplicate_operation_ids] == [
        ("x", ["/a", "/b"])
    ]


def test_tools_of_the_same_words_are_told() -> None:
    """Issue 3: too similar to tell apart. What they return does not set them apart."""
    paths = {
        "/a": {"get": {"operationId": "a", "summary": "List orders."}},
        "/b": {"get": {"operationId": "b", "summary": "Orders list", **answering({"type": "array"})}},
        "/c": {"get": {"operationId": "c", "summary": "List customers."}},
    }
    assert reviewed(paths).alike == (("a", "b"),)
