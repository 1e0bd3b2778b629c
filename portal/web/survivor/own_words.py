"""A field for what she says herself: cleaned, measured, refused when too long, never cut."""

from collections.abc import Callable
from typing import Any

from wtforms import TextAreaField
from wtforms.fields import Field
from wtforms.form import BaseForm
from wtforms.validators import InputRequired, ValidationError

from portal.domain.words import MAX_WORDS, clean
from portal.i18n import lazy_gettext as _l


def too_long(limit: int) -> str:
    """What is said of too many letters."""
    return _l(
        "This is too long. %(limit)s letters fit. Nothing was lost. Make it shorter.",
        limit=f"{limit:,}".replace(",", "\u202f"),
    )


TOO_LONG = too_long(MAX_WORDS)
NOTHING_WRITTEN = _l("Write some words first.")


class OwnWordsField(TextAreaField):
    """Her words, or nothing; `required` refuses nothing."""

    def __init__(
        self, label: str = "", *, required: bool = False, limit: int = MAX_WORDS, **kwargs: Any
    ) -> None:
        needed = [InputRequired(NOTHING_WRITTEN)] if required else []
        super().__init__(label, [*needed, _fits(limit)], filters=[_cleaned], **kwargs)


def _fits(limit: int) -> Callable[[BaseForm, Field], None]:
    def check(_form: BaseForm, field: Field) -> None:
        # WTForms' own Length writes a maxlength, and a browser then cuts what is pasted silently.
        if len(field.data or "") > limit:
            raise ValidationError(too_long(limit))

    return check


def _cleaned(typed: str | None) -> str | None:
    return clean(typed) if typed else typed
