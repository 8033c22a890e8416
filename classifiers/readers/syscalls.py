"""The seccomp filter of a reader's child: which calls the kernel refuses it, as a program for the kernel (seccomp(2)).

A child that foreign bytes have taken over runs as the same user as the house. What Landlock does not cover (modes and
times of files, signals before Linux 6.12, limits and priorities of other processes, shared memory) is refused here.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
from collections.abc import Iterator

PR_SET_SECCOMP, MODE_FILTER = 22, 2
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _ANSWER = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _REFUSE, _UNKNOWN = 0x7FFF0000, 0x00050000 | errno.EPERM, 0x00050000 | errno.ENOSYS
_NUMBER, _ARCHITECTURE, _FIRST = 0, 4, 16
"""Offsets in `struct seccomp_data`: the call's number, the architecture, the low half of the first argument."""

_ARCHITECTURES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}
_X32 = 0x40000000
"""Calls of the x32 ABI carry this bit and would pass a filter that knows the usual numbers only."""

REFUSED: dict[str, tuple[int | None, int | None]] = {
    # what belongs to others' files
    "chmod": (90, None), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452), "chown": (92, None),
    "fchown": (93, 55), "lchown": (94, None), "fchownat": (260, 54), "utime": (132, None), "utimes": (235, None),
    "futimesat": (261, None), "utimensat": (280, 88), "setxattr": (188, 5), "lsetxattr": (189, 6),
    "fsetxattr": (190, 7), "setxattrat": (463, 463), "removexattr": (197, 14), "lremovexattr": (198, 15),
    "fremovexattr": (199, 16), "removexattrat": (466, 466), "truncate": (76, 45), "mknod": (133, None),
    "mknodat": (259, 33), "open_by_handle_at": (304, 265), "name_to_handle_at": (303, 264),
    # other processes
    "tkill": (200, 130), "rt_sigqueueinfo": (129, 138), "rt_tgsigqueueinfo": (297, 240), "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438), "pidfd_send_signal": (424, 424), "ptrace": (101, 117), "kcmp": (312, 272),
    "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "process_madvise": (440, 440),
    "process_mrelease": (448, 448), "ioprio_set": (251, 30), "sched_setaffinity": (203, 122),
    "sched_setattr": (314, 274), "sched_setparam": (142, 118), "sched_setscheduler": (144, 119),
    "migrate_pages": (256, 238), "move_pages": (279, 239),
    # memory and queues shared by number or name
    "shmget": (29, 194), "shmat": (30, 196), "shmctl": (31, 195), "shmdt": (67, 197), "semget": (64, 190),
    "semop": (65, 193), "semctl": (66, 191), "semtimedop": (220, 192), "msgget": (68, 186), "msgsnd": (69, 189),
    "msgrcv": (70, 188), "msgctl": (71, 187), "mq_open": (240, 180), "mq_unlink": (241, 181),
    # namespaces and mounts
    "unshare": (272, 97), "setns": (308, 268), "chroot": (161, 51), "pivot_root": (155, 41), "mount": (165, 40),
    "umount2": (166, 39), "open_tree": (428, 428), "move_mount": (429, 429), "fsopen": (430, 430),
    "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433), "mount_setattr": (442, 442),
    # network, keys, and the kernel itself
    "socket": (41, 198), "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "io_uring_register": (427, 427), "keyctl": (250, 219),
    "add_key": (248, 217), "request_key": (249, 218), "init_module": (175, 105), "finit_module": (313, 273),
    "delete_module": (176, 106), "kexec_load": (246, 104), "kexec_file_load": (320, 294), "reboot": (169, 142),
    "swapon": (167, 224), "swapoff": (168, 225), "acct": (163, 89), "quotactl": (179, 60), "settimeofday": (164, 170),
    "clock_settime": (227, 112), "adjtimex": (159, 171), "clock_adjtime": (305, 266), "sethostname": (170, 161),
    "setdomainname": (171, 162), "fanotify_init": (300, 262),
}  # fmt: skip
"""Numbers on x86_64 and on aarch64 (asm/unistd_64.h, asm-generic/unistd.h); None: the call is not there."""

