"""Answers of many JSON texts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openapi_mcp.model.jsontext import JsonValue, write_json
from openapi_mcp.response.records import MOST_RECORDS, NotARecordError, Records, UnreadRecordsError, read_records


@pytest.mark.parametrize(
    "text",
    [
        '{"a":1}\n[2]\n"\u2028"\n',
        '{"a":1}\r\n[2]\r\n"\u2028"',
        '\n{"a":1}\n\n[2]\n  \n"\u2028"\n\n',
        '\x1e{"a":1}\n\x1e[2]\n\x1e"\u2028"\n',
        '\x1e{\n"a":1}\n\x1e\x1e[2]\n\x1e"\u2028"\n',
    ],
)
def test_each_line_and_each_marked_text_is_a_record(text: str) -> None:
    """NDJSON, JSON Lines: a line each, empty ones skipped; RFC 7464 section 2.1: marked each, over several lines."""
    assert read_records(text) == Records(values=[{"a": 1}, [2], "\u2028"])


@pytest.mark.parametrize(
    ("text", "records", "is_cut"),
    [
        ('{"a":1}\n{"a":', [{"a": 1}], True),
        ('{"a":1}\n{"a":2}', [{"a": 1}, {"a": 2}], False),
        ("1\n23", [1], True),
        ("1\n23\n", [1, 23], False),
        ("true\nnull", [True, None], False),
        ("\x1e1\n\x1e[2", [1], True),
        ("\x1e1\n\x1e2", [1], True),
        ("", [], False),
        ('{"a":', [], True),
    ],
)
def test_a_last_record_that_came_in_part_is_left_out(text: str, records: list[JsonValue], is_cut: bool) -> None:
    """RFC 7464 section 2.3: a number without an end of line may be the beginning of a longer one."""
    assert read_records(text, is_whole=False) == Records(values=records, is_cut=is_cut)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"a":1}\nb\n{}', "line 2 is not JSON"),
        ("{", "line 1 is not JSON"),
        ("\x1e1\n\x1e[", "record 2 is not JSON"),
        ("[NaN]", "line 1 is not JSON"),
    ],
)
def test_a_record_that_is_not_json_is_named(text: str, said: str) -> None:
    """security.md 18: the mismatch said."""
    with pytest.raises(NotARecordError, match=said):
        read_records(text)


def test_a_broken_line_before_the_last_is_no_cut() -> None:
    """What was left early ends early only at its end."""
    with pytest.raises(NotARecordError, match="line 1"):
        read_records("{\n1\n", is_whole=False)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1\n[1e400]\n", "^holds a number beyond a double, in line 2$"),
        (f"\x1e{'9' * 5000}\n", "^holds a number of too many digits, in record 1$"),
        ("[" * 100_000, "^is nested too deep to be read, in line 1$"),
        ("1\n" * (MOST_RECORDS + 1), "^is more than 100,000 lines$"),
        ("\x1e1\n" * (MOST_RECORDS + 1), "^is more than 100,000 records$"),
    ],
)
def test_what_is_not_read_is_not_said_to_be_no_json(text: str, said: str) -> None:
    """security.md 16 R-TIMEOUT: five million lines stopped the process for ten seconds and took 500 MB."""
    with pytest.raises(UnreadRecordsError, match=said):
        read_records(text)


def test_half_a_surrogate_pair_in_any_record_is_told() -> None:
    """RFC 8259 section 8.2."""
    assert read_records('"\\ud83d"\n1\n') == Records(values=["\ufffd", 1], is_mended=True)
    assert not read_records('"\\ud83d\\ude00"\n1\n').is_mended


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(st.lists(VALUES, max_size=5))
def test_what_is_written_a_line_each_is_read_as_it_was(values: list[JsonValue]) -> None:
    """Law: decode(encode(x)) == x."""
    assert read_records("".join(f"{write_json(value)}\n" for value in values)) == Records(values=values)
    assert read_records("".join(f"\x1e{write_json(value)}\n" for value in values)) == Records(values=values)
