"""What the centre sets itself, in the browser: each page shows what stands, and who set it."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.domain.centre import LegalText, NumberTwice, Topic, must_be_checked, plain_number
from portal.domain.refusals import NotFound, NotYours
from portal.domain.roles import Permission
from portal.i18n import gettext as _
from portal.i18n.dates import here
from portal.services.centre import directory, house_settings
from portal.services.house import get_centre
from portal.web import guards
from portal.web.help_lines import KNOWN, HelpLine, of_centre
from portal.web.staff import proof
from portal.web.staff.centre.service_form import NEW_SERVICE
from portal.web.staff.centre.setting_form import SettingForm
from portal.web.staff.centre.setting_refusals import WORDS, refused
from portal.web.staff.centre.setting_words import HINTS, LEGAL, PAGE_HINTS, TOPIC
from portal.web.staff.centre.topics import differences, form_of

blueprint = Blueprint("house_settings", __name__, url_prefix="/house/settings")

NEW = "new"
HISTORY = 30
PLAIN = (
    Topic.HOURS,
    Topic.PROMISES,
    Topic.LANGUAGES,
    Topic.EXIT_PAGES,
    Topic.RETENTION,
    Topic.CHILDCARE,
    Topic.SEPARATION,
)
"""Of these the house has one each; the others are many."""


@blueprint.before_request
def _only_who_may() -> None:
    if not guards.signed_in().may(Permission.CHANGE_HOUSE):
        raise NotYours


@blueprint.get("")
def settings() -> ResponseReturnValue:
    """Everything that can be set, and the latest changes."""
    session, acting = guards.db(), guards.signed_in()
    centre, today = get_centre(session), here(guards.utc_now()).date()
    due = house_settings.lines_to_check(centre, KNOWN, today=today)
    return render_template(
        "staff/house/settings/all.html",
        plain=PLAIN,
        topic_words=TOPIC,
        services=directory.services(session, acting),
        legal=LEGAL,
        written=centre.legal_texts,
        lines=_lines(centre.help_lines),
        to_check=set(due),
        changes=house_settings.history(session, acting, size=10),
        name_of=_name_of,
        keeps_interpreters=acting.may(Permission.KEEP_INTERPRETERS),
    )


@blueprint.route("/<name>", methods=["GET", "POST"])
def one(name: str) -> ResponseReturnValue:
    """One setting of which the house has one."""
    topic = next((one for one in PLAIN if one == name), None)
    if topic is None:
        raise NotFound
    return _page(topic, "", TOPIC[topic])


@blueprint.route("/service/<uuid:service_id>", methods=["GET", "POST"])
def service(service_id: UUID) -> ResponseReturnValue:
    """All that a service says of itself, and whether it takes requests."""
    return _page(Topic.SERVICE, str(service_id), TOPIC[Topic.SERVICE])


@blueprint.route("/service/new", methods=["GET", "POST"])
def new_service() -> ResponseReturnValue:
    """A service that is not there yet."""
    return _page(Topic.SERVICE, NEW, _("Add a service"))


@blueprint.route("/legal/<name>", methods=["GET", "POST"])
def legal_text(name: str) -> ResponseReturnValue:
    """One text of the centre's lawyers, in every language."""
    text = next((one for one in LegalText if one == name), None)
    if text is None:
        raise NotFound
    return _page(Topic.LEGAL_TEXT, text, LEGAL[text])


@blueprint.route("/line/<key>", methods=["GET", "POST"])
def help_line(key: str) -> ResponseReturnValue:
    """One help line; `new` is one that is not there yet."""
    session = guards.db()
    known = KNOWN.get(key)
    if known is None and key != NEW and not house_settings.current(session, Topic.HELP_LINE, key):
        raise NotFound
    return _page(Topic.HELP_LINE, key, TOPIC[Topic.HELP_LINE])


