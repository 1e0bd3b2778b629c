"""Where a need is, in her words: its state, the promised time, and whether it waits for her."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from portal.domain.needs import Lane, NeedState
from portal.domain.referrals import UNANSWERED, ReferralState
from portal.domain.services import ServiceState
from portal.i18n import current_language
from portal.models import Need, Referral, Service
from portal.services.house import promised_again
from portal.services.needs.stories import NeedStory
from portal.web import guards
from portal.web.survivor.vocabulary import (
    NEED_STATE_ICONS,
    NEED_STATE_WORDS,
    REFERRAL_STATE_ICONS,
    SERVICE_NOTICES,
    referral_words,
)

# Of several services, the one that says most about what comes next speaks for the need.
SPEAKS = (
    ReferralState.WAITS_FOR_YES,
    ReferralState.DATE_SET,
    ReferralState.ACCEPTED,
    ReferralState.SEEN,
    ReferralState.SENT,
    ReferralState.NOT_POSSIBLE,
    ReferralState.SAID_NO,
)


@dataclass(frozen=True)
class NeedLine:
    """A need in a few words."""

    need: Need
    icon: str
    words: str
    service: str | None
    waits_for_her: bool
    answer_before: datetime | None
    new_time: datetime | None

    @property
    def is_over(self) -> bool:
        """Whether nothing more comes of it."""
        return self.need.state in (NeedState.DONE, NeedState.STOPPED)


@dataclass(frozen=True)
class NeedPlace:
    """A need at one service, in a few words."""

    referral: Referral
    service: Service
    icon: str
    words: str
    reason: str | None
    notice: str | None
    """What the service says of itself while it takes no requests."""
    waits_for_her: bool
    may_say_yes: bool
    answer_before: datetime | None
    new_time: datetime | None
    date_is_over: bool

    @property
    def has_date(self) -> bool:
        """Whether she finds a date of it: among her dates, or among those that are over."""
        return self.referral.state is ReferralState.DATE_SET


def line_of(story: NeedStory, *, over: Collection[UUID], now: datetime) -> NeedLine:
    """The line of a need in her list; `over` are the referrals whose date is over."""
    need = story.need
    speaker = _speaker(story)
    promised = _promised(story)
    if speaker is None:
        icon, words = NEED_STATE_ICONS[need.state], str(NEED_STATE_WORDS[need.state])
    else:
        icon, words = _words(*speaker, is_over=speaker[0].id in over)
    is_named = speaker is not None and speaker[0].state is not ReferralState.SEEN
    return NeedLine(
        need=need,
        icon=icon,
        words=words,
        service=speaker[1].name if speaker and is_named else None,
        waits_for_her=story.waits_for_her,
        answer_before=promised.answer_before if promised else None,
        new_time=new_time(promised, need.lane, now=now),
    )


def place_of(
    need: Need,
    referral: Referral,
    service: Service,
    *,
    reason: str | None,
    over: Collection[UUID],
    now: datetime,
) -> NeedPlace:
    """The card of a service on the page of a need."""
    is_open = need.state not in (NeedState.DONE, NeedState.STOPPED)
    takes_her = is_open and service.state is ServiceState.OPEN
    promised = referral if takes_her and referral.state in UNANSWERED else None
    is_over = referral.id in over
    icon, words = _words(referral, service, is_over=is_over)
    return NeedPlace(
        referral=referral,
        service=service,
        icon=icon,
        words=words,
        reason=reason,
        notice=service_notice(service) if is_open and _is_paused(referral, service) else None,
        waits_for_her=takes_her and referral.state is ReferralState.WAITS_FOR_YES,
        may_say_yes=takes_her and referral.state is ReferralState.SAID_NO,
        answer_before=promised.answer_before if promised else None,
        new_time=new_time(promised, need.lane, now=now),
        date_is_over=is_over,
    )


def _speaker(story: NeedStory) -> tuple[Referral, Service] | None:
    if story.need.state is not NeedState.ROUTED:
        return None
    speakers = [pair for pair in story.referrals if pair[0].state in SPEAKS]
    return min(speakers, key=lambda pair: SPEAKS.index(pair[0].state), default=None)


def _words(referral: Referral, service: Service, *, is_over: bool) -> tuple[str, str]:
    words = referral_words(referral.state, service.name, service.state, is_over=is_over)
    icon = "pause" if _is_paused(referral, service) else REFERRAL_STATE_ICONS[referral.state]
    return icon, words


def _is_paused(referral: Referral, service: Service) -> bool:
    return service.state is not ServiceState.OPEN and referral.state in SPEAKS[:5]


def service_notice(service: Service) -> str:
    """Its own words in her language, or ours."""
    own: str = service.notices.get(current_language().code, "")
    return own or str(SERVICE_NOTICES[service.state])


def _promised(story: NeedStory) -> Need | Referral | None:
    """Who answers next: the house, or the first of the services that take somebody."""
    if story.need.state is NeedState.SENT or story.stands_still:
        return story.need
    if story.need.state is not NeedState.ROUTED:
        return None
    open_now = (
        referral
        for referral, service in story.referrals
        if referral.state in UNANSWERED and service.state is ServiceState.OPEN
    )
    return min(open_now, key=lambda referral: referral.answer_before, default=None)


def new_time(promised: Need | Referral | None, lane: Lane, *, now: datetime) -> datetime | None:
    """What we promise instead of a time that has passed, as the worker wrote it down."""
    if promised is None or promised.answer_before >= now:
        return None
    again = promised.answer_again_before
    if again is not None and again >= now:
        return again
    # The worker has not come by yet: the time that it will write down.
    return promised_again(guards.db(), lane, again or promised.answer_before, now=now)
