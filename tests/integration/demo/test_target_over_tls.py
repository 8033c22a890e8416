"""A target system with a certificate, and the faults below it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from demo.targets.control import TargetProcess
from tests.integration.demo.legacy_wire import Wire, receipt_of


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "haushaltskasse.example")])
    begin = datetime.now(UTC) - timedelta(hours=1)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "certificate.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
    return path


def test_an_invoice_is_booked_and_reset_over_tls(tmp_path: Path, certificate: Path) -> None:
    options = ["--calm", "--tls-cert", str(certificate)]
    with TargetProcess("haushaltskasse", data=tmp_path / "data", options=options) as target:
        assert target.url.startswith("https://")
        with Wire(target.url) as wire:
            wire.log_in()
            receipt_of(wire.book())
            target.faults({"name": "reset_after_read", "times": 1})
            assert wire.book(vorgang="mask-2", renr="G-2") is None
            # whether it ended by RST or FIN is hidden by Python's ssl; the tests on the plain wire see it
            assert wire.ended in ("reset", "close")
        assert target.truth()["counts"] == {"vorerfassung": 2}
