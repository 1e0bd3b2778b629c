"""Words and dates in the language of whoever reads: nothing here knows of a request.

Use `from portal.i18n import gettext as _, ngettext, lazy_gettext as _l`, with named placeholders:
`_("Seen by %(name)s", name=name)`. The language is that of the thread or task, set with
`use_language`.
"""

from portal.i18n.catalogues import BrokenCatalogue, load
from portal.i18n.dates import use_zone
from portal.i18n.languages import LANGUAGES, Language, current_language, language_name, use_language
from portal.i18n.negotiation import negotiate
from portal.i18n.words import gettext, lazy_gettext, ngettext

__all__ = [
    "LANGUAGES",
    "BrokenCatalogue",
    "Language",
    "current_language",
    "gettext",
    "language_name",
    "lazy_gettext",
    "load",
    "negotiate",
    "ngettext",
    "use_language",
    "use_zone",
]
