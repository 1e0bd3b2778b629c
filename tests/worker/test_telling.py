"""A round of the worker, from the outbox to a server that takes letters or does not."""

from datetime import datetime, timedelta

import pytest

from portal.domain.safe_contact import Channel
from portal.models import Case
from portal.services.case_work import doubt
from portal.services.telling import outbox
from portal.settings import Settings
from portal.worker.couriers import couriers
from portal.worker.rounds import Round
from portal.worker.telling import tell
from tests.people import NOON, Person, TestHouse
from tests.services.journey import TOMORROW, a_date, a_shared_need
from tests.services.ways import EVENINGS, says_no, says_yes, states
from tests.worker.conftest import by_mail, by_text
from tests.worker.gateway import Gateway
from tests.worker.mail_server import MailServer

pytestmark = pytest.mark.real


@pytest.fixture
def kind() -> str:
    """What a server does has nothing to do with the database."""
    return "sqlite"


def round_of(the_house: TestHouse, settings: Settings, now: datetime = NOON) -> bool:
    """One round at a moment."""
    return tell(Round(the_house.database, now), couriers(settings), lambda: now)


def her_date(the_house: TestHouse, her: Person, *channels: Channel) -> None:
    """She said yes to these ways, and has a date tomorrow."""
    for channel in channels:
        says_yes(the_house, her, channel)
    a_date(the_house, a_shared_need(the_house, her), starts_at=TOMORROW)


def test_it_goes_out_by_each_way_that_she_said_yes_to(
    the_house: TestHouse, her: Person, server: MailServer, gate: Gateway
) -> None:
    her_date(the_house, her, Channel.EMAIL, Channel.SMS)
    both = by_text(gate, **mail_env(server))
    assert round_of(the_house, both) is False
    assert round_of(the_house, both) is False
    assert states(the_house) == [("new_date", "sent", None)] * 2
    assert [to for to, _ in server.taken] == ["amal@example.org"]
    assert [asked["to"] for asked, _ in gate.asked] == ["+32470123456"]


def mail_env(server: MailServer) -> dict[str, str]:
    """The variables that lead to a mail server."""
    return {
        "PORTAL_MAIL_HOST": "localhost",
        "PORTAL_MAIL_PORT": str(server.port),
        "PORTAL_MAIL_TLS": "none",
        "PORTAL_MAIL_FROM": "r@agenda.example",
    }


def test_what_the_server_took_without_a_word_is_listed_and_never_repeated(
    the_house: TestHouse, her: Person, server: MailServer
) -> None:
    her_date(the_house, her, Channel.EMAIL)
    server.drops_at = "STOP"
    round_of(the_house, by_mail(server))
    server.drops_at = ""
    for minutes in (1, 10, 60, 600):
        round_of(the_house, by_mail(server), NOON + timedelta(minutes=minutes))
    assert len(server.taken) == 1
    assert states(the_house) == [("new_date", "unclear", "nobody_knows")]
    with the_house.acting(the_house.director) as (session, acting):
        assert len(outbox.not_told(session, acting)) == 1


@pytest.mark.real
@pytest.mark.parametrize(
    ("does", "why"),
    [
        ({"to_rcpt": b"451 later"}, "not_taken"),
        ({"drops_at": "EHLO"}, "not_taken"),
        ({"to_rcpt": b"550 nobody"}, "address_refused"),
    ],
    ids=["refuses for ever", "hangs up", "knows nobody"],
)
def test_what_nobody_takes_is_given_up_into_the_list(
    the_house: TestHouse,
    her: Person,
    server: MailServer,
    does: dict[str, object],
    why: str,
) -> None:
    her_date(the_house, her, Channel.EMAIL)
    vars(server).update(does)
    for minutes in range(0, 300, 15):
        round_of(the_house, by_mail(server), NOON + timedelta(minutes=minutes))
    assert server.taken == []
    assert states(the_house) == [("new_date", "given_up", why)]


def test_nothing_goes_out_while_somebody_else_may_be_using_her_card(
    the_house: TestHouse, her: Person, server: MailServer, gate: Gateway
) -> None:
    her_date(the_house, her, Channel.EMAIL, Channel.SMS)
    with the_house.acting(the_house.director) as (session, acting):
        case = session.get_one(Case, her.case_id)
        doubt.doubt(session, acting, case, "Another voice answered.", now=NOON)
    both = by_text(gate, **mail_env(server))
    for hours in range(3):
        round_of(the_house, both, NOON + timedelta(hours=hours))
    assert server.taken == []
    assert gate.asked == []
    with the_house.acting(the_house.director) as (session, acting):
        assert len(outbox.not_told(session, acting)) == 2, "her case team sees that"


def test_a_server_that_comes_back_gets_everything_once(
    the_house: TestHouse, her: Person, server: MailServer
) -> None:
    her_date(the_house, her, Channel.EMAIL)
    server.to_data = b"452 full"
    round_of(the_house, by_mail(server))
    server.to_data = b"354 go on"
    round_of(the_house, by_mail(server), NOON + timedelta(seconds=30))
    assert server.taken == [], "it is not asked again at once"
    round_of(the_house, by_mail(server), NOON + timedelta(minutes=2))
    assert len(server.taken) == 1


def test_what_changed_while_the_server_was_reached_is_seen(
    the_house: TestHouse, her: Person, server: MailServer
) -> None:
    """She says no while the worker is still connecting."""
    her_date(the_house, her, Channel.EMAIL)
    carriers = dict(couriers(by_mail(server)))
    courier = carriers[Channel.EMAIL]
    reach = courier.reach

    def slowly() -> bool:
        reached = reach()
        says_no(the_house, her)
        return reached

    courier.reach = slowly  # type: ignore[method-assign]
    tell(Round(the_house.database, NOON), carriers, lambda: NOON)
    assert server.taken == []
    assert states(the_house) == [("new_date", "dropped", "she_said_no")]


def test_a_house_without_a_way_says_so(the_house: TestHouse, her: Person) -> None:
    her_date(the_house, her, Channel.SMS)
    round_of(the_house, Settings.from_environment({}))
    assert states(the_house) == [("new_date", "given_up", "no_way")]


def test_outside_her_hours_no_server_hears_of_it(
    the_house: TestHouse, her: Person, server: MailServer
) -> None:
    says_yes(the_house, her, hours=EVENINGS)
    a_date(the_house, a_shared_need(the_house, her), starts_at=TOMORROW)
    round_of(the_house, by_mail(server))
    assert server.taken == []
    round_of(the_house, by_mail(server), NOON.replace(hour=17))
    assert len(server.taken) == 1


def test_in_the_demo_it_is_shown_on_the_terminal(
    the_house: TestHouse, her: Person, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "portal.worker.terminal")
    her_date(the_house, her, Channel.EMAIL)
    round_of(the_house, Settings.from_environment({"PORTAL_DEMO": "yes"}))
    assert "There is news for you." in caplog.text
    assert states(the_house) == [("new_date", "sent", None)]
