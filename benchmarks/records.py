"""What a million records cost: to keep, on disk, and to be asked about; in SQLite, and in PostgreSQL.

    python benchmarks/records.py [-n RECORDS] [--keep FOLDER] [postgresql://USER@HOST/DATABASE]

Records of 50 tools and 20 callers, spread over 30 days, one in sixteen of them failed. Each question is asked of a
store that is freshly opened, as a command does it, and its time is printed in seconds and as a ratio to that of
counting a column that no index has, in the same store. The database is to be empty; without one, only SQLite is asked.
"""

import argparse
import math
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from sqlalchemy import create_engine, text

from openapi_mcp.model.record import Record
from openapi_mcp.records.query import Filter
from openapi_mcp.records.sql import open_store
from openapi_mcp.records.store import Store

DAY = 86400.0
END = 1_763_700_000.0
KINDS = ("not_found", "rejected", "rate_limited", "timeout", "upstream_error")
BATCH = 1_000
ANSWER = '{"id": 7, "name": "Kettle", "price": "38.00", "in_stock": true}'


def records(count: int, first: int = 0, begin: float = END - 30 * DAY, end: float = END) -> Iterator[Record]:
    """Yield records, the oldest first, the same in each run."""
    chance = random.Random(first)
    for number in range(count):
        is_error = chance.random() < 1 / 16
        size = len(ANSWER) + int(chance.expovariate(1 / 2000))
        product = chance.randrange(10_000)
        yield Record(
            id=f"{chance.getrandbits(96):024x}",
            time=begin + (end - begin) * number / count,
            api="shop",
            tool=f"tool_{chance.randrange(50)}",
            method="GET",
            path="/products/{id}",
            operation_id="get_product",
            caller=f"caller-{chance.randrange(20)}",
            arguments={"id": product, "expand": "reviews"},
            status=404 if is_error else 200,
            kind=chance.choice(KINDS) if is_error else "",
            message=f"no product has the id {product}" if is_error else "",
            attempts=1,
            duration=math.exp(chance.gauss(-2.3, 0.8)),
            cache="hit" if chance.random() < 0.1 else "",
            repairs=({"field": "id", "from": "Kettle", "to": product, "how": "looked up"},) if not number % 40 else (),
            size=size,
            tokens=size // 4,
            curl=f"curl 'https://shop.example/products/{product}?expand=reviews' -H 'Authorization: ***'",
            answer=ANSWER,
        )
