"""`__VIEWSTATE`: what a page remembers between postbacks, signed with a key that a restart of the program loses."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from typing import Any

_SIGNATURE_BYTES = 20


class BrokenStateError(ValueError):
    """The state is missing, damaged or from before a restart."""


class ViewStates:
    """Packs and opens view states."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)

    def pack(self, state: dict[str, Any]) -> str:
        """The text of the hidden field."""
        data = json.dumps(state, ensure_ascii=False).encode()
        return base64.b64encode(b"\xff\x01" + data + self._sign(data)).decode()

    def open(self, text: str) -> dict[str, Any]:
        """The state of a hidden field; BrokenStateError if it is not ours."""
        try:
            raw = base64.b64decode(text, validate=True)[2:]
            data, signature = raw[:-_SIGNATURE_BYTES], raw[-_SIGNATURE_BYTES:]
            if not hmac.compare_digest(signature, self._sign(data)):
                raise BrokenStateError("the signature is wrong")
            state = json.loads(data)
        except (ValueError, UnicodeDecodeError) as error:
            raise BrokenStateError(str(error)) from error
        return dict(state)

    def _sign(self, data: bytes) -> bytes:
        return hmac.new(self._key, data, hashlib.sha1).digest()
