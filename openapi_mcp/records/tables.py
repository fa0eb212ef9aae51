"""The tables of a store: what is counted is narrow and stands in `calls`, the long texts of a call in `texts`.

`stats` reads one index from end to end, in the order of its groups: nothing is sorted, and no table is touched.
That is how a million calls are counted in a third of a second; migrations/versions has the same tables, step by step.
"""

from bisect import bisect_right

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    Index,
    Integer,
    MetaData,
    Sequence,
    SmallInteger,
    String,
    Table,
    Text,
)

NEWEST = "0001"
"""The version of these tables: the last of migrations/versions."""

METADATA = MetaData()
NUMBERS = Sequence("calls_n", metadata=METADATA)
"""Numbers of calls in PostgreSQL, in the order in which they are kept; SQLite has no sequences and needs none."""

_Long = BigInteger().with_variant(Integer(), "sqlite")
_Exact = String().with_variant(String(collation="C"), "postgresql")  # ordered by bytes, as SQLite does

TOOLS = Table(
    "tools",
    METADATA,
    Column("n", Integer, primary_key=True),
    Column("key", String, nullable=False, unique=True),  # a digest of the rest: an index takes no text of any length
    Column("api", Text, nullable=False),
    Column("tool", Text, nullable=False),
    Column("method", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("operation_id", Text, nullable=False),
)
CALLERS = Table(
    "callers",
    METADATA,
    Column("n", Integer, primary_key=True),
    Column("key", String, nullable=False, unique=True),
    Column("caller", Text, nullable=False),
)
CALLS = Table(
    "calls",
    METADATA,
    Column("n", _Long, primary_key=True, autoincrement=False),
    Column("id", _Exact, nullable=False, unique=True),
    Column("time", Float(53), nullable=False),
    Column("day", Integer, nullable=False),  # since 1970, UTC
    Column("tool", Integer, nullable=False),
    Column("caller", Integer, nullable=False),
    Column("status", Integer),
    Column("kind", String, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("waited", Float(53), nullable=False),
    Column("cache", String, nullable=False),
    Column("duration", Float(53), nullable=False),
    Column("bucket", SmallInteger, nullable=False),  # of the duration
    Column("size", _Long, nullable=False),
    Column("tokens", _Long, nullable=False),
    Column("repairs", Integer, nullable=False),
    Column("weight", Integer, nullable=False),  # about how many bytes its rows take
)
TEXTS = Table(
    "texts",
    METADATA,
    Column("n", _Long, primary_key=True, autoincrement=False),
    Column("arguments", Text),  # JSON, as are repairs and lookups
    Column("message", Text, nullable=False),
    Column("repairs", Text, nullable=False),
    Column("lookups", Text, nullable=False),
    Column("curl", Text, nullable=False),
    Column("answer", Text, nullable=False),
)
LOSSES = Table(
    "losses",
    METADATA,
    Column("n", Integer, primary_key=True),
    Column("time", Float(53), nullable=False),
    Column("lost", Integer, nullable=False),
    Column("why", Text, nullable=False),
)

BY_TIME, BY_TOOL, BY_CALLER, BY_DAY = "calls_by_time", "calls_by_tool", "calls_by_caller", "calls_by_day"
_COUNTED = ("status", "cache", "size", "tokens", "repairs")
INDEXES = {
    BY_TIME: ("time", "n"),
    BY_TOOL: ("tool", "bucket", "kind", "duration", "time", "caller", *_COUNTED),
    BY_CALLER: ("caller", "bucket", "kind", "duration", "time", "tool", *_COUNTED),
    BY_DAY: ("day", "bucket", "kind", "duration", "time", "tool", "caller", *_COUNTED),
}
for _name, _columns in INDEXES.items():
    Index(_name, *(CALLS.c[each] for each in _columns))

_BOUNDS = tuple(1e-4 * 1.05**power for power in range(400))


def bucket_of(duration: float) -> int:
    """Return which bucket a duration is in: they are 5 % wide, from 0.1 ms to 8 hours, and their order is that of time.

    Percentiles are found by counting buckets, and then by looking into one of them: 0.1 -> 142.
    """
    return bisect_right(_BOUNDS, duration)
