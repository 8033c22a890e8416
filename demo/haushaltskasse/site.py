"""The pages of Haushaltskasse: login, frames, capture (popup), search, details."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from demo.haushaltskasse import store as tables
from demo.haushaltskasse.capture import CURRENCIES, Capture
from demo.haushaltskasse.search import FIELDS, cut_page, find_documents
from demo.targets.accounts import Session, allowed_offices, check_password
from demo.targets.commits import Commit, RefusedError
from demo.targets.locks import holder_of, release_locks, take_lock
from demo.targets.messages import Request, Response, redirect
from demo.targets.site import Settings, TargetSite

CAPTURE_PATH = "/hk/vorerfassung"
OTHER_CAPTURE_PATH = "/hk/vorerfassung2"
COMMIT_ACTIONS = ("Buchen", "Trotzdem buchen")


class Haushaltskasse(TargetSite):
    """The finance system as a function from request to response."""

    charset = "windows-1252"
    cookie = "HKSID"
    tables = ("belege", "positionen")

    def __init__(self, database: Path, settings: Settings) -> None:
        super().__init__(tables.open_store(database), settings, templates=Path(__file__).with_name("templates"))

    def seed(self, rows: dict[str, Any]) -> None:
        """Add offices, users and creditors."""
        tables.seed(self.store, rows)

    def counts(self) -> dict[str, int]:
        """Captured documents under `vorerfassung`."""
        return {"vorerfassung": len(self.store.rows("SELECT id FROM belege"))}

    def dispatch(self, request: Request) -> Response:
        """The page of a request; without a living session the login page or the page "Sitzung abgelaufen"."""
        if request.path in ("/", "/hk", "/hk/"):
            return redirect("/hk/anmeldung")
        if request.path == "/hk/anmeldung":
            return self._login(request)
        session = self.session(request)
        if session is None:
            return self._lost()
        match request.path:
            case "/hk/start" | "/hk/kopf" | "/hk/menue" | "/hk/uebersicht":
                return self._frame(request, session)
            case "/hk/vorerfassung" | "/hk/vorerfassung2":
                return self._capture(request, session)
            case "/hk/belege":
                return self._search(request, session)
            case "/hk/beleg":
                return self._details(request, session)
            case "/hk/quittung":
                return self._receipt(request.query.get("nr", ""))
            case "/hk/abmeldung":
                return self._logout(session)
        return Response("<html><body><h2>Die Seite wurde nicht gefunden.</h2>HTTP 404</body></html>", status=404)

    def _login(self, request: Request) -> Response:
        if request.method == "GET":
            return self.page("anmeldung.html", message="", user="", open_login=False)
        user = request.form.get("benutzer", "").strip()
        message = check_password(self.store, user, request.form.get("kennwort", ""))
        if message:
            return self.page("anmeldung.html", message=message, user=user, open_login=False)
        if self.settings.one_login and self.sessions.of(user):
            if request.form.get("beenden") != "ja":
                message = "Der Benutzer ist bereits an einem anderen Arbeitsplatz angemeldet."
                return self.page("anmeldung.html", message=message, user=user, open_login=True)
            self.sessions.end_all(user)
        session = self.sessions.start(user)
        answer = redirect("/hk/start")
        answer.headers.append(("Set-Cookie", f"{self.cookie}={session.key}; Path=/hk; HttpOnly"))
        return answer

    def _logout(self, session: Session) -> Response:
        self._release(session)
        self.sessions.end(session.key)
        return self.page("abgemeldet.html")

    def _lost(self) -> Response:
        return self.page("sitzung.html")

    def _frame(self, request: Request, session: Session) -> Response:
        row = self.store.row("SELECT klarname FROM benutzer WHERE name = ?", session.user)
        count = len(find_documents(self.store, {}, offices=allowed_offices(self.store, session.user)))
        name = row["klarname"] if row else session.user
        return self.page(request.path.removeprefix("/hk/") + ".html", user=name, count=count)

    def _capture(self, request: Request, session: Session) -> Response:
        if request.method == "GET":
            return self._mask(Capture.empty(), session)
        capture = Capture.of(request)
        action = request.form.get("aktion", "")
        if action in COMMIT_ACTIONS:
            return self.commit(self._commit_of(request, session, capture, action))
        match action:
            case "Prüfen":
                good = capture.check(self._creditor(capture))
                return self._mask(capture, session, notice="Die Prüfung ergab keine Fehler." if good else "")
            case "Kreditor suchen":
                return self._choose_creditor(request, session, capture)
            case "Übernehmen":
                capture.texts["krnr"] = request.form.get("krwahl", capture.texts["krnr"])
                return self._take_creditor(session, capture)
            case "Zeile hinzufügen":
                capture.add_line()
            case "Zeile löschen":
                capture.drop_line()
            case "Abbrechen":
                self._release(session)
                return self.page("geschlossen.html")
        return self._mask(capture, session)

    def _choose_creditor(self, request: Request, session: Session, capture: Capture) -> Response:
        found = tables.find_creditors(self.store, request.form.get("krsuche", ""))
        notice = "" if found else "Es wurde kein Kreditor gefunden."
        return self._mask(capture, session, found=found, notice=notice, search=request.form.get("krsuche", ""))

    def _take_creditor(self, session: Session, capture: Capture) -> Response:
        creditor = self._creditor(capture)
        if creditor is None:
            return self._mask(capture, session, notice="Bitte wählen Sie einen Kreditor aus der Liste.")
        holder = take_lock(self.store, _record(capture), session.user, seconds=self.settings.lock_seconds)
        if holder:
            return self._mask(capture, session, locked=holder)
        if not capture.texts["iban"]:
            capture.texts["iban"] = creditor["iban"]
        return self._mask(capture, session)

    def _commit_of(self, request: Request, session: Session, capture: Capture, action: str) -> Commit:
        def book(db: sqlite3.Connection) -> str:
            self._refuse_if_wrong(db, request, session, capture, force=action == "Trotzdem buchen")
            number = tables.add_document(db, {**capture.document, "erfasst_von": session.user}, capture.positions)
            release_locks(db, session.user)
            return number

        def lost() -> Response:
            self.sessions.end(session.key)
            return self._lost()

        return Commit(
            request=request,
            operation="vorerfassung",
            action=action,
            user=session.user,
            marker=capture.texts["butext"],
            book=book,
            receipt_page=self._receipt,
            receipt_address=lambda number: f"/hk/quittung?nr={number}",
            locked_page=lambda: self._mask(capture, session, locked="hjansen"),
            lost_page=lost,
            other_path=OTHER_CAPTURE_PATH,
        )

    def _refuse_if_wrong(
        self, db: sqlite3.Connection, request: Request, session: Session, capture: Capture, *, force: bool
    ) -> None:
        offices = allowed_offices(self.store, session.user)
        if not capture.check(self._creditor(capture)):
            raise RefusedError(self._mask(capture, session))
        if offices and capture.texts["mandant"] not in offices:
            capture.errors.append("Amt (Mandant): Sie haben für diesen Mandanten keine Berechtigung.")
            raise RefusedError(self._mask(capture, session))
        if holder := holder_of(db, _record(capture), other_than=session.user):
            raise RefusedError(self._mask(capture, session, locked=holder))
        same = db.execute("SELECT belegnummer FROM belege WHERE vorgang = ?", (capture.vorgang,)).fetchone()
        if same and not self.faults.take("double_click_accepted", request):
            raise RefusedError(self.page("bereits.html", number=same[0]))
        if force:
            return
        twin = db.execute(
            "SELECT * FROM belege WHERE kreditor = ? AND rechnungsnummer = ?",
            (capture.document["kreditor"], capture.document["rechnungsnummer"]),
        ).fetchone()
        if twin and not self.faults.take("duplicates_accepted", request):
            raise RefusedError(self._mask(capture, session, twin=dict(twin)))

    def _mask(
        self,
        capture: Capture,
        session: Session,
        *,
        notice: str = "",
        found: list[dict[str, Any]] | None = None,
        search: str = "",
        locked: str = "",
        twin: dict[str, Any] | None = None,
    ) -> Response:
        offices = allowed_offices(self.store, session.user)
        rows = self.store.rows("SELECT * FROM mandanten ORDER BY nr")
        return self.page(
            "vorerfassung.html",
            c=capture,
            t=capture.texts,
            creditor=self._creditor(capture),
            offices=[row for row in rows if not offices or row["nr"] in offices],
            currencies=CURRENCIES,
            notice=notice,
            found=found,
            search=search,
            locked=locked,
            twin=twin,
            confirm=self.confirm_wanted(),
        )

    def _creditor(self, capture: Capture) -> dict[str, Any] | None:
        return self.store.row("SELECT * FROM kreditoren WHERE nr = ?", capture.texts["krnr"])

    def _release(self, session: Session) -> None:
        with self.store.transaction() as db:
            release_locks(db, session.user)

    def _receipt(self, number: str) -> Response:
        row = self.store.row("SELECT * FROM belege WHERE belegnummer = ?", number)
        if row is None:
            return self.page("nichtgefunden.html", number=number)
        return self.page("quittung.html", b=row)

    def _search(self, request: Request, session: Session) -> Response:
        if request.method == "GET":
            return self.page("belege.html", fields=FIELDS, wanted={}, rows=None, number=1, pages=1, total=0)
        wanted = {name: request.form.get(name, "") for name in FIELDS}
        found = find_documents(self.store, wanted, offices=allowed_offices(self.store, session.user))
        rows, number, pages = cut_page(found, int(request.form.get("seite") or 1))
        return self.page(
            "belege.html", fields=FIELDS, wanted=wanted, rows=rows, number=number, pages=pages, total=len(found)
        )

    def _details(self, request: Request, session: Session) -> Response:
        number = request.query.get("nr", "")
        row = self.store.row("SELECT * FROM belege WHERE belegnummer = ?", number)
        offices = allowed_offices(self.store, session.user)
        if row is None or (offices and row["mandant"] not in offices):
            return self.page("nichtgefunden.html", number=number)
        lines = self.store.rows("SELECT * FROM positionen WHERE beleg_id = ? ORDER BY zeile", row["id"])
        office = self.store.row("SELECT name FROM mandanten WHERE nr = ?", row["mandant"])
        return self.page("beleg.html", b=row, lines=lines, office=office["name"] if office else "")


def _record(capture: Capture) -> str:
    return f"{capture.texts['mandant']}/{capture.texts['krnr']}"
