"""The directory goes out of the house as a file and comes into another, whole or not at all."""

import json
from pathlib import Path
from uuid import UUID

import pytest

from tests.cli.conftest import Run

pytestmark = [pytest.mark.usefixtures("founded"), pytest.mark.real]


def add(run: Run, name: str, kind: str) -> None:
    done = run("service", "add", "--name", name, "--kind", kind, "--place", "Corridor A, 2")
    assert done.exit_code == 0


def test_what_goes_out_comes_in_again_and_is_the_same(run: Run, tmp_path: Path) -> None:
    add(run, "Team", "police")
    out = run("services", "export").output
    page = json.loads(out)
    assert page["version"] == "3.0" and page["total_items"] == 1
    assert page["contents"][0]["name"] == "Team"
    page["contents"][0]["languages"] = [{"code": "ti"}]
    page["contents"].append(
        page["contents"][0] | {"id": str(UUID(int=7)), "name": "New", "url": "https://a.example"}
    )
    file = tmp_path / "services.json"
    file.write_text(json.dumps(page), "utf-8")
    taken = run("services", "import", str(file))
    assert taken.exit_code == 0
    assert "“New” is added." in taken.output and "“Team” is changed." in taken.output
    assert "The house has no place for: url." in taken.output
    again = run("services", "export").output
    assert again.count('"ti"') == 2
    file.write_text(again, "utf-8")
    assert "0 added, 0 changed, 2 as they were." in run("services", "import", str(file)).output
    assert run("services", "export").output == again
    assert run("audit", "verify").exit_code == 0


def test_nothing_is_taken_when_one_row_is_wrong(run: Run, tmp_path: Path) -> None:
    add(run, "Team", "police")
    before = run("services", "export").output
    page = json.loads(before)
    good = page["contents"][0]
    page["contents"] = [
        good | {"id": str(UUID(int=7)), "name": "New"},
        good | {"id": str(UUID(int=8)), "name": "Newer", "status": "sleeping", "languages": 3},
    ]
    file = tmp_path / "services.json"
    file.write_text(json.dumps(page), "utf-8")
    refused = run("services", "import", str(file))
    assert refused.exit_code == 1
    assert "service 2, status: expected one of: active" in refused.output
    assert "service 2, languages: expected a list" in refused.output
    assert "2 fault(s); nothing was imported." in refused.output
    assert run("services", "export").output == before
    page["contents"] = [good | {"id": str(UUID(int=9))}]
    file.write_text(json.dumps(page), "utf-8")
    assert (
        "another service of the house is called so" in run("services", "import", str(file)).output
    )
    assert "cannot be read" in run("services", "import", str(tmp_path / "none.json")).output
