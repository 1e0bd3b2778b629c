"""A whole house with its application, and colleagues at their browsers."""

import re
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from portal.app import create_app
from portal.database import Database
from portal.domain.referrals import ReferralState
from portal.domain.services import ServiceKind
from portal.models import Appointment, AuditEvent, Decision, Referral
from portal.services.house import House
from portal.services.moderation import desk
from portal.services.need_to_know import sharing
from portal.settings import Settings
from tests.people import NOON, Person, TestHouse, a_sign_in
from tests.web.tree import tree_of


@dataclass
class Colleague:
    """Somebody of the house at a browser, signed in; fetched pages are looked at as they come."""

    app: Flask
    person: Person
    token: str
    page: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.client = self.app.test_client()
        self.client.set_cookie("s", self.token)

    def get(self, path: str) -> TestResponse:
        """Open a page; redirects are followed."""
        return self._seen(self.client.get(path, follow_redirects=True))

    def post(self, path: str, **typed: Any) -> TestResponse:
        """Send a form of the page that is open, under its CSRF token."""
        typed.setdefault("csrf_token", self._csrf())
        return self._seen(self.client.post(path, data=typed, follow_redirects=True))

    @property
    def text(self) -> str:
        """What stands on the page, as a reader reads it."""
        work = tree_of(self.page).find("main")
        return " ".join((work.get_text(" ") if work else "").split())

    def _csrf(self) -> str:
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.page)
        return found.group(1) if found else ""

    def _seen(self, answer: TestResponse) -> TestResponse:
        self.page = answer.text
        if answer.status_code == 200:
            _lint(answer)
        return answer


class AtWork:
    """The house of `tests.people`, open to browsers, with a clock that tests move."""

    def __init__(self, settings: Settings, built: TestHouse) -> None:
        self.now = NOON
        # Without a host name of their own, staff pages are open in a demo house only.
        self.app = create_app(replace(settings, demo=True))
        self.app.config["NOW"] = lambda: self.now
        self.database: Database = self.app.extensions["database"]
        house: House = self.app.extensions["house"]
        self.house = built.copied_to(self.database, house)

    def later(self, **span: float) -> None:
        """Let time pass."""
        self.now += timedelta(**span)

    def signs_in(self, person: Person, *, proved_at: datetime | None = None) -> Colleague:
        """A colleague at her browser, past the second factor."""
        with self.database.transaction() as session:
            proved_at = proved_at or self.now
            token = a_sign_in(session, person, now=self.now, second_factor_at=proved_at)
        return Colleague(self.app, person, token)

    def worker(self, kind: ServiceKind) -> Colleague:
        """The colleague of a service at her browser."""
        return self.signs_in(self.house.workers[kind])

    def decision_of(self, need_id: UUID) -> UUID:
        """What waits at the desk about a need."""
        with self.database.transaction("read") as session:
            found = session.scalar(
                select(Decision.id).where(Decision.need_id == need_id).order_by(Decision.asked_at)
            )
        assert found is not None
        return found

    def routed(self, her: Person, need_id: UUID, *kinds: ServiceKind) -> None:
        """A moderator routes a need."""
        with self.house.acting(self.house.moderator, now=self.now) as (session, acting):
            ids = [self.house.services[kind].id for kind in kinds]
            desk.route(session, acting, self.decision_of(need_id), ids, now=NOON)

    def says_yes(self, her: Person, need_id: UUID, kind: ServiceKind) -> UUID:
        """She lets a service read a need; gives its referral."""
        with self.house.acting(her, now=self.now) as (session, acting):
            service_id = self.house.services[kind].id
            sharing.say_yes(session, acting, need_id, service_id, now=self.now)
        return self.referral(need_id, kind)

    def sent(self, kind: ServiceKind = ServiceKind.HOUSING, **need: Any) -> tuple[Person, UUID]:
        """A survivor whose need a service may read; gives her and the referral."""
        her = self.house.a_survivor(need.pop("name", "Amal"), now=self.now)
        need_id = self.house.a_need(her, now=self.now, **need)
        self.routed(her, need_id, kind)
        return her, self.says_yes(her, need_id, kind)

    def referral(self, need_id: UUID, kind: ServiceKind) -> UUID:
        """The referral of a need to a service."""
        with self.database.transaction("read") as session:
            found = session.scalar(
                select(Referral.id).where(
                    Referral.need_id == need_id,
                    Referral.service_id == self.house.services[kind].id,
                )
            )
        assert found is not None
        return found

    def state(self, referral_id: UUID) -> ReferralState:
        """Where a referral is."""
        with self.database.transaction("read") as session:
            return session.get_one(Referral, referral_id).state

    def dates(self, referral_id: UUID) -> list[Appointment]:
        """The dates of a referral, in the order in which they were set."""
        with self.database.transaction("read") as session:
            asked = select(Appointment).where(Appointment.referral_id == referral_id)
            return list(session.scalars(asked.order_by(Appointment.set_at, Appointment.id)))

    def openings(self) -> int:
        """How often anything sealed was opened, by the account of it."""
        with self.database.transaction("read") as session:
            kinds = ("folder_opened", "folders_opened")
            asked = select(func.count()).where(AuditEvent.kind.in_(kinds))
            return session.scalar(asked) or 0


def _lint(answer: TestResponse) -> None:
    """What holds for each page of staff."""
    page = tree_of(answer.text)
    assert len(page.find_all("h1")) == 1
    assert page.html and page.html["lang"] and page.html["dir"] in ("ltr", "rtl")
    assert page.title and page.title.get_text(strip=True)
    ids = [one["id"] for one in page.find_all(id=True)]
    assert len(ids) == len(set(ids)), f"an id stands twice: {sorted(ids)}"
    labels = {one.get("for") for one in page.find_all("label")}
    for control in page.find_all(["input", "textarea", "select"]):
        if control.get("type") in ("hidden", "submit"):
            continue
        assert control.find_parent("label") or control.get("id") in labels, str(control)
    assert not page.find_all(style=True) and " onclick=" not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
