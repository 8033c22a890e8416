"""Watched folders: a door like a mailbox, for scanners, portals and exports of the beBPo client."""

from bots.folders.checkup import check_folder
from bots.folders.folder import WatchedFolder

__all__ = ["WatchedFolder", "check_folder"]
