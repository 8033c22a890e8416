"""Haushaltskasse as a person at a screen meets it, in real Chromium."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from demo.targets.control import TargetProcess
from tests.integration.demo.legacy_clerk import INVOICE, FinanceClerk, body, chromium, labelled, press
from tests.integration.demo.legacy_wire import Wire, receipt_of

# two clicks of one nervous finger, the second while the first POST is under way
TWO_CLICKS = "const b = document.querySelector('input[value=Buchen]'); b.click(); setTimeout(() => b.click(), 150)"
CARELESS = [{"name": "double_click_accepted"}, {"name": "duplicates_accepted"}]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def target(tmp_path: Path) -> Iterator[TargetProcess]:
    with TargetProcess("haushaltskasse", data=tmp_path / "haushaltskasse", options=["--calm"]) as running:
        yield running


@pytest.fixture
def alke(browser: Browser, target: TargetProcess) -> Iterator[FinanceClerk]:
    clerk = FinanceClerk(browser, target.url)
    clerk.log_in()
    yield clerk
    clerk.page.context.close()


def test_an_invoice_is_captured_in_the_popup_and_found_again(
    alke: FinanceClerk, target: TargetProcess, tmp_path: Path
) -> None:
    picture = tmp_path / "beleg.pdf"
    picture.write_bytes(b"%PDF-1.4 Beleg")
    mask = alke.open_mask()
    alke.fill(mask, attachment=picture, Rechnungsnummer="R-2026/Łódź")
    press(mask, "Zeile hinzufügen")
    mask.locator("input[name=p1_text]").fill("Asphalt")
    mask.locator("input[name=p1_betrag]").fill("1000,00")
    press(mask, "Prüfen")
    assert "Die Prüfung ergab keine Fehler." in body(mask)
    assert labelled(mask, "Bruttobetrag").input_value() == "1.190,00"
    assert labelled(mask, "IBAN").input_value() == "DE02 1203 0000 0000 2020 51"
    press(mask, "Buchen")
    assert alke.questions == ["Wollen Sie die Rechnung jetzt vorerfassen?"]
    assert mask.title() == "Vorerfassung gebucht"
    number = mask.locator("td:has-text('Belegnummer') + td").inner_text()

    content = alke.search(Buchungstext="ab-K7Q2")
    content.get_by_role("link", name=number).click()
    content.get_by_text(f"Beleg {number}").wait_for()
    shown = body(content)
    for expected in (
        "R-2026/Łódź",
        "70002 Tiefbau Petersen & Söhne KG",
        "DE02120300000000202051",
        "beleg.pdf",
        "Asphalt",
    ):
        assert expected in shown

    truth = target.truth()
    assert truth["counts"] == truth["received"] == {"vorerfassung": 1}
    expected_row = {
        "belegnummer": number,
        "status": "Vorerfassung",
        "mandant": "01",
        "kreditor_nr": "70002",
        "rechnungsnummer": "R-2026/Łódź",
        "rechnungsdatum": "2026-11-02",
        "faellig_am": "2026-12-02",
        "netto_cent": 100_000,
        "steuer_cent": 19_000,
        "brutto_cent": 119_000,
        "buchungstext": INVOICE["Buchungstext"],
        "belegbild_bytes": 14,
        "erfasst_von": "amtsbote01",
    }
    assert {key: truth["belege"][0][key] for key in expected_row} == expected_row
    assert [(line["bezeichnung"], line["betrag_cent"]) for line in truth["positionen"]] == [("Asphalt", 100_000)]
    with closing(sqlite3.connect(target.database)) as db:
        assert db.execute("SELECT count(*) FROM belege").fetchone() == (1,)


def test_a_free_creditor_needs_no_master_data(alke: FinanceClerk, target: TargetProcess) -> None:
    mask = alke.open_mask()
    labelled(mask, "Amt (Mandant)", "select").select_option("01")
    labelled(mask, "Kreditor (frei)").fill("Glaserei Ørsted")
    for label, text in INVOICE.items():
        labelled(mask, label).fill(text)
    press(mask, "Buchen")
    assert mask.title() == "Vorerfassung gebucht"
    assert [(row["kreditor_nr"], row["kreditor"]) for row in target.truth()["belege"]] == [("", "Glaserei Ørsted")]


def test_wrong_masks_come_back_with_their_values_and_sentences(alke: FinanceClerk, target: TargetProcess) -> None:
    mask = alke.open_mask()
    alke.fill(mask, Rechnungsdatum="31.02.2026", Bruttobetrag="1190.00", IBAN="DE02120300000000202052")
    press(mask, "Buchen")
    shown = body(mask)
    assert "Die Eingaben sind fehlerhaft:" in shown
    assert "Rechnungsdatum: „31.02.2026“ ist kein gültiges Datum." in shown
    assert "Bruttobetrag: „1190.00“ ist kein Betrag im Format 1.234,56." in shown
    assert "IBAN: „DE02120300000000202052“ hat eine falsche Prüfziffer." in shown
    assert labelled(mask, "Rechnungsnummer").input_value() == INVOICE["Rechnungsnummer"]
    labelled(mask, "Rechnungsdatum").fill("28.02.2026")
    labelled(mask, "Bruttobetrag").fill("1191,00")
    labelled(mask, "IBAN").fill("")
    press(mask, "Buchen")
    assert "Bruttobetrag: weicht von Netto + Steuer ab." in body(mask)
    truth = target.truth()
    assert truth["counts"] == {"vorerfassung": 0}
    assert [post["answer"] for post in truth["received_posts"]] == ["refused", "refused"]


def test_the_same_invoice_twice_is_warned_of_and_can_be_forced(alke: FinanceClerk, target: TargetProcess) -> None:
    for _ in range(2):
        mask = alke.open_mask()
        alke.fill(mask)
        press(mask, "Buchen")
        if "Mögliche Doppelerfassung" not in body(mask):
            mask.close()
    assert f"bereits als Beleg {target.truth()['belege'][0]['belegnummer']} erfasst" in body(mask)
    assert target.truth()["counts"] == {"vorerfassung": 1}
    press(mask, "Trotzdem buchen")
    assert mask.title() == "Vorerfassung gebucht"
    assert target.truth()["counts"] == {"vorerfassung": 2}


@pytest.mark.parametrize(("faults", "documents"), [([], 1), (CARELESS, 2)])
def test_a_double_click_is_caught_unless_the_system_is_careless(
    browser: Browser, tmp_path: Path, faults: list[dict[str, str]], documents: int
) -> None:
    with TargetProcess("haushaltskasse", data=tmp_path, options=["--latency", "0.8"]) as target:
        alke = FinanceClerk(browser, target.url)
        alke.log_in()
        mask = alke.open_mask()
        alke.fill(mask)
        target.faults(*faults, {"name": "confirm_dialog", "on": False})
        press(mask, "Prüfen")
        mask.evaluate(TWO_CLICKS)
        title = "Vorerfassung gebucht" if documents == 2 else "Vorgang bereits gebucht"
        mask.get_by_role("heading", name=title).wait_for()
        truth = target.truth()
        assert (truth["counts"], truth["received"]) == ({"vorerfassung": documents}, {"vorerfassung": 2})
        alke.page.context.close()


def test_a_locked_record_proves_that_nothing_was_done(alke: FinanceClerk, target: TargetProcess) -> None:
    target.faults({"name": "locked_record", "times": 1}, {"name": "confirm_dialog", "on": False})
    mask = alke.open_mask()
    alke.fill(mask)
    press(mask, "Buchen")
    assert mask.get_by_role("heading", name="Datensatz gesperrt").is_visible()
    assert target.truth()["counts"] == {"vorerfassung": 0}
    press(mask, "OK")
    press(mask, "Buchen")
    assert mask.title() == "Vorerfassung gebucht"
    assert alke.questions == []


def test_a_lost_session_shows_its_page_in_the_popup_and_books_nothing(
    alke: FinanceClerk, target: TargetProcess
) -> None:
    mask = alke.open_mask()
    alke.fill(mask)
    target.faults({"name": "session_lost_on_post", "times": 1})
    press(mask, "Buchen")
    assert mask.title() == "Haushaltskasse - Sitzung abgelaufen"
    alke.page.reload()
    assert "Sitzung abgelaufen" in body(alke.page)
    truth = target.truth()
    assert (truth["counts"], truth["received"]) == ({"vorerfassung": 0}, {"vorerfassung": 1})


def test_results_come_in_pages_of_ten_and_only_of_the_own_office(
    alke: FinanceClerk, browser: Browser, target: TargetProcess
) -> None:
    with Wire(target.url) as wire:
        wire.log_in()
        for number in range(11):
            receipt_of(wire.book(vorgang=f"mask-{number}", renr=f"R-2026/{number}"))
    content = alke.search(Rechnungsnummer="R-2026/")
    assert "11 Belege gefunden. Seite 1 von 2" in body(content)
    assert content.locator("table.grid a").count() == 10
    content.get_by_role("link", name="weiter >").click()
    content.get_by_text("Seite 2 von 2").wait_for()
    assert content.locator("table.grid a").count() == 1
    cord = FinanceClerk(browser, target.url)
    cord.log_in(user="amtsbote02", password="Osterfehn-2026")
    assert "Es wurden keine Belege gefunden." in body(cord.search(Rechnungsnummer="R-2026/"))
    cord.page.context.close()


def test_a_renamed_label_is_shown(alke: FinanceClerk, target: TargetProcess) -> None:
    target.faults({"name": "changed_label", "from": "Rechnungsnummer", "to": "Beleg-Nr. des Lieferanten"})
    mask = alke.open_mask()
    assert labelled(mask, "Beleg-Nr. des Lieferanten").get_attribute("name") == "renr"


def test_three_wrong_passwords_lock_the_user(browser: Browser, target: TargetProcess) -> None:
    bente = FinanceClerk(browser, target.url)
    for sentence in (
        "Benutzername oder Kennwort falsch.",
        "Benutzername oder Kennwort falsch.",
        "Kennwort dreimal falsch: Der Benutzer ist jetzt gesperrt.",
    ):
        bente.log_in(password="falsch")
        assert sentence in body(bente.page)
    bente.log_in()
    assert "Der Benutzer ist gesperrt." in body(bente.page)
    target.unlock_users()
    bente.log_in()
    bente.frame("menue").get_by_text("Rechnung vorerfassen").wait_for()
    bente.page.context.close()


def test_with_one_login_a_user_the_second_login_asks_first(browser: Browser, tmp_path: Path) -> None:
    with TargetProcess("haushaltskasse", data=tmp_path, options=["--calm", "--one-login"]) as target:
        first, second = FinanceClerk(browser, target.url), FinanceClerk(browser, target.url)
        first.log_in()
        first.frame("menue").get_by_text("Abmelden").wait_for()
        second.log_in()
        assert "bereits an einem anderen Arbeitsplatz angemeldet" in body(second.page)
        labelled(second.page, "Kennwort").fill("Moorwiek-2026")
        labelled(second.page, "Bestehende Anmeldung beenden").check()
        second.page.get_by_role("button", name="Anmelden").click()
        second.frame("menue").get_by_text("Abmelden").wait_for()
        first.page.reload()
        assert "Sitzung abgelaufen" in body(first.page)
        first.page.context.close()
        second.page.context.close()


def test_the_creditor_another_clerk_holds_is_locked(browser: Browser, tmp_path: Path) -> None:
    with TargetProcess("haushaltskasse", data=tmp_path, options=["--calm", "--lock-seconds", "60"]) as target:
        alke, bente = FinanceClerk(browser, target.url), FinanceClerk(browser, target.url)
        alke.log_in()
        bente.log_in(user="hjansen", password="Kasse-2005")
        hers = bente.open_mask()
        bente.fill(hers)
        mask = alke.open_mask()
        alke.fill(mask)
        assert "Der Datensatz wird zurzeit von hjansen bearbeitet." in body(mask)
        press(mask, "OK")
        press(mask, "Buchen")
        assert "Datensatz gesperrt" in body(mask)
        press(hers, "Buchen")
        assert hers.title() == "Vorerfassung gebucht"
        labelled(mask, "Rechnungsnummer").fill("R-2026/0816")
        press(mask, "OK")
        press(mask, "Buchen")
        assert mask.title() == "Vorerfassung gebucht"
        alke.page.context.close()
        bente.page.context.close()
