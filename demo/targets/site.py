"""What is the same in both target systems: settings, the control interface, the way of a request."""

from __future__ import annotations

import json
import secrets
import time
from abc import ABC, abstractmethod
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from demo.targets.accounts import Session, Sessions
from demo.targets.commits import BROKEN_PAGE, Commit, CommitDesk
from demo.targets.faults import FaultSwitch
from demo.targets.masks import show_amount, show_date
from demo.targets.messages import Request, Response
from demo.targets.server import HangUpError
from demo.targets.store import Store

TOKEN_HEADER = "X-Control-Token"
JSON_TYPE = "application/json"


@dataclass(frozen=True)
class Settings:
    """How a target system behaves; seconds throughout.

    `latency`: how long a commit takes; `session_seconds`: silence that ends a session; `lock_seconds`: how long an
    open mask locks its record for others (0: never); `one_login`: a user may be logged in only once.
    """

    token: str
    latency: float = 1.2
    session_seconds: float = 900.0
    lock_seconds: float = 0.0
    one_login: bool = False


class TargetSite(ABC):
    """A target system as a function from request to response."""

    charset: str
    cookie: str
    tables: tuple[str, ...]

    def __init__(self, store: Store, settings: Settings, *, templates: Path) -> None:
        self.store = store
        self.settings = settings
        self.faults = FaultSwitch()
        self.sessions = Sessions(settings.session_seconds)
        self.desk = CommitDesk(store, self.faults, latency=settings.latency)
        self.pages = Environment(
            loader=FileSystemLoader(templates, encoding="utf-8"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.pages.filters["betrag"] = show_amount
        self.pages.filters["datum"] = show_date
        self.pages.globals["label"] = self.label

    def __call__(self, request: Request) -> Response:
        """Answer one request; errors of the program show the page such systems show."""
        if request.path.startswith("/__"):
            return self._control(request)
        if fault := self.faults.take("slow_load", request):
            time.sleep(float(fault.options.get("seconds", 3)))
        try:
            return self.dispatch(request)
        except HangUpError:
            raise
        except Exception:
            import traceback

            traceback.print_exc()
            return Response(BROKEN_PAGE, status=500)

    @abstractmethod
    def dispatch(self, request: Request) -> Response:
        """The page of a request."""

    @abstractmethod
    def seed(self, rows: dict[str, Any]) -> None:
        """Add master data and existing records; what is there already stays."""

    def session(self, request: Request) -> Session | None:
        """The living session of a request."""
        return self.sessions.find(request.cookies.get(self.cookie))

    def page(self, template: str, *, status: int = 200, **values: Any) -> Response:
        """A rendered page."""
        return Response(self.pages.get_template(template).render(**values), status=status)

    def commit(self, commit: Commit) -> Response:
        """Perform a commit POST at the desk."""
        return self.desk.perform(commit)

    def confirm_wanted(self) -> bool:
        """Whether the browser asks before a commit (`confirm_dialog` with `on: false` switches it off)."""
        fault = self.faults.take("confirm_dialog")
        return fault is None or bool(fault.options.get("on", True))

    def label(self, text: str) -> str:
        """A label as shown now: `changed_label` faults rename labels ({"from", "to"})."""
        for fault in self.faults.listed():
            if fault["name"] == "changed_label" and fault.get("from") == text and fault["times"] != 0:
                return str(fault.get("to"))
        return text

    def truth(self) -> dict[str, Any]:
        """All rows, and how many records each operation made."""
        rows = {table: self.store.rows(f"SELECT * FROM {table} ORDER BY rowid") for table in self.tables}
        posts = self.store.rows("SELECT * FROM received_posts ORDER BY id")
        return {
            **rows,
            "counts": self.counts(),
            "received_posts": posts,
            "received": dict(Counter(str(post["operation"]) for post in posts)),
        }

    @abstractmethod
    def counts(self) -> dict[str, int]:
        """How many records each operation made, counted in the tables."""

    def _control(self, request: Request) -> Response:
        token = request.headers.get(TOKEN_HEADER.lower()) or ""
        if not secrets.compare_digest(token.encode(), self.settings.token.encode()):
            return Response(b"{}", status=403, content_type=JSON_TYPE)
        try:
            answer, status = self._controlled(request), 200
        except (ValueError, KeyError) as error:
            answer, status = {"error": str(error)}, 400
        return Response(json.dumps(answer).encode(), status=status, content_type=JSON_TYPE)

    def _controlled(self, request: Request) -> Any:
        body = json.loads(request.body) if request.body else None
        match request.method, request.path:
            case "GET", "/__truth":
                return self.truth()
            case "GET", "/__faults":
                return self.faults.listed()
            case "POST", "/__faults":
                self.faults.set(body or [])
                return self.faults.listed()
            case "POST", "/__seed":
                self.seed(body or {})
                return {}
            case "POST", "/__sessions":
                return {"ended": self.sessions.end_all()}
            case "POST", "/__unlock":
                with self.store.transaction() as db:
                    db.execute("UPDATE benutzer SET fehlversuche = 0")
                return {}
        raise ValueError(f"no control function {request.method} {request.path}")
