"""When children are looked after in the house, and for how many a visit keeps a place."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0026"
down_revision: str | None = "0025"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

BEFORE = (
    "hours", "promises", "languages", "service", "help_line", "legal_text", "exit_pages",
    "retention",
)  # fmt: skip
ADDED = "childcare"
TOPIC = "ck_setting_version_topic"


def upgrade() -> None:
    """Forwards."""
    with op.batch_alter_table("centre") as batch:
        batch.add_column(sa.Column("childcare", sa.JSON(), nullable=False, server_default="{}"))
    with op.batch_alter_table("centre") as batch:
        batch.alter_column("childcare", server_default=None)
    with op.batch_alter_table("visit") as batch:
        batch.add_column(sa.Column("children", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("visit") as batch:
        batch.alter_column("children", server_default=None)
    _let_be((*BEFORE, ADDED))


def downgrade() -> None:
    """Back: who looks after children is forgotten, and that it was set."""
    version = sa.table("setting_version", sa.column("topic", sa.String()))
    op.execute(sa.delete(version).where(version.c.topic == ADDED))
    _let_be(BEFORE)
    with op.batch_alter_table("visit") as batch:
        batch.drop_column("children")
    with op.batch_alter_table("centre") as batch:
        batch.drop_column("childcare")


def _let_be(topics: Sequence[str]) -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    table = "setting_version"
    if not is_sqlite:
        op.drop_constraint(op.f(TOPIC), table, type_="check")
    with op.batch_alter_table(table, recreate="always" if is_sqlite else "auto") as batch:
        listed = ", ".join(repr(topic) for topic in topics)
        batch.create_check_constraint(op.f(TOPIC), f"topic IN ({listed})")
