"""One at a time: who changes what becomes of a need holds it until it is done."""

from sqlalchemy.orm import Session

from portal.models import Need
from portal.services.holding import hold_case


def hold(session: Session, need: Need) -> None:
    """Read a need anew and keep others from changing what becomes of it until this is done.

    She, the desk and a service may act at one moment; each then decides by what the other did. Its
    case is held with it: what is written about a need is for those who may read the case now.
    """
    hold_case(session, need.case_id)
    session.refresh(need, with_for_update=True)
