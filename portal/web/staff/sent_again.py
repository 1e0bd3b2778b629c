"""A form from a page that was open too long: its words come back in a page that sends them again.

The page sends nothing by itself, and only what our own page has sent comes back: a page of another
site must never get its fields under a fresh token of ours, one press away from being an act.
"""

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf.csrf import CSRFError

from portal import i18n
from portal.web import guards

# Neither comes back: what one knows is typed anew, and the token is the one that did not fit.
_NOT_CARRIED = frozenset({"csrf_token", "passphrase", "new", "again", "code", "proof_code"})


def carried() -> list[tuple[str, str]]:
    """The fields of the form that was sent, but for secrets and its token."""
    return [one for one in request.form.items(multi=True) if one[0] not in _NOT_CARRIED]


def token_is_old(_error: CSRFError) -> ResponseReturnValue:
    """Instead of a form whose token does not fit: its words, a fresh token and one button."""
    if current_user.is_authenticated:
        i18n.use_language(current_user.signed_in.language)
    return _page(is_signed_out=False), 400


def keep_of_signed_out() -> ResponseReturnValue | None:
    """Before the guard: whoever was signed out while writing keeps the words and signs in aside."""
    if request.method != "POST" or guards.find_staff() is not None or not _is_from_our_page():
        return None
    return _page(is_signed_out=True), 403


def _page(*, is_signed_out: bool) -> str:
    fields = carried() if _is_from_our_page() else None
    return render_template(
        "staff/sign_in/send_again.html",
        target=request.full_path.rstrip("?"),
        carried=fields,
        # An id or a tick has no space in it; what somebody wrote nearly always has.
        written=[words for _, words in fields or () if " " in words.strip()],
        is_signed_out=is_signed_out,
    )


def _is_from_our_page() -> bool:
    """Whether the browser says so: it sets both headers itself, and no page can change them."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    return request.headers.get("Origin") == request.host_url.rstrip("/")
