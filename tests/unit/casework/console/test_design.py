"""The design tokens and components: legible in both themes, each class defined once and used somewhere."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest

import casework.console
from casework.configuration import checkout

CONSOLE = Path(casework.console.__file__).parent
STATIC = CONSOLE / "static" / "console"
STYLES = ("console.css", "case.css")
PAPERS = ("ground", "paper", "sunken")
ON_PAPER = [*product(("ink", "soft", "accent", "good", "warn", "bad"), PAPERS)]
ON_COLOUR = [
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
    ("on-mark", "mark"),
    *((colour, f"{colour}-soft") for colour in ("accent", "good", "warn", "bad")),
    *(("ink", f"{colour}-soft") for colour in ("accent", "good", "warn", "bad")),
    ("soft", "accent-soft"),
]
NOT_STYLED = {"invoice", "text", "long_text", "boolean", "currency", "choice", "info", "success", "number"}
"""Words that stand where classes stand, but name the form of a value or come from Django's messages."""


def _tokens(theme: str) -> dict[str, str]:
    css = (STATIC / "tokens.css").read_text(encoding="utf-8")
    light, dark = css.split("@media (prefers-color-scheme: dark)")
    found = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", light))
    return found if theme == "light" else {**found, **dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", dark))}


def _luminance(colour: str) -> float:
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    bright, dim = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def _styles() -> str:
    return "".join((STATIC / name).read_text(encoding="utf-8") for name in STYLES)


def _defined() -> set[str]:
    rules = re.sub(r"/\*.*?\*/|\{[^{}]*\}", " ", _styles(), flags=re.DOTALL)
    return set(re.findall(r"\.([a-z][\w-]*)", rules))


def _used() -> set[str]:
    """Classes in templates, with every branch of a condition."""
    found: set[str] = set()
    for path in CONSOLE.rglob("*.html"):
        html = path.read_text(encoding="utf-8")
        found |= set(re.findall(r"{% block body_class %}(\w+)", html))
        for value in re.findall(r'class="((?:[^"{]|\{%.*?%\}|\{\{.*?\}\})*)"', html):
            found |= set(re.sub(r"\{%.*?%\}|[\w-]*\{\{.*?\}\}", " ", value).split())
    return found


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_is_legible_on_every_paper(theme: str) -> None:
    tokens = _tokens(theme)
    contrasts = {(ink, paper): _contrast(tokens[ink], tokens[paper]) for ink, paper in [*ON_PAPER, *ON_COLOUR]}
    assert {pair: round(value, 2) for pair, value in contrasts.items() if value < 4.5} == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_edges_of_controls_and_the_focus_can_be_seen(theme: str) -> None:
    tokens = _tokens(theme)
    contrasts = {
        (line, paper): _contrast(tokens[line], tokens[paper]) for line in ("edge", "accent") for paper in PAPERS
    }
    assert {pair: round(value, 2) for pair, value in contrasts.items() if value < 3.0} == {}


def test_styles_name_colours_only_by_their_tokens() -> None:
    named = re.findall(r"#[0-9a-fA-F]{3,8}\b|rgb\([^)]*\)", _styles())
    assert set(named) == {"#fff"}, "only a scanned page is white in both themes"


def test_every_class_of_a_page_is_defined() -> None:
    assert _used() - _defined() - NOT_STYLED == set()


def test_every_class_that_is_defined_stands_on_a_page() -> None:
    made = {f"state-{state}" for state in ("new", "review", "ready", "posting", "done")}
    made |= {"zoom-2", "zoom-3", "money", "integer", "iban", "date", "error", "fatal", "warning", "success", "readable"}
    assert _defined() - _used() - made == set()


def test_every_token_is_used() -> None:
    css = "".join(path.read_text(encoding="utf-8") for path in STATIC.glob("*.css"))
    tokens = set(re.findall(r"^\s*(--[\w-]+):", css, flags=re.MULTILINE))
    assert {token for token in tokens if f"var({token})" not in css} == set()


def test_the_page_of_components_shows_what_there_is() -> None:
    page = (checkout() / "demo" / "pictures" / "components.html").read_text(encoding="utf-8")
    shown = {name for value in re.findall(r'class="([^"]*)"', page) for name in value.split()}
    assert shown - _defined() - NOT_STYLED == set()
