"""Values held against one schema, first at a glance, then by the validator."""

import pytest

from openapi_mcp.schema.bounded import TooManyStepsError
from openapi_mcp.schema.check import Check


def test_a_value_that_fits_breaks_no_rule_and_another_says_which() -> None:
    """JSON Schema 2020-12."""
    check = Check({"items": {"$ref": "Id"}}, {"Id": {"type": "integer", "not": {"const": 7}}})
    assert check.errors([1, 2]) == []
    assert [error.validator for error in check.errors([7, "x"])] == ["not", "type"]
    assert [error.validator for error in check.errors(["x"])] == ["type"]


def test_what_takes_more_than_the_most_steps_is_not_begun_anew_by_the_validator() -> None:
    """Our choice: it would take more steps than the glance did."""
    check = Check({"items": {"type": "integer"}}, few_steps=100, most_steps=100)
    assert check.errors([1] * 40) == []
    with pytest.raises(TooManyStepsError):
        check.errors([1] * 200)
    assert Check({"items": {"type": "integer"}}, few_steps=100, most_steps=100, as_far=True).errors([1] * 200) == []


def test_what_is_too_much_for_a_glance_the_validator_may_still_finish() -> None:
    """security.md 22: a thousand steps at first, then a quarter of a million."""
    assert Check({"items": {"type": "integer"}}).errors([1] * 5_000) == []
