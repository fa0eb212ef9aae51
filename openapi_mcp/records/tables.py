"""The tables of a store: what is counted is narrow and stands in `calls`, the long texts of a call in `texts`.

A call that is added changes few pages: `calls` has no index but those of id and time, and of the few in a run or a
workflow. So that a million of them are counted at once, `sums` has what the calls of six hours come to, worked out
behind them (settling.py). migrations/versions makes the same tables.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Sequence,
    String,
    Table,
    Text,
)

NEWEST = "0004"
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
    Column("tool", Integer, nullable=False),
    Column("caller", Integer, nullable=False),
    Column("status", Integer),
    Column("kind", String, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("waited", Float(53), nullable=False),
    Column("cache", String, nullable=False),
    Column("duration", Float(53), nullable=False),
    Column("size", _Long, nullable=False),
    Column("tokens", _Long, nullable=False),
    Column("repairs", Integer, nullable=False),
    Column("weight", Integer, nullable=False),  # about how many bytes its rows take
    Column("run", String),  # of `ask`, that made it; an older program writes none
    Column("step_of", String),  # the id of the workflow's call that it is a step of; an older program writes none
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

SUMS = Table(
    "sums",
    METADATA,
    Column("n", _Long, primary_key=True),
    Column("by", String, nullable=False),  # one of SUMMED
    Column("part", Integer, nullable=False),  # of time: how many times PART since 1970
    Column("member", Integer, nullable=False),  # the number of the tool or caller
    Column("status", Integer),
    Column("kind", String, nullable=False),
    Column("cache", String, nullable=False),
    Column("calls", Integer, nullable=False),
    Column("last", Float(53), nullable=False),
    Column("repairs", _Long, nullable=False),
    Column("tokens", _Long, nullable=False),
    Column("size", _Long, nullable=False),
    Column("durations", LargeBinary, nullable=False),  # all of them, 8 bytes each, so that percentiles are exact
)
SETTLED = Table("settled", METADATA, Column("part", Integer, primary_key=True, autoincrement=False))
"""The parts of time whose calls are all in `sums`."""
TIDIED = Table(
    "tidied",
    METADATA,
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("time", Float(53), nullable=False),
)
"""When the store was last tidied, by whichever process: one row, or none."""

PART = 6 * 3600
SUMMED = (TOOL, CALLER) = ("tool", "caller")
BY_TIME = Index("calls_by_time", CALLS.c.time, CALLS.c.n)
_IN_A_RUN = CALLS.c.run.is_not(None)
BY_RUN = Index("calls_by_run", CALLS.c.run, sqlite_where=_IN_A_RUN, postgresql_where=_IN_A_RUN)  # most have none
_IN_A_WORKFLOW = CALLS.c.step_of.is_not(None)
BY_WORKFLOW = Index("calls_by_workflow", CALLS.c.step_of, sqlite_where=_IN_A_WORKFLOW, postgresql_where=_IN_A_WORKFLOW)
BY_PART = Index("sums_by_part", SUMS.c.by, SUMS.c.part)
