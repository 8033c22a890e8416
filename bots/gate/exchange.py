"""One connection of the browser to the gate: read requests, let them pass, hold them back."""

from __future__ import annotations

import hashlib
import hmac
import logging
import socket
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import h11

from bots.gate.answers import answer
from bots.gate.forms import UnreadableForm, form_fields
from bots.gate.guard import Held
from bots.gate.relay import relay
from bots.gate.signs import candidates, fields_match, is_writing, names_of
from bots.gate.spool import Spool
from bots.gate.upstream import Origin, Trouble, Upstream, forwarded_headers, rebuilt
from bots.gate.wire import Closed, Wire
from casework.configuration.masks import RequestSign

if TYPE_CHECKING:
    from bots.gate.gate import Gate

log = logging.getLogger(__name__)

_TLS_HANDSHAKE = 0x16
_DRAIN_AT_MOST = 16 * 1024 * 1024
STRANGER_S = 5.0
"""So long a connection may stand without a whole request that shows the credential."""


class BrowserGone(Exception):
    """The browser ended its request half-way."""


class Exchange:
    """Serves one accepted socket until either side ends it."""

    def __init__(self, gate: Gate, sock: socket.socket) -> None:
        self._gate = gate
        self._browser = Wire(sock, h11.SERVER)
        self._tunnel: Origin | None = None
        self._upstream: Upstream | None = None
        self._method = b"GET"
        self._let_in = False

    def serve(self) -> None:
        """Answer request after request."""
        try:
            while self._serve_one():
                self._browser.http.start_next_cycle()
        except (OSError, BrowserGone, h11.ProtocolError) as error:
            log.debug("a browser connection ended: %s", type(error).__name__)
        finally:
            self.close()

    def close(self) -> None:
        """End both sides."""
        if self._upstream is not None:
            self._upstream.close()
        self._browser.close()

    def _serve_one(self) -> bool:
        """Answer one request; False when the connection is used up."""
        request = self._next_request()
        if not isinstance(request, h11.Request):
            return False
        self._method = request.method
        if self._tunnel is None and not self._authorised(request):
            answer(self._browser, 407, "proxy_credential", close=True)
            return False
        self._welcome()
        if request.method == b"CONNECT":
            return self._open_tunnel(request)
        try:
            self._pass(request)
        except Held as held:
            log.info("held back at the gate: %s", held.reason)
            self._refuse(409 if held.reason in ("second_commit", "commit_not_armed") else 403, held.reason)
        except Trouble as trouble:
            log.info("no answer from the target system: %s", trouble.kind)
            self._refuse(504, trouble.kind)
        return self._browser.http.our_state is h11.DONE and self._browser.http.their_state is h11.DONE

    def _next_request(self) -> object:
        """A stranger has little time for it, the browser all the time it wants."""
        deadline = None if self._let_in else time.monotonic() + STRANGER_S
        return self._browser.next_event(deadline=deadline)

    def _welcome(self) -> None:
        if not self._let_in:
            self._let_in = True
            self._browser.sock.settimeout(None)
            self._gate.let_in(self._browser.sock)

    def _authorised(self, request: h11.Request) -> bool:
        given = b"".join(value for name, value in request.headers if name == b"proxy-authorization")
        return hmac.compare_digest(given, self._gate.authorization)

    def _refuse(self, status: int, reason: str) -> None:
        """Answer by ourselves; an answer that has begun can only be cut off."""
        if self._browser.http.our_state is not h11.SEND_RESPONSE:
            raise Closed("the answer was cut off")
        drained = self._drain()
        answer(self._browser, status, reason, close=not drained, head_only=self._method == b"HEAD")

    def _drain(self) -> bool:
        """Read what the browser still sends, so that it reads our answer."""
        total = 0
        while self._browser.http.their_state is h11.SEND_BODY and total < _DRAIN_AT_MOST:
            event = self._browser.next_event()
            total += len(event.data) if isinstance(event, h11.Data) else 0
        return self._browser.http.their_state is h11.DONE

    # --- CONNECT

    def _open_tunnel(self, request: h11.Request) -> bool:
        """Become the origin's stand-in: TLS ends here, plain HTTP (for WebSockets) is read as it comes."""
        host, _, port = request.target.decode("ascii", "replace").rpartition(":")
        self._browser.next_event()
        if self._tunnel is not None or not port.isdigit() or not self._gate.knows(host, int(port)):
            answer(self._browser, 403, "foreign_host", close=True)
            return False
        self._browser.send(h11.Response(status_code=200, headers=[], reason=b"Connection established"))
        if self._browser.http.trailing_data[0]:
            return False
        sock = self._browser.sock
        tls = sock.recv(1, socket.MSG_PEEK)[:1] == bytes([_TLS_HANDSHAKE])
        if tls:
            sock = self._gate.key.context(host).wrap_socket(sock, server_side=True)
            self._gate.replace_socket(self._browser.sock, sock)
        self._tunnel = Origin(host.strip("[]"), int(port), tls)
        self._browser = Wire(sock, h11.SERVER)
        while self._serve_one():
            self._browser.http.start_next_cycle()
        return False

    # --- one request

    def _pass(self, request: h11.Request) -> None:
        origin, target = self._destination(request)
        if not self._gate.knows(origin.host, origin.port):
            raise Held("foreign_host")
        if any(name == b"upgrade" for name, _ in request.headers):
            self._upgrade(request, origin, target)
            return
        method = request.method.decode("ascii")
        commits = candidates(self._gate.commits, method=method, target=target)
        harmless = candidates(self._gate.harmless, method=method, target=target)
        # while armed a writing request is read whole: it is harmless, or is held back with the names of its form
        if not commits and not (self._gate.guard.armed and (harmless or is_writing(method))):
            if is_writing(method):
                self._gate.guard.check_writing(harmless=False, name=f"{method} {urlsplit(target).path}")
            self._forward(request, origin, target, self._incoming(), size=None)
            return
        with self._spooled() as spool:
            self._judge(request, origin, target, spool, commits=commits, harmless=harmless)

    def _judge(
        self,
        request: h11.Request,
        origin: Origin,
        target: str,
        spool: Spool,
        *,
        commits: list[RequestSign],
        harmless: list[RequestSign],
    ) -> None:
        """Tell commits and postbacks on one URL apart by their form fields."""
        method = request.method.decode("ascii")
        fields = self._fields(request, spool) if any(sign.form for sign in commits + harmless) else {}
        commit = next((sign for sign in commits if fields_match(sign.form, fields)), None)
        if commit is not None:
            self._commit(request, origin, target, spool, commit)
            return
        if is_writing(method):
            listed = any(fields_match(sign.form, fields) for sign in harmless)
            name = f"{method} {urlsplit(target).path}" + self._form_names(request, spool)
            self._gate.guard.check_writing(harmless=listed, name=name)
        self._forward(request, origin, target, spool.slices(), size=spool.size if is_writing(method) else None)

    def _form_names(self, request: h11.Request, spool: Spool) -> str:
        """For people who compare it with the catalogue: the names of the form's fields, never what stands in them."""
        if not self._gate.guard.armed:
            return ""
        try:
            return names_of(self._fields(request, spool))
        except Held:
            return " (no form that can be read)"

    def _fields(self, request: h11.Request, spool: Spool) -> dict[str, list[str]]:
        headers = {bytes(name): value.decode("latin-1") for name, value in request.headers}
        try:
            return form_fields(headers.get(b"content-type", ""), headers.get(b"content-encoding", ""), spool.slices())
        except UnreadableForm as error:
            raise Held("unreadable_form", str(error)) from error

    def _destination(self, request: h11.Request) -> tuple[Origin, str]:
        target = request.target.decode("latin-1")
        if self._tunnel is not None:
            return self._tunnel, target
        url = urlsplit(target)
        if url.scheme != "http" or not url.hostname:
            raise Held("not_a_proxy_request")
        path = url._replace(scheme="", netloc="").geturl() or "/"
        return Origin(url.hostname, url.port or 80, tls=False), path

    def _incoming(self) -> Iterator[bytes]:
        """The body as the browser sends it."""
        if self._browser.http.they_are_waiting_for_100_continue:
            self._browser.send(h11.InformationalResponse(status_code=100, headers=[]))
        while self._browser.http.their_state is h11.SEND_BODY:
            try:
                event = self._browser.next_event()
            except (OSError, h11.RemoteProtocolError) as error:
                raise BrowserGone("the request ended half-way") from error
            if isinstance(event, h11.Data):
                yield bytes(event.data)

    def _spooled(self) -> Spool:
        spool = Spool()
        try:
            for data in self._incoming():
                spool.write(data)
        except OSError as error:
            spool.close()
            raise Held("no_space") from error
        except BrowserGone:
            spool.close()
            raise
        return spool

    # --- letting through

    def _forward(
        self, request: h11.Request, origin: Origin, target: str, body: Iterator[bytes], *, size: int | None
    ) -> None:
        """Pass an ordinary request; only a read over a connection that had gone stale is repeated."""
        asked = rebuilt(request, target, size)
        upstream = self._kept(origin)
        try:
            response = upstream.ask(asked, body)
        except Trouble:
            repeatable = request.method in (b"GET", b"HEAD") and not first_use(upstream)
            self._drop()
            if not repeatable:
                raise
            upstream = self._kept(origin)
            response = upstream.ask(asked, iter(()))
        self._give_back(response, upstream)

    def _commit(self, request: h11.Request, origin: Origin, target: str, spool: Spool, sign: RequestSign) -> None:
        """Send a commit: connect first, ask, send once on that fresh connection, never again."""
        digest = hashlib.sha256(request.method + b" " + target.encode("latin-1") + b"\n" + spool.digest()).hexdigest()
        claim = self._gate.guard.claim(sign.name, digest)
        upstream: Upstream | None = None
        try:
            upstream = self._gate.connect(origin)
            claim.ask_departure()
            size = spool.size if is_writing(sign.method) else None
            response = upstream.ask(rebuilt(request, target, size), spool.slices())
            claim.answered(response.status_code)
            self._give_back(response, upstream)
        except Trouble as trouble:
            claim.broken(trouble.kind)
            raise
        except Held as held:
            claim.broken(held.reason)
            raise
        except h11.LocalProtocolError as error:
            claim.broken("malformed")
            raise Trouble("malformed") from error
        finally:
            if upstream is not None:
                upstream.close()

    def _give_back(self, response: h11.Response, upstream: Upstream) -> None:
        headers = [item for item in forwarded_headers(response.headers) if item[0].lower() != b"alt-svc"]
        self._browser.send(h11.Response(status_code=response.status_code, headers=headers, reason=response.reason))
        try:
            for data in upstream.body():
                self._browser.send(h11.Data(data=data))
        except Trouble as trouble:
            raise Closed(trouble.kind) from trouble
        self._browser.send(h11.EndOfMessage())

    def _kept(self, origin: Origin) -> Upstream:
        """This browser connection's own connection to the origin (NTLM binds a login to it)."""
        if self._upstream is None or self._upstream.origin != origin or not self._upstream.reusable:
            self._drop()
            self._upstream = self._gate.connect(origin)
        return self._upstream

    def _drop(self) -> None:
        if self._upstream is not None:
            self._upstream.close()
            self._upstream = None

    def _upgrade(self, request: h11.Request, origin: Origin, target: str) -> None:
        """A WebSocket: relayed where the catalogue says so and no commit is under way, refused otherwise."""
        if not self._gate.relays_websockets or self._gate.guard.armed:
            raise Held("websocket")
        self._drop()
        self._upstream = self._gate.connect(origin)
        relay(self._browser, self._upstream, request, target)


def first_use(upstream: Upstream) -> bool:
    """Whether the connection had carried no request before the last one."""
    return upstream.asked <= 1
