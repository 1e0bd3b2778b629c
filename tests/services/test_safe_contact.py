"""Her safe ways: she says yes or no, and each rule is asked again at the moment of sending."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from portal.cli import check
from portal.domain.accounts import CaseState
from portal.domain.folders import FolderKind, Why
from portal.domain.holders import HolderKind
from portal.domain.outbox import Outcome
from portal.domain.refusals import NotFound, SlowDown, WrongState
from portal.domain.safe_contact import LASTS, Channel, NotAnAddress, NumberWithoutCountry
from portal.models import AuditEvent, Case, Folder, Grant, SafeContact
from portal.services.endings import erasure
from portal.services.entry import cards, stopped_cards
from portal.services.keys import new_key_file
from portal.services.keys.reading import open_folder
from portal.services.need_to_know import seeing
from portal.services.running import expiry, paper
from portal.services.telling import safe_contact, sending, ways
from portal.services.telling.sending import Done
from portal.settings import Settings
from portal.vault import KeyFile
from tests.people import NOON, Person, TestHouse
from tests.services.journey import a_date, a_shared_need
from tests.services.ways import (
    ADDRESSES,
    EVENINGS,
    WORDS,
    rows,
    says_no,
    says_yes,
    states,
    take,
    take_all,
    tries_it,
)

IN_A_WEEK = NOON + timedelta(days=7)
REMINDED = IN_A_WEEK - timedelta(hours=24)


@pytest.fixture
def kind() -> str:
    """These rules are the same on both databases."""
    return "sqlite"


def way_of(the_house: TestHouse, her: Person, channel: Channel = Channel.EMAIL) -> SafeContact:
    """The row of a way."""
    with the_house.database.transaction("read") as session:
        return session.scalars(
            select(SafeContact).where(
                SafeContact.case_id == her.case_id, SafeContact.channel == channel
            )
        ).one()


class TestSayingYes:
    """The default is no; a yes is hers, sealed, and ends by itself."""

    def test_nothing_is_planned_for_her_who_never_said_yes(
        self, the_house: TestHouse, her: Person
    ) -> None:
        a_date(the_house, a_shared_need(the_house, her))
        assert rows(the_house) == []
        with the_house.acting(her) as (session, acting):
            ways = safe_contact.hers(session, acting, now=NOON)
        assert {way.wish.value for way in ways.values()} == {"no"}

    def test_only_she_and_the_machine_hold_the_key_and_the_machine_until_its_end(
        self, the_house: TestHouse, her: Person
    ) -> None:
        says_yes(the_house, her)
        with the_house.acting(her) as (session, acting):
            seen = {
                (line.holder, line.why, line.until)
                for line in seeing.who_can_see(session, acting, now=NOON)
                if line.folder is FolderKind.SAFE_EMAIL
            }
        assert seen == {
            (HolderKind.SURVIVOR, Why.HER_OWN, None),
            (HolderKind.HOUSE, Why.TO_TELL_HER, NOON + LASTS),
        }

    def test_her_address_lies_nowhere_in_clear(self, the_house: TestHouse, her: Person) -> None:
        says_yes(the_house, her)
        row = way_of(the_house, her)
        assert row.details is not None
        assert b"amal" not in row.details
        with the_house.database.transaction("read") as session:
            facts = [str(one.facts) for one in session.scalars(select(AuditEvent))]
        assert not any("example.org" in one for one in facts)

    def test_she_reads_it_again_as_she_said_it(self, the_house: TestHouse, her: Person) -> None:
        says_yes(the_house, her, Channel.SMS, typed="0032 470 12 34 56", hours=EVENINGS)
        with the_house.acting(her) as (session, acting):
            found = safe_contact.hers(session, acting, now=NOON)[Channel.SMS]
        assert found.way == ways.Way("+32470123456", WORDS, EVENINGS)
        assert (found.wish.value, found.until) == ("only_then", NOON + LASTS)

    def test_a_no_leaves_nothing_of_it(self, the_house: TestHouse, her: Person) -> None:
        says_yes(the_house, her)
        says_no(the_house, her)
        row = way_of(the_house, her)
        assert (row.details, row.until, row.wish.value) == (None, None, "no")
        with the_house.database.transaction("read") as session:
            held = session.scalars(
                select(Grant.why)
                .join(Folder, Folder.id == Grant.folder_id)
                .where(Folder.kind == FolderKind.SAFE_EMAIL)
            ).all()
        assert Why.TO_TELL_HER not in held

    @pytest.mark.parametrize(
        ("channel", "typed", "refusal"),
        [
            (Channel.EMAIL, "amal@example.org\r\nBcc: x@example.org", NotAnAddress),
            (Channel.SMS, "0470 12 34 56", NumberWithoutCountry),
        ],
    )
    def test_a_wrong_address_changes_nothing(
        self, the_house: TestHouse, her: Person, channel: Channel, typed: str, refusal: Any
    ) -> None:
        says_yes(the_house, her, channel)
        before = way_of(the_house, her, channel).details
        with pytest.raises(refusal):
            says_yes(the_house, her, channel, typed=typed)
        assert way_of(the_house, her, channel).details == before

    def test_still_safe_counts_thirty_days_more(self, the_house: TestHouse, her: Person) -> None:
        says_yes(the_house, her)
        later = NOON + LASTS + timedelta(days=3)
        with the_house.acting(her, now=later) as (session, acting):
            assert safe_contact.hers(session, acting, now=later)[Channel.EMAIL].has_lapsed(later)
            safe_contact.still_safe(session, acting, Channel.EMAIL, now=later)
        tries_it(the_house, her, now=later)
        letter = take(the_house, now=later)
        assert letter is not None
        assert letter.address == ADDRESSES[Channel.EMAIL]

    def test_nothing_can_be_renewed_or_tried_after_a_no(
        self, the_house: TestHouse, her: Person
    ) -> None:
        with the_house.acting(her) as (session, acting):
            for act in (safe_contact.still_safe, safe_contact.send_test):
                with pytest.raises(WrongState):
                    act(session, acting, Channel.SMS, now=NOON)

    def test_tests_are_few(self, the_house: TestHouse, her: Person) -> None:
        says_yes(the_house, her)
        for number in range(safe_contact.TESTS):
            tries_it(the_house, her, now=NOON + timedelta(seconds=number))
        with pytest.raises(SlowDown):
            tries_it(the_house, her, now=NOON + timedelta(minutes=1))

    def test_the_case_team_opens_nothing_of_it(self, the_house: TestHouse, her: Person) -> None:
        says_yes(the_house, her)
        with the_house.acting(the_house.director) as (session, acting):
            assert her.case_id is not None
            with pytest.raises(NotFound):
                open_folder(
                    session, acting, her.case_id, FolderKind.SAFE_EMAIL, purpose="case", now=NOON
                )
            (row,) = ways.of_case(session, her.case_id)
            assert (row.channel, row.wish.value) == (Channel.EMAIL, "yes")


class TestTheEnd:
    """What becomes of a way when the key file is lost, and when her case is erased."""

    def test_with_a_new_key_file_nothing_is_sent_until_she_says_it_again(
        self, the_house: TestHouse, her: Person
    ) -> None:
        says_yes(the_house, her)
        with the_house.database.transaction() as session:
            session.info["key_file"] = KeyFile(bytes(32))
            sheets = paper.keys_of_sheets(session, *the_house.sheets)
            proved = new_key_file.sign_everything_again(session, sheets, now=NOON)
            assert not [fault for fault in proved.faults if "grant" in fault]
            held = session.scalars(select(Grant).where(Grant.why == Why.TO_TELL_HER)).all()
            assert held == []
            hers = session.scalars(
                select(Grant)
                .join(Folder, Folder.id == Grant.folder_id)
                .where(Folder.kind == FolderKind.SAFE_EMAIL)
            ).all()
            assert [grant.why for grant in hers] == [Why.HER_OWN]

    def test_an_erased_case_leaves_no_way_and_nothing_to_be_told(
        self, the_house: TestHouse, her: Person
    ) -> None:
        says_yes(the_house, her)
        a_date(the_house, a_shared_need(the_house, her), starts_at=IN_A_WEEK)
        letter = take(the_house)
        assert letter is not None
        assert her.case_id is not None
        with the_house.database.transaction() as session:
            erasure.erase(session, her.case_id, actor_id=None, facts={}, now=NOON)
        assert rows(the_house) == []
        with the_house.database.transaction() as session:
            assert session.scalars(select(SafeContact)).all() == []
            # A worker that was under way comes back.
            sending.write_down(session, Done(letter, Outcome.SENT), now=NOON)


class TestTheMomentOfSending:
    """Whatever was so when it was planned: what counts is what is so now."""

    def planned(self, the_house: TestHouse, her: Person, **way: Any) -> None:
        says_yes(the_house, her, **way)
        a_date(the_house, a_shared_need(the_house, her), starts_at=IN_A_WEEK)
        take_all(the_house)

    def freeze(self, the_house: TestHouse, her: Person) -> None:
        with the_house.database.transaction() as session:
            card = cards.newest(session, her.account_id)
            assert card is not None
            stopped_cards.freeze(session, card, actor_id=the_house.director.account_id, now=NOON)

    def close(self, the_house: TestHouse, her: Person) -> None:
        with the_house.database.transaction() as session:
            session.execute(
                update(Case).where(Case.id == her.case_id).values(state=CaseState.CLOSED)
            )

    def lapse(self, the_house: TestHouse, her: Person) -> None:
        with the_house.database.transaction() as session:
            expiry.forget_expired(session, now=NOON + LASTS)

    @pytest.mark.parametrize(
        ("act", "ended"),
        [
            (freeze, ("reminder", "not_sent", "card_stopped")),
            (close, ("reminder", "dropped", "case_closed")),
            (lapse, ("reminder", "not_sent", "lapsed")),
            (
                lambda _, the_house, her: says_no(the_house, her),
                ("reminder", "dropped", "she_said_no"),
            ),
        ],
        ids=["freeze", "closed", "lapse", "no"],
    )
    def test_a_rule_that_came_between_holds_it_back(
        self, the_house: TestHouse, her: Person, act: Callable[..., None], ended: tuple[str, ...]
    ) -> None:
        self.planned(the_house, her)
        act(self, the_house, her)
        assert take(the_house, now=REMINDED) is None
        assert states(the_house)[-1] == ended

    def test_it_lapses_by_the_clock_alone(self, the_house: TestHouse, her: Person) -> None:
        says_yes(the_house, her)
        starts_at = NOON + LASTS + timedelta(days=5)
        a_date(the_house, a_shared_need(the_house, her), starts_at=starts_at)
        take_all(the_house)
        assert take(the_house, now=starts_at - timedelta(hours=24)) is None
        assert states(the_house)[-1] == ("reminder", "not_sent", "lapsed")

    def test_outside_her_hours_it_waits_for_them(self, the_house: TestHouse, her: Person) -> None:
        self.planned(the_house, her, hours=EVENINGS)
        assert [one.state.value for one in rows(the_house)] == ["waiting", "waiting"]
        evening = NOON.replace(hour=17)
        assert rows(the_house)[0].next_at == evening
        assert len(take_all(the_house, now=evening)) == 1

    def test_hours_that_come_after_the_date_are_told_to_nobody(
        self, the_house: TestHouse, her: Person
    ) -> None:
        says_yes(the_house, her, hours=EVENINGS)
        a_date(the_house, a_shared_need(the_house, her), starts_at=NOON + timedelta(hours=3))
        assert take(the_house) is None
        assert states(the_house) == [("new_date", "not_sent", "hours")]

    @pytest.mark.parametrize("late", [timedelta(0), timedelta(minutes=-1), timedelta(days=1)])
    def test_never_after_the_date(self, the_house: TestHouse, her: Person, late: timedelta) -> None:
        self.planned(the_house, her)
        assert take(the_house, now=IN_A_WEEK + late) is None
        assert states(the_house)[-1] == ("reminder", "not_sent", "too_late")

    def test_what_was_altered_in_the_database_goes_nowhere(
        self, the_house: TestHouse, her: Person, another: Person
    ) -> None:
        """Somebody puts another's sealed address, or a later end, into the rows."""
        says_yes(the_house, her)
        says_yes(the_house, another, typed="noor@example.org")
        tries_it(the_house, her)
        foreign = way_of(the_house, another).details
        with the_house.database.transaction() as session:
            session.execute(
                update(SafeContact)
                .where(SafeContact.case_id == her.case_id)
                .values(details=foreign)
            )
        assert take(the_house) is None
        assert states(the_house) == [("test", "not_sent", "unreadable")]

    def test_a_later_end_in_the_rows_is_not_believed(
        self, the_house: TestHouse, her: Person
    ) -> None:
        says_yes(the_house, her)
        later = NOON + LASTS + timedelta(days=1)
        with the_house.database.transaction() as session:
            session.execute(update(SafeContact).values(until=later + LASTS))
        starts_at = later + timedelta(hours=20)
        need_id = a_shared_need(the_house, her)
        a_date(the_house, need_id, starts_at=starts_at)
        assert take(the_house, now=later) is None
        with the_house.database.transaction() as session:
            session.execute(
                update(Grant).where(Grant.why == Why.TO_TELL_HER).values(until=later + LASTS)
            )
        a_date(the_house, need_id, starts_at=starts_at + timedelta(hours=1))
        assert take(the_house, now=later) is None
        whys = {one.why.value for one in rows(the_house) if one.why}
        assert whys == {"lapsed", "unreadable"}


