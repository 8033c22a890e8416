"""Words for codes: states, kinds, answers, events, origins, severities, roles, and what the configuration names."""

from __future__ import annotations

import re

from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy

from casework.configuration import current
from casework.configuration.processes import FieldSettings, Label
from casework.console.formats import is_german
from casework.console.reason_names import NAMES
from casework.register.savings import OTHERS
from casework.words.reasons import reason as reason_of

Words = dict[str, str | Promise]

STATES: Words = {
    "new": gettext_lazy("Eingegangen"),
    "review": gettext_lazy("In Prüfung"),
    "ready": gettext_lazy("Bereit"),
    "posting": gettext_lazy("Wird übertragen"),
    "done": gettext_lazy("Erledigt"),
    "closed": gettext_lazy("Geschlossen"),
}
ANSWER_STATES: Words = {
    "waiting": gettext_lazy("wartet"),
    "sent": gettext_lazy("gesendet"),
    "failed": gettext_lazy("nicht hinausgegangen"),
    "unknown": gettext_lazy("Ausgang ungewiss"),
    "withdrawn": gettext_lazy("zurückgezogen"),
    "returned": gettext_lazy("als unzustellbar zurückgekommen"),
}
KINDS: Words = {
    "invoice": gettext_lazy("Rechnung"),
    "dog_registration": gettext_lazy("Hund: Anmeldung"),
    "dog_deregistration": gettext_lazy("Hund: Abmeldung"),
    "defect_report": gettext_lazy("Mängelmeldung"),
    "no_action": gettext_lazy("Nichts zu tun"),
    "unknown": gettext_lazy("Nicht erkannt"),
}
ANSWERS: Words = {
    "released": gettext_lazy("freigegeben"),
    "corrected": gettext_lazy("berichtigt und freigegeben"),
    "first_release": gettext_lazy("zum ersten Mal freigegeben"),
    "other_kind": gettext_lazy("andere Art gewählt"),
    "read_again": gettext_lazy("neu lesen lassen"),
    "close": gettext_lazy("geschlossen"),
    "hold": gettext_lazy("zurückgestellt"),
    "in_target": gettext_lazy("im Zielsystem gefunden"),
    "not_in_target": gettext_lazy("im Zielsystem nicht gefunden"),
    "reopen": gettext_lazy("wieder geöffnet"),
}
CLOSINGS: Words = {
    "done_by_hand": gettext_lazy("Von Hand erledigt"),
    "other_office": gettext_lazy("Gehört einem anderen Amt"),
    "duplicate": gettext_lazy("Doppel eines anderen Eingangs"),
    "withdrawn": gettext_lazy("Zurückgezogen"),
    "nothing_to_do": gettext_lazy("Nichts zu tun"),
    "correct_in_target": gettext_lazy("Wird im Zielsystem berichtigt"),
}
EVENTS: Words = {
    "answer_ordered": gettext_lazy("Antwort freigegeben"),
    "answer_not_given": gettext_lazy("Keine Antwort gegeben"),
    "answer_withdrawn": gettext_lazy("Antwort zurückgezogen"),
    "answer_told": gettext_lazy("Nachricht zu einer Antwort"),
    "opened": gettext_lazy("Eingegangen und gespeichert"),
    "bytes_came": gettext_lazy("Nachträglich aus dem Postfach geholt"),
    "moved_back": gettext_lazy("Nicht Eingelesenes in den Posteingang zurückgelegt"),
    "read": gettext_lazy("Gelesen"),
    "corrected": gettext_lazy("Angaben berichtigt"),
    "recomputed": gettext_lazy("Angaben neu berechnet und geprüft"),
    "decided": gettext_lazy("Entschieden"),
    "held": gettext_lazy("Zurückgestellt"),
    "assigned": gettext_lazy("Zugewiesen"),
    "released_first": gettext_lazy("Zum ersten Mal freigegeben, zweite Freigabe nötig"),
    "effort_clerk": gettext_lazy("Arbeitszeit gemessen"),
    "settling": gettext_lazy("Wartet, bevor im Zielsystem nachgesehen wird"),
    "moved_new": gettext_lazy("Wird neu gelesen"),
    "moved_review": gettext_lazy("Zur Prüfung vorgelegt"),
    "moved_ready": gettext_lazy("Zum Übertragen bereit"),
    "moved_posting": gettext_lazy("Übertragen begonnen"),
    "moved_done": gettext_lazy("Erledigt"),
    "moved_closed": gettext_lazy("Geschlossen"),
    "attempt_prepared": gettext_lazy("Versuch zurückgesetzt, nichts wurde gesendet"),
    "attempt_armed": gettext_lazy("Maske ausgefüllt und verglichen"),
    "attempt_sent": gettext_lazy("Eintrag abgeschickt"),
    "attempt_confirmed": gettext_lazy("Eintrag bestätigt"),
    "attempt_rejected": gettext_lazy("Eintrag abgelehnt"),
    "attempt_absent": gettext_lazy("Eintrag im Zielsystem nicht gefunden"),
    "attempt_unknown": gettext_lazy("Ausgang des Eintrags ungewiss"),
    "attempt_opened_again": gettext_lazy("Weiterer Versuch zugelassen"),
    "key_corrected": gettext_lazy("Geschäftsschlüssel berichtigt"),
    "evidence_kept": gettext_lazy("Belege der Eintragung gesichert"),
    "expires_now": gettext_lazy("Zum Verfallen freigegeben"),
    "paused": gettext_lazy("Angehalten"),
    "pause_changed": gettext_lazy("Anhalten geändert"),
    "resumed": gettext_lazy("Fortgesetzt"),
    "role_given": gettext_lazy("Rolle vergeben"),
    "role_taken": gettext_lazy("Rolle entzogen"),
    "account_locked": gettext_lazy("Konto gesperrt"),
    "account_unlocked": gettext_lazy("Konto entsperrt"),
    "login": gettext_lazy("Angemeldet"),
    "login_failed": gettext_lazy("Anmeldung fehlgeschlagen"),
    "renumbered": gettext_lazy("Postfach neu nummeriert"),
    "erased": gettext_lazy("Schreiben gelöscht"),
    "mailbox_copy_erased": gettext_lazy("Löschen der Mail im Postfach angeordnet"),
    "mailbox_copy_gone": gettext_lazy("Mail im Postfach gelöscht oder nicht mehr gefunden"),
    "backed_up": gettext_lazy("Sicherung geprüft"),
}
ATTEMPTS: Words = {
    "prepared": gettext_lazy("Vorbereitet"),
    "armed": gettext_lazy("Maske ausgefüllt"),
    "sent": gettext_lazy("Abgeschickt"),
    "confirmed": gettext_lazy("Bestätigt"),
    "rejected": gettext_lazy("Abgelehnt"),
    "absent": gettext_lazy("Nicht gefunden"),
    "unknown": gettext_lazy("Ausgang ungewiss"),
}
ACTORS: Words = {
    "intake": gettext_lazy("Posteingang"),
    "prepare": gettext_lazy("Lesen"),
    "transfer": gettext_lazy("Übertragung"),
    "reaper": gettext_lazy("Aufräumdienst"),
    "housekeeping": gettext_lazy("Hintergrunddienst"),
    "clerk": gettext_lazy("Sachbearbeitung"),
    "officer": gettext_lazy("Automationsbeauftragte"),
    "auditor": gettext_lazy("Revision"),
    "person": gettext_lazy("Person"),
}
ORIGINS: Words = {
    "xml": gettext_lazy("elektronische Daten"),
    "form": gettext_lazy("Formular"),
    "text": gettext_lazy("Text des Dokuments"),
    "ocr": gettext_lazy("Texterkennung"),
    "code": gettext_lazy("Strichcode"),
    "register": gettext_lazy("Stammdaten"),
    "clerk": gettext_lazy("von Hand eingegeben"),
    "arithmetic": gettext_lazy("Berechnung"),
}
SEVERITIES: Words = {
    "fatal": gettext_lazy("Fehler"),
    "error": gettext_lazy("Fehler"),
    "warning": gettext_lazy("Hinweis"),
    "info": gettext_lazy("Zur Kenntnis"),
}
FATES: Words = {
    "used": gettext_lazy("verwendet"),
    "kept": gettext_lazy("aufbewahrt"),
    "refused": gettext_lazy("abgelehnt"),
}
KNOWN: Words = {
    "measured": gettext_lazy("gemessen"),
    "owner_estimate": gettext_lazy("geschätzt"),
    "table": gettext_lazy("Tabellenwert"),
}
SCOPES: Words = {
    "all": gettext_lazy("Alles"),
    "office": gettext_lazy("Amt"),
    "process": gettext_lazy("Prozess"),
    "system": gettext_lazy("Zielsystem"),
    "mailbox": gettext_lazy("Postfach"),
}
BACKLOGS: Words = {
    "work-off": gettext_lazy("abarbeiten"),
    "ask": gettext_lazy("noch einmal vorlegen"),
    "expire": gettext_lazy("verfallen lassen"),
}
YES_NO: Words = {"yes": gettext_lazy("Ja"), "no": gettext_lazy("Nein")}
ROLES: Words = {
    "clerk": gettext_lazy("Sachbearbeitung"),
    "second_clerk": gettext_lazy("Zweite Sachbearbeitung"),
    "officer": gettext_lazy("Automationsbeauftragte"),
    "manager": gettext_lazy("Leitung"),
    "auditor": gettext_lazy("Revision"),
    "administrator": gettext_lazy("Administration"),
}


