"""The children that open foreign bytes: what they cannot do, and what their death costs."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from casework.words.reading import ReadingContext, ReadStatus
from classifiers import Reader
from classifiers.model.keeping import save
from classifiers.model.learner import train
from classifiers.readers import pool
from classifiers.readers.limits import MIB, Limits
from classifiers.readers.process import ENVIRONMENT, FOLDER_PREFIX, Child, ChildFailed

ROOT = Path(__file__).parents[3]
SAMPLE = ROOT / "tests" / "examples" / "invoice" / "xrechnung_ubl.xml"


def scan(lines: int = 40) -> bytes:
    """A page as a picture, 300 dpi, with enough words to keep Tesseract busy for a moment."""
    picture = Image.new("L", (2480, 3508), 255)
    draw = ImageDraw.Draw(picture)
    for number in range(lines):
        draw.text((200, 200 + number * 70), f"Zeile {number} mit einigen Worten und 1.234,56 EUR", fill=0, font_size=44)
    buffer = io.BytesIO()
    picture.save(buffer, format="PDF", resolution=300)
    return buffer.getvalue()


def child_pid(reader: Reader) -> int:
    child = reader._free.get()
    reader._free.put(child)
    assert child is not None
    return child.process.pid


def wait_until_gone(pid: int, seconds: float = 10.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not Path(f"/proc/{pid}").exists() or Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z":
            return True
        time.sleep(0.02)
    return False


def test_a_child_has_no_environment_no_other_files_and_a_title() -> None:
    with Reader() as reader:
        reader.read(SAMPLE.read_bytes(), SAMPLE.name)
        pid = child_pid(reader)
        title = Path(f"/proc/{pid}/cmdline").read_bytes()

    assert ENVIRONMENT == {"LC_CTYPE": "C.UTF-8"}
    assert title.startswith(b"amtsbote: reader")


def test_what_the_kernel_has_holds() -> None:
    with Reader() as reader:
        held = reader.protections()

    assert held["no_new_privileges"] and held["limits"] and held["dies_with_parent"]
    assert set(held) == {
        "dies_with_parent",
        "no_core_dump",
        "no_new_privileges",
        "limits",
        "no_network_namespace",
        "no_files_outside",
        "only_harmless_calls",
    }


def test_behind_the_protections_files_and_network_are_out_of_reach(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("Geheimnis")
    own = tmp_path / "own"
    own.mkdir()
    program = f"""
import socket
from pathlib import Path
from classifiers.readers.limits import Limits
from classifiers.readers.protections import lay_down
held = lay_down(Path({str(own)!r}), Limits())
(Path({str(own)!r}) / "scratch").write_text("x")
def refused(act):
    try:
        act()
    except OSError:
        return True
    return False
print(held["no_files_outside"], refused(lambda: open({str(secret)!r}).read()),
      held["only_harmless_calls"] or held["no_network_namespace"],
      refused(lambda: socket.create_connection(("127.0.0.1", 9), 1)))
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    files_held, file_refused, network_held, network_refused = (word == "True" for word in done.stdout.split())

    assert file_refused or not files_held
    assert network_refused
    assert network_held


TAKEN_OVER = """
import ctypes, json, os, resource, signal, sys
from pathlib import Path
from classifiers.readers.limits import Limits
from classifiers.readers.protections import lay_down
own, file, victim = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
os.chdir(own)
held = lay_down(own, Limits())
libc = ctypes.CDLL(None, use_errno=True)
def call(*values):
    if libc.syscall(*(ctypes.c_long(value) for value in values)) < 0:
        raise OSError(ctypes.get_errno(), "")
def refused(act):
    try:
        act()
    except OSError as error:
        return error.errno in (1, 13, 38)
    return False
acts = {
    "chmod": lambda: os.chmod(file, 0o644),
    "chown": lambda: os.chown(file, os.getuid(), os.getgid()),
    "utime": lambda: os.utime(file, (0, 0)),
    "setxattr": lambda: os.setxattr(file, "user.a", b"b"),
    "truncate": lambda: os.truncate(file, 0),
    "kill": lambda: os.kill(victim, signal.SIGTERM),
    "kill all": lambda: os.kill(-1, 0),
    "pidfd": lambda: os.pidfd_open(victim),
    "prlimit": lambda: resource.prlimit(victim, resource.RLIMIT_CPU, (0, 0)),
    "setpriority": lambda: os.setpriority(os.PRIO_PROCESS, victim, 19),
    "setpriority of the user": lambda: os.setpriority(os.PRIO_USER, 0, 19),
    "affinity": lambda: os.sched_setaffinity(victim, {0}),
    "chroot": lambda: os.chroot("/usr"),
    "unshare": lambda: call({"x86_64": 272, "aarch64": 97}[os.uname().machine], 0x10000000),
    "clone into a namespace": lambda: call({"x86_64": 56, "aarch64": 220}[os.uname().machine], 0x10000011, 0, 0, 0, 0),
    "shared memory": lambda: call({"x86_64": 29, "aarch64": 194}[os.uname().machine], 1234, 4096, 0o1600),
}
open_to_it = [name for name, act in acts.items() if not refused(act)]
allowed = [resource.getrlimit(resource.RLIMIT_CPU), os.nice(1), os.kill(os.getpid(), 0), open("mine", "w").write("x")]
print(json.dumps([held["only_harmless_calls"], open_to_it]))
"""


