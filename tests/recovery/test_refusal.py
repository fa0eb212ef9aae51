"""Bodies of refusals that nobody has a form for, and those that mean harm."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_classify import FORMS, GIVEN, TOOL, classified

from openapi_mcp.model.fault import RULES
from openapi_mcp.recovery.refusals import refusal, subject
from openapi_mcp.recovery.refusals.complaint import MOST_COMPLAINTS
from openapi_mcp.recovery.refusals.forms.item import complaints_of
from openapi_mcp.recovery.refusals.refusal import readings, sentence_in
from openapi_mcp.recovery.values import MISSING, value_at

KNOWN = set(TOOL.input_schema["properties"])
KEYS = st.sampled_from(
    ("errors", "error", "detail", "details", "field", "loc", "path", "message", "msg", "name", "source", "pointer",
     "items", "quantity", "shippingAddress", "ctx", "params", "context", "code", "type", "keys", "constraints", "0",
     "extensions", "fieldViolations", "validation", "body", "ModelState", "$.items[0]", "", "data", "index", "key")
)  # fmt: skip
TEXTS = st.text(max_size=30) | KEYS | st.sampled_from(
    ("items.0.quantity", "#/items/1/sku", "must be one of a, b", "status is required", "body/quantity must be integer",
     "'b' is unknown - 'limit'", "required", "enum", "<a><Message>limit</Message></a>", '{"quantity": ["No."]}')
)  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXTS, inner, max_size=5),
    max_leaves=25,
)


def check(body: Any, status: int) -> None:
    failure = classified(body, status)
    assert len(failure.faults) <= MOST_COMPLAINTS
    for fault in failure.faults:
        assert fault.rule in RULES
        assert fault.path or fault.named
        assert not fault.path or fault.path[0] in KNOWN
        *above, _ = fault.path or ("",)
        assert value_at(GIVEN, tuple(above)) is not MISSING
    assert len(failure.message) < 500
    assert failure.at


@given(JSON, st.sampled_from((300, 400, 403, 404, 409, 422, 429, 500)))
def test_any_body_is_a_failure_whose_paths_are_arguments(body: Any, status: int) -> None:
    """Law. The brief: no exception, at most 20 faults, paths that exist or name declared arguments."""
    check(body, status)


@given(st.sampled_from(sorted(FORMS)), st.data())
def test_a_known_form_with_anything_in_one_place_is_a_failure(form: str, data: st.DataObject) -> None:
    """Law. A form that is nearly known is the likeliest of all."""
    body = FORMS[form][0]
    places = list(_places(body))
    place = data.draw(st.sampled_from(places))
    check(_replaced(body, place, data.draw(JSON)), 422)


def _places(value: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield above
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from _places(item, (*above, key))


def _replaced(value: Any, place: tuple[Any, ...], by: Any) -> Any:
    if not place:
        return by
    if isinstance(value, dict):
        return {key: _replaced(each, place[1:], by) if key == place[0] else each for key, each in value.items()}
    return [_replaced(each, place[1:], by) if index == place[0] else each for index, each in enumerate(value)]


def deep(levels: int) -> Any:
    value: Any = {"quantity": ["No."]}
    for _ in range(levels):
        value = {"errors": [value]}
    return value


MANY = {f"field_{number}": ["No."] for number in range(100_000)}
HOSTILE = {
    "deep": deep(90),
    "many fields": MANY,
    "many errors": {"errors": [{"field": f"f{number}", "message": "No."} for number in range(100_000)]},
    "many lists": {"errors": [[[{"x": "y"}] * 100] * 100] * 100},
    "many maps": {
        "errors": {f"a{n}": {f"b{m}": {f"c{k}": k for k in range(20)} for m in range(20)} for n in range(200)}
    },
    "a long name": {"errors": [{"field": "a." * 500_000, "message": "x" * 1_000_000}]},
    "a long sentence": "must be one of " + "a, " * 500_000,
    "quotes": "'" * 1_000_000,
    "brackets": "[" * 500_000 + "{" * 500_000,
    "tags": "<a " * 300_000,
    "entities": "<a>" + "&amp;" * 200_000,
    "words": "quantity " * 200_000,
    "digits": {"message": "quantity must be at most " + "9" * 500_000},
    "fillers": {"message": "maximum" + " value" * 200_000},
    "either": {"message": "one of" + " the following" * 100_000},
    "quota": "quota " * 200_000 + "plan " * 100_000,
    "blanks": "quantity" + " " * 1_000_000 + "!",
    "pointers": {"detail": [{"loc": ["body"] + ["x"] * 100_000, "msg": "No."}]},
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("status", [403, 404, 422, 429])
def test_a_hostile_body_is_read_as_far_as_that_goes(name: str, status: int) -> None:
    """security.md 18 R-UPSTREAM: what is read of it is bounded, whatever it is."""
    check(HOSTILE[name], status)


def test_what_is_looked_at_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Our choice: of each body a number of places that does not grow with it."""
    looked = 0
    whole = complaints_of

    def counted(*args: Any, **named: Any) -> Any:
        nonlocal looked
        looked += 1
        return whole(*args, **named)

    monkeypatch.setattr(refusal, "complaints_of", counted)
    for body in HOSTILE.values():
        looked = 0
        list(readings(body))
        assert looked < 2_000


