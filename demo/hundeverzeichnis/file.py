"""Akte.aspx: a registered dog, read-only on four tabs, and its de-registration."""

from __future__ import annotations

import secrets
import sqlite3
from typing import TYPE_CHECKING, Any

from demo.hundeverzeichnis import store as tables
from demo.hundeverzeichnis.fields import DOG_FIELDS, LEAVING_FIELDS, TABS, read_fields
from demo.hundeverzeichnis.mask import already, end_and_lose
from demo.targets.accounts import Session, allowed_offices
from demo.targets.commits import Commit, RefusedError
from demo.targets.locks import holder_of, release_locks, take_lock
from demo.targets.messages import Request, Response, redirect

if TYPE_CHECKING:
    from demo.hundeverzeichnis.site import Hundeverzeichnis

CONFIRMATION = "Wollen Sie den Hund wirklich abmelden?"


def answer(site: Hundeverzeichnis, request: Request, session: Session) -> Response:
    """The file at GET, what its events want at POST."""
    dog = site.store.row("SELECT * FROM hunde WHERE kassenzeichen = ?", request.query.get("kz", ""))
    offices = allowed_offices(site.store, session.user)
    if dog is None or (offices and dog["mandant"] not in offices):
        return site.form("meldung.html", {}, heading="Akte", text="Die Akte wurde nicht gefunden.")
    if request.method == "GET":
        return _show(site, dog, {"tab": 0, "abmelden": False, "werte": {}, "vorgang": secrets.token_hex(8)})
    state, event, argument, controls = site.posted(request)
    if state["abmelden"]:
        _keep(state, controls)
    if event == "btnAbmeldungSpeichern":
        return site.commit(_commit_of(site, request, session, dog, state))
    if argument.startswith("activeTabChanged:"):
        state["tab"] = min(max(0, int(argument.partition(":")[2] or 0)), len(TABS) - 1)
    holder = ""
    if event == "btnAbmelden":
        seconds = site.settings.lock_seconds
        holder = take_lock(site.store, dog["kassenzeichen"], session.user, seconds=seconds)
        state["abmelden"] = not holder
    if event == "btnAbbrechen":
        with site.store.transaction() as db:
            release_locks(db, session.user)
        return redirect("/Hunde/Default.aspx")
    return _show(site, dog, state, locked=holder)


def _keep(state: dict[str, Any], controls: dict[str, str]) -> None:
    for field in LEAVING_FIELDS:
        if field.kind == "check" or field.control in controls:
            state["werte"][field.control] = controls.get(field.control, "")


def _commit_of(
    site: Hundeverzeichnis, request: Request, session: Session, dog: dict[str, Any], state: dict[str, Any]
) -> Commit:
    def book(db: sqlite3.Connection) -> str:
        values, errors = read_fields(LEAVING_FIELDS, state["werte"])
        if errors:
            raise RefusedError(_show(site, dog, state, errors=errors))
        if holder := holder_of(db, dog["kassenzeichen"], other_than=session.user):
            raise RefusedError(_show(site, dog, state, locked=holder))
        before = db.execute(
            "SELECT nummer FROM abmeldungen WHERE kassenzeichen = ?", (dog["kassenzeichen"],)
        ).fetchone()
        if before and not site.faults.take("double_click_accepted", request):
            raise RefusedError(already(site, str(before[0])))
        release_locks(db, session.user)
        return tables.add_deregistration(
            db,
            {
                **values,
                "kassenzeichen": dog["kassenzeichen"],
                "mandant": dog["mandant"],
                "erfasst_von": session.user,
                "vorgang": state["vorgang"],
            },
        )

    return Commit(
        request=request,
        operation="abmeldung",
        action="btnAbmeldungSpeichern",
        user=session.user,
        marker=state["werte"].get("txtAbBemerkung", ""),
        book=book,
        receipt_page=site.receipt,
        receipt_address=lambda number: f"/Hunde/Quittung.aspx?nr={number}",
        locked_page=lambda: _show(site, dog, state, locked="hjansen"),
        lost_page=lambda: end_and_lose(site, request, session),
        other_path=f"/Hunde/Akte2.aspx?kz={dog['kassenzeichen']}",
    )


def _show(
    site: Hundeverzeichnis,
    dog: dict[str, Any],
    state: dict[str, Any],
    *,
    errors: list[str] | None = None,
    locked: str = "",
) -> Response:
    leaving = site.store.row("SELECT * FROM abmeldungen WHERE kassenzeichen = ?", dog["kassenzeichen"])
    return site.form(
        "akte.html",
        state,
        dog=dog,
        leaving=leaving,
        tabs=TABS,
        tab=state["tab"],
        shown=[field for field in DOG_FIELDS if field.tab == state["tab"]],
        leaving_open=state["abmelden"],
        fields=LEAVING_FIELDS,
        texts=state["werte"],
        choices={},
        errors=errors or [],
        locked=locked,
        confirm=CONFIRMATION if site.confirm_wanted() else "",
    )
