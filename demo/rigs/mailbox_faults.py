"""What the mailbox rig's proxy does to the line, and in which order: all of it, and drops at every command.

Faults that hit an answer are armed by the command it answers. In a stall the line stays open and nothing comes, until
the client's patience ends.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from random import Random

DROPS = ("drop_before", "drop_unanswered", "drop_in_answer", "drop_after_answer")
"""The line is cut: the server never got the command; it did, and its answer is lost; half of it; none of it."""
INSTEAD = ("drop_before", "bye", "refused_no", "refused_bad")
"""The server never hears of the command."""
IN_ANSWER = (*DROPS[1:], "done_but_no", "stall", "slow", "answers_twice", "unasked_answers", "garbage")
IN_LITERAL = ("cut_literal", "stall_in_literal")
FAULTS = (*INSTEAD, *IN_ANSWER, *IN_LITERAL)
LOGIN = ("LOGIN", "AUTHENTICATE")
IN_FOLDER = ("NOOP", "UID SEARCH", "UID FETCH", "UID STORE", "UID MOVE")
"""Where an unasked answer about a message makes sense."""
FIRST_COMMANDS = ("CAPABILITY", "SELECT", "UID FETCH", "UID STORE", "UID MOVE")
WEIGHTS = dict.fromkeys(DROPS, 3)
OFTEN = ("UID FETCH", "UID STORE", "UID MOVE")


@dataclass(frozen=True)
class Fault:
    """`name` when `command` is next given on a connection."""

    name: str
    command: str


class Plan:
    """Draws a fault for a share of the commands; `hits` counts by name what struck, `drops` by command and side."""

    def __init__(self, dice: Random, *, share: float) -> None:
        self._dice = dice
        self.share = share
        self._seen: dict[str, None] = dict.fromkeys(FIRST_COMMANDS)
        self.hits: Counter[str] = Counter()
        self.drops: Counter[tuple[str, str]] = Counter()

    def draw(self) -> Fault | None:
        """What is to happen next on a connection; None: nothing."""
        if self._dice.random() >= self.share:
            return None
        name = min(FAULTS, key=lambda name: (self.hits[name] // WEIGHTS.get(name, 1), self._dice.random()))
        return Fault(name, self._command_for(name))

    def see(self, command: str) -> None:
        """A command was given: drops are tried at it from now on."""
        self._seen.setdefault(command)

    def hit(self, fault: Fault) -> None:
        """It struck."""
        self.hits[fault.name] += 1
        if fault.name in DROPS:
            self.drops[fault.command, fault.name] += 1

    def missing(self) -> list[str]:
        """The faults that have not struck yet."""
        return [name for name in FAULTS if not self.hits[name]]

    def _command_for(self, name: str) -> str:
        if name in DROPS:
            return min(self._seen, key=lambda command: (self.drops[command, name], self._dice.random()))
        if name in IN_LITERAL:
            return "UID FETCH"
        if name == "unasked_answers":
            return self._dice.choice(IN_FOLDER)
        # a refused login is the officer's matter: it stops the mailbox, and rightly
        return self._dice.choice([command for command in (*self._seen, *OFTEN) if command not in LOGIN])
