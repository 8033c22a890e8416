"""Watched folders of an office: where scanners, portals and the beBPo client put post, and when a drop is complete."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from casework.configuration.located import Located

DoorName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9äöüÄÖÜß]+(?:[-_.@][A-Za-z0-9äöüÄÖÜß]+)*$")]
FileName = Annotated[str, StringConstraints(pattern=r"^[^/\x00-\x1f\x7f]+$", max_length=200)]
Suffix = Annotated[str, StringConstraints(pattern=r"^[.~_-][^/\x00-\x1f\x7f]{0,30}$")]
Form = Literal["files", "bebpo", "fitconnect"]
TEMPORARY = (".tmp", ".temp", ".part", ".partial", ".filepart", ".crdownload", ".download", ".~lock", "~")
CONTAINED: dict[Form, tuple[str, ...]] = {
    "files": (),
    "bebpo": ("xjustiz_nachricht.xml",),
    "fitconnect": ("metadata.json",),
}
"""What has to lie in a drop that is a folder; the form's own rule as long as the office says nothing else."""


class CompleteWhen(Located):
    """When a drop is whole. Every rule that is set has to hold.

    `quiet_seconds`: neither size nor time of any file changed that long; 0 switches the rule off. `marker`: a file of
    the same name and this ending lies beside the drop (`x.pdf` and `x.pdf.ok`) and is not older. `temporary`: names
    with these endings are still being written. `contains`: these files lie in a drop that is a folder; None leaves it
    to the form. `zip_end`: the table at the end of a zip file is there.
    """

    quiet_seconds: float = Field(default=10.0, ge=0, le=3600)
    marker: Suffix | None = None
    temporary: tuple[Suffix, ...] = TEMPORARY
    contains: tuple[FileName, ...] | None = None
    zip_end: bool = True

    @model_validator(mode="after")
    def _some_rule(self) -> Self:
        if not self.quiet_seconds and self.marker is None and not self.contains:
            raise ValueError(
                "without quiet_seconds name a marker, or files that a drop contains: else halves are taken"
            )
        if self.marker is not None and self.marker in self.temporary:
            raise ValueError(f"{self.marker!r} cannot be both marker and temporary ending")
        return self


class FolderSettings(Located):
    """A folder in which post is put. `form` says by whom: scanner or anything (`files`), beBPo export, FIT-Connect.

    `done_folder` (below `path`, or absolute on the same file system) takes what is recorded. `overdue_after` in
    seconds: who waits longer to be complete is told to people. `trusted_sender`: only the online service can write
    here, so that what lies here proves its sender (DESIGN §7); never for a folder that people or scanners write to.
    """

    name: DoorName
    path: Path
    form: Form = "files"
    complete_when: CompleteWhen = Field(default_factory=CompleteWhen)
    done_folder: Path = Path("Eingelesen")
    overdue_after: float = Field(default=3600.0, gt=0)
    trusted_sender: bool = False

    @model_validator(mode="after")
    def _apart(self) -> Self:
        if ".." in self.done_folder.parts:
            raise ValueError(f"done_folder {str(self.done_folder)!r} must not lead out of the folder")
        if self.path.name == str(self.done_folder):
            raise ValueError(f"done_folder bears the folder's own name {self.path.name!r}: give it another one")
        if self.done_path == self.path or self.done_path in self.path.parents:
            raise ValueError("done_folder cannot be the folder itself or one above it: what was read would come again")
        return self

    @property
    def account(self) -> str:
        """The name under which the door stands in the record, like a mailbox's account."""
        return self.name

    @property
    def folder(self) -> str:
        """The watched folder's own name, as messages carry it."""
        return self.path.name

    @property
    def all_folders(self) -> tuple[str, ...]:
        """Every folder that is taken in: this one."""
        return (self.folder,)

    @property
    def done_path(self) -> Path:
        """Where drops lie that were taken in."""
        return self.path / self.done_folder

    @property
    def contained(self) -> tuple[str, ...]:
        """The files that make a folder drop whole."""
        given = self.complete_when.contains
        return CONTAINED[self.form] if given is None else given
