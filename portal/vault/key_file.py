"""The key file: one seed beside the database, never in it, from which the house's own keys come."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from secrets import token_bytes
from stat import S_IMODE, S_ISREG

from portal.vault.errors import BadKeyFile
from portal.vault.key_pairs import KeyPair, key_pair_from
from portal.vault.keyed import keyed_hash
from portal.vault.paper_words import from_words, to_words

SEED_BYTES = 32
# The file is three lines of ASCII: this title, the seed in hex, and the first 4 bytes of its check.
_TITLE = "one-roof key file 1"
_LONGEST = 1024


@dataclass(frozen=True)
class KeyFile:
    """The seed (32 bytes, ValueError otherwise) and the keys derived from it, each for one purpose.

    Without it no card and no pass phrase opens anything, so a copy of the database is not enough;
    `words()` go on paper, because a centre that loses it has only the recovery sheets.
    """

    seed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.seed) != SEED_BYTES:
            raise ValueError(f"a seed has {SEED_BYTES} bytes")

    @cached_property
    def pepper(self) -> bytes:
        """32 bytes that go into every secret before its slow pass, and into locators."""
        return keyed_hash(self.seed, "pepper")

    @cached_property
    def mac_key(self) -> bytes:
        """32 bytes under which public halves, grants and audit rows have their MACs."""
        return keyed_hash(self.seed, "row mac")

    @cached_property
    def machine_key(self) -> bytes:
        """32 bytes under which lies what the machine itself needs, such as a calendar's sign-in."""
        return keyed_hash(self.seed, "machine key")

    @cached_property
    def house(self) -> KeyPair:
        """The pair of the house as a holder: the machine's own, for what she allowed it to send."""
        return key_pair_from(keyed_hash(self.seed, "house pair"))

    @classmethod
    def create(cls, path: Path) -> "KeyFile":
        """A new key file at `path`, mode 0600. Raises BadKeyFile when something is there."""
        made = cls(token_bytes(SEED_BYTES))
        made.save(path)
        return made

    @classmethod
    def load(cls, path: Path) -> "KeyFile":
        """The key file at `path`. Raises BadKeyFile: missing, open to others or not ours."""
        return cls(_seed_in(_read(path), path))

    @classmethod
    def from_words(cls, words: Sequence[str]) -> "KeyFile":
        """The key file that 24 words on paper say. Raises BadWords, sheet "key file"."""
        return cls(from_words(words, "key file"))

    def words(self) -> list[str]:
        """24 words to print: whoever reads them has the key file."""
        return to_words(self.seed)

    def save(self, path: Path) -> None:
        """Write the file, mode 0600, on the disk before it returns. Raises BadKeyFile.

        Never over another file: one lost key file locks every card in the house.
        """
        text = f"{_TITLE}\n{self.seed.hex()}\n{_check(self.seed)}\n"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            descriptor = os.open(path, flags, 0o600)
        except FileExistsError:
            raise BadKeyFile(f"{path} is there already; a key file is never overwritten.") from None
        except OSError as error:
            raise BadKeyFile(f"{path} cannot be written: {error.strerror}.") from None
        try:
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            _keep_name(path.parent)
        except BaseException:
            path.unlink(missing_ok=True)
            raise


def _read(path: Path) -> bytes:
    try:
        # Not blocking: a named pipe in its place must not hang the start.
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError:
        raise BadKeyFile(f"There is no key file at {path}.") from None
    except OSError as error:
        raise BadKeyFile(f"The key file {path} cannot be read: {error.strerror}.") from None
    try:
        # Asked of the open file, not of its name, which may by now be another's.
        mode = os.fstat(descriptor).st_mode
        if not S_ISREG(mode):
            raise BadKeyFile(f"{path} is not a file.")
        if S_IMODE(mode) & 0o177:
            raise BadKeyFile(
                f"The key file {path} has mode {S_IMODE(mode):04o}; it must be 0600, "
                "so that nobody but the portal reads it."
            )
        return os.read(descriptor, _LONGEST)
    finally:
        os.close(descriptor)


def _seed_in(content: bytes, path: Path) -> bytes:
    wrong = BadKeyFile(f"{path} is not a key file of One Roof, or it is damaged.")
    try:
        title, written, check = content.decode("ascii").split("\n")[:3]
        seed = bytes.fromhex(written)
    except ValueError:
        raise wrong from None
    if title != _TITLE or len(seed) != SEED_BYTES or check != _check(seed):
        raise wrong
    return seed


def _check(seed: bytes) -> str:
    # A mistyped seed would be a valid one that opens nothing; these 4 bytes tell at once.
    return keyed_hash(seed, "key file check")[:4].hex()


def _keep_name(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
