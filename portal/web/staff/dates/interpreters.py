"""The interpreter of a date: what she asked, who can come, and the link that this person gets."""

from collections.abc import Callable, Mapping
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.domain.interpreters import (
    MOST_OPENINGS,
    InterpreterTaken,
    Means,
    NobodyInterprets,
    NotThisPerson,
    first_name,
)
from portal.domain.refusals import NotFound, Refusal, WrongState
from portal.domain.words import NothingWritten
from portal.i18n import gettext as _
from portal.i18n import lazy_gettext as _l
from portal.services.dates import shown_dates
from portal.services.interpreters import asking, booking, links
from portal.services.interpreters.asking import Wish
from portal.services.interpreters.booking import Choice
from portal.services.referrals import at_service
from portal.web import guards
from portal.web.forms import StaffForm, posted_id
from portal.web.staff.dates import interpreter_words as words
from portal.web.staff.dates.interpreter_forms import LINK_WORDS, LinkForm, book_form, wish_form
from portal.web.staff.vocabulary.languages import interpreted_for_staff

blueprint = Blueprint("interpreters", __name__)

OF_DATE = "/referrals/<uuid:referral_id>/dates/<uuid:appointment_id>/interpreter"
WORDS: Mapping[type[Refusal], str] = {
    InterpreterTaken: _l("This person has another talk then. Choose somebody else."),
    NotThisPerson: _l("Not this person. Choose somebody else."),
    NobodyInterprets: _l("This person is not on the list for this language any more."),
}


@blueprint.get("/interpreters")
def listed() -> ResponseReturnValue:
    """Requests that nobody answered yet, and interpreters who have to be told."""
    session, acting, now = guards.db(), guards.signed_in(), guards.utc_now()
    return render_template(
        "staff/interpreters/listed.html",
        waiting=booking.waiting(session, acting, now=now),
        not_told=booking.not_told(session, acting),
        spoken=interpreted_for_staff(),
    )


@blueprint.post("/interpreters/told")
def told() -> ResponseReturnValue:
    """Somebody told an interpreter that a talk is not, or not then."""
    row_id = posted_id("row")
    with guards.transaction() as session:
        booking.have_told(session, guards.signed_in(), row_id, now=guards.utc_now())
    flash(_("Noted: this interpreter knows."), "done")
    return redirect(url_for(".listed"))


@blueprint.get(OF_DATE)
def show(referral_id: UUID, appointment_id: UUID) -> ResponseReturnValue:
    """What she asked, and who can come."""
    return _page(referral_id, appointment_id)


@blueprint.post(f"{OF_DATE}/ask")
def ask(referral_id: UUID, appointment_id: UUID) -> ResponseReturnValue:
    """Say for her what she wants."""
    form = wish_form(Wish())
    if not form.validate_on_submit():
        return _page(referral_id, appointment_id, wish=form)

    def act() -> None:
        acting, now = guards.signed_in(), guards.utc_now()
        asking.ask(guards.db(), acting, appointment_id, form.wish(), now=now)

    return _did(act, referral_id, appointment_id, _("Kept. It is sealed with this referral."))


@blueprint.post(f"{OF_DATE}/book")
def book(referral_id: UUID, appointment_id: UUID) -> ResponseReturnValue:
    """Somebody comes."""
    form = book_form(_choice(referral_id, appointment_id))
    if not form.validate_on_submit():
        return _page(referral_id, appointment_id, book=form)

    def act() -> None:
        who, means = UUID(form.who.data), Means(form.by.data)
        acting, now = guards.signed_in(), guards.utc_now()
        booking.book(guards.db(), acting, appointment_id, who, means, now=now)

    try:
        done = _("Booked. She reads who comes. Make the link for the interpreter now.")
        return _did(act, referral_id, appointment_id, done)
    except tuple(WORDS) as refusal:
        form.refuse("who", WORDS[type(refusal)])
        return _page(referral_id, appointment_id, book=form)


