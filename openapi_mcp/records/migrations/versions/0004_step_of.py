"""The workflow's call that a call is a step of, and an index of those calls alone."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the column; a call that is no step has none, nor has what an older program still writes."""
    op.add_column("calls", sa.Column("step_of", sa.String))
    some = sa.text("step_of IS NOT NULL")
    op.create_index("calls_by_workflow", "calls", ["step_of"], sqlite_where=some, postgresql_where=some)
