"""Sign a text so that anybody with the public key can see who signed it: C2SP signed-note, with Ed25519.

Reading is strict: one spelling of each note is accepted. A line by somebody we do not know (a witness) is
passed over; a line that claims to be by the key we do know and is not, refuses the whole note.
"""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass, field

from nacl.exceptions import BadSignatureError, CryptoError
from nacl.signing import SigningKey, VerifyKey

from ledger.errors import BadKey, BadNote

SEED_BYTES = 32
MOST_NOTE_BYTES = 1 << 16
MOST_SIGNATURES = 64

_ED25519 = b"\x01"
_KEY_ID_BYTES = 4
_SIGNATURE_BYTES = 64
_DASH = "\u2014 "

# Who is said to have signed, by which key id, and what follows the id.
SignatureLine = tuple[str, bytes, bytes]


@dataclass(frozen=True, slots=True)
class Verifier:
    """Whose signature is expected: the name and public key of a verifier key (vkey)."""

    name: str
    public_key: bytes

    @classmethod
    def parse(cls, text: str) -> "Verifier":
        """From `name+hash+base64`. Raises BadKey."""
        return cls(*read_vkey(text, _ED25519))

    @property
    def key_id(self) -> bytes:
        """The four bytes by which a signature line says which key made it."""
        return key_id_of(self.name, _ED25519, self.public_key)

    def __str__(self) -> str:
        return vkey_of(self.name, _ED25519, self.public_key)

    def open(self, note: bytes) -> str:
        """The text of a note signed by this key. Raises BadNote."""
        text, lines = read_note(note)
        ours = [signature for name, key_id, signature in lines if (name, key_id) == (self.name, self.key_id)]
        if not ours:
            raise BadNote("is not signed by the key that was expected", "不是由预期的密钥签名")
        if len(ours) > 1:
            raise BadNote("is signed twice by one key", "被同一密钥重复签名")
        try:
            VerifyKey(self.public_key).verify(text.encode(), ours[0])
        except (BadSignatureError, CryptoError, ValueError):
            raise BadNote("has a signature that is wrong", "签名不正确") from None
        return text


@dataclass(frozen=True, slots=True)
class Signer:
    """The name and key a log signs with. `seed` is 32 secret bytes; it is the whole private key."""

    origin: str
    seed: bytes = field(repr=False)
    _key: SigningKey = field(init=False, repr=False, compare=False)
    _key_id: bytes = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not is_key_name(self.origin):
            raise BadKey(
                "has a name that is empty or holds a space or plus sign", "名称为空，或含有空格、加号"
            )
        if len(self.seed) != SEED_BYTES:
            raise BadKey(f"is not {SEED_BYTES} bytes long", f"长度不是 {SEED_BYTES} 字节")
        object.__setattr__(self, "_key", SigningKey(self.seed))
        object.__setattr__(self, "_key_id", self.verifier.key_id)

    @property
    def verifier(self) -> Verifier:
        """The public half."""
        return Verifier(self.origin, bytes(self._key.verify_key))

    @property
    def verifier_key(self) -> str:
        """The public half as a line of text (C2SP vkey) to hand to anybody who will check."""
        return str(self.verifier)

    def sign(self, text: str) -> bytes:
        """The signed note over `text`, which ends with a newline. Always the same for the same text."""
        body = text.encode()
        return body + b"\n" + signature_line(self.origin, self._key_id, self._key.sign(body).signature)

    def mark(self, text: bytes) -> bytes:
        """A keyed digest that only this signer can make or check; worth nothing to anybody else."""
        # \xff cannot begin UTF-8, so a mark can never stand in for something signed or named.
        return hmac.digest(self.seed, b"\xffledger mark\n" + text, hashlib.sha256)


def read_vkey(text: str, kind: bytes) -> tuple[str, bytes]:
    """Name and public key (32 bytes) of a vkey whose signatures are of `kind`, one byte. Raises BadKey."""
    name, _, rest = text.partition("+")
    key_id, _, encoded = rest.partition("+")
    key = strict_base64(encoded)
    if key is None or key[:1] != kind or len(key) != 1 + SEED_BYTES or not is_key_name(name):
        raise BadKey(
            "is not an Ed25519 verifier key of the form name+hash+key",
            "不是“名称+校验+公钥”形式的 Ed25519 验证密钥",
        )
    if key_id_of(name, kind, key[1:]).hex() != key_id:
        raise BadKey("was mistyped: its check digits are of another key", "抄写有误：校验位不符")
    return name, key[1:]


def vkey_of(name: str, kind: bytes, public_key: bytes) -> str:
    """The line that hands a public key to whoever will check (C2SP signed-note, verifier keys)."""
    encoded = base64.b64encode(kind + public_key).decode()
    return f"{name}+{key_id_of(name, kind, public_key).hex()}+{encoded}"


def key_id_of(name: str, kind: bytes, public_key: bytes) -> bytes:
    """The four bytes by which a signature line says which key made it."""
    return hashlib.sha256(name.encode() + b"\n" + kind + public_key).digest()[:_KEY_ID_BYTES]


def signature_line(name: str, key_id: bytes, signature: bytes) -> bytes:
    """One line below a note."""
    return _DASH.encode() + name.encode() + b" " + base64.b64encode(key_id + signature) + b"\n"


def read_note(note: bytes) -> tuple[str, list[SignatureLine]]:
    """The text of a note, by whomever it is signed, and its signature lines. Raises BadNote."""
    if len(note) > MOST_NOTE_BYTES:
        raise BadNote("is too long", "过长")
    try:
        whole = note.decode()
    except UnicodeDecodeError:
        raise BadNote("is not text", "不是文本") from None
    if any(sign < " " and sign != "\n" for sign in whole):
        raise BadNote("holds control characters", "含有控制字符")
    text, gap, signatures = whole.rpartition("\n\n")
    if not gap or not text or not signatures.endswith("\n"):
        raise BadNote("has no signature", "没有签名")
    lines = signatures[:-1].split("\n")
    if len(lines) > MOST_SIGNATURES:
        raise BadNote("has too many signatures", "签名过多")
    return text + "\n", [_signature(line) for line in lines]


def _signature(line: str) -> SignatureLine:
    name, _, encoded = line.removeprefix(_DASH).partition(" ")
    value = strict_base64(encoded)
    if not line.startswith(_DASH) or not is_key_name(name) or value is None or len(value) <= _KEY_ID_BYTES:
        raise BadNote("has a malformed signature line", "含有格式错误的签名行")
    return name, value[:_KEY_ID_BYTES], value[_KEY_ID_BYTES:]


def is_key_name(name: str) -> bool:
    """Whether a key or a log may be called so."""
    return bool(name) and "+" not in name and not any(sign.isspace() or sign < " " for sign in name)


def strict_base64(text: str) -> bytes | None:
    """The bytes of the one accepted spelling of a base64 text; None for any other."""
    try:
        value = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        return None
    return value if base64.b64encode(value).decode() == text else None
