"""What `portal check` says of a worker that runs and cannot do everything it should."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from portal.services.running import retention
from portal.settings import Settings

_A_DAY = timedelta(days=1)
"""A round comes every minute: what was due a day ago and is still there cannot be done."""


def behind(session: Session, settings: Settings, *, now: datetime) -> Iterator[str]:
    """What should be gone since yesterday at the latest, in sentences."""
    yesterday = now - _A_DAY
    due = retention.due(session, now=yesterday)
    late = {
        "files": len(due.cases),
        "conversations": len(due.conversations),
        "accounts of acts": len(due.chains),
    }
    if any(late.values()):
        counts = ", ".join(f"{count} {what}" for what, count in late.items() if count)
        yield f"{counts} should be gone and are not: look for “failed” in what the worker logs."
    try:
        days = retention.old_backup_keys(session, now=yesterday)
    except OSError as error:
        yield f"{settings.backup_keys} cannot be read ({error.strerror}): no key there ends."
        return
    for day in days:
        path = settings.backup_keys / day.isoformat()
        yield (
            f"{path} should be destroyed and is not, so that backup still opens: may the worker "
            "write to it and to its directory?"
        )
