"""Opening a file, and the card: shown once, printed without a word, void, frozen, issued again."""

import re
from collections.abc import Callable

import pytest
from flask import Flask

from portal import resources
from portal.domain.cards import CardDoesNotOpen, parse_card_number
from portal.domain.roles import Role
from portal.services.entry.sign_in import sign_in_with_card
from tests.people import PIN, Person, TestHouse
from tests.web.staff.browser import Browser, fields_of
from tests.web.staff.conftest import Clock

NAME = "Zahra-canary"
TELLING = re.compile(
    r"roof|portal|centre|house|huis|linde|victim|survivor|violence|safe|help|police|justice|"
    r"test house|http|www|@|card|pin",
    re.IGNORECASE,
)


ANSWERS = {
    "alone": "yes",
    "phone_is_hers": "yes",
    "passcode_known": "no",
    "signs_of_spyware": "no",
    "other_device": "not_known",
    "outcome": "yes",
}


def open_file(window: Browser, people: TestHouse, name: str = NAME, language: str = "ar") -> str:
    """Open a file in this window; gives the printed number."""
    window.get("/staff/cases/new")
    window.submit(
        "Open the file",
        **ANSWERS,
        name=name,
        language=language,
        case_director=str(people.director.account_id),
        stand_in=str(people.stand_in.account_id),
    )
    shown = window.page.select_one(".paper-card")
    assert shown is not None, window.words
    return shown.get_text().strip()


def come_in(people: TestHouse, number: str, clock: Clock, *, new: bool, pin: str = PIN) -> str:
    """She signs in with her card."""
    return sign_in_with_card(
        people.database.transaction,
        people.house,
        card=number,
        pin=pin,
        new_pin_again=pin if new else None,
        language="ar",
        address=b"phone",
        now=clock.now,
    )


@pytest.fixture
def window(signed_in: Callable[[Person], Browser], people: TestHouse) -> Browser:
    return signed_in(people.director)


def test_a_file_is_opened_and_its_card_opens(
    window: Browser, people: TestHouse, clock: Clock
) -> None:
    number = open_file(window, people)
    assert re.fullmatch(r"\d{4} \d{4} \d{4} \d{4}", number)
    assert parse_card_number(number)
    assert "Wednesday, 25 November 2026, 12:00" in window.words, "48 hours from Monday noon"
    come_in(people, number, clock, new=True)
    window.follow("She has it: to the case")
    assert NAME in window.heading
    assert "Activated Monday 23 November 2026" in window.words.replace(",", "")
    assert "العربية" in window.words


def test_the_number_is_shown_once(window: Browser, people: TestHouse) -> None:
    number = open_file(window, people)
    card_page = window.path
    for path in (card_page, card_page.removesuffix("/card"), "/staff/people"):
        window.get(path)
        assert number not in window.shown.get_data(as_text=True)
        assert number.replace(" ", "") not in window.shown.get_data(as_text=True)


def test_somebody_else_cannot_fetch_the_number(
    window: Browser, people: TestHouse, signed_in: Callable[[Person], Browser]
) -> None:
    window.get("/staff/cases/new")
    form = {
        **ANSWERS,
        "name": NAME,
        "language": "ar",
        "case_director": str(people.director.account_id),
        "stand_in": str(people.stand_in.account_id),
    }
    token = window.page.find("input", {"name": "csrf_token"})
    answer = window.client.post(
        "/staff/cases/new",
        data={**form, "csrf_token": token["value"]},  # type: ignore[index]
    )
    other = signed_in(people.stand_in)
    other.get(answer.headers["Location"])
    assert not other.page.select(".paper-card")
    window.get(answer.headers["Location"])
    assert window.page.select(".paper-card"), "it still waits for whoever issued it"


def test_the_printed_card_holds_no_word_that_tells(window: Browser, people: TestHouse) -> None:
    open_file(window, people)
    printed = window.page.select_one(".paper-card")
    assert printed is not None
    words = re.sub(r"[\d\s]", "", printed.get_text())
    assert words == "", "the number and nothing else"
    assert not printed.find_all(["img", "svg"])
    # Everything around it is left out of the print: by the style, in its own block.
    for part in window.page.select(".box > *"):
        assert part == printed or "not-printed" in (part.get("class") or [])
    style = (resources.static() / "staff/staff.css").read_text("utf-8")
    left_out = re.search(r"@media print \{.*?\{[^}]*\}\s*([^{]*)\{ display: none; \}", style, re.S)
    assert left_out is not None
    for selector in (".rooms", ".head", ".foot", ".not-printed", ".notice"):
        assert selector in left_out[1]
    assert "85mm" in style
    assert "54mm" in style
    assert not TELLING.search(printed.get_text())


def test_a_name_is_asked_and_two_different_colleagues(window: Browser, people: TestHouse) -> None:
    same = str(people.director.account_id)
    window.get("/staff/cases/new")
    window.submit("Open the file", **ANSWERS, name=" \u200b ", case_director=same, stand_in=same)
    assert "Choose somebody else than the case director." in window.words
    window.submit(
        "Open the file", **ANSWERS, name="\u202e ", stand_in=str(people.stand_in.account_id)
    )
    assert "Type the name" in window.words
    window.submit("Open the file", name="x" * 81)
    assert "at most 80" in window.words
    window.submit("Open the file", name="Nour", language="xx")
    assert "Not a valid choice" in window.words


