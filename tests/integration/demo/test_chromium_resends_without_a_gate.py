"""Why there is a gate: what a bare Chromium does when a server ends a reused connection after reading a POST."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error

from demo.targets.control import TargetProcess
from tests.integration.demo.legacy_clerk import RegisterClerk, chromium


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.mark.parametrize("fault", ["reset_after_read", "close_after_read", "answer_408"])
def test_one_click_becomes_two_posts_and_two_dogs(browser: Browser, tmp_path: Path, fault: str) -> None:
    with TargetProcess("hundeverzeichnis", data=tmp_path, options=["--calm"]) as target:
        alke = RegisterClerk(browser, target.url)
        alke.log_in()
        alke.fill_dog()
        handled: list[str] = []
        alke.page.on("request", lambda request: handled.append(request.method) if request.method == "POST" else None)
        target.faults(
            {"name": fault, "times": 1, "match": {"min_index": 2}},
            {"name": "double_click_accepted"},
            {"name": "duplicates_accepted"},
        )
        try:
            alke.save()
        except Error:
            pytest.fail(f"Chromium showed an error page instead of sending again after {fault}")
        truth = target.truth()
        alke.page.context.close()
    assert handled == ["POST"]
    assert truth["received"] == {"anmeldung": 2}
    assert truth["counts"] == {"anmeldung": 2, "abmeldung": 0}
