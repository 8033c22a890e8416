"""`amtsbote read`: each file through the readers and the gate, as on a laptop without a record (INTERFACES)."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from casework import checks
from casework.checks import SupplierTable
from casework.configuration import LegalBasis, Office, ProcessInForce, ProcessOverlay, Stage, current, home
from casework.configuration.suppliers import read_suppliers
from casework.words.errors import ConfigurationError
from casework.words.reading import DocumentReading, FieldReading, FileReading, ReadingContext, ReadStatus
from classifiers import Reader

TOP = ("kind", "confidence", "decided_by", "automatic", "why", "fields", "findings")
"""What stands at the top level too when a file holds exactly one document."""


PROCESSES = 2
"""Files read side by side; the answers keep the order of the files."""


def read_files(paths: Iterable[Path], *, knowledge: Path | None = None) -> Iterator[dict[str, Any]]:
    """One answer per file, as soon as it is read; `knowledge` is a table of suppliers."""
    known = SupplierTable(_suppliers(knowledge) if knowledge else ())
    for path, reading in readings_of(paths):
        yield as_answer(str(path), reading, known)


def readings_of(paths: Iterable[Path]) -> Iterator[tuple[Path, FileReading]]:
    """Each file with its reading, in the order given; a file that cannot be opened is `unreadable`."""
    model = home().models / "kinds.skops"
    context = ReadingContext(model_path=str(model) if model.exists() else None)
    waiting: deque[tuple[Path, Future[FileReading]]] = deque()
    with Reader(processes=PROCESSES) as reader, ThreadPoolExecutor(PROCESSES) as hands:
        for path in paths:
            waiting.append((path, hands.submit(_read_one, reader, path, context)))
            if len(waiting) > 2 * PROCESSES:
                done, future = waiting.popleft()
                yield done, future.result()
        while waiting:
            done, future = waiting.popleft()
            yield done, future.result()


def _read_one(reader: Reader, path: Path, context: ReadingContext) -> FileReading:
    try:
        raw = path.read_bytes()
    except OSError:
        return FileReading(path=str(path), status=ReadStatus.UNREADABLE, reason="file_not_opened")
    return reader.read(raw, path.name, context)


def may_pass(reading: FileReading, known: SupplierTable) -> bool:
    """Would every document of this file pass without a clerk, by the shipped thresholds?"""
    return bool(reading.documents) and all(_document(document, known)["automatic"] for document in reading.documents)


def as_answer(path: str, reading: FileReading, known: SupplierTable) -> dict[str, Any]:
    """The reading of a file in the words of INTERFACES."""
    documents = [_document(document, known) for document in reading.documents]
    answer = {
        "path": path,
        "status": reading.status.value,
        "reason": reading.reason,
        "documents": documents,
        "parts": [part.model_dump(mode="json") for part in reading.parts],
        "seconds": reading.seconds,
    }
    return answer | ({name: documents[0][name] for name in TOP} if len(documents) == 1 else {})


def _document(document: DocumentReading, known: SupplierTable) -> dict[str, Any]:
    process = _process(document.kind)
    if process is not None:
        document = checks.with_derived(document, process, date.today())
    verdict = checks.decide(document, process, known, today=date.today())
    fields: dict[str, Any] = {name: _field(reading) for name, reading in document.fields.items()}
    if document.lines:
        fields["lines"] = document.lines
    return {
        "part": document.part,
        "kind": document.kind,
        "confidence": document.confidence,
        "decided_by": document.decided_by.value,
        "automatic": verdict.automatic,
        "why": list(verdict.why),
        "fields": fields,
        "findings": [
            finding.model_dump(mode="json", include={"rule", "severity", "message"}) for finding in verdict.findings
        ],
    }


def _field(reading: FieldReading) -> dict[str, Any]:
    sources = [{"origin": source.origin.value, "where": source.where} for source in reading.sources]
    return {"value": reading.value, "confidence": reading.confidence, "sources": sources}


@cache
def _process(kind: str) -> ProcessInForce | None:
    """The process that takes this kind, as if an office had it automatic: only the shipped thresholds count."""
    configuration = current()
    process = configuration.process_of_kind(kind)
    if process is None:
        return None
    overlay = ProcessOverlay(stage=Stage.AUTOMATIC, basis=LegalBasis(text="what the shipped thresholds would allow"))
    statutes = {statute.municipality: statute for statute in configuration.statutes.values()}
    return ProcessInForce(_nobody(), process, overlay, statutes, configuration.digest)


def _nobody() -> Office:
    """An office that knows nothing: the laptop's."""
    return Office(id="laptop", name="laptop")


def _suppliers(path: Path) -> Any:
    suppliers, problems = read_suppliers(path)
    if problems:
        raise ConfigurationError(*map(str, problems))
    return suppliers
