"""She wants somebody else than a colleague of her case team: one tap, and no reason asked."""

from uuid import UUID

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.domain.decisions import DecidedMeanwhile, NobodyToDecide, WaitsAlready
from portal.services.case_work import not_this_person
from portal.services.moderation import deciding
from portal.web import guards

blueprint = Blueprint("not_this_person", __name__, url_prefix="/sharing/with")


@blueprint.get("/<uuid:colleague_id>")
def show(colleague_id: UUID) -> ResponseReturnValue:
    """Who reads it, and what stays as it is."""
    return _page(colleague_id)


@blueprint.post("/<uuid:colleague_id>")
def ask(colleague_id: UUID) -> ResponseReturnValue:
    """Ask for somebody else."""
    try:
        with guards.transaction() as session:
            not_this_person.ask(session, guards.signed_in(), colleague_id, now=guards.utc_now())
    except NobodyToDecide:
        return _page(colleague_id, nobody=True)
    except WaitsAlready:
        pass
    return redirect(url_for("survivor.sharing.show", said="somebody_else"))


@blueprint.post("/asked/<uuid:decision_id>/withdraw")
def withdraw(decision_id: UUID) -> ResponseReturnValue:
    """She changed her mind."""
    try:
        with guards.transaction() as session:
            deciding.withdraw(session, guards.signed_in(), decision_id, now=guards.utc_now())
    except DecidedMeanwhile:
        return redirect(url_for("survivor.sharing.show", said="changed"))
    return redirect(url_for("survivor.sharing.show", said="withdrawn"))


def _page(colleague_id: UUID, *, nobody: bool = False) -> ResponseReturnValue:
    name = not_this_person.name_of(guards.db(), guards.signed_in(), colleague_id)
    return render_template(
        "survivor/sharing/not_this_person.html", name=name, colleague_id=colleague_id, nobody=nobody
    )
