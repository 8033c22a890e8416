from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.integration.console.conftest import Console, sign_in

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ANSWERS = "{dog}antworten/"
ANSWER = f"{ANSWERS}?vorlage=eingang_hundesteuer"
ASK_BACK = f"{ANSWERS}?vorlage=rueckfrage"
PAGES = {
    "alke": ["/", "/pruefliste/", "/vorgaenge/", "{doubt}", "{dog}", "{mail}", "{outcome}", "{xss}", "{ready}"]
    + [ANSWERS, ANSWER, ASK_BACK, "{doubtful}", "{doubtful}antworten/?vorlage=rueckfrage", "{unfetchable}", "{erased}"],
    "doerte": [
        "/",
        "/einsparungen/",
        "/betrieb/",
        "/revision/",
        "{done}revision/",
        "{done}",
        "{entries}",
    ],
}
ERRORS = ["/gibt-es-nicht/", "/betrieb/"]


def _address(console: Console, path: str) -> str:
    places = {name: f"/vorgaenge/{reference}/" for name, reference in console.cases.items()}
    return console.url + path.format(entries=f"/einsparungen/amt-a/invoice/{console.month}/", **places)


def _violations(page: Page) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [f"{page.url}: {each['id']}: {each['nodes'][0]['html'][:160]}" for each in found]


@pytest.mark.parametrize(("language", "scheme"), [("de", "light"), ("en", "dark")])
def test_axe_finds_nothing_on_any_page(shown_console: Console, browser: Browser, language: str, scheme: str) -> None:
    context = browser.new_context(locale=language, color_scheme=scheme, reduced_motion="reduce", bypass_csp=True)
    page = context.new_page()
    found, languages = [], set()
    page.goto(f"{shown_console.url}/anmelden/")
    found += _violations(page)
    for name, paths in PAGES.items():
        context.clear_cookies()
        sign_in(page, shown_console, name)
        for path in paths + (ERRORS if name == "alke" else []):
            page.goto(_address(shown_console, path))
            found += _violations(page)
            languages.add(page.locator("html").get_attribute("lang"))
    context.close()
    assert (found, languages) == ([], {language})


@pytest.mark.parametrize("dialog", ["kind", "close", "hold", "more", "help"])
def test_axe_finds_nothing_in_the_dialogs(shown_console: Console, browser: Browser, dialog: str) -> None:
    context = browser.new_context(locale="de", bypass_csp=True)
    page = context.new_page()
    sign_in(page, shown_console, "alke")
    page.goto(_address(shown_console, "{doubt}"))
    page.evaluate(f"document.getElementById('{dialog}-dialog').showModal()")
    found = _violations(page)
    context.close()
    assert found == []


def test_pages_keep_to_their_own_policy_and_load_nothing_from_elsewhere(
    shown_console: Console, browser: Browser
) -> None:
    context = browser.new_context(locale="de")
    page = context.new_page()
    complaints: list[str] = []
    requested: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda sent: requested.append(sent.url))
    for name, paths in PAGES.items():
        context.clear_cookies()
        sign_in(page, shown_console, name)
        for path in paths:
            page.goto(_address(shown_console, path), wait_until="networkidle")
    context.close()
    elsewhere = [url for url in requested if not url.startswith(shown_console.url)]
    assert (complaints, elsewhere) == ([], [])


def test_hostile_content_stays_text(shown_console: Console, browser: Browser) -> None:
    context = browser.new_context(locale="de", bypass_csp=True)
    page = context.new_page()
    sign_in(page, shown_console, "alke")
    for path in ("{xss}", "/pruefliste/", "/vorgaenge/"):
        page.goto(_address(shown_console, path), wait_until="networkidle")
        assert page.evaluate("window.hacked") is None
    page.goto(_address(shown_console, "{xss}"))
    assert "<script>window.hacked=1</script>" in page.locator("h1").inner_text()
    context.close()


def test_an_original_is_only_ever_saved(shown_console: Console, browser: Browser) -> None:
    context = browser.new_context(locale="de")
    page = context.new_page()
    sign_in(page, shown_console, "alke")
    answer = page.request.get(_address(shown_console, "{doubt}original/"))
    context.close()
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert answer.headers["x-content-type-options"] == "nosniff"
