"""A region's own rules, signed with its key: the packaged ones with other words in their data, so another revision."""

from dataclasses import dataclass
from pathlib import Path

import orjson
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from policies.bundle import BUNDLE, opened, pack, unpack
from policies.signing import signed

OTHER_WORDS = "the organisation is suspended, as this region says it"


def reworded(words: str = OTHER_WORDS) -> bytes:
    """The packaged rules, saying something else about a suspended organisation."""
    files = unpack(BUNDLE.read_bytes(), BUNDLE.name)
    data = orjson.loads(files["data.json"])
    data["hutong_data"]["reasons"]["ORGANISATION_NOT_ACTIVE"]["en"] = words
    return pack({**files, "data.json": orjson.dumps(data)})


def stricter() -> bytes:
    """The packaged rules, but nurses may not look for care."""
    files = unpack(BUNDLE.read_bytes(), BUNDLE.name)
    data = orjson.loads(files["data.json"])
    data["hutong_data"]["families"]["care"]["roles"].remove("nurse")
    return pack({**files, "data.json": orjson.dumps(data)})


@dataclass(frozen=True)
class Region:
    """Its key, and the files an operator puts beside the node."""

    private: ec.EllipticCurvePrivateKey
    folder: Path

    @classmethod
    def made(cls, folder: Path) -> "Region":
        region = cls(ec.generate_private_key(ec.SECP256R1()), folder)
        region.key.write_bytes(
            region.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        )
        return region

    @property
    def key(self) -> Path:
        return self.folder / "policy.pem"

    @property
    def bundle(self) -> Path:
        return self.folder / "region.tar.gz"

    def sign(self, packed: bytes) -> str:
        """Put the bundle there, signed. Its revision."""
        pem = self.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        self.bundle.write_bytes(signed(packed, pem))
        return opened(packed, "bundle").digest

    @property
    def settings(self) -> dict[str, str]:
        """As environment variables."""
        return {"HUTONG_POLICY_BUNDLE": str(self.bundle), "HUTONG_POLICY_KEY": str(self.key)}
