"""Tokens: what was taken out, sealed, so that the holder of the project's key can open it and nobody else.

Where what stands in the text cannot hold a token, a name or a number, a line beside it does, under a keyed mark of what
stands there that nobody can make without the key. AES-SIV (RFC 5297): the same text gives the same token, and a token
that was changed, or sealed under another key or for another type, does not open.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from deid.errors import DeidError
from deid.pseudonyms import derive

_KEY_BYTES = 64
_MARK_CHARACTERS = 32
_TOKEN = re.compile(r"(?:\[[^\[\]:]{1,12}:)?([A-Za-z0-9_-]{22,})\]?")


class DoesNotOpen(DeidError):
    """The token was not made with this key, or was changed."""

    exit_code = 4

    def __init__(self) -> None:
        super().__init__(
            "this is no token of the project, or it was changed",
            "这不是该项目的密封标记，或已被改动",
            hint="give it as it stands in the text, and the project it was made for",
            hint_zh="请原样给出文本中的标记及其所属项目",
        )


class Seal:
    """Seals and opens under the key of one project. `key`: the project's, 32 bytes or more. Raises BadKey."""

    def __init__(self, key: bytes) -> None:
        self._mark_key = derive(key, "seal mark")
        wide = HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=None, info=b"hutong:deid:seal")
        self._siv = AESSIV(wide.derive(derive(key, "seal")))

    def seal(self, text: str, kind: str) -> str:
        """The token of `text`, which is a `kind`: letters, figures, - and _."""
        sealed = self._siv.encrypt(f"{kind}\0{text}".encode("utf-8", "surrogatepass"), None)
        return base64.urlsafe_b64encode(sealed).decode().rstrip("=")

    def line(self, stands: str, text: str, kind: str) -> str:
        """A line to be kept beside a text, where `stands` is in place of `text`, which is a `kind`."""
        return f"{self._mark(stands)} {self.seal(text, kind)}"

    def behind(self, stands: str, lines: Iterable[str]) -> tuple[str, str]:
        """The type and the text `stands` is in place of, by the `lines` kept beside texts. Raises DoesNotOpen.

        Two patients of a project may go by one invented name: where lines disagree, none is believed.
        """
        mark = self._mark(stands).encode()
        parts = (line.strip().partition(" ") for line in lines)
        tokens = dict.fromkeys(token for ours, _, token in parts if hmac.compare_digest(ours.encode(), mark))
        opened = [self.open(token) for token in tokens]
        # 王秀英 and 王 秀英 are one.
        if len({(kind, "".join(text.split())) for kind, text in opened}) != 1:
            raise DoesNotOpen
        return opened[0]

    def _mark(self, stands: str) -> str:
        bare = "".join(stands.split()).encode("utf-8", "surrogatepass")
        return hmac.digest(self._mark_key, bare, hashlib.sha256).hex()[:_MARK_CHARACTERS]

    def open(self, token: str) -> tuple[str, str]:
        """The type and the text of a token, alone or as `[姓名:...]`. Raises DoesNotOpen."""
        found = _TOKEN.fullmatch(token.strip())
        if found is None:
            raise DoesNotOpen
        try:
            sealed = base64.urlsafe_b64decode(found[1] + "=" * (-len(found[1]) % 4))
            kind, _, text = self._siv.decrypt(sealed, None).decode("utf-8", "surrogatepass").partition("\0")
        except (InvalidTag, ValueError, binascii.Error):
            raise DoesNotOpen from None
        return kind, text
