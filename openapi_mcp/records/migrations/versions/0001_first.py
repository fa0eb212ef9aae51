"""The tables as they were first released."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_EXACT = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Make all tables and indexes."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(sa.schema.CreateSequence(sa.Sequence("calls_n")))
    _names()
    _calls()
    _texts()
    _sums()
    op.create_table(
        "losses",
        sa.Column("n", sa.Integer, primary_key=True),
        sa.Column("time", sa.Float(53), nullable=False),
        sa.Column("lost", sa.Integer, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
    )


def _names() -> None:
    op.create_table(
        "tools",
        sa.Column("n", sa.Integer, primary_key=True),
        sa.Column("key", sa.String, nullable=False, unique=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("api", "tool", "method", "path", "operation_id")),
    )
    op.create_table(
        "callers",
        sa.Column("n", sa.Integer, primary_key=True),
        sa.Column("key", sa.String, nullable=False, unique=True),
        sa.Column("caller", sa.Text, nullable=False),
    )


def _calls() -> None:
    op.create_table(
        "calls",
        sa.Column("n", _LONG, primary_key=True, autoincrement=False),
        sa.Column("id", _EXACT, nullable=False, unique=True),
        sa.Column("time", sa.Float(53), nullable=False),
        sa.Column("tool", sa.Integer, nullable=False),
        sa.Column("caller", sa.Integer, nullable=False),
        sa.Column("status", sa.Integer),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("waited", sa.Float(53), nullable=False),
        sa.Column("cache", sa.String, nullable=False),
        sa.Column("duration", sa.Float(53), nullable=False),
        sa.Column("size", _LONG, nullable=False),
        sa.Column("tokens", _LONG, nullable=False),
        sa.Column("repairs", sa.Integer, nullable=False),
        sa.Column("weight", sa.Integer, nullable=False),
    )
    op.create_index("calls_by_time", "calls", ["time", "n"])


def _texts() -> None:
    op.create_table(
        "texts",
        sa.Column("n", _LONG, primary_key=True, autoincrement=False),
        sa.Column("arguments", sa.Text),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("message", "repairs", "lookups", "curl", "answer")),
    )


def _sums() -> None:
    op.create_table(
        "sums",
        sa.Column("n", _LONG, primary_key=True),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("part", sa.Integer, nullable=False),
        sa.Column("member", sa.Integer, nullable=False),
        sa.Column("status", sa.Integer),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("cache", sa.String, nullable=False),
        sa.Column("calls", sa.Integer, nullable=False),
        sa.Column("last", sa.Float(53), nullable=False),
        *(sa.Column(name, _LONG, nullable=False) for name in ("repairs", "tokens", "size")),
        sa.Column("durations", sa.LargeBinary, nullable=False),
    )
    op.create_index("sums_by_part", "sums", ["by", "part"])
    op.create_table("settled", sa.Column("part", sa.Integer, primary_key=True, autoincrement=False))
