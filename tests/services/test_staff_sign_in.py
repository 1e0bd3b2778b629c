"""Staff come in with address, pass phrase and a second factor."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pyotp
import pytest
from sqlalchemy import func, select

from portal.database import Database
from portal.domain.passphrases import (
    ClockIsOff,
    CodeDoesNotFit,
    SignInDoesNotOpen,
    TooManyWrongCodes,
)
from portal.domain.refusals import ProofTooOld, SlowDown
from portal.models import KeySlot, RecoveryCode, SecondFactor, StaffMember, Tries
from portal.services.colleagues import staff
from portal.services.entry import recovery_codes, second_factor, sessions, sign_in, slots
from portal.services.house import House
from portal.services.running import expiry
from portal.vault import Cost, Slot, make_slot
from tests.people import NOON, PASSPHRASE, Person, TestHouse

Enter = Callable[..., str]
STEP = timedelta(seconds=30)


@pytest.fixture
def enter(database: Database, house: House) -> Enter:
    """Type address and pass phrase on the staff's page."""

    def attempt(
        email: str, passphrase: str = PASSPHRASE, *, now: datetime = NOON, address: bytes = b"here"
    ) -> str:
        return sign_in.sign_in_with_passphrase(
            database.transaction,
            house,
            email=email,
            passphrase=passphrase,
            language="en",
            address=address,
            now=now,
        )

    return attempt


