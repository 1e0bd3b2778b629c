"""An act that a form asks for: done, or refused in words beside the field that is to blame."""

from collections.abc import Callable, Mapping

from portal.domain.refusals import Refusal
from portal.web import guards
from portal.web.forms import StaffForm


def did(
    act: Callable[[], object], form: StaffForm, refusals: Mapping[type[Refusal], tuple[str, str]]
) -> bool:
    """Whether it could be done; what is wrong stands beside its field."""
    try:
        with guards.transaction():
            act()
    except tuple(refusals) as refusal:
        form.refuse(*refusals[type(refusal)])
        return False
    return True
