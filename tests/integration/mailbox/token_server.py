"""An authority for tokens on loopback: HTTPS, OpenID Connect discovery, client credentials, introspection."""

from __future__ import annotations

import json
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs

from demo.mailserver.certificates import KeyPair


class TokenServer:
    """Gives tokens to `client` with `secret` that let in as `user`; `given` are those it gave, in order.

    `lifetime` in seconds; `refusal` is answered instead of a token when it is set (status, body).
    """

    host = "127.0.0.1"
    client = "amtsbote-app"

    def __init__(self, pair: KeyPair, folder: Path, *, secret: str, user: str, lifetime: int = 3600) -> None:
        file = folder / "token-server.pem"
        file.write_bytes(pair.certificate + pair.key)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        self.secret, self.user, self.lifetime = secret, user, lifetime
        self.refusal: tuple[int, dict[str, Any]] | None = None
        self.given: list[str] = []
        self.revoked: set[str] = set()
        self._server = ThreadingHTTPServer((self.host, 0), _handler_of(self))
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self.address = f"https://{self.host}:{self._server.server_address[1]}/amt"

    def __enter__(self) -> TokenServer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def describe(self) -> dict[str, Any]:
        """The discovery document."""
        return {
            "issuer": self.address,
            "token_endpoint": f"{self.address}/token",
            "authorization_endpoint": f"{self.address}/authorize",
        }

    def give(self, form: dict[str, list[str]]) -> tuple[int, dict[str, Any]]:
        """The answer to a request for a token."""
        if self.refusal is not None:
            return self.refusal
        asked = {name: values[0] for name, values in form.items()}
        if (asked.get("client_id"), asked.get("client_secret")) != (self.client, self.secret):
            told = f"AADSTS7000215: invalid secret {asked.get('client_secret')}"
            return 401, {"error": "invalid_client", "error_description": told}
        self.given.append(f"geheimes-token-{len(self.given)}-{asked['scope'].replace('/', '_')}")
        return 200, {"access_token": self.given[-1], "expires_in": self.lifetime, "token_type": "Bearer"}

    def introspect(self, header: str) -> tuple[int, dict[str, Any]]:
        """What a mail server asks about a token."""
        token = header.removeprefix("Bearer ").strip()
        good = token in self.given and token not in self.revoked
        return (200, {"active": True, "username": self.user}) if good else (401, {"active": False})


def _handler_of(server: TokenServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            if self.path.endswith("/introspect"):
                self._answer(*server.introspect(self.headers.get("Authorization", "")))
            else:
                self._answer(200, server.describe())

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
            self._answer(*server.give(parse_qs(body)))

        def _answer(self, status: int, content: dict[str, Any]) -> None:
            body = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(body)
            self.close_connection = True

        def log_message(self, format: str, *args: Any) -> None:
            """Tests print nothing."""

    return Handler
