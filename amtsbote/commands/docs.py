"""`amtsbote docs write`: pages that are generated from the code, so that they cannot lie."""

from __future__ import annotations

from pathlib import Path

import click

from amtsbote.output import answer, say


@click.group()
def docs() -> None:
    """Generated pages of the documentation."""


@docs.command()
@click.option("--check", is_flag=True, help="Write nothing; 1 when a page differs from what would be written.")
def write(check: bool) -> int:
    """Write the states diagram, the reasons, the commands and the schema of the catalogues."""
    from amtsbote import pages

    stale = pages.stale()
    names = [str(path.relative_to(pages.ROOT)) for path in stale]
    if check:
        for name in names:
            say(f"{name} differs from the code: run 'make docs'")
        return 1 if stale else 0
    for path, text in stale.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    answer({"written": names}, words=lambda: "\n".join(names) or "every page is as it should be")
    return 0


@docs.command()
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False), help="Instead of docs/pictures.")
@click.option("--demo", type=click.Path(path_type=Path, file_okay=False), help="A finished demo; var/demo by default.")
@click.option("--every", is_flag=True, help="Every page in both languages and themes, four windows; to be looked at.")
def screenshots(folder: Path | None, demo: Path | None, every: bool) -> int:
    """Photograph the console on a copy of a finished demo that gets fresh post."""
    from casework.configuration import checkout
    from demo.pictures import take

    default = checkout() / "docs" / "pictures"
    if every and folder is None:
        raise click.UsageError("--every makes hundreds of pictures: say --folder")
    taken = take(demo or checkout() / "var" / "demo", folder or default, every=every)
    names = [path.name for path in taken]
    answer({"taken": names}, words=lambda: "\n".join(names))
    return 0
