"""The first sign-in: an authenticator is enrolled, and ten recovery codes are shown once."""

from urllib.parse import parse_qs, urlsplit

import segno
from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from markupsafe import Markup

from portal import i18n
from portal.services.colleagues import staff
from portal.services.entry import passkeys, second_factor, sessions
from portal.services.entry.sessions import SignedIn
from portal.web import guards, staff_sessions
from portal.web.staff import proof
from portal.web.staff.entry import browsers
from portal.web.staff.entry.passkeys import site
from portal.web.staff.entry.sign_in import CodeForm, first_room

blueprint = Blueprint("enrolment", __name__, url_prefix="/second-factor/new")


@blueprint.route("", methods=["GET", "POST"])
def enrol() -> ResponseReturnValue:
    """Show the authenticator's secret until its first code fits; then the recovery codes, once."""
    if not current_user.is_authenticated:
        return redirect(url_for("staff.sign_in.sign_in"))
    acting: SignedIn = current_user.signed_in
    i18n.use_language(acting.language)
    if second_factor.has_second_factor(guards.db(), acting.account_id):
        # Already enrolled, here or in another window: another one is added from the inside.
        return redirect(url_for("staff.sign_in.front_door"))
    form = CodeForm()
    address = _begin(acting)
    try:
        if form.validate_on_submit():
            return _confirm(acting, form)
    except tuple(proof.WORDS) as refusal:
        form.refuse("code", proof.WORDS[type(refusal)])
    form.code.data = form.passkey.data = ""
    return render_template(
        "staff/sign_in/enrol.html",
        form=form,
        qr=draw_qr(address),
        secret=secret_of(address),
        passkeys_offered=passkeys.available(),
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


def _confirm(acting: SignedIn, form: CodeForm) -> ResponseReturnValue:
    now, passkey = guards.utc_now(), form.passkey.data or ""
    with guards.transaction() as session:
        if passkey:
            codes = passkeys.add(session, acting, site(), passkey, "", now=now)
        else:
            code = form.code.data or ""
            codes = second_factor.confirm_enrolment(session, acting, code, now=now)
        token = staff_sessions.staff_token()
        token = sessions.renew(session, token, now=now, second_factor_at=now)
    staff_sessions.rise(token)
    browsers.arrive()
    return render_template("staff/sign_in/codes.html", codes=codes, onward=first_room(acting))


def secret_of(address: str) -> str:
    """The secret to type where no camera is, in groups of four."""
    secret = parse_qs(urlsplit(address).query)["secret"][0]
    return " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))
