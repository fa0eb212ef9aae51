"""index/rank.py: a document of many tools that hold the same thing does not make ranking them long."""

import itertools
from typing import Any

import pytest
from support import make

from openapi_mcp.index import rank
from openapi_mcp.index.capabilities import find_capabilities
from openapi_mcp.index.wants import Want


def counted(monkeypatch: pytest.MonkeyPatch, paths: dict[str, Any]) -> int:
    """Return how many places were weighed for all wants of a document."""
    weighed: list[Any] = []
    weigh = rank._cost_of_spot

    def count(spot: Any, want: Want) -> float | None:
        weighed.append(spot)
        return weigh(spot, want)

    monkeypatch.setattr(rank, "_cost_of_spot", count)
    document = make.document(paths)
    find_capabilities(make.toolset(paths).tools, document.schemas)
    return len(weighed)


def things(count: int) -> dict[str, Any]:
    """Return paths that each answer things, and ask for one by keys in an order of their own."""
    listed = {"type": "array", "items": {"type": "object", "properties": {"id": {}, "name": {}, "code": {}}}}
    orders = itertools.permutations(("number", "slug", "code", "sku", "handle", "name"))
    asked = [f"{' of '.join(order)} of a thing" for order in itertools.islice(orders, count)]
    return {
        f"/p{index}/things": {
            "get": {"parameters": [make.parameter("thing", description=said)], **make.answering(listed)}
        }
        for index, said in enumerate(asked)
    } | {"/things/{thing_id}": {"get": {}}}


def test_places_are_weighed_for_all_wants_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """security.md: a small document does not cost much."""
    whole = counted(monkeypatch, things(40))
    monkeypatch.setattr(rank, "_MOST_WEIGHED", 40)
    monkeypatch.setattr(rank, "_MOST_CANDIDATES", 2)
    assert counted(monkeypatch, things(40)) < whole / 4


def test_few_operations_of_one_path_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """Our choice: paths that differ by slashes at their end are one collection."""
    listed = {"type": "array", "items": {"type": "object", "properties": {"id": {"type": "string"}}}}
    paths = {f"/things{'/' * index}": {"get": make.answering(listed)} for index in range(40)}
    paths |= {f"/things/{{thing_id}}/a{index}": {"get": {}} for index in range(40)}
    whole = counted(monkeypatch, paths)
    monkeypatch.setattr(rank, "_MOST_ON_A_PATH", 2)
    assert counted(monkeypatch, paths) < whole
