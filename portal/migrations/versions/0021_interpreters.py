"""Interpreters of the house, requests for one, and the links by which they find a talk."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0021"
down_revision: str | None = "0020"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

ONE_OWNER = "(service_id IS NULL) <> (account_id IS NULL)"
ONE_OF_THREE = (
    " + ".join(
        f"CASE WHEN {one}_id IS NULL THEN 0 ELSE 1 END"
        for one in ("service", "account", "interpreter")
    )
    + " = 1"
)
REQUEST_STATES = ("asked", "booked", "confirmed", "done", "not_wanted")
MEANS = ("phone", "video", "here")
TABLES = ("talk_link", "interpreter_not_told", "not_this_interpreter", "interpreter_request")
OPENINGS = ("opening_pattern", "opening_exception")


def upgrade() -> None:
    """Forwards."""
    _interpreters()
    _on_dates(is_there=True)
    for table in OPENINGS:
        _owned_by_interpreters(table)
    _requests()
    _links()


def downgrade() -> None:
    """Backwards: dates keep their times and lose their interpreters."""
    taken = sa.table("taken_time", sa.column("who", sa.Uuid()))
    interpreter = sa.table("interpreter", sa.column("id", sa.Uuid()))
    op.execute(sa.delete(taken).where(taken.c.who.in_(sa.select(interpreter.c.id))))
    for table in TABLES:
        op.drop_table(table)
    for table in OPENINGS:
        _no_longer_owned(table)
    _on_dates(is_there=False)
    op.drop_table("interpreter")


def _interpreters() -> None:
    op.create_table(
        "interpreter",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sex", _one_of("sex", ("woman", "man")), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("dialects", sa.String(), nullable=True),
        sa.Column("means", sa.JSON(), nullable=False),
        sa.Column("town", sa.String(), nullable=True),
        sa.Column("active_until", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interpreter")),
    )


def _on_dates(*, is_there: bool) -> None:
    with op.batch_alter_table("appointment", schema=None) as batch:
        if is_there:
            batch.add_column(sa.Column("interpreter_id", sa.Uuid(), nullable=True))
            batch.create_foreign_key(
                op.f("fk_appointment_interpreter_id"), "interpreter", ["interpreter_id"], ["id"]
            )
        else:
            batch.drop_constraint(op.f("fk_appointment_interpreter_id"), type_="foreignkey")
            batch.drop_column("interpreter_id")


def _owned_by_interpreters(table: str) -> None:
    name = op.f(f"ck_{table}_one_owner")
    if not _is_sqlite():
        op.drop_constraint(name, table, type_="check")
    with op.batch_alter_table(table, recreate="always" if _is_sqlite() else "auto") as batch:
        batch.add_column(sa.Column("interpreter_id", sa.Uuid(), nullable=True))
        batch.create_foreign_key(
            op.f(f"fk_{table}_interpreter_id"), "interpreter", ["interpreter_id"], ["id"]
        )
        batch.create_check_constraint(name, ONE_OF_THREE)
        batch.create_index(op.f(f"ix_{table}_interpreter_id"), ["interpreter_id"])
        if table == "opening_exception":
            batch.create_unique_constraint(
                op.f(f"uq_{table}_interpreter_id_day"), ["interpreter_id", "day"]
            )


def _no_longer_owned(table: str) -> None:
    name = op.f(f"ck_{table}_one_owner")
    rows = sa.table(table, sa.column("interpreter_id", sa.Uuid()))
    op.execute(sa.delete(rows).where(rows.c.interpreter_id.is_not(None)))
    if not _is_sqlite():
        op.drop_constraint(name, table, type_="check")
    with op.batch_alter_table(table, recreate="always" if _is_sqlite() else "auto") as batch:
        if table == "opening_exception":
            batch.drop_constraint(op.f(f"uq_{table}_interpreter_id_day"), type_="unique")
        batch.drop_index(op.f(f"ix_{table}_interpreter_id"))
        batch.drop_constraint(op.f(f"fk_{table}_interpreter_id"), type_="foreignkey")
        batch.drop_column("interpreter_id")
        batch.create_check_constraint(name, ONE_OWNER)


def _requests() -> None:
    moment = sa.DateTime(timezone=True)
    table = "interpreter_request"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("appointment_id", sa.Uuid(), nullable=False),
        sa.Column("state", _one_of("requeststate", REQUEST_STATES), nullable=False),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("said", sa.LargeBinary(), nullable=True),
        sa.Column("asked_by_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", moment, nullable=False),
        sa.Column("means", _one_of("means", MEANS), nullable=True),
        sa.Column("booked_by_id", sa.Uuid(), nullable=True),
        sa.Column("booked_at", moment, nullable=True),
        sa.Column("answered_at", moment, nullable=True),
        sa.Column("felt", sa.LargeBinary(), nullable=True),
        sa.Column("felt_about_id", sa.Uuid(), nullable=True),
        _refers(table, "case_id", "case"),
        _refers(table, "referral_id", "referral"),
        _refers(table, "appointment_id", "appointment"),
        _refers(table, "asked_by_id", "account"),
        _refers(table, "booked_by_id", "account"),
        _refers(table, "felt_about_id", "interpreter"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("appointment_id", name=op.f(f"uq_{table}_appointment_id")),
    )
    for column in ("case_id", "referral_id"):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def _links() -> None:
    op.create_table(
        "not_this_interpreter",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("mark", sa.LargeBinary(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=True),
        _refers("not_this_interpreter", "case_id", "case"),
        _refers("not_this_interpreter", "request_id", "interpreter_request"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_not_this_interpreter")),
    )
    for column in ("case_id", "request_id"):
        op.create_index(op.f(f"ix_not_this_interpreter_{column}"), "not_this_interpreter", [column])
    op.create_table(
        "interpreter_not_told",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("interpreter_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        _refers("interpreter_not_told", "request_id", "interpreter_request"),
        _refers("interpreter_not_told", "interpreter_id", "interpreter"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interpreter_not_told")),
    )
    op.create_index(
        op.f("ix_interpreter_not_told_request_id"), "interpreter_not_told", ["request_id"]
    )
    op.create_table(
        "talk_link",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("made_by_id", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened", sa.Integer(), nullable=False),
        _refers("talk_link", "request_id", "interpreter_request"),
        _refers("talk_link", "made_by_id", "account"),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_talk_link")),
        sa.UniqueConstraint("request_id", name=op.f("uq_talk_link_request_id")),
    )
    op.create_index(op.f("ix_talk_link_expires_at"), "talk_link", ["expires_at"])


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"))


def _one_of(name: str, names: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*names, name=name, native_enum=False, create_constraint=True, length=32)


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"
