"""A result cut to its budget: still valid JSON, and what it says of the cut is true."""

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from openapi_mcp.model.jsontext import JsonValue, write_json
from openapi_mcp.model.pointer import join, tokens
from openapi_mcp.response.shape import shape_json, shape_text

Cut = dict[str, Any]


def at(value: Any, pointer: str) -> Any:
    for token in tokens(pointer):
        value = value[int(token)] if isinstance(value, list) else value[token]
    return value


def assert_true(whole: Any, shaped: Any, cuts: list[Cut]) -> None:
    """Hold every word about a cut against what is shown and what there was."""
    for cut in cuts:
        assert set(cut) == {"pointer", "unit", "shown", "left"}
        if cut["unit"] == "cuts":
            assert cut is cuts[-1]
            assert cut["left"] > 0
            continue
        before, after = at(whole, cut["pointer"]), at(shaped, cut["pointer"])
        if cut["unit"] == "characters":
            text = before if isinstance(before, str) else write_json(before)
            assert after == text[: cut["shown"]] + "…"
            assert cut["left"] == len(text) - cut["shown"]
        else:
            assert (cut["shown"], cut["left"]) == (len(after), len(before) - len(after))
            assert cut["unit"] == ("items" if isinstance(before, list) else "fields")


def assert_part(whole: Any, shaped: Any, told: dict[str, Cut], pointer: str = "#") -> None:
    """Hold that what is shown is a part of what there was, in order, each part either whole or told as cut."""
    if pointer not in told:
        assert type(whole) is type(shaped)
    match whole, shaped:
        case list(), list():
            assert len(shaped) == len(whole) or pointer in told
            for index, item in enumerate(shaped):
                assert_part(whole[index], item, told, join(pointer, index))
        case dict(), dict():
            assert list(shaped) == list(whole)[: len(shaped)]
            assert len(shaped) == len(whole) or pointer in told
            for name, item in shaped.items():
                assert_part(whole[name], item, told, join(pointer, name))
        case _:
            assert shaped == whole or pointer in told


texts = st.one_of(st.text(max_size=30), st.text(min_size=200, max_size=3000), st.text(alphabet='"\\\n', max_size=900))
json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), texts),
    lambda inner: st.one_of(
        st.lists(inner, max_size=8),
        st.dictionaries(st.one_of(st.text(max_size=8), st.text(alphabet="~/%é", max_size=400)), inner, max_size=8),
    ),
    max_leaves=30,
)


@settings(deadline=None, max_examples=200)
@given(json_values, st.integers(1000, 6000))
@example({"a": "x" * 5000, "b": "y" * 5000}, 1000)
@example([{"n": i, "text": "x" * 50} for i in range(100)], 1000)
@example([["x" * 5000]], 1000)
@example({"k" * 5000: 1, "b": 2}, 1000)
@example({"a": {"k" * 5000: 1, "b": 2}}, 1000)
@example({"outer/~%": {f"f{i}": "x" * 300 for i in range(90)}}, 2000)
@example(10**3000, 1000)
@example([10**3000, -(10**3000)], 1000)
@example({"a": 10**3000}, 1000)
@example("\0" * 3000, 1000)
@example([[[[["x" * 400] * 9] * 3] * 3] * 3], 1000)
def test_what_is_shown_is_within_the_budget_and_what_is_said_of_it_is_true(value: JsonValue, budget: int) -> None:
    """Law. style.md, Tests; design.md, A result: cut between whole items, says how much is left."""
    shaped, cuts = shape_json(value, budget)
    text = write_json(shaped)
    assert json.loads(text) == shaped
    if len(write_json(value)) <= budget:
        assert (shaped, cuts) == (value, [])
        return
    assert len(text) + len(write_json(cuts)) <= budget
    assert cuts
    assert_true(value, shaped, cuts)
    if cuts[-1]["unit"] != "cuts":
        assert_part(value, shaped, {cut["pointer"]: cut for cut in cuts})


def test_a_list_is_cut_between_items() -> None:
    """design.md, A result: cut between whole items."""
    items: JsonValue = [{"id": number, "name": "x" * 80} for number in range(500)]
    shaped, cuts = shape_json(items, 25_000)
    assert isinstance(shaped, list)
    assert isinstance(items, list)
    assert shaped == items[: len(shaped)]
    assert 200 < len(shaped) < 260
    assert cuts == [{"pointer": "#", "unit": "items", "shown": len(shaped), "left": 500 - len(shaped)}]


def test_the_list_in_an_envelope_is_cut_and_the_envelope_stays() -> None:
    """design.md, A result. Paged answers are the common case."""
    page: JsonValue = {
        "count": 900,
        "next": "https://h/?page=2",
        "results": [{"id": i, "t": "x" * 90} for i in range(900)],
    }
    shaped, cuts = shape_json(page, 5000)
    assert isinstance(shaped, dict)
    assert (shaped["count"], shaped["next"]) == (900, "https://h/?page=2")
    assert len(shaped["results"]) > 30  # type: ignore[arg-type]
    assert [cut["pointer"] for cut in cuts] == ["#/results"]