def word(table: Words, code: str) -> str:
    """The words for a code; an unknown code shows itself rather than nothing."""
    return str(table.get(code, code))


def reason_words(code: str) -> str:
    """The sentence of a reason code in the page's language."""
    found = reason_of(code)
    return found.de if is_german() else found.en


def reason_title(code: str) -> str:
    """A reason in a few words: its short name, else the first part of its sentence, without what to do."""
    if code in NAMES:
        return str(NAMES[code])
    return reason_words(code).split(". ")[0].rstrip(".")


def label_words(label: Label) -> str:
    """A configured label in the page's language."""
    return label.de if is_german() else label.en


def process_title(process: str) -> str:
    """The title of a process, of the merged small ones, or of none yet; an id that the configuration lacks shows
    itself."""
    if not process:
        return _("Noch keinem Prozess zugeordnet")
    if process == OTHERS:
        return _("Weitere Prozesse")
    found = current().processes.get(process)
    return label_words(found.title) if found else process


def system_title(system: str) -> str:
    """The title of a target system; an id that the configuration no longer knows shows itself."""
    found = current().systems.get(system)
    return found.title or system if found else system


def office_name(office: str) -> str:
    """The name of an office; an unknown id shows itself."""
    found = current().offices.get(office)
    return found.name if found else office


