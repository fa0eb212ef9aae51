"""What a tool needs and yields, as JSON."""

import pytest

from openapi_mcp.model.capability import Capability, Need, Producer, Yield, as_json


def producer(field: str, path: str = "/orders") -> Producer:
    return Producer(tool="orders", method="GET", path=path, field=field)


def test_what_is_needed_and_yielded_is_said_with_where() -> None:
    """Issue 6: `needs` and `yields`."""
    need = Need(argument="id", entity="order", producers=(producer("[].id"),))
    assert as_json(Capability(needs=(need,), yields=(Yield(entity="order", field="id"),))) == {
        "needs": [
            {
                "argument": "id", "entity": "order",
                "from": [{"tool": "orders", "method": "GET", "path": "/orders", "field": "[].id"}],
            }
        ],
        "yields": [{"entity": "order", "field": "id"}],
    }  # fmt: skip


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
