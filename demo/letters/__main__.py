"""`python -m demo.letters --seed 1 --out FOLDER`: the letters as .eml, the truth and the tables about them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from demo.letters import dogs_already_registered, morning, write_eml, write_expected, write_truth
from demo.letters.tables import write_registered_dogs, write_suppliers


@click.command()
@click.option("--seed", default=1, show_default=True, help="The same seed and day give the same letters.")
@click.option("--count", default=60, show_default=True, help="How many letters.")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="The morning; today by default.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder to write into.")
def main(seed: int, count: int, day: dt.datetime | None, out: Path) -> None:
    """Write the post of a morning and the truth about it."""
    date = day.date() if day else dt.date.today()
    letters = morning(seed=seed, day=date, count=count)
    write_eml(letters, out)
    write_truth(letters, out / "truth.json")
    write_expected(letters, out / "expected.json")
    write_suppliers(out / "suppliers.csv", seed=seed)
    write_registered_dogs(out / "registered_dogs.csv", dogs_already_registered(seed=seed, day=date))
    click.echo(f"{len(letters)} letters in {out}", err=True)


if __name__ == "__main__":
    main()
