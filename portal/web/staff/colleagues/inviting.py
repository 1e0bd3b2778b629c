"""Inviting a colleague: a link that is shown once, opens once, and can be taken back."""

from collections.abc import Mapping
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import DateField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from portal.domain.refusals import NotFound, NotYours, Refusal
from portal.domain.roles import NeedsSecondPerson, Permission, Role, RoleNeedsService
from portal.domain.words import NothingWritten, TooLong
from portal.i18n import gettext as _
from portal.i18n import lazy_gettext as _l
from portal.services.colleagues import invitations
from portal.services.colleagues.invitations import NewColleague, NoAddress
from portal.services.colleagues.staff import AddressTaken
from portal.web import guards
from portal.web.forms import StaffForm
from portal.web.staff.colleagues import colleagues

blueprint = Blueprint("inviting", __name__, url_prefix="/colleagues/invite")

WORDS: Mapping[type[Refusal], tuple[str, str]] = {
    NothingWritten: ("name", _l("Type the name, as survivors and colleagues read it.")),
    TooLong: ("name", _l("Use at most 80 characters.")),
    NoAddress: ("email", _l("This is no e-mail address.")),
    AddressTaken: ("email", _l("Somebody signs in with this address already.")),
    RoleNeedsService: ("service", colleagues.WORDS[RoleNeedsService]),
    NeedsSecondPerson: (
        "role",
        _l("Two coordinators give this role together, once the account is there."),
    ),
}


class InvitationForm(StaffForm):
    """Who is invited, and as what."""

    name = StringField(
        _l("Name"),
        [
            InputRequired(_l("Type the name, as survivors and colleagues read it.")),
            Length(max=400),
        ],
    )
    email = StringField(
        _l("Work e-mail"), [InputRequired(_l("Type the work e-mail.")), Length(max=200)]
    )
    role = SelectField(_l("First role"))
    service = SelectField(_l("Service"))
    trained_until = DateField(_l("Training counts until"), [Optional()])


@blueprint.route("", methods=["GET", "POST"])
def invite() -> ResponseReturnValue:
    """Make a link; it stands on the answer, once."""
    if not guards.signed_in().may(Permission.MANAGE_PEOPLE):
        raise NotYours
    form = InvitationForm()
    form.role.choices = [("", _("none yet")), *colleagues.role_choices()]
    form.service.choices = colleagues.service_choices()
    if form.validate_on_submit():
        try:
            return _link(form)
        except tuple(WORDS) as refusal:
            field, words = WORDS[type(refusal)]
            form.refuse(field, words)
    return render_template("staff/colleagues/invite.html", form=form)


@blueprint.post("/<uuid:invitation_id>/take-back")
def take_back(invitation_id: UUID) -> ResponseReturnValue:
    """A link opens no more."""
    try:
        with guards.transaction() as session:
            acting, now = guards.signed_in(), guards.utc_now()
            invitations.take_back(session, acting, invitation_id, now=now)
    except NotFound:
        flash(_("This link was used or taken back meanwhile."), "info")
    else:
        flash(_("The link is taken back: it opens nothing any more."), "done")
    return redirect(url_for("staff.inside.colleagues.colleagues"))


def _link(form: InvitationForm) -> ResponseReturnValue:
    wanted = NewColleague(
        name=form.name.data or "",
        email=form.email.data or "",
        role=Role(form.role.data) if form.role.data else None,
        service_id=UUID(form.service.data) if form.service.data else None,
        trained_until=form.trained_until.data,
    )
    with guards.transaction() as session:
        token = invitations.invite(session, guards.signed_in(), wanted, now=guards.utc_now())
    return render_template(
        "staff/colleagues/link.html",
        link=url_for("staff.welcome.welcome", token=token, _external=True),
        name=wanted.name,
        days=invitations.LASTS.days,
    )
