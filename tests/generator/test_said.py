"""What one schema says in words."""

from typing import Any

import pytest

from openapi_mcp.generator.said import say


def said(schema: dict[str, Any], longest: int = 60) -> dict[str, Any]:
    say(schema, longest)
    return schema


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"description": "The **day**.", "examples": ["2024-05-01"]}, "The day. E.g. 2024-05-01"),
        ({"description": "The day", "examples": ["2024-05-01"]}, "The day. E.g. 2024-05-01"),
        ({"examples": ["2024-05-01"]}, "E.g. 2024-05-01"),
        ({"description": "The day, like `2024-01-01`.", "examples": ["x-y"]}, "The day, like `2024-01-01`."),
        ({"description": "Such as this one.", "examples": ["x-y"]}, "Such as this one."),
        ({"description": "Kind", "examples": ["string"]}, "Kind"),
        ({"description": "Kind", "examples": []}, "Kind"),
        ({"description": "Kind", "examples": [7]}, "Kind"),
        ({"description": "Kind", "examples": ["word " * 20]}, "Kind"),
        ({"description": "w" * 55, "examples": ["x-y-z"]}, "w" * 55),
        ({"description": "Kind", "enum": ["a"], "examples": ["a"]}, "Kind"),
    ],
)
def test_an_example_stands_where_it_shows_a_form(schema: dict[str, Any], expected: str) -> None:
    """Issue 6, Enrichment: examples where they disambiguate."""
    found = said({"type": "string", **schema})
    assert found["description"] == expected
    assert "examples" not in found


def test_examples_of_structures_stay_and_those_of_numbers_go() -> None:
    """Our choice: a type says all of a number."""
    assert said({"type": "object", "examples": [{"a": 1}]}) == {"type": "object", "examples": [{"a": 1}]}
    assert said({"type": "integer", "examples": [5]}) == {"type": "integer"}


def test_a_description_without_words_is_none() -> None:
    """Our choice."""
    assert said({"type": "string", "description": "<br/> "}) == {"type": "string"}
