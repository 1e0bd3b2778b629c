"""The form behind "I have a card"."""

from wtforms import BooleanField, StringField
from wtforms.validators import InputRequired, Length

from portal.i18n import lazy_gettext as _l
from portal.web.forms import PortalForm


class CardForm(PortalForm):
    """Card and PIN, and the PIN again where the card is new."""

    card = StringField(
        _l("Number on the card"),
        [InputRequired(_l("Type the 16 digits of the card.")), Length(max=60)],
    )
    pin = StringField(_l("PIN"), [InputRequired(_l("Type your PIN.")), Length(max=60)])
    is_new = BooleanField(_l("My card is new"))
    again = StringField(_l("The same PIN again"), [Length(max=60)])
