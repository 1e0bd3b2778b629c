"""A page that went out of sight shows itself again only to its reader."""

from tests.web.browser_stand_in import Phone
from tests.web.door import PIN, Door


def covered(door: Door) -> Phone:
    """A phone whose page has just been hidden."""
    phone = Phone(door.app)
    phone.open()
    phone.sign_in(door.card, PIN, new=True)
    assert phone.do("/front/cover").status_code == 204
    return phone


def test_within_a_minute_a_tap_is_enough(door: Door) -> None:
    phone = covered(door)
    door.later(seconds=50)
    assert phone.do("/front/uncover").status_code == 204
    phone.go("/today")
    assert phone.heading == "Today"


def test_after_a_minute_the_pin_is_asked(door: Door) -> None:
    phone = covered(door)
    page = phone.page
    door.later(seconds=70)
    phone.go("/today")
    assert phone.heading == "Your PIN, please"
    assert phone.soup.select("[name=to]") == [], "nothing leads on before the PIN"
    phone.do("/front/uncover", a="118822")
    assert "This PIN does not open." in phone.page
    assert "118822" not in phone.page
    phone.page = page
    assert phone.do("/front/uncover", a=PIN).status_code == 204
    phone.go("/today")
    assert phone.heading == "Today"


def test_a_form_sent_from_a_covered_page_does_nothing(door: Door) -> None:
    phone = covered(door)
    door.later(seconds=70)
    phone.do("/write", a="typed by somebody else")
    assert door.done == []


def test_covering_without_a_live_page_key_is_no_matter(door: Door) -> None:
    assert Phone(door.app).post({"do": "/front/cover", "k": "none"}).status_code == 204


def test_the_pages_own_clock_counts_when_the_cover_was_never_told(door: Door) -> None:
    for told, heading in (("61", "Your PIN, please"), ("-5", "Your PIN, please"), ("2", None)):
        phone = Phone(door.app)
        phone.open()
        phone.sign_in(door.card, PIN, new=not door.app.config.get("OPENED"))
        door.app.config["OPENED"] = True
        answer = phone.do("/front/uncover", t=told)
        assert answer.status_code == (200 if heading else 204), told
        phone.go("/today")
        assert phone.heading == (heading or "Today")


def test_a_covered_page_tells_nothing_else_about_itself(door: Door) -> None:
    phone = covered(door)
    phone.go("/front/what-this-hides")
    assert phone.heading != "What this page hides"


def test_a_covered_page_ends_although_it_goes_on_asking(door: Door) -> None:
    phone = covered(door)
    for _ in range(5):
        door.later(minutes=2, seconds=10)
        phone.post({"k": phone.page_key, "do": "/front/stay"})
    phone.go("/today")
    assert phone.heading == "November 2026"