@blueprint.post(f"{OF_DATE}/let-go")
def let_go(referral_id: UUID, appointment_id: UUID) -> ResponseReturnValue:
    """Who was booked does not come."""

    def act() -> None:
        acting, now = guards.signed_in(), guards.utc_now()
        booking.let_go_by_staff(guards.db(), acting, appointment_id, now=now)

    return _did(act, referral_id, appointment_id, _("Let go. The link opens nothing any more."))


@blueprint.post(f"{OF_DATE}/none")
def none_needed(referral_id: UUID, appointment_id: UUID) -> ResponseReturnValue:
    """No interpreter is needed."""

    def act() -> None:
        acting, now = guards.signed_in(), guards.utc_now()
        asking.take_back(guards.db(), acting, appointment_id, now=now)

    return _did(act, referral_id, appointment_id, _("Kept: no interpreter for this date."))


@blueprint.post(f"{OF_DATE}/link")
def link(referral_id: UUID, appointment_id: UUID) -> ResponseReturnValue:
    """Make a link; it stands on the answer, once."""
    form = LinkForm()
    _choice(referral_id, appointment_id)
    if not form.validate_on_submit():
        return _page(referral_id, appointment_id, link=form)
    try:
        with guards.transaction() as session:
            token = links.make(
                session,
                guards.signed_in(),
                appointment_id,
                where=form.where.data or "",
                name=form.called.data or "",
                now=guards.utc_now(),
            )
    except WrongState:
        return _changed(referral_id, appointment_id)
    except NothingWritten:
        form.refuse("where", LINK_WORDS)
        return _page(referral_id, appointment_id, link=form)
    return render_template(
        "staff/interpreters/link.html",
        link=url_for("staff.talk_link.show", token=token, _external=True),
        back=url_for(".show", referral_id=referral_id, appointment_id=appointment_id),
        most=MOST_OPENINGS,
    )


def _did(
    act: Callable[[], None], referral_id: UUID, appointment_id: UUID, done: str
) -> ResponseReturnValue:
    _choice(referral_id, appointment_id)
    try:
        with guards.transaction():
            act()
    except WrongState:
        return _changed(referral_id, appointment_id)
    flash(done, "done")
    return redirect(url_for(".show", referral_id=referral_id, appointment_id=appointment_id))


def _changed(referral_id: UUID, appointment_id: UUID) -> ResponseReturnValue:
    flash(_("This has changed meanwhile. Here is how it stands now."), "info")
    return redirect(url_for(".show", referral_id=referral_id, appointment_id=appointment_id))


def _choice(referral_id: UUID, appointment_id: UUID) -> Choice:
    session, acting, now = guards.db(), guards.signed_in(), guards.utc_now()
    found = booking.choice(session, acting, appointment_id, now=now)
    if found.appointment.referral_id != referral_id:
        raise NotFound
    return found


def _page(referral_id: UUID, appointment_id: UUID, **forms: StaffForm) -> ResponseReturnValue:
    session, acting, now = guards.db(), guards.signed_in(), guards.utc_now()
    story = at_service.open_referral(session, acting, referral_id, now=now)
    found = _choice(referral_id, appointment_id)
    dates = shown_dates.of_referral(session, acting, referral_id, now=now)
    date = next(one for one in dates if one.appointment.id == appointment_id)
    return render_template(
        "staff/interpreters/date.html",
        story=story,
        date=date,
        found=found,
        said=words.ALL,
        spoken=interpreted_for_staff(),
        may_change=date.stands and date.appointment.starts_at > now,
        link_is_out=found.request is not None and links.is_out(session, found.request, now=now),
        wish=forms.get("wish") or wish_form(found.wish, fresh=True),
        book=forms.get("book") or book_form(found, fresh=True),
        link=forms.get("link") or LinkForm(formdata=None, data=_suggested(story.name, date)),
    )


def _suggested(name: str, date: shown_dates.Shown) -> dict[str, str]:
    coming = date.interpreter
    is_here = coming is not None and coming.means is Means.HERE
    return {
        "where": date.details.place if date.details and is_here else "",
        "called": first_name(name),
    }
