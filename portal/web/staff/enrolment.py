"""The first sign-in: an authenticator is enrolled, and ten recovery codes are shown once."""

from urllib.parse import parse_qs, urlsplit

import segno
from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from markupsafe import Markup

from portal import i18n
from portal.domain.refusals import WrongState
from portal.services import staff
from portal.services.entry import second_factor, sessions
from portal.services.entry.sessions import SignedIn
from portal.web import guards, staff_sessions
from portal.web.staff import proof
from portal.web.staff.sign_in import CodeForm, first_room

blueprint = Blueprint("enrolment", __name__, url_prefix="/second-factor/new")


@blueprint.route("", methods=["GET", "POST"])
def enrol() -> ResponseReturnValue:
    """Show the authenticator's secret until its first code fits; then the recovery codes, once."""
    if not current_user.is_authenticated:
        return redirect(url_for("staff.sign_in.sign_in"))
    acting: SignedIn = current_user.signed_in
    i18n.use_language(acting.language)
    form = CodeForm()
    try:
        address = _begin(acting)
        if form.validate_on_submit():
            return _confirm(acting, form.code.data or "")
    except WrongState:
        # Already enrolled, here or in another window.
        return redirect(url_for("staff.sign_in.front_door"))
    except tuple(proof.WORDS) as refusal:
        form.refuse("code", proof.WORDS[type(refusal)])
    form.code.data = ""
    return render_template(
        "staff/sign_in/enrol.html", form=form, qr=draw_qr(address), secret=_secret_of(address)
    )


def draw_qr(address: str) -> Markup:
    """The QR code as lines in the page: no image, no file, no other server sees it."""
    code = segno.make(address, error="m", micro=False)
    # Only our own drawing: the address is inside as modules, never as text.
    return Markup(code.svg_inline(scale=5, border=4, dark="#000", light="#fff"))  # noqa: S704


def _begin(acting: SignedIn) -> str:
    with guards.transaction() as session:
        email = staff.get_member(session, acting.account_id).email
        return second_factor.begin_enrolment(session, acting, email=email, now=guards.utc_now())


def _confirm(acting: SignedIn, code: str) -> ResponseReturnValue:
    now = guards.utc_now()
    with guards.transaction() as session:
        codes = second_factor.confirm_enrolment(session, acting, code, now=now)
        token = staff_sessions.staff_token()
        token = sessions.renew(session, token, now=now, second_factor_at=now)
    staff_sessions.rise(token)
    return render_template("staff/sign_in/codes.html", codes=codes, onward=first_room(acting))


def _secret_of(address: str) -> str:
    """The secret to type where no camera is, in groups of four."""
    secret = parse_qs(urlsplit(address).query)["secret"][0]
    return " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))
