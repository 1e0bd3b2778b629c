"""The technical administrator sees no content, ever: not on a page, not through any service."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

import portal.services
from portal.domain.folders import FolderKind
from portal.domain.refusals import Refusal
from portal.models import AuditEvent
from portal.services.entry import sessions
from portal.vault import VaultError
from tests.web.browsers import methods, pages_of_staff, path_of, rules
from tests.web.furnishing import HER_WORDS
from tests.web.whole_house import WholeHouse, foreign

pytestmark = pytest.mark.real

WRONG = (AssertionError, AttributeError, ValueError)
"""What a service says to arguments that no page would give it."""
NAMES = ("Amal", "Bea", "Noor")


def test_no_page_that_she_can_reach_says_a_word_of_a_survivor(whole: WholeHouse) -> None:
    seen = 0
    for page in pages_of_staff(whole.browser(whole.everybody.staff["administrator"])):
        seen += 1
        assert HER_WORDS not in page.answer.text, page.path
        assert not [name for name in NAMES if name in page.answer.text], page.path
    assert seen >= 5


@pytest.mark.real
def test_no_address_opens_for_her_whatever_id_she_knows(whole: WholeHouse) -> None:
    browser, wrong, asked = whole.browser(whole.everybody.staff["administrator"]), [], 0
    for rule in rules(whole.app, "staff"):
        if "GET" not in methods(rule) or ".inside." not in rule.endpoint:
            continue
        ids: list[dict[str, Any]] = [*foreign(whole, rule)] or [{}]
        for one in ids:
            asked += 1
            answer = browser.client.get(path_of(rule, one), follow_redirects=True)
            if HER_WORDS in answer.text or any(name in answer.text for name in NAMES):
                wrong.append(rule.rule)
    assert asked > 20
    assert wrong == []
    assert _opened(whole) == []


def _opened(whole: WholeHouse) -> list[str]:
    """Folders that were opened as the administrator, by the account of acts."""
    ada = whole.everybody.staff["administrator"].account_id.hex
    with whole.reading() as connection:
        rows = connection.execute(
            "SELECT kind FROM audit_event WHERE actor_id = ? AND kind LIKE 'folder%'", (ada,)
        )
        return [str(kind) for (kind,) in rows]


@pytest.mark.real
def test_no_service_opens_anything_for_her(whole: WholeHouse) -> None:
    """Every function that acts for somebody, called as she, with every id there is."""
    whole.database.close()
    called, wrong = 0, []
    token = whole.token(whole.everybody.staff["administrator"])
    for function in services():
        for given in arguments(whole, function):
            with whole.database.session() as session:
                acting = sessions.find(session, token, now=whole.now)
                assert acting is not None
                called += 1
                try:
                    answer = function(session, acting, **given)
                    said = repr(answer) + repr(getattr(answer, "__dict__", ""))
                except (Refusal, VaultError, TypeError, LookupError, *WRONG) as refusal:
                    said = repr(refusal)
                except SQLAlchemyError:
                    continue
                folders = AuditEvent.kind.startswith("folder")
                looked = select(AuditEvent.id).where(AuditEvent.actor_id == acting.account_id)
                opened = session.scalars(looked.where(folders)).first()
                if opened or HER_WORDS in said:
                    wrong.append(f"{function.__module__}.{function.__name__}")
                session.rollback()
    assert called > 150
    assert wrong == []


def services() -> list[Callable[..., Any]]:
    """Every public function of the services that is given a session and who acts."""
    found: list[Callable[..., Any]] = []
    for info in pkgutil.walk_packages(portal.services.__path__, "portal.services."):
        module = importlib.import_module(info.name)
        for function in vars(module).values():
            if not inspect.isfunction(function) or function.__module__ != info.name:
                continue
            names = list(inspect.signature(function).parameters)
            if names[:2] == ["session", "acting"] and not function.__name__.startswith("_"):
                found.append(function)
    return found


def arguments(whole: WholeHouse, function: Callable[..., Any]) -> Iterator[dict[str, Any]]:
    """What it can be asked with: her case and every id of the house, one after the other."""
    ids = whole.everybody.ids
    for turn in range(2):
        given: dict[str, Any] = {}
        for name, parameter in list(inspect.signature(function).parameters.items())[2:]:
            noun = name.removesuffix("_id").removesuffix("_ids")
            known = ids.get(noun, ids["case"])
            if name == "now":
                given[name] = whole.now
            elif name.endswith("_id"):
                given[name] = known[turn % len(known)]
            elif name.endswith("_ids"):
                given[name] = list(known)
            elif parameter.default is inspect.Parameter.empty:
                given[name] = {"kind": FolderKind.NEEDS, "until": None}.get(name, "typed")
        yield given
