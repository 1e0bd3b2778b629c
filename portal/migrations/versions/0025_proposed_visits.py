"""Visits that are proposed to her and hold their times, and what she wishes for."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0025"
down_revision: str | None = "0024"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

BEFORE = ("planned", "cannot_come", "other_time", "moved", "cancelled", "done", "not_come")
ADDED = ("proposed", "not_agreed")
VISIT_STATES = (
    "proposed", "part_refused", "agreed", "refused", "lapsed", "taken_back", "replaced",
)  # fmt: skip
STATE = "ck_appointment_appointmentstate"


def upgrade() -> None:
    """Forwards."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "visit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("proposed_by_id", sa.Uuid(), nullable=False),
        sa.Column("proposed_at", moment, nullable=False),
        sa.Column("lapses_at", moment, nullable=False),
        sa.Column("answered_at", moment, nullable=True),
        sa.Column("ended_at", moment, nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_visit_case_id")),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"], ["account.id"], name=op.f("fk_visit_proposed_by_id")
        ),
        sa.CheckConstraint(_one_of(VISIT_STATES), name=op.f("ck_visit_visitstate")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
    )
    op.create_index("ix_visit_case_id", "visit", ["case_id"])
    op.create_index("ix_visit_lapses_at", "visit", ["lapses_at"])
    op.create_index(
        "ix_visit_one_is_out",
        "visit",
        ["case_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "visit_wishes",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("changed_by_id", sa.Uuid(), nullable=False),
        sa.Column("changed_at", moment, nullable=False),
        sa.Column("wishes", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_visit_wishes_case_id")),
        sa.ForeignKeyConstraint(
            ["changed_by_id"], ["account.id"], name=op.f("fk_visit_wishes_changed_by_id")
        ),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_visit_wishes")),
    )
    with op.batch_alter_table("appointment") as batch:
        batch.add_column(sa.Column("visit_id", sa.Uuid(), nullable=True))
        batch.add_column(sa.Column("instead_of_id", sa.Uuid(), nullable=True))
        batch.create_foreign_key("fk_appointment_visit_id", "visit", ["visit_id"], ["id"])
        batch.create_foreign_key(
            "fk_appointment_instead_of_id", "appointment", ["instead_of_id"], ["id"]
        )
    _let_be((*BEFORE, *ADDED))
    op.create_index("ix_appointment_visit_id", "appointment", ["visit_id"])


def downgrade() -> None:
    """Back: what was proposed and never agreed goes."""
    op.drop_index("ix_appointment_visit_id", "appointment")
    date = sa.table(
        "appointment",
        sa.column("id", sa.Uuid()),
        sa.column("state", sa.String()),
        sa.column("instead_of_id", sa.Uuid()),
    )
    taken = sa.table("taken_time", sa.column("appointment_id", sa.Uuid()))
    gone = sa.select(date.c.id).where(date.c.state.in_(ADDED))
    op.execute(sa.update(date).values(instead_of_id=None))
    op.execute(sa.delete(taken).where(taken.c.appointment_id.in_(gone)))
    op.execute(sa.delete(date).where(date.c.state.in_(ADDED)))
    with op.batch_alter_table("appointment") as batch:
        batch.drop_constraint("fk_appointment_instead_of_id", type_="foreignkey")
        batch.drop_constraint("fk_appointment_visit_id", type_="foreignkey")
        batch.drop_column("instead_of_id")
        batch.drop_column("visit_id")
    _let_be(BEFORE)
    op.drop_table("visit_wishes")
    op.drop_table("visit")


def _let_be(states: Sequence[str]) -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    if not is_sqlite:
        op.drop_constraint(op.f(STATE), "appointment", type_="check")
    with op.batch_alter_table("appointment", recreate="always" if is_sqlite else "auto") as batch:
        batch.create_check_constraint(op.f(STATE), _one_of(states))


def _one_of(states: Sequence[str]) -> str:
    return f"state IN ({', '.join(repr(state) for state in states)})"
