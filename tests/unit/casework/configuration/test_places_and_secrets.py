"""Where things lie, and secrets that are named and never written down."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from casework.configuration import home, schemas, secret
from casework.configuration.suppliers import read_suppliers
from casework.words.errors import SecretMissing


def test_home_is_where_the_environment_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMTSBOTE_HOME", str(tmp_path / "somewhere"))
    here = home()
    assert (here, here.store, here.keys) == (
        tmp_path / "somewhere",
        tmp_path / "somewhere/store",
        tmp_path / "somewhere/keys",
    )
    assert not here.exists()


def test_home_is_var_in_a_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AMTSBOTE_HOME", raising=False)
    assert (home().name, (home().parent / "casework").is_dir()) == ("var", True)


def test_a_secret_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMTSBOTE_SECRET_MAIL_NORD", "geheim")
    assert secret("mail-nord") == "geheim"


def test_a_secret_comes_from_a_file_without_its_last_line_break(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "given").write_text("geheim \n")
    monkeypatch.setenv("AMTSBOTE_SECRET_MAIL_NORD_FILE", str(tmp_path / "given"))
    assert secret("mail-nord") == "geheim "


def test_a_secret_comes_from_the_credentials_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mail-nord").write_text("geheim")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert secret("mail-nord") == "geheim"


@pytest.mark.parametrize("name", ["mail-nord", "../mail-nord"])
def test_a_missing_secret_is_a_sentence_with_its_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    (tmp_path / "mail-nord").write_text("")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    with pytest.raises(SecretMissing, match="is missing: set AMTSBOTE_SECRET_"):
        secret(name)


def test_suppliers_with_one_vat_id_are_one_supplier_with_several_accounts(tmp_path: Path) -> None:
    path = tmp_path / "suppliers.csv"
    path.write_text(
        "\ufeffname;vat_id;iban\n"
        "Meier GmbH;DE 123456789;de89 3704 0044 0532 0130 00\n"
        "Meier GmbH;DE123456789;DE02120300000000202051\n"
        "Ohne Nummer;;\n"
        ";DE1;\n",
        encoding="utf-8",
    )
    suppliers, problems = read_suppliers(path)
    assert [(one.name, one.vat_id, one.ibans) for one in suppliers] == [
        ("Meier GmbH", "DE123456789", ("DE89370400440532013000", "DE02120300000000202051")),
        ("Ohne Nummer", "", ()),
    ]
    assert [str(problem) for problem in problems] == [f"{path}:5: a supplier without a name"]


def test_a_table_without_its_columns_is_told(tmp_path: Path) -> None:
    path = tmp_path / "suppliers.csv"
    path.write_text("name,iban\n")
    suppliers, problems = read_suppliers(path)
    assert suppliers == ()
    assert str(problems[0]) == f"{path}:1: column name, vat_id, iban is missing – first line: name;vat_id;iban"


def test_every_folder_has_a_json_schema_that_lets_the_id_out() -> None:
    found = schemas()
    assert sorted(found) == ["answers", "baselines", "offices", "processes", "rates", "statutes", "systems"]
    assert json.loads(json.dumps(found)) == found
    office = found["offices"]["anyOf"][0]
    assert (office["required"], office["additionalProperties"]) == (["name"], False)


def test_a_secret_whose_file_cannot_be_read_names_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMTSBOTE_SECRET_MAIL_NORD_FILE", str(tmp_path / "nowhere"))
    with pytest.raises(SecretMissing, match=r"nowhere: No such file or directory"):
        secret("mail-nord")
