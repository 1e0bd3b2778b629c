"""What these pages hide from whoever looks at the phone, and what they cannot hide."""

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from portal import i18n
from portal.services.entry import limits
from portal.web import guards
from portal.web.inside import PREFIX

blueprint = Blueprint("what_this_hides", __name__, url_prefix="/what-this-hides")


@blueprint.get("")
def show() -> ResponseReturnValue:
    """Said plainly, inside: on the front page these words would tell what the page is."""
    found = guards.find_survivor()
    if found is None:
        return redirect("/")
    if found.covered_at is not None:
        return redirect(f"{PREFIX}/front/uncover")
    i18n.use_language(found.language)
    return render_template(
        "front/what_this_hides.html", host=request.host, is_first=found.told_limits_at is None
    )


@blueprint.post("/go-on")
def go_on() -> ResponseReturnValue:
    """To her pages; at the next sign-in she reads it again."""
    return _to_her_pages(knows=False)


@blueprint.post("/known")
def known() -> ResponseReturnValue:
    """To her pages, and from now on straight to them."""
    return _to_her_pages(knows=True)


def _to_her_pages(*, knows: bool) -> ResponseReturnValue:
    found = guards.find_survivor()
    if found is None:
        return redirect("/")
    if found.covered_at is None:
        act = limits.know if knows else limits.have_read
        with guards.transaction() as session:
            act(session, found, now=guards.utc_now())
    return redirect(f"{PREFIX}/today")
