"""Phrases that name a thing by what it belongs to."""

import pytest

from openapi_mcp.recovery.lookup.phrase import Phrase, Which, is_only_order, read_phrase

LATEST, FIRST, ONLY = Which.LATEST, Which.FIRST, Which.ONLY


@pytest.mark.parametrize(
    ("text", "entity", "name", "which"),
    [
        ("Bob's latest order", "order", "Bob", LATEST),
        ("Bob\u2019s most recent order", "order", "Bob", LATEST),
        ("the last order of Bob", "order", "Bob", LATEST),
        ("Ana Silva's newest invoice", "invoice", "Ana Silva", LATEST),
        ("bob@x.com's first ticket", "ticket", "bob@x.com", FIRST),
        ("James' oldest order", "order", "James", FIRST),
        ("Bob's order", "order", "Bob", ONLY),
        ("Bob's only order", "purchase_order", "Bob", ONLY),
        ("Chef's Friend's latest order", "order", "Chef's Friend", LATEST),
        ("Bob's latest purchase order", "purchase_order", "Bob", LATEST),
    ],
)
def test_a_phrase_says_whose_and_which(text: str, entity: str, name: str, which: Which) -> None:
    """Issue 7, Recover, 5."""
    assert read_phrase(text, entity) == Phrase(name=name, which=which)


@pytest.mark.parametrize(
    ("text", "entity"),
    [
        ("Chef's Knife", "product"),
        ("Bob's latest invoice", "order"),
        ("Bob", "order"),
        ("my latest order", "order"),
        ("latest order of", "order"),
        ("of Bob", "order"),
        ("'s order", "order"),
        ("Bob's cancelled order", "order"),
        ("", "order"),
        ("Bob's order " + "x" * 200, "order"),
        ("Stories of the Sea", "book"),
    ],
)
def test_other_texts_are_no_phrases(text: str, entity: str) -> None:
    """Never guess: what is not understood in full is looked up as a name."""
    assert read_phrase(text, entity) is None


def test_a_text_that_says_only_which_one_is_told_from_names() -> None:
    for text in ("latest", "The newest", "newest order", "my last order", "most recent"):
        assert is_only_order(text, "order"), text
    for text in ("Bob's latest order", "order", "Bob", "", "latest trends", "only order"):
        assert not is_only_order(text, "order"), text
