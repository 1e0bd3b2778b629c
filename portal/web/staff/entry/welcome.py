"""The one-time link of a new colleague: first a pass phrase, then a second factor, then work.

A link that was used, taken back or is too old says so in one sentence and tells nothing else.
"""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal import i18n
from portal.domain.refusals import Busy, Refusal, WrongState
from portal.i18n import lazy_gettext as _l
from portal.services.colleagues import invitations
from portal.services.colleagues.invitations import LinkDoesNotOpen
from portal.services.colleagues.staff import AddressTaken
from portal.web import guards, staff_sessions
from portal.web.staff.entry import passphrases
from portal.web.staff.entry.passphrases import ChosenPassphraseForm

blueprint = Blueprint("welcome", __name__, url_prefix="/welcome")

WORDS: dict[type[Refusal], tuple[str | None, str]] = {
    **passphrases.WORDS,
    Busy: (None, _l("Busy now. Nothing was changed. Try again in 5 seconds.")),
}


@blueprint.route("/<token>", methods=["GET", "POST"])
def welcome(token: str) -> ResponseReturnValue:
    """Choose a pass phrase; the account is made and its second factor comes next."""
    form = ChosenPassphraseForm()
    try:
        with guards.transaction() as session:
            invitation = invitations.open_link(session, token, now=guards.utc_now())
            name, email = invitation.name, invitation.email
        measured = passphrases.measured(form.new.data or "", known=(email, name))
        if passphrases.asked_to_measure():
            form.errors.clear()
        elif form.validate_on_submit():
            try:
                return _accept(token, form)
            except tuple(WORDS) as refusal:
                field, words = WORDS[type(refusal)]
                form.refuse(field, words)
    except (LinkDoesNotOpen, AddressTaken, WrongState):
        return render_template("staff/sign_in/no_link.html", days=invitations.LASTS.days), 404
    return render_template(
        "staff/sign_in/welcome.html", form=form, name=name, email=email, measured=measured
    )


def _accept(token: str, form: ChosenPassphraseForm) -> ResponseReturnValue:
    guards.end_transaction()
    admitted = invitations.accept(
        guards.database().transaction,
        guards.house(),
        token,
        passphrase=form.new.data or "",
        repeated=form.again.data or "",
        language=i18n.current_language().code,
        now=guards.utc_now(),
    )
    staff_sessions.admit(admitted)
    return redirect(url_for("staff.enrolment.enrol"))
