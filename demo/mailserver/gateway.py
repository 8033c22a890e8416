"""The office's mail gateway: SMTP on loopback, judges the sender, writes Authentication-Results, delivers to Dovecot.

A sending system logs in; the gateway knows for which domains it may speak. Whoever does not log in is a stranger from
the internet: accepted, but nothing is vouched for.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from casework.words.errors import AmtsboteError
from demo.mailserver.delivery import Delivery, DeliveryFailed
from demo.mailserver.headers import judge_sender, make_trace, strip_claims

HOST = "127.0.0.1"
LARGEST_LETTER = 64 * 1024 * 1024
# real letters have longer lines than RFC 5321 allows, and real gateways take them
LONGEST_LINE = 4 * 1024 * 1024


class GatewayError(AmtsboteError):
    """The demo's gateway could not start, or refused a letter."""


@dataclass(frozen=True)
class GatewayRules:
    """`authserv_id` names the gateway in its verdicts; `mailboxes` maps recipient addresses to Dovecot accounts;
    `senders` maps the logins of sending systems to the domains they may speak for."""

    authserv_id: str
    mailboxes: Mapping[str, str]
    senders: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


class LongLineSMTP(SMTP):
    """aiosmtpd with the longer lines that real letters have."""

    line_length_limit = LONGEST_LINE


class Gateway:
    """The running gateway; `passwords` maps its sending logins to their passwords.

    with Gateway(rules, delivery=…, passwords=…) as gateway: gateway.host, gateway.port
    """

    host = HOST

    def __init__(self, rules: GatewayRules, *, delivery: Delivery, passwords: Mapping[str, str], port: int = 0) -> None:
        self.rules = rules
        self.port = port
        self._delivery = delivery
        self._passwords = dict(passwords)
        self._workers = ThreadPoolExecutor(max_workers=4, thread_name_prefix="delivery")
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="gateway", daemon=True)

    def __enter__(self) -> Gateway:
        self._thread.start()
        try:
            self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result()
        except OSError as error:
            self._end_loop()
            raise GatewayError(f"the gateway cannot listen on {HOST}:{self.port}: {error.strerror}") from None
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._hang_up(), self._loop).result()
        self._end_loop()
        self._workers.shutdown()
        self._delivery.close()

    async def handle_RCPT(  # noqa: N802 - aiosmtpd names its hooks so
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.lower() not in self.rules.mailboxes:
            return "550 5.1.1 no such mailbox here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        queue_id = secrets.token_hex(6).upper()
        work = asyncio.get_running_loop().run_in_executor
        try:
            await work(self._workers, self._deliver, session, envelope, queue_id)
        except DeliveryFailed as error:
            return f"451 4.3.0 {error}"
        return f"250 2.0.0 OK queued as {queue_id}"

    def _deliver(self, session: Session, envelope: Envelope, queue_id: str) -> None:
        login = str(session.auth_data or "")
        mailfrom = envelope.mail_from or ""
        content = envelope.content or b""
        raw = content.encode() if isinstance(content, str) else content
        verdict = judge_sender(raw, mailfrom=mailfrom, spoken_for=self.rules.senders.get(login, ()))
        stripped = strip_claims(raw)
        for recipient in envelope.rcpt_tos:
            trace = make_trace(
                mailfrom=mailfrom, recipient=recipient, helo=str(session.host_name or "unknown"),
                gateway=self.rules.authserv_id, queue_id=queue_id, protocol="ESMTPA" if login else "ESMTP",
            )  # fmt: skip
            letter = verdict.to_header(self.rules.authserv_id) + trace + stripped
            self._delivery.deliver(self.rules.mailboxes[recipient.lower()], letter)

    def _check_login(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        if not isinstance(data, LoginPassword):
            return AuthResult(success=False, handled=False)
        login = data.login.decode("utf-8", "replace")
        known = login in self.rules.senders and secrets.compare_digest(
            data.password, self._passwords.get(login, "").encode()
        )
        return AuthResult(success=known, handled=False, auth_data=login if known else None)

    async def _listen(self) -> asyncio.Server:
        return await self._loop.create_server(self._make_protocol, host=HOST, port=self.port)

    def _make_protocol(self) -> SMTP:
        return LongLineSMTP(
            self, hostname=self.rules.authserv_id, data_size_limit=LARGEST_LETTER, enable_SMTPUTF8=True,
            authenticator=self._check_login, auth_require_tls=False, loop=self._loop,
        )  # fmt: skip

    async def _hang_up(self) -> None:
        self._server.close()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.gather(*others, return_exceptions=True), 2)

    def _end_loop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
