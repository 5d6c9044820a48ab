"""An authority of a test's own, and servers it vouches for."""

import ipaddress
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class Authority:
    """Its certificate is in `file`."""

    file: Path
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @classmethod
    def made(cls, folder: Path) -> "Authority":
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = _certificate(key.public_key(), "authority", key, "authority", None)
        file = folder / "authority.pem"
        file.write_bytes(certificate.public_bytes(Encoding.PEM))
        return cls(file, key, certificate)

    def server(self, address: str) -> ssl.SSLContext:
        """What a server at `address` shows."""
        key = ec.generate_private_key(ec.SECP256R1())
        shown = _certificate(key.public_key(), "server", self.key, "authority", address)
        file = self.file.with_name(f"server-{address}.pem")
        file.write_bytes(
            key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            + shown.public_bytes(Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context


def _certificate(
    key: ec.EllipticCurvePublicKey,
    name: str,
    signer: ec.EllipticCurvePrivateKey,
    by: str,
    address: str | None,
) -> x509.Certificate:
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, by)]))
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.BasicConstraints(ca=address is None, path_length=None), critical=True)
    )
    if address:
        names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))])
        builder = builder.add_extension(names, critical=False)
    return builder.sign(signer, SHA256())
