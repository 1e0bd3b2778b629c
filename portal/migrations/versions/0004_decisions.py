"""One mechanism for everything that a person decides about.

Revision ID: 0004
Revises: 0003
"""

from collections.abc import Sequence
from typing import Literal

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

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
    "document",
    "police_sharing",
    "separation_override",
    "feedback",
)
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
FOLDERS = (
    "contact_card",
    "needs",
    "story",
    "conversation",
    "timeline",
    "staff_notes",
    "referral",
    "draft",
)
WHYS = ("her_own", "case_team", "desk_unrouted", "she_said_yes", "recovery", "emergency")
STEPS = ("case_director", "stand_in", "coordinator")


def upgrade() -> None:
    """Decisions of every kind, with reasons, claims, moments of effect and who was told."""
    _vocabulary("folder", "kind", "folderkind", (*FOLDERS, "decisions"))
    _vocabulary("folder_grant", "why", "why", (*WHYS, "decision"))
    op.add_column("need", sa.Column("answer_again_before", sa.DateTime(timezone=True)))
    _drop_checks("decision", "decisionkind", "decisionstate", "lane")
    with op.batch_alter_table("decision") as batch_op:
        batch_op.alter_column("case_id", existing_type=sa.Uuid(), nullable=True)
        batch_op.add_column(sa.Column("subject_id", sa.Uuid()))
        batch_op.add_column(sa.Column("facts", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("follows_id", sa.Uuid()))
        batch_op.add_column(sa.Column("claimed_by_id", sa.Uuid()))
        for name in ("answer_again_before", "vanishes_at", "claimed_at"):
            batch_op.add_column(sa.Column(name, sa.DateTime(timezone=True)))
        for name in ("takes_effect_at", "took_effect_at"):
            batch_op.add_column(sa.Column(name, sa.DateTime(timezone=True)))
        batch_op.add_column(sa.Column("reason", sa.LargeBinary()))
    with op.batch_alter_table("decision", recreate=_copied()) as batch_op:
        batch_op.alter_column("facts", existing_type=sa.JSON(), server_default=None)
        batch_op.create_foreign_key(
            op.f("fk_decision_follows_id"), "decision", ["follows_id"], ["id"]
        )
        batch_op.create_foreign_key(
            op.f("fk_decision_claimed_by_id"), "account", ["claimed_by_id"], ["id"]
        )
        batch_op.create_index("ix_decision_asked", ["asked_by_id", "asked_at"])
        _vocabularies_of_decisions(batch_op, kinds=KINDS, states=STATES)
    _create_tables()


def downgrade() -> None:
    """Only needs are decided about; what else was asked goes."""
    op.drop_table("told")
    op.drop_table("decision_key")
    op.execute("DELETE FROM decision WHERE kind <> 'need' OR follows_id IS NOT NULL")
    _drop_checks("decision", "decisionkind", "decisionstate", "lane")
    with op.batch_alter_table("decision", recreate=_copied()) as batch_op:
        batch_op.drop_index("ix_decision_asked")
        batch_op.drop_constraint(op.f("fk_decision_follows_id"), type_="foreignkey")
        batch_op.drop_constraint(op.f("fk_decision_claimed_by_id"), type_="foreignkey")
        for name in ("subject_id", "facts", "follows_id", "claimed_by_id", "claimed_at", "reason"):
            batch_op.drop_column(name)
        for name in ("answer_again_before", "vanishes_at", "takes_effect_at", "took_effect_at"):
            batch_op.drop_column(name)
        batch_op.alter_column("case_id", existing_type=sa.Uuid(), nullable=False)
        before = ("waiting", "accepted", "given_back", "withdrawn")
        _vocabularies_of_decisions(batch_op, kinds=("need",), states=before)
    op.drop_column("need", "answer_again_before")
    op.execute(
        "DELETE FROM folder_grant WHERE why = 'decision' OR folder_id IN "
        "(SELECT id FROM folder WHERE kind = 'decisions')"
    )
    op.execute("DELETE FROM folder WHERE kind = 'decisions'")
    _vocabulary("folder_grant", "why", "why", WHYS)
    _vocabulary("folder", "kind", "folderkind", FOLDERS)


def _create_tables() -> None:
    op.create_table(
        "decision_key",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column("holder_id", sa.Uuid(), nullable=False),
        sa.Column("holder_version", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("mac", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision_key")),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decision.id"], name=op.f("fk_decision_key_decision_id")
        ),
        sa.ForeignKeyConstraint(
            ["holder_id"], ["holder.id"], name=op.f("fk_decision_key_holder_id")
        ),
        sa.UniqueConstraint(
            "decision_id", "holder_id", name=op.f("uq_decision_key_decision_id_holder_id")
        ),
    )
    op.create_table(
        "told",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.String(32), nullable=False),
        sa.Column("account_id", sa.Uuid()),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_told")),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"], name=op.f("fk_told_decision_id")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_told_account_id")),
        sa.CheckConstraint(_one_of("step", STEPS), name=op.f("ck_told_step")),
    )
    op.create_index(op.f("ix_told_decision_id"), "told", ["decision_id"])
    op.create_index("ix_told_account", "told", ["account_id", "told_at"])


def _vocabulary(table: str, column: str, name: str, words: Sequence[str]) -> None:
    """Let a column hold these words; it is the only vocabulary of its table."""
    _drop_checks(table, name)
    with op.batch_alter_table(table, recreate=_copied()) as batch_op:
        batch_op.create_check_constraint(op.f(f"ck_{table}_{name}"), _one_of(column, words))


def _vocabularies_of_decisions(
    batch_op: BatchOperations, *, kinds: Sequence[str], states: Sequence[str]
) -> None:
    for name, column, words in (
        ("decisionkind", "kind", kinds),
        ("decisionstate", "state", states),
        ("lane", "lane", LANES),
    ):
        batch_op.create_check_constraint(op.f(f"ck_decision_{name}"), _one_of(column, words))


def _drop_checks(table: str, *names: str) -> None:
    if not _is_sqlite():
        for name in names:
            op.drop_constraint(op.f(f"ck_{table}_{name}"), table, type_="check")


def _one_of(column: str, words: Sequence[str]) -> str:
    return f"{column} IN ({', '.join(repr(word) for word in words)})"


def _copied() -> Literal["always", "auto"]:
    # SQLite can change no check in place, and keeps none in a copy unless it is made anew.
    return "always" if _is_sqlite() else "auto"


def _is_sqlite() -> bool:
    return bool(op.get_bind().dialect.name == "sqlite")
