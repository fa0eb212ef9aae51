"""Values that look as if they could be repaired, and may mean something else: through all strategies."""

from typing import Any

import pytest
from support.make import one_tool, parameter
from support.repair import after, preparer, refused, sent, settled, taking

from openapi_mcp.model.call import Call, Failure
from openapi_mcp.recovery.strategies.number_form import STRATEGY as NUMBER_FORM
from openapi_mcp.recovery.strategy import Told

INTEGER, NUMBER, STRING = ({"type": name} for name in ("integer", "number", "string"))
INTEGERS = {"type": "array", "items": INTEGER}
CENTS = {**INTEGER, "description": "Amount in the smallest currency unit (cents)."}


def saying(words: str, schema: Any = NUMBER) -> Any:
    return {**schema, "description": words}


def of(*values: str, words: str = "") -> Any:
    return {"type": "string", "enum": list(values), "description": words}


STRINGS = {"type": "array", "items": STRING}

TRAPS: list[tuple[str, Any, Any]] = [
    # how many arrays, or items, are meant is not said
    ("matrix", {"type": "array", "items": INTEGERS}, [1, 2]),
    ("tags", STRINGS, "a;b"),
    ("tags", STRINGS, "null"),
    ("emails", {"type": "array", "items": {**STRING, "format": "email"}}, "a@b.co c@d.co"),
    ("tags", saying("Not comma-separated", STRINGS), "Smith, John"),
    ("tags", saying("Comma-separated", STRING), ["a", "", " b"]),
    ("rows", {"type": "array", "items": {"type": "object", "properties": {"a": STRING}}}, {"0": {"a": "b"}}),
    # another unit, or none
    ("distance", saying("Distance in m (walking) or km (driving)"), "5 km"),
    ("at", saying("Unix timestamp in seconds", INTEGER), "1772582400000"),
    ("at", saying("Unix time in ms", INTEGER), "1772582400"),
    ("at", saying("Unix timestamp", INTEGER), "2026-03-04T10:00:00Z"),
    ("at", {**STRING, "format": "date-time", "pattern": "^[0-9T:.Z+-]+$"}, "2026-03-04 10:00:00 +9999"),
    ("room", INTEGER, "1,204"),
    ("user_ids", INTEGERS, "1.0"),
    # another word, letter, character
    ("k", of("saving", "asset"), "savings"),
    ("k", of("logistic", "static"), "logistics"),
    ("k", of("orders", "user"), "order"),
    ("k", of("\u0131", "i"), "I"),
    ("effect", of("temp", "-temp"), "temp desc"),
    ("secret", {**STRING, "maxLength": 5}, " abcde "),
    ("id", {**STRING, "format": "uuid", "pattern": "^[0-9a-f-]{36}$"}, "123e4567e89b12d3a456426614174000}"),
    # a fraction that may be of dollars where cents are asked for, or thousands
    ("amount", CENTS, "20.00"),
    ("amount", CENTS, "20.0"),
    ("amount", CENTS, "1,000.00"),
    ("amount", CENTS, "12,00"),
    ("amount", saying("Price in pence"), "19.99"),
    ("amount_cents", INTEGER, "5.0"),
    ("amountCents", INTEGER, "5.0"),
    ("amount", CENTS, "$20"),
    ("a", INTEGER, "1.000"),
    ("a", INTEGER, "2.00"),
    ("a", INTEGER, "1,000.00"),
    ("a", INTEGER, "0,500"),
    ("a", NUMBER, "0,500"),
    ("a", INTEGER, ["1.000"]),
    ("a", INTEGERS, "1.000"),
    ("weight_kg", INTEGER, "5.00 kg"),
    ("weight_g", INTEGER, "1.500 kg"),
    ("price_usd", NUMBER, "$1.299"),
    # ids, and other digits that are no amounts
    ("employee_id", INTEGER, "14.000"),
    ("id", INTEGER, "31,000"),
    ("id", INTEGER, "3.1e1"),
    ("id", INTEGER, "007"),
    ("id", INTEGER, "+7"),
    ("id", INTEGER, "31 000"),
    ("orderNumber", INTEGER, "1_000"),
    ("phone", INTEGER, "+49 151 123"),
    ("zip", INTEGER, "01234"),
    ("thing", saying("Id of the thing.", INTEGER), "1e2"),
    ("postal_code", {**STRING, "pattern": "^[0-9]{5}$"}, 7),
    ("version", STRING, 1.1),
    ("release", STRING, 2.0),
    ("a", of("1.1", "1.10"), 1.1),
    ("a", of("1", "01"), 1),
    # arrays in a text
    ("a", INTEGERS, "1,000"),
    ("a", INTEGERS, "1,000,2"),
    ("a", INTEGERS, "12,500"),
    ("a", INTEGERS, "1,02"),
    ("a", {"type": "array", "items": NUMBER}, "1,5"),
    ("ids", INTEGERS, "007"),
    # units
    ("share", saying("Share in percent, as a fraction between 0 and 1"), "50%"),
    ("rate", saying("Percentage (0.15 for 15 of a hundred)"), "15%"),
    ("rate", saying("Rate in basis points (percent of a percent)"), "15%"),
    ("revenue", saying("Revenue in thousands of USD"), "$38"),
    ("delay", saying("Delay in tenths of seconds"), "5 s"),
    ("price_min", NUMBER, "5 min"),
    ("length_m", saying("Length in cm"), "5 m"),
    ("speed", saying("Speed in km per hour"), "5 km"),
    ("people", saying("In m"), "5M"),
    ("size", saying("Size in g"), "5G"),
    ("duration_minutes", INTEGER, "PT90S"),
    ("duration", INTEGER, "PT90S"),
    ("duration_minutes", INTEGER, "P1DT1M"),
    ("duration_minutes", INTEGER, "PT"),
    # enums
    ("a", of("A", "A+", "A-"), "A_"),
    ("a", of("A", "A+", "A-"), "_a"),
    ("a", of("new", "open"), "news"),
    ("a", of("news", "open"), "new"),
    ("a", of("toy", "book"), "toys"),
    ("a", of("status", "id"), "statu"),
    ("a", of("custom", "duty"), "customs"),
    ("a", of("plan", "plant"), "plans"),
    ("a", of("m", "m2"), "m²"),
    ("a", of("Active", "active"), "ACTIVE"),
    ("a", of("yes", "no"), True),
    ("a", of("on", "off"), "true"),
    ("sort", of("-price", "price_desc"), "price:desc"),
    ("sort", of("-price", "name"), "-name"),
    ("sort", of("price", "name"), "-price"),
    ("sort", of("price_desc", "price_asc"), "price"),
    ("sort", of("-price", "price"), "-price desc"),
    ("a", of("name", "name_desc"), "-name"),
    ("a", {"type": "boolean"}, "yes"),
    ("a", INTEGER, True),
    # texts that are nearly JSON, or nearly something
    ("a", {"type": "object"}, '{"a": 1,,}'),
    ("a", {"type": "object"}, "{,}"),
    ("a", {"type": "array"}, "[,]"),
    ("a", {"type": "object"}, '{"a": [1, 2}'),
]


