"""`python -m demo.haushaltskasse --data FOLDER [--port N] …` (all options: --help)."""

from __future__ import annotations

from pathlib import Path

from demo.haushaltskasse.site import Haushaltskasse
from demo.targets.program import run

if __name__ == "__main__":
    run("haushaltskasse", Haushaltskasse, default_seed=Path(__file__).with_name("seed.json"))
