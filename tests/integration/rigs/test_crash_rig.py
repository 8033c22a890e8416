"""A small run of the crash rig on both databases: what `amtsbote rig crash` does with many more kills."""

from __future__ import annotations

from demo.rigs.apart import BACKENDS
from demo.rigs.crash import COUNTS, crash

MODE = "reset_after_read"


def test_killed_workers_lose_nothing_and_double_nothing() -> None:
    said: list[str] = []
    result = crash(4, modes=(MODE,), ways=("retry_on_error",), say=said.append)
    assert (result["duplicates"], result["lost"]) == (0, 0)
    assert result["kills"] >= 4
    assert list(result) == [*COUNTS, "modes", "baselines"]
    assert [list(result["modes"][MODE][backend]) for backend in BACKENDS] == [list(COUNTS)] * 2
    assert sum(row["kills"] for row in result["modes"][MODE].values()) == result["kills"]
    assert list(result["baselines"]["retry_on_error"]) == ["duplicates", "lost"]
    assert len(said) == 3
