"""The size of JSON, no further than is asked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openapi_mcp.model.jsontext import JsonValue, write_json
from openapi_mcp.response.size import size_within

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(VALUES, st.integers(-5, 60))
def test_a_size_within_the_limit_is_exact_and_any_other_is_beyond_it(value: JsonValue, limit: int) -> None:
    """Law: what is within the limit is the length of the text."""
    size, found = len(write_json(value)), size_within(value, limit)
    assert found == size if size <= limit else found > limit


@pytest.mark.parametrize(
    "value", [[[]] * 1_000_000, dict.fromkeys(map(str, range(100_000))), ["x" * 1_000_000], {"x" * 1_000_000: 1}]
)
def test_what_is_beyond_the_limit_is_not_looked_at(monkeypatch: pytest.MonkeyPatch, value: JsonValue) -> None:
    """security.md 16 R-TIMEOUT."""
    written: list[object] = []

    def counted(item: object) -> str:
        written.append(item)
        return write_json(item)

    monkeypatch.setattr("openapi_mcp.response.size.write_json", counted)
    assert size_within(value, 100) > 100
    assert len(written) <= 1
