"""The form of each question about her needs, with what she said before; nothing is required."""

from collections.abc import Container

from wtforms import BooleanField, RadioField, SelectField, SelectMultipleField
from wtforms.validators import Optional
from wtforms.widgets import CheckboxInput, ListWidget

from portal.domain.interpreters import own_name
from portal.domain.needs import Category, HowSoon, NeedAnswer, Statement, StayOrLeave
from portal.i18n import gettext as _
from portal.i18n import lazy_gettext as _l
from portal.web.forms import PortalForm
from portal.web.survivor import interpreters
from portal.web.survivor.own_words import OwnWordsField
from portal.web.survivor.vocabulary import CATEGORY_WORDS, HOW_SOON_WORDS, PLAN_WORDS


class ChooseForm(PortalForm):
    """Several needs at once."""

    chosen = SelectMultipleField(
        _l("You can choose more than one."),
        widget=ListWidget(),
        option_widget=CheckboxInput(),
        # A choice that is no longer offered gets our own words below.
        validate_choice=False,
    )


def choose(said: Statement, already: Container[Category]) -> ChooseForm:
    """Sixteen cards, without what she already asked for."""
    form = ChooseForm(data={"chosen": [need.category.value for need in said.needs]})
    offered = [category for category in Category if category not in already]
    form.chosen.choices = [(category.value, CATEGORY_WORDS[category]) for category in offered]
    return form


class NeedForm(PortalForm):
    """How soon, and her own words."""

    how_soon = RadioField(_l("How soon?"), [Optional()])
    child_in_danger = RadioField(_l("Is a child in danger now?"), [Optional()])
    words = OwnWordsField(_l("In your own words"))


def about(need: NeedAnswer) -> NeedForm:
    """How soon she wants help with a need, and her own words about it."""
    how_soon = None if need.how_soon is HowSoon.UNSAID else need.how_soon
    danger = "yes" if need.child_in_danger else None
    said = {"how_soon": how_soon, "child_in_danger": danger, "words": need.own_words}
    form = NeedForm(data=said)
    form.how_soon.choices = [
        (one.value, HOW_SOON_WORDS[one]) for one in HowSoon if one is not HowSoon.UNSAID
    ]
    form.child_in_danger.choices = [("yes", _("Yes")), ("no", _("No"))]
    return form


class ChoiceForm(PortalForm):
    """One answer of a few, or none."""

    answer = RadioField("", [Optional()])


def most_important(said: Statement) -> ChoiceForm:
    """Which of her needs comes first."""
    form = ChoiceForm(data={"answer": said.most_important})
    form.answer.label.text = _("Choose one.")
    chosen = [need.category for need in said.needs]
    form.answer.choices = [(category.value, CATEGORY_WORDS[category]) for category in chosen]
    return form


def plan(said: Statement) -> ChoiceForm:
    """Stay, leave, or not known yet; all three are help."""
    form = ChoiceForm(data={"answer": said.stay_or_leave})
    form.answer.label.text = _("We help you with each of these.")
    form.answer.choices = [(one.value, PLAN_WORDS[one]) for one in StayOrLeave]
    return form


class NotWantedForm(PortalForm):
    """What we should not do."""

    words = OwnWordsField(_l("In your own words"))


def not_wanted(said: Statement) -> NotWantedForm:
    """What we should not do, in her words."""
    return NotWantedForm(data={"words": said.not_wanted})


class TalkForm(PortalForm):
    """What makes it possible to come and to talk."""

    language = SelectField(_l("I want an interpreter for"), [Optional()])
    interpreter = OwnWordsField(_l("About the interpreter"))
    childcare = BooleanField(_l("Somebody looks after my children during the talk"))
    accessibility = OwnWordsField(_l("What else do you need to come?"))


def at_the_talk(said: Statement) -> TalkForm:
    """Interpreter, childcare, and what her body needs."""
    language, words = interpreters.parts(said.interpreter)
    answers = {"language": language, "interpreter": words, "accessibility": said.accessibility}
    form = TalkForm(data={**answers, "childcare": said.childcare})
    form.language.choices = [
        ("", _("No interpreter")),
        *((one, own_name(one)) for one in interpreters.SPOKEN),
    ]
    return form
