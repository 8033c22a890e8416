"""The pages of Hundeverzeichnis: login, menu, and the way to mask, search and file."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote

from demo.hundeverzeichnis import file, mask, search, store as tables
from demo.hundeverzeichnis.fields import show_value
from demo.hundeverzeichnis.viewstate import BrokenStateError, ViewStates
from demo.targets.accounts import Session, check_password
from demo.targets.messages import Request, Response, redirect
from demo.targets.site import Settings, TargetSite

CONTAINER = "ctl00$cphMain$tcHund"
BROKEN_STATE_PAGE = (
    "<html><head><title>Fehler bei der Überprüfung des Viewstate-MAC</title></head><body bgcolor=white><h1><font "
    "color=red>Serverfehler in der Anwendung /Hunde.</font></h1><h2><i>Fehler bei der Überprüfung des Viewstate-MAC."
    "</i></h2>Die Anforderung wurde nicht ausgeführt.</body></html>"
)


class Hundeverzeichnis(TargetSite):
    """The dog tax register as a function from request to response."""

    charset = "utf-8"
    cookie = "ASP.NET_SessionId"
    tables = ("hunde", "abmeldungen")

    def __init__(self, database: Path, settings: Settings) -> None:
        super().__init__(tables.open_store(database), settings, templates=Path(__file__).with_name("templates"))
        self.states = ViewStates()
        self.pages.filters["wert"] = show_value

    def seed(self, rows: dict[str, Any]) -> None:
        """Add offices, municipalities, users and registered dogs."""
        tables.seed(self.store, rows)

    def counts(self) -> dict[str, int]:
        """Records made by `anmeldung` (seeded dogs do not count) and `abmeldung`."""
        registered = self.store.rows("SELECT id FROM hunde WHERE herkunft = 'anmeldung'")
        return {
            "anmeldung": len(registered),
            "abmeldung": len(self.store.rows("SELECT id FROM abmeldungen")),
        }

    def container(self) -> str:
        """The container of the generated names; fault `changed_ids` ({"container"}) gives it another infix."""
        for fault in self.faults.listed():
            if fault["name"] == "changed_ids":
                return str(fault.get("container", "ctl00$ctl07$cphInhalt$tcTier"))
        return CONTAINER

    def dispatch(self, request: Request) -> Response:
        """The page of a request; without a living session a redirect to the login page."""
        path = request.path.lower()
        if path in ("/", "/hunde", "/hunde/"):
            return redirect("/Hunde/Default.aspx")
        if path == "/hunde/login.aspx":
            return self._login(request)
        session = self.session(request)
        if session is None:
            return self.lost(request)
        try:
            return self._open(path, request, session)
        except BrokenStateError:
            return Response(BROKEN_STATE_PAGE, status=500)

    def form(self, template: str, state: dict[str, Any], **values: Any) -> Response:
        """A rendered WebForms page with its view state."""
        container = self.container()
        return self.page(
            template,
            state=self.states.pack(state),
            container=container,
            prefix=container.replace("$", "_"),
            **values,
        )

    def posted(self, request: Request) -> tuple[dict[str, Any], str, str, dict[str, str]]:
        """View state, event (last part of `__EVENTTARGET`), argument, controls by the last part of their name."""
        state = self.states.open(request.form.get("__VIEWSTATE", ""))
        controls = {name.rsplit("$", 1)[-1]: value for name, value in request.form.items()}
        event = request.form.get("__EVENTTARGET", "").rsplit("$", 1)[-1]
        return state, event, request.form.get("__EVENTARGUMENT", ""), controls

    def lost(self, request: Request) -> Response:
        """Where a request without a living session is sent."""
        expired = "&abgelaufen=1" if self.cookie in request.cookies else ""
        return redirect(f"/Hunde/Login.aspx?ReturnUrl={quote(request.path, safe='')}{expired}")

    def _open(self, path: str, request: Request, session: Session) -> Response:
        match path:
            case "/hunde/default.aspx":
                row = self.store.row("SELECT klarname FROM benutzer WHERE name = ?", session.user)
                return self.form("default.html", {}, user=row["klarname"] if row else session.user)
            case "/hunde/hund.aspx" | "/hunde/hund2.aspx":
                return mask.answer(self, request, session)
            case "/hunde/suche.aspx":
                return search.answer(self, request, session)
            case "/hunde/akte.aspx" | "/hunde/akte2.aspx":
                return file.answer(self, request, session)
            case "/hunde/quittung.aspx":
                return self.receipt(request.query.get("nr", ""))
            case "/hunde/logout.aspx":
                self.sessions.end(session.key)
                return redirect("/Hunde/Login.aspx")
        return Response("<html><body><h2>Die Ressource wurde nicht gefunden.</h2>HTTP 404</body></html>", status=404)

    def receipt(self, number: str) -> Response:
        """The receipt of a registration (HS-…) or a de-registration (AB-…)."""
        leaving = self.store.row("SELECT * FROM abmeldungen WHERE nummer = ?", number)
        key = leaving["kassenzeichen"] if leaving else number
        dog = self.store.row("SELECT * FROM hunde WHERE kassenzeichen = ?", key)
        if dog is None:
            return self.form("meldung.html", {}, heading="Akte", text=f"Zu {number} gibt es keine Akte.")
        return self.form("quittung.html", {}, dog=dog, leaving=leaving)

    def _login(self, request: Request) -> Response:
        expired = "Ihre Sitzung ist abgelaufen. Bitte melden Sie sich erneut an."
        if request.method == "GET":
            return self.form("login.html", {}, message=expired if request.query.get("abgelaufen") else "", user="")
        controls = {name.rsplit("$", 1)[-1]: value for name, value in request.form.items()}
        user = controls.get("txtBenutzer", "").strip()
        message = check_password(self.store, user, controls.get("txtKennwort", ""))
        if not message and self.settings.one_login and self.sessions.of(user) and controls.get("chkBeenden") != "on":
            message = "Der Benutzer ist bereits angemeldet."
        if message:
            return self.form("login.html", {}, message=message, user=user)
        if self.settings.one_login:
            self.sessions.end_all(user)
        session = self.sessions.start(user)
        answer = redirect("/Hunde/Default.aspx")
        answer.headers.append(("Set-Cookie", f"{self.cookie}={session.key}; path=/Hunde; HttpOnly"))
        return answer