@blueprint.get("/history")
def history() -> ResponseReturnValue:
    """Who changed what, when, before and after; of one setting or of all."""
    topic = next((one for one in Topic if one == request.args.get("topic")), None)
    about = request.args.get("about", "")[:60]
    found = house_settings.history(
        guards.db(),
        guards.signed_in(),
        topic,
        about,
        size=HISTORY + 1,
        older_than=request.args.get("older", type=UUID),
    )
    return render_template(
        "staff/house/settings/history.html",
        changes=found[:HISTORY],
        older=found[HISTORY - 1].version.id if len(found) > HISTORY else None,
        topic=topic,
        about=about,
        name_of=_name_of,
        differences=differences,
    )


@blueprint.post("/put-back/<uuid:version_id>")
def put_back(version_id: UUID) -> ResponseReturnValue:
    """Set what stood before a change."""
    try:
        with guards.transaction() as session:
            house_settings.put_back(session, guards.signed_in(), version_id, now=guards.utc_now())
    except tuple(WORDS) as refusal:
        flash(refused(refusal, Topic.HOURS)[1], "warn")
    else:
        _is_changed()
    return redirect(url_for(".history"))


def _page(topic: Topic, about: str, heading: str) -> ResponseReturnValue:
    number = house_settings.last_number(guards.db(), topic, about)
    form = form_of(topic, _standing(topic, about), seen=str(number))
    if form.validate_on_submit():
        try:
            _save(topic, about, form)
        except tuple(WORDS) as refusal:
            form.refuse(*refused(refusal, topic))
        else:
            _is_changed()
            return redirect(url_for(".settings"))
    return render_template(
        TEMPLATES.get(topic, "staff/house/settings/one.html"),
        form=form,
        heading=heading,
        topic=topic,
        about=about,
        hints=HINTS.get(topic, {}),
        page_hint=PAGE_HINTS.get(topic),
        is_fresh=proof.is_fresh(),
        is_new=about == NEW,
    )


def _standing(topic: Topic, about: str) -> dict[str, Any]:
    """What the form shows: what was set, or what the portal would do by itself."""
    if topic is Topic.SERVICE and about == NEW:
        return dict(NEW_SERVICE)
    if topic is not Topic.HELP_LINE:
        found = house_settings.current(guards.db(), topic, about)
        if topic is Topic.EXIT_PAGES:
            return {**guards.whereabouts().exit_pages, **found}
        return found
    known = KNOWN.get(about)
    own = {} if about == NEW else house_settings.current(guards.db(), topic, about)
    base = {"number": known.number, "moments": sorted(known.moments)} if known else {}
    return {**base, **own}


def _save(topic: Topic, about: str, form: SettingForm) -> None:
    value, seen = form.value(), form.seen.data or "0"
    if topic is Topic.HELP_LINE:
        value["built_in"] = about in KNOWN
        if about == NEW:
            about = plain_number(value["number"])
            if about in KNOWN:
                raise NumberTwice
    with guards.transaction() as session:
        if topic is Topic.SERVICE and about == NEW:
            acting, now = guards.signed_in(), guards.utc_now()
            house_settings.add_service(session, acting, value, now=now)
            return
        house_settings.change(
            session,
            guards.signed_in(),
            topic,
            value,
            about=about,
            seen=int(seen) if seen.isdecimal() else None,
            now=guards.utc_now(),
        )


def _is_changed() -> None:
    guards.look_at_the_house_again()
    flash(_("Changed. Every page says so within ten seconds. The change can be put back."), "done")


def _name_of(topic: Topic, about: str, value: dict[str, Any] | None = None) -> str:
    """What a version is about, in words."""
    words = str(TOPIC[topic])
    if topic is Topic.SERVICE and value:
        return f"{words}: {value['name']}"
    if topic is Topic.LEGAL_TEXT:
        return str(LEGAL[LegalText(about)])
    if topic is Topic.HELP_LINE:
        return f"{words}: {about}"
    return words


def _lines(own: dict[str, Any]) -> list[tuple[HelpLine, bool]]:
    today = here(guards.utc_now()).date()
    return [
        (line, not line.is_hidden and must_be_checked(line.verified_on, today))
        for line in of_centre(own)
    ]


TEMPLATES: dict[Topic, str] = {Topic.SERVICE: "staff/house/settings/service.html"}
