"""Her page out of sight: covered at once, shown again at a tap, or with the PIN after a minute."""

import json
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.cards import CardDoesNotOpen, plain_digits
from portal.domain.refusals import Refusal
from portal.models import SignIn
from portal.services.entry import pins
from portal.services.entry.sessions import SignedIn, pin_mark
from portal.services.holding import hold_account
from portal.vault import open_under_token, token_hash

UNCOVER_WITHOUT_PIN = timedelta(seconds=60)


class PinNeeded(Refusal):
    """The page was hidden for longer than a minute: the PIN opens it again."""


def cover(session: Session, acting: SignedIn, *, now: datetime) -> None:
    """The page was hidden: from now on only uncovering is answered."""
    sign_in = session.get_one(SignIn, acting.session_id)
    sign_in.covered_at = sign_in.covered_at or now
    session.flush()


def uncover(
    session: Session,
    token: str,
    *,
    now: datetime,
    hidden_for: timedelta = timedelta(),
    pin: str | None = None,
) -> None:
    """Show the page again: within a minute at a tap, later with the PIN.

    `hidden_for` is the page's own clock: "covered" may never have arrived. The longer time counts.
    Raises PinNeeded, or CardDoesNotOpen for a wrong PIN, which counts towards the ten.
    """
    sign_in = session.get_one(SignIn, token_hash(token))
    if hidden_for > UNCOVER_WITHOUT_PIN:
        sign_in.covered_at = min(sign_in.covered_at or now, now - hidden_for)
    if sign_in.covered_at is None:
        return
    if now - sign_in.covered_at > UNCOVER_WITHOUT_PIN:
        if pin is None:
            raise PinNeeded
        # No other PIN of hers is tried until this one is counted.
        hold_account(session, sign_in.account_id)
        alive = select(SignIn.token_hash).where(SignIn.token_hash == sign_in.token_hash)
        if session.scalar(alive) is None:
            # Another try at this moment was the tenth: the right PIN comes too late.
            raise CardDoesNotOpen
        mark = json.loads(open_under_token(token, "sign-in", sign_in.body))["pin"]
        digits = plain_digits(pin)
        if digits is None or pin_mark(session, sign_in.account_id, digits).hex() != mark:
            pins.count_wrong_pin(session, sign_in.account_id, now=now)
            raise CardDoesNotOpen
        pins.forget_wrong_pins(session, sign_in.account_id)
    sign_in.covered_at = None
    sign_in.last_seen_at = now
    session.flush()
