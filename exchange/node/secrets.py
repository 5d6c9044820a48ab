"""The node's master secret and what is derived from it.

One 32-byte secret in `keys/master.key`; every other symmetric key of the node comes from it by
HKDF-SHA-256 (RFC 5869) under its own name, so that no two uses ever share a key.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from exchange.errors import BadKeyFile

MASTER = "master.key"
KEY_BYTES = 32


@dataclass(frozen=True, slots=True, repr=False)
class MasterSecret:
    """32 secret bytes; `for_use` gives the key of one purpose."""

    value: bytes

    def for_use(self, name: str) -> bytes:
        """The 32-byte key for the use called `name`."""
        return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=b"hutong:" + name.encode()).derive(
            self.value
        )


def write_secret(path: Path, value: bytes) -> None:
    """Write a new key file only its owner can read; an existing one is never overwritten."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(value)
        file.flush()
        os.fsync(file.fileno())


def read_secret(path: Path) -> bytes:
    """The key in `path`, if it is one and only its owner can read it."""
    try:
        mode = path.stat().st_mode & 0o077
        value = path.read_bytes()
    except FileNotFoundError:
        raise BadKeyFile(f"keys/{path.name}", "is missing", "不存在") from None
    except PermissionError:
        raise BadKeyFile(f"keys/{path.name}", "may not be read by this user", "当前用户无权读取") from None
    if mode:
        raise BadKeyFile(
            f"keys/{path.name}", "can be read by other users: chmod 600", "可被其他用户读取：请 chmod 600"
        )
    if len(value) != KEY_BYTES:
        raise BadKeyFile(
            f"keys/{path.name}", f"is not a key of {KEY_BYTES} bytes", f"不是 {KEY_BYTES} 字节的密钥"
        )
    return value
