"""Which rule a sentence or a code says was broken, and what it asks for."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openapi_mcp.model.fault import RULES
from openapi_mcp.recovery.refusals.allowed import list_in
from openapi_mcp.recovery.refusals.codes import rule_of_code
from openapi_mcp.recovery.refusals.complaint import Complaint
from openapi_mcp.recovery.refusals.rules import Rule, rule_of


def ruled(said: str = "", *, code: str = "", value: Any = None, schema: Any = None, **told: Any) -> Rule:
    return rule_of(Complaint(said=said, at="", code=code, told=told), schema or {}, value)


@pytest.mark.parametrize(
    ("said", "rule", "limit"),
    [
        ("Not a valid boolean.", "type", "boolean"),
        ("A valid number is required.", "type", "number"),
        ("This field is required.", "required", None),
        ("This field may not be null.", "required", None),
        ("Incorrect type. Expected pk value, received str.", "type", None),
        ('Expected a list of items but got type "str".', "type", "array"),
        ("Ensure this field has no more than 20 characters.", "maxLength", 20),
        ("Ensure this field has at least 3 characters.", "minLength", 3),
        (
            "Datetime has wrong format. Use one of these formats instead: "
            "YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z].",
            "format",
            "date-time",
        ),
        ("order with this email already exists.", "taken", None),
        ("Must be a valid UUID.", "format", "uuid"),
        ("Enter a valid URL.", "format", "uri"),
        ('"abc" is not a valid UUID.', "format", "uuid"),
        ("Input should be a valid integer, unable to parse string as an integer", "type", "integer"),
        ("Input should be a valid date or datetime, input is too short", "format", "date"),
        ("String should have at least 3 characters", "minLength", 3),
        ("value is not a valid email address: An email address must have an @-sign.", "format", "email"),
        ("Input should be greater than 0", "exclusiveMinimum", 0),
        ("Input should be a valid UUID, invalid length: expected length 32", "format", "uuid"),
        ("List should have at most 3 items after validation, not 5", "maxItems", 3),
        ("Value error, end before start", "invalid", None),
        ("is too long (maximum is 20 characters)", "maxLength", 20),
        ("is not included in the list", "enum", None),
        ("is reserved", "invalid", None),
        ("has already been taken", "taken", None),
        ("must be greater than or equal to 1", "minimum", 1),
        ("must be an integer", "type", "integer"),
        ("is not a number", "type", "number"),
        ("The email field must be a valid email address.", "format", "email"),
        ("The status field must be one of: open, closed.", "enum", ("open", "closed")),
        ("The quantity must be between 1 and 10.", "maximum", 10),
        ("The shipping date does not match the format Y-m-d.", "format", "date"),
        ("The shipping_date is not a valid date.", "format", "date"),
        ("The quantity field must not be greater than 10.", "maximum", 10),
        ("The name must be at least 3 characters.", "minLength", 3),
        ("The email has already been taken.", "taken", None),
        ("The selected customer id is invalid.", "exists", None),
        ("size must be between 3 and 20", "invalid", None),
        ("must not be blank", "required", None),
        ("must not be null", "required", None),
        ('must match "[a-z]+"', "pattern", None),
        (
            "Failed to convert value of type 'java.lang.String' to required type 'int'; For input string: \"x\"",
            "type",
            "integer",
        ),
        ("numeric value out of bounds (<3 digits>.<2 digits> expected)", "invalid", None),
        ("must NOT have additional properties", "unknown", None),
        ('must match format "date"', "format", "date"),
        ("must be string", "type", "string"),
        ('must match pattern "^a"', "pattern", None),
        ("must NOT have fewer than 3 characters", "minLength", 3),
        ("must NOT have more than 3 items", "maxItems", 3),
        ("must be <= 100", "maximum", 100),
        ("'x' is not of type 'integer'", "type", "integer"),
        ("'x' does not match '^a'", "pattern", None),
        ("7 is greater than the maximum of 5", "maximum", 5),
        ("'' is too short", "minLength", None),
        ("Additional properties are not allowed ('foo' was unexpected)", "unknown", None),
        ("'email' is a required property", "required", None),
        ("'2026' is not a 'date'", "format", "date"),
        ("The value 'x' is not valid for Quantity.", "invalid", None),
        ("The input was not valid.", "invalid", None),
        ("The field Quantity must be between 1 and 100.", "maximum", 100),
        ("The Name field is required.", "required", None),
        ("The JSON value could not be converted to System.DateTime. Path: $.date", "format", "date-time"),
        ('Invalid value "x" for query parameter limit', "invalid", None),
        ("per_page must be at most 100", "maximum", 100),
        ("limit: maximum is 100", "maximum", 100),
        ("maximum allowed value is 100", "maximum", 100),
        ("max page size 50", "maximum", 50),
        ("Value must be in YYYY-MM-DD format", "format", "date"),
        ("Invalid sort: must be one of name, created_at", "enum", ("name", "created_at")),
        ("valid values are 'a' and 'b'", "enum", ("a", "b")),
        ("Status should be one of the following: OPEN, CLOSED", "enum", ("OPEN", "CLOSED")),
        ("unsupported currency, use one of EUR | USD", "enum", ("EUR", "USD")),
        ("'opne' is not a valid status. Valid statuses: open, closed", "enum", ("open", "closed")),
        ("Unknown parameter: colour", "unknown", None),
        ("No such customer: cus_1", "exists", None),
        ("Could not find customer", "exists", None),
        ("customer not found", "exists", None),
        ("must be unique", "taken", None),
        ("Expected 'open' | 'closed', received 'x'", "enum", ("open", "closed")),
        ('Invalid option: expected one of "a"|"b"', "enum", ("a", "b")),
        ("Invalid input: expected number, received string", "type", "number"),
        ("Too small: expected number to be >=1", "minimum", 1),
        ("Too big: expected string to have <=20 characters", "maxLength", 20),
        ("String must contain at least 3 character(s)", "minLength", 3),
        ("Invalid email", "format", "email"),
        ("Invalid uuid", "format", "uuid"),
        ("Unrecognized key(s) in object: 'foo'", "unknown", None),
        ("must be a valid ISO 8601 date string", "format", "date"),
        ("quantity must be a positive number", "exclusiveMinimum", 0),
        ("quantity must be an integer number", "type", "integer"),
        ("each value in tags must be a string", "type", "string"),
        ("email must be an email", "format", "email"),
        ("property foo should not exist", "unknown", None),
        ("must be shorter than or equal to 20 characters", "maxLength", 20),
        ("must be longer than or equal to 3 characters", "minLength", 3),
        ('Cast to Number failed for value "x" (type string) at path "quantity"', "type", "number"),
        ("`opne` is not a valid enum value for path `status`.", "enum", None),
        ("Path `email` is required.", "required", None),
        ('invalid input value for enum status: "x"', "enum", None),
        ("Must be one of: open, closed.", "enum", ("open", "closed")),
        ("Not a valid date.", "format", "date"),
        ("Missing data for required field.", "required", None),
        ("Unknown field.", "unknown", None),
        ("Length must be between 3 and 20.", "maxLength", 20),
        ("Must be greater than or equal to 1 and less than or equal to 5.", "maximum", 5),
        ("Only 3 left in stock", "invalid", None),
        ("limit exceeds 100", "maximum", 100),
        ("limit may not exceed 100", "maximum", 100),
        ("Please provide a date in the format DD.MM.YYYY", "format", "DD.MM.YYYY"),
        ("Either a or b must be given", "required", None),
        ("The amount exceeds the balance of 20", "invalid", None),
    ],
)
def test_words_tell_a_rule(said: str, rule: str, limit: Any) -> None:
    """Django REST Framework, pydantic, Rails, Laravel, Spring, ajv, jsonschema, ASP.NET, zod, class-validator."""
    value = "x" * 26 if "Length must" in said or "size must" in said else 500
    assert ruled(said, value=value) == Rule(name=rule, limit=limit)


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        (0, Rule(name="minimum", limit=1)),
        (11, Rule(name="maximum", limit=10)),
        (5, Rule(name="invalid")),
        (True, Rule(name="invalid")),
        ("x", Rule(name="invalid")),
        (None, Rule(name="invalid")),
    ],
)
def test_of_a_range_the_bound_counts_that_the_value_does_not_keep(value: Any, rule: Rule) -> None:
    """Our choice: the other one says nothing of what is wrong."""
    assert ruled("must be between 1 and 10", value=value) == rule


@pytest.mark.parametrize(
    ("code", "told", "rule", "limit"),
    [
        ("value_error.missing", {}, "required", None),
        ("missing", {"resource": "Order"}, "exists", None),
        ("too_small", {"type": "string", "minimum": 3}, "minLength", 3),
        ("too_small", {"origin": "number", "minimum": 1}, "minimum", 1),
        ("too_big", {"type": "array", "maximum": 5}, "maxItems", 5),
        ("invalid_value", {"values": ["a", "b"]}, "enum", ("a", "b")),
        ("invalid_value", {}, "type", None),
        ("literal_error", {"expected": "'a' or 'b'"}, "enum", ("a", "b")),
        ("any.only", {"valids": ["a", {"ref": 1}, 2, None]}, "enum", ("a", 2, None)),
        ("enum", {"expected": 7}, "enum", None),
        ("less_than_equal", {"le": 100}, "maximum", 100),
        ("less_than_equal", {"le": True}, "maximum", None),
        ("multiple_of", {}, "multipleOf", None),
        ("format", {"format": "date"}, "format", "date"),
        ("nobody.knows", {}, "invalid", None),
    ],
)
def test_a_code_tells_a_rule(code: str, told: dict[str, Any], rule: str, limit: Any) -> None:
    """pydantic, GitHub, zod 3 and 4, Joi, ajv."""
    assert ruled("?", code=code, **told) == Rule(name=rule, limit=limit)


def test_words_that_may_mean_two_rules_are_read_by_what_the_document_says() -> None:
    """Laravel says the same of `in` and of `exists`."""
    said = "The selected status is invalid."
    assert ruled(said, schema={"enum": ["a"]}).name == "enum"
    assert ruled(said).name == "exists"


def test_allowed_numbers_in_words_are_numbers_where_the_document_says_so() -> None:
    """A text would not be accepted."""
    said = "must be one of 1, 2 or x"
    assert ruled(said, schema={"type": "integer"}).limit == (1, 2, "x")
    assert ruled(said).limit == ("1", "2", "x")


@pytest.mark.parametrize(
    ("said", "limit"),
    [
        ("must have at most 1,000 items", 1000),
        ("must be at most 0.5", 0.5),
        ("must be at most 0,5", 0.5),
        ("must be a multiple of 5", 5),
        ("must have fewer than 5 items", 4),
        ("must have more than 5 items", 6),
    ],
)
def test_a_bound_is_the_number_that_is_written(said: str, limit: float) -> None:
    """Numbers as sentences write them; "fewer than 5 items" allows 4."""
    assert ruled(said).limit == limit


@pytest.mark.parametrize(
    ("said", "values"),
    [
        ("must be one of [open]", ("open",)),
        ("must be one of the following: a, b, and c", ("a", "b", "c")),
        ("allowed values: in progress, done", ("in progress", "done")),
        ("one of \u201ca\u201d or \u201cb\u201d", ("a", "b")),
        ("must be one of a, b but got c", ("a", "b")),
        ("expected one of a | b - received c", ("a", "b")),
        ("must be one of the many things that we sell", None),
        ("must be one of: {a: 1}, {b: 2}", None),
        ("one of them", None),
        ("expected", None),
    ],
)
def test_a_list_of_values_is_read_only_where_it_is_one(said: str, values: tuple[str, ...] | None) -> None:
    """Derive, never invent: half a sentence is no value."""
    found = list_in(said)
    assert (found and found.values) == values


def test_every_rule_of_a_code_is_one_of_ours() -> None:
    """model/fault.py: RULES."""
    codes = ("required", "unknown_field", "enum", "type", "format", "regex", "min", "max", "positive", "negative")
    assert {rule_of_code(code) for code in codes} <= RULES
    assert rule_of_code("x" * 10_000) is None


WORDS = st.sampled_from(
    ("must", "be", "one", "of", "at", "least", "less", "than", "between", "1", "99999999999999999999", "and", "'a'",
     "[", "]", ",", "(", "or", "is", "valid", "email", "date", "YYYY-MM-DD", "characters", "required", "type", "not",
      "x.y")
)  # fmt: skip


@given(st.text() | st.lists(WORDS, max_size=40).map(" ".join), st.text(), st.none() | st.integers() | st.text())
def test_any_sentence_is_read(said: str, code: str, value: Any) -> None:
    """Law. security.md 18 R-UPSTREAM."""
    assert ruled(said, code=code, value=value).name in RULES
