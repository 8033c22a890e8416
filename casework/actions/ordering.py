"""Writing down an answer that shall leave: whom it goes to, and what a rule of the office releases by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from casework.actions import answer_text, audit, clock, journal
from casework.actions.force import current
from casework.configuration.answer_templates import AnswerTemplate, Rendered
from casework.configuration.answers import Release, When
from casework.configuration.in_force import ProcessInForce
from casework.configuration.systems import MailSystem
from casework.configuration.vocabulary import Stage
from casework.policies import answering
from casework.record.models import Answer, Case
from casework.words.addresses import is_address, message_id, message_ids, same_address
from casework.words.answers import FIRST_ANSWER_STEP, Correspondence
from casework.words.errors import NeedsReview
from casework.words.reading import DecidedBy
from casework.words.states import Actor

if TYPE_CHECKING:
    from django.contrib.auth.models import User

_KIND_IS_SURE = (DecidedBy.BYTES, DecidedBy.FORM, DecidedBy.RULE)


def mail_system(office: str, template: AnswerTemplate) -> MailSystem:
    """The mail account by which the office sends this answer."""
    system = current().system_for(office, template.system)
    assert isinstance(system, MailSystem)  # the loader refuses any other
    return system


def why_not(case: Case, template: AnswerTemplate, recipient: str, *, typed: bool = False) -> str:
    """The reason code for which the recipient gets no answer now; empty when one may be sent.

    An online service that sends form mail reads none: the citizen's own address stands in the form.
    """
    if any(same_address(recipient, service) for service in current().office(case.office).form_senders):
        return "answer_to_machine"
    system = mail_system(case.office, template)
    own = own_addresses(case.office)
    return answering.why_not(case, recipient, system, own=own, moment=clock.now(), typed=typed)


def own_addresses(office: str) -> list[str]:
    """The addresses by which the office gets its own mail: answering one of them would go round in circles."""
    return [box.user for box in current().office(office).mailboxes if is_address(box.user)]


def by_rule(case: Case, process: ProcessInForce, *moments_now: When) -> None:
    """Order the answers that the office lets a rule release at this moment; one that may not be sent is only told.

    Runs in the transaction that moves the case, so that the moment and its answer are written together or not at all.
    """
    if process.overlay.answers is not Release.RULE or process.stage not in (Stage.ASSISTED, Stage.AUTOMATIC):
        return
    if case.decided_by not in _KIND_IS_SURE:
        return
    known = current()
    for each in process.process.answers:
        template = known.answer_for(case.office, each.answer)
        if template is not None and each.release is Release.RULE and each.when in moments_now:
            _by_rule(case, process, template)


def _by_rule(case: Case, process: ProcessInForce, template: AnswerTemplate) -> None:
    if case.answers.filter(template=template.id).exists():
        return
    recipient = case.message.sender
    try:
        reason = why_not(case, template, recipient) or _kept_from_rules(case)
        text = answer_text.text_for(case, process, template) if not reason else None
    except NeedsReview as error:
        reason, text = error.reason, None
    if text is None:
        audit.write(case, "answer_not_given", actor=Actor.PREPARE, data={"template": template.id, "reason": reason})
        return
    write(case, template, recipient, text, user=None)


def _kept_from_rules(case: Case) -> str:
    """Only a clerk answers whom nothing proves to have written (backscatter), and what came encrypted.

    What was encrypted may be a third person's, and is not told by machine to whoever passed it on.
    """
    if case.message.sender_verdict.get("outcome") != "proven":
        return "sender_unproven"
    return "decrypted" if case.message.parts.filter(reason="decrypted").exists() else ""


def write(case: Case, template: AnswerTemplate, recipient: str, text: Rendered, *, user: User | None) -> Answer:
    """The answer, word for word, with its event; `user` None: a rule released it."""
    number = case.answers.count() + 1
    system = mail_system(case.office, template)
    answer = Answer.objects.create(
        case=case,
        number=number,
        template=template.id,
        system=template.system,
        operation=template.operation,
        recipient=recipient,
        subject=text.subject,
        body=text.body,
        in_reply_to="".join(message_ids(case.message.message_id)[:1]),
        references=Correspondence.model_validate(case.message.correspondence).references,
        message_id=message_id(journal.marker_for(case, FIRST_ANSWER_STEP + number), system.sender),
        ordered_by=user,
        ordered_at=clock.now(),
    )
    data = {"answer": number, "template": template.id, "words": digest_of(answer)}
    audit.write(case, "answer_ordered", actor=Actor.CLERK if user else Actor.PREPARE, user=user, data=data)
    return answer


def digest_of(answer: Answer) -> str:
    """What the trail holds of an answer's recipient and words."""
    return audit.keyed(answer.case, "\n".join((answer.recipient, answer.subject, answer.body)))
