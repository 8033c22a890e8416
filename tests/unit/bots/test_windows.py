from __future__ import annotations

import pytest
from playwright.sync_api import Error

from bots.browser.windows import is_transient


@pytest.mark.parametrize(
    "message",
    [
        "Frame.evaluate: Execution context was destroyed, most likely because of a navigation.",
        "Frame.evaluate: Frame was detached",
        "Frame.evaluate: TypeError: Cannot read properties of undefined (reading 'find')\n    at eval",
        "Frame.evaluate: TypeError: Cannot set properties of undefined (setting 'token')\n    at eval",
    ],
)
def test_a_document_that_was_replaced_is_looked_at_again(message: str) -> None:
    assert is_transient(Error(message))


@pytest.mark.parametrize(
    "message",
    [
        "Frame.evaluate: TypeError: Cannot read properties of undefined (reading 'children')\n    at window.__amtsbote",
        "Frame.evaluate: ReferenceError: navigate is not defined\n    at Object.glance",
        "Frame.evaluate: TypeError: window.__amtsbote.finds is not a function",
    ],
)
def test_a_mistake_in_our_own_script_is_no_passing_trouble(message: str) -> None:
    assert not is_transient(Error(message))
