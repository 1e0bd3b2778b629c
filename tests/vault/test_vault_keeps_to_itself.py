"""The vault imports nothing of the house, and nothing it returns shows a secret when printed."""

import ast
import sys
from pathlib import Path

import portal.vault
from portal.vault import CHEAP, KeyFile, KeyPair, make_slot, new_key_pair

MODULES = sorted(Path(portal.vault.__file__).parent.glob("*.py"))
ALLOWED = {"nacl", "mnemonic", "webauthn", *sys.stdlib_module_names}


def imported(module: Path) -> set[str]:
    """The full names of what a module imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    return names


def test_it_knows_nothing_of_flask_sql_or_cases() -> None:
    assert len(MODULES) > 10
    for module in MODULES:
        for name in imported(module):
            inside = name.startswith("portal.vault")
            assert inside or name.split(".")[0] in ALLOWED, f"{module.name} imports {name}"


def test_no_secret_is_printed() -> None:
    pair, key_file = new_key_pair(), KeyFile(bytes(range(200, 232)))
    slot = make_slot(b"12345678 1357", key_file.pepper, pair.private, CHEAP)
    # Derived keys are kept on the object once asked for; they must not show either.
    hidden = [
        *(pair.private, key_file.seed, key_file.pepper, key_file.mac_key, key_file.house.private),
        *(slot.salt, slot.verifier, slot.wrapped),
    ]
    for thing in (pair, key_file, slot, key_file.house):
        for shown in (repr(thing), str(thing), f"{thing}"):
            for secret in hidden:
                assert repr(secret)[2:-1] not in shown
                assert secret.hex() not in shown
    assert repr(KeyPair(b"p" * 32, b"q" * 32)) == f"KeyPair(public={b'q' * 32!r})"
    assert repr(key_file) == "KeyFile()"
