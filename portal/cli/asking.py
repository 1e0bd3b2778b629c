"""What commands ask: typed at a terminal, or line by line on standard input."""

import re
import sys
from collections.abc import Sequence

import click

from portal.cli.saying import stop
from portal.domain.passphrases import (
    PassphrasesDiffer,
    PassphraseTooPlain,
    PassphraseTooShort,
    check_new_passphrase,
)
from portal.domain.refusals import Refusal

TRIES = 3
_COLUMNS = 4
_PASSPHRASE: dict[type[Refusal], str] = {
    PassphraseTooShort: "A pass phrase has at least fourteen characters.",
    PassphraseTooPlain: "This pass phrase is too easy to guess.",
    PassphrasesDiffer: "The two pass phrases are not the same.",
}


def ask(question: str, default: str = "", *, hidden: bool = False) -> str:
    """One line; the default when nothing was typed."""
    if sys.stdin.isatty():
        typed: str = click.prompt(
            question, type=str, default=default, hide_input=hidden, show_default=bool(default)
        )
        return typed.strip()
    click.echo(f"{question}: ")
    line = sys.stdin.readline()
    if not line:
        stop(f"No answer to “{question}”; nothing was changed.")
    return line.strip() or default


def ask_passphrase(email: str) -> str:
    """A new pass phrase, typed twice; one that is refused is asked again."""
    tries = 0
    while True:
        typed = ask("Pass phrase (14 characters or more)", hidden=True)
        again = ask("The same pass phrase again", hidden=True)
        refusal = _refusal(typed, again, email)
        if not refusal:
            return typed
        tries += 1
        if tries == TRIES:
            stop(f"{refusal} Nothing was changed.")
        click.echo(refusal)


def ask_sheet(sheet: str) -> list[str]:
    """The words of a sheet as they were typed; numbers between them do not matter."""
    typed = ask(f"The 24 words of sheet {sheet}, with spaces between them")
    return [word.lower() for word in re.split(r"[\s,.;]+", typed) if word and not word.isdigit()]


def show_sheet(sheet: str, words: Sequence[str]) -> None:
    """Print a sheet, its words numbered."""
    click.echo(f"\nSHEET {sheet.upper()}\n")
    for first in range(0, len(words), _COLUMNS):
        row = enumerate(words[first : first + _COLUMNS], start=first + 1)
        click.echo("   ".join(f"{number:2} {word:9}" for number, word in row))


def have_typed_back(sheets: dict[str, Sequence[str]]) -> None:
    """Show the sheets, hide them, and have every word typed back. Stops after three mistakes."""
    for sheet, words in sheets.items():
        show_sheet(sheet, words)
    ask("\nWrite these sheets on paper, each for another person. Then press Enter", " ")
    # Typed from paper, or it proves nothing about the paper.
    click.clear()
    for sheet, words in sheets.items():
        for _ in range(TRIES):
            mistake = _mistake(sheet, words, ask_sheet(sheet))
            if not mistake:
                break
            click.echo(mistake)
        else:
            stop(f"Sheet {sheet} was not typed back; nothing was changed. Begin again.")


def _refusal(typed: str, again: str, email: str) -> str:
    try:
        check_new_passphrase(typed, again, email=email)
    except Refusal as refused:
        return _PASSPHRASE[type(refused)]
    return ""


def _mistake(sheet: str, words: Sequence[str], typed: Sequence[str]) -> str:
    for number, (right, word) in enumerate(zip(words, typed, strict=False), start=1):
        if right != word:
            return f"Sheet {sheet}, word {number} is not the one on the sheet."
    if len(typed) != len(words):
        return f"Sheet {sheet} has {len(words)} words, not {len(typed)}."
    return ""
