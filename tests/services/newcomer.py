"""Nel, whom both paper sheets put in charge."""

from sqlalchemy.orm import Session

from portal.models import Account
from portal.services.colleagues import staff
from portal.services.keys import holders
from portal.services.running import recovery
from portal.vault import new_key_pair
from tests.people import NOON, PASSPHRASE, Person, TestHouse


def put_in_charge(session: Session, the_house: TestHouse, sheets: holders.Keys) -> Person:
    """She comes in with both sheets, and has every team and case that has nobody left."""
    keys = new_key_pair()
    slot = the_house.house.new_slot(PASSPHRASE.encode(), keys.private)
    member = staff.add_member(
        session, email="nel@house.example", name="Nel", keys=keys, slot=slot, now=NOON
    )
    recovery.take_over(session, sheets, member, now=NOON)
    holder_id = session.get_one(Account, member.account_id).holder_id
    return Person(member.account_id, holder_id, keys, "Nel", "nel@house.example", PASSPHRASE)
