"""Hide what an entry is about, and still be able to show it: seals, commitments and pseudonyms.

A commitment stands in the ledger; the details and its salt lie beside it, encrypted under a key that belongs
to one patient. Whoever holds the key can open them and show that they are what was committed to; when the key
is destroyed nobody can, and every proof still holds.
"""

import hashlib
import hmac
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.errors import CannotOpen

Entropy = Callable[[int], bytes]

SALT_BYTES = 32
NONCE_BYTES = 12
PSEUDONYM_CHARACTERS = 32

# A first byte that no UTF-8 text begins with: the key to the seal can never come out as somebody's pseudonym.
_SEAL_LABEL = b"\xffseal 1"
_SEAL_VERSION = b"\x01"
_COMPRESSED = b"\x02"
# Details of an access name every item and why it may be seen: 25 kB on average, of which an eighth is left. Below this,
# what is saved is less than what opening costs: a consent is opened for every decision.
_LEAST_TO_COMPRESS = 1024


@dataclass(frozen=True, slots=True)
class Sealed:
    """Details as they are stored: `commitment` (64 hex characters) in the entry, `ciphertext` beside it."""

    commitment: str
    ciphertext: bytes


def commit(text: str, *, salt: bytes) -> str:
    """A promise about `text` that tells nothing without the salt: hex HMAC-SHA-256(salt, text)."""
    return _commitment(text.encode(), salt=salt)


def pseudonym(key: bytes, name: str) -> str:
    """The name by which `name` goes in the ledger: the first 32 hex characters of HMAC-SHA-256(key, name)."""
    return hmac.digest(key, name.encode(), hashlib.sha256).hex()[:PSEUDONYM_CHARACTERS]


def seal(details: Mapping[str, Any], *, key: bytes, entropy: Entropy) -> Sealed:
    """Encrypt `details` (anything JSON can hold) with a fresh salt, AES-256-GCM; long ones are made shorter before.

    What is committed to is the text itself, not how it is stored.
    """
    text = orjson.dumps(dict(details), option=orjson.OPT_SORT_KEYS)
    salt, nonce = entropy(SALT_BYTES), entropy(NONCE_BYTES)
    if len(text) < _LEAST_TO_COMPRESS:
        form, stored = _SEAL_VERSION, text
    else:
        form, stored = _COMPRESSED, zlib.compress(text, 1)
    hidden = _cipher(key).encrypt(nonce, salt + stored, form)
    return Sealed(_commitment(text, salt=salt), form + nonce + hidden)


def unseal(ciphertext: bytes, *, key: bytes) -> dict[str, Any]:
    """What was sealed. Raises CannotOpen."""
    _, text = _opened(ciphertext, key)
    details: dict[str, Any] = orjson.loads(text)
    return details


class Unsealing:
    """Opens what was sealed under one key, again and again: the key to the seals is worked out once."""

    def __init__(self, key: bytes) -> None:
        self._cipher = _cipher(key)

    def text(self, ciphertext: bytes, commitment: str) -> bytes:
        """What was sealed, canonical JSON, if it is what was committed to. Raises CannotOpen."""
        salt, text = _shown(ciphertext, self._cipher)
        if not _is_commitment(commitment, text, salt=salt):
            raise CannotOpen
        return text


def hide(text: bytes, *, about: str, key: bytes, entropy: Entropy) -> bytes:
    """Encrypt `text`, AES-256-GCM, to which no entry commits. It opens only for the key and what it is `about`."""
    nonce = entropy(NONCE_BYTES)
    return _SEAL_VERSION + nonce + _cipher(key).encrypt(nonce, text, _SEAL_VERSION + about.encode())


def reveal(ciphertext: bytes, *, about: str, key: bytes) -> bytes:
    """What was hidden, if it is about this. Raises CannotOpen."""
    return _decrypted(ciphertext, _cipher(key), _SEAL_VERSION, about.encode())


def opening(ciphertext: bytes, *, key: bytes) -> dict[str, str]:
    """What somebody without the key needs to check what was committed to: `salt` (hex) and `details` (canonical JSON).

    Whoever is given it can read the details. Raises CannotOpen.
    """
    salt, text = _opened(ciphertext, key)
    return {"salt": salt.hex(), "details": text.decode()}


def is_opening(opened: Mapping[str, str], commitment: str) -> bool:
    """Whether `opened`, as `opening` gave it, is what was committed to."""
    try:
        salt, text = bytes.fromhex(opened["salt"]), opened["details"]
    except (KeyError, ValueError, TypeError):
        return False
    return len(salt) == SALT_BYTES and _is_commitment(commitment, text.encode(), salt=salt)


def opens_to(ciphertext: bytes, key: bytes, commitment: str) -> bool:
    """Whether `key` opens the ciphertext and what is in it is what was committed to."""
    try:
        salt, text = _opened(ciphertext, key)
    except CannotOpen:
        return False
    return _is_commitment(commitment, text, salt=salt)


def _is_commitment(commitment: str, text: bytes, *, salt: bytes) -> bool:
    return hmac.compare_digest(_commitment(text, salt=salt).encode(), commitment.encode())


def _commitment(text: bytes, *, salt: bytes) -> str:
    return hmac.digest(salt, text, hashlib.sha256).hex()


def _cipher(key: bytes) -> AESGCM:
    return AESGCM(hmac.digest(key, _SEAL_LABEL, hashlib.sha256))


def _opened(ciphertext: bytes, key: bytes) -> tuple[bytes, bytes]:
    """Salt and text."""
    return _shown(ciphertext, _cipher(key))


def _shown(ciphertext: bytes, cipher: AESGCM) -> tuple[bytes, bytes]:
    form = _COMPRESSED if ciphertext[:1] == _COMPRESSED else _SEAL_VERSION
    shown = _decrypted(ciphertext, cipher, form)
    salt, stored = shown[:SALT_BYTES], shown[SALT_BYTES:]
    if form == _SEAL_VERSION:
        return salt, stored
    try:
        return salt, zlib.decompress(stored)
    except zlib.error:
        raise CannotOpen from None


def _decrypted(ciphertext: bytes, cipher: AESGCM, form: bytes, about: bytes = b"") -> bytes:
    start = len(form)
    if ciphertext[:start] != form or len(ciphertext) < start + NONCE_BYTES:
        raise CannotOpen
    nonce, hidden = ciphertext[start : start + NONCE_BYTES], ciphertext[start + NONCE_BYTES :]
    try:
        return cipher.decrypt(nonce, hidden, form + about)
    except InvalidTag:
        raise CannotOpen from None
