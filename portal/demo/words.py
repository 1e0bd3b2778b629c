"""Sentences as such people write them, and threads composed of them without silly repeats."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random

_FOLDER = Path(__file__).parent / "words"
_TIMES = ("9.30", "10.00", "10.30", "11.15", "13.00", "13.30", "14.15", "15.00", "15.45", "16.30")
_TRIES = 12
_GREETS, _THANKS = 0.22, 0.25

Turn = tuple[bool, str]
"""Whether she says it, and what."""


@dataclass(frozen=True)
class Words:
    """One language's stock: lists of sentences by what they are for, and short exchanges."""

    lists: Mapping[str, tuple[str, ...]]
    exchanges: tuple[tuple[Turn, ...], ...]

    def one(self, what: str, rng: Random, slots: Mapping[str, str] | None = None) -> str:
        """One sentence for this, its slots filled."""
        return rng.choice(self.lists[what]).format_map(slots or self.slots(rng, "", ""))

    def own_words(self, category: str, rng: Random) -> str:
        """How she puts a need."""
        return self.one(f"need {category}", rng)

    def slots(self, rng: Random, service: str, who: str) -> dict[str, str]:
        """A day, an hour, a thing to bring: the same within one exchange."""
        place = rng.randrange(len(self.lists["days"]))
        return {
            "day": self.lists["days"][place],
            "dag": load("nl").lists["days"][place],
            "time": rng.choice(_TIMES),
            "thing": rng.choice(self.lists["things"]),
            "service": service,
            "who": who,
        }


@cache
def load(language: str) -> Words:
    """The stock of a language."""
    lists: dict[str, list[str]] = {}
    exchanges: list[list[Turn]] = [[]]
    section = ""
    for line in (_FOLDER / f"{language.replace('-', '_')}.txt").read_text("utf-8").splitlines():
        if line.startswith("# "):
            section = line[2:]
        elif section == "exchanges":
            if not line:
                exchanges.append([])
            else:
                exchanges[-1].append((line.startswith("h: "), line[3:]))
        elif line:
            lists.setdefault(section, []).append(line)
    return Words(
        {name: tuple(lines) for name, lines in lists.items()},
        tuple(tuple(turns) for turns in exchanges if turns),
    )


@dataclass
class Talk:
    """The talk of one survivor with her case team; remembers what was said already."""

    words: Words
    rng: Random
    services: tuple[str, ...]
    who: str
    _said: set[str] = field(default_factory=set)
    _deck: list[tuple[Turn, ...]] = field(default_factory=list)

    def exchanges(self, count: int) -> Iterator[list[Turn]]:
        """Exchanges until this many messages were said; the last one may break off."""
        left = count
        while left > 0:
            turns = self._fresh()[:left]
            left -= len(turns)
            yield turns

    def _fresh(self) -> list[Turn]:
        for _ in range(_TRIES):
            turns = self._fill(self._draw())
            if not any(text in self._said for _, text in turns):
                break
        self._said.update(text for _, text in turns)
        return turns

    def _draw(self) -> tuple[Turn, ...]:
        if not self._deck:
            self._deck = list(self.words.exchanges)
            self.rng.shuffle(self._deck)
        return self._deck.pop()

    def _fill(self, exchange: tuple[Turn, ...]) -> list[Turn]:
        slots = self.words.slots(self.rng, self.rng.choice(self.services), self.who)
        turns = [(hers, text.format_map(slots)) for hers, text in exchange]
        if self.rng.random() < _GREETS:
            hello = self.words.one("hello", self.rng, slots)
            turns[0] = (turns[0][0], f"{hello}\n{turns[0][1]}")
        if turns[-1][0] and self.rng.random() < _THANKS:
            turns[-1] = (True, f"{turns[-1][1]} {self.words.one('thanks', self.rng, slots)}")
        return turns
