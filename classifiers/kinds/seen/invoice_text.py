"""An invoice as a person sees it: text layer or OCR, labels, shapes and arithmetic, no supplier's template."""

from __future__ import annotations

import re

from casework.words.reading import DocumentReading, FieldReading, Finding, Origin, Severity, Source
from classifiers.kinds.contract import Claim, Material
from classifiers.kinds.places.typed import Found, amounts, bics, dates, iban_like, ibans, vat_ids
from classifiers.kinds.seen.codes import read_girocode
from classifiers.kinds.seen.labels import (
    DATE,
    DUE,
    NUMBER,
    ORDER,
    OTHER_DATE,
    TITLE_NUMBER,
    WEAK_DATE,
    labelled_dates,
    labelled_numbers,
    leitweg_id,
)
from classifiers.kinds.seen.seller import find_seller
from classifiers.kinds.seen.totals import Totals, find_totals
from classifiers.readers.texts import Text

_INVOICE = re.compile(
    r"\b[a-zäöü]*(?:rechnung|faktura|quittung)(?:s-?\s?korrektur)?\b|\b(?:invoice|facture|gutschrift|avoir)\b"
    r"|rechnungs[\s\-]?(?:nummer|nr|datum|betrag)",
    re.I,
)
_DUNNING = re.compile(
    r"\b(?:\d\. |letzte )?mahnung\b|zahlungserinnerung|mahnbescheid|vollstreckung|zahlungsrückstand", re.I
)
_OTHER_PAPER = re.compile(r"\b(?:angebot|lieferschein|auftragsbestätigung|kontoauszug|bewerbung|bestellung)\b", re.I)
_TITLE = re.compile(
    r"^\W*(?:[a-zäöü\-]*rechnung|[a-zäöü]*rechnungs-?korrektur|gutschrift|invoice|facture|avoir|quittung)\b", re.I
)
_SPACED = re.compile(r"\b(?:[A-ZÄÖÜ] ){4,}[A-ZÄÖÜ]\b")
_TYPES = (
    (re.compile(r"\b(?:avoir|credit note|gutschrift)\b(?!.{0,20}selbst)", re.I), "381"),
    (re.compile(r"korrektur|storno", re.I), "384"),
    (re.compile(r"abschlags|teilrechnung", re.I), "326"),
    (re.compile(r"rechnung|invoice|facture|quittung", re.I), "380"),
)
"""Titles and their UNTDID 1001 codes."""
_SMALL = re.compile(
    r"kleinunternehmer|§\s*19|steuerfrei|reverse\s*charge|steuerschuldner|innergemeinschaftlich"
    r"|umsatzsteuerbefreit|von der umsatzsteuer befreit|autoliquidation",
    re.I,
)
_OTHER_NUMBER = re.compile(r"(?:mobil|telefon|tel|fax|steuer|ust|kunden|liefer)[\w\s.\-]*$", re.I)


def looks_like_invoice(text: Text) -> float:
    """How much of an invoice this text has, 0.6 to 0.95; 0 when it is none or rather something else."""
    top = _SPACED.sub(lambda match: match.group().replace(" ", ""), "\n".join(line.text for line in text.lines[:60]))
    if len(text.lines) < 5 or not _INVOICE.search(top) or _DUNNING.search("\n".join(top.splitlines()[:35])):
        return 0.0
    if _OTHER_PAPER.search("\n".join(top.splitlines()[:12])) and not _has_title(top):
        return 0.0
    signs = (
        bool(amounts(text)),
        bool(_numbers(text)),
        bool(dates(text)),
        bool(ibans(text) or vat_ids(text) or re.search(r"steuer-?(?:nummer|nr)|ust-?id|siret|vat", text.whole, re.I)),
        bool(find_totals(text).proven),
    )
    return {5: 0.95, 4: 0.9, 3: 0.7}.get(sum(signs), 0.0) if signs[0] else 0.0


