"""Referrals that are not answered in time climb too, and promise a new time.

Revision ID: 0005
Revises: 0004
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

STEPS = "step IN ('case_director', 'stand_in', 'coordinator')"


def upgrade() -> None:
    """Forwards."""
    op.add_column("referral", sa.Column("answer_again_before", sa.DateTime(timezone=True)))
    op.drop_table("told")
    op.create_table(
        "told",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("decision_id", sa.Uuid()),
        sa.Column("referral_id", sa.Uuid()),
        sa.Column("step", sa.String(32), nullable=False),
        sa.Column("account_id", sa.Uuid()),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_told")),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"], name=op.f("fk_told_decision_id")),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_told_referral_id")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_told_account_id")),
        sa.CheckConstraint(STEPS, name=op.f("ck_told_step")),
    )
    op.create_index(op.f("ix_told_decision_id"), "told", ["decision_id"])
    op.create_index(op.f("ix_told_referral_id"), "told", ["referral_id"])
    op.create_index("ix_told_account", "told", ["account_id", "told_at"])


def downgrade() -> None:
    """Backwards: who was told about a referral is forgotten."""
    op.execute("DELETE FROM told WHERE decision_id IS NULL")
    op.drop_index(op.f("ix_told_referral_id"), "told")
    with op.batch_alter_table("told") as batch_op:
        batch_op.drop_constraint(op.f("fk_told_referral_id"), type_="foreignkey")
        batch_op.drop_column("referral_id")
        batch_op.alter_column("decision_id", existing_type=sa.Uuid(), nullable=False)
    op.drop_column("referral", "answer_again_before")