def test_small_fields_stay_beside_a_large_one() -> None:
    """Our choice: largest first, as far as it takes."""
    shaped, cuts = shape_json({"id": 7, "blob": "x" * 50_000, "name": "n"}, 2000)
    assert isinstance(shaped, dict)
    assert (shaped["id"], shaped["name"]) == (7, "n")
    assert [cut["pointer"] for cut in cuts] == ["#/blob"]


@pytest.mark.parametrize("value", [None, True, 3, "text", [], {}, [1, {"a": "b"}]])
@pytest.mark.parametrize("budget", [0, 1000])
def test_what_fits_stays_whole(value: JsonValue, budget: int) -> None:
    """design.md, Options: --max-response, 0 for no limit."""
    assert shape_json(value, budget) == (value, [])
    assert shape_json("x" * 5000, 0) == ("x" * 5000, [])


def test_a_number_too_long_to_show_stands_as_text() -> None:
    """A number cannot be cut; it went over the budget whole."""
    shaped, cuts = shape_json({"n": 10**3000}, 1000)
    assert isinstance(shaped, dict)
    assert str(shaped["n"]).startswith("1000")
    assert str(shaped["n"]).endswith("…")
    assert cuts[0]["unit"] == "characters"


def test_cuts_beyond_counting_are_counted() -> None:
    """The words about the cuts alone could be larger than the budget."""
    value: JsonValue = {f"{i}{'k' * 100}": "x" * 1000 for i in range(90)}
    shaped, cuts = shape_json(value, 25_000)
    assert len(write_json(shaped)) + len(write_json(cuts)) <= 25_000
    told = len(cuts) - 1
    assert cuts[-1]["pointer"] == "#"
    assert (cuts[-1]["unit"], cuts[-1]["shown"]) == ("cuts", told)
    assert cuts[-1]["left"] > 50


def test_a_million_characters_of_nested_objects_are_cut_without_delay() -> None:
    """security.md 16 R-TIMEOUT: other calls are served meanwhile. This took time in the square of the fields."""
    value: JsonValue = {f"f{i}": {f"g{j}": "x" * 60 for j in range(6)} for i in range(10_000)}
    shaped, _ = shape_json(value, 25_000)
    assert len(write_json(shaped)) <= 25_000


def nested(inside: str, depth: int = 97) -> Any:
    return json.loads('{"a":' * depth + inside + "}" * depth)


@pytest.mark.parametrize(
    "value",
    [
        nested(write_json([{"k": 1}] * 200_000)),
        nested(write_json({str(number): [1] * 12_000 for number in range(20)})),
        nested(write_json([1] * 11_000)),
        {str(number): nested("1") for number in range(3_000)},
        {str(number): number for number in range(200_000)},
        {str(number): [1] * 12_000 for number in range(40)},
    ],
)
def test_what_is_cut_is_measured_no_more_than_a_few_times(monkeypatch: pytest.MonkeyPatch, value: JsonValue) -> None:
    """security.md 16 R-TIMEOUT. All of it was written anew for each object around it: a minute without other calls."""
    pieces = 0

    def counted(item: object) -> str:
        nonlocal pieces
        pieces += 1
        return write_json(item)

    monkeypatch.setattr("openapi_mcp.response.size.write_json", counted)
    shaped, cuts = shape_json(value, 25_000)
    assert pieces < 20 * 25_000
    assert len(write_json(shaped)) + len(write_json(cuts)) <= 25_000
    assert_true(value, shaped, cuts)


def test_fields_that_are_all_far_too_long_leave_room_for_the_last() -> None:
    """Our choice: which of them is the longest is not worth finding out."""
    value: JsonValue = {"id": 7, **{name: [{"k": 1}] * 50_000 for name in "abc"}, "last": True}
    shaped, cuts = shape_json(value, 2_000)
    assert_true(value, shaped, cuts)
    assert isinstance(shaped, dict)
    assert list(shaped) == ["id", "a", "b", "c", "last"]
    assert len(write_json(shaped["c"])) > 500


@pytest.mark.parametrize(
    ("text", "budget", "shown", "left"),
    [
        ("abc", 10, "abc", None),
        ("abc", 0, "abc", None),
        ("x" * 30, 10, "x" * 10, 20),
        ("line 1\nline 2\nline 3", 15, "line 1\nline 2\n", 6),
        ("a\n" + "x" * 30, 10, "a\n" + "x" * 8, 22),
    ],
)
def test_a_text_is_cut_at_the_end_of_a_line(text: str, budget: int, shown: str, left: int | None) -> None:
    """Our choice, where a line ends in the second half of the budget."""
    more = left and {"pointer": "#", "unit": "characters", "shown": len(shown), "left": left}
    assert shape_text(text, budget) == (shown, more)


@given(st.text(), st.integers(1, 50))
def test_a_cut_text_is_a_beginning_and_nothing_is_lost_count_of(text: str, budget: int) -> None:
    """Law. design.md, A result: says how much is left."""
    shown, more = shape_text(text, budget)
    assert len(shown) <= budget
    assert text.startswith(shown)
    assert len(shown) + (more["left"] if more else 0) == len(text)
