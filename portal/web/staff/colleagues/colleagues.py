"""The colleagues of the house: who works here, with which roles, until when, and who waits."""

from collections.abc import Mapping
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.domain.decisions import DecisionKind
from portal.domain.leave import LastReader, NobodyAnswersToday
from portal.domain.refusals import Refusal, WrongState
from portal.domain.roles import (
    NeedsSecondPerson,
    Permission,
    Role,
    RoleNeedsService,
    RolesKeptApart,
)
from portal.i18n import dates, ngettext
from portal.i18n import gettext as _
from portal.i18n import lazy_gettext as _l
from portal.models import Decision
from portal.services.colleagues import again, invitations, listing, roles, staff
from portal.services.colleagues.again import Lost
from portal.services.colleagues.listing import Show
from portal.services.colleagues.roles import FilesAreHers, OwnAccount, RoleHeldAlready
from portal.services.colleagues.teams import LastKeyHolder
from portal.services.entry import browsers
from portal.web import guards
from portal.web.staff.colleagues.colleague_forms import (
    LOST,
    AskRoleForm,
    GiveRoleForm,
    LossForm,
    TrainingForm,
)
from portal.web.staff.vocabulary.roles import ROLE

blueprint = Blueprint("colleagues", __name__, url_prefix="/colleagues")

SHOWN = {
    Show.PRESENT: _l("All who work here"),
    Show.UNTRAINED: _l("Training date has passed"),
    Show.LEFT: _l("Accounts switched off"),
}
LAST, UNANSWERED = "even_the_last", "even_unanswered"
WORDS: Mapping[type[Refusal], str] = {
    OwnAccount: _l("This is your own account: another coordinator does it."),
    RoleHeldAlready: _l("This role is held there already."),
    RolesKeptApart: _l(
        "These roles are kept apart, since one checks the other. Take the other role away first."
    ),
    RoleNeedsService: _l(
        "Service staff sit in a service; the other roles, but for case directors, sit in none."
    ),
    WrongState: _l("This account has changed since the page was shown. Nothing was done."),
}


@blueprint.get("")
def colleagues() -> ResponseReturnValue:
    """Everybody, by name; each with roles, and with what waits."""
    session, acting, now = guards.db(), guards.signed_in(), guards.utc_now()
    show = next((one for one in Show if one == request.args.get("show")), Show.PRESENT)
    name, after = request.args.get("name", ""), request.args.get("after", type=UUID)
    today = dates.here(now).date()
    found = listing.page(session, acting, today=today, show=show, name=name, after=after)
    may_change = acting.may(Permission.MANAGE_PEOPLE)
    return render_template(
        "staff/colleagues/colleagues.html",
        found=found,
        show=show,
        words=SHOWN,
        name=name,
        today=today,
        is_later_page=after is not None,
        may_change=may_change,
        browsers=browsers.unknown_lately(session, acting, now=now),
        invited=invitations.waiting(session, now=now) if may_change else [],
    )


@blueprint.get("/<uuid:account_id>")
def colleague(account_id: UUID) -> ResponseReturnValue:
    """One colleague."""
    return page(account_id)


@blueprint.post("/<uuid:account_id>/roles")
def give_role(account_id: UUID) -> ResponseReturnValue:
    """Give a role; a team's key comes with it, or waits for somebody who holds it."""
    form = _role_form()
    if not form.validate():
        return page(account_id, role=form)
    role, service = Role(form.role.data), form.service.data
    try:
        with guards.transaction() as session:
            service_id = UUID(service) if service else None
            acting, now = guards.signed_in(), guards.utc_now()
            roles.give(session, acting, account_id, role, service_id, now=now)
    except OwnAccount:
        flash(WORDS[OwnAccount], "warn")
        return redirect(url_for(".colleague", account_id=account_id))
    except NeedsSecondPerson:
        return page(account_id, role=form, ask_role=AskRoleForm(formdata=None, role=role.value))
    except tuple(WORDS) as refusal:
        form.refuse("role", WORDS[type(refusal)])
        return page(account_id, role=form)
    flash(_("The role is given. It counts from now on."), "done")
    return redirect(url_for(".colleague", account_id=account_id))


@blueprint.post("/<uuid:account_id>/roles/<uuid:membership_id>/take")
def take_role(account_id: UUID, membership_id: UUID) -> ResponseReturnValue:
    """Take a role away; what was open with it closes at once."""
    try:
        with guards.transaction() as session:
            roles.take(
                session,
                guards.signed_in(),
                account_id,
                membership_id,
                now=guards.utc_now(),
                even_the_last=LAST in request.form,
            )
    except LastKeyHolder:
        return page(account_id, last_for=request.path)
    except FilesAreHers as refusal:
        flash(_files_are_hers(refusal.count), "warn")
    except OwnAccount:
        flash(WORDS[OwnAccount], "warn")
    else:
        flash(_("The role is taken away. It opens nothing any more."), "done")
    return redirect(url_for(".colleague", account_id=account_id))


def _files_are_hers(number: int) -> str:
    words: str = ngettext(
        "%(num)s file has this colleague as case director or stand-in. Hand it on first, under "
        "Cover; then take the role away.",
        "%(num)s files have this colleague as case director or stand-in. Hand them on first, "
        "under Cover; then take the role away.",
        number,
    )
    return words


