"""Every address of the console, every role, own and foreign office: exactly the allowed ones answer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import get_resolver

from casework.record.models import Case, Evidence, Membership, Page, Role
from casework.words.states import AttemptState
from tests import factories

ALL = set(Role)
READERS = {Role.CLERK, Role.SECOND_CLERK, Role.OFFICER, Role.AUDITOR}
CLERKS = {Role.CLERK, Role.SECOND_CLERK}
BOOKS = {Role.MANAGER, Role.OFFICER, Role.AUDITOR}
OPERATORS = {Role.OFFICER, Role.ADMINISTRATOR}
TRAIL = {Role.AUDITOR, Role.OFFICER}

PAGES: dict[str, set[Role]] = {
    "home": ALL,
    "queue": READERS,
    "next": READERS,
    "queue_export": READERS,
    "cases": READERS,
    "savings": BOOKS,
    "savings_export": BOOKS,
    "operations": OPERATORS,
    "trails": TRAIL,
}
OBJECTS: dict[str, set[Role]] = {
    "case": READERS,
    "answers": READERS,
    "original": READERS,
    "page_image": READERS,
    "evidence": TRAIL,
    "trail": TRAIL,
    "savings_entries": BOOKS,
}
POSTS: dict[str, set[Role]] = {
    "decide": CLERKS,
    "spent": CLERKS,
    "answer_send": CLERKS,
    "answer_settle": CLERKS,
    "pause": OPERATORS,
    "resume": OPERATORS,
}
OPEN = {"login", "language", "alive"}
SIGNED_IN = {"logout"}
NAMES = {name for name in get_resolver().reverse_dict if isinstance(name, str)}


class Office:
    """One office with a case and everything that hangs on it."""

    def __init__(self, office: str) -> None:
        self.office = office
        self.case: Case = factories.invoice(office)
        self.page: Page = factories.page(self.case.message)
        self.evidence: Evidence = factories.evidence(factories.attempt(self.case, AttemptState.CONFIRMED))
        self.asked = factories.invoice(office)
        self.answered = factories.answer(factories.invoice(office))
        for _number in range(5):
            factories.done(office)

    def address(self, name: str) -> str:
        from django.urls import reverse

        reference = self.case.reference
        arguments: dict[str, list[object]] = {
            "page_image": [reference, self.page.pk],
            "evidence": [reference, self.evidence.pk],
            "savings_entries": [self.office, "invoice", self.case.opened_at.strftime("%Y-%m")],
            "answer_send": [self.asked.reference],
            "answer_settle": [self.answered.case.reference, self.answered.number],
            "pause": [],
            "resume": [],
        }
        return reverse(name, args=arguments.get(name, [reference]))

    def form(self, name: str) -> dict[str, str]:
        if name in ("pause", "resume"):
            return {"what": f"office:{self.office}"}
        if name == "answer_settle":
            return {"said": "withdraw", "version": str(self.answered.case.version)}
        if name == "answer_send":
            words = {"recipient": self.asked.message.sender, "subject": "Rückfrage", "body": "Bitte melden Sie sich."}
            return {"template": "rueckfrage", "version": str(self.asked.version), **words}
        return {"answer": "release", "version": str(self.case.version)}


@pytest.fixture
def offices(house: None, tmp_path: Path) -> tuple[Office, Office]:
    from casework import configuration
    from casework.register import books

    factories.write_offices(tmp_path / "configs", mail=True)
    configuration.forget()
    pair = Office("amt-a"), Office("amt-b")
    books.write_up()
    return pair


@pytest.fixture
def as_role(house: None) -> Callable[[Role], Client]:
    def sign_in(role: Role) -> Client:
        user = User.objects.create(username=f"only-{role}")
        Membership.objects.create(user=user, office="amt-a", role=role)
        client = Client(HTTP_ACCEPT_LANGUAGE="de")
        client.force_login(user)
        return client

    return sign_in


def test_no_address_is_forgotten_in_this_matrix() -> None:
    assert {*PAGES, *OBJECTS, *POSTS, *OPEN, *SIGNED_IN} == NAMES


@pytest.mark.parametrize("role", Role)
def test_pages_answer_exactly_to_their_roles(
    as_role: Callable[[Role], Client], offices: tuple[Office, Office], role: Role
) -> None:
    from django.urls import reverse

    client = as_role(role)
    got = {name: client.get(reverse(name)).status_code in (200, 302) for name in PAGES}
    assert got == {name: role in allowed for name, allowed in PAGES.items()}


@pytest.mark.parametrize("role", Role)
def test_objects_of_the_own_office_answer_exactly_to_their_roles(
    as_role: Callable[[Role], Client], offices: tuple[Office, Office], role: Role
) -> None:
    own, _foreign = offices
    client = as_role(role)
    got = {name: client.get(own.address(name)).status_code for name in OBJECTS}
    hidden = {name: 403 if role in READERS and name in ("evidence", "trail") else 404 for name in OBJECTS}
    assert got == {name: 200 if role in allowed else hidden[name] for name, allowed in OBJECTS.items()}


@pytest.mark.parametrize("role", Role)
def test_objects_of_a_foreign_office_do_not_exist(
    as_role: Callable[[Role], Client], offices: tuple[Office, Office], role: Role
) -> None:
    _own, foreign = offices
    client = as_role(role)
    got = {name: client.get(foreign.address(name)).status_code for name in OBJECTS}
    posted = {name: client.post(foreign.address(name), foreign.form(name)).status_code for name in ("decide", "spent")}
    assert set(got.values()) | set(posted.values()) == {404}


@pytest.mark.parametrize("role", Role)
def test_changes_are_made_exactly_by_their_roles(
    as_role: Callable[[Role], Client], offices: tuple[Office, Office], role: Role
) -> None:
    own, foreign = offices
    client = as_role(role)
    got = {name: client.post(own.address(name), own.form(name)).status_code < 400 for name in POSTS}
    assert got == {name: role in allowed for name, allowed in POSTS.items()}
    assert client.post(foreign.address("pause"), foreign.form("pause")).status_code == 403


@pytest.mark.parametrize("name", sorted({*PAGES, *OBJECTS, *POSTS}))
def test_nobody_gets_anywhere_without_signing_in(client: Client, offices: tuple[Office, Office], name: str) -> None:
    from django.urls import reverse

    address = reverse(name) if name in PAGES else offices[0].address(name)
    answer = client.post(address, offices[0].form(name)) if name in POSTS else client.get(address)
    assert (answer.status_code, answer["Location"].startswith("/anmelden/")) == (302, True)


def test_a_page_of_another_letter_is_not_served_under_an_own_case(
    as_role: Callable[[Role], Client], offices: tuple[Office, Office]
) -> None:
    own, foreign = offices
    client = as_role(Role.OFFICER)
    stolen_page = f"/vorgaenge/{own.case.reference}/seiten/{foreign.page.pk}/"
    stolen_evidence = f"/vorgaenge/{own.case.reference}/belege/{foreign.evidence.pk}/"
    assert [client.get(stolen_page).status_code, client.get(stolen_evidence).status_code] == [404, 404]


def test_lists_exports_and_search_hold_no_foreign_row(
    as_role: Callable[[Role], Client], offices: tuple[Office, Office]
) -> None:
    own, foreign = offices
    client = as_role(Role.OFFICER)
    for path in (
        "/pruefliste/",
        "/pruefliste/export.csv",
        "/vorgaenge/",
        f"/vorgaenge/?q={foreign.case.reference}",
        "/revision/",
    ):
        text = client.get(path).content.decode()
        assert foreign.case.message.subject not in text
        assert f"/vorgaenge/{foreign.case.reference}/" not in text
    assert own.case.reference in client.get("/pruefliste/").content.decode()
    assert "Amt Bornau" not in client.get("/einsparungen/").content.decode()
