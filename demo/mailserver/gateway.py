"""The office's mail gateway: SMTP on loopback, judges the sender, writes Authentication-Results, delivers to Dovecot.

A sending system logs in; the gateway knows for which domains it may speak. Whoever does not log in is a stranger from
the internet: accepted, but nothing is vouched for.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from types import TracebackType

from aiosmtpd.smtp import SMTP, Envelope, Session

from demo.mailserver.delivery import Delivery, DeliveryFailed
from demo.mailserver.headers import judge_sender, make_trace, strip_claims
from demo.mailserver.listening import Listener, content_of

LARGEST_LETTER = 64 * 1024 * 1024
# real letters have longer lines than RFC 5321 allows, and real gateways take them
LONGEST_LINE = 4 * 1024 * 1024


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


class Gateway(Listener):
    """The running gateway; `passwords` holds those of its sending logins.

    with Gateway(rules, delivery=…, passwords=…) as gateway: gateway.host, gateway.port
    """

    def __init__(self, rules: GatewayRules, *, delivery: Delivery, passwords: Mapping[str, str], port: int = 0) -> None:
        logins = {login: passwords[login] for login in rules.senders}
        super().__init__("gateway", logins=logins, port=port)
        self.rules = rules
        self._delivery = delivery
        self._workers = ThreadPoolExecutor(max_workers=4, thread_name_prefix="delivery")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        super().__exit__(kind, error, trace)
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
        raw = content_of(envelope)
        verdict = judge_sender(raw, mailfrom=mailfrom, spoken_for=self.rules.senders.get(login, ()))
        stripped = strip_claims(raw)
        for recipient in envelope.rcpt_tos:
            trace = make_trace(
                mailfrom=mailfrom, recipient=recipient, helo=str(session.host_name or "unknown"),
                gateway=self.rules.authserv_id, queue_id=queue_id, protocol="ESMTPA" if login else "ESMTP",
            )  # fmt: skip
            letter = verdict.to_header(self.rules.authserv_id) + trace + stripped
            self._delivery.deliver(self.rules.mailboxes[recipient.lower()], letter)

    def _make_protocol(self) -> SMTP:
        return LongLineSMTP(
            self, hostname=self.rules.authserv_id, data_size_limit=LARGEST_LETTER, enable_SMTPUTF8=True,
            authenticator=self._check_login, auth_require_tls=False, loop=self._loop,
        )  # fmt: skip
