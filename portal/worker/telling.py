"""Telling her: whatever is due goes out, each letter checked when a server is there to take it."""

import logging
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime

from sqlalchemy.exc import OperationalError

from portal.database import Database
from portal.domain.outbox import Outcome
from portal.domain.safe_contact import Channel
from portal.services.telling import sending
from portal.services.telling.sending import Done, Letter
from portal.worker.couriers import Courier
from portal.worker.rounds import Round

SECONDS = 45.0
"""How long one round tells, so that what else a worker does is not kept waiting."""
_ATTEMPTS, _BETWEEN_SECONDS = 5, 0.5
Clock = Callable[[], datetime]
log = logging.getLogger("portal.worker")


def tell(
    this: Round,
    couriers: Mapping[Channel, Courier],
    clock: Clock,
    *,
    is_stopping: Callable[[], bool] = lambda: False,
    seconds: float = SECONDS,
) -> bool:
    """Send what is due; gives whether time was over before everything was sent."""
    until = time.monotonic() + seconds
    lost = this.do("what was lost", sending.give_up_the_dead)
    due = this.look("what is to be told", sending.due) or {}
    sent, more = 0, False
    for channel in due:
        run = _Run(this.database, clock, lambda: is_stopping() or time.monotonic() > until)
        courier = couriers.get(channel)
        with this.task(channel.value):
            more = (
                run.without_courier(channel) if courier is None else run.by(courier, channel)
            ) or more
        sent += run.sent
    if sent or lost:
        # How many, never what or to whom.
        log.info("told: %s sent, %s unclear since a worker ended", sent, lost)
    return more


class _Run:
    """One courier's way through what is due."""

    def __init__(self, database: Database, clock: Clock, is_over: Callable[[], bool]) -> None:
        self._database, self._clock, self._is_over = database, clock, is_over
        self._done: Done | None = None
        self.sent = 0

    def by(self, courier: Courier, channel: Channel) -> bool:
        """Whether something is left."""
        try:
            while not self._is_over():
                if not courier.reach():
                    return self._put_off(channel)
                letter = self._next(channel)
                if letter is None:
                    return False
                self._done = Done(letter, courier.hand_over(letter))
                if self._done.outcome is not Outcome.SENT:
                    self._keep()
            return True
        finally:
            self._keep()
            courier.leave()

    def without_courier(self, channel: Channel) -> bool:
        """Whether something is left that cannot be sent by this way."""
        with self._database.transaction() as session:
            return sending.no_way(session, [channel], now=self._clock())

    def _next(self, channel: Channel) -> Letter | None:
        """The last letter is written down and the next one claimed in one transaction."""
        with self._database.transaction() as session:
            if self._done is not None:
                sending.write_down(session, self._done, now=self._clock())
            letter = sending.take_next(session, [channel], now=self._clock())
        self._count()
        return letter

    def _keep(self) -> None:
        """Write down what came of the last letter: it is known, and must not become unclear."""
        for attempt in range(_ATTEMPTS):
            if self._done is None:
                return
            with suppress(OperationalError):
                with self._database.transaction() as session:
                    sending.write_down(session, self._done, now=self._clock())
                self._count()
                return
            time.sleep(_BETWEEN_SECONDS * (attempt + 1))

    def _count(self) -> None:
        if self._done is not None and self._done.outcome is Outcome.SENT:
            self.sent += 1
        self._done = None

    def _put_off(self, channel: Channel) -> bool:
        with self._database.transaction() as session:
            return sending.put_off(session, channel, now=self._clock())
