"""What was decided lately of one kind is found without going through all that was ever decided."""

from collections.abc import Sequence

from alembic import op

revision: str = "0020"
down_revision: str | None = "0019"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Forwards."""
    op.create_index("ix_decision_decided", "decision", ["kind", "decided_at"])


def downgrade() -> None:
    """Back."""
    op.drop_index("ix_decision_decided", "decision")
