"""A case opened for a new survivor: her keys, her folders, the first notes and her card."""

import secrets
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.accounts import CardState, CaseState
from portal.domain.folders import FolderKind, Why
from portal.domain.holders import HolderKind
from portal.domain.notes import NoteKind
from portal.domain.readiness import Readiness, check_ready
from portal.domain.refusals import NotYours, WrongState
from portal.domain.roles import Permission
from portal.domain.words import written, written_or_none
from portal.models import Account, Card, Case, Folder, Grant, Holder, StaffNote, Thread
from portal.services import audit
from portal.services.case_work import notes, readers
from portal.services.case_work import readiness as readiness_check
from portal.services.entry import cards, stopped_cards
from portal.services.entry.sessions import SignedIn
from portal.services.holding import hold_case
from portal.services.keys import halves, holders
from portal.services.keys.folders import Grantee, give_all, new_folder
from portal.services.keys.folders import readers as readers_of
from portal.services.keys.opened_folder import OpenFolder
from portal.services.keys.reading import open_folder

MAX_NAME = 80


def open_case(
    session: Session,
    acting: SignedIn,
    new: cards.NewCard,
    *,
    name: str,
    language: str,
    case_director_id: UUID,
    stand_in_id: UUID,
    readiness: Readiness,
    code_word: str | None = None,
    now: datetime,
) -> tuple[Case, Card]:
    """A case for a new survivor, with her key pair, her folders and her card.

    Raises NotYours, a refusal of the readiness check, NeitherAnswers, HouseNotReady while a team
    that must hold a half has no member, and a words refusal for the name or the code word.
    """
    if not acting.may(Permission.OPEN_CASE):
        raise NotYours
    check_ready(readiness)
    if stand_in_id == case_director_id:
        raise WrongState
    readers.hold(session)
    readers.check_pair(session, case_director_id, stand_in_id, now=now)
    known_as = written(name, limit=MAX_NAME)
    agreed = written_or_none(code_word, limit=notes.MAX_CODE_WORD)
    holder = holders.new_holder(session, HolderKind.SURVIVOR, now=now, public=new.keys.public)
    holders.seal_halves(session, holder.id, holder.version, new.keys.private)
    account = Account(holder_id=holder.id, created_at=now)
    session.add(account)
    session.flush()
    case = Case(
        number=_new_number(session),
        survivor_id=account.id,
        case_director_id=case_director_id,
        stand_in_id=stand_in_id,
        opened_by_id=acting.account_id,
        opened_at=now,
        state=CaseState.OPEN,
        name=b"",
        language=b"",
    )
    session.add(case)
    session.flush()
    _make_folders(session, acting, case, holder.id, known_as, language, now=now)
    _note_down(session, acting, case, readiness, agreed, new.keys.private, now=now)
    session.add(Thread(case_id=case.id, last_number=0))
    audit.record(session, acting.account_id, "case_opened", now=now, case_id=case.id)
    card = issue_card(session, acting, case, new, now=now)
    return case, card


def issue_card(
    session: Session, acting: SignedIn, case: Case, new: cards.NewCard, *, now: datetime
) -> Card:
    """Put a prepared card on a case; the number is shown once, by the caller."""
    account = session.get_one(Account, case.survivor_id)
    card = cards.issue(session, account, new, issued_by_id=acting.account_id, now=now)
    audit.record(session, acting.account_id, "card_issued", now=now, case_id=case.id)
    return card


