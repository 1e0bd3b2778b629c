"""Staff say in the browser what a service is; what must stay secret is kept nowhere."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import inspect, select, text

from portal.domain.roles import Role
from portal.domain.services import PlaceKind, ServiceKind
from portal.models import Service, SettingVersion
from tests.people import Person, TestHouse
from tests.web.staff.browser import Browser
from tests.web.staff.test_house_settings import AT, SAVE, phone_of, read_on

SECRET = "Gatehouse, 12 Oak Street"


@pytest.fixture
def cora(people: TestHouse, signed_in: Callable[[Person], Browser]) -> Browser:
    """The coordinator, just signed in."""
    return signed_in(people.coordinator)


def of_housing(people: TestHouse) -> str:
    return f"{AT}/service/{people.services[ServiceKind.HOUSING].id}"


def test_all_of_a_service_is_set_in_the_browser_and_she_reads_it_in_her_language(
    app: Flask, people: TestHouse, cora: Browser
) -> None:
    cora.get(of_housing(people)).submit(
        SAVE,
        floor="3",
        place="Desk 7",
        languages=["nl", "ti"],
        hours_0="9-12, 13-16",
        hours_4="9-12",
        exceptions="2026-12-24 09:00-11:00\n2026-11-24",
        cost="free",
        for_whom_fr="Tout le monde.",
        bring_nl="Je brieven.",
        bring_fr="Tes lettres.",
    )
    assert "Changed." in cora.words
    kept = cora.get(of_housing(people)).page.select_one("input[name=hours_0]")
    assert kept is not None and kept["value"] == "09:00-12:00, 13:00-16:00"
    phone = phone_of(app, people.a_survivor(), "fr")
    phone.go("/more/who-helps/with?about=home")
    words = read_on(phone)
    for said in ("étage 3", "Desk 7", "ትግርኛ", "Tout le monde.", "Tes lettres.", "Tu ne paies rien"):
        assert said in words
    assert "09:00–12:00" in words and "mardi 24 novembre 2026 personne n’est là" in words
    assert "Je brieven." not in words and "Nederlands" in words
    dutch = phone_of(app, people.a_survivor(), "ar")
    dutch.go("/more/who-helps/with?about=home")
    whole = dutch.soup.find("span", attrs={"lang": "nl"})
    assert whole is not None and whole.text == "Je brieven.", "where hers is empty, the first"
    assert dutch.soup.find("bdi", attrs={"lang": "nl"}) is not None, "and it says which it is"


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no hours": ({"hours_2": "nine to five"}, "Write hours like this"),
    "hours upside down": ({"hours_2": "17-9"}, "The end comes after"),
    "hours twice": ({"hours_2": "9-12, 11-15"}, "These hours overlap"),
    "no day": ({"exceptions": "Christmas"}, "begins with a day"),
    "a day twice": ({"exceptions": "2026-12-24\n2026-12-24 9-10"}, "stands here twice"),
    "a floor in words": ({"floor": "second"}, "whole number"),
    "a floor in the clouds": ({"floor": "400"}, "from -9 to 99"),
    "nowhere": ({"place": " "}, "Write the place"),
    "no name": ({"name": ""}, "Write the name"),
    "a kind that is none": ({"kind": "circus"}, "Not a valid choice"),
}


def test_what_cannot_stand_gets_a_sentence_and_nothing_typed_is_lost(
    people: TestHouse, cora: Browser
) -> None:
    wrong: list[tuple[object, ...]] = []
    for what, (typed, sentence) in WRONG.items():
        cora.get(of_housing(people)).submit(SAVE, **typed, bring_en="Your papers.")
        if cora.status != 200 or sentence not in cora.words or "Your papers." not in cora.words:
            wrong.append((what, cora.status, cora.words[:500]))
    assert wrong == []
    with people.database.transaction("read") as session:
        assert session.scalar(select(SettingVersion.id)) is None


def test_a_place_that_becomes_confidential_is_forgotten_everywhere(
    app: Flask, people: TestHouse, cora: Browser
) -> None:
    cora.get(of_housing(people)).submit(SAVE, place=SECRET)
    cora.get(of_housing(people)).submit(SAVE, place_kind="told_with_date", place=SECRET)
    assert "Changed." in cora.words
    for page in (AT, f"{AT}/history", of_housing(people), "/staff/house"):
        assert "Oak Street" not in cora.get(page).page.decode(), page
    phone = phone_of(app, people.a_survivor())
    phone.go("/more/who-helps/with?about=home")
    assert "You read the place with your date, once you have one." in read_on(phone)
    with people.database.transaction("read") as session:
        for table in inspect(session.connection()).get_table_names():
            rows = session.execute(text(f'SELECT * FROM "{table}"')).all()
            assert "Oak Street" not in str(rows), table
    cora.get(f"{AT}/history").submit("Put back what stood before")
    assert "Write the place" in cora.words, "what is forgotten cannot be put back"


def test_the_database_itself_refuses_the_address_of_a_secret_place(people: TestHouse) -> None:
    with (
        pytest.raises(Exception, match="no_secret_place"),
        people.database.transaction() as session,
    ):
        service = session.get_one(Service, people.services[ServiceKind.HOUSING].id)
        service.place_kind = PlaceKind.COMES_TO_HER


def test_a_service_is_added_without_a_release(app: Flask, people: TestHouse, cora: Browser) -> None:
    cora.get(f"{AT}/service/new").submit(SAVE, name="Doctor", kind="medical", place="Room 5")
    assert "Changed." in cora.words
    phone = phone_of(app, people.a_survivor())
    phone.go("/more/who-helps/with?about=health")
    assert "Room 5" in read_on(phone)
    moderator = people.a_colleague("Sven", (Role.MODERATOR, None))
    assert Browser(app).sign_in(moderator).get(f"{AT}/service/new").status == 404
