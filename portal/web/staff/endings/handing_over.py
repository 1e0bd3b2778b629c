"""The copy of a file that is handed over: a page that opens itself with a pass phrase."""

import json
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal import resources
from portal.domain.centre import LegalText
from portal.domain.refusals import WrongState
from portal.i18n import current_language
from portal.i18n import gettext as _
from portal.services.endings import handover
from portal.services.endings.handover import Copy
from portal.vault.handed_over import NoHardware, new_phrase, seal_for_browser
from portal.web import guards, timeline_words
from portal.web.staff import proof

blueprint = Blueprint("handing_over", __name__, url_prefix="/cases/<uuid:case_id>/copy")


@blueprint.post("")
def make(case_id: UUID) -> ResponseReturnValue:
    """Make the one copy that was decided about; its pass phrase is shown now and never again."""
    proof.require_fresh_proof()
    try:
        with guards.transaction() as session:
            found = handover.make(session, guards.signed_in(), case_id, now=guards.utc_now())
            phrase, page = new_phrase(), ""
            page = self_opening(found, phrase)
    except WrongState:
        flash(_("No copy may be made now: it was made already, or seven days passed."), "warn")
        return redirect(url_for("staff.inside.ends.show", case_id=case_id))
    except NoHardware:
        flash(_("This server cannot make such a copy. Tell whoever runs it."), "warn")
        return redirect(url_for("staff.inside.ends.show", case_id=case_id))
    return render_template(
        "staff/copy/made.html",
        case=found.case,
        phrase=phrase,
        name=f"{found.case.number}.html",
        content=b64encode(page.encode()).decode("ascii"),
    )


def self_opening(found: Copy, phrase: str) -> str:
    """A whole page without any address in it: sealed, with the script that opens it."""
    centre = guards.whereabouts().centre
    texts = centre.legal_texts.get(LegalText.SECRECY, {}) if centre else {}
    inside = render_template(
        "staff/copy/inside.html",
        found=found,
        entry_words=timeline_words,
        made_at=guards.utc_now(),
        secrecy=texts.get(current_language().code),
    )
    both = json.dumps({"page": inside, "data": dict(as_data(found))}, ensure_ascii=False)
    script = (resources.static() / "staff/opens.js").read_text("utf-8")
    digest = b64encode(sha256(script.encode()).digest()).decode("ascii")
    return render_template(
        "staff/copy/file.html",
        sealed=seal_for_browser(phrase, both.encode()),
        script=script,
        policy=f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'",
    )


def as_data(found: Copy) -> Iterator[tuple[str, Any]]:
    """The same for a machine."""
    yield "case", found.case.number
    yield "opened_at", found.case.opened_at.isoformat()
    yield "name", found.name
    yield "language", found.language
    yield (
        "needs",
        [
            {
                "category": story.need.category.value,
                "state": story.need.state.value,
                "sent_at": story.need.sent_at.isoformat(),
                "words": story.own_words,
                "added": [words for _, words in story.additions],
                "staff_reading": [words for _, words in story.readings],
                "services": [
                    {"service": service.name, "state": referral.state.value}
                    for referral, service in story.referrals
                ],
            }
            for story in found.needs
        ],
    )
    yield (
        "dates",
        [
            {
                "starts_at": date.appointment.starts_at.isoformat(),
                "ends_at": date.ends_at.isoformat(),
                # A copy is hers to read: whether she came is staff's own note.
                "state": "over" if date.is_noted else date.appointment.state.value,
                "service": date.service.name,
                "with": date.with_name,
            }
            for date in found.dates
        ],
    )
    yield (
        "what_is_happening",
        [
            {
                "shown_at": one.entry.shown_at.isoformat() if one.entry.shown_at else None,
                "lane": one.entry.lane.value,
                "state": one.entry.state.value,
                "words": one.words,
                "by": one.author,
                "shown_by": one.shown_by,
            }
            for one in found.entries
        ],
    )
    yield (
        "messages",
        [
            {"at": said.at.isoformat(), "by": said.by or found.name, "words": said.words}
            for said in found.messages
        ],
    )
