"""She may ask for somebody else on her file."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0017"
down_revision: str | None = "0016"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

STATES = (
    "waiting",
    "accepted",
    "given_back",
    "asked_again",
    "declined",
    "withdrawn",
    "lapsed",
    "not_possible",
)
LANES = ("red", "orange", "green", "information")
BEFORE = (
    "need",
    "card_again",
    "break_glass",
    "break_glass_review",
    "export",
    "erasure",
    "legal_hold",
    "role_change",
    "sign_in_again",
    "contact_change",
    "release",
    "document",
    "police_sharing",
    "separation_override",
    "feedback",
)
ADDED = "not_this_person"


def upgrade() -> None:
    """Forwards."""
    _let_be_asked((*BEFORE, ADDED))


def downgrade() -> None:
    """Back: what she asked for goes."""
    decision = sa.table("decision", sa.column("id", sa.Uuid()), sa.column("kind", sa.String()))
    told = sa.table("told", sa.column("decision_id", sa.Uuid()))
    gone = sa.select(decision.c.id).where(decision.c.kind == ADDED)
    op.execute(sa.delete(told).where(told.c.decision_id.in_(gone)))
    op.execute(sa.delete(decision).where(decision.c.kind == ADDED))
    _let_be_asked(BEFORE)


def _let_be_asked(kinds: Sequence[str]) -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    if not is_sqlite:
        op.drop_constraint(op.f("ck_decision_decisionkind"), "decision", type_="check")
    with op.batch_alter_table("decision", recreate="always" if is_sqlite else "auto") as batch:
        batch.create_check_constraint(op.f("ck_decision_decisionkind"), _one_of("kind", kinds))
        if is_sqlite:
            # A copy keeps no check unless it is made anew.
            batch.create_check_constraint(
                op.f("ck_decision_decisionstate"), _one_of("state", STATES)
            )
            batch.create_check_constraint(op.f("ck_decision_lane"), _one_of("lane", LANES))


def _one_of(column: str, words: Sequence[str]) -> str:
    return f"{column} IN ({', '.join(repr(word) for word in words)})"
