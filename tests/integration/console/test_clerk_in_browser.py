"""A clerk at the keyboard: the case page as a person uses it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.integration.console.conftest import Console, sign_in

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@pytest.fixture
def desk(console: Console, browser: Browser) -> Iterator[Page]:
    """Alke's screen."""
    context = browser.new_context(locale="de", viewport={"width": 1280, "height": 800})
    page = context.new_page()
    sign_in(page, console, "alke")
    yield page
    context.close()


def _open(page: Page, console: Console, name: str) -> str:
    reference = console.cases[name]
    page.goto(f"{console.url}/vorgaenge/{reference}/")
    return reference


def _press(page: Page, key: str) -> None:
    """A key that leads to another page."""
    with page.expect_navigation():
        page.keyboard.press(key)


def test_the_doubtful_field_is_focused_and_its_place_is_marked(desk: Page, console: Console) -> None:
    _open(desk, console, "doubt")
    assert desk.evaluate("document.activeElement.name") == "field-iban"
    mark = desk.locator(".marks rect")
    assert mark.count() == 1
    assert mark.get_attribute("x") == "168"
    desk.keyboard.press("Shift+Tab")
    assert desk.evaluate("document.activeElement.name") == "field-payable"
    assert desk.locator(".marks rect").get_attribute("y") == "422"


def test_a_case_with_one_doubt_takes_two_keystrokes(desk: Page, console: Console) -> None:
    reference = _open(desk, console, "doubt")
    desk.keyboard.press("Alt+1")
    assert desk.input_value("[name=field-iban]") == "DE75 5121 0800 1245 1261 99"
    assert desk.locator("#release").inner_text() == "Berichtigen und freigeben"
    with desk.expect_navigation():
        desk.keyboard.press("Control+Enter")
    row = console.case_row(reference)
    assert (row["state"], row["reason"]) == ("ready", "corrected")
    assert desk.locator(".desk").get_attribute("data-case") not in (None, reference)
    assert f"{reference} ist berichtigt und freigegeben." in desk.locator(".notes").inner_text()


def test_the_time_worked_is_measured_and_names_nobody(desk: Page, console: Console) -> None:
    reference = _open(desk, console, "doubt")
    deadline = time.monotonic() + 20
    while desk.evaluate("worked") < 2 and time.monotonic() < deadline:
        desk.wait_for_timeout(200)
    with desk.expect_navigation():
        desk.keyboard.press("Control+Enter")
    (event,) = console.events(reference, "effort_clerk")
    assert (event["user"], event["reason"]) == (None, "iban_unconfirmed")
    assert 2 <= int(str(event["seconds"])) <= 30


def test_enter_goes_to_the_next_field_and_does_not_send(desk: Page, console: Console) -> None:
    reference = _open(desk, console, "dog")
    assert desk.evaluate("document.activeElement.name") == "field-holder_birth_date"
    desk.keyboard.type("12.05.1984")
    desk.keyboard.press("Enter")
    assert desk.evaluate("document.activeElement.name") == "field-street"
    assert console.case_row(reference)["state"] == "review"


def test_a_missing_field_is_typed_in_and_the_tax_is_computed(desk: Page, console: Console) -> None:
    reference = _open(desk, console, "dog")
    desk.keyboard.type("12.05.1984")
    desk.keyboard.press("Control+Enter")
    desk.wait_for_url(lambda url: reference not in url)
    assert console.case_row(reference)["state"] == "ready"
    assert console.values(reference)["annual_tax"] == "30.00"


def test_the_letter_is_closed_by_keyboard(desk: Page, console: Console) -> None:
    reference = _open(desk, console, "mail")
    desk.keyboard.press("Alt+s")
    desk.keyboard.press("ArrowDown")
    desk.keyboard.press("ArrowUp")
    with desk.expect_navigation():
        desk.keyboard.press("Enter")
    assert console.case_row(reference)["reason"] == "done_by_hand"


