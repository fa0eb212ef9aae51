"""Numbers in texts, every digit of them kept."""

from decimal import Decimal
from fractions import Fraction

import pytest

from openapi_mcp.recovery.rewriting.numbers import as_json_number, grouped_number, is_ambiguous, plain_number


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("1,299.00", "1299.00"),
        ("+1.299,00", "1299.00"),
        ("1'299", "1299"),
        ("1_299_000", "1299000"),
        ("1\u202f299,5", "1299.5"),
        ("12,5", "12.5"),
        ("1,299", "1299"),
        ("1.5", "1.5"),
        ("1 299'000", None),
        ("1,29,9", None),
        ("1" * 401, None),
        ("abc", None),
    ],
)
def test_what_divides_the_digits_goes_and_every_digit_stays(text: str, digits: str | None) -> None:
    """Issue 7, Recover, 2."""
    assert grouped_number(text) == digits


def test_one_group_of_three_may_be_a_fraction() -> None:
    """Our choice: "1,299" is one thousand and more here, and one and a bit elsewhere."""
    assert is_ambiguous(" 1,299")
    assert not is_ambiguous("1,299,000")
    assert not is_ambiguous("1,29")


def test_a_number_that_json_cannot_write_is_none() -> None:
    """Issue 7: rewritten without loss."""
    assert as_json_number(Decimal("0.1")) == 0.1
    assert as_json_number(Decimal("1e30")) == 10**30
    assert as_json_number(Decimal("1e999")) is None
    assert as_json_number(Fraction(1, 3)) is None
    assert as_json_number(Fraction(10**400 + 1, 2)) is None
    assert plain_number("1e1000") is None
