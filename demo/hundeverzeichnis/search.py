"""Suche.aspx: the dogs of the register, a grid with pages by postback."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from demo.hundeverzeichnis import store as tables
from demo.targets.accounts import Session, allowed_offices
from demo.targets.messages import Request, Response, redirect

if TYPE_CHECKING:
    from demo.hundeverzeichnis.site import Hundeverzeichnis

PAGE_ROWS = 10
FIELDS = {
    "txtHalter": "Halter",
    "txtHund": "Rufname",
    "txtChipNr": "Chip-Nr.",
    "txtMarke": "Marken-Nr.",
    "txtKasse": "Kassenzeichen",
    "txtBem": "Bemerkung",
}
STATES = ("gemeldete", "abgemeldete", "alle")
_EXACT = {"txtChipNr": "chipnummer", "txtMarke": "marke", "txtKasse": "kassenzeichen"}


def answer(site: Hundeverzeichnis, request: Request, session: Session) -> Response:
    """The search mask at GET; results, another page or the chosen file at POST."""
    if request.method == "GET":
        return _show(site, {"suche": {}, "seite": 1}, rows=None)
    state, event, argument, controls = site.posted(request)
    if event == "btnSuchen":
        state = {"suche": {name: controls.get(name, "") for name in (*FIELDS, "ddlStatus")}, "seite": 1}
    if event == "btnAbbrechen":
        return redirect("/Hunde/Default.aspx")
    found = _find(site, state["suche"], allowed_offices(site.store, session.user))
    verb, _, number = argument.partition("$")
    if event == "gvTreffer" and verb == "Page":
        state["seite"] = min(max(1, int(number)), _pages(found))
    shown = found[(state["seite"] - 1) * PAGE_ROWS : state["seite"] * PAGE_ROWS]
    if event == "gvTreffer" and verb == "Select" and int(number) < len(shown):
        return redirect(f"/Hunde/Akte.aspx?kz={shown[int(number)]['kassenzeichen']}")
    return _show(site, state, rows=shown, total=len(found), pages=_pages(found))


def _pages(found: list[dict[str, Any]]) -> int:
    return max(1, -(-len(found) // PAGE_ROWS))


def _find(site: Hundeverzeichnis, wanted: dict[str, str], offices: list[str]) -> list[dict[str, Any]]:
    rows = site.store.rows(
        "SELECT hunde.*, COALESCE((SELECT group_concat(bemerkung, ' ') FROM abmeldungen "
        "WHERE abmeldungen.kassenzeichen = hunde.kassenzeichen), '') AS ab_bemerkung FROM hunde ORDER BY id DESC"
    )
    return [row for row in rows if (not offices or row["mandant"] in offices) and _fits(row, wanted)]


def _fits(row: dict[str, Any], wanted: dict[str, str]) -> bool:
    text = {name: value.strip().casefold() for name, value in wanted.items()}
    state = wanted.get("ddlStatus", STATES[0])
    if state != "alle" and row["status"] != (tables.REGISTERED if state == STATES[0] else tables.DEREGISTERED):
        return False
    holder = f"{row['halter_name']}, {row['halter_vorname']} {row['halter_name']}".casefold()
    return (
        text.get("txtHalter", "") in holder
        and text.get("txtHund", "") in row["hundename"].casefold()
        and text.get("txtBem", "") in f"{row['bemerkung']} {row['ab_bemerkung']}".casefold()
        and all(not text.get(name) or text[name] == str(row[column]).casefold() for name, column in _EXACT.items())
    )


def _show(
    site: Hundeverzeichnis,
    state: dict[str, Any],
    *,
    rows: list[dict[str, Any]] | None,
    total: int = 0,
    pages: int = 1,
) -> Response:
    return site.form(
        "suche.html",
        state,
        labels=FIELDS,
        states=STATES,
        wanted=state["suche"],
        rows=rows,
        total=total,
        pages=pages,
        number=state["seite"],
    )
