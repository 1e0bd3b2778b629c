"""What two coordinators do together: give the roles of the two halves, let somebody begin again."""

from collections.abc import Callable, Mapping
from functools import partial
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.domain.decisions import NobodyToDecide, WaitsAlready
from portal.domain.refusals import NotFound, Refusal, WrongState
from portal.domain.roles import Role, RoleNeedsService, RolesKeptApart
from portal.domain.words import NothingWritten, TooLong
from portal.i18n import gettext as _
from portal.i18n import lazy_gettext as _l
from portal.services.colleagues import again, roles
from portal.services.colleagues.again import Lost
from portal.services.colleagues.roles import RoleHeldAlready
from portal.web import guards
from portal.web.staff.colleagues import colleagues
from portal.web.staff.colleagues.colleague_forms import AskRoleForm, LossForm

blueprint = Blueprint("second_person", __name__, url_prefix="/colleagues")

WORDS: Mapping[type[Refusal], str] = {
    NobodyToDecide: _l(
        "Nobody else here is a coordinator, so nobody can decide about this. Whoever runs the "
        "portal adds a second one with the command “portal staff add”."
    ),
    WaitsAlready: _l("The same was asked already and waits for another coordinator."),
    NothingWritten: _l("Say why: the other coordinator reads it."),
    TooLong: _l("Longer than 4000 characters. Nothing was lost: make it shorter."),
    RoleNeedsService: colleagues.WORDS[RoleNeedsService],
    RolesKeptApart: colleagues.WORDS[RolesKeptApart],
    RoleHeldAlready: colleagues.WORDS[RoleHeldAlready],
    WrongState: colleagues.WORDS[WrongState],
}


@blueprint.post("/<uuid:account_id>/roles/ask")
def ask_role(account_id: UUID) -> ResponseReturnValue:
    """Ask another coordinator for a role that two give."""
    form = AskRoleForm()
    role = next((one for one in Role if one == form.role.data), None)
    if role is None or not form.validate():
        return colleagues.page(account_id, ask_role=form)
    return _ask(account_id, form, "ask_role", partial(roles.ask_to_give, role=role))


@blueprint.post("/<uuid:account_id>/begin-again")
def ask_again(account_id: UUID) -> ResponseReturnValue:
    """Ask another coordinator to let somebody begin again who lost what opens her account."""
    form = LossForm()
    if not form.validate():
        return colleagues.page(account_id, loss=form)
    return _ask(account_id, form, "loss", partial(again.ask, lost=Lost(form.lost.data)))


@blueprint.post("/<uuid:account_id>/begin-again/link")
def make_link(account_id: UUID) -> ResponseReturnValue:
    """The link with which she makes new keys; shown once, after another coordinator's yes."""
    try:
        with guards.transaction() as session:
            token = again.make_link(session, guards.signed_in(), account_id, now=guards.utc_now())
            name = colleagues.name_of(account_id)
    except NotFound:
        flash(_("No link was made: another coordinator has not said yes, or it was made."), "warn")
        return redirect(url_for("staff.inside.colleagues.colleague", account_id=account_id))
    return render_template(
        "staff/colleagues/link.html",
        link=url_for("staff.welcome.welcome", token=token, _external=True),
        name=name,
        days=again.LINK_LASTS.days,
    )


def _ask(
    account_id: UUID, form: AskRoleForm | LossForm, name: str, ask: Callable[..., object]
) -> ResponseReturnValue:
    """Ask with the form's reason; what is refused stands beside it, on the colleague's page."""
    acting, now = guards.signed_in(), guards.utc_now()
    try:
        with guards.transaction() as session:
            ask(session, acting, account_id, reason=form.reason.data or "", now=now)
    except tuple(WORDS) as refusal:
        form.refuse("reason", WORDS[type(refusal)])
        return colleagues.page(account_id, **{name: form})
    flash(_("Asked. Another coordinator decides, at the desk."), "done")
    return redirect(url_for("staff.inside.colleagues.colleague", account_id=account_id))
