"""Text of a document as it may reach a model or a terminal."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openapi_mcp.model.text import clean_text, one_line, visible, without_controls

HIDDEN = (
    "\x00\x07\x1b\x7f\x85\x9b\xad\u061c\u180e\u200b\u200d\u200e\u202e\u2060\u2066\u2069\ufe0f\ufeff\U000e0041\U000e007f"
)


@pytest.mark.parametrize("character", list(HIDDEN))
def test_a_character_that_cannot_be_seen_is_left_out(character: str) -> None:
    """security.md C31: no controls, bidi overrides, zero-width and tag characters."""
    assert clean_text(f"pay{character}load") == "payload"


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b[1;38;5;9mbold", "bold"),
        ("\x1b]0;title\x07after", "after"),
        ("\x1b]8;;http://evil\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("a\tb\nc", "a\tb\nc"),
        ("a\r\nb\rc", "a\nbc"),
        ("  padded\n", "padded"),
        ("naïve 😀 日本語 ‰", "naïve 😀 日本語 ‰"),
    ],
)
def test_escape_sequences_go_as_a_whole_and_other_text_stays(text: str, clean: str) -> None:
    """security.md C31: ANSI sequences; newline and tab stay."""
    assert clean_text(text) == clean


@given(st.text(st.sampled_from(HIDDEN + "ab[m];\\\r\n\t 0") | st.characters(codec="utf-8")))
def test_cleaning_twice_is_cleaning_once_and_leaves_nothing_hidden(text: str) -> None:
    """security.md C31."""
    clean = clean_text(text)
    assert clean_text(clean) == clean
    assert not any(unicodedata.category(char) == "Cc" and char not in "\n\t" for char in clean)
    assert set(clean).isdisjoint(HIDDEN)


@given(st.text(), st.integers(2, 60))
def test_one_line_is_one_line_within_its_limit(text: str, limit: int) -> None:
    """Our choice: a message stays on its line."""
    line = one_line(text, limit)
    assert len(line) <= limit
    assert len(line.splitlines()) <= 1


@pytest.mark.parametrize(
    ("text", "limit", "line"),
    [
        ("a \n\t b", 10, "a b"),
        ("exactly ten", 11, "exactly ten"),
        ("cut at a word boundary", 16, "cut at a word…"),
        ("unbreakable", 5, "unbr…"),
        ("a verylongwordwithoutspace", 12, "a verylongw…"),
    ],
)
def test_a_long_line_is_cut_at_a_word_where_one_ends_late_enough(text: str, limit: int, line: str) -> None:
    """Our choice: at least half of the room is used."""
    assert one_line(text, limit) == line


def test_what_a_terminal_would_obey_is_shown_instead() -> None:
    """security.md R-TEXT: an answer goes to a terminal as it was, but for what would drive it."""
    assert without_controls("\x1b]0;pwned\x07\x1b[31mred\n\té\x9b") == "\\x1b]0;pwned\\x07\\x1b[31mred\n\té\\x9b"


@pytest.mark.parametrize(
    "character", [*HIDDEN, "\u00a0", "\u2028", "\u3000", "\u3164", "\u115f", "\ue000", "\ud800", "\t"]
)
def test_what_cannot_be_seen_is_shown_as_its_code_point(character: str) -> None:
    """Issue 5, Writes: a person who is asked sees all there is; a blank that is no space is not taken for one."""
    assert visible(f"pay{character}\nload é") == f"pay<U+{ord(character):04X}>\nload é"


@given(st.text())
def test_what_can_be_seen_stays_as_it_is(text: str) -> None:
    """Law: showing twice is showing once."""
    assert visible(visible(text)) == visible(text)
    assert visible(text).replace("\n", "").isprintable()


def test_a_carriage_return_that_ends_no_line_is_shown() -> None:
    """Issue 5, Writes: a terminal would write over the line."""
    assert visible("pay 1\rpay 9\r\nend") == "pay 1<U+000D>pay 9\nend"
