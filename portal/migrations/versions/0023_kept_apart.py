"""Two people are kept apart by links that say nothing in clear; one time may be allowed once."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0023"
down_revision: str | None = "0022"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Forwards."""
    op.create_table(
        "kept_apart",
        sa.Column("mark", sa.LargeBinary(), nullable=False),
        sa.Column("pair", sa.LargeBinary(), nullable=False),
        sa.Column("story", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_apart")),
        sa.UniqueConstraint("mark", name=op.f("uq_kept_apart_mark")),
    )
    _create_keys()
    _create_allowed_times()


def downgrade() -> None:
    """Back."""
    op.drop_table("allowed_time")
    op.drop_table("kept_apart_key")
    op.drop_table("kept_apart")


def _create_keys() -> None:
    op.create_table(
        "kept_apart_key",
        sa.Column("kept_apart_id", sa.Uuid(), nullable=False),
        sa.Column("holder_id", sa.Uuid(), nullable=False),
        sa.Column("holder_version", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("mac", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["kept_apart_id"], ["kept_apart.id"], name=op.f("fk_kept_apart_key_kept_apart_id")
        ),
        sa.ForeignKeyConstraint(
            ["holder_id"], ["holder.id"], name=op.f("fk_kept_apart_key_holder_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_apart_key")),
        sa.UniqueConstraint(
            "kept_apart_id", "holder_id", name=op.f("uq_kept_apart_key_kept_apart_id_holder_id")
        ),
    )


def _create_allowed_times() -> None:
    references = {
        "decision_id": "decision",
        "case_id": "case",
        "referral_id": "referral",
        "with_id": "account",
    }
    op.create_table(
        "allowed_time",
        *(sa.Column(name, sa.Uuid(), nullable=False) for name in references),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        *(
            sa.ForeignKeyConstraint([name], [f"{table}.id"], name=op.f(f"fk_allowed_time_{name}"))
            for name, table in references.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allowed_time")),
        sa.UniqueConstraint("decision_id", name=op.f("uq_allowed_time_decision_id")),
    )
    op.create_index(op.f("ix_allowed_time_referral_id"), "allowed_time", ["referral_id"])
