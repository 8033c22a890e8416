"""Pictures of the console for the documentation, taken from a demo that is over and given fresh post."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path

from demo.pictures.world import PictureWorld, second_morning


def take(demo: Path, folder: Path, *, every: bool = False) -> list[Path]:
    """Write the pictures of the documentation into `folder`, or `every` page in every way it can be looked at.

    Raises `NoWorld` when no finished demo lies in `demo`, which stays as it is.
    """
    with tempfile.TemporaryDirectory(prefix="amtsbote-pictures-") as place:
        world = PictureWorld.copied(demo, Path(place))
        world.receive_and_read(second_morning(date.today()))
        from demo.pictures.camera import photograph

        return photograph(world, folder, every=every)
