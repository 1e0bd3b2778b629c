"""Dates that are over and out of her sight, and dates of which she took a calendar file."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0019"
down_revision: str | None = "0018"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Forwards."""
    with op.batch_alter_table("appointment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("hidden_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("calendar_id", sa.Uuid(), nullable=True))


def downgrade() -> None:
    """Backwards."""
    with op.batch_alter_table("appointment", schema=None) as batch_op:
        batch_op.drop_column("calendar_id")
        batch_op.drop_column("hidden_at")
