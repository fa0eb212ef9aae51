"""What a tool needs and yields, as JSON."""

import pytest

from openapi_mcp.model.capability import Capability, Need, Producer, Yield, as_json

PRODUCER = Producer(tool="customers_list", method="GET", path="/customers", field="results[].id")


def test_a_need_has_its_producers_and_says_where_it_can_be_left_out() -> None:
    """design.md, Commands; `required` stands there only where it is false."""
    needs = (
        Need(argument="order", entity="order"),
        Need(argument="customer", entity="customer", producers=(PRODUCER,), is_required=False),
    )
    source = {"tool": "customers_list", "method": "GET", "path": "/customers", "field": "results[].id"}
    assert as_json(Capability(needs=needs, yields=(Yield(entity="order", field="id"),))) == {
        "needs": [
            {"argument": "order", "entity": "order", "from": []},
            {"argument": "customer", "entity": "customer", "from": [source], "required": False},
        ],
        "yields": [{"entity": "order", "field": "id"}],
    }


def producer(field: str, path: str = "/orders") -> Producer:
    return Producer(tool="orders", method="GET", path=path, field=field)


@pytest.mark.requirement(31)
@pytest.mark.parametrize("hidden", ["\u202e", "\u200b", "\x1b[31m", "\u2066", "\U000e0041", "\u2028"])
def test_what_nobody_sees_is_no_part_of_it(hidden: str) -> None:
    """A path is cleaned; a place with such a name goes, for its clean name would be that of another."""
    sources = (producer(f"a{hidden}"), producer("b", f"/o{hidden}x"))
    needs = (
        Need(argument="id", entity="order", producers=sources),
        Need(argument=f"items[].i{hidden}d", entity="order"),
        Need(argument="x", entity=f"o{hidden}rder"),
    )
    yields = (Yield(entity="order", field=f"i{hidden}d"), Yield(entity="order", field="id"))
    assert as_json(Capability(needs=needs, yields=yields)) == {
        "needs": [
            {
                "argument": "id", "entity": "order",
                "from": [{"tool": "orders", "method": "GET", "path": "/ox", "field": "b"}],
            }
        ],
        "yields": [{"entity": "order", "field": "id"}],
    }  # fmt: skip
