"""Words for pass phrases, and how strong one is: told while it is typed, or when it is sent."""

from collections.abc import Mapping

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from wtforms import PasswordField
from wtforms.validators import InputRequired, Length

from portal.domain.passphrases import PassphrasesDiffer, PassphraseTooPlain, PassphraseTooShort
from portal.domain.refusals import Refusal
from portal.domain.strength import Strength, strength
from portal.i18n import lazy_gettext as _l
from portal.web.forms import StaffForm

blueprint = Blueprint("passphrases", __name__)

MEASURE = "measure"
"""The button that asks how strong it is, for who has no script."""
WORDS: Mapping[type[Refusal], tuple[str | None, str]] = {
    PassphraseTooShort: ("new", _l("Use at least 14 characters: several words are good.")),
    PassphraseTooPlain: ("new", _l("This is too easy to guess. Choose another one.")),
    PassphrasesDiffer: ("again", _l("The two pass phrases are not the same.")),
}
STRENGTH: Mapping[Strength, str] = {
    Strength.WEAK: _l("Weak: this is guessed. Add words that do not belong together."),
    Strength.FAIR: _l("Fair: it will do. One more word makes it good."),
    Strength.GOOD: _l("Good."),
    Strength.STRONG: _l("Strong."),
}


class ChosenPassphraseForm(StaffForm):
    """A pass phrase of one's own, twice."""

    new = PasswordField(
        _l("New pass phrase"), [InputRequired(_l("Type a new pass phrase.")), Length(max=400)]
    )
    again = PasswordField(_l("The new pass phrase again"), [Length(max=400)])


@blueprint.post("/pass-phrase/strength")
def measure() -> ResponseReturnValue:
    """How strong what was typed is: a part of a page, for the script. Nothing is kept."""
    typed = request.form.get("new", "")[:400]
    return render_template("staff/sign_in/strength.html", measured=measured(typed))


def asked_to_measure() -> bool:
    """Whether only the strength was asked for."""
    return MEASURE in request.form


def measured(typed: str, *, known: tuple[str, ...] = ()) -> tuple[int, str] | None:
    """The height of the meter, 1 to 4, and its words; None before anything was typed."""
    if not typed:
        return None
    found = strength(typed, known=known)
    return list(Strength).index(found) + 1, STRENGTH[found]
