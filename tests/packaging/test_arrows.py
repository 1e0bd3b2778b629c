"""What the import contracts cannot say: no list of libraries is ever complete."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import portal

PACKAGE = Path(portal.__file__).parent


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}: imports are written out in full"
            yield node.module or ""


def _outsiders(directory: str) -> set[str]:
    modules = (name for path in (PACKAGE / directory).rglob("*.py") for name in _imported(path))
    return {
        name
        for name in modules
        if name.split(".")[0] not in sys.stdlib_module_names
        and not name.startswith(f"portal.{directory}")
    }


def test_the_domain_imports_the_standard_library_only() -> None:
    assert _outsiders("domain") == set()


def test_the_vault_imports_nothing_of_the_house() -> None:
    found = {name for name in _outsiders("vault") if name.split(".")[0] != "webauthn"}
    assert found <= {"nacl", "nacl.bindings", "nacl.exceptions", "mnemonic"}
