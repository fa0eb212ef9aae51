"""The run of `ask` that a call belongs to, and an index of those calls alone."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the column; a call that no run made has none, nor has what an older program still writes."""
    op.add_column("calls", sa.Column("run", sa.String))
    some = sa.text("run IS NOT NULL")
    op.create_index("calls_by_run", "calls", ["run"], sqlite_where=some, postgresql_where=some)
