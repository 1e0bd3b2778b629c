"""Templates hold nothing that nobody asks for."""

import re

from portal import resources

IMPORTED = re.compile(r'{% from "[^"]+" import (.+?)(?: with context)? %}')


def test_no_template_imports_a_macro_that_it_does_not_use() -> None:
    unused = []
    for path in (resources.root() / "templates").rglob("*.html"):
        text = re.sub(r"{#.*?#}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        for names in IMPORTED.findall(text):
            for name in (one.split(" as ")[-1].strip() for one in names.split(",")):
                if len(re.findall(rf"\b{name}\b", text)) < 2:
                    unused.append(f"{path.name}: {name}")
    assert unused == []
