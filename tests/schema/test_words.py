"""Broken rules in words; tests/request/test_arguments.py has each of them as a caller sees it."""

from openapi_mcp.schema.bounded import bounded, errors
from openapi_mcp.schema.words import nearest, place, quoted, rule, shown_value


def test_a_place_is_written_as_a_path() -> None:
    """As Python and JavaScript write it."""
    assert place(["results", 3, "price"]) == "results[3].price"
    assert place([0, "a", 1]) == "[0].a[1]"
    assert place([]) == ""


def test_of_several_alternatives_the_one_whose_type_fits_is_spoken_of() -> None:
    """ "fits none of its 2 alternatives" helps nobody who wrote an object for the one that is an object."""
    schema = {"anyOf": [{"type": "null"}, {"type": "integer", "minimum": 3}]}
    (error,) = errors(bounded(schema), 2)
    assert rule(error) == "is 2, which fits none of its 2 alternatives"
    assert rule(nearest(error)) == "is 2, but must be at least 3"


def test_values_are_shown_on_one_line_and_shortened() -> None:
    """security.md 35: what is foreign is shortened."""
    assert shown_value({"a": "x\ny"}) == '{"a":"x\\ny"}'
    assert len(shown_value(["x"] * 100_000)) <= 120
    assert quoted(range(25)).endswith("19, and 5 more")
