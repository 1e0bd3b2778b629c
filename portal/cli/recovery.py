"""`portal recover`: what the sheets of paper are for."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from secrets import token_bytes
from typing import NamedTuple

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.cli.asking import ask, ask_passphrase, ask_sheet, have_typed_back
from portal.cli.saying import open_database, refuse_missing_file, settings_or_stop, stop
from portal.database import Database, is_migrated
from portal.domain.cards import printed
from portal.domain.holders import HolderKind
from portal.domain.passphrases import secret
from portal.domain.refusals import NotFound
from portal.models import StaffMember
from portal.services.colleagues import staff
from portal.services.colleagues.staff import AddressTaken
from portal.services.house import House, HouseNotReady
from portal.services.keys import holders, new_key_file
from portal.services.running import paper, recovery, what_waits
from portal.services.running.paper import NothingToRecover
from portal.settings import Settings
from portal.vault import (
    BadKeyFile,
    BadWords,
    Forged,
    KeyFile,
    SlowPasses,
    new_key_pair,
)
from portal.vault.key_file import SEED_BYTES


@click.command()
@click.option("--key-file-lost", is_flag=True, help="The key file is gone too.")
@click.option("--replace-everybody", is_flag=True, help="Close all other accounts of staff first.")
@click.option("--card", "case_number", help="Only a new card for this case, such as AB-C2DEF3.")
@click.option("--waiting", is_flag=True, help="Only what waits for keys that nobody here holds.")
@click.option("--email", help="With --card: the colleague who answers for it.")
def recover(
    key_file_lost: bool,
    replace_everybody: bool,
    case_number: str | None,
    waiting: bool,
    email: str | None,
) -> None:
    """Open the house with the two recovery sheets and put somebody in charge.

    A new coordinator and case director gets the keys of teams and cases that have nobody left.
    Without the key file's sheet, every account of staff is closed and every card void: survivors
    keep all they had, and get new cards with --card. With --waiting, colleagues who lost their own
    keys get those of the teams and cases that they are on already.
    """
    settings = settings_or_stop()
    if case_number is not None:
        _new_card(settings, case_number, email or "")
    elif waiting:
        _give_what_waits(settings)
    elif key_file_lost:
        _without_key_file(settings)
    else:
        with open_database(settings) as database:
            with database.transaction("read") as session:
                sheets = _sheets(session)
            newcomer = _ask_newcomer()
            with database.transaction() as session:
                _put_in_charge(session, settings, sheets, newcomer, replace=replace_everybody)


def _give_what_waits(settings: Settings) -> None:
    with open_database(settings) as database:
        with database.transaction("read") as session:
            sheets = _sheets(session)
        with database.transaction() as session:
            given = what_waits.give_what_waits(session, sheets, now=datetime.now(UTC))
    click.echo(
        f"\nGiven to colleagues who waited: the keys of {given.teams} team places and of "
        f"{given.cases} cases with {given.folders} folders."
    )


def _without_key_file(settings: Settings) -> None:
    refuse_missing_file(settings)
    if settings.key_file.exists():
        stop(f"There is a key file at {settings.key_file}. Move it away if it is the wrong one.")
    words = ask_sheet("key file (press Enter if it is lost too)")
    if words:
        _from_its_sheet(settings, words)
        return
    key_file = KeyFile(token_bytes(SEED_BYTES))
    with _database(settings, key_file) as database:
        with database.transaction("read") as session:
            sheets = _sheets(session)
        have_typed_back({"key file": key_file.words()})
        newcomer = _ask_newcomer()
        try:
            with database.transaction() as session:
                _put_in_charge(session, settings, sheets, newcomer, new_key=True)
                # Before the commit: signed rows without their key file would be lost for good.
                key_file.save(settings.key_file)
        except BaseException:
            settings.key_file.unlink(missing_ok=True)
            raise


def _from_its_sheet(settings: Settings, words: list[str]) -> None:
    try:
        key_file = KeyFile.from_words(words)
    except BadWords as sentence:
        stop(str(sentence))
    with _database(settings, key_file) as database, database.transaction("read") as session:
        try:
            known = holders.get_one(session, HolderKind.RECOVERY).id
            holders.public_halves(session, [known])
        except Forged:
            stop("This sheet is the key file of another house; nothing was changed.")
    key_file.save(settings.key_file)
    click.echo(f"The key file is back at {settings.key_file}. Everything opens as before.")


class _Newcomer(NamedTuple):
    name: str
    email: str
    passphrase: str


def _ask_newcomer() -> _Newcomer:
    # Before the transaction begins: people take their time, and the house goes on meanwhile.
    name = ask("Name of the new coordinator")
    email = ask("Work e-mail of the new coordinator").casefold()
    if not name or "@" not in email:
        stop("A coordinator has a name and a work e-mail; nothing was changed.")
    return _Newcomer(name, email, ask_passphrase(email))


def _put_in_charge(
    session: Session,
    settings: Settings,
    sheets: holders.Keys,
    newcomer: _Newcomer,
    *,
    replace: bool = False,
    new_key: bool = False,
) -> None:
    now, (name, email, passphrase) = datetime.now(UTC), newcomer
    if new_key:
        proved = new_key_file.sign_everything_again(session, sheets, now=now)
        for fault in proved.faults:
            click.echo(f"Not proved: {fault}")
    elif replace:
        recovery.dismiss_everybody(session, now=now)
    keys = new_key_pair()
    slot = _house(session, settings).new_slot(secret(passphrase), keys.private)
    try:
        member = staff.add_member(session, email=email, name=name, keys=keys, slot=slot, now=now)
    except AddressTaken:
        stop(f"{email} was somebody's address here before; choose another. Nothing was changed.")
    given = recovery.take_over(session, sheets, member, now=now)
    click.echo(
        f"\n{name} signs in with {email} and enrols an authenticator.\n"
        f"Given: the keys of {given.teams} teams, {given.cases} cases with {given.folders} folders."
        "\nAll of it is in the account, and survivors read who has their keys now."
    )
    if new_key:
        click.echo("Every card is void: `portal recover --card NUMBER` makes a new one for a case.")


def _new_card(settings: Settings, number: str, email: str) -> None:
    with open_database(settings) as database:
        with database.transaction("read") as session:
            issuer = session.scalar(
                select(StaffMember.account_id).where(
                    StaffMember.email == email.strip().casefold(), StaffMember.left_at.is_(None)
                )
            )
            if issuer is None:
                stop("Give --email of the colleague who answers for this card.")
            sheets = _sheets(session)
            try:
                _, keys = paper.keys_for_new_card(session, sheets, number)
            except NotFound:
                stop(f"There is no case {number}.")
            except NothingToRecover:
                stop("The halves of this survivor's key do not open; nothing was changed.")
            new = paper.card_for(_house(session, settings), keys)
        with database.transaction() as session:
            case, _ = paper.keys_for_new_card(session, sheets, number)
            paper.issue_from_paper(session, case, new, issued_by_id=issuer, now=datetime.now(UTC))
    click.echo(f"\nThe new card of case {number}, shown once, for 48 hours as “new card”:\n")
    click.echo(f"    {printed(new.number)}\n\nEvery older card of this case is void.")


def _sheets(session: Session) -> holders.Keys:
    try:
        return paper.keys_of_sheets(session, ask_sheet("one"), ask_sheet("two"))
    except BadWords as sentence:
        stop(f"{sentence} Nothing was changed.")
    except HouseNotReady:
        stop("There is no centre in this database: run `portal init` first.")


def _house(session: Session, settings: Settings) -> House:
    passes = SlowPasses(settings.data_dir / "slow-passes", settings.slow_pass_slots)
    return House(settings, session.info["key_file"], passes)


@contextmanager
def _database(settings: Settings, key_file: KeyFile) -> Iterator[Database]:
    database = Database(settings.database_url, key_file, settings)
    try:
        if not is_migrated(database):
            stop("The database is not that of this version: run `portal migrate` first.")
        yield database
    except BadKeyFile as sentence:
        stop(str(sentence))
    finally:
        database.close()
