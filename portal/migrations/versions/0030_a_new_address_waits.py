"""A new address waits for a colleague who asks her; until then nothing is sent there."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0030"
down_revision: str | None = "0029"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

WAITS = "waits"
WISHES = ("no", "yes", "only_then")
CHANNELS = ("email", "sms")
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
KINDS = ("new_date", "date_gone", "reminder", "test")
STATES = ("waiting", "sending", "sent", "dropped", "not_sent", "given_up", "unclear")


def upgrade() -> None:
    """Forwards: a yes from before counts on; what colleagues asked in words alone has ended."""
    decision = sa.table(
        "decision",
        *(sa.column(name, sa.String()) for name in ("kind", "state")),
        sa.column("subject_id", sa.Uuid()),
    )
    op.execute(
        sa.update(decision)
        .where(
            decision.c.kind == "contact_change",
            decision.c.state.in_(("waiting", "given_back")),
            decision.c.subject_id.is_(None),
        )
        .values(state="lapsed")
    )
    _let_be((*WISHES, WAITS), (*REASONS, WAITS))


def downgrade() -> None:
    """Back: what waits is a no, and who would have decided can read it no more."""
    way = sa.table(
        "safe_contact",
        *(sa.column(name, sa.String()) for name in ("wish", "channel")),
        sa.column("case_id", sa.Uuid()),
        sa.column("details", sa.LargeBinary()),
    )
    folder = sa.table(
        "folder",
        sa.column("id", sa.Uuid()),
        sa.column("case_id", sa.Uuid()),
        sa.column("kind", sa.String()),
    )
    grant = sa.table(
        "folder_grant", sa.column("folder_id", sa.Uuid()), sa.column("why", sa.String())
    )
    safe = sa.select(folder.c.id).where(folder.c.kind.in_(("safe_email", "safe_sms")))
    op.execute(sa.delete(grant).where(grant.c.why == "decision", grant.c.folder_id.in_(safe)))
    op.execute(sa.update(way).where(way.c.wish == WAITS).values(wish="no", details=None))
    item = sa.table("outbox_item", sa.column("why", sa.String()))
    op.execute(sa.update(item).where(item.c.why == WAITS).values(why="lapsed"))
    _let_be(WISHES, REASONS)


def _let_be(wishes: Sequence[str], reasons: Sequence[str]) -> None:
    _checks("safe_contact", "wish", {"channel": ("channel", CHANNELS), "wish": ("wish", wishes)})
    _checks(
        "outbox_item",
        "reason",
        {
            "outboxkind": ("kind", KINDS),
            "channel": ("channel", CHANNELS),
            "outboxstate": ("state", STATES),
            "reason": ("why", reasons),
        },
    )


def _checks(table: str, changed: str, checks: Mapping[str, tuple[str, Sequence[str]]]) -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    if not is_sqlite:
        op.drop_constraint(op.f(f"ck_{table}_{changed}"), table, type_="check")
    with op.batch_alter_table(table, recreate="always" if is_sqlite else "auto") as batch:
        for name, (column, words) in checks.items():
            # A copy keeps no check unless it is made anew.
            if is_sqlite or name == changed:
                batch.create_check_constraint(op.f(f"ck_{table}_{name}"), _one_of(column, words))


def _one_of(column: str, words: Sequence[str]) -> str:
    return f"{column} IN ({', '.join(repr(word) for word in words)})"
