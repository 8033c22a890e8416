"""Settings, addresses and start-up of Django."""

from __future__ import annotations

import os

from casework.words.lines import keep_logs_to_lines


def keep_to_owner() -> None:
    """Whatever this process and its children write from now on, its owner alone can read."""
    os.umask(0o077)


def boot() -> None:
    """Set Django up once; later calls do nothing."""
    import django
    from django.apps import apps

    keep_to_owner()
    keep_logs_to_lines()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "casework.site.settings")
    if not apps.ready:
        django.setup()


def open_record() -> None:
    """Set Django up and bring the record's tables up to date."""
    boot()
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)
