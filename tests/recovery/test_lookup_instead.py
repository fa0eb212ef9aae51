"""The name of a thing that is given where its id is meant, under a name of its own."""

from collections.abc import Mapping
from typing import Any

import pytest
from support.lookups import SHOP, Api, drive, whole
from support.make import one_tool, parameter

from openapi_mcp.executor.prepare import Preparer
from openapi_mcp.model.call import Call, Failure
from openapi_mcp.model.policy import Recovering
from openapi_mcp.model.tool import Toolset
from openapi_mcp.recovery.lookup.beside import named, source_of
from openapi_mcp.recovery.recover import recover
from openapi_mcp.recovery.registry import in_order, own_strategies

API = Api(SHOP)
ANA: dict[str, Any] = {"id": 7, "name": "Ana Souza", "email": "ana@example.com"}
ITEMS = [{"product": 1, "quantity": 1}]


def life(tool: str, arguments: Mapping[str, Any], *people: dict[str, Any]) -> tuple[list[str], Any]:
    """Return the lookups and the sent call of one that all of our strategies see to, and what it comes to."""
    tools = Toolset(title="", version="", instructions="", tools=tuple(API.tools.values()))
    preparer = Preparer(toolset=tools, server_of=lambda _operation: "http://api.test")
    first = preparer.prepare(Call(tool=tool, arguments=arguments))
    assert isinstance(first, Failure)
    strategies = in_order(own_strategies(), Recovering())
    flow = recover(Call(tool=tool, arguments=arguments), first, API.tools, strategies, Recovering())
    done, steps = drive(
        flow, lambda _: whole(*people), API.known, lambda step: preparer.prepare(step.call, as_it_is=step.as_it_is)
    )
    return steps, done


@pytest.mark.parametrize(
    ("name", "text"),
    [("customer_name", "Ana Souza"), ("customerName", "ana souza"), ("customer_email", "ana@example.com")],
)
def test_the_name_of_a_missing_thing_is_looked_up(name: str, text: str) -> None:
    """Issue 7, Recover, 5: a name where an id is needed."""
    steps, done = life("add_order", {name: text, "items": ITEMS}, ANA)
    assert steps[-1] == f"! add_order(items={ITEMS!r}, customer=7)"
    (repair,) = done.repairs
    assert (repair.path, repair.before, repair.after) == (("customer",), {name: text}, 7)
    assert repair.how.endswith('give the id, as "customer"')


def test_the_name_of_what_may_be_left_out_is_looked_up_too() -> None:
    assert life("orders", {"customer_name": "Ana Souza"}, ANA)[0][-1] == "! orders(customer=7)"


def test_what_is_not_found_is_told_with_the_name_to_search_for() -> None:
    steps, done = life("add_order", {"customer_name": "Ana Sousa", "items": ITEMS}, ANA)
    assert steps == ["customers(search='Ana Sousa')"]
    assert {"id": 7, "name": "Ana Souza (ana@example.com)"} in done.outcome.near
    (step,) = done.outcome.tries
    assert step.tool == "customers"
    assert '"customer" takes an id: no customer' in done.outcome.hint


def test_of_two_names_neither_is_chosen() -> None:
    arguments = {"customer_name": "Ana Souza", "customer_email": "eva@example.com", "items": ITEMS}
    assert not [step for step in life("add_order", arguments, ANA)[0] if step.startswith("!")]


@pytest.mark.parametrize("value", [["Ana Souza"], {"name": "Ana Souza"}])
def test_a_name_alone_in_a_list_or_an_object_is_a_name(value: Any) -> None:
    steps, _ = life("add_order", {"customer": value, "items": ITEMS}, ANA)
    assert steps[-1].startswith("! add_order(customer=7")


TOOL = one_tool(
    {"parameters": [parameter("id", "path"), parameter("tag_id"), parameter("tag")]}, path="/customers/{id}"
)


@pytest.mark.parametrize(
    ("argument", "given", "source"),
    [
        ("id", {"customer_full_name": "Ana"}, "customer_full_name"),
        ("id", {"name": "Ana"}, ""),
        ("id", {"customer_name": " "}, ""),
        ("id", {"customer_name": 7}, ""),
        ("id", {"customer_city": "Bonn"}, ""),
        ("id", {"id": 7, "customer_name": "Ana"}, ""),
        ("other", {"other_name": "Ana"}, ""),
        ("tag", {"tag_title": "x"}, "tag_title"),
    ],
)
def test_which_argument_names_the_thing(argument: str, given: dict[str, Any], source: str) -> None:
    assert source_of(argument, given, TOOL) == source


def test_a_name_that_two_arguments_may_take_is_that_of_neither() -> None:
    assert list(named({"tag_name": "x"}, TOOL)) == []


def test_where_no_list_is_known_nothing_is_looked_up() -> None:
    steps, done = life("add_order", {"customer_name": "Ana Souza", "items": ITEMS}, {"other": 1})
    assert [step for step in steps if step.startswith("!")] == []
    assert isinstance(done.outcome, Failure)
