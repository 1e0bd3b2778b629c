"""What the centre sets itself: help lines, legal texts, exit pages, retention, and each change."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

TOPICS = (
    "hours",
    "promises",
    "languages",
    "service",
    "help_line",
    "legal_text",
    "exit_pages",
    "retention",
)
NEW = {
    "centre": ("help_lines", "legal_texts", "exit_pages", "retention"),
    "service": ("notices",),
}


def upgrade() -> None:
    """Forwards."""
    for table, columns in NEW.items():
        with op.batch_alter_table(table) as batch:
            for name in columns:
                batch.add_column(
                    sa.Column(name, sa.JSON(), nullable=False, server_default=sa.text("'{}'"))
                )
        with op.batch_alter_table(table) as batch:
            for name in columns:
                batch.alter_column(name, server_default=None)
    op.create_table(
        "setting_version",
        sa.Column(
            "topic",
            sa.Enum(*TOPICS, name="topic", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("changed_by_id", sa.Uuid(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["changed_by_id"], ["account.id"], name=op.f("fk_setting_version_changed_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_setting_version")),
        sa.UniqueConstraint(
            "topic", "about", "number", name=op.f("uq_setting_version_topic_about_number")
        ),
    )
    op.create_index("ix_setting_version_changed_at", "setting_version", ["changed_at"])


def downgrade() -> None:
    """Back."""
    op.drop_table("setting_version")
    for table, columns in NEW.items():
        with op.batch_alter_table(table) as batch:
            for name in columns:
                batch.drop_column(name)
