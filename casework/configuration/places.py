"""Where things lie: the home of the record and the store, and the folders of the configuration."""

from __future__ import annotations

import os
from pathlib import Path, PosixPath


class Home(PosixPath):
    """The folder of everything that is written at run time, with a name for each part of it."""

    @property
    def record(self) -> Path:
        """The database of the record, when it is SQLite."""
        return Path(self, "record")

    @property
    def store(self) -> Path:
        """Originals and pages, encrypted."""
        return Path(self, "store")

    @property
    def evidence(self) -> Path:
        """Bundles of pictures and values per attempt, encrypted."""
        return Path(self, "evidence")

    @property
    def models(self) -> Path:
        """Trained models, signed."""
        return Path(self, "models")

    @property
    def keys(self) -> Path:
        """The master key and the offices' wrapped keys."""
        return Path(self, "keys")

    @property
    def prefect(self) -> Path:
        """Prefect's own home."""
        return Path(self, "prefect")


def checkout() -> Path:
    """The folder the shipped code and configuration lie in."""
    return Path(__file__).resolve().parents[2]


def shipped() -> Path:
    """The shared pack."""
    return checkout() / "configs"


def home() -> Home:
    """`AMTSBOTE_HOME`, else `var` in the checkout. Not created here."""
    given = os.environ.get("AMTSBOTE_HOME")
    return Home(Path(given).expanduser().resolve() if given else checkout() / "var")


def config_folders() -> tuple[Path, ...]:
    """The folders of `AMTSBOTE_CONFIG` in their order (later ones overlay), else the shipped pack alone."""
    given = os.environ.get("AMTSBOTE_CONFIG", "")
    folders = tuple(Path(entry).expanduser().resolve() for entry in given.split(os.pathsep) if entry)
    return folders or (shipped(),)
