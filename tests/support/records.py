"""Stores of records, in a file or in a database of a server that we started, and records to put into them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from openapi_mcp.model.record import Record
from openapi_mcp.records.sql import open_store
from openapi_mcp.records.store import Store
from support.postgres import Postgres

NOON = 1_763_726_400.0  # 2025-11-21, 12:00 UTC: the beginning of a part of time that is settled as one


@pytest.fixture(params=["sqlite", "postgresql"])
def records_at(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where records are kept: a file that is not there yet, an empty database."""
    if request.param == "sqlite":
        return str(tmp_path / "state" / "records.sqlite3")
    server: Postgres = request.getfixturevalue("postgres")
    return server.new_database()


@pytest.fixture
def records_file(tmp_path: Path) -> Path:
    """A file of records that is not there yet, in a folder that is not there either."""
    return tmp_path / "state" / "records.sqlite3"


@pytest.fixture
def store(records_at: str) -> Iterator[Store]:
    """A new store."""
    with open_store(records_at) as opened:
        yield opened


def record(number: int, **more: Any) -> Record:
    """Return a record, an hour after the one before it."""
    given: dict[str, Any] = {
        "id": f"r{number:04}",
        "time": NOON + 3600.0 * number,
        "api": "shop",
        "tool": "get_product",
        "method": "GET",
        "path": "/products/{id}",
        "operation_id": "getProduct",
        "caller": "me",
        "arguments": {"id": number},
        "status": 200,
        "attempts": 1,
        "duration": 0.1 * number,
        "size": 100,
        "tokens": 25,
        "curl": f"curl https://shop.example/products/{number}",
        "answer": f'{{"id": {number}}}',
    }
    return Record(**{**given, **more})


def ids(records: list[Record]) -> list[str]:
    return [each.id for each in records]
