"""A house is founded whole, with its paper, or not at all."""

from pathlib import Path
from stat import S_IMODE
from unicodedata import normalize

import pytest

from portal.database import Database, is_migrated
from portal.services.colleagues import staff
from portal.services.running import paper
from portal.settings import Settings
from portal.vault import KeyFile
from tests.cli.conftest import ACCENTED, FOUNDING, PASSPHRASE, Run, signing_in

pytestmark = pytest.mark.real


def files(data: Path) -> list[str]:
    return sorted(path.name for path in data.rglob("*") if path.is_file())


def test_the_first_coordinator_signs_in_and_the_sheets_fit(
    founded: dict[str, str], data: Path
) -> None:
    settings = Settings.from_environment()
    assert S_IMODE((data / "portal.key").stat().st_mode) == 0o600
    assert S_IMODE((data / "portal.db").stat().st_mode) == 0o600
    key_file = KeyFile.load(settings.key_file)
    database = Database(settings.database_url, key_file, settings)
    assert is_migrated(database)
    with database.transaction("read") as session:
        paper.keys_of_sheets(session, founded["one"].split(), founded["two"].split())
    assert KeyFile.from_words(founded["key file"].split()) == key_file
    database.close()
    with signing_in() as open_for:
        assert open_for("cora@house.example", PASSPHRASE)


def test_a_pass_phrase_opens_from_every_keyboard(
    run: Run, sheets: dict[str, str], data: Path
) -> None:
    """A Mac sends é as two characters, another machine as one."""
    as_two = normalize("NFD", ACCENTED)
    assert as_two != ACCENTED
    assert run("init", typed=[*FOUNDING, as_two, as_two, "", *sheets.values()]).exit_code == 0
    with signing_in() as open_for:
        assert open_for("cora@house.example", ACCENTED)
        assert open_for("cora@house.example", as_two)
        assert open_for("cora@house.example", f"{ACCENTED} "), "a phone adds a blank"


@pytest.mark.real
def test_a_word_that_is_typed_back_wrong_is_named_and_asked_again(
    run: Run, sheets: dict[str, str], data: Path
) -> None:
    words = sheets["two"].split()
    wrong = " ".join([*words[:4], "zoo" if words[4] != "zoo" else "abandon", *words[5:]])
    typed = [*FOUNDING, PASSPHRASE, PASSPHRASE, ""]
    typed += [sheets["one"], wrong, sheets["two"], sheets["key file"]]
    result = run("init", typed=typed)
    assert "Sheet two, word 5 is not the one on the sheet." in result.output
    assert result.exit_code == 0
    assert "portal.db" in files(data)


@pytest.mark.real
@pytest.mark.parametrize("given", [0, 1, 2])
def test_paper_that_is_not_typed_back_leaves_nothing_behind(
    run: Run, sheets: dict[str, str], data: Path, given: int
) -> None:
    typed = [*FOUNDING, PASSPHRASE, PASSPHRASE, "", *list(sheets.values())[:given]]
    result = run("init", typed=[*typed, *["not the words"] * 3])
    assert result.exit_code == 1
    assert "nothing was changed" in result.output
    assert files(data) == []


@pytest.mark.real
def test_a_failure_in_the_middle_leaves_nothing_behind(
    run: Run, sheets: dict[str, str], data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(staff, "give_role", fail)
    typed = [*FOUNDING, PASSPHRASE, PASSPHRASE, "", *sheets.values()]
    with pytest.raises(RuntimeError):
        run("init", typed=typed)
    assert files(data) == []


@pytest.mark.real
def test_a_house_that_stands_is_not_founded_again(founded: dict[str, str], run: Run) -> None:
    result = run("init", typed=FOUNDING)
    assert result.exit_code == 1
    assert "There is a key file" in result.output


@pytest.mark.parametrize(
    ("number", "answer", "sentence"),
    [
        (1, "XX", "public holidays"),
        (2, "Europe/Nowhere", "is no time zone"),
        (4, "no address", "has a name and a work e-mail"),
    ],
)
def test_a_wrong_answer_stops_with_a_sentence(
    run: Run, data: Path, number: int, answer: str, sentence: str
) -> None:
    typed = [*FOUNDING[:number], answer, *FOUNDING[number + 1 :]]
    result = run("init", typed=typed)
    assert result.exit_code == 1
    assert sentence in result.output
    assert files(data) == []


def test_a_poor_pass_phrase_is_refused(run: Run) -> None:
    typed = [
        *FOUNDING,
        "short",
        "short",
        "cora cora cora cora",
        "x",
        PASSPHRASE,
        "another one here",
    ]
    result = run("init", typed=typed)
    assert "at least fourteen characters" in result.output
    assert "too easy to guess" in result.output
    assert "are not the same. Nothing was changed." in result.output
