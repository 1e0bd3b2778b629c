"""The day on which nobody can open anything, and two sheets of paper are all there is."""

from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import Table, delete, select
from sqlalchemy.orm import Session

from portal.database import Database
from portal.domain.accounts import CardState
from portal.domain.decisions import DecisionKind
from portal.domain.holders import HolderKind
from portal.domain.needs import Category
from portal.domain.refusals import WrongState
from portal.domain.roles import Role
from portal.domain.safe_contact import LASTS
from portal.domain.services import ServiceKind
from portal.domain.visits.house import Wishes
from portal.models import (
    Account,
    AuditEvent,
    Base,
    Card,
    Case,
    Decision,
    Grant,
    Holder,
    HolderKey,
    KeptApart,
    KeptApartKey,
    KeySlot,
    Membership,
    OwnTimes,
    SignIn,
    StaffMember,
    TeamCopy,
)
from portal.services import drafts, messages, today
from portal.services.case_work import cases
from portal.services.colleagues import invitations, staff
from portal.services.colleagues.invitations import LinkDoesNotOpen, NewColleague
from portal.services.dates import kept_apart, own_times
from portal.services.entry.sign_in import sign_in_with_card
from portal.services.feedback import giving
from portal.services.house import House
from portal.services.keys import apart, holders, new_key_file, reasons
from portal.services.moderation import decisions, desk, lanes
from portal.services.need_to_know import sharing
from portal.services.needs import stories
from portal.services.referrals import at_service, listing
from portal.services.running import chains, paper, recovery
from portal.services.telling import safe_contact, ways
from portal.vault import (
    BadWords,
    KeyFile,
    new_folder_key,
    new_key_pair,
    new_recovery,
    seal_to,
)
from tests.people import NOON, PASSPHRASE, Person, TestHouse
from tests.services.newcomer import put_in_charge
from tests.services.ways import says_yes

OTHER_KEY_FILE = KeyFile(bytes(reversed(range(32))))
BEGINS = "She begins at the desk."
HERS = "I keep the letters with my neighbour."
NEED = "The lock of my door is broken."


@pytest.fixture
def lived_in(the_house: TestHouse, her: Person) -> TestHouse:
    """She wrote, asked, said yes to a service, and keeps a draft."""
    with the_house.acting(her) as (session, acting):
        messages.write(session, acting, acting.her_case_id, HERS, now=NOON)
        drafts.keep(session, acting, "note", {"words": "half a thought"}, now=NOON)
    need_id = the_house.a_need(her, Category.POLICE, words=NEED)
    service_id = the_house.services[ServiceKind.POLICE].id
    with the_house.acting(the_house.moderator) as (session, acting):
        (waiting,) = lanes.waiting(session, acting, now=NOON)
        desk.route(session, acting, waiting.decision.id, [service_id], now=NOON)
    with the_house.acting(her) as (session, acting):
        sharing.say_yes(session, acting, need_id, service_id, now=NOON)
    return the_house


@pytest.fixture
def without_key_file(lived_in: TestHouse, house: House) -> Iterator[TestHouse]:
    """The same database under a key file that signed nothing in it."""
    settings = house.settings
    database = Database(settings.database_url, OTHER_KEY_FILE, settings)
    fresh = House(settings, OTHER_KEY_FILE, house.slow_passes)
    yield replace(lived_in, database=database, house=fresh)
    database.close()


def everybody_is_gone(the_house: TestHouse) -> None:
    """As after a fire, a bankruptcy or a theft: no account of staff, no key of theirs."""
    with the_house.database.transaction() as session:
        accounts = select(StaffMember.account_id)
        people = select(Account.holder_id).where(Account.id.in_(accounts))
        session.execute(delete(SignIn))
        session.execute(delete(TeamCopy).where(TeamCopy.member_id.in_(people)))
        session.execute(delete(Membership))
        for member in session.scalars(select(StaffMember)):
            member.slot_id = None
        session.flush()
        session.execute(delete(KeySlot).where(KeySlot.holder_id.in_(people)))
        session.execute(delete(StaffMember))