def test_a_question_back_is_written_and_sent_by_keyboard(desk: Page, console: Console) -> None:
    reference = _open(desk, console, "dog")
    desk.locator("h1").click()
    desk.keyboard.press("?")
    assert "Dem Absender antworten" in desk.locator("#help-dialog").inner_text()
    desk.keyboard.press("Escape")
    _press(desk, "Alt+w")
    assert desk.evaluate("document.activeElement.id") == "template"
    desk.keyboard.press("R")
    desk.keyboard.press("Tab")
    _press(desk, "Enter")
    _press(desk, "Control+Enter")
    assert "fehlt, was Sie schreiben wollten" in desk.locator("#refused").inner_text()
    top = desk.evaluate("document.getElementById('refused').getBoundingClientRect().top")
    assert 0 <= top < 800, "the reason is in sight"
    assert console.events(reference, "answer_ordered") == []
    _press(desk, "Alt+v")
    _press(desk, "Alt+w")
    desk.keyboard.press("R")
    desk.keyboard.press("Tab")
    _press(desk, "Enter")
    desk.keyboard.type("Wann ist Bello geboren?")
    _press(desk, "Control+Enter")
    assert "Die Antwort ist freigegeben" in desk.locator(".notes").inner_text()
    desk.locator(".after").last.locator("summary").click()
    assert "Angaben:\n\nWann ist Bello geboren?\n\nBitte" in desk.locator(".wording").last.inner_text()
    assert len(console.events(reference, "answer_ordered")) == 1
    _press(desk, "Alt+v")
    assert desk.locator(".desk").get_attribute("data-case") == reference


def test_whose_sender_is_in_doubt_is_read_from_the_top(desk: Page, console: Console) -> None:
    _open(desk, console, "doubtful")
    assert desk.evaluate("document.activeElement.tagName") == "BODY"
    assert "Zeichen für Zeichen" in desk.locator("[data-sender]").inner_text()
    other = desk.locator(".further .reference")
    assert other.get_attribute("href") == f"/vorgaenge/{other.inner_text()}/"


def test_the_question_after_an_unknown_outcome_is_answered(desk: Page, console: Console) -> None:
    reference = _open(desk, console, "outcome")
    desk.check("#seen-yes")
    desk.click(".question button")
    assert "Belegnummer" in desk.locator("main > .note.error").inner_text()
    desk.check("#seen-yes")
    desk.fill("#receipt", "HK-2026-000999")
    with desk.expect_navigation():
        desk.click(".question button")
    assert console.case_row(reference)["reason"] == "in_target"


def test_two_clerks_on_one_case_the_second_is_told(console: Console, browser: Browser, desk: Page) -> None:
    reference = _open(desk, console, "doubt")
    other = browser.new_context(locale="de")
    bente = other.new_page()
    sign_in(bente, console, "bente")
    bente.goto(f"{console.url}/vorgaenge/{reference}/")
    bente.keyboard.press("Control+Enter")
    bente.wait_for_url(lambda url: reference not in url)
    desk.fill("[name=field-number]", "R-55")
    with desk.expect_navigation():
        desk.keyboard.press("Control+Enter")
    assert "wartet nicht mehr auf eine Entscheidung" in desk.locator("main > .note.error").inner_text()
    assert desk.input_value("[name=field-number]") == "R-55"
    other.close()


def test_a_lost_session_leads_to_the_login_and_back(desk: Page, console: Console) -> None:
    reference = _open(desk, console, "doubt")
    desk.context.clear_cookies(name="sessionid")
    desk.keyboard.press("Control+Enter")
    desk.wait_for_url("**/anmelden/**")
    assert console.case_row(reference)["state"] == "review"


def test_the_list_updates_itself(desk: Page, console: Console, browser: Browser) -> None:
    desk.goto(f"{console.url}/pruefliste/")
    reference = console.cases["mail"]
    assert desk.locator(f"a[href*='{reference}']").count() == 1
    other = browser.new_context(locale="de")
    bente = other.new_page()
    sign_in(bente, console, "bente")
    bente.goto(f"{console.url}/vorgaenge/{reference}/")
    bente.keyboard.press("Alt+s")
    bente.check("#close-withdrawn")
    with bente.expect_navigation():
        bente.click("#close-dialog button.primary")
    desk.locator(f"a[href*='{reference}']").wait_for(state="detached", timeout=15_000)
    other.close()


def test_an_officer_stops_and_resumes(console: Console, browser: Browser) -> None:
    context = browser.new_context(locale="de")
    page = context.new_page()
    sign_in(page, console, "doerte")
    page.goto(f"{console.url}/betrieb/")
    page.select_option("#what", "all:")
    page.click("button.danger")
    assert "Angehalten." in page.locator(".notes").inner_text()
    page.locator("li", has_text="Alles").get_by_role("button", name="Fortsetzen").click()
    assert "Es geht weiter." in page.locator(".notes").inner_text()
    context.close()


def test_a_value_is_marked_in_the_text_of_a_mail_too(desk: Page, console: Console) -> None:
    _open(desk, console, "dog")
    desk.focus("[name=field-dog_name]")
    assert desk.evaluate("[...CSS.highlights.get('place')].map(String)") == ["Bello"]
    desk.focus("[name=field-breed]")
    assert desk.evaluate("CSS.highlights.has('place')") is False
