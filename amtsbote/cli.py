"""`amtsbote`: finds the command and imports only its own module, so that help is there at once."""

from __future__ import annotations

import errno
import importlib
import sys
import traceback
from collections.abc import Sequence

import click

from amtsbote.output import asked, say
from casework.site import keep_to_owner
from casework.words.errors import AmtsboteError, ConfigurationError
from casework.words.lines import keep_logs_to_lines

COMMANDS: dict[str, tuple[str, str]] = {
    "check": ("check:check", "Are configuration, secrets, places and programs in order?"),
    "up": ("up:up", "One box: Prefect server, deployments, worker, console."),
    "intake": ("work:intake", "Take mail in, without a server."),
    "prepare": ("work:prepare", "Read and judge new cases, without a server."),
    "transfer": ("work:transfer", "Carry ready cases into the target systems, without a server."),
    "reconcile": ("reconcile:reconcile", "Are mailbox, record and store the same?"),
    "housekeeping": ("work:housekeeping", "Tidy up once, without a server."),
    "learn": ("learn:learn", "Train the model that tells kinds apart."),
    "status": ("status:status", "What waits, what runs, what is stuck."),
    "pause": ("pause:pause", "Stop everything, an office, a process or a system."),
    "resume": ("pause:resume", "Go on after a pause."),
    "read": ("read:read", "Read files or folders without recording anything."),
    "evaluate": ("evaluate:evaluate", "Figures of the readers and the learner against a truth."),
    "post": ("post:post", "One posting by hand: same runner, journal, gate and evidence."),
    "evidence": ("evidence:evidence", "The bundle of one attempt, decrypted, into a folder."),
    "report": ("report:report", "Reports from the books."),
    "user": ("user:user", "Accounts of people."),
    "backup": ("keeping:backup", "Copy record and store while all runs, and read it back."),
    "erase": ("keeping:erase", "Erase the letters of ended cases, also from the mailbox."),
    "audit": ("audit:audit", "The audit trail."),
    "config": ("config:config", "The configuration."),
    "console": ("console:console", "The console alone."),
    "demo": ("demo:demo", "The embedded world of `make demo`."),
    "rig": ("rig:rig", "Trials that hurt: kill, break, change, and count afterwards."),
    "bench": ("bench:bench", "The benchmark suite, peers in the same run."),
    "docs": ("docs:docs", "Generated pages of the documentation."),
}
"""Every command with the module below `amtsbote.commands` and its one line of help."""

ANYWHERE = {"--json": "as_json", "--debug": "with_traceback"}


class Commands(click.Group):
    """The table above as a click group."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        found: click.Command = getattr(importlib.import_module(f"amtsbote.commands.{module}"), name)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, words) for name, (_, words) in COMMANDS.items()])


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="amtsbote")
def amtsbote() -> None:
    """Bots for the back offices of municipalities.

    --json (anywhere) puts only JSON on standard output, --debug shows tracebacks. It ends with 0 good, 1 you must act,
    2 wrong usage.
    """


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; its exit code."""
    keep_to_owner()
    keep_logs_to_lines()
    rest = _take_flags(sys.argv[1:] if arguments is None else list(arguments))
    try:
        result = amtsbote.main(args=rest, prog_name="amtsbote", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except click.UsageError as error:
        error.show()
        return 2
    except click.exceptions.Exit as error:
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        say("stopped")
        return 1
    except Exception as error:
        return _explain(error)


def _take_flags(words: list[str]) -> list[str]:
    """`--json` and `--debug` may stand anywhere before a `--`."""
    end = words.index("--") if "--" in words else len(words)
    for flag, name in ANYWHERE.items():
        setattr(asked, name, flag in words[:end])
    return [word for word in words[:end] if word not in ANYWHERE] + words[end:]


_TROUBLES = {
    errno.ENOSPC: "there is no room left on this disk; make room and give the command again",
    errno.EACCES: "this account may not read or write it; give the account the right, or set AMTSBOTE_HOME elsewhere",
    errno.EPERM: "this account may not change it; give the account the right, or set AMTSBOTE_HOME elsewhere",
    errno.EROFS: "this disk can only be read; set AMTSBOTE_HOME to a folder that can be written",
}
"""What an administrator can do about the system's own errors."""


def _explain(error: Exception) -> int:
    """One clear sentence for what we know, the kind of error for what we do not; the traceback only when asked for."""
    if asked.with_traceback:
        traceback.print_exception(error)
    elif isinstance(error, ConfigurationError):
        say("\n".join(error.problems))
    elif isinstance(error, AmtsboteError):
        say(str(error))
    elif isinstance(error, click.ClickException):
        say(error.format_message())
    elif isinstance(error, OSError) and error.errno in _TROUBLES:
        say(f"{error.filename or 'a file'}: {_TROUBLES[error.errno]}")
    else:
        say(f"something unexpected happened ({type(error).__name__}: {error}); --debug shows where")
    return 1
