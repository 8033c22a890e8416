"""Generated pages say what the code says."""

from __future__ import annotations

import json

from amtsbote import pages
from casework.words.states import TRANSITIONS


def test_the_diagram_has_an_arrow_for_every_transition() -> None:
    arrows = [line for line in pages.states_page().splitlines() if " --> " in line]
    assert len(arrows) == len(TRANSITIONS)
    assert "    [*] --> new: intake, prepare" in arrows
    assert "    posting --> done: transfer" in arrows


def test_the_reasons_stand_in_both_languages() -> None:
    assert "| `iban_new` | Für diesen Lieferanten ist eine andere IBAN bekannt. Bitte " in pages.reasons_page()


def test_the_schema_of_catalogues_is_json() -> None:
    schema = json.loads(pages.schema_file())
    assert {"BrowserSystem", "DropSystem"} <= set(schema["$defs"])
