"""What a watched folder notes about its drops, in the words of the page; the door itself speaks plain English."""

from __future__ import annotations

import re

from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy

_DROP = r"""(?P<quote>['"])(?P<name>.*)(?P=quote) in folder '[^']*' """
_WAITS = re.compile(_DROP + r"waits: (?P<lack>.*); complete or remove it")
_LEFT = re.compile(_DROP + r"is left where it lies: it (?P<why>.*)")
_STUCK = re.compile(_DROP + r"is recorded and cannot be moved to (?P<done>.*) \(.*\): give the account the right .*")
_LACKING: tuple[tuple[str, str | Promise], ...] = (
    (r"its name says that it is still being written", gettext_lazy("Der Name sagt, dass noch geschrieben wird.")),
    (r"a file in it is still being written, as its name says", gettext_lazy("Eine Datei darin wird noch geschrieben.")),
    (r"it may still be written", gettext_lazy("Es wird noch daran geschrieben.")),
    (r"it is empty", gettext_lazy("Es ist leer.")),
    (r"(?P<file>.*) is not in it", gettext_lazy("Darin fehlt %(file)s.")),
    (r"(?P<file>.*) is not there", gettext_lazy("Daneben fehlt %(file)s.")),
    (r"its marker is older than it", gettext_lazy("Die Fertigmeldung daneben ist älter als die Datei.")),
    (r"there is no file that it belongs to", gettext_lazy("Die Datei, zu der diese Fertigmeldung gehört, fehlt.")),
    (r"a folder or a \.zip is expected here", gettext_lazy("Hier wird ein Ordner oder eine Zip-Datei erwartet.")),
    (r"the end of the zip file is missing", gettext_lazy("Das Ende der Zip-Datei fehlt.")),
    (r"it cannot be read.*", gettext_lazy("Es lässt sich nicht lesen.")),
)
_REFUSED: tuple[tuple[str, str | Promise], ...] = (
    (
        r"is or holds a symbolic link.*",
        gettext_lazy("Es ist oder enthält eine Verknüpfung, die irgendwohin führen kann."),
    ),
    (r"is or holds something that is no file.*", gettext_lazy("Es ist oder enthält etwas, das keine Datei ist.")),
    (r"has or holds a name with.*", gettext_lazy("Der Name enthält Steuerzeichen oder umgekehrte Schrägstriche.")),
    (r"(?:is larger|holds more) than 2 GB", gettext_lazy("Es ist größer als 2 GB.")),
    (r"(?:holds more than|has folders more than) \d+.*", gettext_lazy("Es enthält zu viele Dateien oder Ordner.")),
    (r"cannot be read.*", gettext_lazy("Es lässt sich nicht lesen.")),
)


def told(note: str) -> str:
    """The note in the language of the page; as it is when it comes from no watched folder."""
    if found := _WAITS.fullmatch(note):
        lack = _why(found["lack"], _LACKING)
        return _("„%(name)s“ wartet schon lange: %(why)s Bitte vervollständigen oder entfernen Sie es.") % {
            "name": found["name"], "why": lack,
        }  # fmt: skip
    if found := _LEFT.fullmatch(note):
        why = _why(found["why"], _REFUSED)
        return _("„%(name)s“ wird nicht abgeholt: %(why)s") % {"name": found["name"], "why": why}
    if found := _STUCK.fullmatch(note):
        return _("„%(name)s“ ist erfasst, lässt sich aber nicht nach „%(done)s“ verschieben: Das Recht dazu fehlt.") % {
            "name": found["name"], "done": found["done"],
        }  # fmt: skip
    return note


def _why(words: str, table: tuple[tuple[str, str | Promise], ...]) -> str:
    for pattern, german in table:
        if found := re.fullmatch(pattern, words):
            return str(german) % found.groupdict() if found.groupdict() else str(german)
    return words
