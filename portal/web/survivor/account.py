"""More: who can see, her card, the language, what is hidden, who else helps."""

from collections.abc import Mapping

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from portal.domain.cards import (
    CardDoesNotOpen,
    CheckDigitWrong,
    PinNotDigits,
    PinsDiffer,
    PinTooPlain,
    PinTooShort,
)
from portal.domain.centre import LegalText
from portal.domain.refusals import Busy, Refusal
from portal.i18n import LANGUAGES, current_language, use_language
from portal.i18n import lazy_gettext as _l
from portal.services.endings import her_clocks
from portal.services.entry import pins, sessions
from portal.web import guards, help_lines, sent_once
from portal.web.forms import PortalForm
from portal.web.inside import get_inside

blueprint = Blueprint("account", __name__, url_prefix="/more")

SAID: Mapping[str, str] = {
    "pin": _l("Your new PIN works from now on."),
    "language": _l("This is your language now."),
    sent_once.TWICE: _l("You sent this twice. It counts once. Try again if needed."),
}
WORDS: Mapping[type[Refusal], tuple[str | None, str]] = {
    CheckDigitWrong: ("card", _l("This number has a mistake. Look at the card again.")),
    CardDoesNotOpen: (None, _l("This card and PIN do not open. Check both.")),
    PinTooShort: ("new", _l("Choose a PIN of 6 digits or more.")),
    PinTooPlain: ("new", _l("This PIN is too easy to guess. Choose another one.")),
    PinNotDigits: ("new", _l("Use digits only.")),
    PinsDiffer: ("again", _l("The two PINs are not the same.")),
    Busy: (None, _l("Busy now. Try again in 5 seconds.")),
}

LEGAL: Mapping[LegalText, str] = {
    LegalText.PRIVACY: _l("What we do with what you tell us"),
    LegalText.RIGHTS: _l("What you can ask, and where you can complain"),
}

# Said at a desk with others around: nothing in it tells which house this is.
NEW_CARD = _l("I lost my card for the appointments. Can I come by for a new one?")


class PinForm(PortalForm):
    """The card and the PIN of today, and the new PIN twice."""

    card = StringField(
        _l("Number on the card"),
        [InputRequired(_l("Type the 16 digits of the card.")), Length(max=60)],
    )
    pin = StringField(_l("Your PIN now"), [InputRequired(_l("Type your PIN.")), Length(max=60)])
    new = StringField(_l("Your new PIN"), [InputRequired(_l("Type your new PIN.")), Length(max=60)])
    again = StringField(
        _l("The new PIN again"), [InputRequired(_l("Type your new PIN again.")), Length(max=60)]
    )


@blueprint.get("")
def show() -> ResponseReturnValue:
    """Everything that is not of every day."""
    return _page("show", has_legal_texts=bool(_legal_texts()))


@blueprint.get("/card")
def card() -> ResponseReturnValue:
    """Her card: a new PIN, every phone signed out, the card lost."""
    return _page("card")


@blueprint.route("/card/pin", methods=["GET", "POST"])
def pin() -> ResponseReturnValue:
    """Choose a new PIN; the card and the PIN of today are asked with it."""
    form = PinForm()
    if form.validate_on_submit():
        try:
            _change_pin(form)
        except tuple(WORDS) as refusal:
            name, words = WORDS[type(refusal)]
            form.refuse(name, words)
        else:
            return redirect(url_for(".card", said="pin"))
    # What was typed as PIN never goes back into a page.
    form.pin.data = form.new.data = form.again.data = ""
    return _page("pin", form=form)


@blueprint.get("/card/lost")
def lost() -> ResponseReturnValue:
    """Words for a lost card that tell nothing to whoever stands beside her."""
    in_dutch = None
    if current_language().code != "nl" and "nl" in guards.offered_languages():
        with use_language("nl"):
            in_dutch = str(NEW_CARD)
    return _page("lost", sentence=NEW_CARD, in_dutch=in_dutch)


@blueprint.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """End every visit with this card, this one too."""
    with guards.transaction() as session:
        sessions.end_all(session, guards.signed_in().account_id)
    return redirect("/")


@blueprint.get("/language")
def language() -> ResponseReturnValue:
    """The languages, each in its own script."""
    offered = guards.offered_languages()
    return _page("language", languages=[LANGUAGES[code] for code in offered])


@blueprint.post("/language")
def speak() -> ResponseReturnValue:
    """Speak another language from now on; an unknown one changes nothing."""
    code = request.form.get("a", "")
    if code not in guards.offered_languages():
        return redirect(url_for(".language"))
    with guards.transaction() as session:
        sessions.speak(session, get_inside().page_key, code)
    return redirect(url_for(".show", said="language"))


@blueprint.get("/help-lines")
def numbers() -> ResponseReturnValue:
    """Who else helps, and when."""
    return _page("help_lines", lines=help_lines.all_lines())


@blueprint.get("/how-long")
def how_long() -> ResponseReturnValue:
    """How long her words stay, by the clocks that this centre sets."""
    return _page("how_long", clocks=her_clocks.of_hers(guards.db(), guards.signed_in()))


@blueprint.get("/your-rights")
def legal() -> ResponseReturnValue:
    """What the centre's lawyers wrote for her, in her language."""
    return _page("legal", texts=_legal_texts())


def _legal_texts() -> list[tuple[str, str]]:
    centre, code = guards.whereabouts().centre, current_language().code
    written = centre.legal_texts if centre is not None else {}
    return [
        (str(heading), written[kind][code])
        for kind, heading in LEGAL.items()
        if written.get(kind, {}).get(code)
    ]


def _change_pin(form: PinForm) -> None:
    her, page_key = guards.signed_in(), get_inside().page_key
    new_pin = form.new.data or ""
    guards.end_transaction()
    pins.change_pin(
        guards.database().transaction,
        guards.house(),
        her.account_id,
        her.session_id,
        card_number=form.card.data or "",
        pin=form.pin.data or "",
        new_pin=new_pin,
        new_pin_again=form.again.data or "",
        now=guards.utc_now(),
    )
    with guards.transaction() as session:
        sessions.learn_pin(session, her, page_key, new_pin)


def _page(name: str, **shown: object) -> str:
    said = SAID.get(request.args.get("said", ""))
    return render_template(f"survivor/account/{name}.html", said=said, **shown)
