"""Chains as workflows."""

from typing import Any

from support.chained import TOOLSET
from support.make import Json, answering, json_body, parameter, toolset

from openapi_mcp.loader.yaml12 import read_yaml
from openapi_mcp.model.document import Severity
from openapi_mcp.model.tool import Tool
from openapi_mcp.model.workflow import SourceDescription, Workflow
from openapi_mcp.workflow.chains import Chain, Node
from openapi_mcp.workflow.draft import Named, draft, named
from openapi_mcp.workflow.read import read
from openapi_mcp.workflow.scalars import Path
from openapi_mcp.workflow.suggest import Suggestion, document_of, source_name
from openapi_mcp.workflow.write import write
from openapi_mcp.workflow.yamltext import as_yaml

ID: Path = ("results", None, "id")
SHOP = SourceDescription(name="shop", url="shop.yaml", kind="openapi")


def names(tools: Any = TOOLSET.tools, **said: Any) -> dict[str, Named]:
    return {tool.name: named(tool, "shop", **{"is_only": True} | said) for tool in tools}


def drafted(*chain: Node, usual: Any = None, tools: dict[str, Named] | None = None) -> Workflow:
    """Return the workflow of a chain, which reads back without a Problem."""
    made = draft(chain, usual or {}, tools or names())
    assert made is not None
    document = document_of([Suggestion(workflow=made, tools=(), why="why")], [SHOP], "Shop")
    again = read(read_yaml(as_yaml(write(document))))
    assert [each for each in again.problems if each.severity is Severity.ERROR] == []
    assert again.problems == ()
    assert [each.id for each in again.workflows] == [made.id]
    return made


def chain(*tools: tuple[str, str]) -> Chain:
    """Return a chain of tools that each take one argument from the one before, the first none."""
    made: list[Node] = []
    for tool, argument in tools:
        made.append(Node(tool, ((argument, made[-1], ID),) if made else ()))
    return tuple(made)


def test_a_chain_of_two_is_a_workflow() -> None:
    """Arazzo 1.0.1, 4.6.4 to 4.6.8."""
    find, orders = chain(("customers_list", ""), ("orders_list", "customer"))
    made = drafted(find, orders, usual={find: ["q"]})
    assert (made.id, made.outputs) == (
        "orders_list_from_customers_list",
        {"result": "$steps.orders_list.outputs.result"},
    )
    assert made.inputs == {"type": "object", "properties": {"q": {"type": "string"}}}
    first, second = made.steps
    assert [(each.name, each.location, each.value) for each in first.parameters] == [("q", "query", "$inputs.q")]
    assert first.outputs == {"id": "$response.body#/results/0/id"}
    assert [each.condition for each in first.criteria] == ["$statusCode == 200", "$.results[0].id"]
    assert [(each.name, each.value) for each in second.parameters] == [("customer", "$steps.customers_list.outputs.id")]
    assert second.outputs == {"result": "$response.body"}


def test_fields_of_a_body_become_a_payload() -> None:
    """Arazzo 1.0.1, 4.6.14."""
    find, create = chain(("customers_list", ""), ("orders_create", "customer"))
    made = drafted(find, create, Node("orders_delete", (("id", create, ("id",)),)))
    body = made.steps[1].body
    assert body is not None
    assert (body.content_type, body.payload) == (
        "application/json",
        {"customer": "$steps.customers_list.outputs.id", "sku": "$inputs.sku"},
    )
    assert [each.condition for each in made.steps[1].criteria] == ["$statusCode == 201"]
    assert made.steps[1].outputs == {"id": "$response.body#/id"}
    assert (made.steps[2].outputs, made.outputs) == ({}, {})


def test_only_what_the_chain_cannot_do_without_is_required() -> None:
    """Our choice: what an operation calls optional stays so; but no write goes to the first that there is at all."""
    find, orders = chain(("customers_list", ""), ("orders_list", "customer"))
    made = drafted(find, orders, usual={find: ["q"], orders: ["page"]})
    assert list(made.inputs["properties"]) == ["q", "page"]
    assert "required" not in made.inputs
    made = drafted(find, Node("orders_create", (("customer", find, ID),)), usual={find: ["q"]})
    assert made.inputs["required"] == ["q", "sku"]
    retrieve = Node("customers_retrieve")
    again = Node("orders_list", (("customer", retrieve, ("id",)),))
    assert drafted(retrieve, again, usual={again: ["page"]}).inputs["required"] == ["id"]


def test_inputs_of_one_name_are_told_apart_by_their_steps() -> None:
    """Our choice: the words to find a customer by are not those to find a product by."""
    customers, products = Node("customers_list"), Node("products_list")
    order = Node("orders_create", (("customer", customers, ID), ("sku", products, (None, "sku"))))
    made = drafted(customers, products, order, usual={customers: ["q"], products: ["q"]})
    assert list(made.inputs["properties"]) == ["customers_list_q", "products_list_q"]
    assert made.inputs["required"] == list(made.inputs["properties"])
    assert made.steps[1].outputs == {"sku": "$response.body#/0/sku"}
    assert made.steps[1].criteria[1].condition == "$[0].sku"


def test_an_operation_without_an_id_is_named_by_its_path() -> None:
    """Arazzo 1.0.1, 4.6.5: operationPath."""
    paths = {"/a~b/{id}": {"get": {"parameters": [parameter("id", "path")], **answering({"type": "object"})}}}
    (tool,) = toolset(paths).tools
    assert named(tool, "shop", is_only=True).operation_path == "{$sourceDescriptions.shop.url}#/paths/~1a~0b~1{id}/get"


