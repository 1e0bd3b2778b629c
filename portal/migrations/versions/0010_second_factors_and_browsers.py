"""Several second factors with names, passkeys too, and the browsers that a colleague came with."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Forwards."""
    op.create_table(
        "passkey",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("copied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_passkey_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkey_credential_id")),
    )
    with op.batch_alter_table("passkey", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_passkey_account_id"), ["account_id"], unique=False)
    op.create_table(
        "known_browser",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("mark", sa.LargeBinary(), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_known_browser_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_known_browser")),
        sa.UniqueConstraint("account_id", "mark", name=op.f("uq_known_browser_account_id_mark")),
    )
    with op.batch_alter_table("known_browser", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_known_browser_first_seen_at"), ["first_seen_at"], unique=False
        )
    with op.batch_alter_table("second_factor", schema=None) as batch_op:
        batch_op.add_column(sa.Column("name", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("used_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("second_factor", schema=None) as batch_op:
        batch_op.alter_column("name", existing_type=sa.String(), server_default=None)
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.add_column(sa.Column("challenge", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("challenge_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Backwards."""
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.drop_column("challenge_at")
        batch_op.drop_column("challenge")
    with op.batch_alter_table("second_factor", schema=None) as batch_op:
        batch_op.drop_column("used_at")
        batch_op.drop_column("name")
    with op.batch_alter_table("known_browser", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_known_browser_first_seen_at"))
    op.drop_table("known_browser")
    with op.batch_alter_table("passkey", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_passkey_account_id"))
    op.drop_table("passkey")
