"""Pages collected into one answer."""

from typing import Any

import pytest

from openapi_mcp.model.answer import Answer
from openapi_mcp.model.call import Call, Failure, FailureKind
from openapi_mcp.response.collect import Collection, Page, collect

FAILED = Failure(kind=FailureKind.RATE_LIMITED, message="the API answered 429")


def call(number: int) -> Call:
    return Call(tool="things", arguments={"page": number})


def page(value: Any, number: int = 1, following: int | None = 2, **fields: Any) -> Page:
    """Return a page of 10 bytes; `following` is the number of the next one."""
    answer = fields.pop("answer", None) or Answer(value=value, text="as it was", note=fields.pop("note", {}))
    onward = None if following is None else call(following)
    return Page(call=call(number), answer=answer, size=10, next=onward, **fields)


def run(collection: Collection, *outcomes: Page | Failure) -> tuple[list[Call], Answer]:
    """Drive a collection by hand; return the calls that it asked for and what it came to."""
    asked: list[Call] = []
    left = iter(outcomes)
    try:
        asked.append(next(collection))
        while True:
            asked.append(collection.send(next(left)))
    except StopIteration as done:
        return asked, done.value


def collected(first: Page, *others: Page | Failure, pages: int = 9, max_bytes: int = 1000) -> tuple[list[Call], Answer]:
    return run(collect(first, pages=pages, max_bytes=max_bytes), *others)


def told(number: int) -> dict[str, Any]:
    return {"tool": "things", "arguments": {"page": number}}


def test_without_more_pages_an_answer_is_as_it_was() -> None:
    """Nothing is written anew."""
    first = page([1], following=None, note={"status": 206})
    assert collected(first) == ([], first.answer)


@pytest.mark.parametrize("pages", [0, 1])
def test_what_is_not_followed_is_told(pages: int) -> None:
    """Issue 4, Pages: the result says the exact next call."""
    asked, answer = collected(page([1], note={"status": 206}), pages=pages)
    assert (asked, answer) == ([], Answer(value=[1], text="as it was", note={"status": 206, "next": told(2)}))


def test_a_url_that_no_call_reaches_is_told() -> None:
    """Issue 4, Pages: `next_url`."""
    assert collected(page([1], following=None, next_url="https://other/x"))[1].note == {"next_url": "https://other/x"}


@pytest.mark.parametrize(
    ("values", "joined"),
    [
        ([[1], [2], [3]], [1, 2, 3]),
        (
            [{"results": [1], "count": 3}, {"results": [2], "count": 4}, {"results": [3]}],
            {"results": [1, 2, 3], "count": 3},
        ),
        (
            [{"_embedded": {"a": [1]}, "x": 1}, {"_embedded": {"a": [2]}}, {"_embedded": {"a": []}}],
            {"_embedded": {"a": [1, 2]}, "x": 1},
        ),
        ([{"data": {"children": [1], "k": 1}}] * 3, {"data": {"children": [1, 1, 1], "k": 1}}),
        (
            [{"data": [1], "included": ["a"]}, {"data": [2]}, {"data": [3], "included": ["c"]}],
            {"data": [1, 2, 3], "included": ["a", "c"]},
        ),
    ],
)
def test_pages_are_joined_in_the_first_ones_form(values: list[Any], joined: Any) -> None:
    """Issue 4, Pages: `--follow-pages N` collects up to N pages into one result."""
    asked, answer = collected(page(values[0]), page(values[1], 2, 3), page(values[2], 3, None))
    assert asked == [call(2), call(3)]
    assert answer == Answer(value=joined, text="", note={"pages": 3})


def test_after_the_last_page_asked_for_the_rest_is_told() -> None:
    """`next` is the call for the rest."""
    asked, answer = collected(page([1]), page([2], 2, 3), pages=2)
    assert (asked, answer.value, answer.note) == ([call(2)], [1, 2], {"pages": 2, "next": told(3)})


def test_a_header_of_one_page_is_not_told_of_all() -> None:
    """The first page's Link leads to the second one, which is there."""
    note = {
        "status": 206,
        "headers": {"link": "<?page=2>", "content-range": "items 0-0/2", "etag": "e", "x-total-count": "2"},
    }
    answer = collected(page([1], note=note), page([2], 2, None))[1]
    assert answer.note == {"headers": {"x-total-count": "2"}, "status": 206, "pages": 2}
    only = {"headers": {"link": "<?page=2>"}}
    assert collected(page([1], note=only), page([2], 2, None))[1].note == {"pages": 2}


