"""The records of an answer, and where each says its id."""

from typing import Any

import pytest

from openapi_mcp.model.capability import Producer
from openapi_mcp.recovery.lookup.records import MOST_RECORDS, identified, is_collection

BOB = {"id": 7, "name": "Bob"}


def producer(field: str, path: str = "/customers") -> Producer:
    return Producer(tool="list", method="GET", path=path, field=field)


def ids(value: Any, field: str, path: str = "/customers") -> list[str | int]:
    found = identified(value, producer(field, path), "customer")
    return [each.id for each in found if each.id is not None]


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ({"results": [BOB]}, "results[].id"),
        ([BOB], "[].id"),
        ({"data": {"items": [BOB]}}, "data.items[].id"),
        ([[BOB]], "[][].id"),
        ({"edges": [{"node": BOB}]}, "edges[].node.id"),
        (BOB, "id"),
        ({"customer": BOB}, "customer.id"),
        ([BOB], "results[].id"),
        ({"results": [BOB]}, "[].id"),
        ({"results": [BOB]}, ""),
        ([{"customerId": 7}], ""),
        ([{"customer_id": 7}], "[].customer_id"),
        ([{"id": 1, "username": 7}], "[].username"),
    ],
)
def test_the_id_is_read_where_the_need_says(value: Any, field: str) -> None:
    """design.md, Commands: `field` is where to read the value; an answer may have another form than is documented."""
    assert ids(value, field) == [7]


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ([{"id": 40, "customer_id": 7}], "[].customer_id"),
        ([{"id": 40, "ids": [7]}], "[].ids[]"),
        ([{"id": None}, {"id": True}, {"id": {}}, {"id": ""}, {"id": "  "}, {"id": 1.5}, {}, "x", None], "[].id"),
        ([{"id": "***"}, {"id": "x" * 501}, {"id": 10**30}], "[].id"),
        ("text", "[].id"),
        (None, "results[].id"),
        ([{"name": "Bob"}], ""),
        ([BOB], "a.b.c.d[].items[].id"),
        (BOB, ".".join("abcdefghijklmnop")),
    ],
)
def test_what_is_no_id_of_the_record_is_left(value: Any, field: str) -> None:
    """Derive, never invent: what another thing is called says nothing, and a masked value is none."""
    assert ids(value, field) == []


def test_very_many_records_are_looked_at_in_part() -> None:
    assert len(ids([BOB] * (MOST_RECORDS * 3), "[].id")) == MOST_RECORDS + 1


@pytest.mark.parametrize(
    ("field", "path", "is_one"),
    [
        ("results[].id", "/customers", True),
        ("_embedded.customers[].id", "/customers", True),
        ("edges[].node.id", "/customers", True),
        ("", "/customers", True),
        ("[].login", "/customers/search", True),
        ("id", "/customers/by-email/{email}", True),
        ("[].customer_id", "/customers", True),
        ("[].customer_id", "/orders", False),
        ("results[].customer", "/orders", False),
        ("results[].customer.id", "/orders", False),
        ("customer.id", "/orders/{id}", False),
        ("customer.id", "/customers/by-email/{email}", True),
        ("results[].owner.id", "/orders", False),
        ("top_customers[].id", "/reports", False),
        ("results[].items[].id", "/orders", False),
        ("[].id", "/customers/active", False),
        ("[].id", "/shops/customers", True),
    ],
)
def test_only_a_list_of_the_things_themselves_is_all_of_them(field: str, path: str, is_one: bool) -> None:
    """Our choice: who has no order, or is not active, may be called the same."""
    assert is_collection(producer(field, path), "customer") is is_one
