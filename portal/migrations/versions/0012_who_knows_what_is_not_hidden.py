"""Who has read in this sign-in, and who knows for good, what the pages cannot hide."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

ADDED = {"account": "knows_limits_at", "sign_in": "told_limits_at"}


def upgrade() -> None:
    """Forwards."""
    for table, column in ADDED.items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column(column, sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Backwards."""
    for table, column in ADDED.items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column(column)