@pytest.mark.parametrize(
    ("first", "last", "joined"),
    [
        (
            {"items": [1], "has_more": True, "page": 1, "total": 2},
            {"items": [2], "has_more": False, "page": 2, "total": 9},
            {"items": [1, 2], "has_more": False, "page": 2, "total": 2},
        ),
        (
            {"items": [1], "next": "/x?page=2", "k": 1},
            {"items": [2], "next": None},
            {"items": [1, 2], "next": None, "k": 1},
        ),
        ({"items": [1], "nextPageToken": "a"}, {"items": [2]}, {"items": [1, 2]}),
        (
            {"items": [1], "paging": {"next": {"after": "a"}, "size": 1}},
            {"items": [2]},
            {"items": [1, 2], "paging": {"size": 1}},
        ),
        (
            {"data": [1], "links": {"self": "/x", "next": "/x?page=2"}, "meta": {"pagination": {"cursor": "a"}}},
            {"data": [2], "links": {"self": "/x?page=2"}, "meta": {"pagination": {"cursor": None}}},
            {"data": [1, 2], "links": {"self": "/x"}, "meta": {"pagination": {"cursor": None}}},
        ),
        (
            {"data": {"children": [1], "after": "a"}, "page": {"number": 0, "size": 1}},
            {"data": {"children": [2], "after": None}, "page": {"number": 1}},
            {"data": {"children": [1, 2], "after": None}, "page": {"number": 1, "size": 1}},
        ),
        (
            {"items": [1], "last": [8], "other": {"next": 1}},
            {"items": [2]},
            {"items": [1, 2], "last": [8], "other": {"next": 1}},
        ),
    ],
)
def test_what_was_joined_goes_on_as_its_last_page_says(first: Any, last: Any, joined: Any) -> None:
    """A result of all pages does not say that there are more of them."""
    answer = collected(page(first), page(last, 2, None))[1]
    assert (answer.value, answer.note) == (joined, {"pages": 2})


def test_what_is_wrong_with_a_later_page_is_told_with_its_number() -> None:
    """Nothing is dropped in silence."""
    pages = [page([1], note={"mismatch": "no a"}), page([2], 2, 3), page([3], 3, None, note={"mismatch": "no b"})]
    assert collected(*pages)[1].note == {"mismatch": "no a; page 3: no b", "pages": 3}
    cut = page([2], 2, None, note={"incomplete": "x" * 300})
    assert collected(page([1]), cut)[1].note == {"incomplete": f"page 2: {'x' * 199}…", "pages": 2}


def test_of_many_pages_with_something_wrong_the_first_ones_are_told() -> None:
    """The note keeps its size."""
    others = [page([n], n, n + 1, note={"mismatch": "m"}) for n in range(2, 10)]
    said = "page 2: m; page 3: m; page 4: m; page 5: m; page 6: m; and so of 3 more pages"
    assert collected(page([1]), *others)[1].note["mismatch"] == said


def test_the_list_that_stands_beside_errors_is_the_one_that_is_joined() -> None:
    """No item is lost: `errors` is a list, and not the page's."""
    values = [{"errors": [], "data": {"items": [n], "page": n, "total_pages": 3}} for n in (1, 2, 3)]
    answer = collected(page(values[0]), page(values[1], 2, 3), page(values[2], 3, None))[1]
    assert answer.value == {"errors": [], "data": {"items": [1, 2, 3], "page": 3, "total_pages": 3}}


def test_a_page_that_fails_leaves_those_before_it() -> None:
    """Issue 4, Pages: what failed, why, and the call to take it up."""
    answer = collected(page([1]), page([2], 2, 3), FAILED)[1]
    stopped = {"kind": "rate_limited", "message": "the API answered 429"}
    assert (answer.value, answer.note) == ([1, 2], {"pages": 2, "next": told(3), "stopped": stopped})
    first = collected(page([1]), FAILED)[1]
    assert (first.text, first.note) == ("as it was", {"next": told(2), "stopped": stopped})


def test_pages_without_end_are_bounded() -> None:
    """--max-body bounds them together."""
    answer = collected(page([1]), page([2], 2, 3), page([3], 3, 4), max_bytes=25)[1]
    stopped = {"kind": "too_large", "message": "the pages are larger than 25 bytes together"}
    assert (answer.value, answer.note) == ([1, 2], {"pages": 2, "next": told(3), "stopped": stopped})


@pytest.mark.parametrize("again", [1, 2])
def test_a_page_that_comes_again_ends_it(again: int) -> None:
    """A circle: nothing is read twice, nor told as the way on."""
    asked, answer = collected(page([1]), page([2], 2, 3), page([3], 3, again))
    stopped = {"kind": "bad_response", "message": "the API names a page again that was read already"}
    assert (len(asked), answer.value, answer.note) == (2, [1, 2, 3], {"pages": 3, "stopped": stopped})


@pytest.mark.parametrize("value", [{"error": "no"}, {"results": 7}, "text", None])
def test_a_page_without_the_list_ends_it(value: Any) -> None:
    """Hostile upstream: the next page may be anything."""
    answer = collected(page({"results": [1]}), page(value, 2, 3))[1]
    stopped = {"kind": "bad_response", "message": "the page has no list where the first one has its own"}
    assert (answer.value, answer.note) == ({"results": [1]}, {"next": told(2), "stopped": stopped})


@pytest.mark.parametrize(
    "answer", [Answer(value={"cats": [1], "dogs": [2]}), Answer(text="a,b", is_json=False)], ids=["two lists", "text"]
)
def test_what_cannot_be_joined_is_not_followed(answer: Answer) -> None:
    """Our choice: the result says why, and the call."""
    asked, found = collected(page(None, answer=answer))
    stopped = {"kind": "bad_response", "message": "which list of the answer goes on is not clear"}
    assert (asked, found.value, found.note) == ([], answer.value, {"next": told(2), "stopped": stopped})


def test_a_call_too_long_to_be_told_is_followed_all_the_same() -> None:
    """The note keeps its size."""
    long = Call(tool="things", arguments={"q": "x" * 5000})
    first = Page(call=call(1), answer=Answer(value=[1]), size=1, next=long)
    assert collected(first, pages=1)[1].note == {}
    assert collected(first, page([2], 2, None))[1].value == [1, 2]
