"""The arguments of the three tools of the search mode."""

import json
from typing import Any

import pytest

from openapi_mcp.errors import ArgumentsError
from openapi_mcp.request.searching import Named, Query, read_call, read_names, read_query


def test_a_query_has_its_words_and_a_limit() -> None:
    """Issue 6: search_operations(query, limit); null is none."""
    assert read_query({"query": "orders", "limit": None}) == Query(words="orders", limit=10)
    assert read_query({"query": "orders", "limit": 50}).limit == 50


@pytest.mark.parametrize(
    ("limit", "expected"),
    [("5", 5), (" 7\n", 7), (0, 1), (-3, 1), ("-3", 1), (51, 50), (10**30, 50), (1e300, 50), (3.0, 3)],
)
def test_a_limit_may_be_a_text_or_out_of_bounds(limit: Any, expected: int) -> None:
    """Our choice: a search is no place to be strict; the nearest limit is the one that is meant."""
    found = read_query({"query": "orders", "limit": limit}).limit
    assert (found, type(found)) == (expected, int)


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({}, "query"),
        ({"query": 7}, "query"),
        ({"query": " \n"}, "query"),
        ({"query": "x" * 4_001}, "query"),
        ({"query": "x", "limit": "ten"}, "limit"),
        ({"query": "x", "limit": ""}, "limit"),
        ({"query": "x", "limit": "5.5"}, "limit"),
        ({"query": "x", "limit": "\u0665"}, "limit"),
        ({"query": "x", "limit": 5.5}, "limit"),
        ({"query": "x", "limit": True}, "limit"),
        ({"query": "x", "limit": [5]}, "limit"),
        ({"query": "x", "tags": []}, "tags"),
    ],
)
def test_a_query_that_is_none_is_refused_with_what_to_do(arguments: dict[str, Any], field: str) -> None:
    """security.md 15; style.md, Errors."""
    with pytest.raises(ArgumentsError) as caught:
        read_query(arguments)
    assert caught.value.field == field
    assert caught.value.hint


def test_names_are_told_of_once() -> None:
    """Our choice."""
    assert read_names({"names": ["b", "a", "b"]}) == ("b", "a")


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ("customers_list", ("customers_list",)),
        (" a\n", ("a",)),
        ('["a", " b"]', ("a", "b")),
        (' ["a"] ', ("a",)),
        ([" a", "a "], ("a",)),
        ("a, b", ("a, b",)),
    ],
)
def test_names_may_come_as_a_text(names: Any, expected: tuple[str, ...]) -> None:
    """Our choice: one name alone, or the list as JSON text, as some models write it."""
    assert read_names({"names": names}) == expected


@pytest.mark.parametrize(
    "names", [None, [], "", " ", "[]", "[a", "[7]", '["\\ud800"]', {"a": 1}, 7, [7], ["a"] * 21, json.dumps(["a"] * 21)]
)
def test_names_that_are_none_are_refused(names: Any) -> None:
    """Issue 6: describe_operations(names)."""
    with pytest.raises(ArgumentsError) as caught:
        read_names({"names": names})
    assert caught.value.field == "names"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, {}),
        ({"arguments": None}, {}),
        ({"arguments": {"id": 7}}, {"id": 7}),
        ({"name": " get\n", "arguments": {"id": 7}}, {"id": 7}),
        ({"arguments": ' {"id": 9007199254740993, "a": [null]} '}, {"id": 2**53 + 1, "a": [None]}),
    ],
)
def test_a_call_has_its_arguments_as_an_object_or_as_its_text(given: Any, expected: Any) -> None:
    """Our choice: some models write an object within an object as JSON text."""
    assert read_call({"name": "get", **given}) == Named(name="get", arguments=expected)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("id=7", "not read as JSON"),
        ("[1]", "not that of a JSON object"),
        ('{"id": 1, "id": 2}', "a name twice"),
        ('{"id": "\\ud800"}', "half a character"),
        ('{"id": NaN}', "not read as JSON"),
        ("[" * 100_000, "not read as JSON"),
    ],
)
def test_a_text_that_is_no_object_without_loss_is_refused(arguments: str, said: str) -> None:
    """design.md: derive, never invent."""
    with pytest.raises(ArgumentsError, match=said) as caught:
        read_call({"name": "get", "arguments": arguments})
    assert caught.value.field == "arguments"
    assert caught.value.hint == 'write them as an object: {"name": "...", "arguments": {"id": 7}}'


@pytest.mark.parametrize(
    ("given", "field"), [({}, "name"), ({"name": ["a"]}, "name"), ({"name": "a", "arguments": [1]}, "arguments")]
)
def test_a_call_that_is_none_is_refused(given: dict[str, Any], field: str) -> None:
    """security.md 15."""
    with pytest.raises(ArgumentsError) as caught:
        read_call(given)
    assert caught.value.field == field


@pytest.mark.parametrize("given", [{"id": 7}, {"arguments": [7]}])
def test_arguments_beside_the_name_are_told_their_place(given: dict[str, Any]) -> None:
    """style.md, Errors: what to do."""
    with pytest.raises(ArgumentsError) as caught:
        read_call({"name": "get", **given})
    assert caught.value.hint == 'write them as an object: {"name": "...", "arguments": {"id": 7}}'


@pytest.mark.parametrize("word", ["q", "words", "search", "text"])
def test_words_may_come_under_another_word_for_them(word: str) -> None:
    """Plainly the same; what has two of them stays as it is, and is refused."""
    assert read_query({word: "orders"}).words == "orders"
    with pytest.raises(ArgumentsError):
        read_query({word: "orders", "query": "customers"})
    with pytest.raises(ArgumentsError):
        read_query({"q": "a", "words": "b"})
    with pytest.raises(ArgumentsError):
        read_query({"find": "orders"})


@pytest.mark.parametrize("given", [{"name": "x"}, {"operations": ["x"]}, {"operation": "x"}, {"tools": '["x"]'}])
def test_names_may_come_under_another_word_for_them(given: dict[str, Any]) -> None:
    assert read_names(given) == ("x",)


@pytest.mark.parametrize(
    "given",
    [
        {"operation": "get", "args": {"id": 7}},
        {"tool": "get", "params": '{"id": 7}'},
        {"name": "get", "parameters": {"id": 7}},
    ],
)
def test_a_call_may_have_other_words_for_its_name_and_arguments(given: dict[str, Any]) -> None:
    called = read_call(given)
    assert (called.name, called.arguments) == ("get", {"id": 7})
