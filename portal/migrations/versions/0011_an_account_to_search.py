"""The account can be searched, sampled and asked about; acts outlive whom they are about."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

SEARCHED = {
    "ix_audit_event_case_at": ["case_id", "at", "id"],
    "ix_audit_event_actor_at": ["actor_id", "at", "id"],
    "ix_audit_event_kind_at": ["kind", "at", "id"],
    "ix_audit_event_at": ["at", "id"],
}


def upgrade() -> None:
    """Forwards."""
    with op.batch_alter_table("audit_event") as batch:
        batch.drop_index("ix_audit_event_case_at")
        batch.drop_index("ix_audit_event_actor_id")
        batch.drop_constraint("fk_audit_event_actor_id", type_="foreignkey")
        batch.drop_constraint("fk_audit_event_case_id", type_="foreignkey")
    for name, columns in SEARCHED.items():
        op.create_index(name, "audit_event", columns)
    op.create_table(
        "audit_mention",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "at", "event_id", name=op.f("pk_audit_mention")),
    )
    _mention_what_is_listed()
    _create_samples()
    op.create_table(
        "look_question",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
        sa.Column("answered_by_id", sa.Uuid()),
        sa.Column("answer", sa.LargeBinary()),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_look_question_case_id")),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["account.id"], name=op.f("fk_look_question_answered_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_look_question")),
        sa.UniqueConstraint("case_id", "event_id", name=op.f("uq_look_question_case_id_event_id")),
    )
    op.create_index("ix_look_question_waiting", "look_question", ["answered_at", "answer_before"])


def downgrade() -> None:
    """Back."""
    for table in ("look_question", "audit_sample_item", "audit_sample", "audit_mention"):
        op.drop_table(table)
    # What was about somebody who is gone belongs to nobody that this schema could name.
    for column, table in (("actor_id", "account"), ("case_id", '"case"')):
        op.execute(
            f"UPDATE audit_event SET {column} = NULL "  # noqa: S608  our own names
            f"WHERE {column} NOT IN (SELECT id FROM {table})"
        )
    for name in SEARCHED:
        op.drop_index(name, "audit_event")
    with op.batch_alter_table("audit_event") as batch:
        batch.create_foreign_key("fk_audit_event_actor_id", "account", ["actor_id"], ["id"])
        batch.create_foreign_key("fk_audit_event_case_id", "case", ["case_id"], ["id"])
        batch.create_index("ix_audit_event_case_at", ["case_id", "at"])
        batch.create_index("ix_audit_event_actor_id", ["actor_id"])


def _create_samples() -> None:
    op.create_table(
        "audit_sample",
        sa.Column("week", sa.String(), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("drawn_by_id", sa.Uuid(), nullable=False),
        sa.Column("seed", sa.LargeBinary(), nullable=False),
        sa.Column("of_how_many", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["drawn_by_id"], ["account.id"], name=op.f("fk_audit_sample_drawn_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_sample")),
    )
    op.create_index(op.f("ix_audit_sample_week"), "audit_sample", ["week"])
    op.create_table(
        "audit_sample_item",
        sa.Column("sample_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column(
            "found",
            sa.Enum(
                "in_order",
                "to_talk",
                name="found",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
        ),
        sa.Column("reviewed_by_id", sa.Uuid()),
        sa.Column("reviewed_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["sample_id"], ["audit_sample.id"], name=op.f("fk_audit_sample_item_sample_id")
        ),
        sa.ForeignKeyConstraint(
            ["reviewed_by_id"], ["account.id"], name=op.f("fk_audit_sample_item_reviewed_by_id")
        ),
        sa.PrimaryKeyConstraint("sample_id", "place", name=op.f("pk_audit_sample_item")),
    )


def _mention_what_is_listed() -> None:
    """Which cases stood in the lists of names so far: their events say so."""
    bind = op.get_bind()
    event = sa.table(
        "audit_event",
        sa.column("id", sa.Uuid()),
        sa.column("at", sa.DateTime(timezone=True)),
        sa.column("kind", sa.String()),
        sa.column("facts", sa.JSON()),
    )
    referral = sa.table("referral", sa.column("id", sa.Uuid()), sa.column("case_id", sa.Uuid()))
    mention = sa.table(
        "audit_mention",
        sa.column("case_id", sa.Uuid()),
        sa.column("at", sa.DateTime(timezone=True)),
        sa.column("event_id", sa.Uuid()),
    )
    of_referral = dict(bind.execute(sa.select(referral.c.id, referral.c.case_id)).all())
    listed = sa.select(event.c.id, event.c.at, event.c.facts).where(
        event.c.kind == "folders_opened"
    )
    rows = [
        {"case_id": case_id, "at": at, "event_id": event_id}
        for event_id, at, facts in bind.execute(listed).all()
        for case_id in set(_cases(facts, of_referral))
    ]
    if rows:
        bind.execute(sa.insert(mention), rows)


def _cases(facts: dict[str, Any], of_referral: dict[UUID, UUID]) -> Iterator[UUID]:
    yield from (UUID(one) for one in facts.get("cases", ()))
    for one in facts.get("referrals", ()):
        if UUID(one) in of_referral:
            yield of_referral[UUID(one)]
