"""The key file: read by its owner alone, never overwritten, and the same again from paper."""

import os
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from portal.vault import BadKeyFile, BadWords, KeyFile


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a key file may be made."""
    return tmp_path / "portal.key"


def test_what_was_made_is_read_again(path: Path) -> None:
    made = KeyFile.create(path)
    assert KeyFile.load(path) == made
    assert path.stat().st_mode & 0o7777 == 0o600


def test_a_wide_umask_does_not_open_it(path: Path) -> None:
    before = os.umask(0)
    try:
        KeyFile.create(path)
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o7777 == 0o600


def test_it_is_never_overwritten(path: Path) -> None:
    made = KeyFile.create(path)
    with pytest.raises(BadKeyFile, match="never overwritten"):
        KeyFile.create(path)
    with pytest.raises(BadKeyFile, match="never overwritten"):
        KeyFile(bytes(32)).save(path)
    assert KeyFile.load(path) == made


def test_a_dangling_link_is_not_followed(path: Path, tmp_path: Path) -> None:
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(BadKeyFile):
        KeyFile.create(path)
    assert not (tmp_path / "elsewhere").exists()


def test_half_a_key_file_is_not_left_behind(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full_disk(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(OSError, match="No space"):
        KeyFile.create(path)
    assert not path.exists()


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadKeyFile, match="cannot be written: No such file"):
        KeyFile.create(tmp_path / "missing" / "portal.key")


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660, 0o700, 0o602])
def test_one_that_others_may_read_is_refused(path: Path, mode: int) -> None:
    KeyFile.create(path)
    path.chmod(mode)
    with pytest.raises(BadKeyFile, match=f"has mode {mode:04o}; it must be 0600"):
        KeyFile.load(path)


def test_one_that_only_its_owner_reads_is_fine(path: Path) -> None:
    made = KeyFile.create(path)
    path.chmod(0o400)
    assert KeyFile.load(path) == made


def test_a_missing_one_is_said(path: Path) -> None:
    with pytest.raises(BadKeyFile, match="There is no key file at"):
        KeyFile.load(path)


def test_a_folder_or_a_pipe_is_not_a_key_file(path: Path, tmp_path: Path) -> None:
    os.mkfifo(path, 0o600)
    for wrong in (path, tmp_path):
        with pytest.raises(BadKeyFile):
            KeyFile.load(wrong)


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_an_altered_one_is_refused(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("key") / "portal.key"
    KeyFile.create(path)
    content = path.read_bytes()
    place = data.draw(st.integers(0, len(content) - 2))
    other = data.draw(st.integers(0, 255))
    assume(bytes([other]).lower() != content[place : place + 1])
    path.write_bytes(content[:place] + bytes([other]) + content[place + 1 :])
    with pytest.raises(BadKeyFile, match="not a key file of One Roof, or it is damaged"):
        KeyFile.load(path)


@pytest.mark.parametrize("content", [b"", b"\n\n\n", b"\xff" * 200, b"one-roof key file 1\n\n\n"])
def test_something_else_is_refused(path: Path, content: bytes) -> None:
    path.touch(0o600)
    path.write_bytes(content)
    with pytest.raises(BadKeyFile, match="not a key file"):
        KeyFile.load(path)


def test_the_words_on_paper_are_the_file(path: Path) -> None:
    made = KeyFile.create(path)
    words = made.words()
    assert len(words) == 24
    again = KeyFile.from_words(words)
    assert again == made
    assert (again.pepper, again.mac_key, again.house) == (made.pepper, made.mac_key, made.house)


def test_a_wrong_word_on_paper_is_named() -> None:
    words = KeyFile(bytes(range(32))).words()
    words[11] = "agenda-x"
    with pytest.raises(BadWords) as refused:
        KeyFile.from_words(words)
    assert (refused.value.sheet, refused.value.number) == ("key file", 12)


def test_its_keys_differ_from_each_other_and_from_those_of_another() -> None:
    one, other = KeyFile(bytes(32)), KeyFile(b"\x01" * 32)
    keys = [key for file in (one, other) for key in (file.pepper, file.mac_key, file.house.private)]
    assert len({*keys, one.seed, other.seed}) == 8


def test_a_seed_has_32_bytes() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        KeyFile(b"short")
