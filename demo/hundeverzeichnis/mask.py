"""Hund.aspx: the registration of a dog on four tabs that change by postback."""

from __future__ import annotations

import secrets
import sqlite3
from typing import TYPE_CHECKING, Any

from demo.hundeverzeichnis import store as tables
from demo.hundeverzeichnis.fields import DOG_FIELDS, TABS, read_fields
from demo.targets.accounts import Session, allowed_offices
from demo.targets.commits import Commit, RefusedError
from demo.targets.messages import Request, Response, redirect

if TYPE_CHECKING:
    from demo.hundeverzeichnis.site import Hundeverzeichnis

COMMIT_EVENTS = ("btnSpeichern", "btnTrotzdem")


def answer(site: Hundeverzeichnis, request: Request, session: Session) -> Response:
    """The mask, empty at GET, as its events want at POST."""
    if request.method == "GET":
        return _show(site, session, {"vorgang": secrets.token_hex(8), "tab": 0, "werte": {"ddlOrdnung": "1"}})
    state, event, argument, controls = site.posted(request)
    keep_tab(state, controls)
    if event in COMMIT_EVENTS:
        return site.commit(_commit_of(site, request, session, state, event))
    if event == "tcHund" or argument.startswith("activeTabChanged:"):
        state["tab"] = min(max(0, int(argument.partition(":")[2] or 0)), len(TABS) - 1)
    if event == "btnAbbrechen":
        return redirect("/Hunde/Default.aspx")
    return _show(site, session, state)


def keep_tab(state: dict[str, Any], controls: dict[str, str]) -> None:
    """Take over what the shown tab posted; the other tabs live in the view state only."""
    for field in DOG_FIELDS:
        if field.tab != state["tab"]:
            continue
        if field.kind in ("check", "radio"):
            state["werte"][field.control] = controls.get(field.control, "")
        elif field.control in controls:
            state["werte"][field.control] = controls[field.control]


def _commit_of(site: Hundeverzeichnis, request: Request, session: Session, state: dict[str, Any], event: str) -> Commit:
    def book(db: sqlite3.Connection) -> str:
        values, errors = read_fields(DOG_FIELDS, state["werte"])
        if values.get("sepa") and not values.get("iban"):
            errors.append("Zahlung / IBAN: Bitte füllen Sie dieses Feld aus.")
        if not errors and not (values["angeschafft_am"] or values["zugezogen_am"]):
            errors.append("Hund / Angeschafft am: Bitte geben Sie an, wann der Hund angeschafft wurde oder zuzog.")
        if not errors and values["gemeinde"] not in _municipalities(site, session):
            errors.append("Halter / Gemeinde: Sie haben für diese Gemeinde keine Berechtigung.")
        if errors:
            raise RefusedError(_show(site, session, state, errors=errors))
        same = db.execute("SELECT kassenzeichen FROM hunde WHERE vorgang = ?", (state["vorgang"],)).fetchone()
        if same and not site.faults.take("double_click_accepted", request):
            raise RefusedError(already(site, str(same[0])))
        if event == "btnSpeichern":
            _refuse_twin(site, request, session, state, db, values)
        return tables.add_dog(db, {**values, "erfasst_von": session.user, "vorgang": state["vorgang"]})

    return Commit(
        request=request,
        operation="anmeldung",
        action=event,
        user=session.user,
        marker=state["werte"].get("txtBemerkung", ""),
        book=book,
        receipt_page=site.receipt,
        receipt_address=lambda number: f"/Hunde/Quittung.aspx?nr={number}",
        locked_page=lambda: _show(site, session, state, locked="hjansen"),
        lost_page=lambda: end_and_lose(site, request, session),
        other_path="/Hunde/Hund2.aspx",
    )


def end_and_lose(site: Hundeverzeichnis, request: Request, session: Session) -> Response:
    """The session ends in the middle of a POST."""
    site.sessions.end(session.key)
    return site.lost(request)


def already(site: Hundeverzeichnis, number: str) -> Response:
    """The page that tells that this mask was saved before."""
    text = f"Dieser Vorgang wurde bereits gespeichert. Es wurde nichts gespeichert. Vorhanden: {number}"
    return site.form("meldung.html", {}, heading="Vorgang bereits gespeichert", text=text)


def _refuse_twin(
    site: Hundeverzeichnis,
    request: Request,
    session: Session,
    state: dict[str, Any],
    db: sqlite3.Connection,
    values: dict[str, Any],
) -> None:
    twin = db.execute(
        "SELECT * FROM hunde WHERE status = ? AND ((chipnummer <> '' AND chipnummer = ?) OR (chipnummer = ? AND "
        "halter_name = ? AND halter_vorname = ? AND hundename = ?))",
        (
            tables.REGISTERED,
            *(values[column] for column in ("chipnummer", "chipnummer", "halter_name", "halter_vorname", "hundename")),
        ),
    ).fetchone()
    if twin and not site.faults.take("duplicates_accepted", request):
        raise RefusedError(_show(site, session, state, twin=dict(twin)))


def _municipalities(site: Hundeverzeichnis, session: Session) -> list[str]:
    offices = allowed_offices(site.store, session.user)
    rows = site.store.rows("SELECT * FROM gemeinden ORDER BY name")
    return [row["name"] for row in rows if not offices or row["mandant"] in offices]


def _show(
    site: Hundeverzeichnis,
    session: Session,
    state: dict[str, Any],
    *,
    errors: list[str] | None = None,
    locked: str = "",
    twin: dict[str, Any] | None = None,
) -> Response:
    chosen = state["werte"].get("ddlGemeinde", "")
    row = site.store.row("SELECT nr FROM gemeinden WHERE name = ?", chosen)
    return site.form(
        "hund.html",
        state,
        tabs=TABS,
        tab=state["tab"],
        fields=[field for field in DOG_FIELDS if field.tab == state["tab"]],
        texts=state["werte"],
        choices={"ddlGemeinde": _municipalities(site, session)},
        municipality_key=row["nr"] if row else "",
        errors=errors or [],
        locked=locked,
        twin=twin,
        confirm="",
    )
