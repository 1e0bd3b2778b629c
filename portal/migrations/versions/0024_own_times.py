"""When she cannot come is known to the machine too, so that every refusal of a time is alike."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0024"
down_revision: str | None = "0023"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Forwards."""
    op.create_table(
        "own_times",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_own_times_case_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_own_times")),
    )


def downgrade() -> None:
    """Back."""
    op.drop_table("own_times")
