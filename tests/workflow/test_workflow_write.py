"""An Arazzo description written, and read back."""

from dataclasses import replace
from typing import Any

import pytest
from support.arazzo import borrowing, described, step, workflow

from openapi_mcp.model.jsontext import read_json, write_json
from openapi_mcp.model.workflow import ArazzoDocument, Payload, SourceDescription, Step, StepParameter, Workflow
from openapi_mcp.workflow.read import read
from openapi_mcp.workflow.write import write


def bare(document: ArazzoDocument) -> Any:
    """Return a document without its pointers: they say where something stood."""
    return without_pointers(document)


def without_pointers(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return [without_pointers(each) for each in value]
    if hasattr(value, "__dataclass_fields__"):
        names = (name for name in value.__dataclass_fields__ if name not in ("pointer", "problems", "is_inherited"))
        return {name: without_pointers(getattr(value, name)) for name in names}
    return value


def test_what_is_written_and_read_back_is_the_same() -> None:
    """A law: write is the inverse of read, with what came from components in its place."""
    found = read(borrowing())
    written = read_json(write_json(write(found)))
    assert bare(read(written)) == bare(found)
    assert write(read(written)) == written


def test_fields_stand_in_the_order_of_the_specification_and_empty_ones_do_not() -> None:
    """Arazzo 1.0.1, 4.6: a person edits what `workflow suggest` writes."""
    document = ArazzoDocument(
        title="Shop",
        version="1",
        sources=(SourceDescription(name="shop", url="./shop.yaml", kind="openapi"),),
        workflows=(
            Workflow(
                id="buy",
                summary="Buy",
                inputs={"type": "object", "properties": {"name": {"type": "string"}}},
                steps=(
                    Step(
                        id="find",
                        operation_id="listCustomers",
                        parameters=(StepParameter(name="q", location="query", value="$inputs.name"),),
                        outputs={"id": "$response.body#/0/id"},
                    ),
                    Step(id="order", operation_id="createOrder", body=Payload(payload={"c": "$steps.find.outputs.id"})),
                ),
                outputs={"id": "$steps.find.outputs.id"},
            ),
        ),
    )
    assert write_json(write(document)) == (
        '{"arazzo":"1.0.1","info":{"title":"Shop","version":"1"},'
        '"sourceDescriptions":[{"name":"shop","url":"./shop.yaml","type":"openapi"}],'
        '"workflows":[{"workflowId":"buy","summary":"Buy",'
        '"inputs":{"type":"object","properties":{"name":{"type":"string"}}},'
        '"steps":[{"stepId":"find","operationId":"listCustomers",'
        '"parameters":[{"name":"q","in":"query","value":"$inputs.name"}],"outputs":{"id":"$response.body#/0/id"}},'
        '{"stepId":"order","operationId":"createOrder","requestBody":{"payload":{"c":"$steps.find.outputs.id"}}}],'
        '"outputs":{"id":"$steps.find.outputs.id"}}]}'
    )
    assert read(write(document)).problems == ()


@pytest.mark.parametrize("payload", [{}, {"payload": False}, {"payload": ""}, {"payload": []}, {"contentType": "a/b"}])
def test_an_empty_body_is_a_body(payload: dict[str, Any]) -> None:
    """Our choice: false, "" and [] are values."""
    found = read(described(workflow(step(requestBody=payload))))
    assert bare(read(write(found))) == bare(found)
    assert write(found)["workflows"][0]["steps"][0]["requestBody"] == payload


def test_definitions_of_inputs_become_components() -> None:
    """JSON Schema 2020-12: in a document "#" is the document, and a schema's own $defs are not found."""
    inputs = {
        "type": "object",
        "properties": {"a": {"$ref": "#/$defs/x"}, "b": {"$ref": "#/$defs/x/properties/y"}},
        "$defs": {"x": {"type": "object", "properties": {"y": {"$ref": "#/$defs/x"}}}},
    }
    found = replace(
        read(described(workflow(step()))),
        workflows=(
            Workflow(id="v", inputs=inputs, steps=(Step(id="s", operation_id="op"),)),
            Workflow(
                id="w", inputs={**inputs, "$defs": {"x": {"type": "string"}}}, steps=(Step(id="s", operation_id="op"),)
            ),
        ),
    )
    written = write(found)
    assert written["workflows"][0]["inputs"]["properties"] == {
        "a": {"$ref": "#/components/inputs/x"},
        "b": {"$ref": "#/components/inputs/x/properties/y"},
    }
    assert written["components"]["inputs"] == {
        "x": {"type": "object", "properties": {"y": {"$ref": "#/components/inputs/x"}}},
        "w.x": {"type": "string"},
    }
    back = read(written).workflows
    assert back[0].inputs["$defs"]["x"]["properties"] == {"y": {"$ref": "#/$defs/x"}}


def test_what_is_written_shares_nothing_with_what_a_person_edits() -> None:
    """style.md: data does not change once made."""
    found = read(borrowing())
    written = write(found)
    written["components"]["parameters"].clear()
    assert found.components["parameters"]
