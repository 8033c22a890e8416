"""Answers to senders: their states, and what an incoming mail says about being answered or answering us."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

FIRST_ANSWER_STEP = 1000
"""Answers are postings of their case beside the way of the case: their steps count from here."""


class AnswerState(StrEnum):
    """Where an answer stands. `failed`: nothing left, and a person has to look; `unknown`: it may have left."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    WITHDRAWN = "withdrawn"
    RETURNED = "returned"


class Correspondence(BaseModel):
    """What the headers of a mail say about answers: is it one itself, to which of our mails, may it be answered?

    `refers_to`: message ids it names (In-Reply-To, References; for a report those of the mail that is returned).
    """

    model_config = ConfigDict(frozen=True)

    auto_submitted: str = ""
    listed: bool = False
    no_return: bool = False
    is_report: bool = False
    failed: bool = False
    refers_to: tuple[str, ...] = ()
    references: str = ""
