"""A case is closed, kept for a time, held by law, and erased."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

BEFORE = ("wrong_pins", "by_staff")
SINCE = (*BEFORE, "quiet", "case_closed")
TIMES = ("closed_at", "messages_gone_at", "held_at")


def upgrade() -> None:
    """Forwards."""
    with op.batch_alter_table("case") as batch:
        for name in TIMES:
            batch.add_column(sa.Column(name, sa.DateTime(timezone=True)))
        batch.add_column(sa.Column("closed_by_id", sa.Uuid()))
        batch.add_column(sa.Column("closed_why", sa.LargeBinary()))
        batch.create_foreign_key(op.f("fk_case_closed_by_id"), "account", ["closed_by_id"], ["id"])
        batch.create_index(op.f("ix_case_closed_at"), ["closed_at"])
    _freezing(SINCE)


def downgrade() -> None:
    """Back."""
    op.execute(
        "UPDATE card SET frozen_why = 'by_staff' WHERE frozen_why IN ('quiet', 'case_closed')"
    )
    _freezing(BEFORE)
    with op.batch_alter_table("case") as batch:
        batch.drop_index(op.f("ix_case_closed_at"))
        batch.drop_constraint(op.f("fk_case_closed_by_id"), type_="foreignkey")
        for name in (*TIMES, "closed_by_id", "closed_why"):
            batch.drop_column(name)


def _freezing(words: Sequence[str]) -> None:
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
