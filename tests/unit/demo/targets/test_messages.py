from __future__ import annotations

from demo.targets.messages import Request, Response

BOUNDARY = "----q7"


def read(content_type: str, body: bytes, *, charset: str = "cp1252") -> Request:
    return Request.read(
        "POST", "/m?a=%FC", {"content-type": content_type}, body, charset=charset, connection=1, index=1
    )


def test_a_form_is_read_in_the_character_set_of_the_page() -> None:
    request = read("application/x-www-form-urlencoded", b"aktion=Pr%FCfen&name=%26%23321%3Buhrs&leer=")
    assert request.form == {"aktion": "Prüfen", "name": "Łuhrs", "leer": ""}
    assert request.query == {"a": "ü"}


def test_a_multipart_form_gives_fields_and_files() -> None:
    body = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="aktion"\r\n\r\nPrüfen\r\n'
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="bild"; filename="b.pdf"\r\n'
        f"Content-Type: application/pdf\r\n\r\n%PDF\r\n"
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="leer"; filename=""\r\n\r\n\r\n--{BOUNDARY}--\r\n'
    ).encode("cp1252")
    request = read(f"multipart/form-data; boundary={BOUNDARY}", body)
    assert request.form == {"aktion": "Prüfen"}
    assert {name: (upload.name, upload.content) for name, upload in request.uploads.items()} == {
        "bild": ("b.pdf", b"%PDF")
    }


def test_text_outside_the_character_set_is_sent_as_numeric_references() -> None:
    assert Response("Łührs €").content("cp1252") == b"&#321;\xfchrs \x80"
    assert Response("Łührs").content("utf-8") == "Łührs".encode()
    assert Response(b"\x00").content("cp1252") == b"\x00"
