"""Pseudonyms: the same person, visit or number gets the same meaningless name within one project.

HMAC-SHA-256 under a key that belongs to the project, cut to 128 bits. Without the key nobody can try all
identity numbers against it (an unkeyed hash of one is undone in hours), and two projects cannot compare.
"""

import hashlib
import hmac
import re
import unicodedata
from functools import lru_cache

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from deid.errors import BadKey

LEAST_KEY_BYTES = 32
PSEUDONYM_BYTES = 16
_REMEMBERED = 65_536  # the same patients, visits and doctors are pointed at again and again

_BLANKS = re.compile(r"[\s\u200b\u200c\u200d\u2060\ufeff]+")
# A UID has at least a root and what stands under it (PS3.5 section 9.1); a number with one point is a number.
_UID = re.compile(r"((?:urn:oid:)?)([0-2](?:\.(?:0|[1-9]\d*)){3,})", re.ASCII | re.IGNORECASE)
_IDENTITY_CARD = re.compile(r"\d{17}x", re.ASCII)  # GB 11643: the check character is X


def derive(project_key: bytes, use: str) -> bytes:
    """The 32-byte key for one `use`, by HKDF-SHA-256 (RFC 5869). Raises BadKey below 32 bytes."""
    if len(project_key) < LEAST_KEY_BYTES:
        raise BadKey(LEAST_KEY_BYTES)
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"hutong:deid:" + use.encode()).derive(
        project_key
    )


class Pseudonyms:
    """The pseudonyms of one project; `key` is the derived one."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self.of_id = lru_cache(maxsize=_REMEMBERED)(self._of_id)
        self.of_number = lru_cache(maxsize=_REMEMBERED)(self._of_number)

    def _of_id(self, text: str) -> str:
        """32 hex characters for a resource id; fits FHIR's limit of 64."""
        return self._keyed(b"id", text)

    def _of_number(self, text: str) -> str:
        """32 hex characters for an identifier, however it was typed (see `normalised`)."""
        return self._keyed(b"number", normalised(text))

    def of_identifier(self, text: str) -> str:
        """What stands for the value of an identifier: a number, or a DICOM UID as pictures have it.

        FHIR R4 ImagingStudy.identifier holds the Study Instance UID as `urn:oid:` and the UID.
        """
        match = _UID.fullmatch(normalised(text))
        return f"{match[1].lower()}{self.of_uid(match[2])}" if match else self.of_number(text)

    def of_uid(self, text: str) -> str:
        """A DICOM UID under 2.25, the root for UIDs made from 128 bits (PS3.5 annex B.2)."""
        return f"2.25.{int(self._keyed(b'uid', text), 16)}"

    def _keyed(self, domain: bytes, text: str) -> str:
        message = domain + b"\0" + text.encode("utf-8", "surrogatepass")
        return hmac.digest(self._key, message, hashlib.sha256)[:PSEUDONYM_BYTES].hex()


def normalised(number: str) -> str:
    """An identifier without what typing adds: full width made plain, blanks out, closing x as X."""
    plain = _BLANKS.sub("", unicodedata.normalize("NFKC", number))
    return plain.upper() if _IDENTITY_CARD.fullmatch(plain) else plain
