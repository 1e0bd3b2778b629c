"""Whether she came to a date, and that she asks for another one after it."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0022"
down_revision: str | None = "0021"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

BEFORE = ("planned", "cannot_come", "other_time", "moved", "cancelled", "done")
ADDED = "not_come"


def upgrade() -> None:
    """Forwards."""
    _let_states_be(BEFORE, (*BEFORE, ADDED))
    with op.batch_alter_table("appointment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("asked_again_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Backwards: of a date to which she did not come it is known only that it is over."""
    with op.batch_alter_table("appointment", schema=None) as batch_op:
        batch_op.drop_column("asked_again_at")
    appointment = sa.table("appointment", sa.column("state", sa.String()))
    op.execute(sa.update(appointment).where(appointment.c.state == ADDED).values(state=BEFORE[-1]))
    _let_states_be((*BEFORE, ADDED), BEFORE)


def _let_states_be(before: tuple[str, ...], after: tuple[str, ...]) -> None:
    with op.batch_alter_table("appointment", schema=None) as batch_op:
        batch_op.alter_column(
            "state", existing_type=_states(before), type_=_states(after), existing_nullable=False
        )


def _states(names: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(
        *names, name="appointmentstate", native_enum=False, create_constraint=True, length=32
    )
