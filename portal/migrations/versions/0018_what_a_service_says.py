"""What a service says of itself: kind of place, floor, cost, words; files change it too."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0018"
down_revision: str | None = "0017"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

PLACES = ("in_house", "comes_to_her", "told_with_date")
COSTS = ("unsaid", "free", "may_cost")
CODES = {"place_kind": ("placekind", PLACES), "cost": ("cost", COSTS)}
WORDS = ("texts",)


def upgrade() -> None:
    """Forwards."""
    with op.batch_alter_table("service") as batch:
        for name, (check, values) in CODES.items():
            code = sa.Enum(
                *values, name=check, native_enum=False, create_constraint=True, length=32
            )
            batch.add_column(sa.Column(name, code, nullable=False, server_default=values[0]))
        batch.add_column(sa.Column("floor", sa.Integer(), nullable=True))
        for name in WORDS:
            batch.add_column(
                sa.Column(name, sa.JSON(), nullable=False, server_default=sa.text("'{}'"))
            )
    with op.batch_alter_table("service") as batch:
        for name in (*CODES, *WORDS):
            batch.alter_column(name, server_default=None)
        batch.create_check_constraint(
            op.f("ck_service_no_secret_place"),
            "place_kind = 'in_house' OR (place = '' AND floor IS NULL)",
        )
    with op.batch_alter_table("setting_version") as batch:
        batch.alter_column("changed_by_id", existing_type=sa.Uuid(), nullable=True)


def downgrade() -> None:
    """Backwards; what only a machine changed has nobody's name and goes."""
    op.execute("DELETE FROM setting_version WHERE changed_by_id IS NULL")
    with op.batch_alter_table("setting_version") as batch:
        batch.alter_column("changed_by_id", existing_type=sa.Uuid(), nullable=False)
    with op.batch_alter_table("service") as batch:
        batch.drop_constraint(op.f("ck_service_no_secret_place"), type_="check")
        for name, (check, _values) in CODES.items():
            batch.drop_constraint(op.f(f"ck_service_{check}"), type_="check")
            batch.drop_column(name)
        for name in ("floor", *WORDS):
            batch.drop_column(name)
