"""Slips of the pen in short words."""

import pytest

from openapi_mcp.recovery.naming.typos import is_plain_slip, is_slip


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


@pytest.mark.parametrize(
    ("word", "meant"),
    [("angle", "angel"), ("silver", "sliver"), ("dessert", "desert"), ("quiet", "quite"), ("martial", "marital"),
     ("adopt", "adapt"), ("altitude", "attitude"), ("quantify", "quantity"), ("altitude", "latitude"),
     ("carrier", "career"), ("costal", "coastal")],
)  # fmt: skip
def test_real_words_and_other_letters_are_no_slip(word: str, meant: str) -> None:
    assert not is_slip(word, meant)
    assert not is_plain_slip(word, meant)


@pytest.mark.parametrize(
    ("word", "meant"), [("custmer", "customer"), ("adress", "address"), ("reciever", "receiver"), ("amounnt", "amount")]
)
def test_a_letter_missing_doubled_or_moved_is_a_slip(word: str, meant: str) -> None:
    assert is_slip(word, meant)
