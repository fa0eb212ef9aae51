"""The forms in which a secret comes back."""

import pytest

from openapi_mcp.model.echo import Escaped, encoded


@pytest.mark.parametrize(
    "text",
    [
        'secr"ét-plainxx',
        'secr\\"Ã©t-plainxx',
        "secr\\u0022\\u00c3\\u00a9t\\u002dplainxx",
        "secr%22%e9t-plainxx",
        "secr&quot;&#xE9;t&#0045;plainxx",
        "secr&QUOT;&eacute;t-plainxx",
        'secr"\\xc3\\xa9t-plainxx',
        "secr%2522%25C3%25A9t-plainxx",
        'secr\\\\\\"ét-plainxx',
    ],
)
def test_each_character_may_be_escaped_in_a_way_of_its_own(text: str) -> None:
    """security.md 10: a JSON answer within a header within an HTML page."""
    secret = Escaped('secr"ét-plainxx')
    assert secret.finds(text)
    assert secret.replaced(f"<{text}>", "***") == "<***>"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a+b/c", "a b/c"),
        ("a+b/c", "a-b/c"),
        ("abcdef", "ab cdef"),
        ("a=bcd", "a&#62;bcd"),
        ("a\\b-c", "ab-c"),
        ("two words", "two-words"),
    ],
)
def test_what_is_another_text_is_not_taken_for_it(value: str, text: str) -> None:
    """Our choice: answers are not garbled."""
    assert not Escaped(value).finds(text)
    assert Escaped(value).replaced(text, "***") == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ('a"\\b', 'a\\"\\\\b'),
        ('a\\"b', 'a\\\\\\"b'),
        ('a\\"b', "a\\u005c\\u0022b"),
        ("a\\\\nb", "a\\\\\\\\nb"),
        ("ends\\", "ends\\\\"),
        ("\\" * 12 + "x", "\\" * 12 + "x"),
    ],
)
def test_backslashes_escape_themselves_and_others(value: str, text: str) -> None:
    """RFC 8259 section 7."""
    assert Escaped(value).replaced(text, "***") == "***"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a" + '\\"' * 30, "a" + '\\\\"' * 29 + "\\\\!"),
        ("%25" * 20, ("%2525" * 19 + "%2!") * 500),
        ("&amp;" * 20, ("&amp;amp;" * 19 + "&!") * 500),
        ('"' * 30, "\\" * 100_000 + "x"),
        ("\\" * 40, ("\\" * 39 + "x") * 10_000),
    ],
)
def test_no_text_makes_the_search_slow(value: str, text: str) -> None:
    """security.md 22: it ends, where backtracking over every reading would not."""
    assert not Escaped(value).finds(text)


def test_what_nothing_is_left_of_is_written_in_full() -> None:
    """RFC 3986 section 2.1, RFC 4648 sections 4, 5 and 8."""
    assert {"%6b%3f%3e%79", "%6B%3F%3E%79", "6b3f3e79", "6B3F3E79", "az8+eQ==", "az8-eQ==", "az8+eQ"} <= encoded("k?>y")


@pytest.mark.parametrize("escaped", ["+/", "+\\/", "%2B%2F", "%2B/"])
def test_a_text_of_very_many_marks_is_found_as_it_is_and_escaped_in_full(escaped: str) -> None:
    """security.md 22: with a choice at each of its marks its pattern alone took seconds, and megabytes."""
    value = "a+/" * 5_000
    assert Escaped(value).finds(f"<{value}>")
    assert Escaped(value).finds(f'{{"token": "{value.replace("+/", escaped)}"}}')
