"""Models of the record; one file per matter."""

from casework.record.models.access import Membership, Role
from casework.record.models.books import EffortEntry, EffortKind
from casework.record.models.case import Case, Decision, FieldValue, RecordedFinding
from casework.record.models.event import AuditEvent
from casework.record.models.message import Message, MessagePart, Page
from casework.record.models.operations import Lease, Order, OrderState, Override, Pause, SystemHealth
from casework.record.models.posting import Attempt, Evidence, Posting

__all__ = [
    "Attempt",
    "AuditEvent",
    "Case",
    "Decision",
    "EffortEntry",
    "EffortKind",
    "Evidence",
    "FieldValue",
    "Lease",
    "Membership",
    "Message",
    "MessagePart",
    "Order",
    "OrderState",
    "Override",
    "Page",
    "Pause",
    "Posting",
    "RecordedFinding",
    "Role",
    "SystemHealth",
]
