"""What JSON takes once it is read is told from its bytes."""

import json
import sys
from typing import Any

import pytest

from openapi_mcp.response.weight import is_heavy, weight


def held(value: Any, seen: set[int]) -> int:
    """Return how many bytes a value and all in it take."""
    if id(value) in seen:
        return 0
    seen.add(id(value))
    inner: list[Any] = []
    match value:
        case dict():
            inner = [*value.keys(), *value.values()]
        case list():
            inner = value
    return sys.getsizeof(value) + sum(held(each, seen) for each in inner)


@pytest.mark.parametrize(
    "item",
    [[], {}, {"a": 1}, 70_000, 0.1234, "ab", ["x", "y"], {"id": 70_000, "to": {"city": "Porto"}, "tags": ["a"]}],
    ids=str,
)
def test_it_is_never_told_as_much_less_than_it_is(item: Any) -> None:
    """Our choice: the figures are those of CPython 3.11; later ones take less."""
    body = json.dumps([item] * 20_000, separators=(",", ":")).encode()
    assert weight(body) > 0.7 * held(json.loads(body), set())


def test_small_bodies_and_orders_of_ten_megabytes_are_read() -> None:
    """Our choice: an honest list within the cap is JSON, whatever it holds."""
    items = [{"product": "Coffee Grinder", "quantity": 2}]
    order = {"id": 70_000, "customer": "Ana Souza", "placed_at": "2026-01-31T12:00:00Z", "items": items}
    body = json.dumps([order] * 72_000).encode()
    assert 9_000_000 < len(body) < 10_500_000
    assert not is_heavy(body)
    assert not is_heavy(b"[" + b"[]," * 300_000 + b"[]]")


def test_where_more_may_come_more_may_be_held() -> None:
    """--max-body is the operator's to raise: the same list five times as long is read, too."""
    body = b"[" + b'{"id":7,"name":"Green Tea","price":1.25},' * 200_000 + b"7]"
    assert not is_heavy(body)
    assert not is_heavy(body * 5)
