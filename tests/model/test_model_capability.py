"""What a tool needs and yields, as JSON."""

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