def test_a_case_is_recovered_after_every_account_is_gone_and_the_key_file_is_lost(
    lived_in: TestHouse, without_key_file: TestHouse, her: Person
) -> None:
    everybody_is_gone(lived_in)
    with without_key_file.database.transaction() as session:
        sheets = paper.keys_of_sheets(session, *lived_in.sheets)
        proved = new_key_file.sign_everything_again(session, sheets, now=NOON)
        nel = put_in_charge(session, without_key_file, sheets)
    assert proved.faults == []
    with without_key_file.acting(nel) as (session, acting):
        assert her.case_id is not None
        case = cases.get_case(session, acting, her.case_id)
        assert cases.contact_card(session, acting, case, purpose="case", now=NOON)[0] == her.name
        shown = messages.open_stretch(session, acting, case.id, now=NOON).show().messages
        assert HERS in [one.words for one in shown]
        (story,) = stories.of_case(session, acting, case, now=NOON)
        assert story.own_words == NEED
        (line,) = listing.of_service(session, acting, now=NOON)
        assert at_service.open_referral(session, acting, line.referral.id, now=NOON).words == NEED
        messages.write(session, acting, case.id, "It is Nel who answers now.", now=NOON)
        assert list(chains.verify(session)) == []
        kinds = set(session.scalars(select(AuditEvent.kind)))
        assert {"key_file_replaced", "recovery_sheets_used", "case_recovered"} <= kinds


def a_role_asked_for(the_house: TestHouse) -> UUID:
    """What waits for a second coordinator."""
    worker = next(iter(the_house.workers.values()))
    ada = the_house.a_colleague("Ada", (Role.COORDINATOR, None))
    with the_house.acting(ada) as (session, acting):
        return decisions.ask(
            session,
            acting,
            DecisionKind.ROLE_CHANGE,
            reason=BEGINS,
            now=NOON,
            subject_id=worker.account_id,
        ).id


def test_what_waited_for_a_second_coordinator_is_read_by_who_comes_after_the_fire(
    lived_in: TestHouse, without_key_file: TestHouse
) -> None:
    asked = a_role_asked_for(lived_in)
    with without_key_file.database.transaction() as session:
        sheets = paper.keys_of_sheets(session, *lived_in.sheets)
        proved = new_key_file.sign_everything_again(session, sheets, now=NOON)
        nel = put_in_charge(session, without_key_file, sheets)
    assert proved.faults == []
    with without_key_file.acting(nel) as (session, acting):
        decision = session.get_one(Decision, asked)
        assert reasons.read(session, acting, decision, "reason", now=NOON) == [BEGINS]


def test_nothing_is_left_under_a_mac_of_the_lost_key_file(
    lived_in: TestHouse, without_key_file: TestHouse, her: Person
) -> None:
    a_role_asked_for(lived_in)
    other = lived_in.a_survivor("Other")
    with lived_in.acting(lived_in.coordinator) as (session, acting):
        kept_apart.lay(session, acting, her.case_number, other.case_number, reason="So.", now=NOON)
    with lived_in.acting(her) as (session, acting):
        giving.give(session, acting, "The chairs are hard.", now=NOON)
    signed = [table for table in Base.metadata.sorted_tables if "mac" in table.columns]

    def macs(session: Session, table: Table) -> set[bytes]:
        # Colleagues are all dismissed and the machine has a new pair: their old rows open nothing.
        gone = select(Holder.id).where(Holder.kind.in_((HolderKind.STAFF, HolderKind.HOUSE)))
        asked = select(table.c.mac).where(table.c.holder_id.not_in(gone))
        return set(session.scalars(asked))

    with lived_in.database.transaction("read") as session:
        before = {table.name: macs(session, table) for table in signed}
    assert all(before.values()), "each table has something to lose"
    with without_key_file.database.transaction() as session:
        sheets = paper.keys_of_sheets(session, *lived_in.sheets)
        new_key_file.sign_everything_again(session, sheets, now=NOON)
    with without_key_file.database.transaction("read") as session:
        left = {table.name for table in signed if before[table.name] & macs(session, table)}
        lost = {table.name for table in signed if not macs(session, table)}
    assert left == set()
    assert lost == set()


