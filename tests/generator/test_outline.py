"""generator/outline.py: what an object has inside, in few characters."""

from typing import Any

import pytest

from openapi_mcp.generator.outline import fields_of, kinds_of, only

STRING = {"type": "string"}
DEFINITIONS: dict[str, Any] = {
    "Price": {"type": "object", "properties": {"amount": STRING, "currency": STRING}, "required": ["amount"]},
    "Tree": {
        "type": "object",
        "properties": {"children": {"type": "array", "items": {"$ref": "#/$defs/Tree"}}},
        "required": ["children"],
    },
    "Alias": {"$ref": "#/$defs/Price"},
    "Loop": {"anyOf": [{"$ref": "#/$defs/Loop"}, {"required": ["a"]}]},
    "Self": {"$ref": "#/$defs/Self"},
}
PRICE = {"$ref": "#/$defs/Price"}


def an_object(*required: str, **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(required)}


def inside(schema: Any) -> str:
    return fields_of(schema, DEFINITIONS)


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        (an_object("sku", note=STRING, sku=STRING), "{sku, note?}"),
        (an_object("sku", "price", sku=STRING, price=PRICE), "{sku, price: {amount}}"),
        (an_object("lines", lines={"type": "array", "items": PRICE}), "{lines: [{amount}]}"),
        ({"$ref": "#/$defs/Alias"}, "{amount, currency?}"),
        ({"anyOf": [PRICE, {"type": "null"}]}, "{amount, currency?}"),
        ({"allOf": [PRICE, an_object("tax", tax=STRING)]}, "{amount, tax, currency?}"),
        ({"type": "object", "additionalProperties": PRICE}, "{*: {amount}}"),
        ({"oneOf": [{"required": ["id"]}, {"required": ["owner", "repo"]}]}, "{id} or {owner, repo}"),
        ({"oneOf": [PRICE, PRICE]}, "{amount, currency?}"),
        (
            {**an_object("kind", kind=STRING), "anyOf": [{"required": ["id"]}, {"required": ["name"]}]},
            "{kind} with {id} or {name}",
        ),
        ({"oneOf": [an_object("a", a={}), an_object("a", "b", a={}, b={})]}, "{a} or {a, b}"),
        ({"oneOf": [an_object("a", a=True), True]}, "{a}"),
        ({"type": "object"}, ""),
        ({"type": "object", "additionalProperties": STRING}, ""),
    ],
)
def test_an_object_is_its_fields(schema: Any, expected: str) -> None:
    """Our notation; the server's instructions say what it means."""
    assert inside(schema) == expected


def test_what_can_be_left_out_goes_first_where_room_is_short() -> None:
    """Our choice of 40 characters for all, 140 for what a call cannot do without."""
    many = {f"a_long_name_{n}": STRING for n in range(20)}
    assert inside(an_object("sku", sku=STRING, **many)) == "{sku}"
    assert inside(an_object(**many)) == "{a_long_name_0?, a_long_name_1?, …}"
    assert inside(an_object("price", *list(many)[:9], price=PRICE, **many)).startswith("{price, a_long_name_0, ")
    cut = inside(an_object(*many, **many))
    assert (len(cut) <= 140, cut[-1]) == (True, "…")


def test_what_leads_to_itself_comes_to_an_end() -> None:
    """Our choice of three objects and arrays within each other."""
    assert inside({"$ref": "#/$defs/Tree"}) == "{children: [{children}]}"
    assert inside({"$ref": "#/$defs/Loop"}) == "{a}"
    itself = {"$ref": "#/$defs/Self"}
    assert (inside(itself), only(itself, DEFINITIONS)) == ("", itself)


def test_a_hostile_document_is_outlined_soon() -> None:
    """security.md: alternatives within alternatives, of which there would be billions."""
    wide: dict[str, Any] = {"required": ["x"]}
    for _ in range(6):
        wide = {"allOf": [{"anyOf": [wide] * 30}] * 30}
    assert inside(wide) == ""


def test_a_name_that_breaks_the_line_does_not() -> None:
    """security.md: names are foreign text."""
    assert inside(an_object("a\nb\x1b[2J", **{"a\nb\x1b[2J": STRING})) == "{a b}"


def test_arrays_of_any_form_are_arrays_of_the_items_of_each() -> None:
    """[string] or [integer] -> [string or integer]"""
    forms = [{"type": "array", "items": each} for each in (STRING, PRICE)]
    assert only({"oneOf": forms}, DEFINITIONS) == {"type": "array", "items": {"anyOf": [STRING, PRICE]}}
    assert only({"oneOf": [*forms, {"type": "array"}]}, DEFINITIONS) == {"type": "array"}


def test_the_type_of_values_is_known_without_being_said() -> None:
    """JSON Schema 2020-12, 6.1.2: enum needs no type."""
    assert kinds_of({"enum": ["a", None, "b"]}) == ["string"]
    assert kinds_of({"enum": [True, 1, 1.5]}) == ["boolean", "integer", "number"]
    assert kinds_of({"properties": {}}) == ["object"]
    assert kinds_of({"type": ["null", "array"]}) == ["array"]
