"""How we may reach her: nothing is sent until she says yes, to these words and this way."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import RadioField, SelectField, SelectMultipleField, StringField
from wtforms.validators import Length
from wtforms.widgets import CheckboxInput, ListWidget

from portal.domain.decisions import NobodyToDecide
from portal.domain.outbox import OutboxState
from portal.domain.refusals import Refusal, SlowDown, WrongState
from portal.domain.safe_contact import (
    Channel,
    EndsBeforeItBegins,
    Hours,
    NeutralText,
    NoDayChosen,
    NotAnAddress,
    NotANumber,
    NumberWithoutCountry,
    WaitsForColleague,
    Wish,
)
from portal.i18n import dates
from portal.i18n import gettext as _
from portal.i18n import lazy_gettext as _l
from portal.services import drafts
from portal.services.house import zone_of
from portal.services.telling import outbox, safe_contact
from portal.services.telling.safe_contact import ShownWay
from portal.web import guards, sent_once
from portal.web.forms import PortalForm
from portal.web.survivor import unsent
from portal.web.survivor.nearness import near_time

blueprint = Blueprint("telling", __name__, url_prefix="/telling")

CHANNEL_WORDS: Mapping[Channel, str] = {
    Channel.SMS: _l("Text message"),
    Channel.EMAIL: _l("E-mail"),
}
CHANNEL_ICONS: Mapping[Channel, str] = {Channel.SMS: "phone", Channel.EMAIL: "messages"}
NEUTRAL_WORDS: Mapping[NeutralText, str] = {
    NeutralText.NEWS: _l("There is news for you."),
    NeutralText.LOOK: _l("Have a look when it suits you."),
    NeutralText.AGENDA: _l("Something changed in the agenda."),
    NeutralText.MESSAGE: _l("You have a new message."),
}
"""Everything that ever leaves the house. Whoever reads it over her shoulder learns nothing."""

SAID: Mapping[str, str] = {
    "yes": _l("You said yes. You can stop this at any time."),
    "waits": _l("Thank you. One of us asks you first. Until then we send nothing."),
    "no_test": _l("One of us asks you first. Until then we send no test."),
    "answered": _l("Thank you. Your answer is sent."),
    "no": _l("We send nothing there. Number and address are gone."),
    "test": _l("A test is on its way."),
    "often": _l("You tried this 3 times. Wait an hour, then try again."),
    "changed": _l("This has changed meanwhile."),
    **unsent.SAID,
    sent_once.TWICE: _l("You sent this twice. It counts once. Try again if needed."),
}
WORDS: Mapping[type[Refusal], tuple[str, str]] = {
    NotAnAddress: ("typed", _l("This is not an e-mail address. Write it like name@example.org.")),
    NotANumber: ("typed", _l("This is not a phone number. Write it like +32 470 12 34 56.")),
    NumberWithoutCountry: (
        "typed",
        _l("Which country is this number from? In Belgium, write +32 for the first 0."),
    ),
    NoDayChosen: ("days", _l("Choose one day or more.")),
    EndsBeforeItBegins: ("ends", _l("Choose a later hour here.")),
    NobodyToDecide: (
        "typed",
        _l("Nobody can decide this now. Tell us when you are here, or call us."),
    ),
}
TEST_WORDS: Mapping[OutboxState, str] = {
    OutboxState.WAITING: _l("The test waits to be sent."),
    OutboxState.SENDING: _l("The test waits to be sent."),
    OutboxState.SENT: _l("The test was sent."),
    OutboxState.DROPPED: _l("The test was not sent."),
    OutboxState.NOT_SENT: _l("The test was not sent."),
    OutboxState.GIVEN_UP: _l("The test was not sent. Is this number or address right?"),
    OutboxState.UNCLEAR: _l("We do not know if the test came. Look at your phone."),
}
ANY_TIME, ONLY_THEN = "any", "then"
WEEKDAYS = tuple("0123456")


class WayForm(PortalForm):
    """Where to, which words, and when."""

    typed = StringField("", [Length(max=300)])
    words = RadioField(_l("Which words do we send?"))
    when = RadioField(_l("When may it come?"))
    days = SelectMultipleField(
        _l("Days"), widget=ListWidget(), option_widget=CheckboxInput(), validate_choice=False
    )
    begins = SelectField(_l("From"), coerce=int)
    ends = SelectField(_l("Until"), coerce=int)


@blueprint.get("")
def show() -> ResponseReturnValue:
    """Every way, with what she said of it."""
    session, acting, now = guards.db(), guards.signed_in(), guards.utc_now()
    ways = safe_contact.hers(session, acting, now=now)
    return _page(
        "show",
        ways=[ways[channel] for channel in _offered()],
        tests=outbox.last_tests(session, acting),
        test_words=TEST_WORDS,
        now=now,
        near_time=near_time,
        day_names=dates.weekdays("wide"),
    )


@blueprint.route("/<channel>", methods=["GET", "POST"])
def ask(channel: str) -> ResponseReturnValue:
    """One way: the very words, and the sender, stand there before she says yes."""
    way, kept = get_way(channel), unsent.way_by(channel)
    form = _form(way, kept)
    if form.is_for_later:
        with guards.transaction() as session:
            drafts.keep(session, guards.signed_in(), kept, form.data, now=guards.utc_now())
        return redirect(url_for(".show", said="kept"))
    if form.validate_on_submit():
        try:
            with guards.transaction() as session:
                drafts.forget(session, guards.signed_in(), kept)
                said = safe_contact.say_yes(
                    session,
                    guards.signed_in(),
                    way.channel,
                    typed=form.typed.data or "",
                    words=str(NEUTRAL_WORDS[NeutralText(form.words.data)]),
                    hours=_hours(form, way),
                    now=guards.utc_now(),
                )
        except tuple(WORDS) as refusal:
            form.refuse(*WORDS[type(refusal)])
        else:
            waits = said.wish is Wish.WAITS
            return redirect(url_for(".show", said="waits" if waits else "yes"))
    return _page("ask", way=way, form=form, sender=_sender(way.channel))


@blueprint.post("/<channel>/no")
def say_no(channel: str) -> ResponseReturnValue:
    """As easy as yes."""
    with guards.transaction() as session:
        way = get_way(channel)
        safe_contact.say_no(session, guards.signed_in(), way.channel, now=guards.utc_now())
    return redirect(url_for(".show", said="no"))


@blueprint.post("/<channel>/still")
def still_safe(channel: str) -> ResponseReturnValue:
    """Thirty days more."""
    return _act(safe_contact.still_safe, channel, "yes")


@blueprint.post("/<channel>/test")
def send_test(channel: str) -> ResponseReturnValue:
    """Her own words, to her own phone."""
    return _act(safe_contact.send_test, channel, "test")


def _act(act: Any, channel: str, said: str) -> ResponseReturnValue:
    way = get_way(channel)
    try:
        with guards.transaction() as session:
            act(session, guards.signed_in(), way.channel, now=guards.utc_now())
    except WaitsForColleague:
        said = "no_test" if said == "test" else "waits"
    except WrongState:
        said = "changed"
    except SlowDown:
        said = "often"
    return redirect(url_for(".show", said=said))


def _offered() -> tuple[Channel, ...]:
    return safe_contact.offered(guards.house().settings)


def get_way(channel: str) -> ShownWay:
    """A way that this house has, with what she said of it; else there is no such page."""
    if channel not in _offered():
        abort(404)
    ways = safe_contact.hers(guards.db(), guards.signed_in(), now=guards.utc_now())
    return ways[Channel(channel)]


def _form(shown: ShownWay, kept: str) -> WayForm:
    texts = [NeutralText(code) for code in guards.house().settings.neutral_texts]
    half_way = None
    if request.method == "GET":
        half_way = unsent.answers(kept)
    form = WayForm(data=half_way or _as_it_is(shown, texts))
    labels = {Channel.SMS: _("Your phone number"), Channel.EMAIL: _("Your e-mail address")}
    form.typed.label.text = labels[shown.channel]
    form.words.choices = [(one.value, NEUTRAL_WORDS[one]) for one in texts]
    form.when.choices = [(ANY_TIME, _("At any time")), (ONLY_THEN, _("Only then:"))]
    names = dates.weekdays("wide")
    form.days.choices = [(day, names[int(day)]) for day in WEEKDAYS]
    form.begins.choices = [(hour, f"{hour:02}:00") for hour in range(24)]
    form.ends.choices = [(hour, f"{hour:02}:00") for hour in range(1, 25)]
    return form


def _as_it_is(shown: ShownWay, texts: list[NeutralText]) -> dict[str, Any]:
    """What she said before; else the first words, in office hours to change."""
    way, hours = shown.way, _offered_hours(shown)
    said = next((one for one in texts if way and str(NEUTRAL_WORDS[one]) == way.words), texts[0])
    return {
        "typed": way.address if way else "",
        "words": said.value,
        "when": ANY_TIME if way and not way.hours else ONLY_THEN,
        "days": [str(day) for day in sorted(hours.weekdays)],
        "begins": hours.begins,
        "ends": hours.ends,
    }


def _offered_hours(shown: ShownWay) -> Hours:
    """What is ticked when the page comes: her hours, or those of an office."""
    hers = shown.way.hours if shown.way else None
    return hers or Hours(frozenset(range(5)), 9, 17, zone_of(guards.db()).key)


def _hours(form: WayForm, shown: ShownWay) -> Hours | None:
    """When it may come; None for any time.

    Days and hours that she changed count, also when "any time" is ticked above them: a message that
    waits harms nobody, one that comes while somebody else holds the phone does.
    """
    days = frozenset(int(day) for day in form.days.data or () if day in WEEKDAYS)
    hours = Hours(days, form.begins.data, form.ends.data, zone_of(guards.db()).key)
    if form.when.data == ONLY_THEN:
        return hours
    has_changed = replace(_offered_hours(shown), zone=hours.zone) != hours
    return hours if days and has_changed else None


def _sender(channel: Channel) -> str:
    """Who stands above the words on her phone; a text comes from a number that nobody knows."""
    return guards.house().settings.mail_from if channel is Channel.EMAIL else ""


def _page(name: str, **shown: object) -> str:
    return render_template(
        f"survivor/telling/{name}.html",
        said=SAID.get(request.args.get("said", "")),
        channel_words=CHANNEL_WORDS,
        channel_icons=CHANNEL_ICONS,
        **shown,
    )
