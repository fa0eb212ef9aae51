"""How figures, times and values are written on a page."""

import pytest
from support.dashboard import record

from openapi_mcp.server.dashboard.shown import (
    ago,
    compact,
    count,
    duration,
    marks_of,
    moment,
    percent,
    readable,
    short,
    size,
)


def test_a_moment_is_in_utc() -> None:
    assert moment(0.5) == "1970-01-01 00:00:00"


@pytest.mark.parametrize(
    ("past", "expected"),
    [(-5, "now"), (0, "now"), (1, "1 s ago"), (61, "1 min ago"), (7_200, "2 h ago"), (200_000, "2 d ago")],
)
def test_how_long_ago(past: float, expected: str) -> None:
    assert ago(1_000, 1_000 + past) == expected


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, "0 s"),
        (0.000123, "0.12 ms"),
        (0.01234, "12.3 ms"),
        (0.5, "500 ms"),
        (1, "1.00 s"),
        (83.2, "83.2 s"),
        (1234, "1,234 s"),
    ],
)
def test_a_duration_has_three_digits(seconds: float, expected: str) -> None:
    assert duration(seconds) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(7, "7"), (1_234, "1,234"), (9_999, "9,999"), (56_789, "56.8 k"), (1_234_567, "1.23 M"), (2e9, "2 G")],
)
def test_a_large_number_leaves_room(value: float, expected: str) -> None:
    assert short(value) == expected
    assert count(1234567) == "1,234,567"


@pytest.mark.parametrize(
    ("part", "expected"), [(0, "0 %"), (1, "100 %"), (0.99996, "99.9 %"), (0.0001, "0.1 %"), (0.125, "12.5 %")]
)
def test_nearly_all_is_not_all(part: float, expected: str) -> None:
    assert percent(part) == expected


@pytest.mark.parametrize(
    ("value", "expected"), [(0, "0 B"), (999, "999 B"), (1_234, "1.2 kB"), (5e6, "5.0 MB"), (7e12, "7000.0 GB")]
)
def test_a_size_has_a_unit(value: float, expected: str) -> None:
    assert size(value) == expected


def test_a_value_on_one_line_is_cut() -> None:
    assert compact({"id": 7}) == '{"id": 7}'
    assert compact("x" * 100) == '"' + "x" * 78 + "…"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ('{"a":[1]}', '{\n  "a": [\n    1\n  ]\n}'),
        ("a\tb", "a   b"),
        ('{"a": 1... (5,000 characters)', '{"a": 1... (5,000 characters)'),
    ],
)
def test_an_answer_that_is_json_is_written_on_several_lines(answer: str, expected: str) -> None:
    assert readable(answer) == expected


def test_an_answer_that_is_nested_without_end_stays_as_it_is() -> None:
    text = "[" * 2_000 + "]" * 2_000
    assert readable(text) == text


def test_what_was_out_of_the_ordinary_is_marked() -> None:
    assert marks_of(record("a")) == []
    busy = record("b", attempts=2, repairs=[{}], lookups=[{}, {}], cache="hit")
    assert marks_of(busy) == ["2 attempts", "1 repair", "2 lookups", "cache: hit"]
    assert marks_of(record("c", lookups=[{}])) == ["1 lookup"]
