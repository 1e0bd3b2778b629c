"""A need with which nobody goes on knows since when, and climbs."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0037"
down_revision: str | None = "0036"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Forwards: what stands still already is promised an answer in the next round."""
    op.add_column("need", sa.Column("still_since", sa.DateTime(timezone=True)))
    with op.batch_alter_table("told") as told:
        told.add_column(sa.Column("need_id", sa.Uuid()))
        told.create_foreign_key(op.f("fk_told_need_id"), "need", ["need_id"], ["id"])
        told.create_index(op.f("ix_told_need_id"), ["need_id"])


def downgrade() -> None:
    """Back: that somebody was told of one is forgotten."""
    told = sa.table("told", sa.column("need_id", sa.Uuid()))
    op.execute(sa.delete(told).where(told.c.need_id.is_not(None)))
    with op.batch_alter_table("told") as table:
        table.drop_index(op.f("ix_told_need_id"))
        table.drop_constraint(op.f("fk_told_need_id"), type_="foreignkey")
        table.drop_column("need_id")
    op.drop_column("need", "still_since")
