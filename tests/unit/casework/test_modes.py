from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

PROGRAM = """
import os
os.umask(0o022)
from casework.site import open_record
open_record()
from casework.record.store import Store
Store("amt-a").put(b"Guten Tag")
"""


def test_nobody_else_can_read_anything_of_the_home(tmp_path: Path) -> None:
    surroundings = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    home = tmp_path / "var" / "amtsbote"
    subprocess.run([sys.executable, "-c", PROGRAM], env={**surroundings, "AMTSBOTE_HOME": str(home)}, check=True)
    open_to_others = {
        str(path): oct(path.stat().st_mode) for path in [home, *home.rglob("*")] if path.stat().st_mode & 0o077
    }
    assert open_to_others == {}
    assert (home / "record" / "record.sqlite3").exists()