def test_the_check_says_when_nothing_can_send_what_they_said_yes_to(
    the_house: TestHouse, her: Person
) -> None:
    says_yes(the_house, her, Channel.SMS, now=datetime.now(UTC))
    by_mail = {"PORTAL_MAIL_HOST": "mail.example.org", "PORTAL_MAIL_FROM": "r@example.org"}
    with the_house.database.transaction("read") as session:
        (found,) = check.of_telling(session, Settings.from_environment({}))
        assert found.sentence.startswith("1 said yes to sms, which nothing is set up to send by")
        assert found.is_fault
        assert list(check.of_telling(session, Settings.from_environment(by_mail)))
        by_text = Settings.from_environment({"PORTAL_SMS_URL": "https://sms.example.org/"})
        assert list(check.of_telling(session, by_text)) == []


@pytest.mark.parametrize(
    ("env", "ways"),
    [
        ({}, ()),
        ({"PORTAL_MAIL_HOST": "mail.example.org", "PORTAL_MAIL_FROM": "r@example.org"}, ("email",)),
        ({"PORTAL_SMS_URL": "https://sms.example.org/"}, ("sms",)),
        ({"PORTAL_DEMO": "yes"}, ("sms", "email")),
    ],
)
def test_she_is_offered_only_ways_that_this_house_has(
    env: dict[str, str], ways: tuple[str, ...]
) -> None:
    assert tuple(safe_contact.offered(Settings.from_environment(env))) == ways
