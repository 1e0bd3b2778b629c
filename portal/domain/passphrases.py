"""What staff may choose as a pass phrase."""

import unicodedata

from portal.domain.refusals import Refusal
from portal.domain.strength import Strength, strength

MIN_LENGTH = 14

REFUSED = frozenset(
    {
        "passwordpassword",
        "password123456",
        "qwertyuiopasdfgh",
        "correct horse battery staple",
        "correcthorsebatterystaple",
        "wachtwoordwachtwoord",
        "motdepassemotdepasse",
        "12345678901234",
        "familyjusticecenter",
        "veilighuisveilighuis",
    }
)


class PassphraseTooShort(Refusal):
    """A pass phrase has at least fourteen characters."""


class PassphraseTooPlain(Refusal):
    """The pass phrase is on the refused list, repeats itself, or holds the person's own address."""


class PassphrasesDiffer(Refusal):
    """The pass phrase and its repetition are not the same."""


class SignInDoesNotOpen(Refusal):
    """Address and pass phrase do not open. One answer for every reason."""

    counts = True


class CodeDoesNotFit(Refusal):
    """The six-digit code is not the one of now, or was used before."""

    counts = True


class ClockIsOff(CodeDoesNotFit):
    """The code is one of the right authenticator, of another moment: its clock is wrong."""


class TooManyWrongCodes(Refusal):
    """Within a day so many codes did not fit that somebody else may know the pass phrase."""


class PasskeyDoesNotFit(Refusal):
    """The passkey's answer is of another site, of an older question, or of nobody here."""

    counts = True


class PasskeyWasCopied(PasskeyDoesNotFit):
    """The passkey's count went backwards: there are two of it, and neither opens any more."""


class LastSecondFactor(Refusal):
    """One second factor always stays: else the pass phrase alone would open."""


class SecondFactorNameMissing(Refusal):
    """Each second factor has a name, so that one knows which to take away."""


def secret(passphrase: str) -> bytes:
    """What opens the slot: the same bytes from every keyboard, whatever was typed."""
    # Some keyboards send é as one character, others as two; some add a blank after a word.
    return unicodedata.normalize("NFC", passphrase.strip()).encode("utf-8", "surrogatepass")


def check_new_passphrase(passphrase: str, again: str, *, email: str) -> None:
    """Refuse a pass phrase that a patient colleague would guess."""
    folded = " ".join(passphrase.casefold().split())
    if len(passphrase.strip()) < MIN_LENGTH:
        raise PassphraseTooShort
    plain = folded in REFUSED or folded.replace(" ", "") in REFUSED
    if plain or len(set(folded)) < 6 or email.casefold().split("@")[0] in folded:
        raise PassphraseTooPlain
    if strength(passphrase, known=[email]) is Strength.WEAK:
        raise PassphraseTooPlain
    if passphrase != again:
        raise PassphrasesDiffer
