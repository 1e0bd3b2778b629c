"""The one thread with her case team, the newest first."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cache
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

from flask import Blueprint, get_template_attribute, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from wtforms import TextAreaField

from portal.domain.refusals import Refusal, SlowDown, WrongState
from portal.domain.words import NothingWritten, TooLong
from portal.i18n import dates
from portal.i18n import lazy_gettext as _l
from portal.services import drafts, messages
from portal.services.case_work import case_team
from portal.services.case_work.case_team import Team
from portal.services.messages import Page, ShownMessage
from portal.web import guards, kept_pieces
from portal.web.bodies import number_in
from portal.web.forms import PortalForm
from portal.web.shared_pages import shared
from portal.web.survivor import unsent
from portal.web.survivor.nearness import near_time
from portal.web.survivor.own_words import NOTHING_WRITTEN, TOO_LONG
from portal.web.survivor.reading_hours import ReadingHours, reading_hours
from portal.web.templating import escaped_gettext as gettext

blueprint = Blueprint("messages", __name__, url_prefix="/messages")

MOST_BYTES = 5_000
"""On one page: the words of each message and the 45 bytes of its seal, which are about what the
entry around them weighs. So a swap stays under 6 KB on the way (measured: Arabic, Dutch)."""
SAID: Mapping[str, str] = {
    **unsent.SAID,
    "sent": _l("Your message is sent."),
    "taken_back": _l("You took your message back. Its words are gone."),
    "changed": _l("Somebody read this message just now. It stays."),
}
WORDS: Mapping[type[Refusal], str] = {
    NothingWritten: NOTHING_WRITTEN,
    TooLong: TOO_LONG,
    SlowDown: _l("You wrote many messages. Wait a few minutes. Your words are still here."),
}


_STRETCH = Markup("\0s")
"""Stands in the page where the messages go; no page has it."""


class MessageForm(PortalForm):
    """What she writes."""

    words = TextAreaField(_l("Your message"))


class Around(NamedTuple):
    """All that stands around the messages, but for what she types: nothing of it is hers alone."""

    team: Team
    hours: ReadingHours
    day: date
    said: str
    is_open: bool


@blueprint.get("")
def show() -> ResponseReturnValue:
    """The newest messages, or the stretch before or after one of them."""
    kept = unsent.find(unsent.MESSAGE)
    if kept is None:
        return _page()
    form = MessageForm()
    form.words.data = kept
    return _page(form, is_kept=True)


@blueprint.post("/write")
def write() -> ResponseReturnValue:
    """Send what she wrote, or keep it for later; what is refused stays in the field."""
    form = MessageForm()
    form.validate_on_submit()
    words = form.words.data or ""
    try:
        said = unsent.keep(unsent.MESSAGE, words) if form.is_for_later else _send(words)
    except tuple(WORDS) as refusal:
        form.refuse("words", WORDS[type(refusal)])
        return _page(form)
    return redirect(url_for(".show", said=said))


@blueprint.post("/forget")
def forget() -> ResponseReturnValue:
    """Forget what was kept for later."""
    return redirect(url_for(".show", said=unsent.forget(unsent.MESSAGE)))


@blueprint.post("/<uuid:message_id>/take-back")
def take_back(message_id: UUID) -> ResponseReturnValue:
    """Take a message back that nobody has read."""
    said = "taken_back"
    try:
        with guards.transaction() as session:
            messages.take_back(session, guards.signed_in(), message_id, now=guards.utc_now())
    except WrongState:
        said = "changed"
    return redirect(url_for(".show", said=said))


def _send(words: str) -> str:
    her = guards.signed_in()
    with guards.transaction() as session:
        messages.write(session, her, her.her_case_id, words, now=guards.utc_now())
        drafts.forget(session, her, unsent.MESSAGE)
    return "sent"


def _page(form: MessageForm | None = None, *, is_kept: bool = False) -> ResponseReturnValue:
    """The page; with an empty form it is drawn for all whom the same colleagues answer."""
    session, her, now = guards.db(), guards.signed_in(), guards.utc_now()
    stretch, is_empty = _stretch(now=now)
    around = Around(
        team=case_team.of_case(session, her.her_case_id, now=now),
        hours=reading_hours(now=now),
        day=dates.here(now).date(),
        said=str(SAID.get(request.args.get("said", ""), "")),
        is_open=form is not None or is_empty,
    )
    if form is not None:
        return _draw(around, form, now=now, is_kept=is_kept).replace(_STRETCH, stretch)
    page = shared(lambda: _draw(around, MessageForm(), now=now), around)
    return page.replace(_STRETCH, stretch)


def _draw(around: Around, form: MessageForm, *, now: datetime, is_kept: bool = False) -> str:
    return render_template(
        "survivor/messages/show.html",
        **around._asdict(),
        form=form,
        is_kept=is_kept,
        stretch=_STRETCH,
        now=now,
        near_time=near_time,
    )


def _stretch(*, now: datetime) -> tuple[Markup, bool]:
    """What is written, as it stands in the page, and whether nothing is.

    Read again it is neither fetched nor opened nor made anew.
    """
    her = guards.signed_in()
    opened = messages.open_stretch(
        guards.db(),
        her,
        her.her_case_id,
        now=now,
        before=number_in(request.args, "before"),
        after=number_in(request.args, "after"),
        most_bytes=MOST_BYTES,
    )
    made_of = opened.outline(), dates.here(now).date()
    kept = kept_pieces.find(*made_of)
    if kept is not None:
        return kept, False
    page = opened.show()
    made = _make_stretch(page, now=now)
    # What is new to her says so once.
    if page.lines and not page.is_new:
        kept_pieces.keep(made, *made_of)
    return made, not page.lines


def _make_stretch(page: Page, *, now: datetime) -> Markup:
    stretch: Callable[..., Markup] = get_template_attribute(
        "survivor/messages/stretch.html", "stretch"
    )
    # Messages are read many at a time: the words are the same for all of them.
    seen = cache(lambda name, seen_at: _seen(name, seen_at, now=now))
    return stretch(page, _by_day(page.messages), seen, now)


def _seen(name: str | None, seen_at: datetime, *, now: datetime) -> Markup:
    return gettext("Seen by %(name)s %(time)s", name=name, time=near_time(seen_at, now))


def _by_day(shown: list[ShownMessage]) -> list[tuple[date, list[ShownMessage]]]:
    """The newest day first, and in it the newest message: read on without any scrolling."""

    def day(one: ShownMessage) -> date:
        return dates.here(one.message.written_at).date()

    return [(on, list(those)) for on, those in groupby(reversed(shown), key=day)]