def issue_again(
    session: Session, acting: SignedIn, case: Case, new: cards.NewCard, *, now: datetime
) -> Card:
    """A new card for a case whose card never came to life: wrongly issued, or 48 hours passed.

    Nothing was ever sealed to her alone, so she gets a new key pair and the case team grants its
    folders to it. A card that was used goes the two-person way instead: WrongState.
    """
    if not acting.may(Permission.ISSUE_CARD):
        raise NotYours
    hold_case(session, case.id)
    last = cards.newest(session, case.survivor_id)
    used = session.scalar(
        select(Card.id).where(Card.account_id == case.survivor_id, Card.activated_at.is_not(None))
    )
    if used is not None or (last is not None and cards.opens_now(last, new=True, now=now)):
        raise WrongState
    if last is not None and last.state is CardState.NEW:
        # Its slot still holds the first private half, for whoever finds the card.
        stopped_cards.void(session, last, actor_id=acting.account_id, now=now)
    account = session.get_one(Account, case.survivor_id)
    holder = session.get_one(Holder, account.holder_id)
    holders.add_key(session, holder, new.keys.public, now=now)
    holders.seal_halves(session, holder.id, holder.version, new.keys.private)
    for folder in session.scalars(select(Folder).where(Folder.case_id == case.id)).all():
        _grant_again(session, acting, folder, holder.id, now=now)
    kept = open_folder(
        session, acting, case.id, FolderKind.STAFF_NOTES, purpose="card_issued_again", now=now
    )
    halves.split_for_card(session, kept, case, new.keys.private, version=holder.version)
    return issue_card(session, acting, case, new, now=now)


def _make_folders(
    session: Session,
    acting: SignedIn,
    case: Case,
    survivor_holder_id: UUID,
    name: str,
    language: str,
    *,
    now: datetime,
) -> None:
    team_ids = {case.case_director_id, case.stand_in_id}
    holder_of = dict(
        session.execute(select(Account.id, Account.holder_id).where(Account.id.in_(team_ids))).all()
    )
    hers = Grantee(survivor_holder_id, Why.HER_OWN)
    team = [Grantee(holder_of[account_id], Why.CASE_TEAM) for account_id in sorted(team_ids)]
    for kind in (FolderKind.CONTACT_CARD, FolderKind.CONVERSATION):
        folder = OpenFolder(session, acting, new_folder(session, case.id, kind), now=now)
        folder.start_version([hers, *team])
        if kind is FolderKind.CONTACT_CARD:
            folder.write(case, "name", name)
            folder.write(case, "language", language)
    session.flush()


def _note_down(
    session: Session,
    acting: SignedIn,
    case: Case,
    readiness: Readiness,
    code_word: str | None,
    private: bytes,
    *,
    now: datetime,
) -> None:
    """The first staff notes, and the team's half of her key.

    An intake worker may write them and cannot read them afterwards.
    """
    team = [one for one in readers_of(session, case.id, now=now) if one.why is Why.CASE_TEAM]
    folder = notes.begin(session, acting, case, team, now=now)
    first = {
        NoteKind.READINESS: readiness_check.as_words(readiness),
        NoteKind.CODE_WORD: code_word,
    }
    for kind, words in first.items():
        if words is not None:
            note = StaffNote(
                case_id=case.id, kind=kind, author_id=acting.account_id, written_at=now
            )
            folder.write(note, "words", words)
            session.add(note)
    halves.split_for_card(session, folder, case, private, version=1)


def _grant_again(
    session: Session, acting: SignedIn, folder: Folder, holder_id: UUID, *, now: datetime
) -> None:
    old = session.scalars(
        select(Grant).where(Grant.folder_id == folder.id, Grant.holder_id == holder_id)
    ).all()
    if not old:
        # The staff notes are not hers to read.
        return
    opened = open_folder(
        session,
        acting,
        folder.case_id,
        folder.kind,
        purpose="card_issued_again",
        now=now,
        referral_id=folder.referral_id,
    )
    for grant in old:
        session.delete(grant)
    session.flush()
    public = holders.public_halves(session, [holder_id])[holder_id]
    grantee, by = Grantee(holder_id, Why.HER_OWN), acting.account_id
    give_all(session, folder, opened.version_keys(), grantee, public, given_by_id=by, now=now)
    session.flush()


def _new_number(session: Session) -> str:
    # Random, so that numbers tell neither how many cases there are nor in which order they came.
    alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
    while True:
        code = "".join(secrets.choice(alphabet) for _ in range(8))
        number = f"{code[:2]}-{code[2:]}"
        if session.scalar(select(Case.id).where(Case.number == number)) is None:
            return number
