"""What these pages hide from whoever looks at the phone, and what they cannot hide."""

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from portal import i18n
from portal.web import guards
from portal.web.inside import PREFIX

blueprint = Blueprint("what_this_hides", __name__)


@blueprint.get("/what-this-hides")
def show() -> ResponseReturnValue:
    """Said plainly, inside: on the front page these words would tell what the page is."""
    found = guards.find_survivor()
    if found is None:
        return redirect("/")
    if found.covered_at is not None:
        return redirect(f"{PREFIX}/front/uncover")
    i18n.use_language(found.language)
    return render_template("front/what_this_hides.html", host=request.host)
