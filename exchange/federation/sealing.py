"""Seal a message to one node, so that nobody on the way learns what it says, nor how long it is.

libsodium's sealed box (X25519, XSalsa20-Poly1305): a fresh key for every message, so that a sender's key
stolen later opens nothing. Lengths are padded (ISO/IEC 7816-4), so that a refusal looks like a short record.
"""

import hashlib
from collections.abc import Callable

from nacl.bindings import sodium_pad, sodium_unpad
from nacl.exceptions import CryptoError
from nacl.public import Box, PrivateKey, PublicKey, SealedBox

Entropy = Callable[[int], bytes]
BLOCK_BYTES = 4096
_KEY_BYTES = 32
_NONCE_BYTES = 24


class CannotOpen(Exception):
    """The bytes were not sealed to this key, or were changed."""


def seal(plain: bytes, *, to: PublicKey, entropy: Entropy) -> bytes:
    """`plain` for the holder of the secret half of `to` alone. Takes 32 bytes of `entropy`."""
    fresh = PrivateKey(entropy(_KEY_BYTES))
    # The nonce of crypto_box_seal: both public keys, hashed. It need not be kept, as the first key is fresh.
    nonce = hashlib.blake2b(bytes(fresh.public_key) + bytes(to), digest_size=_NONCE_BYTES).digest()
    padded = sodium_pad(plain, BLOCK_BYTES)
    return bytes(fresh.public_key) + Box(fresh, to).encrypt(padded, nonce).ciphertext


def unseal(sealed: bytes, *, key: PrivateKey) -> bytes:
    """What was sealed to `key`. Raises CannotOpen."""
    try:
        return bytes(sodium_unpad(SealedBox(key).decrypt(sealed), BLOCK_BYTES))
    except (CryptoError, ValueError, TypeError):
        raise CannotOpen from None
