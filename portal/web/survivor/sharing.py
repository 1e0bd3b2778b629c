"""Who can see: her yes and no to each service, who holds keys, and who has looked."""

from collections.abc import Mapping
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import TextAreaField

from portal.domain.acts import AskedAlready
from portal.domain.referrals import ReferralState
from portal.domain.refusals import Refusal, WrongState
from portal.domain.services import NEVER_BUNDLED, ServiceState
from portal.domain.sharing import WISH_LASTS
from portal.domain.words import NothingWritten, TooLong
from portal.i18n import lazy_gettext as _l
from portal.services.case_work import case_team, not_this_person
from portal.services.keys import pending
from portal.services.need_to_know import look_questions, looking, seeing, sharing
from portal.services.referrals import wishes
from portal.web import guards
from portal.web.forms import PortalForm
from portal.web.survivor import unsent
from portal.web.survivor.nearness import near_time
from portal.web.survivor.own_words import too_long
from portal.web.survivor.seers import seers
from portal.web.survivor.vocabulary import (
    CATEGORY_ICONS,
    CATEGORY_WORDS,
    FOLDER_WORDS,
    LOOK_WORDS,
    SERVICE_KIND_WORDS,
)

blueprint = Blueprint("sharing", __name__, url_prefix="/sharing")

LOOKS = 50
SAID: Mapping[str, str] = {
    **unsent.SAID,
    "yes": _l("You said yes. You can stop this at any time."),
    "no": _l("You said: not now. You still get help."),
    "ended": _l("Ended. They cannot see this any more."),
    "ended_there": _l("Ended. Your contact person, or who replaces them, can still see this."),
    "somebody_else": _l("We know it now. You get an answer here."),
    "withdrawn": _l("You took this back. All stays as it is."),
    "asked": _l("We have your question. The answer comes here."),
    "changed": _l("This has changed meanwhile."),
}
ASK_WORDS: Mapping[type[Refusal], str] = {
    NothingWritten: _l("Write your question first."),
    TooLong: too_long(look_questions.MAX_QUESTION),
}


@blueprint.get("")
def show() -> ResponseReturnValue:
    """What waits for her yes, and everybody who can see something."""
    session, acting, now = guards.db(), guards.signed_in(), guards.utc_now()
    team = case_team.of_case(session, acting.her_case_id, now=now)
    return _page(
        "show",
        team=team,
        waiting=sharing.waiting_for_her(session, acting),
        seers=seers(seeing.who_can_see(session, acting, now=now), team),
        card_halves=seeing.can_make_new_card(session, acting),
        coming=pending.of_case(session, acting.her_case_id),
        others=not_this_person.of_hers(session, acting, now=now),
        now=now,
        near_time=near_time,
        folder_words=FOLDER_WORDS,
    )


@blueprint.get("/looked")
def looked() -> ResponseReturnValue:
    """Who has looked, when, and why."""
    session, acting, now = guards.db(), guards.signed_in(), guards.utc_now()
    found = looking.who_looked(
        session,
        acting,
        now=now,
        size=LOOKS + 1,
        older_than=request.args.get("older", type=UUID),
    )
    return _page(
        "looked",
        looks=found[:LOOKS],
        questions=look_questions.of_hers(session, acting, now=now),
        is_later_page="older" in request.args,
        now=now,
        near_time=near_time,
        older=found[LOOKS - 1].id if len(found) > LOOKS else None,
        look_words=LOOK_WORDS,
        folder_words=FOLDER_WORDS,
    )


class AskForm(PortalForm):
    """What she wants to know about one look."""

    words = TextAreaField(_l("What do you want to know?"))


@blueprint.route("/looked/<uuid:event_id>", methods=["GET", "POST"])
def ask_about(event_id: UUID) -> ResponseReturnValue:
    """A question about one look; not her contact person answers it."""
    session, acting, now = guards.db(), guards.signed_in(), guards.utc_now()
    look = looking.get_look(session, acting, event_id)
    form, kept = AskForm(), unsent.question_about(event_id)
    if form.is_for_later:
        return redirect(url_for(".looked", said=unsent.keep(kept, form.words.data)))
    if request.method == "GET":
        form.words.data = unsent.find(kept)
    if form.validate_on_submit():
        try:
            with guards.transaction() as changed:
                look_questions.ask(changed, acting, event_id, form.words.data or "", now=now)
                unsent.forget(kept)
        except AskedAlready:
            return redirect(url_for(".looked", said="asked"))
        except tuple(ASK_WORDS) as refusal:
            form.refuse("words", ASK_WORDS[type(refusal)])
        else:
            return redirect(url_for(".looked", said="asked"))
    words = {"look_words": LOOK_WORDS, "folder_words": FOLDER_WORDS}
    return _page("ask_about", look=look, form=form, **words)


@blueprint.get("/<uuid:need_id>/<uuid:service_id>")
def ask(need_id: UUID, service_id: UUID) -> ResponseReturnValue:
    """One service, one need: exactly what it would read, and until when."""
    session, acting, now = guards.db(), guards.signed_in(), guards.utc_now()
    preview = sharing.preview(session, acting, need_id, service_id, now=now)
    wish = wishes.find_wish(session, need_id, service_id, now=now)
    return _page(
        "ask",
        preview=preview,
        wish=wish,
        until=wish.until if wish else now + WISH_LASTS,
        may_decide=preview.referral.state in (ReferralState.WAITS_FOR_YES, ReferralState.SAID_NO)
        and preview.service.state is ServiceState.OPEN,
        is_never_bundled=preview.service.kind in NEVER_BUNDLED,
        kind_words=SERVICE_KIND_WORDS,
    )


@blueprint.post("/<uuid:need_id>/<uuid:service_id>/yes")
def say_yes(need_id: UUID, service_id: UUID) -> ResponseReturnValue:
    """This service may read this need."""
    return _decide("yes", need_id, service_id)


@blueprint.post("/<uuid:need_id>/<uuid:service_id>/no")
def say_no(need_id: UUID, service_id: UUID) -> ResponseReturnValue:
    """Not now: as easy as yes, and nothing is lost by it."""
    return _decide("no", need_id, service_id)


@blueprint.route("/<uuid:need_id>/<uuid:service_id>/end", methods=["GET", "POST"])
def end(need_id: UUID, service_id: UUID) -> ResponseReturnValue:
    """She takes her yes back, after one page that says what this cannot undo."""
    session, acting, now = guards.db(), guards.signed_in(), guards.utc_now()
    team = case_team.of_case(session, acting.her_case_id, now=now)
    both = {team.case_director_id, team.stand_in_id}
    there = sharing.who_works_at(session, service_id, both)
    if request.method == "POST":
        return _decide("ended_there" if there else "ended", need_id, service_id)
    preview = sharing.preview(session, acting, need_id, service_id, now=now)
    looks = looking.who_looked_there(session, acting, preview.referral, size=LOOKS)
    return _page("end", preview=preview, looks=looks, team=team, there=there)


def _decide(said: str, need_id: UUID, service_id: UUID) -> ResponseReturnValue:
    decide = sharing.say_yes if said == "yes" else sharing.say_no
    try:
        with guards.transaction() as session:
            decide(session, guards.signed_in(), need_id, service_id, now=guards.utc_now())
    except WrongState:
        said = "changed"
    return redirect(url_for("survivor.sharing.show", said=said))


def _page(name: str, **shown: object) -> str:
    return render_template(
        f"survivor/sharing/{name}.html",
        said=SAID.get(request.args.get("said", "")),
        category_words=CATEGORY_WORDS,
        category_icons=CATEGORY_ICONS,
        **shown,
    )
