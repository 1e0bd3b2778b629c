"""Where Firefox keeps what."""

from typing import Any

from tests.browser.traces.kept import Kept

PROFILE = "profile"


class KeptByFirefox(Kept):
    """A profile of Firefox's."""

    may_name_a_host = (
        f"{PROFILE}/places.sqlite*",
        f"{PROFILE}/sessionstore*",
        f"{PROFILE}/permissions.sqlite*",
        f"{PROFILE}/bounce-tracking-protection.sqlite*",
        # Heads of cache entries, without content, that it had not yet got round to deleting.
        f"{PROFILE}/cache2/doomed/*",
        f"{PROFILE}/cache2/trash*",
    )

    def cookies(self, host: str) -> list[dict[str, Any]]:
        return self.rows(f"{PROFILE}/cookies.sqlite", "moz_cookies", host)

    def history(self, host: str) -> list[tuple[str, str]]:
        rows = self.rows(f"{PROFILE}/places.sqlite", "moz_places", host)
        return [(row["url"], row["title"]) for row in rows]

    def often_visited(self, host: str) -> list[tuple[str, str]]:
        # It asks the history each time.
        return []

    def offered_again(self) -> dict[str, list[Any]]:
        found: dict[str, list[Any]] = {
            "typed words": self.rows(f"{PROFILE}/formhistory.sqlite", "moz_formhistory"),
            "sign-ins": self.rows(f"{PROFILE}/logins.db", "loginsL"),
            "downloads": self.rows(f"{PROFILE}/places.sqlite", "moz_annos", "downloads/"),
            "icons": self.rows(f"{PROFILE}/favicons.sqlite", "moz_pages_w_icons", ".test"),
            "words typed as an address": self.rows(f"{PROFILE}/places.sqlite", "moz_inputhistory"),
        }
        logins = self.directory / PROFILE / "logins.json"
        if logins.exists():
            found["sign-ins"].append(logins.read_text())
        return {what: rows for what, rows in found.items() if rows}
