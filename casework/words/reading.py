"""What was read: parts of a message, documents, fields with their sources, findings."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field as Default

from casework.words.answers import Correspondence
from casework.words.sender import SenderVerdict


class Origin(StrEnum):
    """Where a source comes from; two sources are independent when their origins differ (DESIGN §7)."""

    XML = "xml"
    FORM = "form"
    TEXT = "text"
    OCR = "ocr"
    CODE = "code"
    REGISTER = "register"
    CLERK = "clerk"
    ARITHMETIC = "arithmetic"


class Box(BaseModel):
    """A rectangle on a page in points (1/72 inch), origin top left; `page` counts from 1."""

    model_config = ConfigDict(frozen=True)

    page: int
    x0: float
    y0: float
    x1: float
    y1: float


class Source(BaseModel):
    """One place a value was read from. `where` is an XML path, `page 2`, `line 12` or a register's name.

    `derived_from` names the fields an arithmetic source was computed from.
    """

    model_config = ConfigDict(frozen=True)

    origin: Origin
    where: str
    box: Box | None = None
    part: str | None = None
    derived_from: tuple[str, ...] = ()


class Candidate(BaseModel):
    """Another value the field may have, with its place."""

    model_config = ConfigDict(frozen=True)

    value: str
    confidence: float
    source: Source


class FieldReading(BaseModel):
    """A value with confidence (0 to 1) and sources. Canonical: ISO dates, decimal points, IBANs without blanks."""

    value: str | None
    confidence: float = 1.0
    sources: list[Source] = Default(default_factory=list)
    candidates: list[Candidate] = Default(default_factory=list)


class Severity(StrEnum):
    """How bad a finding is; `fatal` and `error` stop a case from passing alone."""

    FATAL = "fatal"
    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Finding(BaseModel):
    """A check that spoke. `rule` is the official id (`BR-CO-15`), ours begin with `AB-`."""

    model_config = ConfigDict(frozen=True)

    rule: str
    severity: Severity
    message: str
    field: str | None = None


class DecidedBy(StrEnum):
    """What decided the kind of a document."""

    BYTES = "bytes"
    FORM = "form"
    RULE = "rule"
    MODEL = "model"
    NONE = "none"


class Fate(StrEnum):
    """What became of a part."""

    USED = "used"
    KEPT = "kept"
    REFUSED = "refused"


class Part(BaseModel):
    """A part of a message or file, found by unpacking. `type` is by content; `reason` says why kept or refused."""

    id: str
    parent: str | None = None
    name: str | None = None
    type: str
    bytes: int
    sha256: str
    fate: Fate = Fate.KEPT
    reason: str = ""


class DocumentReading(BaseModel):
    """One main document: what it is and what it says. `unsure` are reason codes of the reading itself."""

    part: str
    kind: str
    confidence: float = 1.0
    decided_by: DecidedBy = DecidedBy.NONE
    fields: dict[str, FieldReading] = Default(default_factory=dict)
    lines: list[dict[str, str]] = Default(default_factory=list)
    findings: list[Finding] = Default(default_factory=list)
    unsure: list[str] = Default(default_factory=list)
    parts: list[str] = Default(default_factory=list)
    """Ids of the parts that belong to this document beside its main part (embedded XML, the visible twin)."""
    text: str = ""
    """What was read of it in words, to find letters that are nearly the same; empty when nothing but data was read."""


class PageWord(BaseModel):
    """A word with its box on a page, for the console's highlighting."""

    model_config = ConfigDict(frozen=True)

    text: str
    box: Box


class PageView(BaseModel):
    """A page of a part as the console shows it: PNG bytes, size in points, words."""

    part: str
    number: int
    width: float
    height: float
    png: bytes
    words: list[PageWord] = Default(default_factory=list)


class ReadStatus(StrEnum):
    READ = "read"
    REFUSED = "refused"
    UNREADABLE = "unreadable"


class MessageHead(BaseModel):
    """The head of a mail as people see it; for files only `subject` (the name)."""

    sender: str = ""
    sender_name: str = ""
    recipient: str = ""
    subject: str = ""
    message_id: str = ""
    sent_at: str = ""
    auto_submitted: bool = False
    bulk: bool = False
    correspondence: Correspondence = Default(default_factory=Correspondence)
    verdict: SenderVerdict | None = None
    """Who sent the mail and what that is worth; None for anything that is no mail."""
    body: str = ""


class FileReading(BaseModel):
    """A whole message or file as read: head, parts with fates, documents."""

    path: str = ""
    status: ReadStatus = ReadStatus.READ
    reason: str = ""
    head: MessageHead = Default(default_factory=MessageHead)
    documents: list[DocumentReading] = Default(default_factory=list)
    parts: list[Part] = Default(default_factory=list)
    seconds: float = 0.0


class ReadingContext(BaseModel):
    """What the office tells the reader: whom to believe about a sender, and the senders of form mail."""

    model_config = ConfigDict(frozen=True)

    authserv_id: str | None = None
    trusted_sender: bool = False
    """The message lay in a folder that only the online service can write: that proves its sender."""
    form_senders: tuple[str, ...] = ()
    arc_sealers: tuple[str, ...] = ()
    """Domains whose ARC seal is believed."""
    model_path: str | None = None
    """The trained kinds model (skops file), or None: rules and bytes only."""
    fixed_kinds: dict[str, str] = Default(default_factory=dict)
    """Kinds that a clerk fixed, by part id; the reader asks no other kind for those parts."""


class Supplier(BaseModel):
    """A known supplier: identifiers and the accounts it was paid to."""

    model_config = ConfigDict(frozen=True)

    name: str
    vat_id: str = ""
    ibans: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    """Domains it writes from, where the office's table names them."""
