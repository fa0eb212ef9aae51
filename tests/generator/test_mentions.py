"""Texts without the arguments that are not offered, and with new names for others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openapi_mcp.generator.mentions import with_new_names, without_mentions

CUT = [
    ("List orders. Use `status` to filter. Newest first.", "List orders. Newest first."),
    ("List orders. Use 'status'! Newest first.", "List orders. Newest first."),
    ("List orders by page_size. All of them.", "List orders. All of them."),
    ("List orders (see `status`), newest first.", "List orders, newest first."),
    ("List the orders of the shop given by `shop_id`, newest first.", "List the orders of the shop, newest first."),
    ("List orders, filtered by `status`.", "List orders."),
    ("List orders; `status` chooses some.", "List orders."),
    ("List orders. Pass pageSize=10 for fewer.", "List orders."),
    ("List orders. - `status`: one of them - `page`: another", "List orders. - `page`: another"),
    ("List orders. Filter, e.g. `status`. More.", "List orders. More."),
    ("<p>List orders.</p><p>Give <code>status</code>.</p><p>More.</p>", "<p>List orders.</p> <p>More.</p>"),
]
KEPT = [
    "List orders. Each has a status. Newest first.",
    "List orders. my_page_size counts, as does page_sizes.",
    "`status`",
    "`status` chooses orders. They are sorted.",
    "",
]


@pytest.mark.parametrize(("text", "left"), CUT)
def test_a_sentence_that_speaks_of_what_is_withheld_goes(text: str, left: str) -> None:
    """Issue: a hidden argument vanishes from the description too."""
    assert without_mentions(text, ["status", "page_size", "pageSize", "shop_id"]) == left


@pytest.mark.parametrize("text", KEPT)
def test_words_of_english_and_the_point_of_a_text_stay(text: str) -> None:
    """Issue 6, Enrichment: its name in quotes, or an identifier; the first sentence is never cut to nothing."""
    assert without_mentions(text, ["status", "page_size"]) == text


def test_details_may_lose_every_sentence() -> None:
    """What they are about was said before them."""
    assert without_mentions("Give `status`. And `status` again.", ["status"], is_detail=True) == ""
    assert without_mentions("Newest first. See `status`.", ["status"], is_detail=True) == "Newest first."


def test_without_names_a_text_stays_as_it_is() -> None:
    """Most tools have no edit."""
    assert without_mentions("List `orders`.", []) == "List `orders`."
    assert with_new_names("List `orders`.", {}) == "List `orders`."


def test_a_new_name_stands_where_the_old_one_was_spoken_of() -> None:
    """Our choice: a text about a name that is unknown would mislead."""
    renamed = {"page": "number", "page_size": "page"}
    text = "See `page`, 'page_size' and page_size; a page of page_sizes."
    assert with_new_names(text, renamed) == "See `number`, 'page' and page; a page of page_sizes."


@given(st.text(alphabet="ab`_. ;(),", max_size=40), st.lists(st.sampled_from(["a", "a_b", "b"]), max_size=3))
def test_a_text_never_becomes_empty_nor_longer(text: str, names: list[str]) -> None:
    """Every tool has a description."""
    left = without_mentions(text, names)
    assert len(left) <= len(text)
    assert bool(left.strip()) == bool(text.strip())


@pytest.mark.requirement(20)
@pytest.mark.parametrize(
    "piece",
    [" ", "\t", "\n", " \n", "        ,", "(", "(`status`", "; status_id", "by the ", ", by", "A. ", "`", "<", "a"],
)
def test_a_text_made_to_be_slow_is_searched_at_once(piece: str) -> None:
    """security.md: runs of blanks took eight times as long for twice as many."""
    text = piece * (100_000 // len(piece))
    for whole in (text, f"by status_id {text}", f"{text[:5000]} (status_id) `status`", f"by {text[:5000]} status_id"):
        assert len(without_mentions(whole, ["status", "status_id"])) <= 6000


def test_long_white_space_is_one_character_where_a_name_is_looked_for() -> None:
    """So that a text made of it is read once; lines stay lines."""
    text = f"List orders.{' ' * 50}Give `status`.{' ' * 9}All{chr(10) * 30}Newest first."
    assert without_mentions(text, ["status"]) == "List orders. All\nNewest first."
