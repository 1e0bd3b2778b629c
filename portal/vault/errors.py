"""What the vault says when it will not do a thing; none of these carries a secret."""


class VaultError(Exception):
    """The vault refused."""


class CannotOpen(VaultError):
    """A sealed thing does not open: another key, another place, or other bytes than were sealed."""


class WrongSecret(VaultError):
    """What was typed does not open this key slot."""


class Forged(VaultError):
    """A MAC does not hold, or a public key is one that no honest holder has."""


class Busy(VaultError):
    """As many slow passes as the house allows are running. Trying again in seconds may work."""


class BadKeyFile(VaultError):
    """The key file is missing, open to others, or not one of ours; the message is a sentence."""


class BadWords(VaultError):
    """Words from paper do not fit; `sheet` and, where it can be known, `number` (from 1) say which.

    The word itself is not repeated: a message may end in a log, and the sheet is a secret.
    """

    def __init__(self, sheet: str, number: int | None, sentence: str) -> None:
        super().__init__(sentence)
        self.sheet = sheet
        self.number = number


class PasskeyRefused(VaultError):
    """A passkey's answer is of another site, of another challenge, or none at all."""