@blueprint.post("/<uuid:account_id>/training")
def set_training(account_id: UUID) -> ResponseReturnValue:
    """Until when a training counts; once it has passed, the account only reads."""
    form = TrainingForm()
    if not form.validate():
        return page(account_id, training=form)
    try:
        with guards.transaction() as session:
            until, now = form.trained_until.data, guards.utc_now()
            roles.set_training(session, guards.signed_in(), account_id, until, now=now)
    except OwnAccount:
        flash(WORDS[OwnAccount], "warn")
    else:
        flash(_("The training date is saved."), "done")
    return redirect(url_for(".colleague", account_id=account_id))


@blueprint.post("/<uuid:account_id>/close")
def close(account_id: UUID) -> ResponseReturnValue:
    """Close an account: every sign-in, role and team key of it ends in this request."""
    try:
        with guards.transaction() as session:
            roles.close(
                session,
                guards.signed_in(),
                account_id,
                now=guards.utc_now(),
                even_the_last=LAST in request.form,
                even_unanswered=UNANSWERED in request.form,
            )
    except LastKeyHolder:
        return page(account_id, last_for=request.path)
    except LastReader as refusal:
        flash(_last_reader(refusal.count), "warn")
        return page(account_id, last_for=request.path)
    except NobodyAnswersToday as refusal:
        return page(account_id, unanswered=refusal.count)
    except (OwnAccount, WrongState) as refusal:
        flash(WORDS[type(refusal)], "warn")
    else:
        flash(
            _("The account is switched off. Its sign-ins, roles and team keys have ended."), "done"
        )
    return redirect(url_for(".colleague", account_id=account_id))


def _last_reader(number: int) -> str:
    words: str = ngettext(
        "She is the last who holds the key of %(num)s open file. Name somebody for it first, under "
        "Cover, and let her hand the key over.",
        "She is the last who holds the keys of %(num)s open files. Name somebody for them first, "
        "under Cover, and let her hand the keys over.",
        number,
    )
    return words


@blueprint.post("/<uuid:account_id>/open-again")
def open_again(account_id: UUID) -> ResponseReturnValue:
    """Let a colleague sign in again; roles are given anew."""
    try:
        with guards.transaction() as session:
            roles.open_again(session, guards.signed_in(), account_id, now=guards.utc_now())
    except (OwnAccount, WrongState) as refusal:
        flash(WORDS[type(refusal)], "warn")
    else:
        flash(_("The account is on again. Give the roles anew."), "done")
    return redirect(url_for(".colleague", account_id=account_id))


def page(
    account_id: UUID,
    *,
    role: GiveRoleForm | None = None,
    training: TrainingForm | None = None,
    last_for: str | None = None,
    unanswered: int = 0,
    ask_role: AskRoleForm | None = None,
    loss: LossForm | None = None,
) -> ResponseReturnValue:
    """The page of one colleague, with whatever form on it was refused."""
    session, acting, now = guards.db(), guards.signed_in(), guards.utc_now()
    line = listing.get_line(session, acting, account_id)
    return render_template(
        "staff/colleagues/colleague.html",
        line=line,
        today=dates.here(now).date(),
        items=listing.open_items(session, account_id, now=now),
        may_change=acting.may(Permission.MANAGE_PEOPLE) and account_id != acting.account_id,
        is_me=account_id == acting.account_id,
        role=role or _role_form(empty=True),
        training=training or TrainingForm(formdata=None, obj=line.member),
        last_for=last_for,
        unanswered=unanswered,
        agreed={one: "yes" for one in (LAST, UNANSWERED) if one in request.form},
        last=LAST,
        without_answer=UNANSWERED,
        ask_role=ask_role,
        loss=loss or LossForm(formdata=None),
        alone_with=again.alone_with(session, account_id),
        allowed=again.allowed(session, account_id, now=now),
        waits=again.waiting(session, account_id),
        role_word=lambda code: ROLE[Role(code)],
    )


def name_of(account_id: UUID) -> str:
    """What a colleague is called."""
    return listing.get_line(guards.db(), guards.signed_in(), account_id).member.name


def about(decision: Decision) -> tuple[UUID, str, str, str | None] | None:
    """Of a decision about a colleague: who she is, her name, what was asked, and where to do it."""
    kinds = (DecisionKind.ROLE_CHANGE, DecisionKind.SIGN_IN_AGAIN, DecisionKind.NOT_THIS_PERSON)
    if decision.kind not in kinds or decision.subject_id is None:
        return None
    name = staff.get_member(guards.db(), decision.subject_id).name
    if decision.kind is DecisionKind.NOT_THIS_PERSON:
        said = _("She asks for somebody else on her file. She need not say why.")
        place = url_for("staff.inside.cover.files", account_id=decision.subject_id)
        return decision.subject_id, name, said, place
    role, lost = decision.facts.get("role"), decision.facts.get("lost")
    what = str(ROLE[Role(str(role))] if role else LOST[Lost(str(lost))])
    return decision.subject_id, name, what, None


def _role_form(*, empty: bool = False) -> GiveRoleForm:
    form = GiveRoleForm(formdata=None) if empty else GiveRoleForm()
    form.role.choices = role_choices()
    form.service.choices = service_choices()
    return form


def role_choices() -> list[tuple[str, str]]:
    """The roles, in the order of the table."""
    return [(one.value, ROLE[one]) for one in Role]


def service_choices() -> list[tuple[str, str]]:
    """The services, and none for a role of the whole house."""
    services = listing.services_by_name(guards.db())
    return [("", _("none: the whole house")), *((str(one.id), one.name) for one in services)]
