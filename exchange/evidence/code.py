"""The health code itself: ten characters a patient can show or read aloud, the last of which checks the others.

Alphabet and check character are those of the unified social credit code (GB 32100-2015: no I, O, S, V, Z; weights
are powers of 3 modulo 31): one wrong character, or two that changed places, are always noticed. The nine others are
drawn: 31**9 codes, 44 bits.
"""

import hashlib
from collections.abc import Callable

from exchange.errors import ExchangeError

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
DRAWN = 9
HALF = 5
_WEIGHTS = tuple(pow(3, place, 31) for place in range(DRAWN))
# What people write for a character that is not in the alphabet.
_READ_AS = str.maketrans("IOSZ", "1052")
_LABEL = b"hutong health code 1\0"
# Enough that no code is noticeably likelier than another.
_ENTROPY_BYTES = 16


class BadCode(ExchangeError):
    """What was typed cannot be a code; the holder was not asked, so it is no attempt."""

    def __init__(self) -> None:
        super().__init__(
            "the code given was mistyped: it does not check",
            "健康码输入有误：校验不通过",
            hint="ten characters, as the patient shows them; nothing was asked and no attempt was counted",
            hint_zh="请按患者出示的十位字符重新输入；未发出请求，也未计入尝试次数",
        )


def draw(entropy: Callable[[int], bytes]) -> str:
    """A new code, written as people read it.

    >>> draw(bytes)
    '00000-00000'
    """
    number = int.from_bytes(entropy(_ENTROPY_BYTES)) % 31**DRAWN
    characters = ""
    for _ in range(DRAWN):
        number, digit = divmod(number, 31)
        characters += ALPHABET[digit]
    whole = characters + _check(characters)
    return f"{whole[:HALF]}-{whole[HALF:]}"


def read(typed: str) -> str:
    """The code in what was typed: case, blanks and hyphens do not matter. Raises BadCode."""
    characters = typed.upper().translate(_READ_AS).replace("-", "").replace(" ", "")
    if len(characters) != DRAWN + 1 or not set(characters) <= set(ALPHABET):
        raise BadCode
    if characters[-1] != _check(characters[:-1]):
        raise BadCode
    return characters


def token(typed: str, *, holder: str) -> str:
    """What goes to the node `holder` instead of the code: hex SHA-256. Raises BadCode.

    The words of a question are kept, sealed, as evidence; so not even there is the code itself.
    """
    return hashlib.sha256(_LABEL + holder.encode() + b"\0" + read(typed).encode()).hexdigest()


def _check(characters: str) -> str:
    total = sum(ALPHABET.index(one) * weight for one, weight in zip(characters, _WEIGHTS, strict=True))
    return ALPHABET[-total % 31]