@pytest.mark.parametrize(("name", "schema", "given"), TRAPS)
def test_what_may_mean_something_else_is_not_sent_as_something(name: str, schema: Any, given: Any) -> None:
    """design.md: derive, never invent; 0 wrong repairs."""
    assert isinstance(sent(taking(schema, name), {name: given}), Failure)


SOFT: list[tuple[Any, str]] = [
    ({"type": "string", "format": "date"}, "03/04/26"),
    ({"type": "string", "format": "date"}, "26-03-04"),
    ({"type": "string", "format": "date"}, "3/4/2026"),
    ({"type": "string", "format": "date-time"}, "2026-03-05T14:30:00"),
    ({"type": "string", "format": "date-time"}, "2026-03-05 2:30 +01:00"),
    ({"type": "string", "format": "time"}, "2:30"),
    ({"type": "string", "format": "byte"}, "password"),
    ({"type": "string", "format": "byte"}, "hello there"),
    ({"type": "string", "format": "email"}, "Ana <a@b.co>"),
    ({"type": "string", "format": "email"}, "mailto:a@b.co?subject=x"),
    ({"type": "string", "format": "email"}, "<a@b.co>, <c@d.co>"),
]


@pytest.mark.parametrize(("schema", "given"), SOFT)
def test_a_text_without_its_format_is_sent_as_it_is(schema: Any, given: str) -> None:
    """A format is an annotation; nothing is made up for it."""
    tool = taking(schema)
    made = preparer(tool).prepare(Call(tool=tool.name, arguments={"a": given}))
    assert not isinstance(made, Failure) or sent(tool, {"a": given}) == {"a": given}


@pytest.mark.parametrize(
    ("name", "schema", "given", "meant"),
    [
        ("a", INTEGER, "5.0", 5),
        ("id", INTEGER, "14.0", 14),
        ("id", INTEGER, " 31 ", 31),
        ("a", INTEGER, 5.0, 5.0),
        ("a", NUMBER, "20.00", 20),
        ("a", saying("The smallest width"), "5.50", 5.5),
        ("amount", CENTS, "2,000", 2000),
        ("ids", INTEGERS, "101,102", [101, 102]),
        ("a", INTEGERS, "1,5", [1, 5]),
        ("a", STRING, 1.5, "1.5"),
        ("weight_g", NUMBER, "0.500 kg", 500),
        ("duration_min", saying("Least duration, in seconds"), "2 min", 120),
        ("a", of("toys", "books"), "toy", "toys"),
        ("a", of("order", "invoice"), "orders", "order"),
        ("a", of("toys", "books"), ["Toys"], "toys"),
        ("a", of("address", "name"), "addresses", "address"),
        ("a", of("box", "bag"), "boxes", "box"),
        ("sort", of("-price", "price"), "price desc", "-price"),
        ("sort", of("-price", "price"), "price:asc", "price"),
        ("sort", of("price_desc", "price_asc"), "-price", "price_desc"),
        ("sort", of("created_desc", "name", words="Sort by."), "-created", "created_desc"),
        ("direction", of("ascending", "descending"), "desc", "descending"),
        ("a", STRING, ["Ana"], "Ana"),
        ("a", {"type": "string", "format": "email"}, "<a@b.co>", "a@b.co"),
        ("a", {"type": "string", "format": "email"}, "mailto:a@b.co", "a@b.co"),
        ("duration_minutes", INTEGER, "PT2H30M", 150),
        ("timeout", saying("Timeout in ms", INTEGER), "PT1.5S", 1500),
        ("price", {**STRING, "pattern": r"^\d+(\.\d{1,2})?$", "description": "Price (EUR)"}, "€19.99", "19.99"),
        ("price", {**STRING, "pattern": r"^\d+(\.\d{1,2})?$", "description": "Price (EUR)"}, "19.99 €", "19.99"),
        ("a", {"type": "object"}, '{"a": 1,}', {"a": 1}),
    ],
)
def test_what_says_one_thing_only_is_sent(name: str, schema: Any, given: Any, meant: Any) -> None:
    """Derivable without loss."""
    tool = taking(schema, name)
    if given == meant:
        with pytest.raises(AssertionError, match="the call is sound"):
            sent(tool, {name: given})
        return
    assert sent(tool, {name: given}) == {name: meant}


