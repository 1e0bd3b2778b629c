"""What is told without a name, and what is published to it; free questions about it end."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0031"
down_revision: str | None = "0030"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

STATES = ("waiting", "not_published", "published", "taken_down")


def upgrade() -> None:
    """Forwards: until now a yes to such a question allowed something that nothing did."""
    op.create_table(
        "feedback",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_feedback_week", "feedback", ["week"])
    op.create_table(
        "feedback_key",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("holder_id", sa.Uuid(), nullable=False),
        sa.Column("holder_version", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("mac", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["holder_id"], ["holder.id"], name=op.f("fk_feedback_key_holder_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback_key")),
        sa.UniqueConstraint(
            "subject_id", "holder_id", name=op.f("uq_feedback_key_subject_id_holder_id")
        ),
        sqlite_with_rowid=False,
    )
    _answers()
    decision = sa.table(
        "decision",
        *(sa.column(name) for name in ("kind", "state", "subject_id", "took_effect_at")),
    )
    op.execute(
        sa.update(decision)
        .where(
            decision.c.kind == "feedback",
            decision.c.subject_id.is_(None),
            decision.c.took_effect_at.is_(None),
            decision.c.state.in_(("waiting", "given_back", "accepted")),
        )
        .values(state="not_possible")
    )


def downgrade() -> None:
    """Backwards: what was told and published is gone."""
    for name in ("feedback_answer", "feedback_key", "feedback"):
        op.drop_table(name)


def _answers() -> None:
    moment = sa.DateTime(timezone=True)
    people = ("written_by_id", "published_by_id", "taken_down_by_id")
    state = sa.Enum(
        *STATES, name="answerstate", native_enum=False, create_constraint=True, length=32
    )
    op.create_table(
        "feedback_answer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("state", state, nullable=False),
        sa.Column("written_by_id", sa.Uuid(), nullable=False),
        sa.Column("written_at", moment, nullable=False),
        sa.Column("published_at", moment, nullable=True),
        sa.Column("published_by_id", sa.Uuid(), nullable=True),
        sa.Column("taken_down_at", moment, nullable=True),
        sa.Column("taken_down_by_id", sa.Uuid(), nullable=True),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.Column("texts", sa.JSON(), nullable=False),
        *(
            sa.ForeignKeyConstraint([one], ["account.id"], name=op.f(f"fk_feedback_answer_{one}"))
            for one in people
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback_answer")),
    )
    op.create_index("ix_feedback_answer_published", "feedback_answer", ["state", "published_at"])
    op.create_index("ix_feedback_answer_written", "feedback_answer", ["written_at"])
