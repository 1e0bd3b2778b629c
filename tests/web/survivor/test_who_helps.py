"""She finds out who can help with what, before she says anything about herself."""

from portal.domain.needs import Category
from portal.domain.services import USUAL, ServiceKind, ServiceState
from portal.models import Service
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
