"""Line and column of a pointer, and keys that stand twice."""

import json
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from openapi_mcp.errors import DocumentError
from openapi_mcp.loader.locate import Duplicate, Place, locate
from openapi_mcp.model.pointer import join


def place(text: str, pointer: str) -> tuple[int, int]:
    found = locate(text.encode(), [pointer], where="x").places[pointer]
    return found.line, found.column


JSON = '{"a": {"b~/": [1, {"c": 2}]},\n "d%": "x: {",\r\n\t"e\\u0041": {"\\"": null, "": true}}'
YAML = "a:\n  b/c:\n  - 1\n  - c: 2\n    d: {e: f}\n'200': &x {q: 1}\nz: *x\n? k\n: v\n"


@pytest.mark.parametrize(
    ("text", "pointer", "expected"),
    [
        ('a: "é\u2028\x85"\nb: 1', "#/b", (2, 1)),
        ('{"a": "é\u2028\x85", "b": 1}', "#/b", (1, 14)),
        (JSON, "#", (1, 1)),
        (JSON, "#/a", (1, 2)),
        (JSON, "#/a/b~0~1", (1, 8)),
        (JSON, "#/a/b~0~1/0", (1, 16)),
        (JSON, "#/a/b~0~1/1/c", (1, 20)),
        (JSON, "#/d%25", (2, 2)),
        (JSON, '#/eA/"', (3, 14)),
        (JSON, "#/eA/", (3, 26)),
        (YAML, "#/a/b~1c", (2, 3)),
        (YAML, "#/a/b~1c/1", (4, 5)),
        (YAML, "#/a/b~1c/1/d/e", (5, 9)),
        (YAML, "#/200/q", (6, 12)),
        (YAML, "#/z/q", (7, 1)),
        (YAML, "#/k", (8, 3)),
    ],
)
def test_a_pointer_has_the_place_of_its_key_or_item(text: str, pointer: str, expected: tuple[int, int]) -> None:
    """RFC 6901; style.md, Errors: where."""
    assert place(text, pointer) == expected


@pytest.mark.parametrize(
    ("pointer", "expected"),
    [
        ("#/a/nowhere/at/all", (1, 2)),
        ("#/d%25/0", (2, 2)),
        ("#/a/b~0~1/7", (1, 8)),
        ("#no-pointer", (1, 1)),
        ("other.yaml#/d%25", (2, 2)),
    ],
)
def test_what_is_not_there_has_the_place_of_the_nearest_above(pointer: str, expected: tuple[int, int]) -> None:
    """Our choice: what an overlay or an upgrade put there still points somewhere. The file's name is the caller's."""
    assert place(JSON, pointer) == expected


def test_keys_that_stand_twice_are_told_each_with_its_place() -> None:
    """security.md C37; of two values the last is read, and has the place."""
    text = '{"a": {"x": 1, "y": [{"z": 1, "z": 2}], "x": {"c": 1}}, "a": 2}'
    found = locate(text.encode(), ["#/a"], where="x")
    assert found.duplicates == (
        Duplicate(pointer="#/a/y/0/z", place=Place(1, 31)),
        Duplicate(pointer="#/a/x", place=Place(1, 41)),
        Duplicate(pointer="#/a", place=Place(1, 57)),
    )
    assert found.places == {"#/a": Place(1, 57)}
    twice = locate(b"a:\n  b: 1\n  b: 2\nc: [{d: 1, d: 2}]\n", [], where="x").duplicates
    assert [(one.pointer, one.place.line) for one in twice] == [("#/a/b", 3), ("#/c/0/d", 4)]


def test_merge_keys_and_keys_of_other_mappings_are_no_duplicates() -> None:
    """YAML merge keys may stand twice; a key counts within its own mapping."""
    text = "x: &x {a: 1}\ny: &y {a: 2}\nz:\n  <<: *x\n  <<: *y\n  a: 3\n"
    assert locate(text.encode(), [], where="x").duplicates == ()
    assert locate(b'[{"a": 1}, {"a": 1}, {"a": {"a": 1}}]', [], where="x").duplicates == ()


def test_a_key_that_is_no_text_ends_nothing() -> None:
    """Parsing refuses such a document; an overlay's text may still be looked at."""
    assert place("? [a, {b: c}]\n: d\ne: f\n", "#/e") == (3, 1)
    assert place("? {a: b}\n: [c]\ne: f\n", "#/e") == (3, 1)


def test_at_most_a_thousand_duplicates_are_told() -> None:
    """security.md 20: bounded, whatever the document."""
    text = "{" + ",".join('"a": 1' for _ in range(3000)) + "}"
    assert len(locate(text.encode(), [], where="x").duplicates) == 1_000


def test_bytes_that_are_no_text_are_an_error() -> None:
    """style.md, Errors."""
    with pytest.raises(DocumentError):
        locate(b"\xff\xfe\xff", [], where="x")


values = st.recursive(
    st.one_of(st.integers(), st.text(max_size=4), st.booleans(), st.none()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=4), inner, max_size=3)),
    max_leaves=12,
)


def pointers(value: Any, here: str = "#") -> list[str]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [here, *(below for key, child in pairs for below in pointers(child, join(here, key)))]


@settings(deadline=None)
@given(st.dictionaries(st.text(max_size=4), values, min_size=1, max_size=4), st.sampled_from([None, 1]), st.booleans())
def test_every_pointer_of_a_document_has_a_place_and_no_key_stands_twice(
    value: dict[str, Any], indent: int | None, as_yaml: bool
) -> None:
    """Law. What is written by a serialiser is found again, key by key."""
    text = yaml.safe_dump(value, allow_unicode=True) if as_yaml else json.dumps(value, indent=indent)
    wanted = pointers(value)
    found = locate(text.encode(), wanted, where="x")
    assert set(found.places) == set(wanted)
    assert found.duplicates == ()
    lines = text.split("\n")
    for pointer in wanted:
        one = found.places[pointer]
        assert one.line <= len(lines)
        assert one.column <= len(lines[one.line - 1]) + 1
    if not as_yaml:
        for pointer in wanted[1:]:
            one = found.places[pointer]
            rest = lines[one.line - 1][one.column - 1 :]
            key = json.dumps(pointer.rpartition("/")[2].replace("~1", "/").replace("~0", "~").replace("%25", "%"))
            assert rest.startswith(key) or pointer.rpartition("/")[2].isdecimal()
