"""When services and workers are there, rooms, and the real calendars of both."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision: str = "0016"
down_revision: str | None = "0015"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

ONE_OWNER = "(service_id IS NULL) <> (account_id IS NULL)"
TROUBLES = (
    "no_such_host",
    "not_reached",
    "too_slow",
    "not_let_in",
    "not_there",
    "server_failed",
    "leads_elsewhere",
    "inside_the_house",
    "unsafe_answer",
    "not_a_calendar",
    "anothers",
    "too_large",
    "only_readable",
    "locked",
)
TABLES = (
    "calendar_entry",
    "busy_time",
    "calendar_part",
    "calendar",
    "opening_exception",
    "opening_pattern",
)


def upgrade() -> None:
    """Forwards."""
    _rooms()
    _openings()
    _calendars()
    _what_calendars_said()


def downgrade() -> None:
    """Backwards: dates keep their times and lose their rooms."""
    for table in TABLES:
        op.drop_table(table)
    taken = sa.table("taken_time", sa.column("who", sa.Uuid()))
    room = sa.table("room", sa.column("id", sa.Uuid()))
    op.execute(sa.delete(taken).where(taken.c.who.in_(sa.select(room.c.id))))
    with op.batch_alter_table("appointment", schema=None) as batch_op:
        batch_op.drop_constraint("fk_appointment_room_id", type_="foreignkey")
        batch_op.drop_column("room_id")
    op.drop_table("room")


def _rooms() -> None:
    op.create_table(
        "room",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("floor", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=True),
        sa.Column("is_in_use", sa.Boolean(), nullable=False),
        _refers("room", "service_id", "service"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room")),
        sa.UniqueConstraint("name", name=op.f("uq_room_name")),
    )
    op.create_index("ix_room_service_id", "room", ["service_id"])
    with op.batch_alter_table("appointment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("room_id", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key("fk_appointment_room_id", "room", ["room_id"], ["id"])


def _openings() -> None:
    op.create_table(
        "opening_pattern",
        *_owned("opening_pattern"),
        sa.Column("first", sa.Date(), nullable=True),
        sa.Column("last", sa.Date(), nullable=True),
        sa.Column("hours", sa.JSON(), nullable=False),
    )
    op.create_table(
        "opening_exception",
        *_owned("opening_exception"),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("hours", sa.JSON(), nullable=False),
        sa.UniqueConstraint("service_id", "day", name=op.f("uq_opening_exception_service_id_day")),
        sa.UniqueConstraint("account_id", "day", name=op.f("uq_opening_exception_account_id_day")),
    )
    for table in ("opening_pattern", "opening_exception"):
        _index_owner(table)


def _calendars() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "calendar",
        *_owned("calendar"),
        sa.Column("kind", _one_of("calendarkind", ("caldav", "link")), nullable=False),
        sa.Column("access", sa.LargeBinary(), nullable=False),
        sa.Column("mark", sa.LargeBinary(), nullable=False),
        sa.Column("added_by_id", sa.Uuid(), nullable=False),
        sa.Column("added_at", moment, nullable=False),
        sa.Column("token", sa.String(), nullable=True),
        sa.Column("whole_at", moment, nullable=True),
        sa.Column("read_at", moment, nullable=True),
        sa.Column("unread", sa.Integer(), nullable=False),
        sa.Column("trouble", _one_of("trouble", TROUBLES), nullable=True),
        sa.Column("trouble_since_at", moment, nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("next_at", moment, nullable=False),
        sa.Column("leaving_at", moment, nullable=True),
        sa.Column("claim", sa.Uuid(), nullable=True),
        sa.Column("claimed_until", moment, nullable=True),
        _refers("calendar", "added_by_id", "account"),
    )
    _index_owner("calendar")
    op.create_index("ix_calendar_next_at", "calendar", ["next_at"])


def _what_calendars_said() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "calendar_part",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("calendar_id", sa.Uuid(), nullable=False),
        sa.Column("href", sa.String(), nullable=False),
        sa.Column("etag", sa.String(), nullable=False),
        sa.Column("unread", sa.Integer(), nullable=False),
        _refers("calendar_part", "calendar_id", "calendar"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_part")),
    )
    op.create_index(
        "ix_calendar_part_calendar_href", "calendar_part", ["calendar_id", "href"], unique=True
    )
    op.create_table(
        "busy_time",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("calendar_id", sa.Uuid(), nullable=False),
        sa.Column("part_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", moment, nullable=False),
        sa.Column("ends_at", moment, nullable=False),
        _refers("busy_time", "calendar_id", "calendar"),
        _refers("busy_time", "part_id", "calendar_part"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_busy_time")),
    )
    op.create_index("ix_busy_time_calendar_ends", "busy_time", ["calendar_id", "ends_at"])
    op.create_index("ix_busy_time_part_id", "busy_time", ["part_id"])
    op.create_table(
        "calendar_entry",
        sa.Column("calendar_id", sa.Uuid(), nullable=False),
        sa.Column("appointment_id", sa.Uuid(), nullable=False),
        sa.Column("href", sa.String(), nullable=False),
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("etag", sa.String(), nullable=True),
        sa.Column(
            "state", _one_of("entrystate", ("waiting", "written", "conflict")), nullable=False
        ),
        sa.Column("starts_at", moment, nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("clash", _one_of("clash", ("moved", "deleted")), nullable=True),
        sa.Column("clash_at", moment, nullable=True),
        sa.Column("theirs_starts_at", moment, nullable=True),
        sa.Column("theirs_ends_at", moment, nullable=True),
        sa.Column("is_left", sa.Boolean(), nullable=False),
        _refers("calendar_entry", "calendar_id", "calendar"),
        sa.PrimaryKeyConstraint("calendar_id", "appointment_id", name=op.f("pk_calendar_entry")),
    )
    op.create_index("ix_calendar_entry_appointment_id", "calendar_entry", ["appointment_id"])


def _owned(table: str) -> tuple[Any, ...]:
    return (
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        _refers(table, "service_id", "service"),
        _refers(table, "account_id", "account"),
        sa.CheckConstraint(ONE_OWNER, name=op.f(f"ck_{table}_one_owner")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def _index_owner(table: str) -> None:
    for column in ("service_id", "account_id"):
        op.create_index(f"ix_{table}_{column}", table, [column])


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"))


def _one_of(name: str, names: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*names, name=name, native_enum=False, create_constraint=True, length=32)
