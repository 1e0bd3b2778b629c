"""Forms about the interpreter of a date: what she wants, who comes, what a link says."""

from wtforms import BooleanField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from portal.domain.interpreters import (
    LONGEST_DIALECT,
    LONGEST_NAME,
    LONGEST_NAMES,
    LONGEST_WHERE,
    Means,
    Said,
    Sex,
)
from portal.i18n import gettext as _
from portal.i18n import lazy_gettext as _l
from portal.services.interpreters.asking import Wish
from portal.services.interpreters.booking import Choice
from portal.web.forms import StaffForm
from portal.web.staff.dates import interpreter_words as words
from portal.web.staff.vocabulary.languages import interpreted_for_staff

LINK_WORDS = _l("Write something here.")


class WishForm(StaffForm):
    """What she wants, said by staff for her."""

    language = SelectField(_l("Language"), [Optional()])
    dialect = StringField(_l("Dialect, or from where"), [Length(max=LONGEST_DIALECT)])
    sex = SelectField(_l("Woman or man"), [Optional()])
    means = SelectField(_l("How"), [Optional()])
    not_from_near = BooleanField(_l("Nobody from her town or community"))
    not_these = TextAreaField(_l("Names of people who must not come"), [Length(max=LONGEST_NAMES)])

    def wish(self) -> Wish:
        """The same, as services take it."""
        return Wish(
            self.language.data or None,
            Said(
                dialect=self.dialect.data,
                sex=Sex(self.sex.data) if self.sex.data else None,
                means=Means(self.means.data) if self.means.data else None,
                not_from_near=bool(self.not_from_near.data),
                not_these=self.not_these.data,
            ),
        )


class BookForm(StaffForm):
    """Who comes, and how."""

    who = RadioField(_l("Who can come"), [InputRequired(_l("Choose somebody."))])
    by = RadioField(_l("How"), [InputRequired(_l("Choose one."))])


class LinkForm(StaffForm):
    """All that an interpreter reads besides the time and the language."""

    where = StringField(
        _l("Where, or which number"), [InputRequired(LINK_WORDS), Length(max=LONGEST_WHERE)]
    )
    called = StringField(_l("First name"), [InputRequired(LINK_WORDS), Length(max=LONGEST_NAME)])


def wish_form(wish: Wish, *, fresh: bool = False) -> WishForm:
    """What was typed, or when `fresh` what she wished before."""
    known = {**vars(wish.said), "language": wish.language or ""}
    known |= {"sex": wish.said.sex or "", "means": wish.said.means or ""}
    form = WishForm(formdata=None, data=known) if fresh else WishForm()
    form.language.choices = [("", _("not said")), *interpreted_for_staff().items()]
    form.sex.choices = [
        ("", _("no matter")),
        *((one.value, said) for one, said in words.SEX.items()),
    ]
    form.means.choices = [
        ("", _("no matter")),
        *((one.value, said) for one, said in words.MEANS.items()),
    ]
    return form


def book_form(found: Choice, *, fresh: bool = False) -> BookForm:
    """Whom staff may choose for this date."""
    known = {"by": (found.wish.said.means or Means.PHONE).value}
    form = BookForm(formdata=None, data=known) if fresh else BookForm()
    form.who.choices = [
        (str(one.interpreter.id), one.interpreter.name) for one in found.candidates if one.may_come
    ]
    form.by.choices = [(one.value, said) for one, said in words.MEANS.items()]
    return form
