from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from django.test import Client


@pytest.fixture
def house(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Two offices with the shipped processes."""
    from casework import configuration
    from tests import factories

    overlay = factories.write_offices(tmp_path / "configs")
    monkeypatch.setenv("AMTSBOTE_CONFIG", os.pathsep.join([str(configuration.shipped()), str(overlay)]))
    configuration.forget()
    yield
    configuration.forget()


@pytest.fixture
def as_person(house: None) -> Callable[[str], Client]:
    """A browser without scripts, signed in as one of the people."""
    from django.test import Client

    from tests import factories

    def sign_in(name: str) -> Client:
        client = Client(HTTP_ACCEPT_LANGUAGE="de")
        client.force_login(factories.person(name))
        return client

    return sign_in
