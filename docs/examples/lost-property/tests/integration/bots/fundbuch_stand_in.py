"""A stand-in of Fundbuch: login, menu, entry with preview, search. `python3 fundbuch_stand_in.py PORT`."""

import html
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

USER, PASSWORD = "amtsbote", "geheim"
LOGIN = """<form method="post" action="/fundbuch/anmeldung"><table>
<tr><td>Benutzer:</td><td><input name="benutzer"></td></tr>
<tr><td>Kennwort:</td><td><input name="kennwort" type="password"></td></tr>
</table><input type="submit" value="Anmelden"></form>"""
MENU = """<p>Angemeldet als amtsbote</p><ul><li><a href="/fundbuch/erfassen">Fundsache erfassen</a></li>
<li><a href="/fundbuch/suche">Fundsachen suchen</a></li></ul>"""
SEARCH = """<form action="/fundbuch/suche"><table>
<tr><td>Fundnummer:</td><td><input name="nummer"></td></tr>
<tr><td>Bemerkung:</td><td><input name="bemerkung"></td></tr>
</table><input type="submit" value="Suchen"></form>"""
CATEGORIES = ("", "Geldbörse", "Schlüssel", "Telefon", "Fahrrad", "Schmuck", "Kleidung", "Sonstiges")
LABELS = {
    "gegenstand": "Fundgegenstand*",
    "ort": "Fundort*",
    "datum": "Funddatum*",
    "name": "Finder Name",
    "anschrift": "Anschrift",
    "kategorie": "Kategorie",
    "bemerkung": "Bemerkung",
}
BUTTONS = """<input type="submit" name="vorschau" value="Vorschau">
<input type="submit" name="speichern" value="Speichern">"""
MUST = ("gegenstand", "ort", "datum")
COLUMNS = {
    "nummer": "Fundnummer",
    "gegenstand": "Fundgegenstand",
    "ort": "Fundort",
    "datum": "Funddatum",
    "bemerkung": "Bemerkung",
}


class StandIn(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    things: list[dict[str, str]] = []
    previews: list[dict[str, str]] = []

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        if "sitzung=1" not in self.headers.get("Cookie", "") or url.path == "/fundbuch/anmeldung":
            self.page("Anmeldung", LOGIN)
        elif url.path == "/fundbuch/erfassen":
            self.page("Fundsache erfassen", self.entry({}))
        elif url.path == "/fundbuch/suche":
            self.page("Fundsachen suchen", SEARCH + (self.found(self.values(url.query)) if url.query else ""))
        else:
            self.page("Menü", MENU)

    def do_POST(self) -> None:
        values = self.values(self.rfile.read(int(self.headers["Content-Length"])).decode())
        if self.path == "/fundbuch/anmeldung" and (values.get("benutzer"), values.get("kennwort")) == (USER, PASSWORD):
            self.page("Menü", MENU, cookie="sitzung=1; Path=/")
        elif self.path == "/fundbuch/anmeldung":
            self.page("Anmeldung", "<p>Benutzer oder Kennwort ist falsch</p>" + LOGIN)
        elif missing := [LABELS[name].rstrip("*") for name in MUST if not values.get(name, "").strip()]:
            self.page("Fundsache erfassen", f"<p>Pflichtfeld fehlt: {', '.join(missing)}</p>" + self.entry(values))
        elif "vorschau" in values:
            self.previews.append(values)
            self.page("Fundsache erfassen", "<p>Vorschau, noch nicht gespeichert</p>" + self.entry(values))
        elif "speichern" in values:
            number = f"F-2026-{len(self.things) + 1:04d}"
            self.things.append({**values, "nummer": number})
            self.page("Gespeichert", f"<p>Gespeichert unter Fundnummer {number}</p>" + MENU)

    @staticmethod
    def entry(values: dict[str, str]) -> str:
        """The form, filled again with what was sent; two buttons with names of their own, one address."""
        rows = []
        for name, label in LABELS.items():
            value = html.escape(values.get(name, ""))
            control = f'<input name="{name}" value="{value}">'
            if name == "kategorie":
                chosen = [f"<option{' selected' * (word == value)}>{word}</option>" for word in CATEGORIES]
                control = f'<select name="kategorie">{"".join(chosen)}</select>'
            elif name == "bemerkung":
                control = f'<textarea name="bemerkung" maxlength="200">{value}</textarea>'
            rows.append(f"<tr><td>{label}:</td><td>{control}</td></tr>")
        return f'<form method="post" action="/fundbuch/erfassen"><table>{"".join(rows)}</table>{BUTTONS}</form>'

    def found(self, wanted: dict[str, str]) -> str:
        rows = [row for row in self.things if all(text in row.get(name, "") for name, text in wanted.items())]
        if not rows:
            return "<p>Keine Fundsachen gefunden</p>"
        head = "".join(f"<th>{title}</th>" for title in COLUMNS.values())
        cells = ["".join(f"<td>{html.escape(row.get(name, ''))}</td>" for name in COLUMNS) for row in rows]
        return f"<table><tr>{head}</tr>" + "".join(f"<tr>{row}</tr>" for row in cells) + "</table>"

    @staticmethod
    def values(query: str) -> dict[str, str]:
        return {name: texts[0] for name, texts in parse_qs(query).items()}

    def page(self, title: str, body: str, *, cookie: str = "") -> None:
        data = f"<!doctype html><meta charset=utf-8><title>Fundbuch - {title}</title>{body}".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        if cookie:
            self.send_header("Set-Cookie", cookie)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *arguments: object) -> None:
        """Quiet."""


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), StandIn).serve_forever()
