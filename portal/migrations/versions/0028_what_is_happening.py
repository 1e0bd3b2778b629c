"""What is happening, entry by entry; a question to show something that was never written ends."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0028"
down_revision: str | None = "0027"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

LANES = ("help", "justice", "programme")
STATES = ("waiting", "shown", "not_shown", "taken_back")


def upgrade() -> None:
    """Forwards."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "timeline_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("lane", _one_of(LANES, "entrylane"), nullable=False),
        sa.Column("state", _one_of(STATES, "entrystate"), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("written_at", moment, nullable=False),
        sa.Column("shown_at", moment, nullable=True),
        sa.Column("shown_by_id", sa.Uuid(), nullable=True),
        sa.Column("taken_back_at", moment, nullable=True),
        sa.Column("taken_back_by_id", sa.Uuid(), nullable=True),
        sa.Column("seen_at", moment, nullable=True),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_timeline_entry_case_id")),
        sa.ForeignKeyConstraint(
            ["author_id"], ["account.id"], name=op.f("fk_timeline_entry_author_id")
        ),
        sa.ForeignKeyConstraint(
            ["shown_by_id"], ["account.id"], name=op.f("fk_timeline_entry_shown_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["taken_back_by_id"], ["account.id"], name=op.f("fk_timeline_entry_taken_back_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timeline_entry")),
    )
    op.create_index("ix_timeline_entry_shown", "timeline_entry", ["case_id", "state", "shown_at"])
    op.create_index("ix_timeline_entry_written", "timeline_entry", ["case_id", "written_at"])
    op.create_index("ix_timeline_entry_author", "timeline_entry", ["author_id", "written_at"])
    decision = sa.table(
        "decision",
        *(sa.column(name) for name in ("kind", "state", "subject_id", "took_effect_at")),
    )
    op.execute(
        sa.update(decision)
        .where(
            decision.c.kind == "release",
            decision.c.subject_id.is_(None),
            decision.c.took_effect_at.is_(None),
            decision.c.state.in_(("waiting", "given_back", "accepted")),
        )
        .values(state="not_possible")
    )


def downgrade() -> None:
    """Backwards: what was written is gone."""
    op.drop_table("timeline_entry")


def _one_of(names: tuple[str, ...], name: str) -> sa.Enum:
    return sa.Enum(*names, name=name, native_enum=False, create_constraint=True, length=32)
