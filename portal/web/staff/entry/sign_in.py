"""The way in for staff: work address and pass phrase, then the second factor; and the way out."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired, Length

from portal import i18n
from portal.domain.passphrases import SignInDoesNotOpen
from portal.domain.refusals import Busy, Refusal, SlowDown
from portal.domain.roles import Permission
from portal.i18n import lazy_gettext as _l
from portal.services.entry import second_factor, sessions
from portal.services.entry.sessions import SignedIn
from portal.services.entry.sign_in import sign_in_with_passphrase
from portal.web import guards, staff_sessions
from portal.web.forms import StaffForm
from portal.web.staff import proof
from portal.web.staff.entry import browsers
from portal.web.staff.proof import safe_inner

blueprint = Blueprint("sign_in", __name__)

LANGUAGE = "language"

# One sentence for every failure: an unknown address and a wrong pass phrase are the same.
WORDS: Mapping[type[Refusal], str] = {
    SignInDoesNotOpen: _l("This address and pass phrase do not open. Check both."),
    SlowDown: _l("Too many tries. Wait a few minutes before the next one."),
    Busy: _l("Busy now. Try again in 5 seconds. Your pass phrase was not tried."),
}


class PassphraseForm(StaffForm):
    """Who one is, and what one knows."""

    email = StringField(
        _l("Work e-mail"), [InputRequired(_l("Type your work e-mail.")), Length(max=200)]
    )
    passphrase = PasswordField(
        _l("Pass phrase"), [InputRequired(_l("Type your pass phrase.")), Length(max=400)]
    )


class CodeForm(StaffForm):
    """What one has: the authenticator, or a recovery code."""

    code = StringField(_l("Code"), [InputRequired(_l("Type the code.")), Length(max=40)])
    passkey = HiddenField()

    def validate(self, extra_validators: Any = None) -> bool:
        """A passkey needs no code beside it."""
        return bool(self.passkey.data) or bool(super().validate(extra_validators))


@blueprint.get("/")
def front_door() -> ResponseReturnValue:
    """Straight to the room where this colleague's work is."""
    acting = guards.find_staff()
    return redirect(first_room(acting) if acting else url_for("staff.sign_in.sign_in"))


@blueprint.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> ResponseReturnValue:
    """Address and pass phrase; what follows is the second factor."""
    form = PassphraseForm()
    if form.validate_on_submit():
        guards.end_transaction()
        try:
            staff_sessions.admit(_try_passphrase(form))
        except tuple(WORDS) as refusal:
            form.refuse(None, WORDS[type(refusal)])
        else:
            return redirect(url_for("staff.sign_in.second_factor_page"))
    has_ended = bool(staff_sessions.staff_token()) and not current_user.is_authenticated
    if has_ended:
        staff_sessions.dismiss()
    return render_template(
        "staff/sign_in/sign_in.html",
        form=form,
        has_ended=has_ended,
        quiet_minutes=guards.house().settings.staff_idle_minutes,
        languages=_languages(),
    )


@blueprint.route("/second-factor", methods=["GET", "POST"], endpoint="second_factor_page")
def prove_second_factor() -> ResponseReturnValue:
    """The code of the authenticator, or one of the recovery codes."""
    acting = _known_by_passphrase()
    if acting is None:
        return redirect(url_for("staff.sign_in.sign_in"))
    if not second_factor.has_second_factor(guards.db(), acting.account_id):
        return redirect(url_for("staff.enrolment.enrol"))
    form = CodeForm()
    if form.validate_on_submit():
        try:
            proof.prove(form.code.data or "", form.passkey.data or "")
        except tuple(proof.WORDS) as refusal:
            form.refuse("code", proof.WORDS[type(refusal)])
        else:
            browsers.arrive()
            return redirect(first_room(guards.signed_in()))
    form.code.data = form.passkey.data = ""
    return render_template(
        "staff/sign_in/second_factor.html", form=form, has_passkey=proof.shows_passkeys()
    )


@blueprint.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """End this sign-in, and take everything of it from the browser."""
    sessions.end(guards.db(), staff_sessions.staff_token())
    staff_sessions.dismiss()
    session.clear()
    return redirect(url_for("staff.sign_in.sign_in"))


@blueprint.post("/language")
def speak() -> ResponseReturnValue:
    """The language of the staff pages, from now on in this browser."""
    code = request.form.get("language", "")
    if code in guards.offered_languages():
        session[LANGUAGE] = code
        token = staff_sessions.staff_token()
        if current_user.is_authenticated:
            sessions.speak(guards.db(), token, code)
    return redirect(safe_inner(request.form.get("next", "")))


def use_chosen_language() -> None:
    """Before anybody is known: the language that was chosen in this browser."""
    code = session.get(LANGUAGE)
    if code in guards.offered_languages():
        i18n.use_language(code)


def first_room(acting: SignedIn) -> str:
    """Where a colleague's day begins, by what she may do."""
    rooms = (
        (Permission.DECIDE_AT_DESK, "/staff/desk"),
        (Permission.FIND_CASE, "/staff/people"),
        (Permission.ANSWER_REFERRAL, "/staff/referrals"),
        (Permission.WRITE_PROGRAMME, "/staff/programme"),
    )
    return next((room for permission, room in rooms if acting.may(permission)), "/staff/house")


def _try_passphrase(form: PassphraseForm) -> str:
    return sign_in_with_passphrase(
        guards.database().transaction,
        guards.house(),
        email=form.email.data or "",
        passphrase=form.passphrase.data or "",
        language=i18n.current_language().code,
        address=(request.remote_addr or "").encode(),
        now=guards.utc_now(),
    )


def _known_by_passphrase() -> SignedIn | None:
    """Who has given the pass phrase, whether or not the second factor is proved yet."""
    if not current_user.is_authenticated:
        return None
    acting: SignedIn = current_user.signed_in
    i18n.use_language(acting.language)
    return acting


def _languages() -> list[i18n.Language]:
    return [i18n.LANGUAGES[code] for code in guards.offered_languages()]
