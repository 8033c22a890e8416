"""`make demo`: the embedded world up, the post delivered and worked off, counted twice, shown."""

from __future__ import annotations

import os
import secrets as tokens
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from rich.console import Console

from casework.configuration import checkout
from casework.words.errors import AmtsboteError
from demo import truth
from demo.figures import Progress
from demo.letters import OFFICES, Letter, dogs_already_registered, morning, write_eml, write_truth
from demo.letters.training import training_texts, write_training_texts
from demo.people import PEOPLE, add_people
from demo.result import Result
from demo.sending import deliver
from demo.world import World

TEXTS_PER_KIND = 120
STUCK_SECONDS = 300
LOOK_SECONDS = 1.0
CLERK_ROUNDS = 3
Say = Callable[[str], None]


class DemoStuck(AmtsboteError):
    """The post was not worked off, and nothing moved for a long time."""


class DemoStopped(AmtsboteError):
    """Somebody pressed Ctrl-C before the end."""


class ClerksFailed(AmtsboteError):
    """The scripted clerks came to no end."""


@dataclass(frozen=True)
class Story:
    """What this demo is made of: `count` letters from `seed`; `once` ends it when the post is worked off."""

    folder: Path
    seed: int = 1
    count: int = 60
    once: bool = False


def run(story: Story) -> int:
    """Play the story; 0 when the record and the target systems agree, else 1. Raises `DemoStopped` on Ctrl-C midway."""
    console = Console(stderr=True, width=None if sys.stderr.isatty() else 110)
    with _until_signal() as stop, World(story.folder) as world:
        with console.status("Die Welt wird gebaut …") as status:
            result, passwords = _play(story, world, say=status.update, stop=stop)
        result.show(console)
        result.write(story.folder / "summary.json")
        _say_where(console, world, passwords)
        if not story.once:
            console.print("Strg-C beendet alles. Neue Post wird weiter bearbeitet.")
            stop.wait()
    for sentence in result.disagreements():
        console.print(f"[red]{sentence}[/red]")
    return 1 if result.disagreements() else 0


def _play(story: Story, world: World, *, say: Say, stop: threading.Event) -> tuple[Result, dict[str, str]]:
    """From an empty folder to the counted result; the passwords of the demo's people beside it."""
    began = time.monotonic()
    today = date.today()
    letters = morning(seed=story.seed, day=today, count=story.count)
    dogs = dogs_already_registered(seed=story.seed, day=today, count=max(24, story.count // 3))
    world.build(seed=story.seed, letters=letters, dogs=dogs)
    say("Amtsbote startet: Prefect, Konsole, Postfächer …")
    world.start_house()
    _keep_letters(letters, world)
    _train(story, world)
    world.await_house(stop)
    _go_on(stop)
    passwords = _add_people(world)
    setup = time.monotonic() - began
    say(f"{len(letters)} Briefe werden zugestellt …")
    delivered_at = datetime.now(UTC)
    deliver(letters, world.gateway)
    _await(lambda now: now.stored >= len(letters) and not now.new, say=say, stop=stop)
    read = _seconds(delivered_at)
    _let_clerks_work(world, say=say, stop=stop)
    seconds = _seconds(delivered_at) | {station: read[station] for station in ("intake", "prepare")}
    return _count(letters, world, seconds=seconds, setup=setup), passwords


def _go_on(stop: threading.Event) -> None:
    if stop.is_set():
        raise DemoStopped("the demo was stopped before the post was worked off")


def _keep_letters(letters: list[Letter], world: World) -> None:
    """Letters and their truth as files, for the demo's clerk and for whoever wants to look."""
    write_eml(letters, world.folder.letters)
    write_truth(letters, world.folder.letters / "truth.json")


def _train(story: Story, world: World) -> None:
    """Set Django up on the demo's record, for its keys, and train the model that the flows will find.

    The texts it learns from share no sentence with the letters it will judge.
    """
    os.environ.update(world.folder.environment())
    from casework import site

    site.boot()
    from flows.stations.learn import learn_from

    texts = world.folder.letters / "training.jsonl"
    write_training_texts(texts, training_texts(story.seed, TEXTS_PER_KIND))
    learn_from(texts, source="generated")


def _add_people(world: World) -> dict[str, str]:
    """Make the accounts of the demo's people; their passwords."""
    passwords = {person.name: tokens.token_urlsafe(12) for person in PEOPLE}
    add_people(passwords, world.folder.path / "people.json")
    return passwords


def _let_clerks_work(world: World, *, say: Say, stop: threading.Event) -> None:
    """Until their list is empty and nothing moves; again when their browser fell or a case came back meanwhile."""
    from demo.counting import progress

    for _ in range(CLERK_ROUNDS):
        came_to_an_end = _one_round(world, say=say, stop=stop)
        if came_to_an_end and not progress().review:
            return
    if not came_to_an_end:
        raise ClerksFailed(f"the demo's clerks could not work; their words are in {world.folder.clerks_log}")


def _one_round(world: World, *, say: Say, stop: threading.Event) -> bool:
    """The clerks come, work and go; True when they ended well."""
    with _clerks_at_work(world) as clerks:
        _await(lambda now: not now.open and clerks.poll() is not None, say=say, stop=stop)
    return clerks.returncode == 0


@contextmanager
def _clerks_at_work(world: World) -> Iterator[subprocess.Popen[bytes]]:
    """In a process of their own, as people at their own desks, while the bots carry over; ended with the block."""
    command = [sys.executable, "-m", "amtsbote", "demo", "clerk", "--folder", str(world.folder.path)]
    with world.folder.clerks_log.open("ab") as output:
        clerks = subprocess.Popen(command, cwd=checkout(), stdout=output, stderr=output, start_new_session=True)
        try:
            yield clerks
        finally:
            if clerks.poll() is None:
                os.killpg(clerks.pid, signal.SIGTERM)
                clerks.wait()


def _await(is_reached: Callable[[Progress], bool], *, say: Say, stop: threading.Event) -> None:
    """Watch the record until it is as wanted; raises `DemoStuck` when nothing moves for a long time."""
    from demo.counting import progress

    last: Progress | None = None
    moved = time.monotonic()
    while not stop.wait(LOOK_SECONDS):
        now = progress()
        if is_reached(now):
            return
        if now != last:
            last, moved = now, time.monotonic()
            say(f"{now.stored} eingegangen, {now.open} in Arbeit, {now.review} in Prüfung …")
        elif time.monotonic() - moved > STUCK_SECONDS:
            raise DemoStuck(f"nothing moved for {STUCK_SECONDS} s with {now.open} cases open; see home/log")
    _go_on(stop)


def _seconds(delivered_at: datetime) -> dict[str, float]:
    from demo.counting import seconds_of_stations

    return seconds_of_stations(delivered_at)


def _count(letters: list[Letter], world: World, *, seconds: dict[str, float], setup: float) -> Result:
    from demo.counting import count

    counted = count(letters, offices=[office.key for office in OFFICES], seconds=seconds)
    targets = truth.look(world.folder.path / "targets", world.folder.drops, world.folder.citizens)
    return Result(counted=counted, targets=targets, setup_seconds=setup, console=world.console)


def _say_where(console: Console, world: World, passwords: dict[str, str]) -> None:
    console.print(f"Konsole: {world.console}")
    for person in PEOPLE:
        console.print(f"  {person.name:<8} {passwords[person.name]}  {person.words}")


@contextmanager
def _until_signal() -> Iterator[threading.Event]:
    """An event that Ctrl-C and SIGTERM set; the former handlers come back at the end."""
    stop = threading.Event()
    former = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
