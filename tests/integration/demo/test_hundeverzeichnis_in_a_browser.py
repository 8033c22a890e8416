"""Hundeverzeichnis as a person at a screen meets it, in real Chromium."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from demo.targets.control import TargetProcess
from tests.integration.demo.legacy_clerk import DOG, RegisterClerk, body, chromium

BELLO: dict[str, Any] = {
    "marke": "4711",
    "gemeinde": "Hütten",
    "halter_name": "Thießen",
    "halter_vorname": "Jörn",
    "strasse": "Dörpstraat",
    "hausnummer": "3",
    "plz": "24358",
    "ort": "Hütten",
    "hundename": "Bello",
    "rasse": "Dackel",
    "chipnummer": "276098100000001",
    "angeschafft_am": "2019-05-01",
    "steuerbeginn": "2019-06-01",
    "jahressteuer_cent": 3000,
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def target(tmp_path: Path) -> Iterator[TargetProcess]:
    with TargetProcess("hundeverzeichnis", data=tmp_path / "hundeverzeichnis", options=["--calm"]) as running:
        running.seed({"hunde": [BELLO]})
        yield running


@pytest.fixture
def alke(browser: Browser, target: TargetProcess) -> Iterator[RegisterClerk]:
    clerk = RegisterClerk(browser, target.url)
    clerk.log_in()
    yield clerk
    clerk.page.context.close()


def new_dogs(target: TargetProcess) -> list[dict[str, Any]]:
    return [row for row in target.truth()["hunde"] if row["herkunft"] == "anmeldung"]


def test_a_dog_is_registered_over_four_tabs_and_found_again(alke: RegisterClerk, target: TargetProcess) -> None:
    alke.fill_dog()
    alke.choose_tab(1)
    assert alke.control("txtRasse").input_value() == "Labrador"
    alke.page.get_by_label("weiblich").check()
    alke.choose_tab(3)
    assert alke.control("txtIban").is_disabled()
    with alke.page.expect_navigation():
        alke.control("chkSepa").check()
    alke.control("txtIban").fill("DE02 1203 0000 0000 2020 51")
    alke.save()
    assert alke.page.title() == "Hundeverzeichnis - Quittung"
    number, tag = alke.control("lblKasse").inner_text(), alke.control("lblMarke").inner_text()

    alke.search(txtBem="ab-X9Z4")
    assert alke.control("lblAnzahl").inner_text() == "1 Treffer"
    alke.open_file(number)
    assert [alke.control(name).inner_text() for name in ("txtName", "txtVorname", "ddlGemeinde")] == [
        "Łührs",
        "Ömer",
        "Hütten",
    ]
    alke.choose_tab(3)
    assert [alke.control(name).inner_text() for name in ("chkSepa", "txtIban")] == ["ja", "DE02120300000000202051"]

    assert target.truth()["counts"] == {"anmeldung": 1, "abmeldung": 0}
    expected = {
        "kassenzeichen": number,
        "marke": tag,
        "status": "gemeldet",
        "mandant": "01",
        "gemeinde": "Hütten",
        "halter_name": "Łührs",
        "hausnummer": "12 a",
        "geschlecht": "weiblich",
        "angeschafft_am": "2026-10-01",
        "ordnungszahl": 1,
        "jahressteuer_cent": 3000,
        "steuerbeginn": "2026-11-01",
        "sepa": 1,
        "iban": "DE02120300000000202051",
        "bemerkung": "AB-x9z4",
        "erfasst_von": "amtsbote01",
    }
    assert {key: new_dogs(target)[0][key] for key in expected} == expected


@pytest.mark.parametrize(
    ("control", "text"), [("txtChipNr", "276098100000001"), ("txtMarke", "4711"), ("txtHalter", "jörn thießen")]
)
def test_a_registered_dog_is_found_and_deregistered(
    alke: RegisterClerk, target: TargetProcess, control: str, text: str
) -> None:
    alke.search(**{control: text})
    alke.open_file("HS-2019-004711")
    alke.fill_leaving(marker="AB-leave1")
    with alke.page.expect_navigation():
        alke.page.get_by_role("button", name="Abmeldung speichern (F9)").click()
    assert alke.questions == ["Wollen Sie den Hund wirklich abmelden?"]
    assert "Die Abmeldung wurde gespeichert." in body(alke.page)
    number = alke.control("lblAbNr").inner_text()

    alke.search(txtBem="AB-leave1")
    assert alke.control("lblAnzahl").inner_text() == "Keine Treffer"
    alke.search(txtBem="AB-leave1", state="alle")
    alke.open_file("HS-2019-004711")
    assert alke.control("lblStatus").inner_text() == "abgemeldet"
    assert number in alke.control("pnlAbgemeldet").inner_text()

    truth = target.truth()
    assert truth["counts"] == {"anmeldung": 0, "abmeldung": 1}
    expected = {
        "nummer": number,
        "kassenzeichen": "HS-2019-004711",
        "grund": "verstorben",
        "abgemeldet_zum": "2026-11-30",
        "marke_zurueck": 1,
        "bemerkung": "AB-leave1",
    }
    assert {key: truth["abmeldungen"][0][key] for key in expected} == expected


def test_wrong_entries_are_listed_with_their_tab(alke: RegisterClerk, target: TargetProcess) -> None:
    alke.fill_dog(txtPlz="2435", txtChip="123", txtSteuer="30.00")
    alke.save()
    shown = alke.control("vsFehler").inner_text()
    assert "Halter / PLZ: „2435“ ist keine Postleitzahl mit fünf Ziffern." in shown
    assert "Hund / Chip-Nr.: „123“ ist keine Chipnummer mit 15 Ziffern." in shown
    assert "Steuer / Jahressteuer (EUR): „30.00“ ist kein Betrag im Format 1.234,56." in shown
    assert (new_dogs(target), target.truth()["received"]) == ([], {"anmeldung": 1})


def test_a_dog_with_a_known_chip_is_warned_of_and_can_be_forced(alke: RegisterClerk, target: TargetProcess) -> None:
    alke.fill_dog(txtChip=BELLO["chipnummer"])
    alke.save()
    assert "Dieser Hund ist bereits gemeldet: Kassenzeichen HS-2019-004711" in body(alke.page)
    assert new_dogs(target) == []
    with alke.page.expect_navigation():
        alke.page.get_by_role("button", name="Trotzdem speichern").click()
    assert alke.page.title() == "Hundeverzeichnis - Quittung"
    assert len(new_dogs(target)) == 1


def test_a_locked_record_and_a_lost_session_write_nothing(alke: RegisterClerk, target: TargetProcess) -> None:
    alke.fill_dog()
    target.faults({"name": "locked_record", "times": 1})
    alke.save()
    assert "Datensatz gesperrt" in alke.control("pnlSperre").inner_text()
    with alke.page.expect_navigation():
        alke.page.get_by_role("button", name="OK").click()
    target.faults({"name": "session_lost_on_post", "times": 1})
    alke.save()
    assert "abgelaufen=1" in alke.page.url
    assert "Ihre Sitzung ist abgelaufen." in body(alke.page)
    assert new_dogs(target) == []


def test_a_view_state_from_before_a_restart_is_refused(alke: RegisterClerk, target: TargetProcess) -> None:
    alke.fill_dog()
    state = alke.control("__VIEWSTATE").input_value()
    target.restart()
    alke.log_in()
    alke.page.get_by_role("link", name="Hund anmelden").click()
    alke.page.evaluate("state => { theForm.__VIEWSTATE.value = state }", state)
    alke.save()
    assert "Fehler bei der Überprüfung des Viewstate-MAC." in body(alke.page)
    assert new_dogs(target) == []


def test_ids_get_another_infix_and_the_mask_still_works(alke: RegisterClerk, target: TargetProcess) -> None:
    target.faults({"name": "changed_ids", "container": "ctl00$ctl07$cphInhalt$tcTier"})
    alke.fill_dog()
    assert alke.control("txtBemerkung").get_attribute("id") == "ctl00_ctl07_cphInhalt_tcTier_tp2_txtBemerkung"
    alke.save()
    assert [dog["bemerkung"] for dog in new_dogs(target)] == [DOG[2]["txtBemerkung"]]


def test_the_grid_turns_its_pages_by_postback(alke: RegisterClerk, target: TargetProcess) -> None:
    pack = [
        {**BELLO, "marke": str(5000 + number), "hundename": f"Rex {number}", "chipnummer": ""} for number in range(12)
    ]
    target.seed({"hunde": pack})
    alke.search(txtHund="rex")
    assert alke.control("lblAnzahl").inner_text() == "12 Treffer"
    with alke.page.expect_navigation():
        alke.page.get_by_role("link", name="2", exact=True).click()
    alke.open_file("HS-2019-005000")
    alke.choose_tab(1)
    assert alke.control("txtHundName").inner_text() == "Rex 0"


def test_a_dog_of_another_office_is_not_shown(browser: Browser, target: TargetProcess) -> None:
    cord = RegisterClerk(browser, target.url)
    cord.log_in(user="amtsbote02", password="Osterfehn-2026")
    cord.search(txtMarke="4711")
    assert cord.control("lblAnzahl").inner_text() == "Keine Treffer"
    cord.page.goto(f"{target.url}/Hunde/Akte.aspx?kz=HS-2019-004711")
    assert "Die Akte wurde nicht gefunden." in body(cord.page)
    cord.page.context.close()


def test_seeding_twice_changes_nothing(target: TargetProcess) -> None:
    target.seed({"hunde": [{**BELLO, "hundename": "Anders"}]})
    assert [dog["hundename"] for dog in target.truth()["hunde"]] == ["Bello"]


def test_the_dog_another_clerk_has_open_is_locked(browser: Browser, tmp_path: Path) -> None:
    with TargetProcess("hundeverzeichnis", data=tmp_path, options=["--calm", "--lock-seconds", "60"]) as target:
        target.seed({"hunde": [BELLO]})
        clerks = [RegisterClerk(browser, target.url) for _ in range(2)]
        for clerk, user, password in zip(
            clerks, ("amtsbote01", "hjansen"), ("Moorwiek-2026", "Marke-2005"), strict=True
        ):
            clerk.log_in(user=user, password=password)
            clerk.page.goto(f"{target.url}/Hunde/Akte.aspx?kz=HS-2019-004711")
            with clerk.page.expect_navigation():
                clerk.page.get_by_role("button", name="Hund abmelden").click()
        assert clerks[0].control("pnlAbmeldung").is_visible()
        assert "zurzeit von amtsbote01 bearbeitet" in clerks[1].control("pnlSperre").inner_text()
        for clerk in clerks:
            clerk.page.context.close()
