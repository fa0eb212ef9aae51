"""Path parameters held against the template of their path."""

from typing import Any

import pytest
from support.make import document, parameter

from openapi_mcp.model.document import Document, Location, Severity


def read(path: str, *parameters: dict[str, Any]) -> Document:
    return document({path: {"get": {"parameters": list(parameters)}}})


def names(found: Document) -> list[tuple[str, bool]]:
    """Return the path parameters of the one operation, and which are required."""
    (operation,) = found.operations
    return [(one.name, one.required) for one in operation.parameters if one.location is Location.PATH]


def said(found: Document) -> list[str]:
    assert all(problem.severity is Severity.WARNING for problem in found.problems)
    return [problem.message for problem in found.problems]


def test_a_path_that_is_as_it_should_be_has_no_problem() -> None:
    """OAS 3.1.1, 4.8.2.2."""
    found = read("/a/{x}/{y}", parameter("x", "path"), parameter("y", "path"), parameter("q"))
    assert (names(found), said(found)) == ([("x", True), ("y", True)], [])


def test_a_placeholder_that_no_parameter_names_is_text() -> None:
    """Issue 3: path parameters declared nowhere."""
    found = read("/a/{x}/{y}")
    assert names(found) == [("x", True), ("y", True)]
    assert [one.schema for one in found.operations[0].parameters] == [{"type": "string"}] * 2
    assert said(found) == ["the path parameter 'x' is declared nowhere", "the path parameter 'y' is declared nowhere"]


def test_a_path_parameter_that_the_template_does_not_have_is_left_out() -> None:
    """Issue 3: it could not be sent."""
    found = read("/a", parameter("x", "path"))
    assert names(found) == []
    assert said(found) == ["the path template has no place for the path parameter 'x'; it is left out"]
    assert found.problems[0].pointer == "#/paths/~1a/get/parameters/0"


def test_the_only_one_left_over_is_the_only_one_wanted() -> None:
    """Issue 3: named otherwise in the template."""
    found = read("/a/{order}/{item}", parameter("id", "path", schema={"type": "integer"}), parameter("item", "path"))
    assert names(found) == [("order", True), ("item", True)]
    assert found.operations[0].parameters[0].schema == {"type": "integer"}
    assert said(found) == ["the path parameter 'id' is 'order' in the path template"]


def test_of_two_left_over_none_is_guessed() -> None:
    """design.md: where two candidates fit, none is taken and both are named."""
    found = read("/a/{order}", parameter("x", "path"), parameter("y", "path"))
    assert names(found) == [("order", True)]
    assert [message.split("'")[1] for message in said(found)] == ["x", "y", "order"]


def test_names_that_differ_in_case_and_punctuation_only_are_one() -> None:
    """Issue 3: named otherwise in the template."""
    wrong = (parameter("order_id", "path"), parameter("ItemID", "path"), parameter("path", "path"))
    found = read("/{orderId}/{item-id:[0-9]+}/{+path}", *wrong)
    assert names(found) == [("orderId", True), ("item-id:[0-9]+", True), ("+path", True)]


def test_names_alike_to_two_placeholders_are_not_guessed() -> None:
    """design.md: where two candidates fit, none is taken."""
    found = read("/{orderId}/{order_id}", parameter("ORDERID", "path"))
    assert names(found) == [("orderId", True), ("order_id", True)]
    assert len(said(found)) == 3


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/a/{x}.{y}", [("x", True), ("y", True)]),
        ("/a/{x}-{y}@{x}", [("x", True), ("y", True)]),
        ("/a#{x}", []),
        ("/a/{x}#copy", [("x", True)]),
        ("/a?kind={x}", [("x", False)]),
        ("/a/{x}?kind={x}", [("x", True)]),
        ("/a{?x,y}", []),
        ("/a/{}", [("", True)]),
    ],
)
def test_templates_as_they_are_in_the_wild(path: str, expected: list[tuple[str, bool]]) -> None:
    """Issue 3: templates with two parameters in a segment or a `#`; what stands in a query may be left out."""
    assert names(read(path)) == expected


def test_a_placeholder_in_a_query_may_be_a_query_parameter() -> None:
    """Our choice: it is sent as itself."""
    found = read("/a?kind={kind}", parameter("kind"))
    assert (names(found), said(found)) == ([], [])
