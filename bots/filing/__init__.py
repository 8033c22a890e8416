"""The filing drop: a folder from which a document management system imports."""

from bots.filing.drop import FolderDrop

__all__ = ["FolderDrop"]
