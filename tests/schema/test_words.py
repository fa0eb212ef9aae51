"""Broken rules in words; tests/request/test_arguments.py has each of them as a caller sees it."""

import pytest

from openapi_mcp.model.fault import place
from openapi_mcp.schema.bounded import bounded, errors
from openapi_mcp.schema.words import nearest, quoted, rule, shown_value


def test_a_place_is_written_as_a_path() -> None:
    """As Python and JavaScript write it."""
    assert place(["results", 3, "price"]) == "results[3].price"
    assert place([0, "a", 1]) == "[0].a[1]"
    assert place([]) == ""


def test_of_several_alternatives_the_one_whose_type_fits_is_spoken_of() -> None:
    """ "fits none of its 2 alternatives" helps nobody who wrote an object for the one that is an object."""
    schema = {"anyOf": [{"type": "null"}, {"type": "integer", "minimum": 3}]}
    (error,) = errors(bounded(schema), 2)
    assert rule(error) == "is 2, which fits none of its 2 alternatives: (1) must be null, (2) must be at least 3"
    assert rule(nearest(error)) == "is 2, but must be at least 3"


CAT = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "paws": {"type": "array", "items": {"type": "integer"}}},
    "required": ["name", "paws"],
}
FISH = {"type": "object", "properties": {"id": {}}, "required": ["id"], "additionalProperties": False}


@pytest.mark.parametrize("word", ["oneOf", "anyOf"])
@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({}, '(1) lacks "name", "paws", (2) lacks "id"'),
        ({"name": "x", "paws": [1, "y"]}, '(1) "paws[1]" is "y", but must be integer, (2) lacks "id"'),
        ({"id": 1, "x": 2}, '(1) lacks "name", "paws", (2) has unknown fields "x"; allowed: "id"'),
    ],
)
def test_of_each_alternative_is_said_what_keeps_a_value_from_it(word: str, value: object, said: str) -> None:
    """style.md, Errors: what happened, where, what to do."""
    (error,) = errors(bounded({word: [CAT, FISH]}), value)
    assert rule(nearest(error)).endswith(f"which fits none of its 2 alternatives: {said}")


def test_of_many_alternatives_the_first_three_are_spoken_of_in_short() -> None:
    """security.md 35: what is foreign is shortened; alternatives within alternatives are counted."""
    nested = {"properties": {"pet": {"oneOf": [{"minimum": 7}, {"maximum": 1}]}}}
    (error,) = errors(bounded({"anyOf": [nested, {"required": ["x" * 900]}, FISH, CAT]}), {"pet": 3})
    said = rule(nearest(error)).partition("alternatives: ")[2]
    assert said.startswith('(1) "pet')
    assert "(2) lacks" in said
    assert said.endswith(', (3) lacks "id", ...')
    assert len(said) < 400


def test_values_are_shown_on_one_line_and_shortened() -> None:
    """security.md 35: what is foreign is shortened."""
    assert shown_value({"a": "x\ny"}) == '{"a":"x\\ny"}'
    assert len(shown_value(["x"] * 100_000)) <= 120
    assert quoted(range(25)).endswith("19, and 5 more")
