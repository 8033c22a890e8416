"""The ways by which post comes in, as *Betrieb* shows them; and what the daily reconciliation found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max
from django.utils import timezone
from django.utils.dateformat import format as date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy, ngettext

from casework.actions import clock, reconciliation
from casework.actions.force import current
from casework.console import folder_notes, formats, words
from casework.record.models import Discrepancy, KnownFolder, Lease, Message, Pause, Reconciliation, SystemHealth

SILENT_AFTER = timedelta(minutes=20)
"""An intake looks at least every nine minutes: after two of them it has stopped."""
MOST_SHOWN = 50
NOTES: dict[str, str | Promise] = {
    "the server has no MOVE: messages are copied, then removed": gettext_lazy(
        "Der Server kann nicht verschieben: Nachrichten werden kopiert und dann entfernt."
    ),
    "the server has no UIDPLUS: copied messages stay in their folder, marked as deleted": gettext_lazy(
        "Der Server kann einzelne Nachrichten nicht entfernen: Eingelesene bleiben als gelöscht markiert im Ordner."
    ),
    "a folder takes no keywords: a message is recognised by its place and bytes alone": gettext_lazy(
        "Ein Ordner nimmt keine Kennzeichen an: Nachrichten werden allein an Platz und Inhalt wiedererkannt."
    ),
    "the server has no CONDSTORE: an unchanged folder is known by UIDNEXT and its number of messages": gettext_lazy(
        "Der Server zählt Änderungen nicht mit: Neues wird an Nummer und Zahl der Nachrichten erkannt."
    ),
    "the server tells no UIDNEXT: a folder is listed at every look": gettext_lazy(
        "Der Server nennt keine nächste Nummer: Bei jedem Nachsehen wird der Ordner aufgelistet."
    ),
}
"""What doors note about older commands of their server."""


@dataclass(frozen=True)
class DoorView:
    """A mailbox or watched folder: `sort` is good, warn or bad, `tag` its state in a word, `words` in a sentence."""

    account: str
    office: str
    sort: str
    tag: str
    words: str
    looked_at: datetime | None
    last_at: datetime | None
    waiting: int
    notes: tuple[str, ...]


@dataclass(frozen=True)
class ReconciliationView:
    """One comparison in words; `found` are those that do not agree, at most `MOST_SHOWN` of `number`."""

    title: str
    sort: str
    words: str
    found: tuple[tuple[str, Discrepancy], ...]
    number: int


def door_views(offices: Sequence[str]) -> list[DoorView]:
    """Every way in of these offices as configured, whether it was ever used or not."""
    known = [current().offices[office] for office in sorted(offices) if office in current().offices]
    return [_door(office.id, door.account) for office in known for door in office.doors]


def reconciliation_views(offices: Sequence[str]) -> list[ReconciliationView]:
    """The latest comparison of every door and store."""
    return [_comparison(row) for row in reconciliation.latest(offices)]


def _door(office: str, account: str) -> DoorView:
    folders = list(KnownFolder.objects.filter(office=office, account=account))
    health = SystemHealth.objects.filter(office=office, kind="mailbox", name=account).first()
    looked_at = min((row.looked_at for row in folders), default=None)
    sort, tag, told = _state(office, account, health, looked_at)
    notes = dict.fromkeys(str(NOTES.get(note) or folder_notes.told(note)) for row in folders for note in row.notes)
    last = Message.objects.filter(office=office, account=account).aggregate(at=Max("stored_at"))["at"]
    waiting = sum(row.waiting for row in folders)
    return DoorView(account, words.office_name(office), sort, tag, told, looked_at, last, waiting, tuple(notes))


def _state(office: str, account: str, health: SystemHealth | None, looked_at: datetime | None) -> tuple[str, str, str]:
    """How it is, the worst first."""
    moment = clock.now()
    if health is not None and health.needs_officer:
        return "bad", _("braucht Sie"), words.reason_words(health.reason)
    if Pause.objects.filter(ended_at=None, scope="mailbox", name=f"{office}/{account}").exists():
        return "warn", _("angehalten"), _("Jemand hat den Abruf angehalten. Neue Nachrichten bleiben im Postfach.")
    if health is not None and health.paused_until and health.paused_until > moment:
        return "bad", _("gestört"), words.reason_words(health.reason)
    if looked_at is None:
        return "warn", _("noch nie abgerufen"), _("Sobald der Abruf läuft, steht hier, wann nachgesehen wurde.")
    if moment - looked_at > SILENT_AFTER:
        return "bad", _("steht still"), _silence(office, account)
    if health is not None and health.failures:
        return "warn", _("zuletzt Fehler"), words.reason_words(health.reason)
    return "good", _("in Ordnung"), ""


def _silence(office: str, account: str) -> str:
    running = Lease.objects.filter(name=f"mailbox:{office}:{account}", until__gt=clock.now()).exclude(holder="")
    if running.exists():
        return _("Der Abruf läuft, hat aber lange nicht nachgesehen. Bitte sehen Sie in das Protokoll.")
    return _("Es läuft kein Abruf. Bitte starten Sie Amtsbote neu.")


def _comparison(row: Reconciliation) -> ReconciliationView:
    what = row.account or _("Ablage")
    title = f"{words.office_name(row.office)}: {what}"
    number = row.discrepancies.count()
    found = tuple(
        (words.reason_words(item.code), item)
        for item in row.discrepancies.select_related("message").prefetch_related("message__cases")[:MOST_SHOWN]
    )
    if row.trouble:
        told = _("%(when)s kam nicht zu Ende: %(trouble)s") % {"when": _when(row.began_at), "trouble": row.trouble}
        return ReconciliationView(title, "bad", told, found, number)
    if number:
        wrong = ngettext("%(number)s Abweichung", "%(number)s Abweichungen", number) % {"number": number}
        return ReconciliationView(title, "bad", f"{_size(row)}, {wrong}", found, number)
    nothing_wrong = _("alles da")
    return ReconciliationView(title, "good", f"{_size(row)}, {nothing_wrong}", found, number)


def _size(row: Reconciliation) -> str:
    """`Abgleich von heute 03:10: 61 Nachrichten`."""
    if row.account:
        counted = ngettext("%(number)s Nachricht", "%(number)s Nachrichten", row.compared) % {"number": row.compared}
    else:
        counted = _("%(number)s von %(all)s Dateien entschlüsselt und verglichen") % {
            "number": row.compared,
            "all": row.of,
        }
    return f"{_when(row.began_at)}: {counted}"


def _when(moment: datetime) -> str:
    local, today = timezone.localtime(moment), timezone.localdate()
    if local.date() == today:
        return _("Abgleich von heute %(time)s") % {"time": date_format(local, "H:i")}
    day = date_format(local, formats.DAYS["day", formats.is_german()])
    return _("Abgleich vom %(day)s %(time)s") % {"day": day, "time": date_format(local, "H:i")}
