"""An office with a mail account on a server of the test, and the desk that sends from it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from casework.actions import answers
from casework.actions.decisions import Turn
from casework.record.models import Answer, Case
from casework.words.answers import Correspondence
from tests import factories
from tests.integration.mailing.server import USER, MailServer

OFFICE = """\
name: Amt Ahlbek
names: ["Amt Ahlbek - Der Amtsvorsteher"]
municipalities: {{Hütten: huetten_dog_tax}}
form_senders: [antrag@online-dienst.example]
mailboxes: [{{account: posteingang, host: 127.0.0.1, user: post@amt.example, secret: posteingang}}]
systems:
  antwort:
    host: {host}
    port: {port}
    from: post@amt.example
    from_name: Amt Ahlbek
    login: {{user: "{user}", secret: antwort}}
    ca_file: {ca}
    most_per_day: {most}
processes:
  invoice: {{stage: assisted}}
  dog_registration: {{stage: assisted, answers: {answers}}}
  defect_report: {{stage: assisted, answers: {answers}}}
  posteingang: {{stage: assisted}}
"""


def write_office(folder: Path, server: MailServer, *, ca: Path, answers: str = "hand", most: int = 5) -> Path:
    """The overlay of office `amt-a` with its mail account; returns the folder for AMTSBOTE_CONFIG."""
    (folder / "offices").mkdir(parents=True, exist_ok=True)
    text = OFFICE.format(host=server.host, port=server.port, user=USER, ca=ca, answers=answers, most=most)
    (folder / "offices" / "amt-a.yaml").write_text(text, encoding="utf-8")
    return folder


def dog_case(**columns: Any) -> Case:
    """A dog registration in review, with what its answer names; the sender is one that may be answered."""
    said = columns.pop("said", Correspondence())
    letter = factories.message(
        sender="buergerin@example.org",
        subject="Anmeldung meines Hundes",
        message_id="<anmeldung@example.org>",
        correspondence=said.model_dump(mode="json"),
        sender_verdict=columns.pop("verdict", {"outcome": "proven", "proved_by": "gateway"}),
    )
    made = factories.case(
        message=letter, process="dog_registration", kind="dog_registration", decided_by="form", **columns
    )
    factories.field(made, "dog_name", "Bello")
    return made


def answer_of(case: Case, number: int = 1) -> Answer:
    """An answer as it stands in the record now."""
    return Answer.objects.get(case=case, number=number)


def by_hand(case: Case, template: str = "eingang_hundesteuer", **changes: Any) -> Answer:
    """What a clerk sends without changing a word."""
    case.refresh_from_db()
    chosen = next(each for each in answers.offered(case) if each.id == template)
    text = answers.draft(case, chosen)
    values = {"recipient": case.message.sender, "subject": text.subject, "body": text.body, **changes}
    return answers.order(case, Turn(factories.person("alke"), case.version), template, **values)
