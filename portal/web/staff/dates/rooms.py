"""The rooms of the house, for those who set it."""

from collections.abc import Mapping
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import IntegerField, SelectField, StringField
from wtforms.validators import InputRequired

from portal.domain.availability import NoSuchFloor
from portal.domain.refusals import Refusal
from portal.domain.words import NothingWritten, TooLong
from portal.i18n import gettext as _
from portal.i18n import lazy_gettext as _l
from portal.services.availability import rooms
from portal.services.centre import directory
from portal.web import guards
from portal.web.forms import StaffForm, posted_id
from portal.web.staff.beside import did

blueprint = Blueprint("rooms", __name__, url_prefix="/house/settings/rooms")

WORDS: Mapping[type[Refusal], tuple[str, str]] = {
    NothingWritten: ("name", _l("Give the room a name, as it stands on its door.")),
    TooLong: ("name", _l("At most 80 characters. Nothing was cut.")),
    rooms.RoomTwice: ("name", _l("Another room has this name.")),
    NoSuchFloor: ("floor", _l("Floors go from -5 to 40; 0 is the ground floor.")),
}


class RoomForm(StaffForm):
    """A room, on its floor, of a service or of all."""

    name = StringField(_l("Name of the room"))
    floor = IntegerField(
        _l("Floor"), [InputRequired(_l("Floors go from -5 to 40; 0 is the ground floor."))]
    )
    service = SelectField(_l("Whose room it is"))


@blueprint.route("", methods=["GET", "POST"])
def listed() -> ResponseReturnValue:
    """All rooms, and the form for one more."""
    session, acting = guards.db(), guards.signed_in()
    found = rooms.everywhere(session, acting)
    form = RoomForm()
    services = [one.service for one in directory.services(session, acting)]
    form.service.choices = [
        ("", _("Every service may use it")),
        *((str(one.id), one.name) for one in services),
    ]
    if form.validate_on_submit() and _added(form):
        flash(_("The room is added."), "done")
        return redirect(url_for(".listed"))
    return render_template("staff/time/rooms.html", rooms=found, form=form)


@blueprint.post("/use")
def use() -> ResponseReturnValue:
    """Take a room out of use, or back."""
    room_id = posted_id("room")
    with guards.transaction() as session:
        rooms.use(
            session,
            guards.signed_in(),
            room_id,
            in_use=request.form.get("act") == "use",
            now=guards.utc_now(),
        )
    flash(_("The room is changed. Dates that have it keep it."), "done")
    return redirect(url_for(".listed"))


def _added(form: RoomForm) -> bool:
    acting, now = guards.signed_in(), guards.utc_now()
    name, floor = form.name.data or "", form.floor.data or 0
    service_id = UUID(form.service.data) if form.service.data else None
    return did(
        lambda: rooms.add(guards.db(), acting, name, floor, service_id, now=now), form, WORDS
    )
