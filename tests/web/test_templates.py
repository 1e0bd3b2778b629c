"""Templates hold nothing that nobody asks for."""

import re
from collections.abc import Iterator

from portal import resources

IMPORTED = re.compile(r'{% from "[^"]+" import (.+?)(?: with context)? %}')


def imported() -> Iterator[tuple[str, str, str]]:
    """Every macro that a template imports: where, by what name, and the text it may stand in."""
    for path in (resources.root() / "templates").rglob("*.html"):
        text = re.sub(r"{#.*?#}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        for names in IMPORTED.findall(text):
            for name in names.split(","):
                yield path.name, name.split(" as ")[-1].strip(), text


def test_no_template_imports_a_macro_that_it_does_not_use() -> None:
    found = list(imported())
    assert len(found) > 100
    assert [
        (where, name) for where, name, text in found if len(re.findall(rf"\b{name}\b", text)) < 2
    ] == []
