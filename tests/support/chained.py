"""A small document whose calls lead to each other, and records of such calls."""

from typing import Any

from openapi_mcp.generator.generate import generate
from openapi_mcp.index.capabilities import find_capabilities
from openapi_mcp.model.jsontext import write_json
from openapi_mcp.model.record import Record
from openapi_mcp.workflow.known import Known, know
from support.history import BEGAN
from support.make import ALL_METHODS, Json, answering, document, json_body, parameter

CUSTOMER = {
    "type": "object",
    "properties": {"id": {"type": "integer"}, "name": {"type": "string"}, "email": {"type": "string"}},
}
ORDER = {
    "type": "object",
    "properties": {"id": {"type": "integer"}, "customer": {"type": "integer"}, "status": {"type": "string"}},
}
PRODUCT = {"type": "object", "properties": {"sku": {"type": "string"}, "price": {"type": "number"}}}


def page(schema: Json) -> Json:
    """Return a page of what a schema says."""
    return {
        "type": "object",
        "properties": {"count": {"type": "integer"}, "results": {"type": "array", "items": schema}},
    }


def _operation(name: str, schema: Json | None, *parameters: Json, status: str = "200", **more: Any) -> Json:
    said = answering(schema, status) if schema is not None else {"responses": {status: {"description": "Done."}}}
    return {"operationId": name, "parameters": list(parameters), **said, **more}


PATHS: Json = {
    "/customers": {"get": _operation("customers_list", page(CUSTOMER), parameter("q"))},
    "/customers/{id}": {
        "get": _operation("customers_retrieve", CUSTOMER, parameter("id", "path", schema={"type": "integer"}))
    },
    "/orders": {
        "get": _operation(
            "orders_list",
            page(ORDER),
            parameter("customer", schema={"type": "integer"}),
            parameter("status", schema={"enum": ["open", "paid"]}),
            parameter("page", schema={"type": "integer"}),
        ),
        "post": _operation(
            "orders_create",
            ORDER,
            status="201",
            requestBody={
                "required": True,
                "content": json_body(
                    {
                        "type": "object",
                        "properties": {"customer": {"type": "integer"}, "sku": {"type": "string"}},
                        "required": ["customer", "sku"],
                    }
                ),
            },
        ),
    },
    "/orders/{id}": {
        "get": _operation("orders_retrieve", ORDER, parameter("id", "path", schema={"type": "integer"})),
        "delete": _operation("orders_delete", None, parameter("id", "path", schema={"type": "integer"}), status="204"),
    },
    "/products": {"get": _operation("products_list", {"type": "array", "items": PRODUCT}, parameter("q"))},
}
DOCUMENT = document(PATHS, info={"title": "Small shop", "version": "1"})
TOOLSET = generate(DOCUMENT, ALL_METHODS)
CAPABILITIES = find_capabilities(TOOLSET.tools, DOCUMENT.schemas)
KNOWN: dict[str, Known] = know(TOOLSET.tools, CAPABILITIES, DOCUMENT.schemas)


def made(*calls: tuple[str, Json | None, Any], began: float = 0.0, **said: Any) -> list[Record]:
    """Return the records of calls, one each second: a tool, its arguments, its answer (JSON, or a text as it is)."""
    return [
        Record(
            id=f"{said.get('caller', '')}{began + at:.0f}",
            time=BEGAN + began + at,
            api="Small shop",
            tool=tool,
            method=KNOWN[tool].tool.operation.method if tool in KNOWN else "",
            path=KNOWN[tool].tool.operation.path if tool in KNOWN else "",
            operation_id=tool,
            arguments=arguments,
            status=200,
            duration=0.01,
            answer=answer if isinstance(answer, str) else write_json(answer),
            **said,
        )
        for at, (tool, arguments, answer) in enumerate(calls)
    ]


def customer(number: int, name: str = "Ana") -> Json:
    """Return a customer as the API answers one."""
    return {"id": number, "name": name, "email": f"{name.lower()}{number}@example.com"}


def order(number: int, of: int) -> Json:
    """Return an order of a customer."""
    return {"id": number, "customer": of, "status": "open"}


def listed(*things: Json) -> Json:
    """Return a page of things."""
    return {"count": len(things), "results": list(things)}
