"""The gate's own answers, shown in the browser in place of the target system's page."""

from __future__ import annotations

import html

import h11

from bots.gate.wire import Wire

MARK = "amtsbote-gate"
_REASONS = {
    400: b"Bad Request",
    403: b"Forbidden",
    407: b"Proxy Authentication Required",
    409: b"Conflict",
    502: b"Bad Gateway",
    504: b"Gateway Timeout",
}


def answer(browser: Wire, status: int, reason: str, *, close: bool = False, head_only: bool = False) -> None:
    """Send a page of our own: `reason` is a code, readable by the bot in `<meta name="amtsbote-gate">`."""
    page = (
        f'<!doctype html><html lang="de"><meta charset="utf-8"><meta name="{MARK}" content="{html.escape(reason)}">'
        f"<title>Amtsbote</title><h1>Vom Amtsboten angehalten</h1><p>{html.escape(reason)}</p></html>"
    ).encode()
    headers = [
        (b"Content-Type", b"text/html; charset=utf-8"),
        (b"Content-Length", str(len(page)).encode()),
        (b"Cache-Control", b"no-store"),
        (b"X-Amtsbote-Gate", reason.encode("ascii", "replace")),
    ]
    if status == 407:
        headers.append((b"Proxy-Authenticate", b'Basic realm="Amtsbote"'))
    if close:
        headers.append((b"Connection", b"close"))
    browser.send(h11.Response(status_code=status, headers=headers, reason=_REASONS.get(status, b"")))
    if not head_only:
        browser.send(h11.Data(data=page))
    browser.send(h11.EndOfMessage())