def test_a_child_that_was_taken_over_cannot_harm_files_or_processes_of_the_house(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    key = tmp_path / "master.key"
    key.write_text("Geheimnis")
    key.chmod(0o600)
    with subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE) as victim:
        arguments = [str(tmp_path / "own"), str(key), str(victim.pid)]
        done = subprocess.run([sys.executable, "-c", TAKEN_OVER, *arguments],
                              cwd=ROOT, capture_output=True, text=True, check=True, start_new_session=True)  # fmt: skip
        alive = victim.poll() is None
        victim.communicate()

    assert json.loads(done.stdout) == [True, []]
    assert alive and key.stat().st_mode & 0o777 == 0o600 and key.read_text() == "Geheimnis"


def test_without_protections_nothing_is_read_unless_the_office_says_so(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(pool, "NEEDED", ("something_this_kernel_lacks",))
    monkeypatch.delenv(pool.UNPROTECTED, raising=False)
    with Reader() as reader:
        refused = reader.read(SAMPLE.read_bytes(), SAMPLE.name)
        told = reader.protections()
    monkeypatch.setenv(pool.UNPROTECTED, "1")
    with Reader() as reader:
        read = reader.read(SAMPLE.read_bytes(), SAMPLE.name)

    assert (refused.status, refused.reason) == (ReadStatus.REFUSED, "reader_unprotected")
    assert refused.documents[0].unsure == ["reader_unprotected"]
    assert "AMTSBOTE_READ_UNPROTECTED" in caplog.text and told["limits"]
    assert read.documents[0].fields["number"].value == "B-2026-118"


def test_a_killed_child_costs_one_file() -> None:
    answers: list[str] = []
    with Reader() as reader:
        reader.read(SAMPLE.read_bytes(), SAMPLE.name)
        pid = child_pid(reader)
        busy = threading.Thread(target=lambda: answers.append(reader.read(scan(), "scan.pdf").reason))
        busy.start()
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and not Path(f"/proc/{pid}/task/{pid}/children").read_text().strip():
            time.sleep(0.01)
        os.kill(pid, signal.SIGKILL)
        busy.join(30)
        after = reader.read(SAMPLE.read_bytes(), SAMPLE.name)

    assert answers == ["reader_crashed"]
    assert after.documents[0].fields["number"].value == "B-2026-118"


def test_a_killed_child_is_not_called_large_because_its_parent_is() -> None:
    ballast = b"x" * (256 * MIB)
    child = Child(Limits(memory=256 * MIB))
    os.kill(child.process.pid, signal.SIGKILL)
    with pytest.raises(ChildFailed) as failed:
        child.ask({"verb": "protections"}, b"", seconds=10)

    assert failed.value.reason == "reader_crashed"
    assert len(ballast) > child.limits.memory * 0.6


def test_a_child_is_replaced_after_its_share_of_files() -> None:
    seen = set()
    with Reader(limits=Limits(files_per_child=1)) as reader:
        for _ in range(2):
            assert reader.read(b"From: a@b.example\r\nSubject: x\r\n\r\nText", "m.eml").reason == ""
            seen.add(reader._free.queue[0])

    assert seen == {None}


def test_too_slow_is_a_reason_and_leaves_nothing_behind() -> None:
    with Reader(limits=Limits(wall_seconds=0.3)) as reader:
        first = reader.read(scan(), "scan.pdf")
        children = subprocess.run(["pgrep", "-P", str(os.getpid()), "-f", "amtsbote: reader"], capture_output=True)

    assert (first.status, first.reason) == (ReadStatus.REFUSED, "too_slow")
    assert [part.reason for part in first.parts] == ["too_slow"]
    assert children.stdout == b""


def test_too_large_is_a_reason() -> None:
    picture = io.BytesIO()
    Image.new("L", (6000, 6000), 200).save(picture, format="PNG")
    with Reader(limits=Limits(memory=90 * MIB)) as reader:
        reading = reader.read(picture.getvalue(), "large.png")

    assert reading.reason in {"too_large", "reader_crashed"}
    assert reading.status is not ReadStatus.READ


def test_children_die_with_their_parent() -> None:
    program = f"""
import sys
from pathlib import Path
from classifiers import Reader
from classifiers.model.keeping import save
from classifiers.model.learner import train
if __name__ == "__main__":
    reader = Reader()
    reader.read(Path({str(SAMPLE)!r}).read_bytes(), "x.xml")
    child = reader._free.get()
    print(child.process.pid, flush=True)
    sys.stdin.read()
"""
    parent = subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None and parent.stdin is not None
    pid = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    gone = wait_until_gone(pid)
    parent.stdin.close()
    parent.stdout.close()
    with Reader():
        left = list(Path(tempfile.gettempdir()).glob(f"{FOLDER_PREFIX}{parent.pid}-*"))

    assert gone
    assert left == []


@pytest.mark.parametrize(
    "raw", [b"", b"%PDF-1.7 broken", b"\x00" * 5000, b"From: x\n\n", b"<a><b></a>", os.urandom(4096)]
)
def test_bad_bytes_never_raise(raw: bytes) -> None:
    with Reader() as reader:
        reading = reader.read(raw, "thing")

    assert reading.parts and reading.documents[0].kind == "unknown"
    assert reading.documents[0].unsure


def test_pages_come_as_pictures_with_words_in_points() -> None:
    with Reader() as reader:
        (page,) = reader.pages(scan(), "scan.pdf", "1")

    assert page.png.startswith(b"\x89PNG")
    assert (round(page.width), round(page.height)) == (595, 842)
    assert any(word.text.startswith("Zeile") and 40 < word.box.x0 < 60 for word in page.words)


def test_readable_text_is_sanitised_and_parts_come_as_they_are() -> None:
    mail = (
        b"From: a@b.example\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
        b"<p onclick='x()'>Guten Tag<script>alert(1)</script><img src='http://out.example/x.png'></p>"
    )
    with Reader() as reader:
        html = reader.readable(mail, "m.eml", "1.1")
        raw = reader.part_bytes(mail, "m.eml", "1.1")
        with pytest.raises(KeyError):
            reader.part_bytes(mail, "m.eml", "1.9")

    assert html == "<p>Guten Tag</p>"
    assert raw.startswith(b"<p onclick")


def test_the_model_names_what_no_kind_claims_and_a_foreign_model_is_not_used(tmp_path: Path) -> None:
    dogs = [
        f"Unser Dackel {name} wohnt jetzt hier, bitte Marke senden"
        for name in ("Rex", "Bo", "Ole", "Max", "Tim", "Fin")
    ]
    roads = [f"Die Decke der {name} hat Risse und Wellen im Belag" for name in ("A", "B", "C", "D", "E", "F")]
    path = tmp_path / "kinds.skops"
    save(train(dogs + roads, ["dog_registration"] * 6 + ["defect_report"] * 6), path, key=b"k" * 32)
    mail = b"From: a@b.example\r\nSubject: Bello\r\n\r\nUnser Dackel Bello wohnt jetzt hier, bitte Marke senden"
    context = ReadingContext(model_path=str(path))

    with Reader(model_key=b"k" * 32) as reader:
        ours = reader.read(mail, "m.eml", context).documents[0]
    with Reader(model_key=b"x" * 32) as reader:
        foreign = reader.read(mail, "m.eml", context).documents[0]

    assert (ours.kind, ours.decided_by) == ("dog_registration", "model")
    assert ours.confidence >= 0.8
    assert (foreign.kind, foreign.unsure) == ("unknown", ["unknown_kind"])
