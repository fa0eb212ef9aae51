"""Parts of an answer by JMESPath: right, and bounded whoever writes the expression."""

import json
import tracemalloc
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openapi_mcp.model.jsontext import JsonValue, write_json
from openapi_mcp.response import select
from openapi_mcp.response.select import MAX_EXPRESSION, Select, SelectError, select_path

PAGE: JsonValue = {
    "count": 2,
    "results": [
        {"id": 9007199254740993, "name": "Ann", "tags": ["a", "b"], "price": 7},
        {"id": 2, "name": "Bob", "tags": ["b"], "price": 12.5},
    ],
}
MANY: JsonValue = {"results": [{"id": number, "name": f"n{number}", "tags": ["a", "b"]} for number in range(20_000)]}


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("count", 2),
        ("results[0].id", 9007199254740993),
        ("results[].name", ["Ann", "Bob"]),
        ("results[?price > `10`].name | [0]", "Bob"),
        ("results[].{n: name, t: tags[0]}", [{"n": "Ann", "t": "a"}, {"n": "Bob", "t": "b"}]),
        ("results[].tags[]", ["a", "b", "b"]),
        ("results[*].tags | [][]", ["a", "b", "b"]),
        ("count[]", None),
        ("results[::-1].id", [2, 9007199254740993]),
        ("results[0].name[0:1]", None),
        ("length(results)", 2),
        ("sort_by(results, &price)[-1].name", "Bob"),
        ("max_by(results, &price).name", "Bob"),
        ("join(', ', results[].name)", "Ann, Bob"),
        ("to_string(results[1].tags)", '["b"]'),
        ("to_string(results[0].name)", "Ann"),
        ("to_string('é')", "é"),
        ('to_string([`"é"`])', '["é"]'),
        ("to_number('12')", 12),
        ("to_number('1.5')", 1.5),
        ("to_number('nan')", None),
        ("to_number('x')", None),
        ("to_number(`3`)", 3),
        ("to_number(`true`)", None),
        ('results[?tags == `["b"]`].name', ["Bob"]),
        ("results[?contains(tags, 'a')].name", ["Ann"]),
        ("results[?name > `5`]", []),
        ("nothing.here", None),
        ("@", PAGE),
    ],
)
def test_an_expression_finds_what_jmespath_says(expression: str, found: JsonValue) -> None:
    """JMESPath specification; integers beyond 2^53 stay whole, texts stay readable."""
    assert Select(expression).apply(PAGE) == found


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("", "cannot be empty"),
        ("a[", "ends too early"),
        ("a ]", "(at character 3)"),
        ("[?a=1]", "(at character 4)"),
        ("'open", "(at character 1)"),
        ("(" * 900, "nested too deeply"),
        ("x" * (MAX_EXPRESSION + 1), "at most 1,000"),
        ("count(@)", "count(), which JMESPath does not have"),
        ("a | length(@, @)", "length() with 2 arguments; it takes 1"),
    ],
)
def test_what_is_no_expression_is_refused_before_anything_is_sent(expression: str, said: str) -> None:
    """Issue 4: what cannot be expressed is not sent, and the error says why and where."""
    with pytest.raises(SelectError) as caught:
        Select(expression)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("abs(@)", "abs() takes number, and is given object"),
        ("contains('abc', `5`)", "does not fit this answer"),
        ("ceil(`1e999`)", "does not fit this answer"),
        ("results[::0]", "step is 0"),
        ("`NaN`", "JSON has no form for"),
        ("[&a]", "JSON has no form for"),
        ("[" * 120 + "count" + "]" * 120, "nested too deeply"),
        ("!" * 400 + "count", "nested too deeply"),
    ],
)
def test_what_does_not_fit_the_answer_says_so(expression: str, said: str) -> None:
    """Our choice: one line, without the answer in it, which may be 10 MB."""
    with pytest.raises(SelectError) as caught:
        Select(expression).apply(PAGE)
    assert said in str(caught.value)
    assert len(str(caught.value)) < 400


DOUBLED = "|".join(["[@,@]"] * 60)


@pytest.mark.parametrize(
    "expression",
    [
        "|".join(["[@,@][]"] * 80),
        DOUBLED,
        f"{DOUBLED}|to_string(@)",
        f"{DOUBLED}|contains(@,`1`)",
        f"({DOUBLED})==({DOUBLED})",
        "|".join(["join('',[to_string(@),to_string(@)])"] * 20),
        "|".join(["merge(@,{a:@})"] * 40),
        "results[].name|[join('',@),[@,@,@,@][][]]|join([0],[1])",
        "join('',results[].name)|[@,@,@,@]|" + "|".join(["[@,@][]"] * 14) + "|sort_by(@,&@)",
        "results[*].[@,@][][].[@,@][][].[@,@][][].[@,@][][].[@,@][][]",
        "results|" + "|".join(["[@[],@[]][]"] * 30) + "|[::1]",
    ],
)
def test_the_work_of_an_expression_has_bounds(expression: str) -> None:
    """security.md 17: memory growth stays under 100 MB; each of these doubles what it made, some dozens of times."""
    tracemalloc.start()
    try:
        with pytest.raises(SelectError, match="too much work"):
            Select(expression).apply(MANY)
        assert tracemalloc.get_traced_memory()[1] < 100e6
    finally:
        tracemalloc.stop()


def test_naming_a_part_costs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Our choice: what `next` says must work on the largest answer."""
    monkeypatch.setattr(select, "MAX_STEPS", 10)
    assert Select("results[3].name").apply(MANY) == "n3"
    with pytest.raises(SelectError):
        Select("results[].name").apply(MANY)


def test_half_a_surrogate_pair_does_not_come_out() -> None:
    """security.md 11: valid UTF-8."""
    assert Select("'\ud800x'").apply(None) == "\ufffdx"
    assert Select(r'`"\ud800"`').apply(None) == "\ufffd"


names = st.one_of(st.text(max_size=8), st.sampled_from(["a", "a b", '"', "\\", "`", "'", "é", "0", "", "@", "\n"]))
values = st.recursive(
    st.one_of(st.integers(), st.text(max_size=5)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(names, inner, max_size=4)),
    max_leaves=12,
)


def places(value: Any, way: tuple[str | int, ...] = ()) -> list[tuple[tuple[str | int, ...], Any]]:
    inner = enumerate(value) if isinstance(value, list) else value.items() if isinstance(value, dict) else ()
    return [(way, value), *(place for step, item in inner for place in places(item, (*way, step)))]


@given(values)
def test_the_expression_for_a_place_leads_there(value: Any) -> None:
    """Law: whatever the names are."""
    for way, item in places(value):
        if way:
            assert Select(select_path(way)).apply(value) == item


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["a", "b", "[0]", "[*]", "[]", "[?a]", "[1:]", "*", "@", "|", ".", "keys(@)", "values(@)", "sort(@)", "&a",
             "sum(@)", "map(&a, @)", "min(@)", "reverse(@)", "type(@)", "avg(@)", "[a, b]", "{a: b}", "==", "<", "!"]
        ),
        max_size=8,
    ),
    values,
)  # fmt: skip
def test_every_expression_finds_json_or_says_why_not(parts: list[str], value: Any) -> None:
    """Law. security.md 11: strict JSON."""
    try:
        found = Select(" ".join(parts)).apply({"a": value, "b": [value, 1]})
    except SelectError:
        return
    assert json.loads(write_json(found)) == found
