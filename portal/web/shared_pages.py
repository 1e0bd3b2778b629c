"""Pages that are the same for many people: drawn once, and given to each with her own keys.

Drawing what stands around a thread costs a quarter of reading it again (measured).
"""

import re
from collections.abc import Callable, Hashable

from flask import current_app, request
from markupsafe import Markup

from portal import i18n
from portal.web.guards import whereabouts
from portal.web.inside import get_inside
from portal.web.templating import new_form_key

MOST = 200
"""Pages kept ready in each process, of 5 to 45 KB; then it begins anew."""
_PAGE_KEY, _FORM_KEY = "\0k", "\0f"
"""Stand where the keys go; no page has them."""
_A_FORM_KEY = re.compile(r'(?<= name="f" value=")[\w-]+')


def shared(draw: Callable[[], str], *made_of: Hashable) -> Markup:
    """The page of this view, drawn once for each language and all that it depends on, `made_of`.

    Nothing in it may be hers but the keys of its forms.
    """
    pages: dict[object, str] = current_app.extensions.setdefault("shared_pages", {})
    language = i18n.current_language().code
    exit_page, is_part = whereabouts().exit_page(language), get_inside().is_part
    known = request.endpoint, language, exit_page, is_part, *made_of
    drawn = pages.get(known)
    if drawn is None:
        if len(pages) >= MOST:
            pages.clear()
        drawn = pages[known] = without_keys(draw())
    return with_keys(drawn)


def without_keys(page: str) -> str:
    """A page, or a piece of one, with gaps for the keys that its forms go by."""
    if page_key := get_inside().page_key:
        page = page.replace(page_key, _PAGE_KEY)
    return _A_FORM_KEY.sub(_FORM_KEY, page)


def with_keys(drawn: str) -> Markup:
    """The same with the key of this visit, and a new one for each form that counts once."""
    start, *rest = drawn.replace(_PAGE_KEY, get_inside().page_key).split(_FORM_KEY)
    # What has gaps was safe before it had them.
    return Markup(start + "".join(new_form_key() + part for part in rest))  # noqa: S704
