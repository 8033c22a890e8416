"""What a reader's child may no longer do: laid down by the child itself before it opens foreign bytes.

Every protection is tried; which of them hold is told, never assumed. Sources: prctl(2), landlock(7), seccomp(2),
namespaces(7). All calls go through ctypes, so no further dependency and no privilege is needed.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

from classifiers.readers.limits import Limits
from classifiers.readers.syscalls import refuse_harmful_calls

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS = 1, 4, 38
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
LANDLOCK_CREATE, LANDLOCK_ADD, LANDLOCK_RESTRICT = 444, 445, 446
"""The same numbers on every architecture Linux runs on (except alpha)."""

READ_ONLY = (1 << 0) | (1 << 2) | (1 << 3)
READ_WRITE = READ_ONLY | (1 << 1) | (1 << 4) | (1 << 5) | (1 << 7) | (1 << 8) | (1 << 14)
ONLY_FILES = (1 << 0) | (1 << 1) | (1 << 2) | (1 << 14)

NEEDED = ("no_files_outside", "only_harmless_calls")
"""Without these foreign bytes are not opened, unless the office says so (`AMTSBOTE_READ_UNPROTECTED`)."""


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _prctl(option: int, *values: int) -> bool:
    arguments = [ctypes.c_ulong(value) for value in (*values, 0, 0, 0, 0)[:4]]
    return int(_libc().prctl(option, *arguments)) == 0


def die_with_parent() -> bool:
    """Ask the kernel to kill this process when the thread that started it ends."""
    return _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def lay_down(folder: Path, limits: Limits) -> dict[str, bool]:
    """Lay down every protection that this kernel grants; `folder` stays writable. Returns which of them hold."""
    held = {"dies_with_parent": die_with_parent(), "no_core_dump": _prctl(PR_SET_DUMPABLE, 0)}
    held["no_new_privileges"] = _prctl(PR_SET_NO_NEW_PRIVS, 1)
    held["limits"] = _set_limits(limits)
    held["no_network_namespace"] = _leave_network()
    held["no_files_outside"] = _restrict_files(folder)
    held["only_harmless_calls"] = refuse_harmful_calls()
    return held


def _set_limits(limits: Limits) -> bool:
    ceilings = {
        resource.RLIMIT_DATA: limits.memory,
        resource.RLIMIT_CPU: limits.cpu_seconds,
        resource.RLIMIT_FSIZE: limits.largest_file,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: 256,
        resource.RLIMIT_NPROC: 4096,
    }
    for which, ceiling in ceilings.items():
        hard = resource.getrlimit(which)[1]
        wanted = ceiling if hard == resource.RLIM_INFINITY else min(ceiling, hard)
        resource.setrlimit(which, (wanted, wanted if which != resource.RLIMIT_CPU else hard))
    return True


def _leave_network() -> bool:
    """An empty network namespace: without privilege this needs a user namespace, which some kernels forbid."""
    return int(_libc().unshare(CLONE_NEWUSER | CLONE_NEWNET)) == 0


def _restrict_files(folder: Path) -> bool:
    """Landlock: read-only programs and libraries, one writable folder, no TCP, no signal to others."""
    libc = _libc()
    version = int(libc.syscall(LANDLOCK_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint(1)))
    if version < 1:
        return False
    handled = (1 << {1: 13, 2: 14, 3: 15, 4: 15}.get(version, 16)) - 1
    attributes = struct.pack("=QQQ", handled, 3 if version >= 4 else 0, 3 if version >= 6 else 0)
    size = 8 if version < 4 else 16 if version < 6 else 24
    ruleset = int(libc.syscall(LANDLOCK_CREATE, attributes, ctypes.c_size_t(size), ctypes.c_uint(0)))
    if ruleset < 0:
        return False
    try:
        for path, access in [*((path, READ_ONLY) for path in _readable()), *_devices(), (folder, READ_WRITE)]:
            _allow(libc, ruleset, path, access & handled)
        return int(libc.syscall(LANDLOCK_RESTRICT, ctypes.c_int(ruleset), ctypes.c_uint(0))) == 0
    finally:
        os.close(ruleset)


def _readable() -> Iterable[Path]:
    """Programs, libraries and our own packages; nothing of the office."""
    root = Path(__file__).resolve().parents[2]
    yield from (root / "classifiers", root / "casework")
    yield from (Path(sys.prefix), Path(sys.base_prefix), Path(sys.exec_prefix))
    yield from (Path(path) for path in ("/usr", "/lib", "/lib64", "/bin", "/etc/ld.so.cache", "/etc/ssl/openssl.cnf"))
    yield from (Path(path) for path in ("/etc/fonts", "/etc/localtime", "/proc/self", "/proc/meminfo", "/proc/cpuinfo"))
    yield from (
        Path(path) for path in ("/proc/sys/vm", "/proc/filesystems", "/sys/fs/cgroup", "/sys/devices/system/cpu")
    )


def _devices() -> Iterable[tuple[Path, int]]:
    for name in ("null", "zero", "urandom", "random"):
        yield Path("/dev") / name, READ_ONLY | (1 << 1)


def _allow(libc: ctypes.CDLL, ruleset: int, path: Path, access: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        if not path.is_dir():
            access &= ONLY_FILES
        rule = struct.pack("=Qi", access, descriptor)
        libc.syscall(LANDLOCK_ADD, ctypes.c_int(ruleset), ctypes.c_int(1), rule, ctypes.c_uint(0))
    finally:
        os.close(descriptor)
