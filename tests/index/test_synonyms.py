"""The table of synonyms: its form, and a few examples."""

import re

import pytest

from openapi_mcp.index.synonyms import GROUPS, synonyms
from openapi_mcp.index.words import stem, terms

WORDS = sorted({word for group in GROUPS for word in group.split()})


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        ("film", "movie"),
        ("photo", "image"),
        ("remove", "delete"),
        ("modify", "update"),
        ("register", "signup"),
        ("client", "customer"),
        ("basket", "cart"),
        ("bill", "invoice"),
        ("repo", "repository"),
        ("lorry", "truck"),
        ("colour", "color"),
        ("doctor", "practitioner"),
        ("vacancies", "job"),
        ("shipping", "delivery"),
    ],
)
def test_what_people_say_leads_to_what_apis_write(asked: str, written: str) -> None:
    assert stem(written) in synonyms(stem(asked))


def test_a_word_in_several_groups_has_the_synonyms_of_all_of_them() -> None:
    """A ticket is an issue, an issue is a bug, and yet no ticket is a bug: groups are not joined."""
    assert synonyms(stem("issue")) >= {stem("ticket"), stem("bug")}
    assert stem("bug") not in synonyms(stem("ticket"))


def test_a_word_outside_the_table_has_no_synonyms() -> None:
    assert synonyms("xyzzy") == frozenset()


@pytest.mark.parametrize("word", ["set", "run", "state", "get"])
def test_a_word_that_means_too_much_has_no_synonyms(word: str) -> None:
    """Our choice: a wrong synonym costs more than a missing one."""
    assert synonyms(stem(word)) == frozenset()


def test_every_word_of_a_group_is_known_by_its_stem() -> None:
    assert not [word for word in WORDS if not synonyms(stem(word))]


def test_synonyms_are_symmetric() -> None:
    assert all(stem(word) in synonyms(other) for word in WORDS for other in synonyms(stem(word)))


def test_no_word_is_its_own_synonym() -> None:
    assert not [word for word in WORDS if stem(word) in synonyms(stem(word))]


def test_a_group_has_two_to_six_words() -> None:
    assert not [group for group in GROUPS if not 2 <= len(group.split()) <= 6]


def test_no_word_stands_twice_in_a_group() -> None:
    """Nor two words of one stem: the search takes them for one already."""
    assert not [group for group in GROUPS if len({stem(word) for word in group.split()}) != len(group.split())]


def test_no_group_is_part_of_another() -> None:
    groups = [frozenset(group.split()) for group in GROUPS]
    assert not [
        group for at, group in enumerate(groups) if any(group <= other for other in groups[:at] + groups[at + 1 :])
    ]


def test_every_word_is_a_lower_case_word() -> None:
    assert not [word for word in WORDS if not re.fullmatch("[a-z]+", word)]


def test_every_word_is_one_that_the_search_keeps() -> None:
    """A stop word, or one that is split, would never be looked up."""
    assert not [word for word in WORDS if terms(word) != [stem(word)]]
