"""What those who run a centre can set, read once from the environment.

A wrong value stops the start. Each field names its variable, its meaning with the unit, and its
default; `described()` gives the same as text, so that documentation cannot say something else.
"""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any

from portal import setting_values as values

_CORES = os.cpu_count() or 1
_MIB = 1024 * 1024
# One pass of Argon2id that a person waits for: about a tenth of a second.
_STANDARD_OPS = 3
_STANDARD_MEM = 64 * _MIB

_LONGEST_ADDRESS = 300

EXIT_PAGES = {
    "nl": "https://www.meteo.be/nl",
    "fr": "https://www.meteo.be/fr",
    "en": "https://www.meteo.be/en",
    # The weather service of the country has no page in Arabic.
    "ar": "https://www.meteo.be/en",
}


class SettingsError(Exception):
    """A setting has a value with which the portal must not start: which, and why."""


def _setting(variable: str, meaning: str, read: Callable[[str], Any], default: Any) -> Any:
    about = {"variable": variable, "meaning": meaning, "read": read}
    return field(default=default, metadata=about)


def _secret(variable: str, meaning: str) -> Any:
    about = {"variable": variable, "meaning": meaning, "read": values.secret}
    # Never in a trace of the program, where everything else of the settings may stand.
    return field(default="", metadata=about, repr=False)


