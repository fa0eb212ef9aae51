"""The schemas that apply to a place within a value."""

from typing import Any

from openapi_mcp.schema.places import schemas_at

TEXT, NUMBER = {"type": "string"}, {"type": "number"}


def test_a_place_is_reached_through_fields_items_references_and_alternatives() -> None:
    """JSON Schema 2020-12, Core, 8.2.3 and 10."""
    inner = {"properties": {"x": {"anyOf": [TEXT, NUMBER]}}}
    root: Any = {"properties": {"a": {"type": "array", "items": {"$ref": "#/$defs/I"}}}, "$defs": {"I": inner}}
    assert schemas_at(root, ("a", 0, "x")) == [{"anyOf": [TEXT, NUMBER]}, TEXT, NUMBER]
    assert schemas_at(root, ("b",)) == []


def test_what_is_not_named_is_as_all_others_are() -> None:
    """JSON Schema 2020-12, Core, 10.3."""
    root: Any = {"additionalProperties": TEXT, "prefixItems": [NUMBER], "items": TEXT}
    assert schemas_at(root, ("any",)) == [TEXT]
    assert schemas_at(root, (0,)) == [NUMBER]
    assert schemas_at(root, (1,)) == [TEXT]


def test_what_refers_to_itself_is_seen_once_and_what_fans_out_in_part() -> None:
    """Documents are hostile."""
    assert len(schemas_at({"$ref": "#/$defs/A", "$defs": {"A": {"$ref": "#/$defs/A"}}}, ())) == 2
    assert len(schemas_at({"anyOf": [{"maxLength": number} for number in range(1000)]}, ())) == 60
    assert schemas_at({"anyOf": "none", "allOf": [5]}, ()) == [{"anyOf": "none", "allOf": [5]}]
