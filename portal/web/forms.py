"""Forms: our own words for every message, and field names that tell nothing."""

from string import ascii_lowercase
from typing import Any
from uuid import UUID

from flask import request
from flask_wtf import FlaskForm
from markupsafe import Markup, escape
from wtforms import Form, TextAreaField
from wtforms.fields import Field
from wtforms.meta import DefaultMeta
from wtforms.widgets import TextArea

from portal.domain.refusals import NotFound
from portal.i18n import gettext, lazy_gettext

RESERVED = frozenset("fkls")
"""Names that the one address uses itself; `to` and `do` have two letters."""
LETTERS = [letter for letter in ascii_lowercase if letter not in RESERVED]


class _Words:
    """WTForms' own messages, from our catalogue: msgids are collected in `OF_WTFORMS` below."""

    too_long = lazy_gettext(
        "This is too long. %(limit)s letters fit. Nothing was lost. Make it shorter.",
        limit="%(max)d",
    )

    def gettext(self, words: str) -> str:
        return str(gettext(words))

    def ngettext(self, one: str, many: str, number: int) -> str:
        # Only `Length` counts something; it fills in `max` itself, after this.
        return str(self.too_long)


class _StaffWords(_Words):
    """The same; what asks the reader to do something says it to a colleague."""

    too_long = lazy_gettext(
        "Longer than %(limit)s characters. Nothing was lost: make it shorter.", limit="%(max)d"
    )


def posted_id(field: str) -> UUID:
    """The id that a button of our own page names. Raises NotFound for anything else."""
    try:
        return UUID(request.form.get(field, ""))
    except ValueError:
        raise NotFound from None


def neutral_name(place: int) -> str:
    """a, b, c ...: what a phone that remembers field names would remember."""
    letters = len(LETTERS)
    return (
        LETTERS[place] if place < letters else f"{LETTERS[place // letters - 1]}{place % letters}"
    )


class WordsBox(TextArea):
    """A text area: WTForms takes 90 µs to write the same nine attributes, this one 10."""

    def __call__(self, field: Any, **attributes: Any) -> Markup:
        """The element; an attribute that is True has no value, one that is False is left out."""
        limits = {name: getattr(field.flags, name, False) for name in self.validation_attrs}
        given = {"id": field.id, "name": field.name, **limits, **attributes}
        named = [
            f" {name}" if value is True else f' {name}="{escape(value)}"'
            for name, value in given.items()
            if value is not False and value is not None
        ]
        words = escape(field.data or "")
        return Markup(f"<textarea{''.join(named)}>\r\n{words}</textarea>")  # noqa: S704 (escaped)


class _SurvivorMeta(DefaultMeta):
    """No CSRF token, since nothing here is ambient; neutral names in the order of the fields."""

    def get_translations(self, form: Any) -> _Words:
        return _Words()

    def bind_field(self, form: Any, unbound_field: Any, options: Any) -> Any:
        if unbound_field.name is None:
            options["name"] = neutral_name(len(form._fields))
        if issubclass(unbound_field.field_class, TextAreaField):
            options["widget"] = WordsBox()
        return unbound_field.bind(form=form, **options)


class _Refusing:
    """A form in which a service's refusal can stand beside the field it is about."""

    _fields: dict[str, Field]
    form_errors: list[str]

    def refuse(self, name: str | None, words: Any) -> None:
        """Put `words` beside a field, or above the form when no field is to blame."""
        if name is None:
            self.form_errors = [*self.form_errors, words]
        else:
            self._fields[name].errors = [*self._fields[name].errors, words]


class PortalForm(_Refusing, Form):
    """A survivor's form. Fields are called by their names in Python and a, b, c in the page.

    Two forms on one page need a `prefix` each, so that no name stands twice.
    """

    Meta = _SurvivorMeta

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if not args and request.method == "POST":
            kwargs.setdefault("formdata", request.form)
        super().__init__(*args, **kwargs)

    @property
    def is_for_later(self) -> bool:
        """Whether she keeps what she typed instead of sending it (see `keep_for_later`)."""
        return request.method == "POST" and bool(request.form.get("s"))

    def validate_on_submit(self) -> bool:
        """Whether this form was sent and says what it must."""
        return request.method == "POST" and bool(self.validate())


class StaffForm(_Refusing, FlaskForm):  # type: ignore[misc]
    """A staff form: under the CSRF token of the browser's session, names as they are."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        def get_translations(self, form: Any) -> _Words:
            return _StaffWords()


OF_WTFORMS = (
    lazy_gettext("This field is required."),
    lazy_gettext("Not a valid choice."),
    lazy_gettext("Not a valid choice"),
    lazy_gettext("Invalid Choice: could not coerce."),
    lazy_gettext("Not a valid integer value."),
    lazy_gettext("Not a valid decimal value."),
    lazy_gettext("Not a valid datetime value."),
    lazy_gettext("Not a valid date value."),
    lazy_gettext("Not a valid time value."),
    lazy_gettext("Invalid email address."),
    lazy_gettext("Invalid input."),
)
"""Messages that WTForms may say by itself, so that the catalogue holds them."""