@dataclass(frozen=True)
class Settings:
    """Everything that is set from outside; each process reads it once."""

    data_dir: Path = _setting(
        "PORTAL_DATA", "directory of the centre's own files", values.directory, Path("data")
    )
    database_url: str = _setting(
        "PORTAL_DATABASE_URL",
        "address of the database; empty: portal.db in PORTAL_DATA",
        values.database,
        "",
    )
    key_file: Path = _setting(
        "PORTAL_KEY_FILE",
        "the key file, kept away from backups of the database; empty: portal.key in PORTAL_DATA",
        values.directory,
        Path(),
    )
    backup_keys: Path = _setting(
        "PORTAL_BACKUP_KEYS",
        "directory of the daily keys of backups, never beside a backup; empty: backup-keys "
        "beside the key file",
        values.directory,
        Path(),
    )
    host: str = _setting("PORTAL_HOST", "address the server listens on", values.text, "127.0.0.1")
    port: int = _setting("PORTAL_PORT", "port the server listens on", values.whole(1, 65535), 8000)
    staff_host: str | None = _setting(
        "PORTAL_STAFF_HOST",
        "host name of the staff's pages, none in the demo",
        values.host_name,
        None,
    )
    demo: bool = _setting(
        "PORTAL_DEMO", "yes for made-up data, on loopback only", values.yes_or_no, False
    )
    proxy_depth: int = _setting(
        "PORTAL_PROXY_DEPTH",
        "reverse proxies in front, whose word is believed",
        values.whole(0, 5),
        0,
    )
    languages: tuple[str, ...] = _setting(
        "PORTAL_LANGUAGES", "languages offered, the first is the fallback", values.language_codes,
        ("nl", "fr", "en", "ar"),
    )  # fmt: skip
    survivor_idle_minutes: int = _setting(
        "PORTAL_SURVIVOR_IDLE",
        "minutes after which a quiet survivor's session ends",
        values.whole(1, 60),
        10,
    )
    staff_idle_minutes: int = _setting(
        "PORTAL_STAFF_IDLE",
        "minutes after which a quiet staff session ends",
        values.whole(1, 120),
        15,
    )
    session_hours: int = _setting(
        "PORTAL_SESSION_HOURS", "hours after which every session ends", values.whole(1, 24), 12
    )
    slow_pass_ops: int = _setting(
        "PORTAL_SLOW_PASS_OPS", "rounds of a slow pass", values.whole(1, 16), _STANDARD_OPS
    )
    slow_pass_mem: int = _setting(
        "PORTAL_SLOW_PASS_MEM",
        "bytes of memory of a slow pass",
        values.whole(8192, 1024 * _MIB),
        _STANDARD_MEM,
    )
    slow_pass_slots: int = _setting(
        "PORTAL_SLOW_PASS_SLOTS",
        "slow passes at once, in all processes together",
        values.whole(1, 256),
        2 * _CORES,
    )
    max_body_bytes: int = _setting(
        "PORTAL_MAX_BODY",
        "bytes of the largest form accepted",
        values.whole(1024, 16 * _MIB),
        _MIB // 4,
    )
    mail_host: str = _setting(
        "PORTAL_MAIL_HOST", "mail server that takes letters; empty: none are sent", values.text, ""
    )
    mail_port: int = _setting("PORTAL_MAIL_PORT", "port of it", values.whole(1, 65535), 587)
    mail_tls: str = _setting(
        "PORTAL_MAIL_TLS",
        "starttls or tls, the certificate checked; none for a server on this machine",
        values.tls,
        "starttls",
    )
    mail_user: str = _setting("PORTAL_MAIL_USER", "name to sign in there", values.secret, "")
    mail_password: str = _secret("PORTAL_MAIL_PASSWORD", "password to sign in there")
    mail_from: str = _setting(
        "PORTAL_MAIL_FROM",
        "address that letters come from, which tells nobody what the house is",
        values.mail_address,
        "",
    )
    sms_url: str = _setting(
        "PORTAL_SMS_URL",
        "https address of a gateway that takes text messages as JSON; empty: none are sent",
        values.secure_url,
        "",
    )
    sms_token: str = _secret("PORTAL_SMS_TOKEN", "token that the gateway asks for (Bearer)")
    sms_repeats: bool = _setting(
        "PORTAL_SMS_REPEATS",
        "yes if the gateway sends one text for one Idempotency-Key, however often it is asked",
        values.yes_or_no,
        False,
    )
    sms_mail: str = _setting(
        "PORTAL_SMS_MAIL",
        "address of a gateway that makes a text message of a letter, with {number} in it",
        values.mail_for_number,
        "",
    )
    sending_seconds: int = _setting(
        "PORTAL_SENDING_SECONDS",
        "seconds that a mail server or gateway has for one message",
        values.whole(1, 100),
        60,
    )
    neutral_texts: tuple[str, ...] = _setting(
        "PORTAL_NEUTRAL_TEXTS", "neutral texts among which she chooses", values.neutral_texts,
        ("news", "look", "agenda", "message"),
    )  # fmt: skip
    calendar_hosts: tuple[str, ...] = _setting(
        "PORTAL_CALENDAR_HOSTS", "calendar servers in the house's own network; no others there are "
        "spoken to, and without TLS only this machine", values.host_names, (),
    )  # fmt: skip
    workers: int = _setting("PORTAL_WORKERS", "server processes", values.whole(1, 64), _CORES)
    log_level: str = _setting("PORTAL_LOG_LEVEL", "least that is logged", values.log_level, "info")
    exit_pages: Mapping[str, str] = field(default_factory=lambda: dict(EXIT_PAGES), hash=False)
    """PORTAL_EXIT_PAGE_NL and so on: where "leave" goes, one https address a language."""

    @classmethod
    def from_environment(cls, env: Mapping[str, str] = os.environ) -> "Settings":
        """The settings of this process. Raises SettingsError on the first wrong one."""
        read = {one.name: _read(one, env) for one in _settable()}
        data_dir = values.directory(str(read["data_dir"]))
        read["data_dir"] = data_dir
        read["database_url"] = read["database_url"] or f"sqlite:///{data_dir / 'portal.db'}"
        read["key_file"] = (
            data_dir / "portal.key" if read["key_file"] == Path() else read["key_file"]
        )
        if read["backup_keys"] == Path():
            read["backup_keys"] = read["key_file"].parent / "backup-keys"
        settings = cls(**read, exit_pages=_exit_pages(read["languages"], env))
        _refuse_weak_passes(settings)
        _refuse_half_set_up(settings)
        return settings

    def exit_page(self, language: str) -> str:
        """Where somebody who reads this language goes on leaving."""
        return self.exit_pages.get(language) or next(iter(self.exit_pages.values()))


