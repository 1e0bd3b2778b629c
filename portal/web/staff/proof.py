"""A fresh second-factor proof for what must not be decided from an unattended screen.

A view does nothing for it: a service raises ProofTooOld, or the view calls `require_fresh_proof()`.
The answer then is a page that asks for a code. A form that was sent is carried along and goes on
where it was going as soon as the code fits, so nothing that was typed is lost.
"""

import re
from collections.abc import Mapping

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from portal.domain.decisions import check_proof
from portal.domain.passphrases import (
    ClockIsOff,
    CodeDoesNotFit,
    PasskeyDoesNotFit,
    PasskeyWasCopied,
    TooManyWrongCodes,
)
from portal.domain.refusals import ProofTooOld, Refusal, SlowDown
from portal.i18n import lazy_gettext as _l
from portal.services.entry import passkeys, second_factor, sessions
from portal.web import guards, staff_sessions
from portal.web.staff.entry.passkeys import site

blueprint = Blueprint("proof", __name__)

CODE, PASSKEY, NEXT = "proof_code", "proof_passkey", "proof_next"
_NOT_CARRIED = frozenset({"csrf_token", CODE, PASSKEY})
_INNER = re.compile(r"/staff(/[A-Za-z0-9_.-]+)*/?(\?[A-Za-z0-9_.=&%+-]*)?")

WORDS: Mapping[type[Refusal], str] = {
    CodeDoesNotFit: _l("This code does not fit. Wait for the next one. A code works once."),
    ClockIsOff: _l(
        "This code is of another moment: the clock of the phone is wrong. Set its time to "
        "automatic, then try the next code."
    ),
    TooManyWrongCodes: _l(
        "Too many wrong codes in one day: somebody may know your pass phrase. Use a passkey or a "
        "recovery code, choose another pass phrase, and tell your coordinator."
    ),
    PasskeyDoesNotFit: _l(
        "This passkey was not accepted here. Try again, or use another second factor."
    ),
    PasskeyWasCopied: _l(
        "This passkey exists twice: its counter went backwards. It opens nothing any more. Use "
        "another second factor, take this one away, and tell your coordinator."
    ),
    SlowDown: _l("Too many tries. Wait a few minutes before the next one."),
}


def require_fresh_proof() -> None:
    """Go on only with a second-factor proof of the last fifteen minutes."""
    check_proof(guards.signed_in().second_factor_at, now=guards.utc_now())


def is_fresh() -> bool:
    """Whether a decision goes through without asking for a code, to say so on the page."""
    try:
        require_fresh_proof()
    except ProofTooOld:
        return False
    return True


def take_proof() -> ResponseReturnValue | None:
    """Before a view: a form that carries a code proves it first, then goes on as it was."""
    if request.method != "POST" or CODE not in request.form:
        return None
    try:
        prove(request.form[CODE], request.form.get(PASSKEY, ""))
    except tuple(WORDS) as refusal:
        return ask(words=WORDS[type(refusal)])
    return None


def prove(code: str, passkey: str = "") -> None:
    """Check a passkey's answer, or a code; the token rises. Raises the refusals in `WORDS`."""
    now = guards.utc_now()
    with guards.transaction() as session:
        if passkey:
            passkeys.prove(session, guards.signed_in(), site(), passkey, now=now)
        else:
            second_factor.prove(session, guards.signed_in(), code, now=now)
        token = staff_sessions.current_token()
        token = sessions.renew(session, token, now=now, second_factor_at=now)
    staff_sessions.rise(token)


def ask(refusal: Refusal | None = None, *, words: str | None = None) -> ResponseReturnValue:
    """The page that asks for a code, with the form that was sent inside it."""
    carried = [
        (name, value)
        for name, value in request.form.items(multi=True)
        if name not in _NOT_CARRIED and request.method == "POST"
    ]
    target = request.full_path.rstrip("?")
    if request.method != "POST":
        carried, target = [(NEXT, target)], "/staff/proof"
    page = render_template(
        "staff/sign_in/again.html",
        target=target,
        carried=carried,
        words=words,
        has_passkey=shows_passkeys(),
    )
    return page, 403


def shows_passkeys() -> bool:
    """Whether this colleague can show a passkey here instead of typing a code."""
    here = second_factor.factors(guards.db(), guards.signed_in().account_id)
    return passkeys.available() and any(one.is_passkey and not one.was_copied for one in here)


@blueprint.post("/proof")
def go_on() -> ResponseReturnValue:
    """Back to the page that asked for a proof, which `take_proof` has checked by now."""
    require_fresh_proof()
    return redirect(safe_inner(request.form.get(NEXT, "")))


def safe_inner(target: str) -> str:
    """A path of these pages, or their front door: never another site."""
    return target if _INNER.fullmatch(target) and ".." not in target else "/staff/"
