"""Since when a service is paused or closed: news for every file that has something with it.

Of what was changed before it is not known: such a file has no news of it.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0034"
down_revision: str | None = "0033"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Forwards."""
    op.add_column("service", sa.Column("state_since", sa.DateTime(timezone=True)))


def downgrade() -> None:
    """Back: it is forgotten."""
    op.drop_column("service", "state_since")
