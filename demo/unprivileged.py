"""Run somebody else's server without rights, in a folder of its own, whether we are root or not.

Dovecot keeps mail for no root, PostgreSQL does not even start as root: for root both run as an account that may
do nothing else. Its folder must be reachable for that account and short enough for Unix sockets (108 bytes); if it
is not, the server lodges in a private folder under the system's temporary folder while it runs.
"""

from __future__ import annotations

import os
import pwd
import re
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

LONGEST_PATH = 60
PLAIN_PATH = re.compile(r"[A-Za-z0-9/._+-]+")
LINK = "lodging"
HOME = "home"
PREFIX = "amtsbote-lodging-"


@dataclass(frozen=True)
class Account:
    """The system account a server runs as."""

    name: str
    uid: int
    gid: int

    @property
    def is_us(self) -> bool:
        """Do we run as this account already?"""
        return self.uid == os.geteuid()

    def command(self, *words: str) -> list[str]:
        """The command line that runs `words` as this account and ends when its starter does (SIGTERM)."""
        drop = [] if self.is_us else [f"--reuid={self.uid}", f"--regid={self.gid}", "--clear-groups"]
        return ["setpriv", *drop, "--pdeathsig=TERM", "--", *words]


def choose_account(*preferred: str) -> Account:
    """Ourselves; for root the first of `preferred` that exists, else `nobody`."""
    if os.geteuid() != 0:
        return _account(pwd.getpwuid(os.geteuid()))
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    return _account(next(known[name] for name in (*preferred, "nobody") if name in known))


@dataclass(frozen=True)
class Lodging:
    """Where a server runs: `path`, which is the wanted folder itself unless it cannot be used there."""

    folder: Path
    path: Path
    account: Account

    @classmethod
    def take(cls, folder: Path, account: Account) -> Lodging:
        """Prepare `folder` (made when missing) for a server of `account`.

        When the folder cannot be used, a private one under the temporary folder takes its content in, and
        `folder/lodging` points there, so that a crashed server finds its data again.
        """
        folder.mkdir(parents=True, exist_ok=True)
        folder = folder.resolve()
        path = folder if _is_usable(folder, account) else _outside(folder)
        lodging = cls(folder=folder, path=path, account=account)
        lodging.hand_over()
        return lodging

    def hand_over(self) -> None:
        """Give everything in the lodging to the account (only root can and needs to)."""
        if self.account.is_us:
            return
        for path in (self.path, *self.path.rglob("*")):
            os.chown(path, self.account.uid, self.account.gid, follow_symlinks=False)

    def leave(self) -> None:
        """Bring the content of a lodging outside back into the folder; the server must have ended."""
        if self.path == self.folder:
            return
        (self.folder / LINK).unlink(missing_ok=True)
        (self.path / HOME).unlink(missing_ok=True)
        for entry in self.path.iterdir():
            if _is_data(entry):
                shutil.move(entry, self.folder / entry.name)
        shutil.rmtree(self.path)


def _account(entry: pwd.struct_passwd) -> Account:
    return Account(name=entry.pw_name, uid=entry.pw_uid, gid=entry.pw_gid)


def _is_usable(folder: Path, account: Account) -> bool:
    if len(str(folder)) > LONGEST_PATH or not PLAIN_PATH.fullmatch(str(folder)):
        return False
    return account.is_us or all(_may_pass(parent, account) for parent in folder.parents)


def _may_pass(folder: Path, account: Account) -> bool:
    entry = folder.stat()
    bit = stat.S_IXUSR if entry.st_uid == account.uid else stat.S_IXOTH
    return bool(entry.st_mode & bit)


def _outside(folder: Path) -> Path:
    link = folder / LINK
    if link.is_symlink() and link.exists():
        return link.resolve()
    link.unlink(missing_ok=True)
    _sweep()
    outside = Path(tempfile.mkdtemp(prefix=PREFIX))
    for entry in folder.iterdir():
        if _is_data(entry):
            shutil.move(entry, outside / entry.name)
    link.symlink_to(outside)
    (outside / HOME).write_text(str(folder))
    return outside


def _sweep() -> None:
    """Remove lodgings whose server was killed and whose folder is gone since."""
    for outside in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        try:
            link = Path((outside / HOME).read_text()) / LINK
            if not link.is_symlink():
                shutil.rmtree(outside)
        except OSError:
            continue  # somebody else's, or just being made or left


def _is_data(entry: Path) -> bool:
    return entry.is_dir() or entry.is_file()
