"""The database itself refuses two dates of one person at one time."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

SECONDS = 300


def upgrade() -> None:
    """Forwards; of two dates that were at one time already, the one set first keeps it."""
    taken = op.create_table(
        "taken_time",
        sa.Column("who", sa.Uuid(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("appointment_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["appointment_id"], ["appointment.id"], name=op.f("fk_taken_time_appointment_id")
        ),
        sa.PrimaryKeyConstraint("who", "step", name=op.f("pk_taken_time")),
    )
    op.create_index("ix_taken_time_appointment_id", "taken_time", ["appointment_id"])
    rows: dict[tuple[object, int], dict[str, object]] = {}
    for who, step, appointment_id in _standing():
        of_one = {"who": who, "step": step, "appointment_id": appointment_id}
        rows.setdefault((who, step), of_one)
    if rows:
        op.bulk_insert(taken, list(rows.values()))


def downgrade() -> None:
    """Backwards."""
    op.drop_index("ix_taken_time_appointment_id", table_name="taken_time")
    op.drop_table("taken_time")


def _standing() -> Iterator[tuple[object, int, object]]:
    date = sa.table(
        "appointment",
        *(sa.column(name, sa.Uuid()) for name in ("id", "case_id", "with_id")),
        *(sa.column(name, sa.DateTime(timezone=True)) for name in ("starts_at", "set_at")),
        sa.column("minutes", sa.Integer()),
        sa.column("state", sa.String()),
    )
    asked = sa.select(date).where(date.c.state.in_(("planned", "other_time")))
    for row in op.get_bind().execute(asked.order_by(date.c.set_at, date.c.id)):
        starts_at: datetime = row.starts_at
        moment = starts_at if starts_at.tzinfo else starts_at.replace(tzinfo=UTC)
        begins = int(moment.timestamp())
        for step in range(begins // SECONDS, -(-(begins + row.minutes * 60) // SECONDS)):
            yield row.case_id, step, row.id
            yield row.with_id, step, row.id
