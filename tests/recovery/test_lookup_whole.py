"""Whether a list is all that there is."""

from typing import Any

import pytest
from support.make import Json, one_tool, parameter

from openapi_mcp.model.call import Call
from openapi_mcp.model.tool import Tool
from openapi_mcp.recovery.lookup.whole import Seen, is_whole, largest_page
from openapi_mcp.recovery.steps import Found

ONE = Seen(in_all=1, on_page=1)
PLAIN = one_tool({"parameters": [parameter("q")]})


def sized(name: str = "limit", **schema: Any) -> Tool:
    return one_tool({"parameters": [parameter(name, schema={"type": "integer", **schema})]})


@pytest.mark.parametrize(
    ("value", "seen", "answer"),
    [
        ([1] * 20, 20, True),
        ({"results": [1], "count": 1, "next": None}, 1, True),
        ({"results": [1], "count": 2, "next": None}, 1, False),
        ({"results": [1], "count": 3}, 3, True),
        ({"data": [1], "has_more": False}, 1, True),
        ({"data": [1], "has_more": True}, 1, False),
        ({"data": [1], "total": 100}, 1, False),
        ({"data": [1], "meta": {"total": 1}}, 1, True),
        ({"data": [1], "page": 1, "total_pages": 3}, 1, False),
        ({"data": [1], "page": 3, "total_pages": 3}, 9, True),
        ({"id": 7}, 1, True),
    ],
)
def test_an_answer_says_whether_there_is_more(value: Any, seen: int, answer: bool) -> None:
    """Issue 7, Recover, 5: exactly one matches, which only the whole list can tell."""
    assert is_whole(Found(value=value), Seen(in_all=seen, on_page=seen), PLAIN, {}) is answer


def test_what_goes_on_or_was_cut_is_not_whole() -> None:
    assert not is_whole(Found(value=[1], next=Call(tool="more")), ONE, PLAIN, {})
    assert not is_whole(Found(value=[1], is_whole=False), ONE, PLAIN, {})


@pytest.mark.parametrize(
    ("tool", "arguments", "seen", "answer"),
    [
        (sized(default=20), {}, 19, True),
        (sized(default=20), {}, 20, False),
        (sized(), {"limit": 50}, 20, True),
        (sized(), {}, 7, True),
        (sized(), {}, 20, False),
        (sized(), {}, 24, False),
        (sized(), {}, 0, True),
        (sized("page"), {}, 30, False),
        (sized("page"), {}, 31, True),
        (sized("starting_after"), {}, 10, False),
    ],
)
def test_a_list_that_may_be_a_full_page_is_not_taken_for_all(
    tool: Tool, arguments: Json, seen: int, answer: bool
) -> None:
    """Our choice: many APIs cut a list without a word."""
    assert is_whole(Found(value=[1] * seen), Seen(in_all=seen, on_page=seen), tool, arguments) is answer


def test_the_largest_page_that_is_declared_is_asked_for() -> None:
    """Our choice: a call has three lookups."""
    assert largest_page(sized(maximum=100)) == {"limit": 100}
    assert largest_page(sized("page_size", maximum=10_000)) == {}
    assert largest_page(sized()) == {}
    assert largest_page(PLAIN) == {}


def test_the_last_page_is_the_one_that_is_not_full() -> None:
    """45 of them, 20 on a page: the third ends the list."""
    page = Found(value=[1] * 5)
    assert is_whole(page, Seen(in_all=45, on_page=5), sized(default=20), {"page": 3})
    assert not is_whole(Found(value=[1] * 20), Seen(in_all=40, on_page=20), sized(default=20), {"page": 2})


def test_a_page_that_is_shorter_than_the_first_ends_a_list() -> None:
    """Where the pages before it led on, and nothing else says so: a Link header that is not there any more."""
    assert is_whole(Found(value=[1] * 5), Seen(in_all=25, on_page=5, page_size=10), sized(), {"page": 3})
    assert not is_whole(Found(value=[1] * 10), Seen(in_all=30, on_page=10, page_size=10), sized(), {"page": 3})
