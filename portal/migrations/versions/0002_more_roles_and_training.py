"""Two more roles, and until when a colleague's training holds."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

BEFORE = (
    "intake_worker",
    "case_director",
    "service_staff",
    "moderator",
    "duty_officer",
    "coordinator",
    "auditor",
    "administrator",
)
ADDED = ("partner_contact_worker", "interpreter")


def upgrade() -> None:
    """Forwards."""
    _let_roles_be(BEFORE, (*BEFORE, *ADDED))
    with op.batch_alter_table("staff_member", schema=None) as batch_op:
        batch_op.add_column(sa.Column("trained_until", sa.Date(), nullable=True))


def downgrade() -> None:
    """Backwards: whoever held one of the two roles holds it no more."""
    with op.batch_alter_table("staff_member", schema=None) as batch_op:
        batch_op.drop_column("trained_until")
    membership = sa.table("membership", sa.column("role", sa.String()))
    op.execute(sa.delete(membership).where(membership.c.role.in_(ADDED)))
    _let_roles_be((*BEFORE, *ADDED), BEFORE)


def _let_roles_be(before: tuple[str, ...], after: tuple[str, ...]) -> None:
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.alter_column(
            "role", existing_type=_roles(before), type_=_roles(after), existing_nullable=False
        )


def _roles(names: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*names, name="role", native_enum=False, create_constraint=True, length=32)
