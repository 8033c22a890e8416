"""Drop a case into a folder: documents and metadata appear together, complete, once."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bots.catalogue.templates import filled, values_of
from bots.filing import metadata
from casework.configuration.systems import DropOperation, DropSystem
from casework.words.errors import NeedsReview, NothingLeft, Rejected, TryAgainLater
from casework.words.work import Departure, Entered, EnteredValue, Permit, Picture, Receipt, Work

SIGN = "drop"
_UNFINISHED = ".unfinished-"
_GIVEN_UP_AFTER_S = 6 * 3600
_UNSAFE = re.compile(r"[^\w.\- ]+")


class FolderDrop:
    """An open drop folder; see `bots.opening.Session`."""

    def __init__(self, system: DropSystem) -> None:
        self.system = system
        self.folder = Path(system.folder)
        self._unfinished: set[Path] = set()

    @property
    def alive(self) -> bool:
        """Always: every use looks for the folder itself."""
        return True

    def __enter__(self) -> FolderDrop:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def operation(self, name: str) -> FilingOperation:
        """The operation of this name."""
        return FilingOperation(self.system, name, self.system.operations[name], unfinished=self._unfinished)

    def check(self) -> tuple[str, ...]:
        """Is the folder there and can it be written?"""
        if not self.folder.is_dir():
            return (f"the drop folder {self.folder} does not exist: create it or correct `folder`",)
        if not os.access(self.folder, os.W_OK | os.X_OK):
            return (f"the drop folder {self.folder} cannot be written: give the bot's account the right",)
        return ()

    def close(self) -> None:
        """Remove what was entered here and never committed, and what a crashed worker left unfinished long ago."""
        while self._unfinished:
            shutil.rmtree(self._unfinished.pop(), ignore_errors=True)
        for left in self.folder.glob(f"{_UNFINISHED}*"):
            with contextlib.suppress(OSError):
                if time.time() - left.stat().st_mtime > _GIVEN_UP_AFTER_S:
                    shutil.rmtree(left)


class FilingOperation:
    """One kind of record in the drop. Its folders carry marker and key digest in their names: `find` reads no files."""

    def __init__(self, system: DropSystem, name: str, operation: DropOperation, *, unfinished: set[Path]) -> None:
        self._unfinished = unfinished
        self._system = system
        self._name = name
        self._operation = operation
        self._folder = Path(system.folder)
        self._ready: tuple[Path, Work, bytes] | None = None

    def find(self, work: Work) -> Receipt | None:
        """The dropped folder with our marker, else one with the business key or a former one."""
        names = {path.name: path for path in self._dropped()}
        if work.marker:
            for name, path in names.items():
                if name.startswith(f"{work.marker}_"):
                    return _receipt(path, work)
        for key in (work.business_key, *work.former_keys):
            for name, path in names.items():
                if name.endswith(f"_{self._key_digest(key)}"):
                    return _receipt(path, work)
        return None

    def enter(self, work: Work) -> Entered:
        """Write everything into a hidden folder beside its place, and read it back."""
        self._forget()
        values = values_of(work)
        texts = {name: filled(template, values) for name, template in self._operation.metadata.items()}
        fields = {name: text for name, text in texts.items() if text}
        with _named_trouble(self._folder):
            place = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=self._folder))
            try:
                entered, content = self._write(place, work, fields)
            except BaseException:
                shutil.rmtree(place, ignore_errors=True)
                raise
        self._ready = (place, work, content)
        self._unfinished.add(place)
        return entered

    def commit(self, departure: Departure) -> Receipt:
        """Ask, then let the folder appear under its name in one step."""
        if self._ready is None:
            raise NothingLeft("not_entered", "there is nothing written to drop: enter first")
        (place, work, content), self._ready = self._ready, None
        self._unfinished.discard(place)
        verdict = departure.may_leave(SIGN, hashlib.sha256(content).hexdigest())
        if not isinstance(verdict, Permit):
            shutil.rmtree(place, ignore_errors=True)
            raise NothingLeft("not_permitted", f"the drop was not allowed: {verdict.reason}")
        target = self._folder / self._folder_name(work)
        try:
            place.rename(target)
        except OSError as error:
            shutil.rmtree(place, ignore_errors=True)
            raise Rejected(
                "rename_failed",
                proves_not_done=True,
                try_again=not target.exists(),
                message=f"the drop failed: {error}",
            ) from error
        _sync_folder(self._folder)
        return Receipt(target.name, marker=work.marker, business_key=work.business_key, ours=bool(work.marker))

    def pictures(self) -> tuple[Picture, ...]:
        """None: there is no screen."""
        return ()

    def _write(self, place: Path, work: Work, fields: dict[str, str]) -> tuple[Entered, bytes]:
        documents = [_copy(place, name, path) for name, path in _attachments(work)]
        kind = self._system.metadata_format
        content = metadata.render(kind, head=self._head(work), fields=fields, documents=documents)
        _write(place / metadata.file_name(kind), content)
        _sync_folder(place)
        return Entered(values=_compared(place, fields, documents)), content

    def _dropped(self) -> Iterator[Path]:
        for folder in (self._folder, *(self._folder / name for name in self._system.taken)):
            if folder == self._folder and not folder.is_dir():
                raise TryAgainLater("system_unreachable", f"the drop folder {folder} is not there: mount or create it")
            if folder.is_dir():
                yield from (path for path in folder.iterdir() if not path.name.startswith("."))

    def _folder_name(self, work: Work) -> str:
        marker = _UNSAFE.sub("-", work.marker or "unmarked").replace("_", "-")
        return f"{marker}_{self._key_digest(work.business_key)}"

    def _key_digest(self, key: str) -> str:
        return hashlib.sha256(f"{self._name}\n{key}".encode()).hexdigest()[:20]

    def _head(self, work: Work) -> dict[str, str]:
        head = {"operation": self._name, "business_key": work.business_key}
        return {**head, "marker": work.marker or "", "case": work.case or ""}

    def _forget(self) -> None:
        if self._ready is not None:
            shutil.rmtree(self._ready[0], ignore_errors=True)
            self._unfinished.discard(self._ready[0])
            self._ready = None


def _receipt(path: Path, work: Work) -> Receipt:
    content = metadata.read(path) or {}
    marker = str(content.get("marker") or "") or None
    return Receipt(
        path.name,
        marker=marker,
        business_key=str(content.get("business_key") or ""),
        values=dict(content.get("fields") or {}),
        ours=marker is not None and marker == work.marker,
    )


def _attachments(work: Work) -> Iterator[tuple[str, Path]]:
    """Names that a file system takes, no two alike."""
    used = {metadata.file_name("json"), metadata.file_name("xml")}
    for attachment in work.attachments:
        name = _UNSAFE.sub("_", Path(attachment.name).name).strip(" .")[-150:] or "document"
        stem, dot, ending = name.rpartition(".")
        candidate, number = name, 2
        while candidate.lower() in used:
            candidate = f"{stem or ending}-{number}{dot if stem else ''}{ending if stem else ''}"
            number += 1
        used.add(candidate.lower())
        yield candidate, attachment.path


def _copy(place: Path, name: str, source: Path) -> dict[str, str | int]:
    """Copy a document and describe it by name, size and SHA-256."""
    digest, size = hashlib.sha256(), 0
    with source.open("rb") as given, (place / name).open("xb") as written:
        while data := given.read(1024 * 1024):
            digest.update(data)
            size += len(data)
            written.write(data)
        written.flush()
        os.fsync(written.fileno())
    return {"name": name, "bytes": size, "sha256": digest.hexdigest()}


def _write(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _compared(place: Path, fields: dict[str, str], documents: list[dict[str, str | int]]) -> dict[str, EnteredValue]:
    """Read everything back from disk. Raises `NeedsReview('content_differs')`."""
    there = (metadata.read(place) or {}).get("fields", {})
    values = {name: EnteredValue(wanted, str(there.get(name, ""))) for name, wanted in fields.items()}
    for document in documents:
        digest = hashlib.sha256((place / str(document["name"])).read_bytes()).hexdigest()
        values[f"document {document['name']}"] = EnteredValue(str(document["sha256"]), digest)
    differing = [name for name, value in values.items() if value.wanted != value.read_back]
    if differing:
        raise NeedsReview("content_differs", f"the drop holds something else in: {', '.join(differing)}")
    return values


@contextlib.contextmanager
def _named_trouble(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise TryAgainLater(
            "system_unreachable", f"the drop folder {folder} cannot be written: {error.strerror}"
        ) from error
