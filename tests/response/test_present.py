"""A result within its budget, and the way on from where it was cut."""

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from openapi_mcp.model.answer import Answer
from openapi_mcp.model.call import Blob, Result, Text
from openapi_mcp.model.jsontext import JsonValue, write_json
from openapi_mcp.response.more import Place
from openapi_mcp.response.more import more as told
from openapi_mcp.response.part import part_of
from openapi_mcp.response.present import fits, present
from openapi_mcp.response.select import Select

HANDLE = "r_" + "x" * 22
PLACE = Place(handle=HANDLE)


def length(result: Result) -> int:
    return sum(len(block.text) for block in result.content if isinstance(block, Text))


def more(result: Result) -> dict[str, Any]:
    if result.structured is None:
        last = result.content[-1]
        assert isinstance(last, Text)
        found: dict[str, Any] = json.loads(last.text)["_note"]["more"]
    else:
        found = result.structured["_note"]["more"]
    return found


def read(value: JsonValue, arguments: dict[str, Any], budget: int) -> tuple[Result, JsonValue]:
    """Read on as `read_result` does; return the result, and what was shown."""
    selected = Select(arguments["select"]).apply(value) if "select" in arguments else value
    offset, limit = arguments.get("offset", 0), arguments.get("limit")
    part, total = part_of(selected, offset, limit)
    assert isinstance(part, (list, dict, str))
    assert total is not None
    place = Place(handle=HANDLE, select=arguments.get("select", ""), offset=offset, limit=limit,
                  rest=total - offset - len(part))  # fmt: skip
    result = present(Answer(value=part, note={"total": total}), budget, place)
    assert result.structured is not None
    shown = {name: item for name, item in result.structured.items() if name != "_note"}
    return result, shown if isinstance(part, dict) and "_note" not in part else shown["result"]


def test_a_cut_says_the_call_that_reads_on() -> None:
    """design.md, A result: carries a handle that read_result reads on from."""
    page: JsonValue = {"count": 500, "results": [{"id": number, "text": "x" * 80} for number in range(500)]}
    result = present(Answer(value=page), 5000, PLACE)
    said = more(result)
    (cut,) = said["cut"]
    assert (cut["pointer"], cut["shown"] + cut["left"]) == ("#/results", 500)
    assert (said["handle"], said["next"]["tool"]) == (HANDLE, "read_result")
    assert said["next"]["arguments"] == {"handle": HANDLE, "select": "results", "offset": cut["shown"]}
    assert length(result) <= 5000


def test_of_several_cuts_the_next_call_reads_on_at_the_outermost_and_largest() -> None:
    """Our choice: the others are told, and select reaches them."""
    value: JsonValue = {"a b": "x" * 9000, "c": ["y" * 50] * 400, "d": {"e": ["z" * 90] * 9}}
    said = more(present(Answer(value=value), 3000, PLACE))
    assert len(said["cut"]) > 1
    assert said["next"]["arguments"]["select"] == '"a b"'


def test_a_place_too_long_to_name_is_told_without_a_call() -> None:
    """The words about a cut must not be larger than the budget; the handle is still there."""
    said = more(present(Answer(value={"k" * 300: "x" * 9000}), 4000, PLACE))
    assert "next" not in said
    assert said["handle"] == HANDLE


def test_where_only_the_words_about_cuts_had_no_room_there_is_no_call() -> None:
    """A pointer as long as the budget is not told either."""
    said = more(present(Answer(value={"k" * 3000: "x" * 9000}), 2500, PLACE))
    assert [cut["pointer"] for cut in said["cut"]] == ["#"]
    assert len(write_json(said)) < 1500


def test_cuts_that_had_no_room_to_be_told_lead_nowhere() -> None:
    """Only their number is known; the handle reads on at any place."""
    said = told([{"pointer": "#", "unit": "cuts", "shown": 0, "left": 9}], {}, PLACE, 5000)
    assert list(said) == ["cut", "handle", "hint"]


def test_what_stands_behind_a_limit_is_left_too() -> None:
    """Our choice: whoever asks for ten items learns how many more there are."""
    value: JsonValue = list(range(100))
    result, shown = read(value, {"offset": 20, "limit": 10}, 25_000)
    assert shown == list(range(20, 30))
    assert more(result)["cut"] == [{"pointer": "#", "unit": "items", "shown": 10, "left": 70}]
    assert more(result)["next"]["arguments"] == {"handle": HANDLE, "offset": 30, "limit": 10}


