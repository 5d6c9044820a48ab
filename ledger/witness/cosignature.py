"""Say with a signature: as of this second, the longest state of that log I saw is this one, and it only grew.

C2SP tlog-cosignature, Ed25519: what is signed is a header, the time, and the text of the checkpoint.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from nacl.exceptions import BadSignatureError, CryptoError
from nacl.signing import SigningKey, VerifyKey

from ledger.errors import BadKey, BadNote
from ledger.note import SEED_BYTES, SignatureLine, is_key_name, key_id_of, read_vkey, signature_line, vkey_of

KIND = b"\x04"
_TIME_BYTES, _SIGNATURE_BYTES = 8, 64
_LATEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class WitnessKey:
    """Whose cosignature is expected: name and public key (32 bytes) of a vkey of type 0x04."""

    name: str
    public_key: bytes

    @classmethod
    def parse(cls, text: str) -> "WitnessKey":
        """From `name+hash+base64`. Raises BadKey."""
        return cls(*read_vkey(text, KIND))

    @property
    def key_id(self) -> bytes:
        """The four bytes by which a signature line says which key made it."""
        return key_id_of(self.name, KIND, self.public_key)

    def __str__(self) -> str:
        return vkey_of(self.name, KIND, self.public_key)

    def cosigned_at(self, text: str, lines: Iterable[SignatureLine]) -> int | None:
        """When this witness cosigned the checkpoint `text`, seconds since 1970; None where it did not.

        Lines of others are passed over. Raises BadNote where a line claims to be this witness's and is not.
        """
        ours = [said for name, key_id, said in lines if (name, key_id) == (self.name, self.key_id)]
        if len(ours) > 1:
            raise BadNote("is cosigned twice by one witness", "被同一见证方重复签名")
        return self._checked(text, ours[0]) if ours else None

    def _checked(self, text: str, said: bytes) -> int:
        seconds = int.from_bytes(said[:_TIME_BYTES])
        try:
            if len(said) != _TIME_BYTES + _SIGNATURE_BYTES or seconds > _LATEST:
                raise ValueError
            VerifyKey(self.public_key).verify(_message(text, seconds), said[_TIME_BYTES:])
        except (BadSignatureError, CryptoError, ValueError):
            raise BadNote("has a cosignature that is wrong", "见证签名不正确") from None
        return seconds


@dataclass(frozen=True, slots=True)
class Cosigner:
    """The name and key a witness signs with; the key is for cosignatures and nothing else (tlog-cosignature)."""

    name: str
    seed: bytes = field(repr=False)
    _key: SigningKey = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not is_key_name(self.name):
            raise BadKey(
                "has a name that is empty or holds a space or plus sign", "名称为空，或含有空格、加号"
            )
        if len(self.seed) != SEED_BYTES:
            raise BadKey(f"is not {SEED_BYTES} bytes long", f"长度不是 {SEED_BYTES} 字节")
        object.__setattr__(self, "_key", SigningKey(self.seed))

    @property
    def key(self) -> WitnessKey:
        """The public half."""
        return WitnessKey(self.name, bytes(self._key.verify_key))

    def cosign(self, text: str, seconds: int) -> bytes:
        """The signature line over the checkpoint `text`, as of `seconds` since 1970."""
        signature = self._key.sign(_message(text, seconds)).signature
        return signature_line(self.name, self.key.key_id, seconds.to_bytes(_TIME_BYTES) + signature)


def _message(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()
