"""Models of the record; one file per matter."""

from casework.record.models.access import Membership, Role, SignInTries
from casework.record.models.books import EffortEntry, EffortKind
from casework.record.models.case import Case, Decision, FieldValue, RecordedFinding
from casework.record.models.event import AuditEvent, Chain
from casework.record.models.message import Message, MessagePart, Page
from casework.record.models.operations import Lease, Override, Pause, SystemHealth
from casework.record.models.posting import Attempt, Evidence, Posting

__all__ = [
    "Attempt",
    "AuditEvent",
    "Case",
    "Chain",
    "Decision",
    "EffortEntry",
    "EffortKind",
    "Evidence",
    "FieldValue",
    "Lease",
    "Membership",
    "Message",
    "MessagePart",
    "Override",
    "Page",
    "Pause",
    "Posting",
    "RecordedFinding",
    "Role",
    "SignInTries",
    "SystemHealth",
]