def test_a_double_tap_opens_one_file(window: Browser, people: TestHouse) -> None:
    window.get("/staff/cases/new")
    form, _ = window.form_of("Open the file")
    fields = fields_of(form) | ANSWERS | {"name": NAME}
    first = window.client.post("/staff/cases/new", data=fields)
    second = window.client.post("/staff/cases/new", data=fields)
    assert first.status_code == second.status_code == 302
    assert first.headers["Location"] == second.headers["Location"]
    assert window.get("/staff/people").words.count(NAME) == 1


def test_a_stale_proof_asks_again_and_nothing_is_lost(
    window: Browser, people: TestHouse, clock: Clock
) -> None:
    window.get("/staff/cases/new")
    for _ in range(2):
        clock.later(minutes=8)
        assert window.client.get("/staff/people").status_code == 200
    window.submit(
        "Open the file",
        **ANSWERS,
        name=NAME,
        stand_in=str(people.stand_in.account_id),
    )
    assert window.status == 403
    assert window.heading == "Your code again"
    window.submit("Go on", proof_code="000000")
    assert "This code does not fit." in window.words
    before = window.client.get_cookie("s")
    window.submit("Go on", proof_code=people.director.code(clock.now))
    assert window.page.select(".paper-card"), "it went on where it was going"
    assert window.client.get_cookie("s") != before, "the token rose with the privilege"
    assert NAME in window.follow("She has it: to the case").heading


def test_a_page_behind_a_stale_proof_comes_back(
    window: Browser, people: TestHouse, clock: Clock
) -> None:
    for _ in range(2):
        clock.later(minutes=8)
        window.get("/staff/people")
    window.get("/staff/cases/new")
    assert window.heading == "Your code again"
    window.submit("Go on", proof_code=people.director.code(clock.now))
    assert window.path == "/staff/cases/new"
    assert window.heading == "Open a file"


def test_a_wrongly_issued_card_is_made_void_and_issued_again(
    window: Browser, people: TestHouse, clock: Clock
) -> None:
    number = open_file(window, people)
    window.follow("She has it: to the case")
    assert not window.has_button("Issue a new card")
    window.submit("Make this card void")
    assert "It opens nothing any more." in window.words
    with pytest.raises(CardDoesNotOpen):
        come_in(people, number, clock, new=True)
    window.submit("Issue a new card")
    fresh = window.page.select_one(".paper-card")
    assert fresh is not None
    assert fresh.get_text().strip() != number
    come_in(people, fresh.get_text(), clock, new=True)


def test_48_hours_later_a_new_card_is_issued_for_the_same_file(
    window: Browser, people: TestHouse, clock: Clock, signed_in: Callable[[Person], Browser]
) -> None:
    number = open_file(window, people)
    clock.later(hours=48, minutes=1)
    with pytest.raises(CardDoesNotOpen):
        come_in(people, number, clock, new=True)
    again = signed_in(people.director)
    assert "new card was not used in 48 hours" in again.words
    again.follow(NAME).submit("Issue a new card")
    fresh = again.page.select_one(".paper-card")
    assert fresh is not None
    come_in(people, fresh.get_text(), clock, new=True)


def test_an_activated_card_is_not_issued_again_here(window: Browser, people: TestHouse) -> None:
    her = people.a_survivor()
    window.get(f"/staff/cases/{her.case_id}")
    assert not window.has_button("Issue a new card")
    window.post(f"/staff/cases/{her.case_id}/card/again")
    assert "This has changed meanwhile." in window.words


def test_freezing_and_lifting(window: Browser, people: TestHouse, clock: Clock) -> None:
    her = people.a_survivor()
    window.get(f"/staff/cases/{her.case_id}")
    window.submit("Freeze the card")
    assert "The card is frozen. Nothing is lost." in window.words
    with pytest.raises(CardDoesNotOpen):
        come_in(people, her.card, clock, new=False)
    clock.later(minutes=10)
    window.get(f"/staff/cases/{her.case_id}")
    clock.later(minutes=10)
    window.submit("Lift the freeze")
    assert window.heading == "Your code again", "to let somebody in needs a fresh proof"
    window.submit("Go on", proof_code=people.director.code(clock.now))
    assert "Her card opens again" in window.words
    come_in(people, her.card, clock, new=False)


def test_ten_wrong_pins_are_told_at_once(
    window: Browser, people: TestHouse, clock: Clock, app: Flask
) -> None:
    her = people.a_survivor(NAME)
    for _ in range(10):
        with pytest.raises(CardDoesNotOpen):
            come_in(people, her.card, clock, new=False, pin="918273")
    window.get("/staff/people")
    assert "card is frozen" in window.words
    window.follow(NAME)
    assert "Ten wrong PINs were tried." in window.words
    assert "Nothing is lost" in window.words
    window.get("/staff/people?show=frozen")
    assert NAME in window.words


def test_an_intake_worker_hands_over_a_card_and_reads_nothing(
    people: TestHouse, signed_in: Callable[[Person], Browser]
) -> None:
    intake = people.a_colleague("Ines", (Role.INTAKE_WORKER, None))
    window = signed_in(intake).get("/staff/")
    assert window.path == "/staff/people"
    open_file(window, people)
    case_page = window.path.removesuffix("/card")
    assert NAME not in window.follow("She has it").words
    assert window.get(case_page).status == 404


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.COORDINATOR, Role.AUDITOR])
def test_other_roles_open_no_file(
    people: TestHouse, signed_in: Callable[[Person], Browser], role: Role
) -> None:
    window = signed_in(people.a_colleague("Olga", (role, None)))
    assert window.get("/staff/cases/new").status == 404
    assert window.get("/staff/people").status == 404
