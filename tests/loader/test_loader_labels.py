"""What documents call the values of an enum, and the unit of a number, in words of their own."""

from typing import Any

import pytest
from support.repair import taking

from openapi_mcp.loader.labels import labels_in_words


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"enum": [1, 2], "x-enum-varnames": ["LOW", "HIGH"]}, "`1` - LOW `2` - HIGH"),
        ({"enum": [1, 2], "x-enumNames": ["Low", "High"]}, "`1` - Low `2` - High"),
        ({"enum": ["a"], "x-enum-descriptions": {"a": "An A"}}, "`a` - An A"),
        ({"x-ms-enum": {"values": [{"value": "1", "name": "Low"}, {"value": "2"}, {"name": "x"}]}}, "`1` - Low"),
        ({"x-unit": "kg"}, "Unit: kg."),
        ({"enum": ["LOW", "HIGH"], "x-enum-varnames": ["Low", "High"]}, ""),
        ({"enum": [1, 2], "x-enum-varnames": ["LOW"]}, ""),
        ({"enum": [1, 2], "x-enum-varnames": "LOW"}, ""),
        ({"enum": [1], "x-enum-varnames": ["LOW"], "description": "1 is LOW"}, ""),
        ({"x-unit": " "}, ""),
        ({"x-else": 5}, ""),
    ],
)
def test_labels_are_said_where_the_values_do_not_say_them(schema: Any, words: str) -> None:
    """Our choice: a model reads descriptions, and no `x-` words."""
    assert labels_in_words(schema) == words


def test_the_words_stand_in_the_description_of_the_list() -> None:
    """Issue 7, Recover, 2: the enum's documented label."""
    labelled = {"type": "integer", "enum": [1, 2], "x-enum-varnames": ["LOW", "HIGH"], "description": "How much."}
    assert taking(labelled).input_schema["properties"]["a"]["description"] == "How much. `1` - LOW `2` - HIGH"
    del labelled["description"]
    assert taking(labelled).input_schema["properties"]["a"]["description"] == "`1` - LOW `2` - HIGH"


def test_the_title_of_one_value_stays_beside_its_description() -> None:
    """OAS 3.1, Data Types: oneOf with const and title is an enum with labels."""
    schema = {"oneOf": [{"const": 1, "title": "Low", "description": "Not much."}]}
    assert taking(schema).input_schema["properties"]["a"]["oneOf"][0]["title"] == "Low"
