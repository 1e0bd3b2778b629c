"""The services of the house in the shape of Open Referral's Human Services Data Specification.

The specification has one text a field, no kinds of service like ours and no word for a place that
is not told. Those stand in `attributes`, its own place for what a publisher adds: `link_type` says
what, `label` in which language, `taxonomy_term.code` which of our codes. Where a text exists in
several languages the plain field repeats the first.
"""

from collections.abc import Mapping

from portal.domain.services import ServiceState

VERSION = "3.0"
"""The version of the specification that is written; any 3 is read."""
KIND, PLACE_KIND, FLOOR, ZONE = "service_kind", "place_kind", "floor", "time_zone"
"""What an attribute says that is none of the texts."""
TEXTS: Mapping[str, str] = {
    "eligibility_description": "for_whom",
    "fees_description": "cost",
    "required_documents": "bring",
    "alert": "notices",
}
"""The specification's field of each of our texts."""
STATUS: Mapping[ServiceState, str] = {
    ServiceState.OPEN: "active",
    ServiceState.PAUSED: "temporarily closed",
    ServiceState.CLOSED: "inactive",
}
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
FREE, MAY_COST = "free", "may cost money"
