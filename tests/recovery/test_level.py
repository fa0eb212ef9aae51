"""Objects within arguments: what the document declares in them, wherever it says so."""

from dataclasses import replace
from typing import Any

import pytest
from support.make import json_body, one_tool, parameter
from support.recover import refused, remedy

from openapi_mcp.model.fault import Fault, Path
from openapi_mcp.recovery.naming.level import Level, level_at, level_of, takes
from openapi_mcp.recovery.strategies.contained import STRATEGY as CONTAINED
from openapi_mcp.recovery.strategies.near_name import STRATEGY as NEAR_NAME
from openapi_mcp.recovery.strategy import Case

Json = dict[str, Any]
PRODUCT = {"type": "object", "required": ["sku"], "properties": {"sku": {"type": "string"}}}


def case_of(schema: Json, given: Any, path: Path, rule: str = "required", **schemas: Any) -> Case:
    body = json_body({"type": "object", "properties": {"it": schema}})
    tool = one_tool(
        {"requestBody": {"required": True, "content": body}}, method="post", components={"schemas": schemas}
    )
    return refused(tool, {"it": given}, Fault(path=path, rule=rule))


def level(case: Case, path: Path) -> Level:
    found = level_at(case, path)
    assert found is not None
    return found


@pytest.mark.parametrize(
    "schema",
    [
        PRODUCT,
        {"$ref": "#/components/schemas/Product"},
        {"allOf": [{"$ref": "#/components/schemas/Product"}]},
        {"anyOf": [{"$ref": "#/components/schemas/Product"}, {"type": "null"}]},
        {"oneOf": [PRODUCT]},
    ],
)
def test_the_fields_of_an_object_are_found_behind_references_and_its_only_alternative(schema: Json) -> None:
    """JSON Schema 2020-12: what holds for one value may stand in several schemas."""
    case = case_of(schema, {"x": 1}, ("it", "sku"), Product=PRODUCT)
    found = level(case, ("it",))
    assert set(found.declared) == {"sku"}
    assert found.unknown == ("x",)
    assert "sku" in found.required


@pytest.mark.parametrize(
    "schema",
    [{}, {"anyOf": [PRODUCT, {"type": "object", "properties": {"b": {}}}]}, {"allOf": [True, {}]}, {"type": "string"}],
)
def test_an_object_whose_fields_are_not_known_is_none(schema: Json) -> None:
    """Which of several alternatives is meant is not known."""
    assert level_at(case_of(schema, {"x": 1}, ("it", "sku")), ("it",)) is None


def test_a_schema_that_refers_to_itself_or_is_nested_without_end_is_followed_a_little() -> None:
    """Bounded work."""
    deep: Json = PRODUCT
    for _ in range(100):
        deep = {"allOf": [deep]}
    assert level_at(case_of(deep, {"x": 1}, ("it", "sku")), ("it",)) is None
    wide: Json = {"allOf": [{} for _ in range(19)] + [PRODUCT]}
    assert level_at(case_of(wide, {"x": 1}, ("it", "sku")), ("it",)) is not None
    own = {"allOf": [{"$ref": "#/components/schemas/Own"}]}
    assert level_at(case_of({"$ref": "#/components/schemas/Own"}, {"x": 1}, ("it", "sku"), Own=own), ("it",)) is None


def test_a_definition_that_is_only_itself_and_one_that_is_a_boolean_declare_nothing() -> None:
    """A catalogue, or an operator's own edit, may hold what the loader would not have made."""
    case = case_of(PRODUCT, {"x": 1}, ("it", "sku"))
    own = {"$ref": "#/$defs/Own", "allOf": [True]}
    schema = {"type": "object", "properties": {"it": own}, "$defs": {"Own": own}}
    assert level_at(replace(case, tool=replace(case.tool, input_schema=schema)), ("it",)) is None


def test_items_of_an_array_are_objects_too() -> None:
    """A path leads through arrays."""
    schema = {"type": "array", "items": {"$ref": "#/components/schemas/Product"}}
    case = case_of(schema, [{"x": 1}], ("it", 0, "sku"), Product=PRODUCT)
    found = level_of(case)
    assert found is not None
    assert found.path == ("it", 0)
    assert level_at(case, ("it", 5)) is None


def test_what_is_too_large_to_be_looked_at_is_none() -> None:
    """Bounded work."""
    wide = {"type": "object", "properties": {f"f{number}": {} for number in range(500)}}
    assert level_at(case_of(wide, {"x": 1}, ("it", "sku")), ("it",)) is None
    assert level_at(case_of(PRODUCT, {f"x{number}": 1 for number in range(500)}, ("it", "sku")), ("it",)) is None


def test_a_schema_that_takes_too_long_to_check_takes_nothing() -> None:
    """What cannot be said to fit is not taken."""
    schema = {"type": "object", "properties": {"sku": {"type": "array", "items": {"not": {"type": "string"}}}}}
    case = case_of(schema, {"x": 1}, ("it", "sku"))
    assert not takes(case, level(case, ("it",)), "sku", [1] * 300_000)


def test_an_argument_of_another_body_is_none_of_the_names_that_an_unknown_one_may_stand_for() -> None:
    """`limit` of the fault has those that are known for the body that is sent."""
    content = {**json_body({"type": "object", "properties": {"title": {"type": "string"}}}), **xml_body()}
    tool = one_tool({"requestBody": {"required": True, "content": content}}, method="post")
    case = refused(tool, {"titel": "x"}, Fault(path=("titel",), rule="unknown", limit=("title",)))
    found = level_of(case)
    assert found is not None
    assert set(found.declared) == {"title"}


def xml_body() -> Json:
    schema = {"type": "object", "properties": {"heading": {"type": "string"}, "title": {"type": "string"}}}
    return {"application/x-www-form-urlencoded": {"schema": schema}}


def test_arguments_by_their_location_and_those_that_are_dropped_are_not_unknown() -> None:
    """request/arguments.py: "path_id" is "id"; a declared credential is not the caller's to set."""
    tool = one_tool({"parameters": [parameter("id", "path")]}, path="/things/{id}")
    case = refused(tool, {"path_id": "7", "x": 1}, Fault(path=("x",), rule="unknown"))
    assert level(case, ()).unknown == ("x",)
    assert level(case, ()).given["id"] == "7"


@pytest.mark.parametrize("strategy", [NEAR_NAME, CONTAINED])
def test_where_the_document_says_nothing_of_an_object_nothing_is_said(strategy: Any) -> None:
    """A strategy says nothing where it knows nothing."""
    assert remedy(strategy, case_of({}, {"x": 1}, ("it", "sku"))) is None
