"""What a colleague reads when her account, and not the thing she asked for, is the reason."""

from flask import render_template
from flask.typing import ResponseReturnValue

from portal.domain.refusals import Refusal
from portal.i18n import gettext as _


def training_has_passed(_refusal: Refusal) -> ResponseReturnValue:
    """Nothing was changed, and why; reading goes on."""
    sentence = _(
        "Nothing was changed: your training date has passed, so your account only reads. "
        "A coordinator sets a new date once you are trained."
    )
    return _page(_("Your account only reads"), sentence, 403)


def not_your_role(_refusal: Refusal) -> ResponseReturnValue:
    """The same words whether or not the thing exists: only her roles are spoken of."""
    sentence = _(
        "Nothing was changed. If you could do this before, a role of yours was taken away: "
        "ask your coordinator."
    )
    return _page(_("None of your roles opens this"), sentence, 404)


def _page(heading: str, sentence: str, status: int) -> ResponseReturnValue:
    page = render_template("errors/staff.html", heading=heading, sentence=sentence, reference="")
    return page, status
