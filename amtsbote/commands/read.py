"""`amtsbote read`: files and folders through the real readers, nothing recorded."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import click

from amtsbote.commands import options
from amtsbote.output import asked
from casework.words.lines import harmless, one_line


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--knowledge", type=click.Path(exists=True, path_type=Path, dir_okay=False), help="Suppliers: name;vat_id;iban"
)
@options.out
def read(paths: tuple[Path, ...], knowledge: Path | None, out: Path | None) -> int:
    """Say what each file is and what it says; a bad file never stops the others."""
    from amtsbote.reading import read_files

    with click.open_file(str(out) if out else "-", "w", encoding="utf-8") as target:
        for answer in read_files(_files(paths), knowledge=knowledge):
            _write(answer, target)
    return 0


def _files(paths: tuple[Path, ...]) -> Iterator[Path]:
    """Files as given; what lies in a folder by name."""
    for path in paths:
        if path.is_dir():
            yield from sorted(entry for entry in path.rglob("*") if entry.is_file() and not entry.name.startswith("."))
        else:
            yield path


def _write(answer: dict[str, object], target: IO[str]) -> None:
    text = json.dumps(answer, ensure_ascii=False) if asked.as_json else _words(answer)
    target.write(harmless(text) + "\n")
    target.flush()


def _words(answer: dict[str, object]) -> str:
    lines = [f"{answer['path']}: {answer['status']}" + (f" ({answer['reason']})" if answer["reason"] else "")]
    documents = answer["documents"]
    assert isinstance(documents, list)
    for document in documents:
        alone = "would go alone" if document["automatic"] else f"a clerk looks: {', '.join(document['why'])}"
        lines.append(f"  {document['kind']} by {document['decided_by']}; {alone}")
        lines += [f"    {name}: {text}" for name, field in document["fields"].items() if (text := _value(field))]
        lines += [f"    {found['severity']} {found['rule']}: {found['message']}" for found in document["findings"]]
    return "\n".join(one_line(line) for line in lines)


def _value(field: dict[str, object] | list[object]) -> object:
    """What people want to see of a field; of an invoice's lines only how many there are."""
    return len(field) if isinstance(field, list) else field["value"]
