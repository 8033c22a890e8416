"""A throw-away certificate authority for servers on loopback, and the certificates it signs."""

from __future__ import annotations

import datetime as dt
import ipaddress
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LOOPBACK = ("localhost", "127.0.0.1")
LIFETIME = dt.timedelta(days=30)
# a machine whose clock is a little slow must still accept what was issued a moment ago
BACKDATING = dt.timedelta(minutes=10)


@dataclass(frozen=True)
class KeyPair:
    """A certificate and its private key, both as PEM bytes."""

    certificate: bytes
    key: bytes


@dataclass(frozen=True)
class Authority:
    """Signs server certificates; `pem` is what a client has to trust."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @classmethod
    def create(cls, name: str = "Demo CA") -> Authority:
        """A new authority that lives 30 days and may sign certificates, nothing else."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = _name(name)
        builder = _builder(subject, subject, key.public_key(), _now() - BACKDATING, _now() + LIFETIME)
        certificate = (
            builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_key_usage(sign_certificates=True), critical=True)
            .sign(key, hashes.SHA256())
        )
        return cls(certificate=certificate, key=key)

    @property
    def pem(self) -> bytes:
        """The authority's own certificate, PEM."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def issue(self, names: tuple[str, ...] = LOOPBACK, *, until: dt.datetime | None = None) -> KeyPair:
        """A server certificate for DNS names and IP addresses; `until` in the past makes an expired one."""
        key = ec.generate_private_key(ec.SECP256R1())
        end = until or _now() + LIFETIME
        start = min(_now() - BACKDATING, end - dt.timedelta(days=1))
        issuer_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        certificate = (
            _builder(_name(names[0]), self.certificate.subject, key.public_key(), start, end)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_key_usage(sign_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False)
            .add_extension(issuer_key, critical=False)
            .sign(self.key, hashes.SHA256())
        )
        return _pair(certificate, key)


def make_self_signed(names: tuple[str, ...] = LOOPBACK) -> KeyPair:
    """A certificate that nobody but itself vouches for, as a rogue server shows it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _name(names[0])
    certificate = (
        _builder(subject, subject, key.public_key(), _now() - BACKDATING, _now() + LIFETIME)
        .add_extension(x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False)
        .sign(key, hashes.SHA256())
    )
    return _pair(certificate, key)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, start: dt.datetime, end: dt.datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _key_usage(*, sign_certificates: bool) -> x509.KeyUsage:
    """Strict verifiers (OpenSSL's X509_STRICT, Python 3.13's default) refuse an authority without it."""
    return x509.KeyUsage(
        digital_signature=not sign_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=sign_certificates,
        crl_sign=sign_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _pair(certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> KeyPair:
    return KeyPair(
        certificate=certificate.public_bytes(serialization.Encoding.PEM),
        key=key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ),
    )
