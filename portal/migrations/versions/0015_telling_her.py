"""The ways in which she may be told something, and what is planned to be told."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0015"
down_revision: str | None = "0014"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

FOLDERS = (
    "contact_card",
    "needs",
    "story",
    "conversation",
    "timeline",
    "staff_notes",
    "referral",
    "decisions",
    "draft",
)
SAFE = ("safe_email", "safe_sms")
WHYS = (
    "her_own",
    "case_team",
    "desk_unrouted",
    "she_said_yes",
    "decision",
    "recovery",
    "emergency",
)
TO_TELL = ("to_tell_her",)
CHANNELS = ("email", "sms")
KINDS = ("new_date", "date_gone", "reminder", "test")
STATES = ("waiting", "sending", "sent", "dropped", "not_sent", "given_up", "unclear")
REASONS = (
    "date_changed",
    "she_said_no",
    "case_closed",
    "lapsed",
    "card_stopped",
    "hours",
    "too_late",
    "unreadable",
    "address_refused",
    "not_taken",
    "no_way",
    "nobody_knows",
)


def upgrade() -> None:
    """Forwards."""
    _let_be("folder", "kind", "folderkind", FOLDERS, (*FOLDERS, *SAFE))
    _let_be("folder_grant", "why", "why", WHYS, (*WHYS, *TO_TELL))
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "safe_contact",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("channel", _one_of("channel", CHANNELS), nullable=False),
        sa.Column("wish", _one_of("wish", ("no", "yes", "only_then")), nullable=False),
        sa.Column("said_at", moment, nullable=False),
        sa.Column("until", moment, nullable=True),
        sa.Column("details", sa.LargeBinary(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_safe_contact_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_safe_contact")),
        sa.UniqueConstraint("case_id", "channel", name=op.f("uq_safe_contact_case_id_channel")),
    )
    op.create_table(
        "outbox_item",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("appointment_id", sa.Uuid(), nullable=True),
        sa.Column("kind", _one_of("outboxkind", KINDS), nullable=False),
        sa.Column("channel", _one_of("channel", CHANNELS), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("planned_at", moment, nullable=False),
        sa.Column("next_at", moment, nullable=False),
        sa.Column("not_after", moment, nullable=False),
        sa.Column("state", _one_of("outboxstate", STATES), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("claim", sa.Uuid(), nullable=True),
        sa.Column("claimed_at", moment, nullable=True),
        sa.Column("ended_at", moment, nullable=True),
        sa.Column("why", _one_of("reason", REASONS), nullable=True),
        sa.Column("noted_at", moment, nullable=True),
        sa.Column("noted_by_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.id"], name=op.f(f"fk_outbox_item_{column}")
            )
            for column, table in (
                ("case_id", "case"),
                ("appointment_id", "appointment"),
                ("noted_by_id", "account"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_item")),
        sa.UniqueConstraint("key", name=op.f("uq_outbox_item_key")),
    )
    op.create_index("ix_outbox_item_state_next", "outbox_item", ["state", "next_at", "id"])
    op.create_index("ix_outbox_item_case_state", "outbox_item", ["case_id", "state"])
    op.create_index("ix_outbox_item_appointment_id", "outbox_item", ["appointment_id"])


def downgrade() -> None:
    """Backwards: what was planned is forgotten, and no address stays."""
    op.drop_table("outbox_item")
    op.drop_table("safe_contact")
    folder = sa.table("folder", sa.column("id", sa.Uuid()), sa.column("kind", sa.String()))
    grant = sa.table("folder_grant", sa.column("folder_id", sa.Uuid()))
    safe = sa.select(folder.c.id).where(folder.c.kind.in_(SAFE))
    op.execute(sa.delete(grant).where(grant.c.folder_id.in_(safe)))
    op.execute(sa.delete(folder).where(folder.c.kind.in_(SAFE)))
    _let_be("folder_grant", "why", "why", (*WHYS, *TO_TELL), WHYS)
    _let_be("folder", "kind", "folderkind", (*FOLDERS, *SAFE), FOLDERS)


def _let_be(
    table: str, column: str, name: str, before: tuple[str, ...], after: tuple[str, ...]
) -> None:
    with op.batch_alter_table(table, schema=None) as batch_op:
        batch_op.alter_column(
            column,
            existing_type=_one_of(name, before),
            type_=_one_of(name, after),
            existing_nullable=False,
        )


def _one_of(name: str, names: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*names, name=name, native_enum=False, create_constraint=True, length=32)
