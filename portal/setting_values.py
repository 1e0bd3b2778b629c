"""How a value that somebody set is read: each says what it expects instead of a wrong one."""

import ipaddress
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

_LOG_LEVELS = ("debug", "info", "warning", "error")
_HOST = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*(:\d{1,5})?")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_DATABASES = ("sqlite", "postgresql", "postgresql+psycopg")
_ADDRESS = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,63}@[A-Za-z0-9][A-Za-z0-9.-]{0,189}")
_TLS = ("starttls", "tls", "none")
_NEUTRAL_TEXTS = ("news", "look", "agenda", "message")


class Wrong(ValueError):
    """What was expected instead; the variable and its value are added by the caller."""


def text(typed: str) -> str:
    """Anything."""
    return typed


def directory(typed: str) -> Path:
    """A path, made absolute."""
    return Path(typed).expanduser().resolve()


def yes_or_no(typed: str) -> bool:
    """A switch."""
    known = {"1": True, "yes": True, "true": True, "0": False, "no": False, "false": False}
    if typed.lower() not in known:
        raise Wrong("yes or no")
    return known[typed.lower()]


def whole(lowest: int, highest: int) -> Callable[[str], int]:
    """A whole number between two."""

    def read(typed: str) -> int:
        if not re.fullmatch(r"[0-9]{1,12}", typed) or not lowest <= int(typed) <= highest:
            raise Wrong(f"a whole number from {lowest} to {highest}")
        return int(typed)

    return read


def host_name(typed: str) -> str:
    """A name under which a browser finds a machine."""
    if not _HOST.fullmatch(typed.lower()):
        raise Wrong("a host name such as staff.example.org, with a port if it has one")
    return typed.lower()


def database(typed: str) -> str:
    """The address of a database of a kind that is supported."""
    if typed.partition(":")[0] not in _DATABASES:
        raise Wrong("an address that begins with sqlite:/// or postgresql://")
    return typed


def language_codes(typed: str) -> tuple[str, ...]:
    """Codes of languages, in order."""
    codes = tuple(code.strip() for code in typed.split(","))
    if not all(_LANGUAGE.fullmatch(code) for code in codes) or len(set(codes)) != len(codes):
        raise Wrong("language codes with commas between them, each once, such as nl,fr,en,ar")
    return codes


def log_level(typed: str) -> str:
    """How much is logged."""
    if typed.lower() not in _LOG_LEVELS:
        raise Wrong("one of " + ", ".join(_LOG_LEVELS))
    return typed.lower()


def page_elsewhere(typed: str) -> str:
    """A page of the public web."""
    if public_host(typed) is None:
        raise Wrong("the https address of a public page")
    return typed


def public_host(typed: str) -> str | None:
    """The host of an https address that may stand in a header; None for anything else."""
    try:
        parts = urlsplit(typed)
        usable = parts.scheme == "https" and bool(parts.hostname) and not parts.username
    except ValueError:
        return None
    # The address goes into a header: anything but plain visible ASCII could end it early.
    if not usable or not re.fullmatch(r"[!-~]+", typed) or re.search(r"[;,'\"<>\\]", typed):
        return None
    return parts.hostname


def host_names(typed: str) -> tuple[str, ...]:
    """Hosts, without ports."""
    names = tuple(name.strip().lower() for name in typed.split(","))
    if not all(_HOST.fullmatch(name) and ":" not in name for name in names):
        raise Wrong("host names with commas between them, such as calendar.house.local")
    return names


def mail_address(typed: str) -> str:
    """The one address that letters come from."""
    if not _ADDRESS.fullmatch(typed):
        raise Wrong("one e-mail address such as post@example.org")
    return typed


def mail_for_number(typed: str) -> str:
    """An e-mail address in which a telephone number stands."""
    filled = typed.replace("{number}", "32470123456")
    if typed.count("{number}") != 1 or not _ADDRESS.fullmatch(filled):
        raise Wrong("an e-mail address with {number} in it, such as {number}@sms.example.org")
    return typed


def tls(typed: str) -> str:
    """How a mail server is spoken to."""
    if typed.lower() not in _TLS:
        raise Wrong("starttls, tls, or none for a mail server on this machine")
    return typed.lower()


def secure_url(typed: str) -> str:
    """An address to which something secret may be sent: TLS, no name and password in it."""
    try:
        parts = urlsplit(typed)
        usable = parts.scheme == "https" and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or parts.username or parts.fragment or not re.fullmatch(r"[!-~]+", typed):
        raise Wrong("an address that begins with https:// and has no name or password in it")
    return typed


def secret(typed: str) -> str:
    """A password or token: visible signs only, since it goes into a header."""
    if not re.fullmatch(r"[ -~]{1,500}", typed):
        raise Wrong("at most 500 letters, digits and signs")
    return typed


def neutral_texts(typed: str) -> tuple[str, ...]:
    """Which of the neutral texts a centre offers."""
    codes = tuple(code.strip() for code in typed.lower().split(","))
    if not set(codes) <= set(_NEUTRAL_TEXTS) or len(set(codes)) != len(codes):
        raise Wrong("some of " + ", ".join(_NEUTRAL_TEXTS) + ", each once")
    return codes


def is_loopback(host: str) -> bool:
    """Whether only this machine is reached there."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