class TestPassphrase:
    """The first half of a staff sign-in."""

    def test_the_right_one_opens_without_a_second_factor_yet(
        self, database: Database, house: House, enter: Enter, the_house: TestHouse
    ) -> None:
        before = house.slow_passes.count
        token = enter(f"  {the_house.director.email.upper()} ")
        assert house.slow_passes.count == before + 1
        with database.transaction() as session:
            found = sessions.find(session, token, now=NOON)
        assert found is not None
        assert (found.name, found.second_factor_at) == ("Els", None)
        assert found.keys == the_house.director.keys

    @pytest.mark.parametrize(
        ("email", "passphrase"),
        [
            ("els@house.example", "another calm walk"),
            ("els@house.example", PASSPHRASE.upper()),
            ("els@house.example", ""),
            ("els@house.example", "\ud800 a lone surrogate"),
            ("nobody@house.example", PASSPHRASE),
            ("", PASSPHRASE),
            ("els@house.example\x00", PASSPHRASE + "?"),
            ("nobody\x00@house.example", PASSPHRASE),
            ("\ud800@house.example", PASSPHRASE),
            ("e" * 5000, "x" * 5000),
        ],
    )
    def test_a_wrong_one_and_an_unknown_address_are_refused_alike(
        self, house: House, enter: Enter, the_house: TestHouse, email: str, passphrase: str
    ) -> None:
        before = house.slow_passes.count
        with pytest.raises(SignInDoesNotOpen):
            enter(email, passphrase)
        assert house.slow_passes.count == before + 1

    def test_who_left_is_refused_like_anybody(
        self, database: Database, house: House, enter: Enter, the_house: TestHouse
    ) -> None:
        with database.transaction() as session:
            session.get_one(StaffMember, the_house.director.account_id).left_at = NOON
        before = house.slow_passes.count
        with pytest.raises(SignInDoesNotOpen):
            enter(the_house.director.email)
        assert house.slow_passes.count == before + 1

    def test_one_that_was_changed_during_the_slow_pass_is_refused(
        self, house: House, enter: Enter, the_house: TestHouse, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tried = type(house).try_slot

        def slowly(self: House, secret: bytes, slot: Slot) -> bytes:
            private = tried(self, secret, slot)
            with the_house.database.transaction() as session:
                member = session.get_one(StaffMember, the_house.director.account_id)
                changed = house.new_slot(b"another one", private)
                row = slots.add_slot(session, the_house.director.holder_id, changed, now=NOON)
                member.slot_id = row.id
            return private

        monkeypatch.setattr(type(house), "try_slot", slowly)
        with pytest.raises(SignInDoesNotOpen):
            enter(the_house.director.email)

    def test_one_that_was_made_for_somebody_opens_for_seven_days(
        self, database: Database, enter: Enter, the_house: TestHouse
    ) -> None:
        with database.transaction() as session:
            slot_id = session.get_one(StaffMember, the_house.director.account_id).slot_id
            session.get_one(KeySlot, slot_id).expires_at = NOON + staff.ONE_TIME_LASTS
        enter(the_house.director.email)
        later = NOON + staff.ONE_TIME_LASTS
        with pytest.raises(SignInDoesNotOpen):
            enter(the_house.director.email, now=later)
        with database.transaction() as session:
            expiry.forget_expired(session, now=later)
            assert session.get_one(StaffMember, the_house.director.account_id).slot_id is None
        with pytest.raises(SignInDoesNotOpen):
            enter(the_house.director.email, now=later)

    def test_an_unknown_address_costs_what_a_known_one_does(
        self, house: House, monkeypatch: pytest.MonkeyPatch, enter: Enter, the_house: TestHouse
    ) -> None:
        """Timing is equal because the work is: the same Argon2id over the same memory."""
        from portal.vault import key_slots

        costs: list[Cost] = []
        real = key_slots.argon2id

        def counted(password: bytes, salt: bytes, cost: Cost, size: int = 64) -> bytes:
            costs.append(cost)
            return real(password, salt, cost, size)

        monkeypatch.setattr(key_slots, "argon2id", counted)
        for email in (the_house.director.email, "nobody@house.example"):
            with pytest.raises(SignInDoesNotOpen):
                enter(email, "another calm walk")
        assert costs == [house.cost, house.cost]

    def test_ten_failures_slow_an_account_down_known_or_not(
        self, house: House, enter: Enter, the_house: TestHouse
    ) -> None:
        for email in (the_house.director.email, "nobody@house.example"):
            for number in range(sign_in.FAILURES_PER_ACCOUNT):
                with pytest.raises(SignInDoesNotOpen):
                    enter(email, "another calm walk", address=b"%d" % number)
            before = house.slow_passes.count
            with pytest.raises(SlowDown):
                enter(email, address=b"elsewhere")
            assert house.slow_passes.count == before
        assert enter(the_house.stand_in.email)
        assert enter(the_house.director.email, now=NOON + sign_in.SPAN)

    def test_a_right_one_forgets_the_failures(
        self, database: Database, enter: Enter, the_house: TestHouse
    ) -> None:
        for _ in range(3):
            for _ in range(sign_in.FAILURES_PER_ACCOUNT - 1):
                with pytest.raises(SignInDoesNotOpen):
                    enter(the_house.director.email, "another calm walk")
            enter(the_house.director.email)
        with database.transaction("read") as session:
            assert session.scalar(select(func.count()).select_from(Tries)) == 1, "the address's"


class TestCodes:
    """The second half: a code of the authenticator, or one from paper."""

    def prove(self, the_house: TestHouse, who: Person, code: str, now: datetime = NOON) -> None:
        """Type a code, as a request does: what a refusal counts is kept."""
        with the_house.acting(who, now=now, second_factor_at=None) as (session, acting):
            try:
                second_factor.prove(session, acting, code, now=now)
            except CodeDoesNotFit:
                session.commit()
                raise

    def test_the_code_of_now_opens_once(self, the_house: TestHouse) -> None:
        code = the_house.director.code()
        self.prove(the_house, the_house.director, f"{code[:3]} {code[3:]}")
        with pytest.raises(CodeDoesNotFit) as again:
            self.prove(the_house, the_house.director, code)
        assert type(again.value) is CodeDoesNotFit

    @pytest.mark.parametrize("seconds", [-25, 25])
    def test_a_clock_that_is_25_seconds_off_is_accepted(
        self, the_house: TestHouse, seconds: int
    ) -> None:
        now = NOON + timedelta(seconds=7)
        code = the_house.director.code(now + timedelta(seconds=seconds))
        self.prove(the_house, the_house.director, code, now)

    def test_an_earlier_code_does_not_work_after_a_later_one(self, the_house: TestHouse) -> None:
        self.prove(the_house, the_house.director, the_house.director.code(NOON + STEP))
        with pytest.raises(CodeDoesNotFit):
            self.prove(the_house, the_house.director, the_house.director.code(NOON))

    @pytest.mark.parametrize("minutes", [-10, 10])
    def test_a_clock_that_is_ten_minutes_off_is_named(
        self, the_house: TestHouse, minutes: int
    ) -> None:
        code = the_house.director.code(NOON + timedelta(minutes=minutes))
        with pytest.raises(ClockIsOff):
            self.prove(the_house, the_house.director, code)

    @pytest.mark.parametrize(
        "code", ["", "000", "abcdef", "½½½½½½", "12345678901234567890", "\x00", "\ud800" * 9]
    )
    def test_anything_else_does_not_fit(self, the_house: TestHouse, code: str) -> None:
        with pytest.raises(CodeDoesNotFit) as refused:
            self.prove(the_house, the_house.director, code)
        assert type(refused.value) is CodeDoesNotFit

    def test_another_persons_code_does_not_fit(self, the_house: TestHouse) -> None:
        with pytest.raises(CodeDoesNotFit):
            self.prove(the_house, the_house.director, the_house.moderator.code())

    def test_who_has_no_authenticator_proves_nothing(self, the_house: TestHouse) -> None:
        new = the_house.a_colleague("Nele", second_factor=False)
        with pytest.raises(CodeDoesNotFit):
            self.prove(the_house, new, "123456")

    def test_eight_tries_are_the_most_even_for_the_right_code(self, the_house: TestHouse) -> None:
        for _ in range(second_factor.CODES_PER_SPAN):
            with pytest.raises(CodeDoesNotFit):
                self.prove(the_house, the_house.director, "000000")
        with pytest.raises(SlowDown):
            self.prove(the_house, the_house.director, the_house.director.code())
        later = NOON + second_factor.SPAN
        self.prove(the_house, the_house.director, the_house.director.code(later), later)

    def wrong_codes(self, the_house: TestHouse) -> datetime:
        for number in range(40):
            at = NOON + number * timedelta(minutes=15)
            with pytest.raises(CodeDoesNotFit):
                self.prove(the_house, the_house.director, "000000", at)
        return NOON + timedelta(hours=11)

    def test_who_knows_her_pass_phrase_does_not_try_codes_day_after_day(
        self, the_house: TestHouse
    ) -> None:
        """Each right code of hers would give him eight more, and she would never know."""
        director, later = the_house.director, self.wrong_codes(the_house)
        with pytest.raises(TooManyWrongCodes):
            self.prove(the_house, director, director.code(later), later)
        tomorrow = NOON + timedelta(days=1)
        self.prove(the_house, director, director.code(tomorrow), tomorrow)

    def test_once_she_chose_another_pass_phrase_her_codes_open_again(
        self, the_house: TestHouse
    ) -> None:
        """Her page told her to: ten recovery codes are no day of work."""
        director, later = the_house.director, self.wrong_codes(the_house)
        with the_house.acting(director) as (_, acting):
            pass
        pages, house = the_house.database.transaction, the_house.house
        new = "four quiet geese over the lake"
        staff.change_passphrase(
            pages, house, acting, passphrase=PASSPHRASE, new=new, again=new, now=later
        )
        self.prove(the_house, director, director.code(later), later)

    def test_the_authenticator_is_sealed_to_its_owner(
        self, database: Database, the_house: TestHouse
    ) -> None:
        with database.transaction("read") as session:
            row = session.scalars(
                select(SecondFactor).where(SecondFactor.account_id == the_house.director.account_id)
            ).one()
        assert the_house.director.totp_secret.encode() not in row.sealed

    def test_a_code_from_paper_works_once(self, the_house: TestHouse) -> None:
        with the_house.acting(the_house.director) as (session, acting):
            codes = recovery_codes.renew(session, acting, now=NOON)
        assert len(set(codes)) == recovery_codes.NUMBER
        self.prove(the_house, the_house.director, codes[0].lower().replace("-", " - "))
        with pytest.raises(CodeDoesNotFit):
            self.prove(the_house, the_house.director, codes[0])
        with pytest.raises(CodeDoesNotFit):
            self.prove(the_house, the_house.moderator, codes[1])
        self.prove(the_house, the_house.director, codes[1])
        with the_house.acting(the_house.director) as (session, acting):
            assert recovery_codes.left(session, acting.account_id) == 8
            assert not any(
                code.replace("-", "").encode() in row.code_hash
                for row in session.scalars(select(RecoveryCode))
                for code in codes
            )

    def test_fresh_codes_from_paper_end_the_old_ones(self, the_house: TestHouse) -> None:
        with the_house.acting(the_house.director) as (session, acting):
            old = recovery_codes.renew(session, acting, now=NOON)
            recovery_codes.renew(session, acting, now=NOON)
        with pytest.raises(CodeDoesNotFit):
            self.prove(the_house, the_house.director, old[0])


class TestEnrolment:
    """The first sign-in makes an authenticator."""

    def secret_of(self, uri: str) -> str:
        return pyotp.parse_uri(uri).secret

    def test_a_new_colleague_enrols_with_her_first_code(self, the_house: TestHouse) -> None:
        new = the_house.a_colleague("Nele", second_factor=False)
        with the_house.acting(new, second_factor_at=None) as (session, acting):
            uri = second_factor.begin_enrolment(session, acting, email=new.email, now=NOON)
            again = second_factor.begin_enrolment(session, acting, email=new.email, now=NOON)
            assert uri == again, "a reload shows the same picture"
            assert "Test%20house" in uri
            assert not second_factor.has_second_factor(session, new.account_id)
            code = pyotp.TOTP(self.secret_of(uri)).at(NOON)
            codes = second_factor.confirm_enrolment(session, acting, code, now=NOON)
            assert len(codes) == 10
            with pytest.raises(CodeDoesNotFit):
                second_factor.prove(session, acting, code, now=NOON)
            with pytest.raises(ProofTooOld):
                second_factor.begin_enrolment(session, acting, email=new.email, now=NOON)
            with pytest.raises(ProofTooOld):
                second_factor.confirm_enrolment(session, acting, code, now=NOON)

    def test_who_made_her_pass_phrase_and_looked_first_has_not_got_her_codes(
        self, the_house: TestHouse
    ) -> None:
        new, later = the_house.a_colleague("Nele", second_factor=False), NOON + timedelta(hours=1)
        with the_house.acting(new, second_factor_at=None) as (session, acting):
            seen = second_factor.begin_enrolment(session, acting, email=new.email, now=NOON)
            uri = second_factor.begin_enrolment(session, acting, email=new.email, now=later)
            assert self.secret_of(seen) != self.secret_of(uri)
            with pytest.raises(CodeDoesNotFit):
                code = pyotp.TOTP(self.secret_of(seen)).at(later)
                second_factor.confirm_enrolment(session, acting, code, now=later)
            code = pyotp.TOTP(self.secret_of(uri)).at(later)
            assert second_factor.confirm_enrolment(session, acting, code, now=later)

    def test_a_wrong_first_code_enrols_nobody(self, the_house: TestHouse) -> None:
        new = the_house.a_colleague("Nele", second_factor=False)
        with the_house.acting(new, second_factor_at=None) as (session, acting):
            uri = second_factor.begin_enrolment(session, acting, email=new.email, now=NOON)
            with pytest.raises(ClockIsOff):
                code = pyotp.TOTP(self.secret_of(uri)).at(NOON - timedelta(minutes=10))
                second_factor.confirm_enrolment(session, acting, code, now=NOON)
            assert not second_factor.has_second_factor(session, new.account_id)


class TestChangingThePassphrase:
    """Asked with the old one; every other sign-in ends."""

    NEW = "three boats beside the bridge"

    def change(
        self, the_house: TestHouse, database: Database, old: str, token: str | None = None
    ) -> str:
        with database.transaction() as session:
            director = the_house.director
            token = token or sessions.start(
                session, director.account_id, keys=director.keys, language="en", now=NOON
            )
            acting = sessions.find(session, token, now=NOON)
        assert acting is not None
        staff.change_passphrase(
            database.transaction,
            the_house.house,
            acting,
            passphrase=old,
            new=self.NEW,
            again=self.NEW,
            now=NOON,
        )
        return token

    def test_the_new_one_opens_and_the_old_one_does_not(
        self, the_house: TestHouse, database: Database, enter: Enter
    ) -> None:
        elsewhere = enter(the_house.director.email)
        here = self.change(the_house, database, PASSPHRASE)
        with database.transaction() as session:
            assert sessions.find(session, elsewhere, now=NOON) is None
            assert sessions.find(session, here, now=NOON)
        with pytest.raises(SignInDoesNotOpen):
            enter(the_house.director.email)
        assert enter(the_house.director.email, self.NEW)

    def test_whoever_sits_at_her_desk_cannot_try_for_ever(
        self, the_house: TestHouse, database: Database
    ) -> None:
        for _ in range(sign_in.FAILURES_PER_ACCOUNT):
            with pytest.raises(SignInDoesNotOpen):
                self.change(the_house, database, "another calm walk")
        with pytest.raises(SlowDown):
            self.change(the_house, database, PASSPHRASE)


def test_a_slot_is_made_with_the_cost_of_the_settings(house: House) -> None:
    assert house.new_slot(b"secret", bytes(32)).ops == house.cost.ops
    assert make_slot(b"secret", house.key_file.pepper, bytes(32), house.cost).mem == house.cost.mem