def read_seen_invoice(material: Material, claim: Claim) -> DocumentReading:
    """The fields of a visible invoice with boxes; what is not certain keeps its candidates."""
    text, part = material.text, material.piece.id
    fields: dict[str, FieldReading] = {}
    totals = find_totals(text)
    _add_totals(fields, totals, text, part)
    _add_type(fields, text, part)
    _add(fields, "number", _numbers(text), text, part, sure=0.92)
    _add_date(fields, text, part)
    _add(
        fields,
        "due_date",
        [hit for hit in labelled_dates(text, DUE) if hit.value >= _value(fields, "date")],
        text,
        part,
        sure=0.9,
    )
    _add(fields, "iban", _unique(ibans(text)), text, part, sure=0.95)
    _add(fields, "bic", bics(text), text, part, sure=0.9)
    _add(fields, "order_reference", list(labelled_numbers(text, ORDER)), text, part, sure=0.8)
    reference = leitweg_id(text)
    _add(fields, "buyer_reference", [reference] if reference else [], text, part, sure=0.95)
    _add_seller(fields, text, part)
    _add_currency(fields, text, part)
    read_girocode(material, fields)
    return DocumentReading(
        part=part,
        kind=claim.kind,
        confidence=claim.strength,
        decided_by=claim.decided_by,
        fields=fields,
        findings=_findings(fields, totals, text, part),
        unsure=list(claim.unsure),
    )


def _has_title(top: str) -> bool:
    lines = top.splitlines()[:30]
    return any(
        _TITLE.match(line) or re.search(r"rechnungs?[\s-]?(?:nr|nummer|korrektur)|rechnung\b", line, re.I)
        for line in lines
    )


def _add_type(fields: dict[str, FieldReading], text: Text, part: str) -> None:
    """The invoice's type by its title; a credit note's amounts are positive, its type says the direction."""
    for line in text.lines[:45]:
        shown = _SPACED.sub(lambda match: match.group().replace(" ", ""), line.text)
        code = next((code for pattern, code in _TYPES if pattern.search(shown)), None)
        if code is not None and (_TITLE.match(shown) or code in {"381", "384"}):
            fields["type_code"] = FieldReading(value=code, confidence=0.8, sources=[text.source(line, part)])
            break
    if fields.get("type_code") is not None and fields["type_code"].value == "381":
        for name in ("gross", "net", "tax", "payable"):
            if name in fields and fields[name].value:
                fields[name].value = (fields[name].value or "").lstrip("-")


def _numbers(text: Text) -> list[Found]:
    """Numbers that a title or a label calls the invoice's; the title's goes first."""
    titled = [hit for hit in labelled_numbers(text, TITLE_NUMBER) if hit.line.number <= 40]
    return titled[:1] or list(labelled_numbers(text, NUMBER))


def _value(fields: dict[str, FieldReading], name: str) -> str:
    field = fields.get(name)
    return (field.value or "") if field is not None else ""


def _unique(found: list[Found]) -> list[Found]:
    return list({hit.value: hit for hit in reversed(found)}.values())[::-1]


def _add(fields: dict[str, FieldReading], name: str, found: list[Found], text: Text, part: str, *, sure: float) -> None:
    """The first hit leads; another value among the hits makes it unsure."""
    hits = _unique([hit for hit in found if not _OTHER_NUMBER.search(hit.line.text[: hit.start])] or found)
    if not hits:
        return
    first, *others = hits
    confidence = sure * first.reading_confidence if not others else min(0.6, sure)
    fields[name] = FieldReading(
        value=first.value,
        confidence=round(confidence, 3),
        sources=[first.source(text, part)],
        candidates=[other.candidate(text, part, 0.4) for other in others[:5]],
    )


def _add_date(fields: dict[str, FieldReading], text: Text, part: str) -> None:
    """By its label; else by a weak one; else the only date, or the first one, as a guess."""
    called = list(labelled_dates(text, DATE))
    weak = list(labelled_dates(text, WEAK_DATE, unless=OTHER_DATE)) if not called else []
    every = _unique(dates(text))
    if called or weak:
        _add(fields, "date", called or weak, text, part, sure=0.93 if called else 0.8)
        _doubt_order(fields["date"], (called or weak)[0], text, part)
    elif every:
        first = every[0]
        others = [other.candidate(text, part, 0.4) for other in every[1:6]]
        fields["date"] = FieldReading(
            value=first.value, confidence=0.5, sources=[first.source(text, part)], candidates=others
        )


