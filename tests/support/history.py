"""Stores of records that a test has filled."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from openapi_mcp.model.record import Record
from openapi_mcp.records.sql import open_store
from openapi_mcp.records.store import Store

BEGAN = 1_795_000_000.0
"""2026-11-18T11:06:40Z."""


def a_record(number: int = 0, **said: Any) -> Record:
    """Return a record; each number has an id and a time of its own."""
    known: dict[str, Any] = {
        "id": f"k{number:03d}v9x2m4t7a",
        "time": BEGAN + number,
        "api": "Shop",
        "tool": "orders_list",
        "method": "GET",
        "path": "/orders",
        "operation_id": "orders_list",
        "arguments": {"page": number},
        "status": 200,
        "attempts": 1,
        "duration": 0.012,
        "size": 400,
        "tokens": 100,
        "curl": f"curl --globoff -X GET 'https://api.example.com/orders?page={number}'",
        "answer": '{"id": 7}',
    }
    return Record(**(known | said))


@contextmanager
def a_store(path: Path) -> Iterator[Store]:
    """Yield the store in a file of a folder that is this user's alone."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open_store(path) as store:
        yield store


def fill(path: Path, *records: Record, lost: int = 0) -> str:
    """Keep records in a file; return its name, as --records takes it."""
    with a_store(path) as store:
        store.add(records, lost, "the disk is full" if lost else "")
    return str(path)


@contextmanager
def in_zone(name: str) -> Iterator[None]:
    """Let local time be that of a zone, whatever the machine's is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", name)
        time.tzset()
        yield
    time.tzset()
