"""No word that anybody types about a survivor lies in the database or in a log, in any shape.

The words are typed through the pages, wherever a page lets words be typed; those who may read them
do read them, so that it is sure that they were kept.
"""

import logging
import re
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from sqlalchemy import select

from portal.domain.decisions import DecisionKind, DecisionState
from portal.domain.outbox import Outcome
from portal.domain.safe_contact import Channel
from portal.models import Decision
from portal.services.telling import sending
from portal.services.telling.sending import Done
from tests.web.browser_stand_in import Phone
from tests.web.browsers import (
    Form,
    Page,
    forms_in,
    hand_in,
    pages_of_staff,
    pages_of_survivor,
    send,
)
from tests.web.canaries import STEM, Canaries, everything_kept, found_in, shapes
from tests.web.staff.browser import Browser
from tests.web.tree import tree_of
from tests.web.whole_house import WholeHouse

PIN = "483920"
ABOUT_STAFF = "/staff/colleagues"
"""Names and work addresses of staff stand in clear: what is typed here is about no survivor."""

AT_LEAST = {
    "the name to use": r"/staff/cases/new name",
    "her own words for a need": r"/needs/new/about/",
    "what she does not want": r"/needs/new/not_wanted",
    "interpreter, and what her body needs": r"/needs/new/at_the_talk [a-z]",
    "words added, or an answer to the desk": r"/needs/\* /add|/needs/\*/add",
    "a message sent, and one kept for later": r"/messages/write",
    "what she tells without her name": r"/feedback ",
    "a staff reading": r"/staff/desk/\* reading",
    "a question of the desk": r"/staff/desk/\* question",
    "why a service cannot help": r"/staff/referrals/\*/not-possible reason",
    "the place of a date": r"/staff/referrals/\*/date place",
    "the interpreter of a date": r"/staff/referrals/\*/date interpreter",
    "what she says of an interpreter": r"/dates/\*/interpreter [a-z]",
    "what a service says of one for her": r"/staff/referrals/\*/dates/\*/interpreter/ask ",
    "what to bring": r"/staff/referrals/\*/date bring",
    "where she may be told something": r"/telling/email$",
    "what she answers about a new address": r"/telling/email/answer",
    "why two must not meet": r"/staff/apart/lay words",
    "why a time is asked for": r"/staff/cases/\*/not-possible words",
    "what is happening, for her": r"/staff/cases/\*/timeline words",
    "why she should know it": r"/staff/cases/\*/timeline reason",
    "why she should know of a programme": r"/staff/programme reason",
    "an answer of the case director": r"/staff/cases/\*.* words",
}
"""Places that must be among those where a canary sang, and be read again by somebody."""


ABOUT_THE_HOUSE = ("/staff/house/settings", "/staff/feedback/answers")
"""What the centre says of itself is public: no word about anybody is asked for there."""


