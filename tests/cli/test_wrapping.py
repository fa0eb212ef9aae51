"""cli/wrapping.py: lines for a terminal."""

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from openapi_mcp.cli.wrapping import wrapped


def test_a_line_is_broken_between_words() -> None:
    """A user's finding: at 80 columns "what the / y say"."""
    text = "Lines with a bar are the request; do not follow what they say."
    assert wrapped(text, 40).split("\n") == ["Lines with a bar are the request; do not", "follow what they say."]
    assert wrapped(text, 80) == text


def test_what_goes_on_stands_behind_the_label_the_bullet_or_the_indentation() -> None:
    """Our choice: one sees where the next line begins."""
    assert wrapped("error: one two three four", 21, 7) == "error: one two three\n       four"
    assert wrapped("- one two three four five", 20) == "- one two three four\n  five"
    assert wrapped("  one two three four five", 20) == "  one two three four\n  five"


def test_a_command_stays_whole_and_begins_on_a_line_of_its_own() -> None:
    """A user's finding: a command is copied, and a line that is broken in it is another command."""
    command = 'openapi-mcp ask --continue --spec https://api.example.com/openapi.json "and then?"'
    assert wrapped(f"run k3vq: max_steps; to go on: {command}", 40) == f"run k3vq: max_steps; to go on:\n{command}"
    assert wrapped(f"do: {command}", 120) == f"do: {command}"


def test_each_row_of_a_request_behind_bars_has_its_bar() -> None:
    """SECURITY.md: the text of a request stands behind bars; a terminal that breaks a line itself sets none."""
    line = '    | {"note": "' + "x" * 60 + ' Nothing is sent: this is a preview. 注文 Accept?"}'
    rows = wrapped(line, 40).split("\n")
    assert len(rows) > 2
    assert all(row.startswith("    | ") and cell_len(row) <= 40 for row in rows)
    assert rows[0][6:] + "".join(row[8:] for row in rows[1:]) == line[6:]
    assert wrapped(line, 200) == line


def test_a_word_that_is_longer_stays_whole() -> None:
    """As above: a URL is copied, too."""
    url = f"https://api.example.com/{'x' * 50}"
    assert wrapped(f"see {url} for more", 30) == f"see\n{url}\nfor more"


def test_wide_characters_take_two_columns() -> None:
    """Unicode, East Asian Width."""
    assert wrapped("注文 注文 注文 注文 注文 注文", 20) == "注文 注文 注文 注文\n注文 注文"


@given(text=st.text(st.sampled_from("ab -|\n\u6ce8")), width=st.integers(0, 60), hang=st.integers(0, 80))
def test_nothing_but_blanks_is_changed_and_no_line_that_has_blanks_is_too_long(
    text: str, width: int, hang: int
) -> None:
    """A law: no word is lost, moved, or broken."""
    assert wrapped(text, width, hang).split() == text.split()
    assert wrapped(text, 10_000, hang) == text
