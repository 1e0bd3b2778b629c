"""Whom a service has to tell outlives the file: the row knows its service, and may have no request.

An interpreter who was booked for a talk of an erased file believed for ever to be coming.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0033"
down_revision: str | None = "0032"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

TABLE = "interpreter_not_told"
REFERS = "fk_interpreter_not_told_service_id"


def upgrade() -> None:
    """Forwards."""
    op.add_column(TABLE, sa.Column("service_id", sa.Uuid()))
    row = sa.table(TABLE, sa.column("request_id", sa.Uuid()), sa.column("service_id", sa.Uuid()))
    request = sa.table(
        "interpreter_request", sa.column("id", sa.Uuid()), sa.column("referral_id", sa.Uuid())
    )
    referral = sa.table("referral", sa.column("id", sa.Uuid()), sa.column("service_id", sa.Uuid()))
    whose = (
        sa.select(referral.c.service_id)
        .join(request, request.c.referral_id == referral.c.id)
        .where(request.c.id == row.c.request_id)
    )
    op.execute(sa.update(row).values(service_id=whose.scalar_subquery()))
    with op.batch_alter_table(TABLE) as batch:
        batch.alter_column("service_id", existing_type=sa.Uuid(), nullable=False)
        batch.alter_column("request_id", existing_type=sa.Uuid(), nullable=True)
        batch.create_foreign_key(op.f(REFERS), "service", ["service_id"], ["id"])


def downgrade() -> None:
    """Back: whom to tell after an erasure is forgotten."""
    row = sa.table(TABLE, sa.column("request_id", sa.Uuid()))
    op.execute(sa.delete(row).where(row.c.request_id.is_(None)))
    with op.batch_alter_table(TABLE) as batch:
        batch.drop_constraint(op.f(REFERS), type_="foreignkey")
        batch.alter_column("request_id", existing_type=sa.Uuid(), nullable=False)
        batch.drop_column("service_id")
