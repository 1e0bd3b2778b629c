"""Where Chromium keeps what."""

from typing import Any

from tests.browser.traces.kept import Kept

DEFAULT = "profile/Default"


class KeptByChromium(Kept):
    """A profile of Chromium's."""

    may_name_a_host = (
        f"{DEFAULT}/History",
        f"{DEFAULT}/History-journal",
        f"{DEFAULT}/Sessions/*",
        f"{DEFAULT}/Preferences",
        f"{DEFAULT}/DIPS*",
        "profile/segmentation_platform/ukm_db*",
        # What the new tab offers as often visited, from the history: a quarter of a minute after
        # the start. Seen of a site that was visited once; see docs/security.md.
        f"{DEFAULT}/Top Sites",
    )

    def cookies(self, host: str) -> list[dict[str, Any]]:
        return self.rows(f"{DEFAULT}/Cookies", "cookies", host)

    def history(self, host: str) -> list[tuple[str, str]]:
        rows = self.rows(f"{DEFAULT}/History", "urls", host)
        return [(row["url"], row["title"]) for row in rows]

    def often_visited(self, host: str) -> list[tuple[str, str]]:
        rows = self.rows(f"{DEFAULT}/Top Sites", "top_sites", host)
        return [(row["url"], row["title"]) for row in rows]

    def offered_again(self) -> dict[str, list[Any]]:
        tables = {
            "typed words": ("Web Data", "autofill"),
            "addresses of people": ("Web Data", "address_type_tokens"),
            "cards": ("Web Data", "credit_cards"),
            "sign-ins": ("Login Data", "logins"),
            "downloads": ("History", "downloads"),
            "icons": ("Favicons", "icon_mapping"),
            "words typed as an address": ("Shortcuts", "omni_box_shortcuts"),
            "what typed letters led to": ("Network Action Predictor", "network_action_predictor"),
        }
        found: dict[str, list[Any]] = {
            what: self.rows(f"{DEFAULT}/{database}", table)
            for what, (database, table) in tables.items()
        }
        return {what: rows for what, rows in found.items() if rows}