def test_she_comes_in_with_a_new_card_and_has_lost_nothing(
    lived_in: TestHouse, without_key_file: TestHouse, her: Person
) -> None:
    with without_key_file.database.transaction() as session:
        sheets = paper.keys_of_sheets(session, *lived_in.sheets)
        new_key_file.sign_everything_again(session, sheets, now=NOON)
        nel = put_in_charge(session, without_key_file, sheets)
        states = set(session.scalars(select(Card.state)))
        assert states == {CardState.VOID}
        case, keys = paper.keys_for_new_card(session, sheets, her.case_number.lower())
        new = paper.card_for(without_key_file.house, keys)
        paper.issue_from_paper(session, case, new, issued_by_id=nel.account_id, now=NOON)
    assert keys == her.keys
    token = sign_in_with_card(
        without_key_file.database.transaction,
        without_key_file.house,
        card=new.number,
        pin="518264",
        new_pin_again="518264",
        language="en",
        address=b"address",
        now=NOON,
    )
    assert token
    with without_key_file.acting(her) as (session, acting):
        shown = messages.open_stretch(session, acting, acting.her_case_id, now=NOON).show().messages
        assert HERS in [one.words for one in shown]
        draft = drafts.find(session, acting, "note", now=NOON)
        assert draft == {"words": "half a thought"}
        drafts.keep(session, acting, "note", {"words": "another"}, now=NOON)


def test_her_yes_to_texts_has_lapsed_and_she_is_asked_again(
    lived_in: TestHouse, without_key_file: TestHouse, her: Person
) -> None:
    says_yes(lived_in, her)
    with without_key_file.database.transaction() as session:
        sheets = paper.keys_of_sheets(session, *lived_in.sheets)
        new_key_file.sign_everything_again(session, sheets, now=NOON)
        assert ways.count_yeses(session, now=NOON) == {}
    with without_key_file.acting(her) as (session, acting):
        (email,) = [one for one in safe_contact.hers(session, acting, now=NOON).values() if one.way]
        assert email.has_lapsed(NOON)
        assert today.show(session, acting, now=NOON).has_lapsed
        with pytest.raises(WrongState):
            safe_contact.send_test(session, acting, email.channel, now=NOON)
        kept = safe_contact.still_safe(session, acting, email.channel, now=NOON)
        assert ways.read_as_machine(session, kept, now=NOON) == (email.way, NOON + LASTS)


def test_what_cannot_be_proved_is_named_and_not_signed(
    lived_in: TestHouse, without_key_file: TestHouse, her: Person
) -> None:
    mallory = new_key_pair()
    police = lived_in.services[ServiceKind.POLICE].holder_id
    with lived_in.database.transaction() as session:
        key = session.get_one(HolderKey, (police, 1))
        honest, key.public = key.public, mallory.public
        grant = session.scalars(select(Grant).where(Grant.holder_id == her.holder_id)).first()
        assert grant is not None
        forged = Grant(
            folder_id=grant.folder_id,
            version=grant.version,
            holder_id=police,
            holder_version=1,
            sealed=seal_to(honest, new_folder_key()),
            given_by_id=None,
            given_at=NOON,
            why=grant.why,
            until=None,
            mac=bytes(32),
        )
        session.add(forged)
    with without_key_file.database.transaction() as session:
        sheets = paper.keys_of_sheets(session, *lived_in.sheets)
        proved = new_key_file.sign_everything_again(session, sheets, now=NOON)
        assert any(str(police) in fault and "another one" in fault for fault in proved.faults)
        assert any(str(forged.id) in fault for fault in proved.faults)
        assert holders.public_halves(session, [police])[police].public == honest
        assert session.get(Grant, forged.id) is None
        untouched = session.scalars(select(Grant.id).where(Grant.id == grant.id)).all()
        assert untouched == [grant.id]


