"""A key for the backups of each day, kept in a directory of its own until it is destroyed."""

import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path
from secrets import token_bytes
from stat import S_IMODE

from portal.vault.errors import BadKeyFile
from portal.vault.streams import STREAM_KEY_BYTES

_TITLE = "one-roof backup key 1"


class DailyKeys:
    """The keys that live. A backup whose key was destroyed opens for nobody, whoever holds it."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def days(self) -> list[date]:
        """The days of which the key lives, the oldest first."""
        return sorted(self._days())

    def of(self, day: date) -> bytes:
        """The key of a day, made when there is none yet. Raises BadKeyFile."""
        known = self.find(day)
        if known is not None:
            return known
        key = token_bytes(STREAM_KEY_BYTES)
        path = self._directory / day.isoformat()
        # Written whole under another name: two backups at once never read half a key.
        fresh = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write_new(fresh, f"{_TITLE}\n{key.hex()}\n".encode("ascii"))
            with suppress(FileExistsError):
                os.link(fresh, path)
            fresh.unlink()
            _keep_names(self._directory)
        except OSError as error:
            raise BadKeyFile(f"{path} cannot be written: {error.strerror}.") from None
        return self.find(day) or key

    def find(self, day: date) -> bytes | None:
        """The key of a day; None when it was destroyed or never was. Raises BadKeyFile."""
        path = self._directory / day.isoformat()
        try:
            content, mode = path.read_text("ascii"), S_IMODE(path.stat().st_mode)
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError):
            raise BadKeyFile(f"{path} cannot be read.") from None
        if mode & 0o177:
            raise BadKeyFile(f"{path} has mode {mode:04o}; it must be 0600.")
        title, _, written = content.strip().partition("\n")
        try:
            key = bytes.fromhex(written)
        except ValueError:
            key = b""
        if title != _TITLE or len(key) != STREAM_KEY_BYTES:
            raise BadKeyFile(f"{path} is no key of backups, or it is damaged.")
        return key

    def destroy(self, day: date) -> bool:
        """Destroy the key of a day; False when it was gone. Raises OSError: then it may live."""
        path = self._directory / day.isoformat()
        try:
            _overwrite(path)
            path.unlink()
        except FileNotFoundError:
            return False
        _keep_names(self._directory)
        return True

    def _days(self) -> Iterator[date]:
        if not self._directory.is_dir():
            return
        for path in self._directory.iterdir():
            with suppress(ValueError):
                yield date.fromisoformat(path.name)


def _write_new(path: Path, content: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _overwrite(path: Path) -> None:
    # Where the disk writes elsewhere instead (flash), an encrypted disk is what helps: see
    # docs/deploy.md.
    with path.open("r+b") as file:
        file.write(token_bytes(path.stat().st_size))
        file.flush()
        os.fsync(file.fileno())


def _keep_names(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
