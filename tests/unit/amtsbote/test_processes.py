"""Looking at processes: children, descendants, zombies, signs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

from amtsbote.processes import children, descendants, is_alive, send, wait_until

PARENT = """
import subprocess, sys
inner = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
print(inner.pid, flush=True)
input()
"""


def _tree() -> tuple[subprocess.Popen[str], int]:
    outer = subprocess.Popen([sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert outer.stdout is not None
    return outer, int(outer.stdout.readline())


def _end(outer: subprocess.Popen[str], inner: int) -> None:
    outer.kill()
    outer.communicate()
    assert wait_until(lambda: not is_alive(inner), seconds=10)


def test_children_are_the_direct_ones_and_descendants_all() -> None:
    outer, inner = _tree()
    try:
        assert outer.pid in children(os.getpid())
        assert inner not in children(os.getpid())
        assert descendants(outer.pid) == [inner]
    finally:
        _end(outer, inner)


def test_a_zombie_is_not_alive() -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    assert wait_until(lambda: not is_alive(child.pid), seconds=10)
    assert child.pid not in children(os.getpid())
    child.wait()


def test_a_signal_to_somebody_who_is_gone_is_no_trouble() -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    send([child.pid], signal.SIGTERM)
    assert not is_alive(child.pid)


def test_waiting_ends_with_the_sign_or_with_the_time() -> None:
    looks: list[int] = []
    assert wait_until(lambda: looks.append(1) is None and len(looks) == 3, seconds=5, every=0.001)
    assert len(looks) == 3
    assert not wait_until(lambda: False, seconds=0.01, every=0.001)
