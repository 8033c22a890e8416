"""A backup taken while everything runs: the database first, then every file it may name, then all of it read back.

Files never change and go only by an erasure, so whatever the copied database names was on disk when it was copied. The
master key and the list of erasures are not in it: they are kept apart.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from casework.actions import audit, clock, files
from casework.configuration import places
from casework.record.keys import sync_folder
from casework.record.models import Backup, Message
from casework.record.store import Store
from casework.words.errors import AmtsboteError, StoreError
from casework.words.states import Actor

MANIFEST, SQLITE_COPY, POSTGRES_COPY = "manifest.json", "record.sqlite3", "record.dump"


class BackupFailed(AmtsboteError):
    """The backup is not whole; nothing counts as backed up by it."""


@dataclass(frozen=True)
class BackedUp:
    """What lies in the folder now: `began` in ISO, numbers of messages and files, how many files were copied anew."""

    began: str
    messages: int
    files: int
    copied: int
    database: str
    database_sha256: str


def back_up(folder: Path) -> BackedUp:
    """Copy record, store, evidence and the offices' wrapped keys into a folder, and read everything back.

    A folder that holds an earlier backup is brought up to date. Raises `BackupFailed`; only a backup that was found
    whole is written down, and only what it holds may later be erased.
    """
    try:
        return _back_up(folder)
    except (OSError, sqlite3.Error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise BackupFailed(f"{folder} could not be written ({reason}); free space or mend it, then try again") from None


def _back_up(folder: Path) -> BackedUp:
    _check_target(folder)
    began = _begin()
    _write_manifest(folder, {"began": began.isoformat()}, whole=False)
    messages = Message.objects.filter(stored_at__lt=began).count()
    # before and after: a letter that is read anew meanwhile has other pages, and the copy names the former ones
    named = _named()
    database = _copy_database(folder)
    named |= _named()
    copied = sum(_copy_file(folder, where, office, address) for where, office, address in sorted(named))
    _copy_keys(folder)
    _verify(folder, database, named)
    result = BackedUp(began.isoformat(), messages, len(named), copied, database.name, _sha256(database))
    _write_manifest(folder, asdict(result), whole=True)
    _remove_others(folder, named)
    Backup.objects.create(
        began=began, verified_at=clock.now(), messages=messages, files=len(named), digest=result.database_sha256
    )
    audit.write(None, "backed_up", actor=Actor.OFFICER, data={"database": result.database_sha256, "files": len(named)})
    return result


def _check_target(folder: Path) -> None:
    home = places.home()
    if folder.resolve().is_relative_to(home):
        raise BackupFailed(f"{folder} lies inside {home}: a backup beside its original is none; name another disk")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if any(folder.iterdir()) and not _is_ours(folder):
        raise BackupFailed(f"{folder} holds something that is no backup of ours; name an empty folder")


def _is_ours(folder: Path) -> bool:
    """Did a backup begin here? A folder that only looks like one may be the house of somebody else's letters."""
    try:
        told = json.loads((folder / MANIFEST).read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(told, dict) and "whole" in told


def _begin() -> datetime:
    """The moment of the backup: whatever was stored before it is committed, so the copied database has it."""
    with transaction.atomic():
        if connection.vendor != "sqlite":  # there this transaction has waited for every other writer
            with connection.cursor() as cursor:
                cursor.execute(f'LOCK TABLE "{Message._meta.db_table}" IN SHARE MODE')
        return clock.now()


def _named() -> set[tuple[str, str, str]]:
    return {(where, office, address) for _, where, office, address in files.named_files()}


def _copy_database(folder: Path) -> Path:
    if connection.vendor == "sqlite":
        return _copy_sqlite(folder / SQLITE_COPY)
    return _dump_postgres(folder / POSTGRES_COPY)


def _copy_sqlite(target: Path) -> Path:
    """SQLite's own online copy: consistent, while others write."""
    draft = _draft(target)
    connection.ensure_connection()
    copy = sqlite3.connect(draft)
    try:
        connection.connection.backup(copy)
        problems = [row[0] for row in copy.execute("PRAGMA integrity_check")]
    finally:
        copy.close()
    if problems != ["ok"]:
        raise BackupFailed(f"the copied database is damaged ({problems[0]}); look at the disk and try again")
    return _finished(draft, target)


def _dump_postgres(target: Path) -> Path:
    draft, database = _draft(target), settings.DATABASES["default"]
    wanted = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGDATABASE": "NAME"}
    given = {name: str(connection.settings_dict.get(key) or database.get(key) or "") for name, key in wanted.items()}
    environment = {**os.environ, **{name: value for name, value in given.items() if value}}
    try:
        subprocess.run(
            ["pg_dump", "--format=custom", "--file", str(draft)], env=environment, check=True, capture_output=True
        )
        subprocess.run(["pg_restore", "--list", str(draft)], check=True, capture_output=True)
    except FileNotFoundError as error:
        raise BackupFailed("pg_dump is missing; install the package postgresql-client") from error
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode(errors="replace").strip().splitlines()[:1] or ["no reason given"]
        raise BackupFailed(f"PostgreSQL could not be dumped ({said[0]}); mend that and try again") from None
    return _finished(draft, target)


def _copy_file(folder: Path, where: str, office: str, address: str) -> bool:
    """Copy one sealed file unless it is there already; whether it was copied."""
    source = _home_of(where) / office / address[:2] / address
    target = folder / where / office / address[:2] / address
    try:
        if target.exists() and target.stat().st_size == source.stat().st_size:
            return False
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = _draft(target)
        shutil.copyfile(source, draft)
        _finished(draft, target)
    except FileNotFoundError as error:
        if not files.is_named(where, office, address):
            return False  # erased while we copied
        raise BackupFailed(f"the store lacks {address[:12]}… of {office}; run `amtsbote reconcile`") from error
    return True


def _copy_keys(folder: Path) -> None:
    (folder / "keys").mkdir(exist_ok=True, mode=0o700)
    for key in places.home().keys.glob("office-*.key"):
        _write(folder / "keys" / key.name, key.read_bytes())


def _verify(folder: Path, database: Path, named: set[tuple[str, str, str]]) -> None:
    """Decrypt every file of the backup and compare its digest."""
    problems = list(_problems(folder, named))
    if problems:
        raise BackupFailed(f"{len(problems)} files of the backup are not whole, the first: {problems[0]}; run it again")
    if not database.stat().st_size:
        raise BackupFailed("the copied database is empty; look at the disk and try again")


def _problems(folder: Path, named: set[tuple[str, str, str]]) -> Iterator[str]:
    for where, office, address in sorted(named):
        for again in (False, True):
            try:
                Store(office, folder=folder / where).check(address)
                break
            except StoreError as error:
                if not files.is_named(where, office, address):
                    break
                if again:
                    yield str(error)
            # what an earlier backup left damaged is copied once more
            (folder / where / office / address[:2] / address).unlink(missing_ok=True)
            _copy_file(folder, where, office, address)


def _remove_others(folder: Path, named: set[tuple[str, str, str]]) -> None:
    """What an earlier backup brought here and the record no longer names: an erased letter goes from here, too."""
    for where in (files.LETTERS, files.EVIDENCE):
        for path in (folder / where).glob("*/??/*"):
            if (where, path.parent.parent.name, path.name) not in named:
                path.unlink()


def _home_of(where: str) -> Path:
    home = places.home()
    return home.evidence if where == files.EVIDENCE else home.store


def _draft(target: Path) -> Path:
    draft = target.with_name(f".{target.name}.draft")
    draft.unlink(missing_ok=True)
    return draft


def _finished(draft: Path, target: Path) -> Path:
    """The draft becomes the file, durably."""
    os.chmod(draft, 0o600)
    with draft.open("rb") as file:
        os.fsync(file.fileno())
    draft.replace(target)
    sync_folder(target.parent)
    return target


def _write(target: Path, data: bytes) -> None:
    draft = _draft(target)
    draft.write_bytes(data)
    _finished(draft, target)


def _write_manifest(folder: Path, told: dict[str, Any], *, whole: bool) -> None:
    """What lies here; not `whole` from the first step to the last, so that nobody restores half a backup unawares."""
    _write(folder / MANIFEST, json.dumps({**told, "whole": whole}, indent=1).encode())


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
