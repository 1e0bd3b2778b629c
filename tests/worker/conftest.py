"""Servers that take letters and texts, and settings that lead to them."""

import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from portal.database import Database
from portal.domain.safe_contact import Channel
from portal.services.house import House
from portal.services.telling.sending import Letter
from portal.settings import Settings
from portal.vault import KeyFile, SlowPasses
from tests.conftest import Built, Copy
from tests.parts import find_program, lacking
from tests.people import Person, TestHouse
from tests.services.ways import ADDRESSES, WORDS
from tests.worker.gateway import Gateway, gateway
from tests.worker.mail_server import MailServer, mail_server


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for localhost and its key, in one file, made for this run of the tests."""
    openssl = find_program("openssl")
    if openssl is None:
        lacking("openssl")
    directory = tmp_path_factory.mktemp("tls")
    key, found = directory / "key.pem", directory / "both.pem"
    made = subprocess.run(
        [
            openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
            "-nodes", "-days", "2", "-subj", "/CN=localhost", "-keyout", key,
            "-addext", "subjectAltName=DNS:localhost",
        ],
        check=True, capture_output=True,
    )  # fmt: skip
    found.write_bytes(made.stdout + key.read_bytes())
    return found


@pytest.fixture(scope="session")
def server_side(certificate: Path) -> ssl.SSLContext:
    """TLS as the servers speak it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def believed(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The certificate is one that this machine believes."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))


@pytest.fixture
def server(server_side: ssl.SSLContext) -> Iterator[MailServer]:
    """A mail server that offers STARTTLS."""
    with mail_server(server_side) as found:
        yield found


@pytest.fixture
def gate(server_side: ssl.SSLContext, believed: None) -> Iterator[Gateway]:
    """A gateway for texts."""
    with gateway(server_side) as found:
        yield found


def by_mail(server: MailServer, **more: str) -> Settings:
    """Settings that lead to a mail server; without TLS unless told otherwise."""
    env = {
        "PORTAL_MAIL_HOST": "localhost",
        "PORTAL_MAIL_PORT": str(server.port),
        "PORTAL_MAIL_TLS": "none",
        "PORTAL_MAIL_FROM": "r@agenda.example",
        "PORTAL_SENDING_SECONDS": "1",
    }
    return Settings.from_environment(env | more)


def by_text(gate: Gateway, **more: str) -> Settings:
    """Settings that lead to a gateway."""
    env = {
        "PORTAL_SMS_URL": f"https://localhost:{gate.port}/send?from=r",
        "PORTAL_SMS_TOKEN": "a token of the house",
        "PORTAL_SENDING_SECONDS": "1",
    }
    return Settings.from_environment(env | more)


def a_letter(channel: Channel = Channel.EMAIL, words: str = WORDS) -> Letter:
    """Something to hand over."""
    return Letter(uuid4(), uuid4(), channel, ADDRESSES[channel], words)


@pytest.fixture
def database_url(built: Built, copy_of: Copy) -> str:
    """The address of a copy of the house for one test."""
    return copy_of(built.lived_in)


@pytest.fixture
def the_house(built: Built, database: Database, settings: Settings, key_file: KeyFile) -> TestHouse:
    """A house with survivors whose workers are real processes."""
    passes = SlowPasses(settings.data_dir / "slow-passes", 8)
    return built.house.copied_to(database, House(settings, key_file, passes))


@pytest.fixture
def her(built: Built) -> Person:
    """Amal."""
    return built.her


@pytest.fixture
def another(built: Built) -> Person:
    """Noor, another survivor of the same case director."""
    return built.another
