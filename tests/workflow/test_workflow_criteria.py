"""Criteria: simple conditions, patterns and paths, held against what a run knows."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openapi_mcp.model.workflow import Criterion, CriterionKind
from openapi_mcp.workflow.condition import parse_condition
from openapi_mcp.workflow.criteria import check_criterion, first_unmet, holds, observed
from openapi_mcp.workflow.faults import CriterionError
from openapi_mcp.workflow.state import Exchange, State

BODY = {
    "status": "Open",
    "count": 3,
    "price": 2.5,
    "ok": True,
    "off": False,
    "none": None,
    "empty": "",
    "digits": "12",
    "said": "it's",
    "items": [{"id": 7, "tags": ["a"]}, {"id": 8}],
    "a b": {"c.d": 1},
    "nothing": [],
}
STATE = State(
    inputs={"x": 3, "name": "Ana"},
    steps={"find": {"ids": [1, 2]}},
    exchange=Exchange(
        method="GET",
        url="https://api.example/",
        status=200,
        response_headers=(("X-Left", "5"), ("Content-Type", "application/json")),
        response_body=BODY,
    ),
)


def simple(text: str) -> Criterion:
    return Criterion(condition=text)


@pytest.mark.parametrize(
    ("condition", "is_met"),
    [
        # 4.6.11, its own examples
        ("$statusCode == 200", True),
        ("{$statusCode == 401}", False),
        # literals
        ("true", True),
        ("false", False),
        ("null", False),
        ("'text'", True),
        ("''", False),
        ("0", False),
        ("1 == 1.0", True),
        ("-1.5e1 == -15", True),
        ("$response.body#/said == 'it''s'", True),
        ("'''' == ''''", True),
        # how many items a list has: our choice, as public descriptions and other runners have it
        ("$response.body.items.length == 2", True),
        ("$response.body#/items/length > 2", False),
        ("$response.body.items[0].tags.length == 1", True),
        ("$response.body.nothing.length == 0", True),
        ("$steps.find.outputs.ids.length >= 2", True),
        ("$response.body.status.length == 4", False),
        ("$response.body.length > 0", False),
        ("$response.body.gone.length == 0", False),
        ("$response.body.items.length.length == null", True),
        ("$response.header.length == null", True),
        ("$inputs.length == null", True),
        # each operator
        ("$response.body#/count < 4", True),
        ("$response.body#/count < 3", False),
        ("$response.body#/count <= 3", True),
        ("$response.body#/count > 2.5", True),
        ("$response.body#/count > 3", False),
        ("$response.body#/count >= 3", True),
        ("$response.body#/count >= 4", False),
        ("$response.body#/count == 3", True),
        ("$response.body#/count != 3", False),
        ("!$response.body#/ok", False),
        ("!!$response.body#/ok", True),
        ("$response.body#/ok && $response.body#/off", False),
        ("$response.body#/ok || $response.body#/off", True),
        ("($statusCode == 200)", True),
        ("$response.body#/items[1].id == 8", True),
        ("$response.body#/items[0].tags[0] == 'a'", True),
        ("$response.body['a b']['c.d'] == 1", True),
        ("$response.body#/a%20b/c.d == 1", True),
        ("$response.body.items[0].id == 7", True),
        ("$steps.find.outputs.ids[1] == 2", True),
        # precedence: ! before comparisons before && before ||
        ("true || false && false", True),
        ("(true || false) && false", False),
        ("!false && true", True),
        ("!(1 == 2)", True),
        ("!1 == false", True),
        ("1 == 1 && 2 == 2 || 3 == 4", True),
        # white space is free
        ("$statusCode==200&&$response.body#/count>2", True),
        ("  $statusCode\n==\t200  ", True),
        # loose: texts in any letter case, a number's text as the number, a flag's as the flag
        ("$response.body#/status == 'open'", True),
        ("$response.body#/status != 'OPEN'", False),
        ("'a' < 'B'", True),
        ("$response.header.x-left == 5", True),
        ("$response.header.X-Left > 4", True),
        ("$response.body#/digits == 12", True),
        ("$response.body#/digits == 12.5", False),
        ("'012' == 12", False),
        ("'true' == true", True),
        ("'yes' == true", False),
        ("1 == true", False),
        ("0 == false", False),
        ("'Straße' == 'STRASSE'", True),
        # what has no order is neither less nor greater
        ("$response.body#/items > 1", False),
        ("$response.body#/items <= 1", False),
        ("null < 1", False),
        ("'a' < 1", False),
        ("true < 2", False),
        # a value alone
        ("$response.body#/items", True),
        ("$response.body#/nothing", True),
        ("$response.body#/empty", False),
        ("$response.body#/none", False),
        # what is not there counts as null
        ("$response.body#/gone", False),
        ("!$response.body#/gone", True),
        ("$response.body#/gone == null", True),
        ("$response.body#/none == null", True),
        ("$response.body#/gone == ''", False),
        ("$response.body#/gone != 'x'", True),
        ("$response.body#/items[9].id == null", True),
        ("$response.body#/count[0] == null", True),
        # values as wholes
        ("$response.body#/items == $response.body.items", True),
        ("$response.body#/items == $response.body#/nothing", False),
    ],
)
def test_a_simple_condition_holds_as_the_specification_says(condition: str, is_met: bool) -> None:
    """Arazzo 1.0.1, 4.6.11, Literals and Operators; text in any letter case is its MUST."""
    assert holds(simple(condition), STATE) is is_met


@pytest.mark.parametrize(
    ("condition", "column"),
    [
        ("", 1),
        ("   ", 4),
        ("$statusCode = 200", 13),
        ("$statusCode === 200", 15),
        ("$statusCode == 200 & true", 20),
        ("$statusCode == 200 | true", 20),
        ('$inputs.x == "a"', 14),
        ("$inputs.x == abc", 14),
        ("'abc", 1),
        ("'abc''", 1),
        ("(1", 3),
        ("{1)", 3),
        ("1)", 2),
        ("1 2", 3),
        ("1 < 2 < 3", 7),
        ("&& 1", 1),
        ("1 &&", 5),
        ("!", 2),
        ("01", 1),
        ("1.", 1),
        ("1e999", 1),
        ("9" * 500, 1),
        ("$input.x == 1", 1),
        ("$steps.a == 1", 1),
        ("$response.body#/items[x]", 23),
        ("$response.body#/items[-1]", 23),
        ("$response.body#/items[1.5]", 23),
        ("$response.body#/items[0", 24),
        ("$response.body#/items[0].", 26),
        ("true.x", 5),
        ("(" * 60 + "1" + ")" * 60, 51),
        ("!" * 60 + "1", 51),
        ("Ω", 1),
    ],
)
def test_a_condition_that_is_none_is_refused_at_its_place(condition: str, column: int) -> None:
    """Issue 11: errors name the place in the condition."""
    with pytest.raises(CriterionError) as raised:
        parse_condition(condition)
    assert raised.value.column == column
    assert f"(column {column})" in raised.value.message
    assert raised.value.hint


def test_a_long_condition_is_refused() -> None:
    """Our choice: bounds on sizes."""
    with pytest.raises(CriterionError, match="more than 4,000"):
        parse_condition("1 == 1 && " * 1_000 + "true")


def test_many_conditions_in_one_are_no_recursion() -> None:
    """Our choice: a chain is one level."""
    assert holds(simple(" && ".join(["1==1"] * 490)), STATE)


@pytest.mark.parametrize(
    ("kind", "context", "condition", "is_met"),
    [
        # 4.6.11, its own examples
        ("regex", "$statusCode", "^200$", True),
        ("jsonpath", "$response.body#/items", "$[?count(@.tags) > 0]", True),
        # patterns are found anywhere, in texts and in JSON
        ("regex", "$response.body#/status", "pe", True),
        ("regex", "$response.body#/status", "^pe", False),
        ("regex", "$response.body#/status", "open", False),
        ("regex", "$response.body#/items/0", '"id":7', True),
        ("regex", "{$response.body#/status}", "^Open$", True),
        ("regex", "$response.body#/gone", ".*", False),
        # a path that selects at least one node holds
        ("jsonpath", "$response.body", "$.items[?@.id == 8]", True),
        ("jsonpath", "$response.body", "$.items[?@.id == 9]", False),
        ("jsonpath", "$response.body", "$.none", True),
        ("jsonpath", "$response.body", "$..tags[?@ == 'a']", True),
        ("jsonpath", "$response.body", "$[?@ == 'Open']", True),
        ("jsonpath", "$response.body", "$[?length(@) > 20]", False),
        ("jsonpath", "$response.body", "$[?match(@, 'O.*')]", True),
        ("jsonpath", "$response.body", "$[?match(@, 'pe')]", False),
        ("jsonpath", "$response.body", "$[?search(@, 'pe')]", True),
        ("jsonpath", "$response.body", "$[?search(@, 5)]", False),
        ("jsonpath", "$response.body", "$[?value(@.id) == 1]", False),
        ("jsonpath", "$response.body#/status", "$", True),
        ("jsonpath", "$response.body#/gone", "$", False),
    ],
)
def test_patterns_and_paths_are_held_against_their_context(
    kind: str, context: str, condition: str, is_met: bool
) -> None:
    """Arazzo 1.0.1, 4.6.11; RFC 9535."""
    assert holds(Criterion(kind=CriterionKind(kind), context=context, condition=condition), STATE) is is_met


@pytest.mark.parametrize(
    ("kind", "context", "condition"),
    [
        ("regex", "", "^200$"),
        ("regex", "statusCode", "^200$"),
        ("regex", "$statusCode", "("),
        ("regex", "$statusCode", "(?=a)"),
        ("regex", "$statusCode", r"(a)\1"),
        ("regex", "$statusCode", "a" * 3_000),
        ("regex", "$statusCode", "((((a{100}){100}){100}){100})"),
        ("jsonpath", "", "$.a"),
        ("jsonpath", "$response.body", "items"),
        ("jsonpath", "$response.body", "$.items["),
        ("jsonpath", "$response.body", "$[?nonsense(@)]"),
        ("jsonpath", "$response.body", "$[?" * 600),
        ("jsonpath", "$response.body", "$[" + "9" * 1_900 + "]"),
        ("jsonpath", "$response.body", "$" + ".a" * 2_000),
        ("xpath", "$response.body", "//a"),
        ("simple", "", "$statusCode = 200"),
    ],
)
def test_a_criterion_that_can_never_be_held_is_refused_as_it_is_read(kind: str, context: str, condition: str) -> None:
    """Issue 11: XPath is refused with a clear word, what cannot be matched in linear time too."""
    with pytest.raises(CriterionError) as raised:
        check_criterion(Criterion(kind=CriterionKind(kind), context=context, condition=condition))
    assert raised.value.hint


@pytest.mark.parametrize("path", ["$..*..*..*", "$..[?$..zz]", "$..[?@..[?@..[?@..zz]]]", "$" + "[*,*,*]" * 20])
def test_a_path_that_takes_too_long_is_ended(path: str) -> None:
    """Our choice: a path may visit nodes as often as it likes; half a million are enough."""
    body = {"a": [{"b": index, "c": [1, 2, 3]} for index in range(20_000)]}
    state = State(exchange=Exchange(status=200, response_body=body))
    with pytest.raises(CriterionError, match="too long"):
        # what is selected last is looked for first
        holds(Criterion(kind=CriterionKind.JSONPATH, context="$response.body", condition=f"{path}.zz"), state)


@pytest.mark.parametrize("path", ["$.a[?$.a == $.a && @.zz]", "$.a[?match($.s, 'y')]"])
def test_a_filter_that_compares_much_with_each_item_is_ended(path: str) -> None:
    """Our choice: a comparison looks at all of both sides."""
    body = {"a": [{"b": index} for index in range(20_000)], "s": "x" * 1_000_000}
    state = State(exchange=Exchange(status=200, response_body=body))
    with pytest.raises(CriterionError, match="too long"):
        holds(Criterion(kind=CriterionKind.JSONPATH, context="$response.body", condition=path), state)


def test_a_filter_that_compares_the_whole_with_each_item_is_ended() -> None:
    """Our choice, the same for a path of the root alone."""
    state = State(exchange=Exchange(status=200, response_body=[{"b": index} for index in range(50_000)]))
    with pytest.raises(CriterionError, match="too long"):
        holds(Criterion(kind=CriterionKind.JSONPATH, context="$response.body", condition="$[?$ == $ && @.zz]"), state)


def test_a_path_through_a_large_answer_is_followed() -> None:
    """Our choice: the bound is above what an answer of ten megabytes has."""
    fields = dict.fromkeys(("c", "d", "e", "f", "g"), "x" * 10)
    body = {"a": [{"b": index, **fields} for index in range(120_000)], "long": "x" * 2_000_000}
    state = State(exchange=Exchange(status=200, response_body=body))
    assert holds(
        Criterion(kind=CriterionKind.JSONPATH, context="$response.body", condition="$.a[?@.b == 19999]"), state
    )


def test_a_path_into_what_is_nested_without_end_is_an_error_of_ours() -> None:
    """Issue 11: the parser and what follows never raise anything but their own error."""
    body: object = []
    for _ in range(500):
        body = [body]
    state = State(exchange=Exchange(status=200, response_body=body))
    with pytest.raises(CriterionError, match="cannot be followed"):
        holds(Criterion(kind=CriterionKind.JSONPATH, context="$response.body", condition="$..zz"), state)


def test_a_pattern_takes_time_linear_in_the_text() -> None:
    """Our choice: RE2. A matcher that goes back would not end here."""
    state = State(exchange=Exchange(status=200, response_body="a" * 100_000))
    pattern = "(a+)+$|(a|aa)+b"
    assert holds(Criterion(kind=CriterionKind.REGEX, context="$response.body", condition=pattern), state)
    path = "$[?match(@, '(a|a)*b')]"
    state = State(exchange=Exchange(status=200, response_body=["a" * 100_000]))
    assert not holds(Criterion(kind=CriterionKind.JSONPATH, context="$response.body", condition=path), state)


def test_all_criteria_must_hold_and_the_first_that_does_not_is_named() -> None:
    """Arazzo 1.0.1, 4.6.5: all assertions MUST be satisfied."""
    met, unmet = simple("$statusCode == 200"), simple("$response.body#/count == 4")
    assert first_unmet([met, met], STATE) is None
    assert first_unmet([met, unmet, simple("false")], STATE) is unmet
    assert first_unmet([], STATE) is None


@pytest.mark.parametrize(
    ("criterion", "said"),
    [
        (simple("$statusCode == 404"), "$statusCode is 200"),
        (simple("$statusCode == 404 || $statusCode == 201"), "$statusCode is 200"),
        (simple("$response.body#/items[0].id > $inputs.x"), "$response.body#/items[0].id is 7, $inputs.x is 3"),
        (simple("$response.body#/gone"), "$response.body#/gone is not there"),
        (simple("1 == 2"), ""),
        (
            Criterion(kind=CriterionKind.REGEX, context="{$response.body#/status}", condition="x"),
            '$response.body#/status is "Open"',
        ),
    ],
)
def test_what_was_found_is_said_in_short(criterion: Criterion, said: str) -> None:
    """Issue 11: a failure says what was expected and what came."""
    assert observed(criterion, STATE) == said


def test_what_was_found_is_short_however_long_it_is() -> None:
    """style.md, Errors: foreign text is shortened."""
    state = State(exchange=Exchange(status=200, response_body={"a": ["x\n" * 50_000] * 20}))
    assert len(observed(simple("$response.body"), state)) < 200


WORDS = [
    "$statusCode",
    "$response.body#/a",
    "==",
    "!=",
    "<",
    "&&",
    "^",
    "!",
    "(",
    ")",
    "{",
    "}",
    "[",
    "]",
    "0",
    "1.5",
    "'a'",
    "'",
    "true",
    "null",
    ".",
    ".x",
    "$",
    "&",
    "=",
    "word",
]
FRAGMENTS = st.lists(st.sampled_from([*WORDS, "||"]) | st.text(max_size=2), max_size=15).map(" ".join)


@given(FRAGMENTS)
def test_no_condition_raises_anything_but_our_own_error(text: str) -> None:
    """Issue 11: hostile until proven otherwise."""
    with suppress(CriterionError):
        holds(simple(text), STATE)
        observed(simple(text), STATE)


@given(st.sampled_from(["regex", "jsonpath"]), FRAGMENTS | st.text(max_size=20))
def test_no_pattern_and_no_path_raises_anything_but_our_own_error(kind: str, text: str) -> None:
    """Issue 11: hostile until proven otherwise."""
    with suppress(CriterionError):
        holds(Criterion(kind=CriterionKind(kind), context="$response.body", condition=text), STATE)


def came_of(body: object) -> State:
    return State(exchange=Exchange(method="GET", url="https://api.example/", status=200, response_body=body))


@pytest.mark.parametrize("text", ["a" * 100_001, ["a" * 100_000]], ids=["a text", "JSON"])
def test_a_pattern_is_held_against_a_text_of_bearable_length(text: object) -> None:
    """security.md: linear time with a hostile pattern is 15 s for 1 MB; beyond a bound the criterion says why."""
    criterion = Criterion(condition="b", kind=CriterionKind.REGEX, context="$response.body")
    with pytest.raises(CriterionError, match="at most 100,000 characters"):
        holds(criterion, came_of(text))
    assert not holds(criterion, came_of("a" * 100_000))


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("$[?search(@, 'b')]", ["a" * 100_001]),
        ("$[?search(@, '[ab]*a[ab]{900}c')]", ["ab" * 5_000] * 100),
    ],
    ids=["one text", "texts and a pattern that is large"],
)
def test_patterns_within_a_path_are_part_of_its_steps(path: str, body: object) -> None:
    """security.md: as many texts as an answer has, each of them bearable, are not bearable together."""
    criterion = Criterion(condition=path, kind=CriterionKind.JSONPATH, context="$response.body")
    with pytest.raises(CriterionError, match="takes too long"):
        holds(criterion, came_of(body))
