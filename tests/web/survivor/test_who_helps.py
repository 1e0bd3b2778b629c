"""She finds out who can help with what, before she says anything about herself."""

from portal.domain.needs import Category
from portal.domain.services import USUAL, PlaceKind, ServiceKind, ServiceState
from portal.models import Service
from portal.services.centre import profiles
from tests.web.whole_house import WholeHouse


def told(whole: WholeHouse, about: Category, language: str = "en") -> str:
    phone = whole.phone(whole.everybody.amal, language)
    phone.go("/more")
    phone.go("/more/who-helps")
    assert phone.soup.select(f"button[value='/more/who-helps/with?about={about.value}']")
    phone.go(f"/more/who-helps/with?about={about.value}")
    return " ".join(phone.soup.get_text(" ").split())


def the_service(whole: WholeHouse, kind: ServiceKind, state: ServiceState) -> str:
    with whole.database.transaction() as session:
        service = next(one for one in session.query(Service) if one.kind is kind)
        service.state = state
        return service.name


def test_in_three_taps_she_reads_who_helps_where_and_in_which_language(whole: WholeHouse) -> None:
    name = the_service(whole, ServiceKind.HOUSING, ServiceState.OPEN)
    words = told(whole, Category.HOME)
    for one in (name, "Help with a home", "2nd floor, desk 1", "Nederlands"):
        assert one in words


def test_she_reads_until_when_somebody_is_here_today_and_when_again(whole: WholeHouse) -> None:
    name = the_service(whole, ServiceKind.HOUSING, ServiceState.OPEN)
    with whole.database.transaction() as session:
        service = session.query(Service).filter_by(name=name).one()
        profile = profiles.read(session, service) | {"exceptions": {}}
        hours = {"0": [["09:00", "11:00"], ["13:00", "16:00"]]}
        profiles.write(session, service, profile | {"hours": hours})
    words = told(whole, Category.HOME)
    assert "Here today: 13:00–16:00" in words, "at noon the morning is over"
    phone = whole.phone(whole.everybody.amal, "ar")
    phone.go(f"/more/who-helps/with?about={Category.HOME.value}")
    assert '<bdi dir="rtl">13:00–16:00</bdi>' in phone.page, "read from the right, as her dates are"
    with whole.database.transaction() as session:
        service = session.query(Service).filter_by(name=name).one()
        days = {"2026-11-25": [], "2026-12-02": [["10:00", "11:00"]]}
        week = {"hours": {"2": [["09:00", "11:00"]]}, "exceptions": days}
        profiles.write(session, service, profile | week)
    words = told(whole, Category.HOME)
    assert "Not here now. Here again: Wednesday, 2 December 2026 · 10:00–11:00" in words
    assert "Wednesday, 25 November 2026 nobody is here" in words


def test_a_place_that_is_not_told_before_a_date_is_said_to_be_so(whole: WholeHouse) -> None:
    name = the_service(whole, ServiceKind.HOUSING, ServiceState.OPEN)
    with whole.database.transaction() as session:
        service = session.query(Service).filter_by(name=name).one()
        service.place_kind, service.place = PlaceKind.COMES_TO_HER, ""
    words = told(whole, Category.HOME)
    assert "We come to you. You choose the place with us." in words


def test_a_paused_service_says_so_and_a_closed_one_is_gone(whole: WholeHouse) -> None:
    name = the_service(whole, ServiceKind.HOUSING, ServiceState.PAUSED)
    assert "They cannot help anybody new now." in told(whole, Category.HOME)
    the_service(whole, ServiceKind.HOUSING, ServiceState.CLOSED)
    assert name not in told(whole, Category.HOME)


def test_where_nobody_does_only_this_her_contact_person_looks_with_her(whole: WholeHouse) -> None:
    for kind in USUAL[Category.HEALTH]:
        with whole.database.transaction("read") as session:
            assert all(one.kind is not kind for one in session.query(Service))
    assert "Your contact person finds the right place with you." in told(whole, Category.HEALTH)


def test_what_is_not_on_the_list_leads_to_the_list(whole: WholeHouse) -> None:
    phone = whole.phone(whole.everybody.amal)
    for odd in ("", "?about=", "?about=xyz", "?about=home'--"):
        phone.go(f"/more/who-helps/with{odd}")
        assert "Who can help me here" in str(phone.soup.h1)
