"""A statement of needs in the making: its questions, in order, and her answers so far.

Kept for a day, sealed to her alone, so that she may stop anywhere and nothing is lost.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from portal.domain.needs import (
    Category,
    HowSoon,
    NeedAnswer,
    Statement,
    StayOrLeave,
    shows_emergency_first,
)
from portal.services import drafts
from portal.services.needs import statements
from portal.web import guards
from portal.web.survivor import unsent


class Question(StrEnum):
    """What is asked on one screen; each is a view and a template of this name."""

    CHOOSE = "choose"
    NEED = "about"
    IMPORTANT = "most_important"
    PLAN = "plan"
    NOT_WANTED = "not_wanted"
    HELP = "at_the_talk"
    READ = "read"


@dataclass(frozen=True)
class Step:
    """One screen; those about a need say which."""

    question: Question
    category: Category | None = None


@dataclass(frozen=True)
class HalfWay:
    """Her answers so far, and how many questions she has passed."""

    statement: Statement = field(default_factory=lambda: Statement(needs=()))
    passed: int = 0

    @property
    def steps(self) -> list[Step]:
        """All questions that these needs bring, in order."""
        about = [Step(Question.NEED, need.category) for need in self.statement.needs]
        # With one need there is nothing to weigh.
        weigh = [Step(Question.IMPORTANT)] if len(about) > 1 else []
        rest = (Question.PLAN, Question.NOT_WANTED, Question.HELP, Question.READ)
        return [Step(Question.CHOOSE), *about, *weigh, *map(Step, rest)]

    @property
    def where_she_was(self) -> Step:
        """The first question that she has not passed."""
        return self.steps[min(self.passed, len(self.steps) - 1)]

    def after(self, step: Step) -> Step:
        """The question that comes after this one."""
        return self.steps[min(self.steps.index(step) + 1, len(self.steps) - 1)]

    def before(self, step: Step) -> Step | None:
        """The question that came before this one."""
        place = self.steps.index(step)
        return self.steps[place - 1] if place else None

    def need(self, category: Category) -> NeedAnswer | None:
        """What she said about a need that she chose."""
        return next((need for need in self.statement.needs if need.category is category), None)

    def danger_before(self, step: Step) -> bool:
        """Whether the answer just given means that 112 and 101 come first now."""
        before = self.before(step)
        if before is None or before.category is None:
            return False
        need = self.need(before.category)
        return need is not None and is_danger(need)

    def choose(self, chosen: Iterable[Category]) -> "HalfWay":
        """Other needs; what was said about those that stay is kept."""
        wanted = set(chosen)
        answers = tuple(
            self.need(category) or NeedAnswer(category)
            for category in Category
            if category in wanted
        )
        most = self.statement.most_important
        return replace(
            self,
            statement=replace(
                self.statement, needs=answers, most_important=most if most in wanted else None
            ),
        )

    def answer(self, answer: NeedAnswer) -> "HalfWay":
        """One need, answered."""
        answers = (
            answer if need.category is answer.category else need for need in self.statement.needs
        )
        return replace(self, statement=replace(self.statement, needs=tuple(answers)))

    def say(self, **said: Any) -> "HalfWay":
        """One of the closing questions, answered."""
        return replace(self, statement=replace(self.statement, **said))

    def passing(self, step: Step) -> "HalfWay":
        """The same, with this question behind her."""
        return replace(self, passed=max(self.passed, self.steps.index(step) + 1))


def find_category(code: str) -> Category | None:
    """The kind of need behind a code that a page sent."""
    return next((category for category in Category if category.value == code), None)


def is_danger(need: NeedAnswer) -> bool:
    """Whether somebody may be in danger now."""
    return need.child_in_danger or shows_emergency_first(need.category, need.how_soon)


def find() -> HalfWay | None:
    """What she has not sent yet, if it is not a day old."""
    kept = unsent.answers(statements.DRAFT)
    try:
        return HalfWay(_statement(kept["statement"]), int(kept["passed"])) if kept else None
    except (KeyError, TypeError, ValueError):
        # Kept by the version before an upgrade: she starts again, rather than seeing errors a day.
        return None


def keep(half_way: HalfWay, *, now: datetime) -> None:
    """Keep her answers for a day."""
    kept = {"statement": asdict(half_way.statement), "passed": half_way.passed}
    with guards.transaction() as session:
        drafts.keep(session, guards.signed_in(), statements.DRAFT, kept, now=now)


def _statement(kept: Mapping[str, Any]) -> Statement:
    answers = tuple(
        NeedAnswer(
            category=Category(need["category"]),
            how_soon=HowSoon(need["how_soon"]),
            own_words=need["own_words"],
            child_in_danger=need["child_in_danger"],
        )
        for need in kept["needs"]
    )
    most, plan = kept["most_important"], kept["stay_or_leave"]
    return Statement(
        needs=answers,
        most_important=Category(most) if most else None,
        stay_or_leave=StayOrLeave(plan) if plan else None,
        not_wanted=kept["not_wanted"],
        interpreter=kept["interpreter"],
        childcare=kept["childcare"],
        accessibility=kept["accessibility"],
    )