def mailbox_title(name: str) -> str:
    """A mailbox `office/account` by its account and the name of its office."""
    office, _slash, account = name.partition("/")
    return f"{account}, {office_name(office)}"


def scope_words(scope: str, name: str) -> str:
    """What a pause stops, in words."""
    titles = {"office": office_name, "process": process_title, "system": system_title, "mailbox": mailbox_title}
    title = titles[scope](name) if scope in titles else name
    return f"{word(SCOPES, scope)} {title}".strip()


def health_name(kind: str, name: str) -> str:
    """What a row of health is about: a target system by its title, a mailbox by its account."""
    return system_title(name) if kind == "system" else name


def lease_words(name: str) -> str:
    """What a bot that holds this lease does: `mailbox:OFFICE:ACCOUNT`, `reconcile:OFFICE` or `login:SYSTEM:USER`."""
    kind, *rest = name.split(":")
    if kind == "mailbox" and len(rest) >= 2:
        return _("%(office)s: Postfach %(mailbox)s wird abgerufen") % {
            "office": office_name(rest[0]),
            "mailbox": rest[1],
        }
    if kind == "reconcile" and rest:
        return _("%(office)s: Postfach, Akte und Ablage werden abgeglichen") % {"office": office_name(rest[0])}
    if kind == "login" and len(rest) >= 2:
        return _("%(system)s: angemeldet als %(account)s") % {"system": system_title(rest[0]), "account": rest[1]}
    return name


def field_label(settings: FieldSettings | None, name: str) -> str:
    """What a field is called; one outside the process shows its name."""
    return label_words(settings.label) if settings else name


def source_words(source: dict[str, object]) -> str:
    """Where a value was read, in one phrase."""
    where = str(source.get("where") or "")
    if where == "clerk":
        return _("von Hand eingegeben")
    origin = word(ORIGINS, str(source.get("origin") or ""))
    place = re.fullmatch(r"(page|line) (\d+)", where)
    box = source.get("box")
    if isinstance(box, dict) or (place and place[1] == "page"):
        page = box["page"] if isinstance(box, dict) else place and place[2]
        return _("%(origin)s, Seite %(page)s") % {"origin": origin, "page": page}
    if place:
        return _("%(origin)s, Zeile %(line)s") % {"origin": origin, "line": place[2]}
    return origin
