"""What is photographed, and how it is looked at."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Literal

Scheme = Literal["light", "dark"]


@dataclass(frozen=True)
class Scene:
    """A page as one of the demo's people sees it: `click` leads on from `path`, `then` further, `whole` is the page to
    its end."""

    name: str
    person: str
    path: str
    click: str = ""
    then: tuple[str, ...] = ()
    dialog: str = ""
    whole: bool = False


@dataclass(frozen=True)
class View:
    """Language, theme and window; 200 % zoom is a window of half the size."""

    language: str
    scheme: Scheme
    width: int
    height: int

    @property
    def name(self) -> str:
        return f"{self.language}-{self.scheme}-{self.width}"


FIRST = "tbody .reference"
DOGS = "vorgaenge/?process=dog_registration&state=review"
LAST = "tbody tr:last-child .reference"
CASE = Scene("case", "alke", "pruefliste/?reason=field_unsure", click=LAST)
QUEUE = Scene("queue", "alke", "pruefliste/")
HOME = Scene("home", "doerte", "")
SAVINGS = Scene("savings", "enno", "einsparungen/")
COMPONENTS = Scene("components", "", "components", whole=True)
PAPER = View("de", "light", 1280, 800)
NIGHT = View("de", "dark", 1280, 800)

IN_THE_DOCS = (
    ("console-case", CASE, PAPER),
    ("console-queue", QUEUE, PAPER),
    ("console-savings", SAVINGS, PAPER),
    ("console-home-dark", HOME, NIGHT),
    ("components", COMPONENTS, View("de", "light", 1080, 700)),
)
DIALOGS = ("kind-dialog", "close-dialog", "hold-dialog", "more-dialog", "help-dialog")
EVERYWHERE = (
    Scene("login", "", "anmelden/"),
    Scene("home-clerk", "alke", ""),
    HOME,
    QUEUE,
    Scene("queue-empty", "alke", "pruefliste/?q=nirgends"),
    CASE,
    Scene("case-xml", "alke", "pruefliste/?reason=iban_unconfirmed", click=FIRST),
    Scene("case-mail", "alke", "pruefliste/?reason=field_missing", click=FIRST),
    Scene("case-done", "alke", "vorgaenge/?state=done", click=FIRST),
    *(Scene(dialog, "alke", CASE.path, click=FIRST, dialog=dialog) for dialog in DIALOGS),
    Scene("case-scan", "alke", CASE.path, click=FIRST),
    Scene("answers", "alke", DOGS, click=FIRST, then=("#answers",), whole=True),
    Scene("answer", "alke", DOGS, click=FIRST, then=("#answers", "#open-template"), whole=True),
    Scene("cases", "alke", "vorgaenge/", whole=True),
    Scene("cases-empty", "alke", "vorgaenge/?q=nirgends"),
    Scene("savings", "enno", "einsparungen/", whole=True),
    Scene("entries", "enno", "einsparungen/", click="tbody th a", whole=True),
    Scene("operations", "doerte", "betrieb/", whole=True),
    Scene("trails", "frauke", "revision/", whole=True),
    Scene("trail", "frauke", "revision/", click=FIRST, whole=True),
    Scene("forbidden", "alke", "betrieb/"),
    Scene("not-found", "alke", "gibt-es-nicht/"),
)
WINDOWS = ((1280, 800), (1920, 1080), (640, 400), (960, 540))
EVERY_VIEW = tuple(
    View(language, scheme, *window) for language, scheme, window in product(("de", "en"), ("light", "dark"), WINDOWS)
)
