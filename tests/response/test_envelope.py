"""The list of a page, and the objects around it."""

from typing import Any

import pytest

from openapi_mcp.response.envelope import Path, around, is_page, items_at, items_path, word

PAGES: list[tuple[Any, Path | None]] = [
    ([], ()),
    ({"results": [], "count": 3}, ("results",)),
    ({"things": []}, ("things",)),
    ({"tags": ["a"], "items": [1]}, ("items",)),
    ({"items": [1], "results": [2]}, ("results",)),
    ({"cats": [], "dogs": []}, None),
    ({"data": {"children": [1], "after": "x"}}, ("data", "children")),
    ({"data": {"id": 7}}, None),
    ({"_embedded": {"things": [1]}}, ("_embedded", "things")),
    ({"_embedded": {"cats": [1], "dogs": [1]}}, None),
    ({"hits": {"total": 1, "hits": [1]}}, ("hits", "hits")),
    ({"@odata.count": 1, "value": [1]}, ("value",)),
    ({"errors": [], "data": {"items": [1]}}, ("data", "items")),
    ({"errors": ["a"], "warnings": ["b"], "cats": [1]}, ("cats",)),
    ({"errors": [1], "page": 1}, None),
    ({"included": [1], "links": [{"rel": "next"}]}, None),
    ({"facets": [1], "data": {"items": [1]}}, ("data", "items")),
    ({"facets": [1], "data": {"orders": [1]}}, None),
    ({"values": [], "data": {"items": [1]}}, ("data", "items")),
    ({"results": [], "items": [1]}, ("items",)),
    ({"response": {"took": 1}, "data": {"items": [1]}}, ("data", "items")),
    ({"ok": True, "messages": [{"text": "hi"}]}, ("messages",)),
    ({"messages": ["done"], "page": 1}, None),
    ({"messages": [{"text": "hi"}], "data": {"cats": [1], "dogs": [1]}}, None),
    ({"id": 7}, None),
    ({}, None),
    ("text", None),
    (None, None),
]


@pytest.mark.parametrize(("page", "path"), PAGES, ids=[str(page) for page, _ in PAGES])
def test_the_list_of_a_page_is_found_where_it_is_clear(page: Any, path: Path | None) -> None:
    """Issue 4, Pages: the root, or the one array that holds the items."""
    assert items_path(page) == path
    assert path is None or isinstance(items_at(page, path), list)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ([], True),
        ("text", False),
        ({"items": [1], "total": 50}, True),
        ({"id": 7, "items": [{}], "total": 50}, False),
        ({"data": {"id": 7, "items": [{}]}}, False),
        ({"title": "x", "pages": 300, "authors": ["a"]}, False),
        ({"orders": [{}]}, True),
        ({"orders": []}, True),
        ({"orders": [{}], "tags": ["a"]}, False),
        ({"cats": [{}], "dogs": [{}]}, True),
        ({"page": 1}, False),
    ],
)
def test_one_thing_that_has_a_list_is_no_page(value: Any, expected: bool) -> None:
    """An order, a book: their totals and pages are not those of a list."""
    assert is_page(value, items_path(value)) is expected


@pytest.mark.parametrize("page", [{}, {"data": 7}, {"data": {}}, [], "text"])
def test_a_page_of_another_form_has_no_list_there(page: Any) -> None:
    """Hostile upstream: the next page may be anything."""
    assert items_at(page, ("data", "children")) is None


def test_names_are_compared_as_plain_words() -> None:
    """`nextPageToken`, `next_page_token` and `next-page-token` are one word."""
    assert [word(name) for name in ("next_pageToken", "page[number]", "@odata.nextLink", "$top", "é")] == [
        "nextpagetoken", "pagenumber", "odatanextlink", "top", "é",
    ]  # fmt: skip


def test_the_outermost_object_comes_first_and_nothing_without_a_list() -> None:
    """An object that is no page may have a `next` of its own: a chapter, a step."""
    assert around({"next": "/chapters/2", "title": "One"}) == []
    assert around([{"next": 1}]) == []
    assert around({"data": [], "Meta": {"paging": {"total": 1}}}) == [
        {"data": [], "meta": {"paging": {"total": 1}}},
        {"paging": {"total": 1}},
        {"total": 1},
    ]


def test_the_first_of_two_names_for_one_word_counts() -> None:
    """Our choice."""
    assert around({"a": [], "next_page": 1, "nextPage": 2})[0]["nextpage"] == 1
