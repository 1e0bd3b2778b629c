"""Second factors of the own account: another authenticator, another passkey, one less."""

from collections.abc import Mapping
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField, StringField
from wtforms.validators import InputRequired, Length

from portal.domain.passphrases import LastSecondFactor, SecondFactorNameMissing
from portal.domain.refusals import NotFound, Refusal, WrongState
from portal.domain.words import TooLong
from portal.i18n import gettext as _
from portal.i18n import lazy_gettext as _l
from portal.services.colleagues import staff
from portal.services.entry import passkeys, second_factor
from portal.web import guards
from portal.web.forms import StaffForm
from portal.web.staff import proof
from portal.web.staff.entry import enrolment
from portal.web.staff.entry.passkeys import site

blueprint = Blueprint("factors", __name__, url_prefix="/me/second-factors")

NAME_WORDS: Mapping[type[Refusal], str] = {
    SecondFactorNameMissing: _l("Give it a name, so that you know which one it is."),
    TooLong: _l("Use at most 40 characters."),
}


class AuthenticatorForm(StaffForm):
    """What it is called, and its first code."""

    name = StringField(_l("Name"), [Length(max=400)])
    code = StringField(_l("Code"), [InputRequired(_l("Type the code.")), Length(max=40)])


class PasskeyForm(StaffForm):
    """What it is called; the rest the browser fills in."""

    name = StringField(_l("Name"), [Length(max=400)])
    passkey = HiddenField()


@blueprint.route("/authenticator", methods=["GET", "POST"])
def add_authenticator() -> ResponseReturnValue:
    """Show a secret until its first code fits."""
    proof.require_fresh_proof()
    acting, now = guards.signed_in(), guards.utc_now()
    form = AuthenticatorForm()
    with guards.transaction() as session:
        email = staff.get_member(session, acting.account_id).email
        address = second_factor.begin_enrolment(session, acting, email=email, now=now)
    if form.validate_on_submit():
        try:
            with guards.transaction() as session:
                code, name = form.code.data or "", form.name.data or ""
                second_factor.confirm_enrolment(session, acting, code, now=now, name=name)
        except tuple(NAME_WORDS) as refusal:
            form.refuse("name", NAME_WORDS[type(refusal)])
        except tuple(proof.WORDS) as refusal:
            form.refuse("code", proof.WORDS[type(refusal)])
        except WrongState:
            return redirect(url_for("staff.inside.account.me"))
        else:
            flash(_("The authenticator is added."), "done")
            return redirect(url_for("staff.inside.account.me"))
    form.code.data = ""
    return render_template(
        "staff/account/authenticator.html",
        form=form,
        qr=enrolment.draw_qr(address),
        secret=enrolment.secret_of(address),
    )


@blueprint.route("/passkey", methods=["GET", "POST"])
def add_passkey() -> ResponseReturnValue:
    """Let the browser make a passkey."""
    if not passkeys.available():
        raise NotFound
    proof.require_fresh_proof()
    form = PasskeyForm()
    if form.validate_on_submit():
        acting, now = guards.signed_in(), guards.utc_now()
        answer, name = form.passkey.data or "", form.name.data or ""
        try:
            with guards.transaction() as session:
                passkeys.add(session, acting, site(), answer, name, now=now)
        except tuple(NAME_WORDS) as refusal:
            form.refuse("name", NAME_WORDS[type(refusal)])
        except tuple(proof.WORDS) as refusal:
            form.refuse(None, proof.WORDS[type(refusal)])
        else:
            flash(_("The passkey is added."), "done")
            return redirect(url_for("staff.inside.account.me"))
    return render_template("staff/account/passkey.html", form=form)


@blueprint.post("/<uuid:factor_id>/remove")
def remove(factor_id: UUID) -> ResponseReturnValue:
    """Take a second factor away; the last one stays."""
    try:
        with guards.transaction() as session:
            acting, now = guards.signed_in(), guards.utc_now()
            second_factor.remove(session, acting, factor_id, now=now)
    except LastSecondFactor:
        flash(_("This is your last second factor: add another one first."), "warn")
    except NotFound:
        flash(_("This second factor is gone already."), "info")
    else:
        flash(_("The second factor is taken away: it opens nothing any more."), "done")
    return redirect(url_for("staff.inside.account.me"))