def test_an_id_that_several_operations_have_names_none() -> None:
    """OAS 3.1.1: an operationId is unique; a document may break that."""
    tool = TOOLSET.by_name["orders_list"]
    assert named(tool, "shop", is_only=True, repeated=["orders_list"]).operation_path.endswith("#/paths/~1orders/get")


def test_with_several_sources_an_operation_names_its_own() -> None:
    """Arazzo 1.0.1, 4.6.5: with several source descriptions operationId is a runtime expression."""
    tool = TOOLSET.by_name["orders_list"]
    assert named(tool, "shop", is_only=False).operation_id == "$sourceDescriptions.shop.orders_list"


def test_a_tool_that_is_called_twice_is_two_steps() -> None:
    """Arazzo 1.0.1, 4.6.5: a stepId is unique in its workflow."""
    first, second, third = chain(("orders_list", ""), ("orders_retrieve", "id"), ("orders_retrieve", "id"))
    made = drafted(first, second, Node("orders_retrieve", (("id", second, ("replaces", "id")),)))
    assert [step.id for step in made.steps] == ["orders_list", "orders_retrieve", "orders_retrieve_2"]
    assert third.tool == "orders_retrieve"


ITEM: Json = {
    "type": "object",
    "properties": {"product": {"type": "integer"}, "quantity": {"$ref": "#/components/schemas/Quantity"},
                   "note": {"type": "string"}},
    "required": ["product", "quantity"],
}  # fmt: skip
SCHEMAS: Json = {"Item": ITEM, "Quantity": {"type": "integer", "minimum": 1, "title": "Quantity"}}


def basket() -> tuple[Tool, ...]:
    body = {
        "type": "object",
        "properties": {
            "items": {"type": "array", "items": {"$ref": "#/components/schemas/Item"}},
            "tags": {"type": "array", "items": {"type": "string"}},
        },
        "required": ["items"],
    }
    post = {"operationId": "fill", "requestBody": {"content": json_body(body), "required": True}, **answering({})}
    listing = {"operationId": "look", **answering({"type": "object"})}
    paths = {"/baskets": {"post": post}, "/look": {"get": listing}}
    return tuple(toolset(paths, components={"schemas": SCHEMAS}).tools)


def test_a_field_within_an_argument_is_taken_and_the_rest_is_input() -> None:
    """index/inputs.py: items[].product."""
    look = Node("look")
    fill = Node("fill", (("items[].product", look, ID), ("tags[]", look, ("tag",))))
    made = drafted(look, fill, usual={fill: ["items", "items[].note"]}, tools=names(basket()))
    body = made.steps[1].body
    assert body is not None
    assert body.payload == {
        "items": [{"product": "$steps.look.outputs.id", "quantity": "$inputs.quantity", "note": "$inputs.note"}],
        "tags": ["$steps.look.outputs.tag"],
    }
    assert list(made.inputs["properties"]) == ["quantity", "note"]
    assert made.inputs["required"] == ["quantity"]


def test_what_a_schema_refers_to_comes_along() -> None:
    """Our choice: a workflow's inputs are whole in themselves."""
    tree = {"type": "object", "properties": {"inner": {"$ref": "#/components/schemas/Tree"}}}
    body = {"type": "object", "properties": {"tree": {"$ref": "#/components/schemas/Tree"}, "id": {"type": "string"}},
            "required": ["tree", "id"]}  # fmt: skip
    post = {"operationId": "plant", "requestBody": {"content": json_body(body), "required": True}, **answering({})}
    listing = {"operationId": "look", **answering({"type": "object"})}
    tools = toolset({"/a": {"post": post}, "/b": {"get": listing}}, components={"schemas": {"Tree": tree}}).tools
    look = Node("look")
    made = drafted(look, Node("plant", (("id", look, ID),)), tools=names(tools))
    assert set(made.inputs) == {"type", "properties", "required", "$defs"}
    assert made.inputs["properties"]["tree"]["$ref"].removeprefix("#/$defs/") in made.inputs["$defs"]


def test_a_file_cannot_be_given_by_a_workflow() -> None:
    """Our choice: a workflow that cannot run is not suggested."""
    file = {"type": "string", "format": "binary"}
    parts = {"type": "object", "properties": {"file": file, "id": {"type": "string"}}, "required": ["file", "id"]}
    content = {"multipart/form-data": {"schema": parts}}
    post = {"operationId": "send", "requestBody": {"content": content, "required": True}, **answering({})}
    listing = {"operationId": "look", **answering({"type": "object"})}
    tools = toolset({"/a": {"post": post}, "/b": {"get": listing}}).tools
    look = Node("look")
    assert draft((look, Node("send", (("id", look, ID),))), {}, names(tools)) is None


def test_names_that_no_expression_can_carry_are_written_otherwise() -> None:
    """RFC 6901 and RFC 9535: names of any characters."""
    look = Node("look")
    fill = Node("fill", (("tags[]", look, ("a/b~c", None, "it's \\ {é}")),))
    made = drafted(look, fill, tools=names(basket()))
    assert made.steps[0].outputs == {"it_s": "$response.body#/a~1b~0c/0/it's \\ {é}"}
    assert made.steps[0].criteria[1].condition == "$['a/b~c'][0]['it\\'s \\\\ {é}']"


def test_a_source_is_named_by_its_title() -> None:
    """Arazzo 1.0.1, 4.6.3: letters, digits, - and _."""
    assert source_name("Small shop 1.0") == "small-shop-1-0"
    assert source_name("日本") == "api"
    assert source_name("Shop", {"shop"}) == "shop_2"
