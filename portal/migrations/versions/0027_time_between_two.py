"""How long two who must not meet are kept apart: a setting of the house."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0027"
down_revision: str | None = "0026"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

BEFORE = (
    "hours", "promises", "languages", "service", "help_line", "legal_text", "exit_pages",
    "retention", "childcare",
)  # fmt: skip
ADDED = "separation"
TOPIC = "ck_setting_version_topic"


def upgrade() -> None:
    """Forwards."""
    with op.batch_alter_table("centre") as batch:
        batch.add_column(sa.Column(ADDED, sa.JSON(), nullable=False, server_default="{}"))
    with op.batch_alter_table("centre") as batch:
        batch.alter_column(ADDED, server_default=None)
    _let_be((*BEFORE, ADDED))


def downgrade() -> None:
    """Back: what was set is forgotten, and that it was set; an hour counts again."""
    version = sa.table("setting_version", sa.column("topic", sa.String()))
    op.execute(sa.delete(version).where(version.c.topic == ADDED))
    _let_be(BEFORE)
    with op.batch_alter_table("centre") as batch:
        batch.drop_column(ADDED)


def _let_be(topics: Sequence[str]) -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    table = "setting_version"
    if not is_sqlite:
        op.drop_constraint(op.f(TOPIC), table, type_="check")
    with op.batch_alter_table(table, recreate="always" if is_sqlite else "auto") as batch:
        listed = ", ".join(repr(topic) for topic in topics)
        batch.create_check_constraint(op.f(TOPIC), f"topic IN ({listed})")
