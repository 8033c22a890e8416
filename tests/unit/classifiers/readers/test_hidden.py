"""Text that nobody sees in an HTML mail becomes no field and is not shown to a clerk."""

from __future__ import annotations

import time

import pytest

from classifiers.readers.hidden import without_hidden
from classifiers.readers.markup import sanitise, text_of_html


@pytest.mark.parametrize(
    "hiding",
    [
        'style="display:none"',
        'style="display : none !important"',
        'style="color:red;visibility:hidden"',
        'style="font-size:0"',
        'style="font-size: 1px; line-height:1px"',
        'style="opacity:0"',
        'style="mso-hide:all"',
        'style="max-height:0px;overflow:hidden"',
        'style="position:absolute;left:-9999px"',
        'style="color:#ffffff"',
        'style="color: white"',
        "hidden",
    ],
)
def test_what_is_hidden_is_no_text(hiding: str) -> None:
    source = f"<p>Betrag: 10 €</p><div {hiding}>Betrag: <b>99</b> €</div>Ende"

    assert text_of_html(source).split() == ["Betrag:", "10", "€", "Ende"]
    assert "99" not in sanitise(source)


@pytest.mark.parametrize(
    "shown",
    [
        'style="display:block"',
        'style="font-size:10px"',
        'style="font-size:0.9em"',
        'style="opacity:0.8"',
        'style="max-height:200px"',
        'style="color:#ffffff;background-color:#003366"',
        'style="background:#fff"',
    ],
)
def test_what_is_styled_stays(shown: str) -> None:
    assert text_of_html(f"<div {shown}>Betrag</div>") == "Betrag"


def test_white_on_a_coloured_table_is_seen() -> None:
    source = '<table bgcolor="#003366"><tr><td><font color="white">Kopf</font></td></tr></table>'

    assert text_of_html(source) == "Kopf"


def test_rules_of_a_style_sheet_count_unless_they_hold_for_some_screens_only() -> None:
    source = (
        "<style>.weg{display:none} @media print{.da{display:none}} #fort, .klein{font-size:0}</style>"
        '<p class="weg">a</p><p class="da">b</p><p id="fort">c</p><p class="x klein">d</p>'
    )

    assert text_of_html(source) == "b"


def test_pictures_in_the_text_itself_and_remote_ones_are_dropped() -> None:
    source = '<p>Text<img src="data:image/png;base64,AAAA"><img src="https://x.example/a.png" style="display:none"></p>'

    assert sanitise(source) == "<p>Text</p>"


@pytest.mark.parametrize(
    "source",
    [
        "<style>" + "a" * 400_000 + "</style>",
        "<style>" + "<!--/*-->" * 100_000 + "</style>",
        "<style>.a{" + "x;" * 4000 + "color:white}</style>" + "<div class=a>" * 180 + "<p class=a>x</p>" * 1000,
        "<p style='color:" + " " * 200_000 + "'>x</p>",
    ],
    ids=["no block", "no end of a comment", "much said of many", "blanks"],
)
def test_style_that_is_made_to_be_slow_is_not(source: str) -> None:
    began = time.monotonic()
    without_hidden(f"{source}<p style='display:none'>geheim</p><p>Guten Tag</p>", tags={"p", "div"})
    assert time.monotonic() - began < 5
