"""A certificate authority that lives as long as the tests do, and browsers that trust it.

Trusted as a centre's own would be, in the store that a browser asks: a browser that is told to
overlook certificate errors keeps other things than one that saw none.
"""

import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.parts import find_program, lacking

DAYS = "2"


@dataclass(frozen=True)
class Certificate:
    """What a server shows, and the key behind it."""

    host: str
    file: Path
    key: Path

    def context(self) -> ssl.SSLContext:
        """For a server of Python's own."""
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.load_cert_chain(self.file, self.key)
        return made


class Authority:
    """Signs for names that exist nowhere else. One certificate a host, as the docs ask for."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        # Nothing but what is said below: Debian's own settings make every certificate an authority.
        (directory / "openssl.cnf").write_text("[req]\ndistinguished_name=nobody\n[nobody]\n")
        self.root = self._sign("Throw-away authority", "basicConstraints=critical,CA:TRUE")

    def certificate(self, host: str) -> Certificate:
        """For one host alone."""
        signer = ["-CA", str(self.root.file), "-CAkey", str(self.root.key)]
        return self._sign(host, f"subjectAltName=DNS:{host}", *signer)

    def trusted_by(self, store: Path) -> None:
        """Put it into a browser's NSS store, which is made where there is none."""
        store.mkdir(parents=True, exist_ok=True)
        certutil = _program("certutil", "libnss3-tools")
        database = ["-d", f"sql:{store}"]
        _run(certutil, "-N", "--empty-password", *database)
        name = ["-n", "tests", "-t", "C,,", "-i", str(self.root.file)]
        _run(certutil, "-A", *name, *database)

    def _sign(self, name: str, extension: str, *signer: str) -> Certificate:
        made = Certificate(name, self.directory / f"{name}.pem", self.directory / f"{name}.key")
        words = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        words += ["-config", str(self.directory / "openssl.cnf")]
        words += ["-days", DAYS, "-subj", f"/CN={name}", "-addext", extension, *signer]
        openssl = _program("openssl", "openssl")
        _run(openssl, "req", *words, "-keyout", str(made.key), "-out", str(made.file))
        return made


def _program(name: str, package: str) -> str:
    return find_program(name) or lacking(f"{name} (Debian: {package})")


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}: {done.stderr}"
