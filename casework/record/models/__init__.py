"""Models of the record; one file per matter."""

from casework.record.models.access import Membership, Role, SignInTries
from casework.record.models.answer import Answer
from casework.record.models.books import EffortEntry, EffortKind
from casework.record.models.case import Case, Decision, FieldValue, RecordedFinding
from casework.record.models.doors import KnownFolder, StuckMessage
from casework.record.models.event import AuditEvent, Chain
from casework.record.models.keeping import Backup, Erasure
from casework.record.models.likeness import LetterBand, LetterText
from casework.record.models.message import Message, MessagePart, Page
from casework.record.models.operations import Lease, Override, Pause, SystemHealth
from casework.record.models.posting import Attempt, Evidence, Posting
from casework.record.models.reconciliation import ComparedLetter, Discrepancy, Reconciliation, StoreWalk

__all__ = [
    "Answer",
    "Attempt",
    "AuditEvent",
    "Backup",
    "Case",
    "Chain",
    "ComparedLetter",
    "Decision",
    "Discrepancy",
    "EffortEntry",
    "EffortKind",
    "Erasure",
    "Evidence",
    "FieldValue",
    "KnownFolder",
    "Lease",
    "LetterBand",
    "LetterText",
    "Membership",
    "Message",
    "MessagePart",
    "Override",
    "Page",
    "Pause",
    "Posting",
    "Reconciliation",
    "RecordedFinding",
    "Role",
    "SignInTries",
    "StoreWalk",
    "StuckMessage",
    "SystemHealth",
]
