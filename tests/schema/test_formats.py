"""Texts that have not the `format` that a schema declares for them."""

from typing import Any

import pytest

from openapi_mcp.schema.formats import format_of, formatted_places, has_format, misformatted

DAY = {"type": "string", "format": "date"}


def found(schema: Any, value: Any) -> list[Any]:
    """Return the paths of the texts that have not their format."""
    places = formatted_places(schema)
    return [] if places is None else sorted(path for path, _ in misformatted(places, value))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("date", "2026-11-21"),
        ("date-time", "2026-11-21T14:30:00Z"),
        ("date-time", "2026-11-21t14:30:00.25+02:00"),
        ("time", "14:30:00"),
        ("time", "14:30:00.5Z"),
        ("uuid", "6BA7B810-9dad-11d1-80b4-00c04fd430c8"),
        ("byte", "aGVsbG8="),
        ("base64url", "_-8"),
        ("ipv4", "10.0.0.1"),
        ("ipv6", "::1"),
        ("email", "anything"),
        ("date", "x" * 1_000_001),
    ],
)
def test_a_text_of_a_format_has_it(name: str, text: str) -> None:
    """RFC 3339 section 5.6, RFC 9562, RFC 4648; of formats that are not known here nothing is said."""
    assert has_format(text, name)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("date", "2026-11-31"),
        ("date", "2026-W01-1"),
        ("date", "20261121"),
        ("date-time", "2026-11-21 14:30:00Z"),
        ("date-time", "2026-11-21T14:30:00"),
        ("date-time", "2026-11-21T25:30:00Z"),
        ("time", "14:30"),
        ("time", "24:30:00"),
        ("uuid", "6ba7b8109dad11d180b400c04fd430c8"),
        ("byte", "aGVsbG8"),
        ("byte", "\u00e9"),
        ("base64url", "a+b/"),
        ("base64url", "a"),
        ("ipv4", "10.0.0"),
        ("ipv6", "1"),
    ],
)
def test_another_text_has_it_not(name: str, text: str) -> None:
    """As above."""
    assert not has_format(text, name)


@pytest.mark.parametrize(
    ("schema", "value", "paths"),
    [
        ({"properties": {"a": DAY, "b": {}}}, {"a": "x", "b": "x"}, [("a",)]),
        ({"properties": {"a": {"type": "array", "items": DAY}}}, {"a": ["x", "2026-11-21", "y"]}, [("a", 0), ("a", 2)]),
        ({"properties": {"a": {"properties": {"b": DAY}}}}, {"a": {"b": "x"}}, [("a", "b")]),
        ({"properties": {"a": {"$ref": "#/$defs/D"}}, "$defs": {"D": DAY}}, {"a": "x"}, [("a",)]),
        ({"properties": {"a": {"anyOf": [DAY, {"type": "null"}]}}}, {"a": "x"}, [("a",)]),
        ({"properties": {"a": {"allOf": [{"maxLength": 5}, DAY]}}}, {"a": "x"}, [("a",)]),
        ({"properties": {"a": {"allOf": [{"properties": {"b": DAY}}, {"properties": {"c": DAY}}]}}},
         {"a": {"b": "x", "c": "x"}}, [("a", "b"), ("a", "c")]),
        ({"properties": {"a": {"contentEncoding": "base64", "type": "string"}}}, {"a": "!"}, [("a",)]),
        ({"properties": {"a": DAY}}, {"a": 5}, []),
        ({"properties": {"a": DAY}}, {"a": "2026-11-21"}, []),
        ({"properties": {"a": {"type": "array", "items": DAY}}}, {"a": "x"}, []),
    ],
)  # fmt: skip
def test_texts_are_found_wherever_a_format_is_declared(schema: Any, value: Any, paths: list[Any]) -> None:
    """Issue 7, Recover, 2: dates and times into the declared format, in arrays too."""
    assert found(schema, value) == paths


@pytest.mark.parametrize(
    "schema",
    [
        {"properties": {"a": {"anyOf": [DAY, {"type": "string", "format": "date-time"}]}}},
        {"properties": {"a": {"anyOf": [DAY, {"type": "string"}]}}},
        {"properties": {"a": {**DAY, "enum": ["2026-11-21", "today"]}}},
        {"properties": {"a": {"type": "string", "format": "uri"}}},
        {"properties": {"a": {"$ref": "#/$defs/gone"}}},
        {"properties": {"a": {"$ref": "#/$defs/A"}}, "$defs": {"A": {"$ref": "#/$defs/A"}}},
        {"properties": "none"},
        {},
    ],
)
def test_where_a_text_may_be_of_another_form_nothing_is_looked_at(schema: Any) -> None:
    """Our choice: an alternative that takes any text takes this one. A tool without formats costs nothing."""
    assert formatted_places(schema) is None


def test_the_work_is_bounded() -> None:
    """Schema and value are both hostile."""
    tree: Any = {"properties": {"next": {"$ref": "#/$defs/T"}, "day": DAY}}
    deep: Any = {"day": "x"}
    for _ in range(50):
        deep = {"next": deep, "day": "x"}
    assert len(found({**tree, "$defs": {"T": tree}}, deep)) < 10
    wide: Any = {"properties": {f"d{number}": DAY for number in range(1000)}}
    assert len(found(wide, dict.fromkeys(wide["properties"], "x"))) == 20
    many: Any = {"properties": {"a": {"type": "array", "items": DAY}}}
    assert found(many, {"a": ["2026-11-21"] * 5_000 + ["x"]}) == []


def test_the_format_of_a_schema_is_one_that_is_known() -> None:
    """Our choice: only formats in which a text can be rewritten."""
    assert format_of({"format": "uri", "contentEncoding": "base64"}) == "base64"
    assert format_of({"format": 5}) == ""