@dataclass
class Journey:
    """A survivor and those who help her, typing canaries wherever words can be typed."""

    whole: WholeHouse
    canaries: Canaries = field(default_factory=Canaries)
    done: set[tuple[str, tuple[str, ...], int]] = field(default_factory=set)
    kept: list[bytes] = field(default_factory=list)
    headers: list[str] = field(default_factory=list)

    def look(self) -> None:
        """Put aside what lies in the house at this moment: some of it goes later."""
        self.kept.append(everything_kept(self.whole.directory))

    def colleague(self, who: str) -> Browser:
        """A colleague who comes in with pass phrase and code."""
        self.whole.later(seconds=31)
        browser = Browser(self.whole.app).sign_in(self.whole.everybody.staff[who])
        assert browser.path not in ("/staff/sign-in", "/staff/second-factor"), browser.words
        return browser

    def opens_a_file(self) -> Phone:
        """The case director opens a file; the survivor comes in with her new card."""
        els = self.colleague("director")
        els.get("/staff/cases/new")
        (form,) = [one for one in forms_in(els.page, els.path) if one.words]
        answer = hand_in(els, form, self.canaries.fill(form))
        number = re.search(r"\b\d{4}[ \xa0]\d{4}[ \xa0]\d{4}[ \xa0]\d{4}\b", answer.text)
        assert number, "no card number on the page after a file was opened"
        phone = Phone(self.whole.app)
        phone.open()
        phone.sign_in(number[0], PIN, new=True)
        assert phone.page_key
        return phone

    def says_what_she_needs(self, phone: Phone) -> None:
        """All the questions, one after the other, and "send" at the end."""
        phone.go("/needs/new/choose")
        for number in range(40):
            self.canaries.listen(_on(phone))
            asked = [
                one
                for one in forms_in(phone.soup, "")
                if one.do.startswith("/needs/new/") and not one.do.endswith("/forget")
            ]
            if not asked:
                return
            send(phone, asked[0], self.canaries.fill(asked[0]))
            # Each answer overwrites what was kept half-way before it.
            if number % 6 == 2:
                self.look()
        raise AssertionError("the questions do not end")

    def she_walks(self, phone: Phone) -> None:
        """She goes everywhere and fills whatever can be filled."""
        for page in pages_of_survivor(phone, of_a_kind=6):
            self.canaries.listen(page)
            for form, button in self._new(page):
                answer = send(phone, form, self.canaries.fill(form, button=button))
                assert answer.status_code == 200, (form.do, answer.status_code)
                self.canaries.listen(_on(phone))
        self.look()

    def they_work(self, who: str) -> None:
        """A colleague goes everywhere and fills whatever can be filled."""
        browser = self.colleague(who)
        for page in pages_of_staff(browser, of_a_kind=8):
            self.canaries.listen(page)
            for form, button in self._new(page):
                typed = self.canaries.fill(form, button=button)
                if ("act", "route") in typed:
                    # A need with a question beside it is not routed: the question would be lost.
                    typed = [one for one in typed if one[0] != "question"]
                answer = hand_in(browser, form, typed)
                assert answer.status_code == 200, (who, form.do, answer.status_code)
                soup = tree_of(answer.text)
                self.canaries.listen(Page(form.do, answer, soup))
        self.look()

    def she_may_be_told(self, phone: Phone) -> None:
        """She gives an address; words are in it, though a page that asks for words would not do."""
        address = f"{self.canaries.sing('/telling/email')}@house.example"
        phone.go("/telling/email")
        phone.send({"do": "/telling/email", "a": address, "b": "look", "c": "any"})
        assert address in phone.soup.get_text()
        self.canaries.listen(_on(phone))
        # Read by whoever decides, once; asked about, and answered, in words.
        for act in ("give_back", "accept"):
            with self.whole.database.transaction("read") as session:
                waits = (Decision.kind == DecisionKind.CONTACT_CHANGE) & (
                    Decision.state == DecisionState.WAITING
                )
                asked = session.scalars(select(Decision.id).where(waits)).one()
            mona = self.colleague("moderator")
            mona.get(f"/staff/desk/{asked}")
            assert address in mona.words
            self.canaries.listen(Page(mona.path, mona.shown, mona.page))
            note = self.canaries.sing("/staff/desk/decision")
            mona.post(f"/staff/desk/{asked}", act=act, words=note)
            if act == "give_back":
                phone.go("/telling/email/answer")
                (form,) = [one for one in forms_in(phone.soup, "") if one.words]
                send(phone, form, self.canaries.fill(form))
        phone.send({"do": "/telling/email/test"})
        with self.whole.database.transaction() as session:
            letter = sending.take_next(session, [Channel.EMAIL], now=self.whole.now)
        assert letter is not None
        assert letter.address == address
        with self.whole.database.transaction() as session:
            sending.write_down(session, Done(letter, Outcome.REFUSED), now=self.whole.now)
        self.look()

    def she_wants_an_interpreter(self) -> None:
        """Another survivor, who has dates, says whom she wants and whom not; staff say it too."""
        amal, ids = self.whole.phone(self.whole.everybody.amal), self.whole.everybody.ids
        path = f"/dates/{ids['appointment'][3]}/interpreter"
        amal.go(path)
        (form,) = [one for one in forms_in(amal.soup, path) if one.words]
        send(amal, form, self.canaries.fill(form))
        amal.go(path)
        self.canaries.listen(_on(amal))
        self.look()
        desk = self.colleague("housing")
        desk.get(f"/staff/referrals/{ids['referral'][0]}{path}")
        (form,) = [one for one in forms_in(desk.page, desk.path) if one.do.endswith("/ask")]
        answer = hand_in(desk, form, self.canaries.fill(form))
        self.canaries.listen(Page(form.do, answer, tree_of(answer.text)))

    def a_programme_is_told_of(self) -> None:
        """A partner-contact worker knows a number, and says why she writes."""
        pia = self.colleague("partner_contact")
        pia.get("/staff/programme")
        (form,) = [one for one in forms_in(pia.page, pia.path) if one.words]
        number = self.whole.everybody.amal.case_number
        typed = [
            (name, number if name == "number" else value)
            for name, value in self.canaries.fill(form)
        ]
        answer = hand_in(pia, form, typed)
        assert "Written." in answer.text
        self.look()

    def a_week_is_over(self) -> None:
        """What came in without a name is read when its week is over."""
        self.whole.later(days=7)
        mona = self.colleague("moderator").get("/staff/feedback")
        self.canaries.listen(Page(mona.path, mona.shown, mona.page))

    def she_says_yes(self, phone: Phone) -> int:
        """She lets every service that asks read what she needs."""
        forms = {
            form.do: form
            for page in pages_of_survivor(phone, of_a_kind=40)
            for form in page.forms
            if form.place.endswith("/yes")
        }
        for form in forms.values():
            send(phone, form, list(form.fields))
        return len(forms)

    def _new(self, page: Page) -> Iterator[tuple[Form, int]]:
        """A form with room for words that nobody has filled yet with this button; one a visit,
        since what is decided with one button cannot be decided with the next."""
        for form in page.forms:
            if form.place.startswith(ABOUT_THE_HOUSE):
                continue
            for button in range(max(1, len(form.buttons))):
                key = (form.place, tuple(one.name for one in form.words), button)
                if form.place.startswith(ABOUT_STAFF):
                    continue
                if form.words and key not in self.done:
                    self.done.add(key)
                    yield form, button
                    break


