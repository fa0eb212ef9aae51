"""Lookups in small APIs, driven by hand: for the tests of recovery/lookup."""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from openapi_mcp.generator.generate import generate
from openapi_mcp.index.capabilities import find_capabilities
from openapi_mcp.model.call import Call, Failure
from openapi_mcp.model.capability import Capability
from openapi_mcp.model.tool import Tool
from openapi_mcp.recovery.lookup.wanted import Known, Wanted, need_at, schema_of
from openapi_mcp.recovery.steps import Attempt, Found, Learn, Lookup, MayCall
from support.make import ALL_METHODS, Json, answering, document, json_body, parameter
from support.needs import many, thing

TEXT: Json = {"type": "string"}
NUMBER: Json = {"type": "integer"}
TIME: Json = {"type": "string", "format": "date-time"}
CUSTOMER = thing(id=NUMBER, name=TEXT, email=TEXT, city=TEXT)
PRODUCT = thing(id=NUMBER, sku=TEXT, name=TEXT)
ORDER = thing(id=NUMBER, number=TEXT, customer=NUMBER, placed_at=TIME)
ID = parameter("id", "path", schema=NUMBER)


def page(schema: Json) -> Json:
    return thing(count=NUMBER, next=TEXT, results=many(schema))


def named(name: str, operation: Json, *parameters: Json) -> Json:
    return {"operationId": name, "parameters": list(parameters), **operation}


BODY = {
    "type": "object",
    "required": ["customer", "items"],
    "properties": {"customer": NUMBER, "items": many(thing(product=NUMBER, quantity=NUMBER))},
}
SHOP: Json = {
    "/customers": {"get": named("customers", answering(page(CUSTOMER)), parameter("search"))},
    "/customers/{id}": {
        "get": named("customer", answering(CUSTOMER), ID),
        "delete": named("drop_customer", {}, ID),
    },
    "/products": {"get": named("products", answering(page(PRODUCT)), parameter("page", schema=NUMBER))},
    "/products/{id}": {"get": named("product", answering(PRODUCT), ID)},
    "/orders": {
        "get": named("orders", answering(page(ORDER)), parameter("customer", schema=NUMBER)),
        "post": {
            "operationId": "add_order",
            "requestBody": {"required": True, "content": json_body(BODY)},
            **answering(ORDER, "201"),
        },
    },
    "/orders/{id}": {"get": named("order", answering(ORDER), ID), "patch": named("change_order", answering(ORDER), ID)},
    "/orders/{id}/cancel": {"post": named("cancel_order", answering(ORDER), ID)},
}


@dataclass(frozen=True)
class Api:
    """The tools of some paths, and what they need and yield."""

    paths: Mapping[str, Any]
    schemas: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def tools(self) -> Mapping[str, Tool]:
        return generate(self._document, ALL_METHODS).by_name

    @cached_property
    def known(self) -> Known:
        found = find_capabilities(tuple(self.tools.values()), self._document.schemas)
        return Known(tools=self.tools, learned=lambda name: found.get(name, Capability()))

    @cached_property
    def _document(self) -> Any:
        return document(self.paths, components={"schemas": dict(self.schemas)})

    def wanted(self, tool: str, argument: str, text: str, **given: Any) -> Wanted:
        """Return what is looked for where a tool is given a text for an argument."""
        need = need_at(self.known.of(tool), (argument,))
        assert need is not None
        made = self.tools[tool]
        return Wanted(
            text=text,
            entity=need.entity,
            producers=need.producers,
            tool=made,
            schema=schema_of(made, argument),
            given=given,
        )


def whole(*items: Json) -> Found:
    """Return a list that is whole."""
    return Found(value={"count": len(items), "next": None, "results": list(items)})


Answers = Callable[[Call], Found | None]


def drive(
    flow: Generator[Any, Any, Any],
    answers: Answers,
    known: Known | None = None,
    attempt: Callable[[Attempt], Any] = lambda _: "done",
) -> tuple[Any, list[str]]:
    """Return what a flow comes to, and what it did: its lookups, and with a "!" the calls that could be sent.

    Every tool may be called.
    """
    asked: list[str] = []
    answer: Any = None
    try:
        while True:
            step = flow.send(answer)
            match step:
                case Lookup(call=call):
                    asked.append(said(call))
                    answer = answers(call)
                case Learn():
                    assert known is not None
                    answer = known.learned
                case Attempt(call=call):
                    answer = attempt(step)
                    asked += [] if isinstance(answer, Failure) else [f"! {said(call)}"]
                case MayCall():
                    answer = True
                case _:
                    answer = None
    except StopIteration as done:
        return done.value, asked


def said(call: Call) -> str:
    """Write a call: customers(search='Bob')."""
    return f"{call.tool}({', '.join(f'{name}={value!r}' for name, value in call.arguments.items())})"