def test_who_must_not_meet_is_kept_apart_under_the_new_key_file(
    lived_in: TestHouse, without_key_file: TestHouse, her: Person, another: Person
) -> None:
    with lived_in.acting(lived_in.coordinator) as (session, acting):
        numbers = her.case_number, another.case_number
        kept_apart.lay(session, acting, *numbers, reason="He is named.", now=NOON)
        forged = session.scalars(select(KeptApart)).all()[0]
        own_times.keep(session, case_of(her), Wishes(not_on=frozenset({NOON.date()})))
    with lived_in.database.transaction() as session:
        # A copy that somebody sealed to the desk without holding the row's keys.
        desk_key = session.scalars(
            select(KeptApartKey)
            .join(Holder, Holder.id == KeptApartKey.holder_id)
            .where(KeptApartKey.kept_apart_id == forged.id, Holder.kind == HolderKind.DESK)
        ).one()
        public = holders.public_halves(session, [desk_key.holder_id])[desk_key.holder_id]
        desk_key.sealed = seal_to(public.public, bytes(64))
    everybody_is_gone(lived_in)
    with without_key_file.database.transaction() as session:
        sheets = paper.keys_of_sheets(session, *lived_in.sheets)
        proved = new_key_file.sign_everything_again(session, sheets, now=NOON)
        nel = put_in_charge(session, without_key_file, sheets)
        assert [str(forged.id) in fault for fault in proved.faults] == [True]
        assert apart.others(session, [case_of(her)])[case_of(her)].count(case_of(another)) == 1
        assert session.get(OwnTimes, case_of(her)) is None
    for one, other in ((her, another), (another, her)):
        with without_key_file.acting(nel) as (session, acting):
            _, (link,) = kept_apart.of_case(session, acting, one.case_number, now=NOON)
            assert (link.other.number, link.reason) == (other.case_number, "He is named.")


def case_of(her: Person) -> UUID:
    assert her.case_id is not None
    return her.case_id


def test_with_the_key_file_only_what_nobody_holds_is_taken_over(lived_in: TestHouse) -> None:
    with lived_in.database.transaction() as session:
        sheets = paper.keys_of_sheets(session, *lived_in.sheets)
        keys = new_key_pair()
        slot = lived_in.house.new_slot(PASSPHRASE.encode(), keys.private)
        member = staff.add_member(
            session, email="nel@house.example", name="Nel", keys=keys, slot=slot, now=NOON
        )
        given = recovery.take_over(session, sheets, member, now=NOON)
    assert given == recovery.Recovered(teams=0, cases=0, folders=0)


def test_whoever_was_dismissed_opens_nothing_that_comes_after(
    lived_in: TestHouse, her: Person
) -> None:
    with lived_in.database.transaction() as session:
        sheets = paper.keys_of_sheets(session, *lived_in.sheets)
        recovery.dismiss_everybody(session, now=NOON)
        nel = put_in_charge(session, lived_in, sheets)
        old = lived_in.director.holder_id
        assert not session.scalars(select(Grant).where(Grant.holder_id == old)).all()
        assert not session.scalars(select(TeamCopy).where(TeamCopy.member_id == old)).all()
        assert session.scalars(select(SignIn).where(SignIn.case_id.is_(None))).all() == []
        versions = session.scalars(
            select(TeamCopy.version).where(TeamCopy.member_id == nel.holder_id)
        ).all()
        assert set(versions) == {1, 2}
    with lived_in.acting(her) as (session, acting):
        messages.write(session, acting, acting.her_case_id, "After.", now=NOON)
    with lived_in.acting(nel) as (session, acting):
        assert her.case_id is not None
        shown = messages.open_stretch(session, acting, her.case_id, now=NOON).show().messages
        assert [one.words for one in shown][-1] == "After."
        assert session.scalars(select(Case.case_director_id).distinct()).all() == [nel.account_id]
        assert (Role.COORDINATOR, None) in acting.roles


def test_no_link_of_whoever_was_dismissed_makes_a_colleague(lived_in: TestHouse) -> None:
    wanted = NewColleague("Nele", "nele@house.example", Role.CASE_DIRECTOR)
    with lived_in.acting(lived_in.coordinator) as (session, acting):
        token = invitations.invite(session, acting, wanted, now=NOON)
    with lived_in.database.transaction() as session:
        recovery.dismiss_everybody(session, now=NOON)
        with pytest.raises(LinkDoesNotOpen):
            invitations.open_link(session, token, now=NOON)


def test_wrong_words_are_named(lived_in: TestHouse) -> None:
    one, two = lived_in.sheets
    with lived_in.database.transaction("read") as session:
        with pytest.raises(BadWords) as unknown:
            paper.keys_of_sheets(session, [*one[:6], "zebrafish", *one[7:]], two)
        assert (unknown.value.sheet, unknown.value.number) == ("one", 7)
        _, other_one, other_two = new_recovery()
        with pytest.raises(BadWords):
            paper.keys_of_sheets(session, other_one, other_two)


def test_both_sheets_are_needed(lived_in: TestHouse) -> None:
    one, _ = lived_in.sheets
    with lived_in.database.transaction("read") as session, pytest.raises(BadWords):
        paper.keys_of_sheets(session, one, one)
