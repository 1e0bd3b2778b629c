"""A date that was moved or cancelled knows when she was shown that."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0036"
down_revision: str | None = "0035"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Forwards: what changed before counts as seen, or each of her old dates would be news."""
    op.add_column("appointment", sa.Column("change_seen_at", sa.DateTime(timezone=True)))
    date = sa.table(
        "appointment",
        sa.column("state", sa.String()),
        sa.column("set_at", sa.DateTime(timezone=True)),
        sa.column("change_seen_at", sa.DateTime(timezone=True)),
    )
    changed = date.c.state.in_(("moved", "cancelled"))
    op.execute(sa.update(date).where(changed).values(change_seen_at=date.c.set_at))


def downgrade() -> None:
    """Back: which changes she saw is forgotten."""
    op.drop_column("appointment", "change_seen_at")
