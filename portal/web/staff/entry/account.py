"""The own account: pass phrase, second factor, days away, language, and keys to hand over."""

from collections.abc import Mapping
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import PasswordField
from wtforms.validators import InputRequired, Length

from portal import i18n
from portal.domain.passphrases import SignInDoesNotOpen
from portal.domain.refusals import Busy, NotFound, Refusal, SlowDown
from portal.i18n import gettext as _
from portal.i18n import lazy_gettext as _l
from portal.services.case_work import leave
from portal.services.colleagues import listing, staff
from portal.services.entry import browsers as browsing
from portal.services.entry import passkeys, recovery_codes, second_factor
from portal.web import guards, staff_sessions
from portal.web.staff import proof
from portal.web.staff.entry import browsers, passphrases
from portal.web.staff.entry.passphrases import ChosenPassphraseForm

blueprint = Blueprint("account", __name__, url_prefix="/me")

WORDS: Mapping[type[Refusal], tuple[str | None, str]] = {
    SignInDoesNotOpen: ("passphrase", _l("This is not your pass phrase of now.")),
    **passphrases.WORDS,
    SlowDown: ("passphrase", proof.WORDS[SlowDown]),
    Busy: (None, _l("Busy now. Nothing was changed. Try again in 5 seconds.")),
}


class NewPassphraseForm(ChosenPassphraseForm):
    """The pass phrase of now and a new one."""

    passphrase = PasswordField(
        _l("Pass phrase of now"), [InputRequired(_l("Type your pass phrase.")), Length(max=400)]
    )


@blueprint.get("")
def me() -> ResponseReturnValue:
    """Everything about oneself on one page."""
    return _page()


@blueprint.post("/pass-phrase")
def change_passphrase() -> ResponseReturnValue:
    """Change the pass phrase; every other sign-in of this colleague ends."""
    form = NewPassphraseForm()
    if passphrases.asked_to_measure():
        return _page(passphrase=form)
    if form.validate():
        guards.end_transaction()
        try:
            staff.change_passphrase(
                guards.database().transaction,
                guards.house(),
                guards.signed_in(),
                passphrase=form.passphrase.data or "",
                new=form.new.data or "",
                again=form.again.data or "",
                now=guards.utc_now(),
            )
        except tuple(WORDS) as refusal:
            name, words = WORDS[type(refusal)]
            form.refuse(name, words)
        else:
            flash(_("Your pass phrase is changed. Your other sign-ins have ended."), "done")
            return redirect(url_for(".me"))
    return _page(passphrase=form)


@blueprint.post("/recovery-codes")
def renew_recovery_codes() -> ResponseReturnValue:
    """Ten new codes, shown once; the old ones stop working."""
    proof.require_fresh_proof()
    with guards.transaction() as session:
        codes = recovery_codes.renew(session, guards.signed_in(), now=guards.utc_now())
    return render_template("staff/sign_in/codes.html", codes=codes, onward=url_for(".me"))


@blueprint.post("/hand-over/<uuid:membership_id>")
def hand_over(membership_id: UUID) -> ResponseReturnValue:
    """Confirm a colleague: from now on she opens what the team may open."""
    try:
        with guards.transaction() as session:
            staff.hand_over(session, guards.signed_in(), membership_id, now=guards.utc_now())
    except NotFound:
        flash(_("Somebody has confirmed this meanwhile."), "info")
    else:
        flash(_("Confirmed. The team's key is handed over."), "done")
    return redirect(url_for(".me"))


@blueprint.post("/sign-out-everywhere")
def sign_out_everywhere() -> ResponseReturnValue:
    """End every sign-in of this colleague, this one too."""
    with guards.transaction() as session:
        browsing.sign_out_everywhere(session, guards.signed_in(), now=guards.utc_now())
    staff_sessions.dismiss()
    return redirect(url_for("staff.sign_in.sign_in"))


def _page(passphrase: NewPassphraseForm | None = None) -> ResponseReturnValue:
    session, acting = guards.db(), guards.signed_in()
    member = staff.get_member(session, acting.account_id)
    tried = (passphrase.new.data or "") if passphrase else ""
    return render_template(
        "staff/account/me.html",
        member=member,
        passphrase=passphrase or NewPassphraseForm(formdata=None),
        measured=passphrases.measured(tried, known=(member.email, member.name)),
        days_away=leave.coming(session, acting, now=guards.utc_now()),
        browsers=[
            (one, browsing.is_this(session, acting, one, browsers.mark()))
            for one in browsing.mine(session, acting)
        ],
        factors=second_factor.factors(session, acting.account_id),
        passkeys_offered=passkeys.available(),
        codes_left=recovery_codes.left(session, acting.account_id),
        waiting=staff.waiting_for_key(session, acting),
        my_waiting_keys=listing.my_waiting_keys(session, acting),
        languages=[i18n.LANGUAGES[code] for code in guards.offered_languages()],
        here=request.path,
    )
