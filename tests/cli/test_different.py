"""What is different in two answers."""

from typing import Any

import pytest

from openapi_mcp.cli.different import different

CASES: list[tuple[Any, Any, list[str]]] = [
    ({"n": 2, "a": 1}, {"n": 3, "a": 1}, ["n: 2 -> 3"]),
    ({"items": [{"total": 1}, {"total": 2}]}, {"items": [{"total": 1}, {"total": 5}]}, ["items[1].total: 2 -> 5"]),
    ({"a": 1}, {"b": None}, ["a: 1 -> nothing", "b: nothing -> null"]),
    ([1, 2], [1], ["[1]: 2 -> nothing"]),
    ({"a": [1]}, {"a": {"b": 1}}, ['a: [1] -> {"b":1}']),
    ({"a": True}, {"a": 1}, ["a: true -> 1"]),
    ("text", [1], ['"text" -> [1]']),
    ({"a": 1.0}, {"a": 1}, []),
    (list(range(9)), list(range(1, 10)), [f"[{n}]: {n} -> {n + 1}" for n in range(5)] + ["and more"]),
]


@pytest.mark.parametrize(("then", "now", "said"), CASES)
def test_each_place_that_is_different_is_told(then: Any, now: Any, said: list[str]) -> None:
    """Our choice: "another answer" alone helps nobody."""
    assert list(different(then, now)) == said


def test_nothing_of_an_answer_moves_the_terminal_or_fills_it() -> None:
    """Part 7: an upstream's text is data."""
    (line,) = different({"\x1b[1m\n": "a" * 900}, {"\x1b[1m\n": "\u202e\x9b"})
    assert line.isprintable()
    assert len(line) < 300
    assert "\\x1b[1m" in line


def test_comparing_ends() -> None:
    """security.md, availability: however large two answers are."""
    then: list[Any] = [0] * 100_000
    assert list(different(then, [*then[1:], 1])) == []
