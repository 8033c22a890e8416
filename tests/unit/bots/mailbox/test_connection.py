from __future__ import annotations

import subprocess
import sys
import warnings

import pytest

from bots.mailbox.connection import read_words
from bots.mailbox.imap import silence_imaplib2


def test_only_imaplib2s_own_deprecation_warnings_are_ignored() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        silence_imaplib2()
        warnings.warn_explicit("setDaemon", DeprecationWarning, "imaplib2.py", 1, module="imaplib2.imaplib2")
        with pytest.raises(DeprecationWarning):
            warnings.warn_explicit("x", DeprecationWarning, "other.py", 1, module="bots.mailbox.box")
        with pytest.raises(UserWarning):
            warnings.warn_explicit("x", UserWarning, "imaplib2.py", 1, module="imaplib2.imaplib2")


def test_the_servers_words_are_short_and_printable() -> None:
    assert read_words([b"[CANNOT] no\r\n\x1b[31m", None]) == "[CANNOT] no[31m"
    assert read_words([None]) == "no reason given"
    assert len(read_words([b"x" * 1000])) == 200


def test_importing_the_mailbox_imports_neither_django_nor_prefect() -> None:
    code = "import sys, bots.mailbox; print(sorted({'django', 'prefect', 'playwright'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
