"""JSON Pointers in their fragment form."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openapi_mcp.model.pointer import join, tokens


@pytest.mark.spec("RFC 6901 section 6")
@pytest.mark.parametrize(
    ("pointer", "expected"),
    [
        ("#", ()),
        ("#/foo", ("foo",)),
        ("#/foo/0", ("foo", "0")),
        ("#/", ("",)),
        ("#/a~1b", ("a/b",)),
        ("#/c%25d", ("c%d",)),
        ("#/e%5Ef", ("e^f",)),
        ("#/g%7Ch", ("g|h",)),
        ("#/i%5Cj", ("i\\j",)),
        ("#/k%22l", ('k"l',)),
        ("#/%20", (" ",)),
        ("#/m~0n", ("m~n",)),
    ],
)
def test_the_examples_of_the_specification_are_split(pointer: str, expected: tuple[str, ...]) -> None:
    """RFC 6901 section 6: the fragment representation."""
    assert tokens(pointer) == expected


@pytest.mark.spec("RFC 6901 section 5")
@pytest.mark.parametrize(
    ("pointer", "expected"),
    [("", ()), ("/foo", ("foo",)), ("/a~1b", ("a/b",)), ("/m~0n", ("m~n",)), ("/ ", (" ",)), ("/~01", ("~1",))],
)
def test_a_pointer_without_a_hash_is_split_too(pointer: str, expected: tuple[str, ...]) -> None:
    """RFC 6901 sections 4 and 5; "~01" is "~1" and never "/"."""
    assert tokens(pointer) == expected


@pytest.mark.parametrize("pointer", ["#foo", "foo", "#%2", "#$defs"])
def test_a_fragment_that_is_no_pointer_is_refused(pointer: str) -> None:
    """RFC 6901 section 3: every token is led by "/"."""
    with pytest.raises(ValueError, match="is not a JSON Pointer"):
        tokens(pointer)


def test_tokens_are_appended_escaped() -> None:
    """RFC 6901 sections 3 and 6; of what a URI encodes only "%" matters to a reader."""
    assert join("#/paths", "/orders/{id}", "get") == "#/paths/~1orders~1{id}/get"
    assert join("#", "a~b", 3, "50%") == "#/a~0b/3/50%25"
    assert join("#") == "#"


@given(st.lists(st.text()))
def test_what_is_joined_splits_into_the_same_tokens(parts: list[str]) -> None:
    """style.md, Tests: pointers round-trip."""
    assert tokens(join("#", *parts)) == tuple(parts)


@given(st.lists(st.text(st.characters(codec="utf-8"), min_size=1), min_size=1))
def test_a_fully_percent_encoded_pointer_names_the_same_place(parts: list[str]) -> None:
    """RFC 6901 section 6."""
    escaped = (part.replace("~", "~0").replace("/", "~1") for part in parts)
    assert tokens("#/" + "/".join(quote(part, safe="") for part in escaped)) == tuple(parts)
