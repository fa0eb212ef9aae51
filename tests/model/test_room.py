"""How much is told of a failure: laws on its size, whatever the caller and the API wrote."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openapi_mcp.executor.masked import masked_failure
from openapi_mcp.model.call import Failure, FailureKind
from openapi_mcp.model.fault import Fault, Looked, Repair, Suggestion, told_repairs
from openapi_mcp.model.jsontext import write_json
from openapi_mcp.model.room import Room, brief, shown
from openapi_mcp.model.secret import Redactor

TEXTS = st.builds(lambda text, times: text * times, st.text(max_size=12), st.sampled_from((1, 40, 20_000)))
VALUES = st.one_of(TEXTS, st.integers(), st.lists(TEXTS, max_size=3), st.dictionaries(TEXTS, TEXTS, max_size=3))
PATHS = st.lists(st.one_of(TEXTS, st.integers(0, 9)), max_size=3).map(tuple)
FAULTS = st.builds(Fault, path=PATHS, rule=st.just("unknown"), limit=VALUES, said=TEXTS, named=TEXTS, at=TEXTS)
REPAIRS = st.builds(Repair, path=PATHS, before=VALUES, after=VALUES, how=TEXTS)
ARGUMENTS = st.dictionaries(TEXTS, VALUES, max_size=3)
FAILURES = st.builds(
    Failure,
    kind=st.just(FailureKind.REJECTED),
    message=TEXTS,
    field=TEXTS,
    hint=TEXTS,
    evidence=TEXTS,
    at=TEXTS,
    attempts=st.integers(0, 1),
    faults=st.lists(FAULTS, max_size=30).map(tuple),
    allowed=st.lists(VALUES, max_size=30).map(tuple),
    near=st.lists(VALUES, max_size=30).map(tuple),
    repairs=st.lists(REPAIRS, max_size=30).map(tuple),
    lookups=st.lists(st.builds(Looked, tool=st.just("list"), arguments=ARGUMENTS), max_size=3).map(tuple),
    tries=st.lists(st.builds(Suggestion, tool=st.just("list"), why=TEXTS, arguments=ARGUMENTS), max_size=9).map(tuple),
)


@given(FAILURES)
def test_a_failure_is_short_whatever_was_given_and_answered(failure: Failure) -> None:
    """Issue 7, Tell: a model reads it."""
    for each in (failure, masked_failure(failure, Redactor(()))):
        assert len(write_json(each.as_json())) <= 8_000


def test_twenty_repairs_are_told_and_how_many_more_there_were() -> None:
    """Issue 7, Tell."""
    repairs = [Repair(path=("items", at, "size"), before="5", after=5, how="a number") for at in range(240)]
    said = told_repairs(repairs)
    assert len(said["repairs"]) == 20
    assert said["more_repairs"] == 220
    long = [Repair(path=("a" * 10**6,), before="x" * 10**6, after=["y" * 10**6], how="z" * 10**6)] * 20
    assert len(write_json(told_repairs(long))) < 3_200
    assert told_repairs([]) == {}


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("a", "a"),
        ([1, {"a": 2}], [1, {"a": 2}]),
        (float("nan"), "nan"),
        ("a" * 300, "a" * 199 + "…"),
        (["a" * 300], '["' + "a" * 197 + "…"),
    ],
)
def test_a_value_is_shown_in_short(value: Any, told: Any) -> None:
    """Our choice: 200 characters."""
    assert shown(value) == told


def test_a_number_that_python_does_not_write_is_told_without_its_digits() -> None:
    """Our choice: 4,300 digits are the most that Python writes."""
    assert shown(10**5000) == "a number of too many digits"


def test_room_is_shared_by_what_is_told() -> None:
    """Our choice: what comes first is told first."""
    room = Room(10)
    assert room.of(["ab", "cd", "ef"], 100) == ["ab", "cd"]
    assert room.of(["a"], 100) == []
    assert Room(100).of(["ab", "cd"], 5) == ["ab"]


def test_of_a_long_text_the_beginning_is_looked_at() -> None:
    """Our choice: a megabyte is not folded to show a line of it."""
    assert brief("a  b", 10) == "a b"
    assert brief("x " * 10**6, 10) == "x x x x…"
