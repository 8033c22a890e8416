"""`python -m demo.hundeverzeichnis --data FOLDER [--port N] …` (all options: --help)."""

from __future__ import annotations

from pathlib import Path

from demo.hundeverzeichnis.site import Hundeverzeichnis
from demo.targets.program import run

if __name__ == "__main__":
    run("hundeverzeichnis", Hundeverzeichnis, default_seed=Path(__file__).with_name("seed.json"))