@pytest.mark.parametrize(
    ("name", "schema", "given", "near"),
    [
        ("amount", CENTS, "20.00", (20, 2000)),
        ("id", INTEGER, "31,000", (31000, 31)),
        ("a", INTEGER, "1.000", (1, 1000)),
        ("a", INTEGERS, "12,500", ([12500], [12, 500])),
        ("a", of("1.1", "1.10"), 1.1, ("1.1", "1.10")),
    ],
)
def test_both_readings_are_named(name: str, schema: Any, given: Any, near: Any) -> None:
    """design.md: where two candidates fit, none is taken and both are named."""
    assert settled(taking(schema, name), {name: given}).outcome.near == near


@pytest.mark.parametrize(
    ("name", "schema", "given", "hint"),
    [
        ("a", saying("Distance in miles"), "5 km", 'the document says "Distance in miles"'),
        ("a", of("toys", "books"), ["Gadgets"], "one of toys, books"),
        ("a", of(*(f"v{number}" for number in range(20))), [5, 6], "or others"),
        ("a", saying("An ISO 8601 duration", {**STRING, "pattern": "^PT"}), "2:30", "such as PT2H30M"),
        ("duration", INTEGER, "PT90S", 'give "duration" as a number'),
    ],
)
def test_the_hint_says_what_the_document_asks_for(name: str, schema: Any, given: Any, hint: str) -> None:
    """No word of a date where a duration is asked for, nor of "no unit" where one is named."""
    said = settled(taking(schema, name), {name: given}).outcome.hint
    assert hint in said
    assert "YYYY" not in said


def test_the_key_of_a_path_and_the_name_of_a_collection_are_no_amounts() -> None:
    """/customers/{customer}: no thousands are divided there."""
    asked = [parameter("customer", "path", schema=INTEGER), parameter("thing", schema=INTEGER)]
    tool = one_tool({"parameters": asked}, path="/things/{customer}")
    assert isinstance(sent(tool, {"customer": "31,000"}), Failure)
    assert isinstance(sent(tool, {"customer": 1, "thing": "31,000"}), Failure)


def test_what_a_tool_says_of_its_amounts_counts() -> None:
    """A sentence of the operation, not of the field."""
    body = {"type": "object", "properties": {"amount": INTEGER, "count": INTEGER}}
    made = {
        "description": "All amounts are in cents.",
        "requestBody": {"content": {"application/json": {"schema": body}}},
    }
    tool = one_tool(made, method="post")
    assert isinstance(sent(tool, {"amount": "20.0"}), Failure)
    assert sent(tool, {"count": "20.0"}) == {"count": 20}


def test_the_currency_beside_an_amount_says_nothing_of_its_cents() -> None:
    """{"amount": "$38", "currency": "USD"} for minor units."""
    fields = {"amount": saying("In minor units.", INTEGER), "currency": STRING}
    body = {"content": {"application/json": {"schema": {"type": "object", "properties": fields}}}}
    tool = one_tool({"requestBody": body}, method="post")
    assert isinstance(sent(tool, {"amount": "38 USD", "currency": "USD"}), Failure)


def test_after_a_refusal_the_type_that_the_api_names_counts() -> None:
    """No fraction is dropped for an integer, whoever asks for it."""
    found = after(NUMBER_FORM, taking({}), {"a": "1,000.00"}, refused("type", "integer"))
    assert found is None or isinstance(found, Told)


def test_what_narrows_down_a_deletion_is_not_left_out() -> None:
    """DELETE /logs?before= is no DELETE /logs."""
    limits = {**STRING, "minLength": 1}
    deleting = one_tool({"parameters": [parameter("before", schema=limits)]}, method="delete")
    assert isinstance(sent(deleting, {"before": ""}), Failure)
    listing = one_tool({"parameters": [parameter("before", schema=limits)]})
    assert sent(listing, {"before": ""}) == {}
