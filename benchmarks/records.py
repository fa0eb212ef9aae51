"""What a million records cost: to keep, on disk, and to be asked about; in SQLite, and in PostgreSQL.

    python benchmarks/records.py [-n RECORDS] [FILE | postgresql://USER@HOST/DATABASE ...]
    python benchmarks/records.py --filled FILE          asks a store that is filled already

Records of 50 tools and 20 callers, spread over 30 days, one in sixteen of them failed, go into a new file, or into the
files and databases that are named, which are to be empty. Of three times that each question is asked the median is
printed, in seconds and as a ratio to counting, in the same store, a column that no index has.
"""

import argparse
import math
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import islice

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


Question = tuple[str, Callable[[Store], object]]
LAST_DAY = Filter(since=END - DAY)
LAST_WEEK = Filter(since=END - 7 * DAY)
QUESTIONS: tuple[Question, ...] = (
    ("the newest 50 calls", lambda store: store.calls(Filter())),
    ("stats by tool", lambda store: store.stats(Filter())),
    ("stats by tool, last 24 h", lambda store: store.stats(LAST_DAY)),
    ("series, last 24 h in 96 steps", lambda store: store.series(LAST_DAY, 900.0)),
    ("stats by api", lambda store: store.stats(Filter(), "api")),
    ("stats by caller", lambda store: store.stats(Filter(), "caller")),
    ("stats by day", lambda store: store.stats(Filter(), "day")),
    ("stats by tool, last 7 days", lambda store: store.stats(LAST_WEEK)),
    ("stats by tool, status 4xx", lambda store: store.stats(Filter(status="4xx"))),
    ("stats by caller, one tool", lambda store: store.stats(Filter(tool="tool_7"), "caller")),
    ("stats by tool, one caller", lambda store: store.stats(Filter(caller="caller-7"))),
    ("stats by caller, tools by a pattern", lambda store: store.stats(Filter(tool="tool_1*"), "caller")),
    ("series, 30 days in days", lambda store: store.series(Filter(), DAY)),
    ("series, 7 days in 84 steps", lambda store: store.series(LAST_WEEK, 7200.0)),
    ("the newest 50 of one kind and tool", lambda store: store.calls(Filter(tool="tool_7", kind="timeout"))),
    ("the newest 50 of a kind that none has", lambda store: store.calls(Filter(kind="none"))),
)
TIMES = 3


def main() -> int:
    """Print what each store costs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-n", type=int, default=1_000_000, help="records")
    parser.add_argument("--filled", action="store_true", help="the stores are filled already")
    parser.add_argument("where", nargs="*", help="files and postgresql:// URLs; a new file where none is given")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for where in given.where or [f"{folder}/records.sqlite3"]:
            measure(where, 0 if given.filled else given.n)
    return 0


def measure(where: str, count: int) -> None:
    """Print what a store costs."""
    print(f"\n{where.partition(':')[0] if '://' in where else 'sqlite'}")
    if count:
        fill(where, count)
    baseline = scan(where)
    print(f"{'a column without index, counted':40} {baseline:7.3f} s")
    for name, ask in QUESTIONS:
        seconds = asked(where, ask)
        print(f"{name:40} {seconds:7.3f} s  {seconds / baseline:6.1f}")
    print_adding(where)


def fill(where: str, count: int) -> None:
    """Fill a store, and print how long it takes."""
    began = time.perf_counter()
    made = records(count)
    with open_store(where) as store:
        while batch := list(islice(made, BATCH)):
            store.add(batch)
        added = time.perf_counter()
        while store.settle():
            pass
        print(f"{count:,} records: {added - began:.0f} s to add, {time.perf_counter() - added:.0f} s to sum up")
        print(f"{store.size() / count:.0f} bytes a record")


def scan(where: str) -> float:
    """Return the seconds that counting a column takes which no index has."""
    url = where.replace("postgresql://", "postgresql+psycopg://") if "://" in where else f"sqlite:///{where}"
    engine = create_engine(url)
    with engine.connect() as connection:
        seconds = median(lambda: connection.execute(text("SELECT count(*) FROM calls WHERE attempts = 1")).scalar())
    engine.dispose()
    return seconds


def asked(where: str, ask: Callable[[Store], object]) -> float:
    """Return the seconds that a question takes."""
    with open_store(where, read_only=True) as store:
        return median(lambda: ask(store))


def median(work: Callable[[], object]) -> float:
    """Return the median of some times."""
    taken = []
    for _ in range(TIMES):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def print_adding(where: str) -> None:
    """Print what adding costs, in batches of some sizes."""
    with open_store(where) as store:
        for size in (1, 10, 100, 250):
            number = 2_000 // size
            batches = [
                list(records(size, first=time.time_ns() + each, begin=END, end=END + 1)) for each in range(number)
            ]
            store.add(batches.pop())
            wall, cpu = time.perf_counter(), time.process_time()
            for batch in batches:
                store.add(batch)
            each = 1e6 / (len(batches) * size)
            wall, cpu = (time.perf_counter() - wall) * each, (time.process_time() - cpu) * each
            print(f"{f'added, {size} at a time: one record':40} {wall:7.0f} µs, {cpu:.0f} of them ours")


if __name__ == "__main__":
    sys.exit(main())
