"""Coming in with the card and the PIN; a card that is new gets its PIN here."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from portal.domain.cards import (
    CardDoesNotOpen,
    CheckDigitWrong,
    PinNotDigits,
    PinsDiffer,
    PinTooPlain,
    PinTooShort,
)
from portal.domain.refusals import Busy, Refusal, SlowDown
from portal.i18n import lazy_gettext as _l
from portal.services.entry.sign_in import sign_in_with_card
from portal.web import guards
from portal.web.front.calendar import calendar_page
from portal.web.front.card_form import CardForm
from portal.web.front.double_taps import one_at_a_time
from portal.web.inside import PREFIX, get_inside, turn_page_key

blueprint = Blueprint("sign_in", __name__)

# One sentence for every card that does not open: unknown, wrong, expired, void, frozen.
WORDS: Mapping[type[Refusal], tuple[str | None, str]] = {
    CheckDigitWrong: ("card", _l("This number has a mistake. Look at the card again.")),
    CardDoesNotOpen: (
        None,
        _l(
            "This card and PIN do not open. Check both. A new card works 48 hours. "
            "The centre can give a new one."
        ),
    ),
    PinTooShort: ("pin", _l("Choose a PIN of 6 digits or more.")),
    PinTooPlain: ("pin", _l("This PIN is too easy to guess. Choose another one.")),
    PinNotDigits: ("pin", _l("Use digits only.")),
    PinsDiffer: ("again", _l("The two PINs are not the same.")),
    Busy: (None, _l("Busy now. Try again in 5 seconds.")),
    SlowDown: (None, _l("Too many tries. Wait a few minutes. Then try again.")),
}


@blueprint.post("/sign-in")
def sign_in() -> ResponseReturnValue:
    """Open the door, or say in one sentence that it stays shut."""
    form = CardForm()
    if form.validate_on_submit():
        try:
            with one_at_a_time(form.card.data or ""):
                turn_page_key(_try_card(form))
        except tuple(WORDS) as refusal:
            name, words = WORDS[type(refusal)]
            form.refuse(name, words)
        else:
            return redirect(f"{PREFIX}/today")
    # What was typed as PIN never goes back into a page.
    form.pin.data = form.again.data = ""
    return calendar_page(form, is_open=True)


def _try_card(form: CardForm) -> str:
    again: Any = form.again.data or ""
    return sign_in_with_card(
        guards.database().transaction,
        guards.house(),
        card=form.card.data or "",
        pin=form.pin.data or "",
        new_pin_again=again if form.is_new.data else None,
        language=get_inside().language,
        address=(request.remote_addr or "").encode(),
        now=guards.utc_now(),
    )