def is_page_elsewhere(typed: str, settings: "Settings") -> bool:
    """Whether leaving may lead there: an https page of the public web, and not one of ours."""
    host = values.public_host(typed)
    if host is None or len(typed) > _LONGEST_ADDRESS:
        return False
    own = (settings.staff_host or "").partition(":")[0]
    # A machine of the house, an address in digits or a bare name is no page anybody might look at.
    return host != own and bool(re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z][a-z0-9-]+", host))


def described() -> Iterator[tuple[str, str, str]]:
    """Variable, meaning with unit, and default of each setting."""
    for one in _settable():
        yield one.metadata["variable"], one.metadata["meaning"], _shown(one.default)
    for language, page in EXIT_PAGES.items():
        yield _exit_variable(language), f"page that leaving goes to ({language})", page


def _settable() -> list[Field[Any]]:
    return [one for one in fields(Settings) if "variable" in one.metadata]


def _read(one: Field[Any], env: Mapping[str, str]) -> Any:
    typed = env.get(one.metadata["variable"], "").strip()
    return _checked(one.metadata["variable"], typed, one.metadata["read"]) if typed else one.default


def _checked(variable: str, typed: str, read: Callable[[str], Any]) -> Any:
    try:
        return read(typed)
    except values.Wrong as expected:
        # An address of a database may hold a password, which must not end up in a log.
        hidden = any(word in variable for word in ("DATABASE", "PASSWORD", "TOKEN"))
        shown = "***" if hidden else f"“{typed}”"
        raise SettingsError(f"{variable} is {shown}; expected: {expected}.") from None


def _exit_variable(language: str) -> str:
    return f"PORTAL_EXIT_PAGE_{language.upper()}"


def _exit_pages(languages: tuple[str, ...], env: Mapping[str, str]) -> dict[str, str]:
    pages = {}
    for language in languages:
        variable = _exit_variable(language)
        typed = env.get(variable, "").strip()
        default = EXIT_PAGES.get(language, EXIT_PAGES["en"])
        pages[language] = _checked(variable, typed, values.page_elsewhere) if typed else default
    return pages


def _refuse_weak_passes(settings: Settings) -> None:
    # With cheap passes a copied database and key file give up every card and pass phrase at once.
    weak = settings.slow_pass_ops < _STANDARD_OPS or settings.slow_pass_mem < _STANDARD_MEM
    if weak and not settings.demo:
        raise SettingsError(
            f"PORTAL_SLOW_PASS_OPS is “{settings.slow_pass_ops}” and PORTAL_SLOW_PASS_MEM is "
            f"“{settings.slow_pass_mem}”; expected: at least {_STANDARD_OPS} and {_STANDARD_MEM}, "
            "less only with made-up data (PORTAL_DEMO)."
        )


def _refuse_half_set_up(settings: Settings) -> None:
    for is_wrong, sentence in (
        (
            settings.mail_host and not settings.mail_from,
            "PORTAL_MAIL_HOST is set and PORTAL_MAIL_FROM is not; expected: both or neither.",
        ),
        (
            bool(settings.mail_user) != bool(settings.mail_password),
            "PORTAL_MAIL_USER and PORTAL_MAIL_PASSWORD; expected: both or neither.",
        ),
        (
            settings.mail_tls == "none"
            and settings.mail_host
            and not values.is_loopback(settings.mail_host),
            "PORTAL_MAIL_TLS is “none”; expected: starttls or tls: the server is elsewhere.",
        ),
        (
            settings.sms_url and settings.sms_mail,
            "PORTAL_SMS_URL and PORTAL_SMS_MAIL are both set; expected: one way for text messages.",
        ),
        (
            settings.sms_mail and not settings.mail_host,
            "PORTAL_SMS_MAIL is set and PORTAL_MAIL_HOST is not; expected: both.",
        ),
        (
            settings.sms_token and not settings.sms_url,
            "PORTAL_SMS_TOKEN is set and PORTAL_SMS_URL is not; expected: both.",
        ),
    ):
        if is_wrong:
            raise SettingsError(sentence)


def _shown(default: Any) -> str:
    if default is None or default in ("", Path()):
        return ""
    if isinstance(default, bool):
        return "yes" if default else "no"
    return ",".join(default) if isinstance(default, tuple) else str(default)
