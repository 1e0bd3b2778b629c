"""One at a time: the rows that are held while something changes, and in which order.

On PostgreSQL two requests run at one moment. Whoever decides by what a row says holds it first,
and reads it again; the other then decides by what the first did. Everywhere in this order, leaving
out what an act does not touch, or each waits for what the other holds:

    a colleague whose account or roles change (`colleagues`)
    the times of the house (`dates.taken_times`)
    who may direct a file (`case_work.readers`)
    the case, of several by number; its needs, by id (`needs.holding`)
    a question about it (`decisions.held`, `look_questions.held`)
    what else belongs to them: referrals, dates, visits, ways to reach her
    an account: itself, its sign-ins, its card
    the folder that gets a version (`keys.folders`)
    the heads of the account of acts (`audit`), that of a case before that of a day

So whoever writes into a case holds it before anything of it is opened, for each opening is an act.
Who may read it, and which versions there are, counts only while the case is held.
SQLite has one writer, and none of these waits.
"""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.refusals import NotFound
from portal.models import Account, Case


def hold_case(session: Session, case_id: UUID) -> None:
    """Nobody else changes who reads a case or what is written into it, until this is done.

    Raises NotFound when it was erased meanwhile.
    """
    # Weaker than FOR UPDATE: rows that name the case may be written meanwhile.
    held = select(Case.id).where(Case.id == case_id).with_for_update(key_share=True)
    if session.scalar(held) is None:
        raise NotFound


def hold_account(session: Session, account_id: UUID) -> None:
    """Nobody comes in with an account, and no card or PIN of it changes, until this is done."""
    # Itself first and alone: who held its sign-ins before waited in a circle with who ended one
    # that had begun meanwhile, as soon as three came in at one moment.
    itself = select(Account.id).where(Account.id == account_id)
    session.execute(itself.with_for_update(key_share=True))
