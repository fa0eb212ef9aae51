"""Markdown and HTML as plain text, and that in sentences."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openapi_mcp.generator.boilerplate import Details
from openapi_mcp.generator.prose import plain, sentences, without_pointers
from openapi_mcp.model.document import Operation


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Nothing to do.", "Nothing to do."),
        ("## Paging ##\nSee [the **guide**](https://a.example).", "Paging:\nSee the guide."),
        ("# What is this?\nA list.", "What is this?\nA list."),
        ('[a [b] c](https://a.example/x_(y) "title")', "a [b] c"),
        ("![a picture](https://a.example/x.png) [one][1]", "a picture one"),
        ("> [!WARNING]\n> Do **not** do *this*.", "Warning: Do not do this."),
        ("<p>Newest&nbsp;<b>first</b>.</p><!-- not shown --><ul><li>one<li>two</ul>", "Newest\xa0first.\n- one\n- two"),
        ("<table><tr><td>a<td>b</table>", "a b"),
        ("Take refs/heads/<branch name>, /a/*, /b/* or a < b", "Take refs/heads/<branch name>, /a/*, /b/* or a < b"),
        ("Keep snake_case, __init__ and `code`", "Keep snake_case, __init__ and `code`"),
        ("| Code | Means |\n|:---|---|\n| `1` | one |\n| 2 | |", "- Code: Means\n- `1`: one\n- 2"),
        ("* one\n+ two\n- three", "- one\n- two\n- three"),
        ("Before\n```json\n{\n  1\n}\n```\nAfter", "Before\nAfter"),
        ("Like\n~~~\na=1\n~~~", "Like\n`a=1`"),
        ("Never ended\n```\na\nb", "Never ended"),
        ("Title\n=====\nText\n\n---\n", "Title\n\nText"),
    ],
)
def test_marks_go_and_words_stay(text: str, expected: str) -> None:
    """CommonMark 0.31.2; OAS 3.1.1, Rich Text Formatting."""
    assert "\n".join(filter(None, map(str.strip, plain(text).split("\n")))) == expected.replace("\n\n", "\n")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Max 100. For more information, see [Paging](https://a.example).", "Max 100."),
        ("Max 100. (See https://a.example for more.)", "Max 100."),
        ('Max 100. <a href="x">Learn more</a>', "Max 100."),
        ('Max 100. Learn more <a href="x">here</a>.', "Max 100."),
        ("Max 100. See the field `limit`.", "Max 100. See the field `limit`."),
        ("Takes [a query](https://a.example).", "Takes a query."),
        ("See [Paging](https://a.example).", "See Paging."),
        ("Max 100.\n## More\nSee [Paging](https://a.example).", "Max 100."),
        ("No link.", "No link."),
    ],
)
def test_a_sentence_that_only_leads_to_a_page_goes_unless_it_is_all(text: str, expected: str) -> None:
    """Issue 6, Enrichment: a model does not open pages."""
    assert without_pointers(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("One", ["One"]),
        ("One. Two! Three? (Four.) Five", ["One.", "Two!", "Three?", "(Four.)", "Five"]),
        ("Orders, e.g. Yours. See U. Smith etc. And so on.", ["Orders, e.g. Yours.", "See U. Smith etc. And so on."]),
        ("Version 1.2 of it. and then", ["Version 1.2 of it. and then"]),
        ('He said "etc." Then no. 5, approx. Six.', ['He said "etc."', "Then no. 5, approx. Six."]),
        ("Orders. No. 5. X. Two", ["Orders.", "No. 5.", "X. Two"]),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text: str, expected: list[str]) -> None:
    """Our choice."""
    assert sentences(text) == expected


@given(st.text(alphabet="ab. [](){}<>*#`|-_~&!\n"))
def test_any_text_is_read_and_no_word_is_invented(text: str) -> None:
    """Law. What is left was there, but for entities that are written out."""
    for found in (plain(text), without_pointers(text)):
        assert set(found) <= set(text) | set(":- `\n")


@pytest.mark.parametrize(
    "text",
    ["[a](" * 3000, "<!--" * 3000, "**a " * 3000, "[" * 9000, "# " * 4000, "|" * 9000, "- " * 4000, "```\n" * 3000],
)
def test_a_text_made_to_be_slow_is_read_at_once(text: str) -> None:
    """security.md: bounded work: what grows with the square takes minutes."""
    without_pointers(text)


@pytest.mark.requirement(20)
@pytest.mark.parametrize(
    "piece",
    [
        "A. ",
        "a",
        "(",
        "[(",
        "[[a]",
        "<",
        "<a ",
        "`",
        " ",
        "\n",
        "* ",
        "**a ",
        "|",
        "e.g. ",
        ". ",
        "A.\n",
        "&lt;",
        "](://",
    ],
)
def test_a_hundred_thousand_characters_are_read_at_once(piece: str) -> None:
    """security.md: with the square of the length, 15,000 characters took 14 seconds."""
    text = piece * (100_000 // len(piece))
    sentences(text)
    for said in (plain(text), without_pointers(text), without_pointers(f":// {text}")):
        assert len(said) <= 6000
    Details([Operation(method="GET", path="/a", operation_id="a", description=text, pointer="#")])
