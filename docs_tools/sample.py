"""Calls of one day at the example shop, the same every time: what pictures of records and of the dashboard show."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docs_tools.frozen import NOON
from openapi_mcp.model.record import Record
from openapi_mcp.records.sql import open_store

_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"
_CALLS = 320
_DAY = 86_400.0  # seconds
_TOOLS: tuple[tuple[str, str, dict[str, Any], int], ...] = (
    ("products_list", "/api/products/", {"in_stock": True, "page_size": 5}, 5),
    ("orders_list", "/api/orders/", {"customer": 1, "ordering": "-placed_at"}, 4),
    ("customers_list", "/api/customers/", {"search": "Ana Souza"}, 3),
    ("products_retrieve", "/api/products/{id}/", {"id": 20}, 3),
    ("orders_retrieve", "/api/orders/{id}/", {"id": 40}, 2),
    ("reports_sales_retrieve", "/api/reports/sales/", {}, 1),
)
_FAILURES = {
    41: ("invalid_arguments", 0, 'argument "status" is "sent", but must be one of "placed", "paid"'),
    29: ("not_found", 404, "Not found."),
    67: ("rate_limited", 429, "Request was throttled."),
    97: ("upstream_error", 503, "Service Unavailable"),
}
_REPAIR = {"field": "customer", "from": "Ana Souza", "to": 1, "how": "looked up with customers_list"}
_LOOKUP = {"tool": "customers_list", "arguments": {"search": "Ana Souza"}, "items": 1}


def write_sample(file: Path) -> None:
    """Write the day's calls to a store that is not there yet."""
    with open_store(file) as store:
        store.add(list(records()))


def records() -> Iterator[Record]:
    """Yield the calls, the oldest first; the last one a minute before noon."""
    weighted = [tool for tool in _TOOLS for _ in range(tool[3])]
    draw = 7
    for number in range(_CALLS):
        draw = (draw * 48271) % 2147483647  # Lehmer's numbers: by chance, and always the same
        yield _record(number, draw, weighted[draw % len(weighted)])


def _record(number: int, draw: int, tool: tuple[str, str, dict[str, Any], int]) -> Record:
    name, path, arguments, _ = tool
    kind, status, message = next((said for each, said in _FAILURES.items() if number % each == 3), ("", 200, ""))
    is_repaired = not kind and name == "orders_list" and draw % 3 == 0
    given = {**arguments, "customer": "Ana Souza"} if is_repaired else arguments
    tokens = 0 if kind else 40 + draw % 900
    return Record(
        id="".join(_LETTERS[(draw >> shift) % 32] for shift in range(0, 24, 2)),
        time=NOON - 60.0 - _DAY * ((_CALLS - 1 - number) / _CALLS) ** 1.5,  # more and more of them
        api="Shop",
        tool=name,
        method="GET",
        path=path,
        operation_id=name,
        arguments=given,
        status=status or None,
        kind=kind,
        message=message,
        attempts=3 if status in (429, 503) else int(status > 0),
        repairs=[_REPAIR] if is_repaired else [],
        lookups=[_LOOKUP] if is_repaired else [],
        cache="hit" if not kind and draw % 7 == 0 else "",
        duration=(18 + draw % 140) / 1000 * (6 if kind == "upstream_error" else 1),
        size=tokens * 4,
        tokens=tokens,
        curl=f"curl -H 'Authorization: Token ***' https://shop.example.com{path.replace('{id}', str(given.get('id')))}",
        answer='{"count": 1, "results": [...]}',
    )