def _doubt_order(field: FieldReading, found: Found, text: Text, part: str) -> None:
    """`11/03/2017` may be March or November: both are possible, none is sure."""
    written = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", found.line.text[found.start : found.end])
    if written is None:
        return
    first, second, year = (int(piece) for piece in written.groups())
    if first <= 12 and second <= 12 and first != second:
        field.confidence = min(field.confidence, 0.5)
        other = Found(f"{year:04d}-{first:02d}-{second:02d}", found.line, found.start, found.end)
        field.candidates.append(other.candidate(text, part, 0.45))


def _add_totals(fields: dict[str, FieldReading], totals: Totals, text: Text, part: str) -> None:
    if totals.gross is None:
        return
    sure = 0.95 if totals.proven and not totals.rivals else 0.5
    reading = min(
        [found.reading_confidence for found in [totals.gross, *totals.tax, *([totals.net] if totals.net else [])]]
    )
    candidates = [rival.candidate(text, part, 0.5) for rival in totals.rivals if rival.value != totals.gross.value]
    fields["gross"] = FieldReading(
        value=totals.gross.value,
        confidence=round(sure * max(reading, 0.8), 3),
        sources=[totals.gross.source(text, part)],
        candidates=candidates[:5],
    )
    if totals.net is not None and totals.tax:
        fields["net"] = FieldReading(value=totals.net.value, confidence=sure, sources=[totals.net.source(text, part)])
        sources = [found.source(text, part) for found in totals.tax]
        fields["tax"] = FieldReading(value=f"{totals.tax_sum:.2f}", confidence=sure, sources=sources)
        _add_arithmetic(fields)
    if totals.payable is not None and totals.payable.value != totals.gross.value:
        source = totals.payable.source(text, part)
        fields["payable"] = FieldReading(value=totals.payable.value, confidence=0.7, sources=[source])
    else:
        fields["payable"] = fields["gross"].model_copy(deep=True)


def _add_arithmetic(fields: dict[str, FieldReading]) -> None:
    """net + tax = gross holds: each of the three is confirmed by the two others."""
    for name, others in (("gross", ("net", "tax")), ("net", ("gross", "tax")), ("tax", ("gross", "net"))):
        where = f"{others[0]} {'+' if name == 'gross' else '-'} {others[1]}" if name != "tax" else "gross - net"
        fields[name].sources.append(Source(origin=Origin.ARITHMETIC, where=where, derived_from=others))


def _add_seller(fields: dict[str, FieldReading], text: Text, part: str) -> None:
    seller = find_seller(text)
    if seller is not None:
        fields["seller"] = FieldReading(value=seller.value, confidence=0.6, sources=[seller.source(text, part)])
    found = _unique(vat_ids(text))
    german = [hit for hit in found if hit.value.startswith("DE")] or found
    _add(fields, "seller_vat_id", german[:1] if len(german) == 1 else german, text, part, sure=0.9)


def _add_currency(fields: dict[str, FieldReading], text: Text, part: str) -> None:
    for sign, currency in (
        (r"€|\bEUR\b|\bEuro\b", "EUR"),
        (r"\bCHF\b", "CHF"),
        (r"\$|\bUSD\b", "USD"),
        (r"£|\bGBP\b", "GBP"),
    ):
        for line in text.lines:
            match = re.search(sign, line.text)
            if match:
                source = text.source(line, part, match.start(), match.end())
                fields["currency"] = FieldReading(value=currency, confidence=0.95, sources=[source])
                return


def _findings(fields: dict[str, FieldReading], totals: Totals, text: Text, part: str) -> list[Finding]:
    findings: list[Finding] = []
    if totals.gross is not None and not totals.proven and not _SMALL.search(text.whole):
        message = "Netto, Steuer und Gesamtbetrag lassen sich auf dem Dokument nicht nachrechnen."
        findings.append(Finding(rule="AB-TOTALS-WRONG", severity=Severity.WARNING, message=message, field="gross"))
    if "iban" not in fields:
        for wrong in iban_like(text)[:1]:
            fields["iban"] = FieldReading(value=wrong.value, confidence=0.0, sources=[wrong.source(text, part)])
            message = f"Die Prüfziffer der IBAN stimmt nicht: {wrong.value}."
            findings.append(Finding(rule="AB-IBAN-INVALID", severity=Severity.ERROR, message=message, field="iban"))
    return findings
