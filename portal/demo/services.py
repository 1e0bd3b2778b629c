"""What the services of Huis De Linde say of themselves, in the four languages of its pages."""

import json
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from portal.demo.centre import ServiceOfTheDemo
from portal.domain.profiles import Profile, Text
from portal.domain.services import Cost, PlaceKind, ServiceKind, ServiceState

MEETING_PLACES: Mapping[ServiceKind, str] = {
    ServiceKind.SHELTER: "Halte Lindeplein",
    ServiceKind.FAMILY_SUPPORT: "Speelplein De Linde",
}
"""Where a service meets her whose place stands on her date alone. There are no such places."""


def profile_of(one: ServiceOfTheDemo, today: date) -> Profile:
    """All that a service says of itself; on the day before Christmas most are there until noon."""
    said = _said()[one.kind]
    place_kind = PlaceKind(said.get("place_kind", PlaceKind.IN_HOUSE))
    eve = date(today.year, 12, 24)
    return {
        "kind": one.kind.value,
        "state": ServiceState.OPEN.value,
        "name": one.name,
        "languages": list(one.languages),
        "place_kind": place_kind.value,
        "floor": said.get("floor"),
        "place": "" if place_kind.is_confidential else one.place,
        "hours": said["hours"],
        "exceptions": {eve.isoformat(): [["09:00", "12:00"]]} | _holidays(said, eve),
        "cost": said.get("cost", Cost.UNSAID),
        "texts": {
            Text.FOR_WHOM.value: said["for_whom"],
            Text.BRING.value: said["bring"],
            Text.COST.value: said.get("cost_words", {}),
        },
        "notices": said.get("notices", {}),
    }


def _holidays(said: dict[str, Any], eve: date) -> dict[str, Any]:
    """Where women sleep somebody is there on the public holidays of the turn of the year too."""
    days = (eve, eve + timedelta(days=1), eve + timedelta(days=8))
    return {day.isoformat(): said["on_holidays"] for day in days} if "on_holidays" in said else {}


@cache
def _said() -> dict[str, Any]:
    words = Path(__file__).with_name("words") / "services.json"
    found: dict[str, Any] = json.loads(words.read_text("utf-8"))
    return found
