"""She, or somebody else, comes in at the moment at which that is stopped: it stays stopped."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from portal.domain.accounts import CardState
from portal.domain.cards import CardDoesNotOpen
from portal.domain.passphrases import SignInDoesNotOpen
from portal.domain.refusals import NotFound
from portal.models import Card
from portal.services.colleagues import staff
from portal.services.entry import cards, pins, sessions, sign_in, stopped_cards
from tests.people import NOON, PASSPHRASE, PIN, Person, TestHouse, a_sign_in
from tests.services.conftest import Meanwhile

pytestmark = pytest.mark.real


def comes_in(the_house: TestHouse, who: Person, *, chosen: str | None = None) -> str:
    """The token of somebody with her card, who chooses a PIN where it is new."""
    return sign_in.sign_in_with_card(
        the_house.database.transaction,
        the_house.house,
        card=who.card,
        pin=chosen or who.pin,
        new_pin_again=chosen,
        language="en",
        address=b"10.0.0.1",
        now=NOON,
    )


def card_of(the_house: TestHouse, who: Person) -> Card:
    """Her card, as it is now."""
    with the_house.database.transaction("read") as session:
        card = cards.newest(session, who.account_id)
        assert card is not None
        return card


def is_in(the_house: TestHouse, token: str) -> bool:
    """Whether a sign-in is alive."""
    with the_house.database.transaction() as session:
        return sessions.find(session, token, now=NOON) is not None


def freezes(the_house: TestHouse, card: Card) -> None:
    """Staff think that somebody else uses this card, which was active when they looked."""
    with the_house.database.transaction() as session:
        here = session.merge(card)
        staff_id = the_house.director.account_id
        stopped_cards.freeze_for_doubt(session, here, actor_id=staff_id, now=NOON)


def test_a_card_that_is_frozen_at_this_moment_lets_nobody_in(
    the_house: TestHouse, her: Person, meanwhile: Meanwhile[str]
) -> None:
    with the_house.acting(the_house.director) as (session, acting):
        card = cards.newest(session, her.account_id)
        assert card is not None
        stopped_cards.freeze_for_doubt(session, card, actor_id=acting.account_id, now=NOON)
        tried = meanwhile(lambda: comes_in(the_house, her))
    with pytest.raises(CardDoesNotOpen):
        tried.result()


def test_who_just_came_in_is_out_when_the_card_is_frozen(
    the_house: TestHouse, her: Person, meanwhile: Meanwhile[None], monkeypatch: pytest.MonkeyPatch
) -> None:
    card, start, begun = card_of(the_house, her), sessions.start, []

    def start_and_then(*args: Any, **words: Any) -> str:
        token = start(*args, **words)
        begun.append(meanwhile(lambda: freezes(the_house, card)))
        return token

    monkeypatch.setattr(sessions, "start", start_and_then)
    token = comes_in(the_house, her)
    begun[0].result()
    assert card_of(the_house, her).state is CardState.FROZEN
    assert not is_in(the_house, token)


def test_a_card_in_wrong_hands_that_is_made_void_at_this_moment_does_not_come_to_life(
    the_house: TestHouse, meanwhile: Meanwhile[str]
) -> None:
    new = the_house.a_survivor("Nora", activated=False)
    with the_house.acting(the_house.director) as (session, acting):
        card = cards.newest(session, new.account_id)
        assert card is not None
        stopped_cards.void(session, card, actor_id=acting.account_id, now=NOON)
        tried = meanwhile(lambda: comes_in(the_house, new, chosen="862941"))
    with pytest.raises(CardDoesNotOpen):
        tried.result()
    assert card_of(the_house, new).state is CardState.VOID


def test_the_pin_before_opens_nothing_although_it_was_being_tried(
    the_house: TestHouse, her: Person, meanwhile: Meanwhile[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody watched her type it. She changes it while he comes in."""
    begun, end_all = [], sessions.end_all

    def end_and_then(*args: Any, **words: Any) -> None:
        end_all(*args, **words)
        begun.append(meanwhile(lambda: comes_in(the_house, her)))

    monkeypatch.setattr(pins, "end_all", end_and_then)
    with the_house.database.transaction() as session:
        token = a_sign_in(session, her, now=NOON)
        acting = sessions.find(session, token, now=NOON)
        assert acting is not None
    pins.change_pin(
        the_house.database.transaction,
        the_house.house,
        her.account_id,
        acting.session_id,
        card_number=her.card,
        pin=PIN,
        new_pin="862941",
        new_pin_again="862941",
        now=NOON,
    )
    with pytest.raises(CardDoesNotOpen):
        begun[0].result()
    assert is_in(the_house, token)


def test_of_two_phones_at_one_moment_one_stays(the_house: TestHouse, her: Person) -> None:
    with ThreadPoolExecutor(4) as pool:
        begun = [pool.submit(comes_in, the_house, her) for _ in range(4)]
        tokens = [one.result() for one in begun]
    assert [is_in(the_house, token) for token in tokens].count(True) == 1


def test_who_proves_herself_while_all_her_sign_ins_end_is_out(
    the_house: TestHouse, meanwhile: Meanwhile[None]
) -> None:
    """Two coordinators end everything of a colleague while a thief shows a code of hers."""
    director = the_house.director

    def end_everything() -> None:
        with the_house.database.transaction() as session:
            sessions.end_all(session, director.account_id)

    with the_house.database.transaction() as session:
        token = a_sign_in(session, director, now=NOON)
    with the_house.database.transaction() as session:
        fresh = sessions.renew(session, token, now=NOON, second_factor_at=NOON)
        ended = meanwhile(end_everything)
    ended.result()
    assert not is_in(the_house, fresh)


def test_a_sign_in_that_just_ended_is_not_renewed(
    the_house: TestHouse, meanwhile: Meanwhile[str]
) -> None:
    with the_house.database.transaction() as session:
        token = a_sign_in(session, the_house.director, now=NOON)

    def prove() -> str:
        with the_house.database.transaction() as session:
            return sessions.renew(session, token, now=NOON, second_factor_at=NOON)

    with the_house.database.transaction() as session:
        sessions.end_all(session, the_house.director.account_id)
        proved = meanwhile(prove)
    with pytest.raises(NotFound):
        proved.result()


def test_a_pass_phrase_that_was_changed_elsewhere_is_not_changed_once_more(
    the_house: TestHouse, meanwhile: Meanwhile[None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In two browsers at one moment: the second learns that the first was faster."""
    begun, end_all = [], sessions.end_all

    def change(new: str) -> None:
        with the_house.acting(the_house.director) as (_, acting):
            pass
        staff.change_passphrase(
            the_house.database.transaction,
            the_house.house,
            acting,
            passphrase=PASSPHRASE,
            new=new,
            again=new,
            now=NOON,
        )

    def end_and_then(*args: Any, **words: Any) -> None:
        monkeypatch.setattr(sessions, "end_all", end_all)
        end_all(*args, **words)
        begun.append(meanwhile(lambda: change("a heron stands in shallow water")))

    monkeypatch.setattr(sessions, "end_all", end_and_then)
    change("four quiet geese over the lake")
    with pytest.raises(SignInDoesNotOpen):
        begun[0].result()
