"""The payment QR code on an invoice (GiroCode, EPC069-12): an independent source for IBAN and amount."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from casework.words.reading import FieldReading, Origin, Source
from classifiers.kinds.contract import Material
from classifiers.kinds.identifiers import compact, is_iban
from classifiers.readers.codes import codes_of_piece


def read_girocode(material: Material, fields: dict[str, FieldReading]) -> None:
    """Adds a `code` source to IBAN, BIC and amount; a code that says something else becomes a candidate."""
    for content, box in codes_of_piece(material.piece, material.limits):
        lines = [line.strip() for line in content.splitlines()]
        if len(lines) < 8 or lines[0] != "BCD":
            continue
        source = Source(origin=Origin.CODE, where="GiroCode", box=box, part=material.piece.id)
        iban = compact(lines[6])
        if is_iban(iban):
            _confirm(fields, "iban", iban, source)
        if lines[4]:
            _confirm(fields, "bic", compact(lines[4]), source)
        amount = re.sub(r"^EUR", "", lines[7])
        try:
            value = f"{Decimal(amount):.2f}"
        except InvalidOperation:
            continue
        for name in ("gross", "payable"):
            _confirm(fields, name, value, source)


def _confirm(fields: dict[str, FieldReading], name: str, value: str, source: Source) -> None:
    field = fields.get(name)
    if field is None:
        fields[name] = FieldReading(value=value, confidence=0.9, sources=[source])
    elif field.value == value:
        field.sources.append(source)
    else:
        match = next((candidate for candidate in field.candidates if candidate.value == value), None)
        if match is not None and name == "iban":
            # several accounts are printed, the code names the one to pay to
            field.value, field.sources, field.confidence = value, [match.source, source], 0.95
        else:
            field.confidence = min(field.confidence, 0.4)
