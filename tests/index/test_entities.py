"""Names taken apart: which kind of thing they speak of, and by which key."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openapi_mcp.index.entities import Name, bare, is_wrapper, parameter_in, parse, segments, singular, split


@pytest.mark.parametrize(
    ("plural", "one"),
    [
        ("orders", "order"),
        ("categories", "category"),
        ("movies", "movie"),
        ("people", "person"),
        ("addresses", "address"),
        ("warehouses", "warehouse"),
        ("boxes", "box"),
        ("statuses", "status"),
        ("status", "status"),
        ("menus", "menu"),
        ("previous", "previous"),
        ("series", "series"),
        ("analysis", "analysis"),
        ("uris", "uri"),
        ("address", "address"),
        ("tv", "tv"),
    ],
)
def test_a_noun_is_brought_to_the_singular(plural: str, one: str) -> None:
    """Our choice: paths name collections, properties their members; both must come to the same word."""
    assert singular(plural) == one


@pytest.mark.parametrize(
    ("text", "words", "key", "is_plural"),
    [
        ("customer_id", ("customer",), "id", False),
        ("customerId", ("customer",), "id", False),
        ("CustomerIDs", ("customer",), "id", True),
        ("album_ids", ("album",), "id", True),
        ("idCard", ("card",), "id", False),
        ("seed_artists", ("seed", "artist"), "", True),
        ("team_slug", ("team",), "slug", False),
        ("username", ("user",), "username", False),
        ("uris", (), "uri", True),
        ("_id", (), "id", False),
        ("order", ("order",), "", False),
        ("", (), "", False),
        ("--", (), "", False),
    ],
)
def test_a_name_is_a_thing_and_a_key(text: str, words: tuple[str, ...], key: str, is_plural: bool) -> None:
    """Issue 6: `customerId`, `owner_id`, `seed_artists`, `album_ids`."""
    assert parse(text) == Name(words, key, is_plural)


def test_words_on_the_form_of_a_schema_are_no_part_of_the_thing() -> None:
    """Issue 6: component names."""
    assert bare(split("SimplifiedAlbumObject")) == ("album",)
    assert bare(split("PaginatedOrderItemList")) == ("order",)
    assert bare(split("V2CreateUserRequest")) == ("v", "2", "create", "user")
    assert bare(split("ListResponse")) == ()


def test_a_property_that_only_wraps_says_nothing() -> None:
    """Issue 6: results, items, data are generic wrappers."""
    assert [name for name in ("results", "data", "_embedded", "tracks", "orderItems") if is_wrapper(name)] == [
        "results",
        "data",
        "_embedded",
    ]


def test_versions_in_a_path_say_nothing() -> None:
    """Our choice: /api/v1/users is about users."""
    assert segments("/api/v1/users/{id}/") == ("users", "{id}")
    assert parameter_in("{id}.json") == "id"
    assert parameter_in("users") == ""
    assert parameter_in("}{") == ""


@given(st.text(max_size=200))
def test_any_text_has_words(text: str) -> None:
    """Our choice: names come from documents of anyone."""
    assert len(split(text)) <= 8
    assert parse(text).words == parse(text).words
