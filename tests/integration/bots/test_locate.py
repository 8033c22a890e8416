"""Elements are found by label first, in real documents, and only when exactly one fits."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from bots.browser.chromium import Chromium
from bots.browser.controls import offers, put, shown, state
from bots.browser.locate import ElementMissing, locate
from bots.browser.pictures import take
from bots.browser.signs import Glance
from bots.browser.windows import Windows, is_new
from bots.gate import ThrowAwayKey
from casework.configuration.masks import Dialog, Element, MaskField, PageSign
from casework.words.errors import NeedsReview


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    with sync_playwright() as playwright:
        chromium = Chromium(playwright, pin=ThrowAwayKey().pin)
        yield chromium
        chromium.close()


@pytest.fixture
def windows(chromium: Chromium) -> Iterator[Windows]:
    context = chromium.browser.new_context()
    windows = Windows(context, step_s=15)
    windows.step_s = 0.4  # what is missing need not be waited for; what the browser does may take its time
    yield windows
    context.close()


@pytest.fixture
def page(windows: Windows) -> Page:
    page = windows.main()
    page.goto("about:blank")
    return page


def found(windows: Windows, element: Element, *, row: int | None = None) -> str | None:
    """The `name` attribute of what is found."""
    frames = [windows.main().main_frame]
    return locate(windows, lambda: frames, element, what="it", row=row).get_attribute("name")


LABELS = {
    "label for": "<label for=x>Betrag:</label><p><input id=x name=hit>",
    "label around": "<label>Betrag <input name=hit></label>",
    "cell to the left": "<table><tr><td>Betrag:<font>*</font></td><td><input name=hit> EUR</td></tr></table>",
    "cell two to the left": "<table><tr><td>Betrag</td><td>&nbsp;</td><td><input name=hit></td></tr></table>",
    "cell above": "<table><tr><td>Nr</td><td>Betrag</td></tr>"
    "<tr><td><input name=x></td><td><input name=hit></td></tr></table>",
    "text before": "Nummer: <input name=x> Betrag: <input name=hit>",
    "definition list": "<dl><dt>Betrag</dt><dd><input name=hit></dd></dl>",
    "aria-label": "<input aria-label=Betrag name=hit>",
    "aria-labelledby": "<b id=l>Betrag</b><i><input aria-labelledby=l name=hit></i>",
    "placeholder": "<input placeholder=Betrag name=hit>",
    "hidden twin": "<table style='display:none'><tr><td>Betrag</td><td><input name=x></td></tr></table>"
    "<table><tr><td>Betrag</td><td><input name=hit></td></tr></table>",
    "other case and blanks": "<table><tr><td> BETRAG\n :</td><td><select name=hit></select></td></tr></table>",
    "button beside": "<table><tr><td>Betrag</td><td><input type=submit><input name=hit></td></tr></table>",
}


@pytest.mark.parametrize("html", LABELS.values(), ids=LABELS)
def test_a_label_leads_to_its_field(windows: Windows, page: Page, html: str) -> None:
    page.set_content(html)
    assert found(windows, Element(label=("Betrag",))) == "hit"


WRONG = {
    "two of them": "<label>Betrag <input name=a></label><label>Betrag <input name=b></label>",
    "a longer label": "<table><tr><td>Betrag netto</td><td><input name=a></td></tr></table>",
    "only a button": "<table><tr><td>Betrag</td><td><input type=button></td></tr></table>",
    "nothing": "<p>leer",
}


@pytest.mark.parametrize("html", WRONG.values(), ids=WRONG)
def test_none_or_several_are_never_guessed_at(windows: Windows, page: Page, html: str) -> None:
    page.set_content(html)
    with pytest.raises(ElementMissing) as caught:
        found(windows, Element(label=("Betrag",)))
    assert caught.value.reason == "mask_changed"


def test_a_synonym_role_and_structure_are_further_ways(windows: Windows, page: Page) -> None:
    page.set_content("<label>Summe <input name=hit></label><button name=go>Los</button><i class=x name=y></i>")
    assert found(windows, Element(label=("Betrag", "Summe"))) == "hit"
    assert found(windows, Element(role="button", name="Los")) == "go"
    assert found(windows, Element(structure="i.x")) == "y"


def test_a_grid_is_addressed_by_heading_and_row(windows: Windows, page: Page) -> None:
    rows = "".join(f"<tr><td>{i}</td><td><input name=t{i}></td><td><input name=m{i}></td></tr>" for i in (1, 2))
    page.set_content(f"<table><tr><th>Zeile</th><th>Text</th><th>Menge</th></tr>{rows}</table>")
    assert found(windows, Element(column="Menge"), row=1) == "m2"
    assert found(windows, Element(column="Text"), row=0) == "t1"
    with pytest.raises(ElementMissing):
        found(windows, Element(column="Menge"), row=2)


def test_choices_radios_and_boxes_are_set_and_read_back(windows: Windows, page: Page) -> None:
    page.set_content(
        "<label>Amt <select name=s><option></option><option value=1>01 Amt A</option><option value=2>02 Amt B</option>"
        "</select></label><table><tr><td>Geschlecht</td><td><input type=radio name=g value=m id=m><label for=m>männlich"
        "</label><input type=radio name=g value=w id=w><label for=w>weiblich</label></td></tr></table>"
        "<label>Ja <input type=checkbox name=c></label>"
    )
    cases = [
        (MaskField(label=("Amt",), format="choice", shown="* {value}"), "Amt B"),
        (MaskField(label=("Geschlecht",), format="choice", values={"female": "weiblich"}), "female"),
        (MaskField(label=("Ja",), format="check"), "true"),
    ]
    for field, value in cases:
        control = locate(windows, lambda: [page.main_frame], field, what="it")
        assert shown(state(control), field, value) != value
        put(control, field, value, what="it")
        assert shown(state(control), field, value) == value
    assert page.evaluate("[document.querySelector('select').value, document.querySelector('#w').checked]") == [
        "2",
        True,
    ]
    office = locate(windows, lambda: [page.main_frame], cases[0][0], what="it")
    assert offers(office, cases[0][0], "Amt A") and not offers(office, cases[0][0], "Amt C")
    with pytest.raises(NeedsReview):
        put(office, cases[0][0], "Amt C", what="it")


def test_signs_are_text_address_element_or_dialog(windows: Windows, page: Page) -> None:
    page.set_content("<title>Quittung</title><p>Beleg 2026-1 gebucht</p><input aria-label=Feld>")
    windows.dialogs = [Dialog(text="wirklich")]
    assert page.evaluate("confirm('wirklich?')") is True
    assert page.evaluate("confirm('alles löschen?')") is False
    glance = Glance(windows)
    seen = glance.sees(PageSign(text=r"^Quittung[\s\S]*Beleg (?P<receipt>\S+)"))
    assert seen is not None
    assert seen.receipt == "2026-1"
    assert glance.sees(PageSign(element=Element(label=("Feld",)))) is not None
    assert glance.sees(PageSign(url="/blank")) is None
    assert glance.sees(PageSign(dialog="löschen")) is not None
    assert Glance(windows, heard_from=2).sees(PageSign(dialog="löschen")) is None


def test_a_document_is_told_from_its_successor(windows: Windows, page: Page) -> None:
    page.goto("data:text/html,<p>eins")
    token = windows.mark([page.main_frame])
    assert not is_new(page.main_frame, token)
    page.goto("data:text/html,<p>zwei")
    assert is_new(page.main_frame, token)


def test_private_values_passwords_and_ibans_are_black_in_pictures_and_in_frames_too(
    windows: Windows, page: Page
) -> None:
    inner = "<p style=&quot;color:red;font-size:40px&quot;>DE02 1203 0000 0000 2020 51</p>"
    page.set_content(
        f"<body style='margin:0'><iframe srcdoc='{inner}' width=700 height=200 style='border:0'></iframe>"
        "<p style='color:red;font-size:40px'>05.03.1980</p><input type=password value=geheim style='color:red'>"
        "<input value='GB33BUKB20201555555555' style='color:red'>"
    )
    page.frames[1].wait_for_load_state()
    picture = take(page, "before", private=["05.03.1980"])
    colours = Image.open(io.BytesIO(picture.png)).convert("RGB").getcolors(1 << 24) or []
    reddish = sum(number for number, (red, green, blue) in colours if red > 200 and green < 100 and blue < 100)
    assert reddish == 0
    plain = Image.open(io.BytesIO(page.screenshot())).convert("RGB").getcolors(1 << 24) or []
    assert sum(number for number, (red, green, blue) in plain if red > 200 and green < 100 and blue < 100) > 500
