"""Slips of the pen in short words."""

import pytest

from openapi_mcp.recovery.naming.typos import is_plain_slip


@pytest.mark.parametrize(
    ("word", "meant"),
    [("staus", "status"), ("stauts", "status"), ("statuss", "status"), ("siz", "size"), ("itmes", "items"),
     ("limt", "limit"), ("soort", "sort"), ("naem", "name")],
)  # fmt: skip
def test_letters_that_changed_places_were_doubled_or_are_missing_are_a_slip(word: str, meant: str) -> None:
    assert is_plain_slip(word, meant)


@pytest.mark.parametrize(
    ("word", "meant"),
    [("use", "user"), ("star", "start"), ("form", "from"), ("post", "spot"), ("county", "country"), ("tage", "tags"),
     ("me", "met"), ("id", "ids"), ("sizes", "size"), ("create", "created"), ("trial", "trail"), ("mane", "name"),
     ("pay", "payer"), ("x" * 90, "x" * 91), ("loose", "lose"), ("abcd", "acbdd")],
)  # fmt: skip
def test_a_word_of_its_own_another_form_and_another_letter_are_none(word: str, meant: str) -> None:
    assert not is_plain_slip(word, meant)
