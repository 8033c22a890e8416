"""HTML that came from outside is made harmless; its text keeps its lines."""

from __future__ import annotations

from classifiers.readers.markup import sanitise, text_of_html


def test_nothing_active_and_nothing_remote_survives() -> None:
    source = '<p style="x" onclick="y">A<script>b()</script><img src="http://x"><a href="javascript:z">c</a><input></p>'

    assert sanitise(source) == "<p>A<a>c</a></p>"


def test_blocks_are_lines_and_cells_stay_on_one() -> None:
    source = "<div>Name:<b> Alke</b></div><table><tr><td>Ort:</td><td>Hütten</td></tr></table>eins<br>zwei"

    assert text_of_html(source).split("\n") == ["Name: Alke", "", "Ort:\tHütten", "", "eins", "zwei"]


def test_hidden_styles_and_comments_are_no_text() -> None:
    assert text_of_html("<style>p{}</style><!-- geheim --><p>sichtbar</p>") == "sichtbar"


def test_no_word_is_lost_however_deep_it_lies() -> None:
    deep = "<div>Hallo " + "".join(f"<div><b class=a{n}></div>" for n in range(300)) + "Widerspruch &amp; mehr"
    assert text_of_html(deep).split() == ["Hallo", "Widerspruch", "&", "mehr"]


def test_no_word_is_lost_where_something_in_such_depth_is_hidden() -> None:
    assert "Widerspruch" in text_of_html("<div>" * 230 + "<b style='display:none'>x</b>Widerspruch")
