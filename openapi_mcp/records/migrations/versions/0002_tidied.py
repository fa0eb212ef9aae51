"""When a store was last tidied: processes that live shortly tell by it whether it is their turn."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table of one row; there is none until somebody has tidied."""
    op.create_table(
        "tidied",
        sa.Column("n", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("time", sa.Float(53), nullable=False),
    )
