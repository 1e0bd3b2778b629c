"""Halves lent for one decision, the case team's half of her key, and a card that is doubted."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0014"
down_revision: str | None = "0013"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

BEFORE = ("wrong_pins", "by_staff", "quiet", "case_closed")
ADDED = "somebody_else"


def upgrade() -> None:
    """Forwards."""
    op.create_table(
        "lent_half",
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("holder_id", sa.Uuid(), nullable=False),
        sa.Column("holder_version", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decision.id"], name=op.f("fk_lent_half_decision_id")
        ),
        sa.ForeignKeyConstraint(["holder_id"], ["holder.id"], name=op.f("fk_lent_half_holder_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lent_half")),
        sa.UniqueConstraint(
            "decision_id",
            "subject_id",
            "version",
            name=op.f("uq_lent_half_decision_id_subject_id_version"),
        ),
    )
    op.create_index(op.f("ix_lent_half_until"), "lent_half", ["until"])
    with op.batch_alter_table("case") as case:
        case.add_column(sa.Column("card_half", sa.LargeBinary(), nullable=True))
    _let_reasons_be((*BEFORE, ADDED))


def downgrade() -> None:
    """Backwards: a card that was doubted stays frozen by staff."""
    card = sa.table("card", sa.column("frozen_why", sa.String()))
    op.execute(sa.update(card).where(card.c.frozen_why == ADDED).values(frozen_why="by_staff"))
    _let_reasons_be(BEFORE)
    with op.batch_alter_table("case") as case:
        case.drop_column("card_half")
    op.drop_table("lent_half")


def _let_reasons_be(words: Sequence[str]) -> None:
    """Let a card be frozen for these reasons."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    if not is_sqlite:
        op.drop_constraint(op.f("ck_card_frozen"), "card", type_="check")
    with op.batch_alter_table("card", recreate="always" if is_sqlite else "auto") as batch:
        if is_sqlite:
            # A copy keeps no check unless it is made anew: the state of a card has one too.
            states = ("new", "active", "frozen", "void")
            batch.create_check_constraint(op.f("ck_card_cardstate"), _one_of("state", states))
        batch.create_check_constraint(op.f("ck_card_frozen"), _one_of("frozen_why", words))


def _one_of(column: str, words: Sequence[str]) -> str:
    return f"{column} IN ({', '.join(repr(word) for word in words)})"
