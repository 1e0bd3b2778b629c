"""A house with one survivor and her card, and plain pages behind the door that is tested."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from flask import Blueprint, Flask, redirect, render_template_string, request
from flask.typing import ResponseReturnValue
from wtforms import TextAreaField

from portal import app as application
from portal.domain.accounts import CaseState
from portal.domain.holders import HolderKind
from portal.models import Account, Case, Centre
from portal.models.base import Base
from portal.services.entry import cards
from portal.services.house import House
from portal.services.keys import holders
from portal.settings import Settings
from portal.vault import KeyFile
from portal.web import guards, sent_once
from portal.web.forms import PortalForm

PIN = "493817"
SECRET = "what only she may read"
PAGE = f"""{{% extends layout %}}
{{% from "components/forms.html" import form as sheet, field, submit %}}
{{% block heading %}}{{{{ heading }}}}{{% endblock %}}
{{% block content %}}<p>{SECRET} {{{{ typed }}}}</p>
{{% if form %}}
{{% call sheet("/write") %}}{{{{ field(form.words) }}}}{{{{ submit("Send") }}}}{{% endcall %}}
{{% endif %}}
{{% endblock %}}"""


class WordsForm(PortalForm):
    """One field to type into."""

    words = TextAreaField("Words")


@dataclass
class Door:
    """The application, a clock that tests move, and a card that opens."""

    app: Flask
    card: str
    now: datetime
    done: list[str] = field(default_factory=list)

    def later(self, **span: float) -> None:
        """Let time pass."""
        self.now += timedelta(**span)


def settings_in(directory: Path, **changed: str) -> Settings:
    """Settings of a demo house with cheap slow passes."""
    cheap = {"PORTAL_SLOW_PASS_OPS": "1", "PORTAL_SLOW_PASS_MEM": "8192"}
    env = {"PORTAL_DATA": str(directory), "PORTAL_DEMO": "yes", **cheap, **changed}
    return Settings.from_environment(env)


def open_door(directory: Path, monkeypatch: pytest.MonkeyPatch, **changed: str) -> Door:
    """A running house; the survivor's pages are stand-ins that tell what was done."""
    KeyFile.create(directory / "portal.key")
    door = Door(Flask("none"), "", datetime(2026, 11, 24, 10, 30, tzinfo=UTC))
    monkeypatch.setattr(application, "_surfaces", lambda: {"/-": _pages(door)})
    door.app = application.create_app(settings_in(directory, **changed))
    door.app.config["NOW"] = lambda: door.now
    Base.metadata.create_all(door.app.extensions["database"].engine)
    door.card = _her_card(door)
    return door


def _pages(door: Door) -> Blueprint:
    pages = Blueprint("survivor", __name__)
    pages.before_request(guards.require_survivor)
    pages.before_request(sent_once.answer_as_before)

    @pages.get("/today")
    def today() -> ResponseReturnValue:
        return render_template_string(PAGE, heading="Today", typed="", form=None)

    @pages.route("/write", methods=["GET", "POST"])
    def write() -> ResponseReturnValue:
        typed = request.form.get("a", "")
        if request.method == "POST" and typed.strip():
            door.done.append(typed)
            return redirect("/-/today")
        return render_template_string(PAGE, heading="Write", typed=typed, form=WordsForm())

    @pages.get("/broken")
    def broken() -> ResponseReturnValue:
        raise ValueError(SECRET)

    @pages.get("/circle")
    def circle() -> ResponseReturnValue:
        return redirect("/-/circle")

    @pages.get("/away")
    def away() -> ResponseReturnValue:
        return redirect(request.args["to"])

    return pages


def _her_card(door: Door) -> str:
    house: House = door.app.extensions["house"]
    new = cards.prepare(house)
    with door.app.extensions["database"].transaction("write") as session:
        session.add(_centre(door.now))
        holder = holders.new_holder(
            session, HolderKind.SURVIVOR, now=door.now, public=new.keys.public
        )
        account = Account(holder_id=holder.id, created_at=door.now, knows_limits_at=door.now)
        session.add(account)
        session.flush()
        session.add(_case(account, door.now))
        cards.issue(session, account, new, issued_by_id=account.id, now=door.now)
    return new.number


def _case(account: Account, now: datetime) -> Case:
    return Case(
        number="K-1",
        survivor_id=account.id,
        case_director_id=account.id,
        stand_in_id=account.id,
        opened_by_id=account.id,
        opened_at=now,
        name=b"",
        language=b"",
        state=CaseState.OPEN,
    )


def _centre(now: datetime) -> Centre:
    return Centre(
        id=1,
        name="Huis De Linde",
        country="BE",
        zone="Europe/Brussels",
        languages=["nl", "fr", "en", "ar"],
        opens=time(9),
        closes=time(17),
        weekdays=[0, 1, 2, 3, 4],
        promises={},
        created_at=now,
    )