def test_a_place_in_a_later_part_is_named_from_the_beginning() -> None:
    """The select of the next call counts in the whole, not in what was shown."""
    value: JsonValue = {"a": [["x" * 9000] for _ in range(9)]}
    result, _ = read(value, {"select": "a", "offset": 3, "limit": 1}, 3000)
    assert more(result)["next"]["arguments"] == {"handle": HANDLE, "select": "a", "offset": 4, "limit": 1}
    inner = [cut for cut in more(result)["cut"] if cut["pointer"] == "#/0/0"]
    assert inner
    result, _ = read(value, {"select": "a | [3]"}, 3000)
    assert more(result)["next"]["arguments"]["select"] == "a | [3] | [0]"


texts = st.one_of(st.text(max_size=30), st.text(min_size=200, max_size=900), st.text(alphabet='"\\\n', max_size=300))
json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), texts),
    lambda inner: st.one_of(st.lists(inner, max_size=8), st.dictionaries(texts, inner, max_size=8)),
    max_leaves=30,
)


@settings(deadline=None, max_examples=150)
@given(json_values, st.integers(2000, 6000), st.sampled_from([None, PLACE]))
@example({"a" * 100: "x" * 9000}, 2000, PLACE)
@example({'"' * 100: "x" * 9000}, 2000, PLACE)
@example([["x" * 400] * 40] * 4, 2000, PLACE)
def test_the_whole_result_stays_within_its_budget(value: JsonValue, budget: int, place: Place | None) -> None:
    """Law. style.md, Tests: a shaped result is valid and within budget."""
    result = present(Answer(value=value, note={"status": 201}), budget, place)
    assert length(result) <= budget
    (block,) = result.content
    assert isinstance(block, Text)
    json.loads(block.text)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.one_of(st.text(max_size=30), st.text(alphabet='ab"', max_size=250)), min_size=1, max_size=60),
    st.integers(2000, 4000),
    st.one_of(st.none(), st.integers(1, 9)),
)
def test_following_the_next_call_reads_every_item_once(items: list[str], budget: int, limit: int | None) -> None:
    """Law: nothing is left out, nothing comes twice."""
    value: JsonValue = {"results": items, "n": 1}  # type: ignore[dict-item]
    arguments: dict[str, Any] = {"select": "results", **({"limit": limit} if limit else {})}
    seen: list[Any] = []
    for _ in range(200):
        result, shown = read(value, arguments, budget)
        assert length(result) <= budget
        assert isinstance(shown, list)
        seen += shown
        assert result.structured is not None
        if "more" not in result.structured["_note"]:
            break
        arguments = more(result)["next"]["arguments"]
    assert seen == items


@pytest.mark.parametrize("value", ["é\n" * 9000, '"\\' * 9000])
def test_following_the_next_call_reads_a_long_text_to_its_end(value: str) -> None:
    """Law: `shown` counts characters of the text, not of its JSON."""
    arguments: dict[str, Any] = {"offset": 0}
    seen = ""
    while len(seen) < len(value):
        result, shown = read(value, arguments, 3000)
        assert isinstance(shown, str)
        if "more" not in (result.structured or {})["_note"]:
            seen += shown
            break
        seen += shown[:-1]  # the last character says that it was cut
        arguments = more(result)["next"]["arguments"]
    assert seen == value


@pytest.mark.parametrize("value", [["x" * 900] * 5, {"a": "x" * 900, "b": "x" * 900}])
def test_where_no_item_has_room_the_next_call_goes_into_the_first(value: JsonValue) -> None:
    """A call that reads on where nothing was shown would come to the same forever."""
    result = present(Answer(value=value), 500, PLACE)
    arguments = more(result)["next"]["arguments"]
    assert arguments["offset"] > 0 or "select" in arguments


def test_a_text_is_cut_with_its_handle_and_within_its_budget() -> None:
    """design.md, A result: for text the note is a block of its own."""
    result = present(Answer(text="line\n" * 2000, is_json=False), 2000, PLACE)
    first = result.content[0]
    assert isinstance(first, Text)
    assert more(result)["next"]["arguments"] == {"handle": HANDLE, "offset": len(first.text)}
    assert length(result) <= 2000


def test_bytes_are_never_cut() -> None:
    """Half an image is none."""
    answer = Answer(blob=Blob(data=b"x" * 9000, mime_type="image/png", uri="https://x/y"), is_json=False)
    assert fits(answer, 100)
    assert present(answer, 100).content == (answer.blob,)
