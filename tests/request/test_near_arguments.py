"""Names that are spelled nearly like another one."""

import pytest

from openapi_mcp.request.near import are_opposite, near_arguments


@pytest.mark.parametrize(
    ("one", "other"),
    [("min_price", "max_price"), ("dateFrom", "dateTo"), ("include", "exclude"), ("created_before", "created_after")],
)
def test_names_with_opposite_words_are_opposite(one: str, other: str) -> None:
    """A model that is told of the other end of a range would ask for the wrong one."""
    assert are_opposite(one, other)
    assert are_opposite(other, one)
    assert near_arguments(one, [other], 3) == []


def test_other_names_are_near_whatever_their_case() -> None:
    """Our choice."""
    assert not are_opposite("min_price", "min_stock")
    assert near_arguments("Custmer", ["city", "customer"], 1) == ["customer"]
    assert near_arguments("", ["city"], 1) == near_arguments("x" * 5000, ["city"], 1) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [("amount_dollars", "amount_cents"), ("weight_lb", "weight_kg"), ("created_by", "created_at")],
)
def test_names_of_another_unit_are_not_near(one: str, other: str) -> None:
    """A value of one is none of the other."""
    assert near_arguments(one, [other], 3) == []
    assert near_arguments("timeout_secs", ["timeout_seconds"], 3) == ["timeout_seconds"]
