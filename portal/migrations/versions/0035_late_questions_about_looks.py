"""Her questions about a look climb when their promise passes, and get a new time."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0035"
down_revision: str | None = "0034"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Forwards: what is late already climbs in the next round."""
    op.add_column("look_question", sa.Column("answer_again_before", sa.DateTime(timezone=True)))
    with op.batch_alter_table("told") as told:
        told.add_column(sa.Column("look_question_id", sa.Uuid()))
        told.create_foreign_key(
            op.f("fk_told_look_question_id"), "look_question", ["look_question_id"], ["id"]
        )
        told.create_index(op.f("ix_told_look_question_id"), ["look_question_id"])


def downgrade() -> None:
    """Back: that somebody was told of one is forgotten."""
    told = sa.table("told", sa.column("look_question_id", sa.Uuid()))
    op.execute(sa.delete(told).where(told.c.look_question_id.is_not(None)))
    with op.batch_alter_table("told") as table:
        table.drop_index(op.f("ix_told_look_question_id"))
        table.drop_constraint(op.f("fk_told_look_question_id"), type_="foreignkey")
        table.drop_column("look_question_id")
    op.drop_column("look_question", "answer_again_before")