def test_arguments_of_any_size_are_searched_in_part(monkeypatch: pytest.MonkeyPatch) -> None:
    """A value in quotes is looked for in the first of them."""
    given = {**GIVEN, "items": [{"sku": f"s{number}"} for number in range(50_000)]}
    assert classified({"message": "There is no 's49999'"}, 400, given=given).field is not None
    monkeypatch.setattr(subject, "_MOST_LEAVES", 10)
    assert classified({"message": "There is no 's3'"}, 400, given=given).field is None


@pytest.mark.parametrize("pattern", [
    value for module in ("allowed", "bounds", "formats", "quota", "resets", "rules", "subject")
    for value in vars(__import__(f"openapi_mcp.recovery.refusals.{module}", fromlist=["_"])).values()
    if isinstance(value, re.Pattern)
])  # fmt: skip
def test_no_expression_repeats_what_repeats(pattern: re.Pattern[str]) -> None:
    """No catastrophic backtracking: nothing without bound stands within what is repeated."""
    assert not re.search(r"[+*]\)[+*]|[+*]\)\{\d*,?\}", pattern.pattern)


@pytest.mark.parametrize(
    ("body", "said", "at"),
    [
        ("plain\ntext", "plain text", "#"),
        ("x" * 400, "x" * 299 + "…", "#"),
        ({"error": {"message": "no such city", "code": 3}}, "no such city", "#/error/message"),
        ({"error": "invalid_grant"}, "invalid_grant", "#/error"),
        ({"error": "invalid_grant", "error_description": "It has ended."}, "It has ended.", "#/error_description"),
        ({"detail": "Not found."}, "Not found.", "#/detail"),
        ({"title": "Forbidden", "detail": "Ask an admin."}, "Ask an admin.", "#/detail"),
        ({"type": "about:blank", "title": "Forbidden"}, "Forbidden", "#/title"),
        ({"errors": ["No."]}, "No.", "#/errors/0"),
        ([{"message": "No."}], "No.", "#/0/message"),
        (["x"], "x", "#/0"),
        ("<html><body><h1>Bad</h1>gateway</body></html>", "Bad gateway", "#"),
        ("<script>x</script>", "", "#"),
        ("{no json", "{no json", "#"),
        ({"error": {"code": 1}}, "", "#"),
        ("  ", "", "#"),
        (None, "", "#"),
        (3, "", "#"),
    ],
)
def test_the_sentence_that_says_what_is_wrong_is_found(body: Any, said: str, at: str) -> None:
    """RFC 9457; Django REST Framework, FastAPI, Google, OAuth and GitHub errors."""
    assert sentence_in(body) == (said, at)
