"""`amtsbote docs write`: pages that are generated from the code, so that they cannot lie."""

from __future__ import annotations

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
