"""Sign as a region's service: ECDSA with the low S that Fabric demands."""

from dataclasses import dataclass, field

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509 import load_pem_x509_certificate
from fabric_protos.msp import identities_pb2

from ledger.fabric.connection import Connection
from ledger.fabric.errors import BadConnection

# SEC 2 section 2.4: the order of the base point.
_ORDERS = {
    "secp256r1": 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    "secp384r1": int(
        "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973", 16
    ),
}


@dataclass(frozen=True, slots=True)
class Identity:
    """Who signs: `creator` is the serialized identity (MSP id and certificate) that stands in every transaction."""

    creator: bytes
    _key: EllipticCurvePrivateKey = field(repr=False)
    _order: int

    @classmethod
    def of(cls, connection: Connection) -> "Identity":
        """The identity a connection file names. Raises BadConnection."""
        key = _private_key(connection.key)
        try:
            certified = load_pem_x509_certificate(connection.certificate).public_key()
        except (ValueError, UnsupportedAlgorithm):
            raise BadConnection("certificate", "names no certificate", "所指文件不是证书") from None
        if certified != key.public_key():
            raise BadConnection(
                "key", "names a key that is not the one of the certificate", "所指密钥与证书不匹配"
            )
        creator = identities_pb2.SerializedIdentity(mspid=connection.msp, id_bytes=connection.certificate)
        return cls(creator.SerializeToString(deterministic=True), key, _ORDERS[key.curve.name])

    def sign(self, message: bytes) -> bytes:
        """The DER signature over SHA-256 of `message`."""
        r, s = decode_dss_signature(self._key.sign(message, ECDSA(SHA256())))
        # Of the two signatures that verify, a peer takes the one with the lower S and calls the other invalid.
        return encode_dss_signature(r, min(s, self._order - s))


def _private_key(pem: bytes) -> EllipticCurvePrivateKey:
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise BadConnection(
            "key", "names no private key without a password", "所指文件不是无口令的私钥"
        ) from None
    if not isinstance(key, EllipticCurvePrivateKey) or key.curve.name not in _ORDERS:
        raise BadConnection("key", "names a key that is not P-256 or P-384", "所指密钥不是 P-256 或 P-384")
    return key
