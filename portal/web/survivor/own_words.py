"""A field for what she says herself: cleaned, measured, refused when too long, never cut."""

from typing import Any

from wtforms import TextAreaField
from wtforms.fields import Field
from wtforms.form import BaseForm
from wtforms.validators import InputRequired, ValidationError

from portal.domain.words import MAX_WORDS, clean
from portal.i18n import lazy_gettext as _l

TOO_LONG = _l(
    "This is too long. %(limit)s letters fit. Nothing was lost. Make it shorter.",
    limit=f"{MAX_WORDS:,}".replace(",", "\u202f"),
)
NOTHING_WRITTEN = _l("Write some words first.")


class OwnWordsField(TextAreaField):
    """Her words, or nothing; `required` refuses nothing."""

    def __init__(self, label: str = "", *, required: bool = False, **kwargs: Any) -> None:
        needed = [InputRequired(NOTHING_WRITTEN)] if required else []
        super().__init__(label, [*needed, _fits], filters=[_cleaned], **kwargs)


def _fits(_form: BaseForm, field: Field) -> None:
    # WTForms' own Length writes a maxlength, and a browser then cuts what is pasted without a word.
    if len(field.data or "") > MAX_WORDS:
        raise ValidationError(TOO_LONG)


def _cleaned(typed: str | None) -> str | None:
    return clean(typed) if typed else typed
