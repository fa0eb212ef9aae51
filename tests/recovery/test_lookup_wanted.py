"""What is looked for, and the form of an id that its place takes."""

from typing import Any

import pytest
from support.make import Json, one_tool, parameter

from openapi_mcp.model.capability import Capability, Need
from openapi_mcp.model.fault import Path
from openapi_mcp.recovery.lookup.wanted import Wanted, fits, need_at, schema_of

TOOL = one_tool({"parameters": [parameter("id", schema={"type": "integer"})]})


@pytest.mark.parametrize(
    ("schema", "id", "form"),
    [
        ({"type": "integer"}, 7, 7),
        ({"type": "integer"}, "7", 7),
        ({"type": "integer"}, "07", None),
        ({"type": "integer"}, "b-7", None),
        ({"type": "integer"}, "9" * 18, None),
        ({"type": "string"}, 7, "7"),
        ({"type": "string", "pattern": "^c-"}, "c-7", "c-7"),
        ({"type": "string", "pattern": "^c-"}, "7", None),
        ({}, 7, 7),
        ({"$ref": "#/$defs/Missing"}, 7, None),
        ({"type": "integer"}, None, None),
    ],
)
def test_an_id_is_given_in_the_form_that_its_place_takes(schema: Json, id: Any, form: Any) -> None:
    """Derive, never invent: rewritten without loss, or not taken."""
    wanted = Wanted(text="Bob", entity="customer", producers=(), tool=TOOL, schema=schema)
    assert wanted.fitting(id) == form


@pytest.mark.parametrize(
    ("argument", "path"),
    [
        ("customer", ("customer",)),
        ("items[].product", ("items", 3, "product")),
        ("ids", ("ids", 0)),
        ("customer.id", ("customer", "id")),
    ],
)
def test_a_need_is_found_by_the_place_of_its_argument(argument: str, path: Path) -> None:
    capability = Capability(needs=(Need(argument="other", entity="x"), Need(argument=argument, entity="y")))
    assert need_at(capability, path) == capability.needs[1]
    assert need_at(capability, ("more", *path)) is None


def test_a_schema_that_leads_nowhere_allows_nothing() -> None:
    assert schema_of(TOOL, "id") == {"type": "integer"}
    assert schema_of(TOOL, "none") == {}
    assert not fits("x", {"$ref": "#/$defs/none"}, TOOL)
