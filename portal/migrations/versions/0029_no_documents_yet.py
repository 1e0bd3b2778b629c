"""Nothing is asked about documents: the house has none."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0029"
down_revision: str | None = "0028"
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
GONE = "document"
KINDS = (
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
    "police_sharing",
    "separation_override",
    "feedback",
    "not_this_person",
)


def upgrade() -> None:
    """Forwards: no page could ask about one, so no row is expected."""
    decision = sa.table("decision", sa.column("id", sa.Uuid()), sa.column("kind", sa.String()))
    gone = sa.select(decision.c.id).where(decision.c.kind == GONE)
    for name in ("told", "decision_key"):
        of_it = sa.table(name, sa.column("decision_id", sa.Uuid()))
        op.execute(sa.delete(of_it).where(of_it.c.decision_id.in_(gone)))
    op.execute(sa.delete(decision).where(decision.c.kind == GONE))
    _let_be_asked(KINDS)


def downgrade() -> None:
    """Back."""
    _let_be_asked((*KINDS, GONE))


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