_KILL, _TGKILL, _PRLIMIT, _SETPRIORITY = (62, 129), (234, 131), (302, 261), (141, 140)
_FCNTL, _CLONE, _CLONE3 = (72, 25), (56, 220), (435, 435)
_NEW_NAMESPACES = 0x7E020000 | 0x80
_F_SETOWN, _F_SETOWN_EX = 8, 15

Line = tuple[int, int, int, int]


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]


def refuse_harmful_calls() -> bool:
    """Lay the filter on this process and all it starts; it cannot be taken off. False where the kernel has none."""
    known = _ARCHITECTURES.get(platform.machine())
    if known is None:
        return False
    lines = list(_lines(*known))
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *line) for line in lines))
    program = _Program(len(lines), ctypes.cast(code, ctypes.c_void_p))
    libc = ctypes.CDLL(None, use_errno=True)
    return int(libc.prctl(PR_SET_SECCOMP, ctypes.c_ulong(MODE_FILTER), ctypes.byref(program), 0, 0)) == 0


def _lines(architecture: int, column: int) -> Iterator[Line]:
    yield from [(_LOAD, 0, 0, _ARCHITECTURE), (_EQUAL, 1, 0, architecture), (_ANSWER, 0, 0, _REFUSE)]
    yield from [(_LOAD, 0, 0, _NUMBER), (_AT_LEAST, 0, 1, _X32), (_ANSWER, 0, 0, _REFUSE)]
    for number in (numbers[column] for numbers in REFUSED.values()):
        if number is not None:
            yield from _when(number, [(_ANSWER, 0, 0, _REFUSE)])
    own = os.getpid()
    group = (0, -own & 0xFFFFFFFF) if os.getpgrp() == own else ()
    yield from _when(_KILL[column], _only(0, own, *group))
    yield from _when(_TGKILL[column], _only(0, own))
    yield from _when(_PRLIMIT[column], _only(0, 0, own))
    yield from _when(_SETPRIORITY[column], [*_unless(0, 0), *_only(1, 0)])
    yield from _when(_FCNTL[column], _never(1, _F_SETOWN, _F_SETOWN_EX))
    yield from _when(_CLONE[column], _no_bits(0, _NEW_NAMESPACES))
    # its flags lie in memory, where a filter cannot look; the C library then takes clone
    yield from _when(_CLONE3[column], [(_ANSWER, 0, 0, _UNKNOWN)])
    yield (_ANSWER, 0, 0, _ALLOW)


def _when(number: int, block: list[Line]) -> Iterator[Line]:
    """A block that answers, for one call; the number stays loaded for the next block."""
    yield (_EQUAL, 0, len(block), number)
    yield from block


def _load(argument: int) -> Line:
    return (_LOAD, 0, 0, _FIRST + 8 * argument)


def _only(argument: int, *allowed: int) -> list[Line]:
    """Allowed with one of these values, else refused."""
    tests = [line for value in allowed for line in ((_EQUAL, 0, 1, value), (_ANSWER, 0, 0, _ALLOW))]
    return [_load(argument), *tests, (_ANSWER, 0, 0, _REFUSE)]


def _unless(argument: int, value: int) -> list[Line]:
    """Refused with any other value; with this one the next line decides."""
    return [_load(argument), (_EQUAL, 1, 0, value), (_ANSWER, 0, 0, _REFUSE)]


def _never(argument: int, *refused: int) -> list[Line]:
    tests = [line for value in refused for line in ((_EQUAL, 0, 1, value), (_ANSWER, 0, 0, _REFUSE))]
    return [_load(argument), *tests, (_ANSWER, 0, 0, _ALLOW)]


def _no_bits(argument: int, bits: int) -> list[Line]:
    return [_load(argument), (_ANY_BIT, 0, 1, bits), (_ANSWER, 0, 0, _REFUSE), (_ANSWER, 0, 0, _ALLOW)]
