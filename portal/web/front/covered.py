"""A page that was hidden: it stays covered until its reader is back, and says so to the server."""

from datetime import timedelta

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from portal import i18n
from portal.domain.cards import CardDoesNotOpen
from portal.i18n import lazy_gettext as _l
from portal.services.entry import covering
from portal.services.entry.covering import PinNeeded
from portal.web import guards
from portal.web.forms import PortalForm
from portal.web.inside import PREFIX, get_inside

blueprint = Blueprint("covered", __name__)

LONGEST_AWAY = timedelta(days=1)
"""By then every session is over; a page that claims more is no more believed than that."""


class PinForm(PortalForm):
    """The PIN, after the page was hidden for more than a minute."""

    pin = StringField(_l("PIN"), [InputRequired(_l("Type your PIN.")), Length(max=60)])


@blueprint.post("/stay")
def stay() -> ResponseReturnValue:
    """The reader is still there."""
    return ("", 204) if guards.find_survivor() else redirect("/")


@blueprint.post("/cover")
def cover() -> ResponseReturnValue:
    """The page went out of sight: from now on only uncovering is answered."""
    found = guards.find_survivor()
    if found is not None:
        covering.cover(guards.db(), found, now=guards.utc_now())
    return "", 204


@blueprint.route("/uncover", methods=["GET", "POST"])
def uncover() -> ResponseReturnValue:
    """Back within a minute: at a tap. Later: with the PIN."""
    found = guards.find_survivor()
    if found is None:
        return redirect("/")
    i18n.use_language(found.language)
    form = PinForm()
    is_typed = form.pin.name in request.form
    if not is_typed:
        form = PinForm(formdata=None)
    try:
        pin = form.pin.data if is_typed and form.validate_on_submit() else None
        covering.uncover(
            guards.db(), get_inside().page_key, now=guards.utc_now(), hidden_for=_away(), pin=pin
        )
    except PinNeeded:
        pass
    except CardDoesNotOpen:
        form.refuse("pin", _l("This PIN does not open. Try again."))
    else:
        # The script still has the page as it was, with what was half typed.
        has_page = request.method == "POST" and get_inside().is_part
        return ("", 204) if has_page else redirect(f"{PREFIX}/today")
    form.pin.data = ""
    return render_template("front/covered.html", form=form)


def _away() -> timedelta:
    """How long the page was out of sight by its own clock; nonsense counts as very long."""
    said = request.form.get("t", "0")
    is_number = said.isascii() and said.isdigit() and len(said) < 8
    return min(timedelta(seconds=int(said)), LONGEST_AWAY) if is_number else LONGEST_AWAY
