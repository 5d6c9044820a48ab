"""Certificates as Fabric wants them: P-256, the kind of member in the subject, and signatures with the low S.

Nothing here is drawn behind our back: with the same entropy and the same day the same certificates come out.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import ip_address
from itertools import count
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    derive_private_key,
)
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

Entropy = Callable[[int], bytes]
# A member's kind is an organisational unit in the subject ("node OU"); a key for TLS has none.
Kind = Literal["admin", "client", "orderer", "peer"]

YEARS = 10
LOOPBACK = "127.0.0.1"
# SEC 2 section 2.4.2: the order of the base point.
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_VALID = timedelta(days=365 * YEARS)
# A clock that is a little behind must not find a certificate of the future; a leaf is never older than its authority.
_AUTHORITY_BEFORE, _LEAF_BEFORE = timedelta(minutes=10), timedelta(minutes=5)
# FIPS 186-5 A.2.1: 64 bits more than the order has, so that no key is likelier than another.
_KEY_BYTES = 40
_SERIAL_BYTES = 16
_SIGNING = {
    "digital_signature": True,
    "content_commitment": False,
    "key_encipherment": False,
    "data_encipherment": False,
    "key_agreement": False,
    "encipher_only": False,
    "decipher_only": False,
}


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate and its private key, both PEM."""

    certificate: bytes
    key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Authority:
    """Who signs an organisation's certificates."""

    certificate: x509.Certificate
    key: EllipticCurvePrivateKey = field(repr=False)
    entropy: Entropy = field(repr=False)

    @property
    def issued(self) -> Issued:
        """Its own certificate and key."""
        return Issued(_pem(self.certificate), _key_pem(self.key))

    def issue(self, name: str, kind: Kind) -> Issued:
        """The identity of a member of the organisation."""
        subject = [_attribute(NameOID.COMMON_NAME, name), _attribute(NameOID.ORGANIZATIONAL_UNIT_NAME, kind)]
        return self._leaf(subject, [])

    def issue_tls(self, names: Sequence[str]) -> Issued:
        """For a line: valid for `names` and for this machine, on either end."""
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH])
        alternative = x509.SubjectAlternativeName(
            [*map(x509.DNSName, names), x509.IPAddress(ip_address(LOOPBACK))]
        )
        return self._leaf([_attribute(NameOID.COMMON_NAME, names[0])], [usage, alternative])

    def _leaf(self, subject: list[x509.NameAttribute[str]], more: list[x509.ExtensionType]) -> Issued:
        key = _draw_key(self.entropy)
        authority = self.certificate
        start = authority.not_valid_before_utc + (_AUTHORITY_BEFORE - _LEAF_BEFORE)
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name(subject))
            .issuer_name(authority.subject)
            .public_key(key.public_key())
            .not_valid_before(start)
            .not_valid_after(authority.not_valid_after_utc)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.KeyUsage(**_SIGNING, key_cert_sign=False, crl_sign=False), critical=True)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False
            )
        )
        for extension in more:
            builder = builder.add_extension(extension, critical=False)
        return Issued(_pem(_signed(builder, self.key, self.entropy)), _key_pem(key))


def found_authority(organisation: str, what: str, *, now: datetime, entropy: Entropy) -> Authority:
    """A new authority of an organisation: `what` it is for, e.g. "members" or "lines"."""
    key = _draw_key(entropy)
    name = x509.Name(
        [
            _attribute(NameOID.COMMON_NAME, f"{organisation} {what}"),
            _attribute(NameOID.ORGANIZATION_NAME, organisation),
        ]
    )
    start = now.replace(microsecond=0) - _AUTHORITY_BEFORE
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .not_valid_before(start)
        .not_valid_after(start + _VALID)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.KeyUsage(**_SIGNING, key_cert_sign=True, crl_sign=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    return Authority(_signed(builder, key, entropy), key, entropy)


def _signed(
    builder: x509.CertificateBuilder, key: EllipticCurvePrivateKey, entropy: Entropy
) -> x509.Certificate:
    """Signed with the low S: Fabric turns a high one over, and has then another certificate than we have."""
    first = 1 + int.from_bytes(entropy(_SERIAL_BYTES))
    tried = (
        builder.serial_number(serial).sign(key, SHA256(), ecdsa_deterministic=True) for serial in count(first)
    )
    return next(one for one in tried if decode_dss_signature(one.signature)[1] <= _ORDER // 2)


def _draw_key(entropy: Entropy) -> EllipticCurvePrivateKey:
    return derive_private_key(1 + int.from_bytes(entropy(_KEY_BYTES)) % (_ORDER - 1), SECP256R1())


def _attribute(oid: x509.ObjectIdentifier, text: str) -> x509.NameAttribute[str]:
    return x509.NameAttribute(oid, text)


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.PEM)


def _key_pem(key: EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
