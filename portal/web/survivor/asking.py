"""One question on a screen: showing it, keeping its answer, going on to the next."""

from typing import Any

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.web import guards
from portal.web.forms import PortalForm
from portal.web.survivor import half_way
from portal.web.survivor.half_way import HalfWay, Question, Step

FROM_READ = "read"
"""In `then`: she came from the last page to change one answer, and goes back there."""


def path(step: Step, then: str | None = None) -> str:
    """The inner path of a question."""
    values: dict[str, Any] = {"category": step.category and step.category.value, "then": then}
    return url_for(f"survivor.statement.{step.question.value}", **values)


def path_to_change(step: Step) -> str:
    """The inner path of a question for her who has read all her answers."""
    return path(step, then=FROM_READ)


def get_kept(step: Step) -> HalfWay:
    """What she said so far; without it, or without this question in it, she begins anew."""
    kept = half_way.find()
    if kept is None or not kept.statement.needs or step not in kept.steps:
        abort(redirect(url_for("survivor.needs.begin")))
    return kept


def keep_and_go_on(
    answered: HalfWay, step: Step, *, may_return: bool = True
) -> ResponseReturnValue:
    """Keep what she said, and lead to the next question, back to the last page, or to her list."""
    if request.form.get("s"):
        half_way.keep(answered, now=guards.utc_now())
        return redirect(url_for("survivor.needs.show_all"))
    answered = answered.passing(step)
    half_way.keep(answered, now=guards.utc_now())
    returns = may_return and _came_from_read()
    return redirect(path(Step(Question.READ) if returns else answered.after(step)))


def show(kept: HalfWay, step: Step, form: PortalForm, **more: object) -> str:
    """The page of a question."""
    back = Step(Question.READ) if _came_from_read() else kept.before(step)
    skip = Step(Question.READ) if _came_from_read() else kept.after(step)
    values: dict[str, object] = {
        "form": form,
        "do": path_to_change(step) if _came_from_read() else path(step),
        "back_to": path(back) if back else url_for("survivor.needs.show_all"),
        "skip_to": path(skip),
        "number": kept.steps.index(step) + 1,
        "total": len(kept.steps),
        "danger": kept.danger_before(step),
    }
    return render_template(f"survivor/needs/new/{step.question.value}.html", **values | more)


def _came_from_read() -> bool:
    return request.args.get("then") == FROM_READ
