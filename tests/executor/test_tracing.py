"""What the cache did for a result of several pages: one rule for the note and for the record."""

import pytest

from openapi_mcp.executor.tracing import cache_of, noted_of_pages
from openapi_mcp.executor.trying import Story
from openapi_mcp.model.answer import Answer


def story(cache: str, status: int | None = 200, age: int = 0) -> Story:
    return Story(cache=cache, status=status, age=age)


@pytest.mark.parametrize(
    ("stories", "told"),
    [
        ([], ""),
        ([story("")], ""),
        ([story("hit")], "hit"),
        ([story("hit"), story("hit")], "hit"),
        ([story("hit"), story("revalidated")], "revalidated"),
        ([story("hit"), story("stored")], "stored"),
        ([story("hit"), story("")], ""),
        ([story("", 400), story("hit")], "hit"),
        ([story("hit", 404)], "hit"),
        ([story("hit"), story("", None)], "hit"),
        ([story("", None)], ""),
    ],
)
def test_what_the_cache_did_is_told_of_all_pages(stories: list[Story], told: str) -> None:
    assert cache_of(stories) == told


@pytest.mark.parametrize(
    ("stories", "note"),
    [
        ([story("hit", age=3), story("hit", age=9)], {"cache": {"from": "cache", "age": 9, "pages": 2}, "pages": 2}),
        ([story(""), story("hit", age=4)], {"cache": {"from": "cache", "age": 4, "pages": 1}, "pages": 2}),
        ([story("hit"), story("revalidated")], {"cache": {"from": "revalidated"}, "pages": 2}),
        ([story("stored"), story("")], {"pages": 2}),
    ],
)
def test_the_note_of_several_pages_counts_those_from_the_cache(stories: list[Story], note: dict[str, object]) -> None:
    answer = Answer(value=[], note={"cache": {"from": "cache", "age": 1}, "pages": 2})
    assert noted_of_pages(answer, stories).note == note