def _on(phone: Phone) -> Page:
    return Page("her page", phone.client.get("/-"), phone.soup)


@pytest.fixture
def journey(whole: WholeHouse, caplog: pytest.LogCaptureFixture) -> Journey:
    """A house that logs everything it can."""
    caplog.set_level(logging.DEBUG)
    # With what it binds to its statements: the most that whoever runs a centre can ask for.
    caplog.set_level(logging.INFO, "sqlalchemy.engine")
    whole.open()
    journey = Journey(whole)

    def remember(response: object) -> object:
        journey.headers.append(str(getattr(response, "headers", "")))
        return response

    whole.app.after_request(remember)
    return journey


@pytest.mark.real
def test_no_word_about_her_is_kept_in_clear(
    journey: Journey, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    phone = journey.opens_a_file()
    journey.says_what_she_needs(phone)
    journey.she_may_be_told(phone)
    journey.they_work("moderator")
    assert journey.she_says_yes(phone) >= 2
    journey.she_walks(phone)
    journey.she_wants_an_interpreter()
    journey.a_programme_is_told_of()
    for who in ("housing", "moderator", "director", "police", "stand_in"):
        journey.they_work(who)
    journey.she_walks(phone)
    for who in ("coordinator", "auditor", "director"):
        journey.they_work(who)
    journey.a_week_is_over()
    journey.look()

    canaries = journey.canaries
    places = canaries.places(canaries.words)
    read_again = canaries.places(canaries.seen)
    for what, pattern in AT_LEAST.items():
        assert any(re.match(pattern, place) for place in places), f"nobody typed {what}"
        assert any(re.match(pattern, place) for place in read_again), f"nobody read {what}"
    assert len(canaries.words) >= 40

    for kept in journey.kept:
        assert canaries.places(found_in(kept, canaries.words)) == []
    logged = [f"{one.getMessage()} {one.args} {one.exc_text}" for one in caplog.records]
    assert len(logged) > 1000, "the house logged what it could"
    said = "\n".join([*logged, *capfd.readouterr(), *journey.headers])
    assert canaries.places(found_in(said.encode("utf-8", "replace"), canaries.words)) == []


def test_what_lies_in_clear_is_found(whole: WholeHouse) -> None:
    """The search finds what is there: else finding nothing would say nothing."""
    kept = everything_kept(whole.directory)
    in_clear = {"Housing desk", "Els", "folder_opened", "1st floor, desk 2"}
    assert found_in(kept, in_clear) == in_clear


@pytest.mark.parametrize("shift", range(3))
def test_a_word_is_found_in_every_shape(shift: int) -> None:
    word = f"{STEM}007zwq"
    before = b"x" * shift
    for plain in (word.encode(), word.encode("utf-16-le"), word.encode("utf-16-be")):
        for data in (
            before + plain + b"tail",
            (before + plain + b"tail").hex().encode(),
            b64encode(before + plain + b"tail"),
        ):
            assert found_in(data, [word]) == {word}, data
    assert not found_in(f"{STEM}008zwq".encode(), [word])
    assert all(len(shape) > 8 for shape in shapes(word))
