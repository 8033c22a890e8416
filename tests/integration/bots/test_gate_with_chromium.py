"""Each commit leaves the gate once, whatever the server does and however the page sends it."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import BrowserContext, Error as PlaywrightError, Page, Playwright, sync_playwright

from bots.browser.chromium import Chromium
from bots.gate import Gate, ThrowAwayKey
from casework.configuration.masks import RequestSign
from casework.words.work import Permit, Refusal
from tests.integration.bots import certificates
from tests.integration.bots.raw_server import RawServer

MISBEHAVING = ("reset", "close", "408", "421", "425", "silent", "307", "308", "302", "ok")
FORMS = "".join(
    f'<form method=post action=/{name}><input name=amount value="12,50">'
    f"<button name=action value=Buchen>{name}</button></form>"
    for name in MISBEHAVING
)
PAGES = {
    "/": f"<title>start</title>{FORMS}",
    "/upload": "<form method=post action=/ok enctype=multipart/form-data><input type=file name=beleg>"
    "<button name=action value=Buchen>senden</button></form>",
    "/fetch": "<button onclick=\"fetch('/ok',{method:'POST',body:new URLSearchParams({action:'Buchen'})})"
    ".then(r=>document.title='fetched '+r.status)\">senden</button>",
    "/json": "<button onclick=\"fetch('/ok',{method:'POST',headers:{'content-type':'application/json'},"
    "body:JSON.stringify({action:'Buchen'})}).then(r=>document.title='fetched '+r.status)\">senden</button>",
    "/beacon": "<button onclick=\"navigator.sendBeacon('/ok',new URLSearchParams({action:'Buchen'}));"
    "document.title='sent'\">senden</button>",
    "/popup": "<form method=post action=/ok target=neu><button name=action value=Buchen>senden</button></form>",
    "/frames": "<iframe src=/inner name=inner></iframe>",
    "/inner": "<form method=post action=/ok><button name=action value=Buchen>senden</button></form>",
    "/postbacks": "<form method=post action=/ok><button name=action value=Buchen>Buchen</button>"
    "<button name=action value=Pruefen>Pruefen</button><button name=action value=Loeschen>Loeschen</button></form>",
    "/twice": "<form method=post action=/slow id=f><input type=hidden name=action value=Buchen></form>"
    "<button onclick='f.submit();setTimeout(()=>f.submit(),300)'>senden</button>",
    "/get": "<a href='/book?action=Buchen'>senden</a>",
}
BOOK = RequestSign(name="book", path="/*", form={"action": "Buchen"})
BOOK_BY_GET = RequestSign(name="book_by_get", method="GET", path="/book", query={"action": "Buchen"})
CHECK = RequestSign(name="check", path="/ok", form={"action": "Pruefen"})


@dataclass
class Journal:
    """A departure in memory."""

    verdict: Permit | Refusal = field(default_factory=Permit)
    asked: list[tuple[str, str]] = field(default_factory=list)

    def may_leave(self, sign: str, digest: str) -> Permit | Refusal:
        self.asked.append((sign, digest))
        return self.verdict


@pytest.fixture(scope="module")
def key() -> ThrowAwayKey:
    return ThrowAwayKey()


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="module")
def chromium(playwright: Playwright, key: ThrowAwayKey) -> Iterator[Chromium]:
    browser = Chromium(playwright, pin=key.pin)
    yield browser
    browser.close()


@pytest.fixture
def server() -> Iterator[RawServer]:
    server = RawServer(PAGES)
    yield server
    server.close()


@pytest.fixture
def gate(server: RawServer, key: ThrowAwayKey) -> Iterator[Gate]:
    with Gate(hosts=[server.url], commits=[BOOK, BOOK_BY_GET], harmless=[CHECK], key=key, longest_request_s=3) as gate:
        yield gate


@pytest.fixture
def context(chromium: Chromium, gate: Gate) -> Iterator[BrowserContext]:
    context = chromium.new_context(gate)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, server: RawServer) -> Page:
    page = context.new_page()
    page.goto(server.url + "/")
    page.goto(server.url + "/")
    return page


def _settle(page: Page, gate: Gate) -> None:
    """Wait until the gate has an answer for the commit, and the browser had a turn to act on it."""
    for _ in range(200):
        if gate.guard.passage().answered:
            break
        page.wait_for_timeout(25)
    page.wait_for_timeout(300)


@pytest.mark.parametrize("name", MISBEHAVING)
def test_a_commit_is_sent_once_whatever_the_server_does_after_reading_it(
    page: Page, server: RawServer, gate: Gate, name: str
) -> None:
    journal = Journal()
    gate.arm(journal, signs=["book"])
    page.get_by_role("button", name=name, exact=True).click(no_wait_after=True)
    _settle(page, gate)
    passage = gate.disarm()
    assert server.counted("POST") == {f"/{name}": 1}
    assert [sign for sign, _ in journal.asked] == ["book"]
    assert passage.forwarded
    expected = {"silent": "timeout", "close": "closed", "reset": "reset"}
    statuses = {"ok": 200, "302": 302, "307": 307, "308": 308}
    assert passage.status == statuses.get(name)
    assert passage.trouble == ("" if name in statuses else expected.get(name, f"status_{name}"))
    if name in ("307", "308"):
        assert passage.refused == ("second_commit:book",)
    if name == "302":
        assert server.counted("GET")["/target"] == 1


@pytest.mark.parametrize("name", ["fetch", "json", "beacon"])
def test_a_commit_by_script_is_recognised_and_sent_once(page: Page, server: RawServer, gate: Gate, name: str) -> None:
    page.goto(f"{server.url}/{name}")
    gate.arm(Journal(), signs=["book"])
    page.get_by_role("button", name="senden").click()
    _settle(page, gate)
    assert gate.disarm().forwarded
    assert server.counted("POST") == {"/ok": 1}


def test_a_commit_in_a_popup_is_recognised_and_sent_once(
    context: BrowserContext, page: Page, server: RawServer, gate: Gate
) -> None:
    page.goto(server.url + "/popup")
    gate.arm(Journal(), signs=["book"])
    with context.expect_page() as popup:
        page.get_by_role("button", name="senden").click()
    popup.value.wait_for_load_state()
    assert popup.value.locator("h1").inner_text() == "POST /ok"
    assert gate.disarm().forwarded
    assert server.counted("POST") == {"/ok": 1}


def test_a_commit_in_a_frame_is_recognised_and_sent_once(page: Page, server: RawServer, gate: Gate) -> None:
    page.goto(server.url + "/frames")
    gate.arm(Journal(), signs=["book"])
    page.frame_locator("iframe").get_by_role("button", name="senden").click()
    _settle(page, gate)
    assert gate.disarm().status == 200
    assert server.counted("POST") == {"/ok": 1}


def test_a_commit_by_link_is_recognised_and_sent_once(page: Page, server: RawServer, gate: Gate) -> None:
    page.goto(server.url + "/get")
    page.get_by_role("link", name="senden").click()
    page.locator("h1").wait_for()
    assert server.counted("GET")["/book"] == 0
    page.goto(server.url + "/get")
    gate.arm(Journal(), signs=["book_by_get"])
    page.get_by_role("link", name="senden").click()
    _settle(page, gate)
    assert gate.disarm().forwarded
    assert server.counted("GET")["/book"] == 1


def test_a_file_goes_along_with_a_commit_once_and_whole(
    page: Page, server: RawServer, gate: Gate, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("files") / "beleg.bin"
    path.write_bytes(bytes(range(256)) * 4 * 1024 * 100)
    page.goto(server.url + "/upload")
    page.locator("input[type=file]").set_input_files(path)
    gate.arm(Journal(), signs=["book"])
    page.get_by_role("button", name="senden").click(no_wait_after=True)
    page.locator("h1", has_text="POST /ok").wait_for(timeout=60_000)
    assert gate.disarm().forwarded
    assert server.counted("POST") == {"/ok": 1}
    posted = next(seen for seen in server.seen if seen.method == "POST")
    assert posted.body.count(path.read_bytes()) == 1


def test_a_double_click_leaves_once(page: Page, server: RawServer, gate: Gate) -> None:
    page.goto(server.url + "/twice")
    gate.arm(Journal(), signs=["book"])
    page.get_by_role("button", name="senden").click(no_wait_after=True)
    _settle(page, gate)
    passage = gate.disarm()
    assert passage.refused == ("second_commit:book",)
    assert server.counted("POST") == {"/slow": 1}


def test_a_commit_without_arming_is_held_back(page: Page, server: RawServer, gate: Gate) -> None:
    page.get_by_role("button", name="ok", exact=True).click()
    assert page.locator("meta[name=amtsbote-gate]").get_attribute("content") == "commit_not_armed"
    assert server.counted("POST") == {}


def test_a_refused_departure_proves_that_nothing_left(page: Page, server: RawServer, gate: Gate) -> None:
    gate.arm(Journal(Refusal("lease_too_short")), signs=["book"])
    page.get_by_role("button", name="ok", exact=True).click()
    assert page.locator("meta[name=amtsbote-gate]").get_attribute("content") == "lease_too_short"
    passage = gate.disarm()
    assert not passage.forwarded
    assert passage.trouble == "lease_too_short"
    assert server.counted("POST") == {}


def test_postbacks_on_the_same_url_are_told_apart_by_a_form_field(page: Page, server: RawServer, gate: Gate) -> None:
    page.goto(server.url + "/postbacks")
    gate.arm(Journal(), signs=["book"])
    page.get_by_role("button", name="Pruefen").click()
    assert page.locator("h1").inner_text() == "POST /ok"
    page.goto(server.url + "/postbacks")
    page.get_by_role("button", name="Loeschen").click()
    assert page.locator("meta[name=amtsbote-gate]").get_attribute("content") == "unlisted"
    passage = gate.disarm()
    assert not passage.forwarded
    assert passage.refused == ("unlisted:POST /ok (form: action)",)
    assert server.counted("POST") == {"/ok": 1}


def test_a_foreign_host_is_never_reached(page: Page, gate: Gate) -> None:
    other = RawServer({})
    try:
        page.goto(other.url + "/")
        assert page.locator("meta[name=amtsbote-gate]").get_attribute("content") == "foreign_host"
        assert other.seen == []
    finally:
        other.close()


def test_two_contexts_have_two_gates_and_do_not_share_arming(
    chromium: Chromium, page: Page, server: RawServer, gate: Gate, key: ThrowAwayKey
) -> None:
    with Gate(hosts=[server.url], commits=[BOOK], key=key) as second:
        context = chromium.new_context(second)
        other = context.new_page()
        other.goto(server.url + "/")
        gate.arm(Journal(), signs=["book"])
        other.get_by_role("button", name="ok", exact=True).click()
        assert other.locator("meta[name=amtsbote-gate]").get_attribute("content") == "commit_not_armed"
        assert not gate.disarm().forwarded
        context.close()
    assert threading.active_count() < 40


def test_a_commit_over_https_is_read_by_the_gate_and_sent_once_to_the_verified_system(
    chromium: Chromium, key: ThrowAwayKey, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path, tls = certificates.make(tmp_path_factory.mktemp("ca"))
    server = RawServer(PAGES, tls=tls)
    trust = ssl.create_default_context(cafile=str(path))
    try:
        with Gate(hosts=[server.url], commits=[BOOK], key=key, trust=trust, longest_request_s=3) as gate:
            context = chromium.new_context(gate)
            page = context.new_page()
            page.goto(server.url + "/")
            gate.arm(Journal(), signs=["book"])
            page.get_by_role("button", name="reset", exact=True).click(no_wait_after=True)
            _settle(page, gate)
            passage = gate.disarm()
            context.close()
        assert passage.forwarded
        assert passage.trouble in ("reset", "closed")
        assert server.counted("POST") == {"/reset": 1}
    finally:
        server.close()


def test_the_gates_certificate_is_worth_nothing_to_another_browser(playwright: Playwright) -> None:
    with Gate(hosts=["127.0.0.1:8443"], commits=[]) as gate:
        other = Chromium(playwright, pin=ThrowAwayKey().pin)
        page = other.new_context(gate).new_page()
        with pytest.raises(PlaywrightError, match="ERR_CERT"):
            page.goto("https://127.0.0.1:8443/")
        other.close()


def test_a_websocket_is_refused_and_the_page_lives_on(page: Page, server: RawServer) -> None:
    page.goto(server.url + "/")
    refused = page.evaluate(
        "url => new Promise(done => { const s = new WebSocket(url); s.onopen = () => done(false); "
        "s.onerror = () => done(true); })",
        server.url.replace("http", "ws") + "/ws",
    )
    assert refused is True
    assert server.counted("GET")["/ws"] == 0
