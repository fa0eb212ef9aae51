"""Laws of near names and contained fields: nothing in a recovered call was not in the call before."""

from collections.abc import Iterator, Mapping
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from support.make import json_body, parameter, toolset
from support.recover import prepared, repaired

from openapi_mcp.executor.prepare import Prepared
from openapi_mcp.model.tool import Toolset
from openapi_mcp.recovery.naming.typos import distance
from openapi_mcp.recovery.strategies.contained import STRATEGY as CONTAINED
from openapi_mcp.recovery.strategies.near_name import STRATEGY as NEAR_NAME
from openapi_mcp.recovery.values import leaves

INTEGER = {"type": "integer"}
FIELDS = {
    "customer_id": INTEGER,
    "username": {"type": "string"},
    "latitude": {"type": "number"},
    "longitude": {"type": "number"},
    "start_date": {"type": "string"},
    "end_date": {"type": "string"},
    "description": {"type": "string"},
    "tags": {"type": "array", "items": {"type": "string"}},
}
SHOP: Toolset = toolset(
    {
        "/repos/{owner}/{repo}/orders/{order_id}": {
            "post": {
                "operationId": "it",
                "parameters": [
                    parameter("owner", "path"),
                    parameter("repo", "path"),
                    parameter("order_id", "path", schema=INTEGER),
                    parameter("filter[name]"),
                ],
                "requestBody": {
                    "required": True,
                    "content": json_body(
                        {"type": "object", "required": ["customer_id", "username"], "properties": FIELDS}
                    ),
                },
            }
        }
    }
)
NAMES = st.sampled_from(
    [
        "owner", "repo", "order_id", "customer_id", "username", "orderId", "ID", "id", "customer", "email", "url",
        "slug", "location", "latlng", "lat", "lng", "period", "start_date", "end_date", "desc", "tag", "usrname",
        "custmer_id", "filter[name]", "name", "user", "user_name", "latitude", "x",
    ]
)  # fmt: skip
TEXTS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        [
            "a/b", "https://api.example.com/v1/repos/a/b/orders/17", "/repos/a/b/orders/17", "order #17", "17",
            "bob@example.com", "geo:41.15,-8.61", "139.5,35.1", "2026-01-01..2026-01-31", "1-2", "https://example.com/a/b",
        ]
    ),
)  # fmt: skip
VALUES = st.one_of(
    TEXTS,
    st.integers(-200, 200),
    st.booleans(),
    st.none(),
    st.lists(st.one_of(TEXTS, st.floats(-200, 200)), max_size=3),
    st.dictionaries(
        st.sampled_from(["id", "lat", "lng", "from", "to", "x"]), st.one_of(TEXTS, st.integers()), max_size=2
    ),
)


def is_in(value: Any, given_values: list[Any]) -> bool:
    """True for a value that was given, a piece of a text that was, or a number that such a piece writes."""
    texts = [each for each in given_values if isinstance(each, str)]
    if isinstance(value, str):
        return any(value in each for each in texts)
    if any(value == each and type(value) is type(each) for each in given_values):
        return True
    return isinstance(value, (int, float)) and any(str(value) in each for each in texts)


def values_in(arguments: Mapping[str, Any]) -> Iterator[Any]:
    yield from leaves(arguments)


@settings(max_examples=400)
@given(st.dictionaries(NAMES, VALUES, min_size=1, max_size=7))
def test_every_value_of_a_recovered_call_was_in_the_call(arguments: dict[str, Any]) -> None:
    """style.md, Laws: every value in a recovered call was in the input, or is one of these rewritten without loss."""
    if isinstance(prepared(SHOP, "it", arguments), Prepared):
        return
    found = repaired(SHOP, "it", arguments, (NEAR_NAME, CONTAINED))
    given_values = list(leaves(arguments))
    for value in leaves(found.arguments or {}):
        assert is_in(value, given_values), value
    for repair in found.repairs:
        assert repair.how
        assert all(is_in(value, given_values) for value in leaves(repair.after) if repair.after is not None)


@settings(max_examples=400)
@given(st.dictionaries(NAMES, VALUES, min_size=1, max_size=7))
def test_nothing_that_was_given_is_lost_in_silence(arguments: dict[str, Any]) -> None:
    """What is not in the recovered call as it was given is what a repair tells that it came from."""
    if isinstance(prepared(SHOP, "it", arguments), Prepared):
        return
    found = repaired(SHOP, "it", arguments, (NEAR_NAME, CONTAINED))
    if found.arguments is None:
        return
    told = [value for repair in found.repairs for value in leaves(repair.before)]
    kept = [*leaves(found.arguments), *told]
    assert all(any(value is each or value == each for each in kept) for value in leaves(arguments))
    declared = SHOP.by_name["it"].input_schema["properties"]
    touched = {repair.path[0] for repair in found.repairs}
    for name, value in arguments.items():
        if name in declared and name not in touched:
            assert found.arguments[name] == value


@given(st.text("abcde", max_size=9), st.text("abcde", max_size=9))
def test_the_distance_of_words_is_the_same_both_ways_and_none_for_the_same(one: str, other: str) -> None:
    """A distance."""
    assert distance(one, other) == distance(other, one)
    assert (distance(one, other) == 0) is (one == other)


def test_the_distance_counts_letters_that_changed_places_once() -> None:
    """Optimal string alignment."""
    assert distance("emial", "email") == 1
    assert distance("quantty", "quantity") == 1
    assert distance("a" * 50, "a" * 50) == 9
