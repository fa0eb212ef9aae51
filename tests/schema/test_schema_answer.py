"""Schemas in the form that answers are held against."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openapi_mcp.schema.answer import AnswerForms, answer_form, references
from openapi_mcp.schema.bounded import bounded, errors

PET = {
    "type": "object",
    "description": "A pet.",
    "required": ["name", "pin"],
    "properties": {"name": {"type": "string", "examples": ["Rex"]}, "pin": {"type": "string", "writeOnly": True}},
}


def test_words_for_readers_are_left_out_and_rules_stay() -> None:
    """A catalogue keeps it on disk, and a glance goes through all of it."""
    assert answer_form(PET, {}) == {
        "type": "object",
        "required": ["name"],
        "properties": {"name": {"type": "string"}, "pin": {"type": "string"}},
    }


@pytest.mark.parametrize(
    "schema",
    [
        {"required": ["pin"], "properties": {"pin": {"$ref": "Pin"}}},
        {"required": ["pin"], "properties": {"pin": {"allOf": [{"type": "string"}], "writeOnly": True}}},
        {"required": ["pin"], "properties": {"pin": {"allOf": [{"$ref": "Pin"}, {"writeOnly": True}]}}},
        {"allOf": [{"$ref": "Pet"}, {"required": ["pin"]}]},
        {"required": ["pin"], "allOf": [{"$ref": "Pet"}]},
        {"properties": {"pin": {"writeOnly": True}}, "oneOf": [{"required": ["pin"]}]},
    ],
)
def test_a_property_that_is_write_only_may_be_missing_wherever_it_is_declared(schema: dict[str, Any]) -> None:
    """OAS 3.0.4, Schema Object: required "on the request only"."""
    schemas: dict[str, Any] = {"Pet": PET, "Pin": {"type": "string", "writeOnly": True}}
    assert errors(bounded(answer_form(schema, schemas)), {"name": "Rex"}, schemas=AnswerForms(schemas)) == []


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"not": {}}, 1),
        ({"if": {}, "then": {"type": "string"}}, 1),
        ({"oneOf": [{"type": "string", "format": "date"}, {"type": "string"}]}, "x"),
        ({"unevaluatedProperties": False}, {"a": 1}),
        ({"contains": {}, "maxContains": 1}, [1, 2]),
        ({"contains": {"const": 5}, "minContains": 0}, [1]),
        ({"patternProperties": {}, "additionalProperties": False}, {"a": 1}),
        ({"$ref": "Nowhere"}, 1),
        ({"dependentRequired": {"a": ["pin"]}}, {"a": 1}),
    ],
)
def test_what_may_accuse_wrongly_is_not_asked(schema: dict[str, Any], value: Any) -> None:
    """`format` tells nothing here, and a description may have lost words on its way to 2020-12."""
    assert errors(bounded(answer_form(schema, {})), value, schemas=AnswerForms({})) == []


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"oneOf": [{"type": "string"}, {"type": "null"}]}, 1),
        ({"oneOf": [{"type": "string"}], "anyOf": [{"type": "integer"}]}, 1),
        ({"additionalProperties": False, "properties": {}}, {"a": 1}),
        ({"additionalProperties": {"type": "string"}}, {"a": 1}),
        ({"items": {"items": {"type": "string"}}}, [[1]]),
        ({"prefixItems": [{"type": "string"}]}, [1]),
        ({"patternProperties": {"^a": {"type": "string"}}}, {"a": 1}),
    ],
)
def test_what_is_certain_is_asked(schema: dict[str, Any], value: Any) -> None:
    """JSON Schema 2020-12."""
    assert errors(bounded(answer_form(schema, {})), value) != []


def test_schemas_nested_without_end_are_taken_as_far_as_they_are_read() -> None:
    """security.md 20 R-ROBUST."""
    schema: dict[str, Any] = {}
    for _ in range(500):
        schema = {"items": schema, "required": ["a"], "allOf": [{"$ref": "Loop"}]}
    loop: dict[str, Any] = {"Loop": {"allOf": [{"$ref": "Loop"}, {"required": ["a"]}]}}
    assert answer_form(schema, loop)["required"] == ["a"]
    assert AnswerForms(loop)["Loop"]["allOf"][1] == {"required": ["a"]}
    assert (list(AnswerForms(loop)), len(AnswerForms(loop))) == (["Loop"], 1)


def test_the_references_of_a_form_are_all_that_its_catalogue_must_hold() -> None:
    """In every keyword that stays."""
    schema = {
        "properties": {"a": {"$ref": "A"}},
        "items": {"$ref": "B"},
        "oneOf": [{"$ref": "C"}],
        "additionalProperties": False,
        "not": {"$ref": "D"},
    }
    assert sorted(references(answer_form(schema, {}))) == ["A", "B", "C"]


words = st.sampled_from(["a", "b"])
schemas = st.recursive(
    st.sampled_from([{}, {"type": "integer"}, {"type": "string", "writeOnly": True}, {"$ref": "Pet"}]),
    lambda inner: st.fixed_dictionaries(
        {},
        optional={
            "properties": st.dictionaries(words, inner, max_size=2),
            "required": st.lists(words, max_size=2, unique=True),
            "items": inner,
            "oneOf": st.lists(inner, min_size=1, max_size=2),
            "anyOf": st.lists(inner, min_size=1, max_size=2),
            "allOf": st.lists(inner, min_size=1, max_size=2),
            "description": st.just("x"),
        },
    ),
    max_leaves=8,
)


@given(schemas)
def test_of_its_own_form_it_changes_nothing(schema: dict[str, Any]) -> None:
    """Law: a catalogue is written from a catalogue too."""
    form = answer_form(schema, {"Pet": PET})
    assert answer_form(form, AnswerForms({"Pet": PET})) == form
