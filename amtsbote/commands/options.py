"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path

import click

office = click.option("--office", metavar="OFFICE", help="Only this office.")
system = click.option("--system", metavar="SYSTEM", help="Only this target system.")
once = click.option("--once", is_flag=True, help="Work off what is there and end.")
out = click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write the answer into this file.")
