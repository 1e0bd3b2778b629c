"""From when on a card counts as unused: staff lifted a freeze, or took the work up again.

Cards of before have none: for them her last visit counts, as it did.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0032"
down_revision: str | None = "0031"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Forwards."""
    op.add_column("card", sa.Column("opens_again_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    """Back: what was let open again is frozen again by the next round."""
    op.drop_column("card", "opens_again_at")
