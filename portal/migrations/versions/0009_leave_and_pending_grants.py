"""Days away as rows of their own, and keys that wait for somebody who can hand them over."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

LEAVE = sa.table(
    "leave",
    sa.column("id", sa.Uuid()),
    sa.column("account_id", sa.Uuid()),
    sa.column("from_day", sa.Date()),
    sa.column("until_day", sa.Date()),
    sa.column("is_sick", sa.Boolean()),
    sa.column("entered_by_id", sa.Uuid()),
    sa.column("entered_at", sa.DateTime(timezone=True)),
)
MEMBER = sa.table(
    "staff_member",
    sa.column("account_id", sa.Uuid()),
    sa.column("away_from", sa.Date()),
    sa.column("away_until", sa.Date()),
)
LONG_AGO = date(2026, 1, 1)


def upgrade() -> None:
    """Forwards."""
    op.create_table(
        "leave",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("until_day", sa.Date(), nullable=True),
        sa.Column("is_sick", sa.Boolean(), nullable=False),
        sa.Column("entered_by_id", sa.Uuid(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_leave_account_id")),
        sa.ForeignKeyConstraint(
            ["entered_by_id"], ["account.id"], name=op.f("fk_leave_entered_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leave")),
    )
    op.create_index("ix_leave_account_days", "leave", ["account_id", "until_day"])
    op.create_table(
        "pending_grant",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("instead_of_id", sa.Uuid(), nullable=True),
        sa.Column("authorised_by_id", sa.Uuid(), nullable=False),
        sa.Column("authorised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        *(
            sa.ForeignKeyConstraint(
                [column], ["account.id"], name=op.f(f"fk_pending_grant_{column}")
            )
            for column in ("account_id", "instead_of_id", "authorised_by_id")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_pending_grant_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pending_grant")),
        sa.UniqueConstraint(
            "case_id", "account_id", name=op.f("uq_pending_grant_case_id_account_id")
        ),
    )
    op.create_index("ix_pending_grant_account_id", "pending_grant", ["account_id"])
    _keep_days()
    with op.batch_alter_table("staff_member") as staff_member:
        staff_member.drop_column("away_from")
        staff_member.drop_column("away_until")


def downgrade() -> None:
    """Backwards; of several days away those that end last are kept."""
    with op.batch_alter_table("staff_member") as staff_member:
        staff_member.add_column(sa.Column("away_from", sa.Date(), nullable=True))
        staff_member.add_column(sa.Column("away_until", sa.Date(), nullable=True))
    connection = op.get_bind()
    rows = connection.execute(
        sa.select(LEAVE.c.account_id, LEAVE.c.from_day, LEAVE.c.until_day).order_by(
            LEAVE.c.until_day
        )
    ).all()
    for account_id, first, last in rows:
        connection.execute(
            sa.update(MEMBER)
            .where(MEMBER.c.account_id == account_id)
            .values(away_from=first, away_until=last)
        )
    op.drop_table("pending_grant")
    op.drop_table("leave")


def _keep_days() -> None:
    connection = op.get_bind()
    rows = connection.execute(
        sa.select(MEMBER.c.account_id, MEMBER.c.away_from, MEMBER.c.away_until).where(
            MEMBER.c.away_until.is_not(None)
        )
    ).all()
    for account_id, first, last in rows:
        connection.execute(
            sa.insert(LEAVE).values(
                id=uuid4(),
                account_id=account_id,
                from_day=first or min(last, LONG_AGO),
                until_day=last,
                is_sick=False,
                entered_by_id=account_id,
                entered_at=datetime.now(UTC),
            )
        )
