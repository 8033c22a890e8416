"""The keys of the house: made once, never silently made anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from casework.record import keys
from casework.words.errors import StoreError


def test_a_lost_master_key_is_never_replaced_while_keys_it_wrapped_are_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AMTSBOTE_HOME", str(tmp_path))
    keys.office_key("amt-a")
    (master,) = tmp_path.rglob("master.key")
    master.unlink()
    with pytest.raises(StoreError, match="master.key is missing"):
        keys.office_key("amt-b")
    assert not master.exists()
