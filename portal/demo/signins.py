"""The list of made-up sign-ins: a file that only the demo writes and only its owner reads."""

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

from portal.domain.cards import printed

if TYPE_CHECKING:  # reading the list must not wait for all that making it needs
    from portal.demo.people import StaffPerson, Survivor

NAME = "demo-signins.json"


class SurvivorSignIn(TypedDict):
    """What a survivor types; an empty PIN: the card is new, she chooses one."""

    card: str
    pin: str
    language: str
    name: str


class StaffSignIn(TypedDict):
    """What a colleague types; an empty secret: no authenticator was enrolled yet."""

    email: str
    passphrase: str
    totp_secret: str
    roles: list[str]


class SignIns(TypedDict):
    """Everybody."""

    survivors: list[SurvivorSignIn]
    staff: list[StaffSignIn]
    kept_apart: list[str]
    """Numbers of two files whose owners must not meet: coordinators and moderators look there."""


def write(
    path: Path,
    survivors: list["Survivor"],
    people: list["StaffPerson"],
    *,
    new: "Survivor",
    kept_apart: list[str],
) -> None:
    """Write the list, mode 0600 from its first byte."""
    found = SignIns(
        survivors=[
            SurvivorSignIn(
                card=printed(her.card.number),
                pin="" if her is new else her.pin,
                language=her.language,
                name=her.name,
            )
            for her in survivors
        ],
        staff=[
            StaffSignIn(
                email=one.colleague.email,
                passphrase=one.passphrase,
                totp_secret=one.totp_secret,
                roles=sorted({role.value for role, _ in one.roles}),
            )
            for one in people
        ],
        kept_apart=kept_apart,
    )
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(found, file, ensure_ascii=False, indent=2)


def read(path: Path) -> SignIns:
    """The list. Raises FileNotFoundError when no demo was ever made here."""
    found: Any = json.loads(path.read_text(encoding="utf-8"))
    return SignIns(
        survivors=found["survivors"],
        staff=found["staff"],
        # A demo that was made before has none.
        kept_apart=found.get("kept_apart", []),
    )
