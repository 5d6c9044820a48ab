"""Make characters that look alike the same, one for one, so that every offset stays true.

Full width becomes plain, any decimal digit becomes ASCII, the many dashes, blanks and name dots become one.
"""

import re
import sys
import unicodedata
from functools import cache

_DASHES = "‐‑‒–—―−﹣－ー─━"
_DOTS = "•‧・∙⋅․﹒᛫●"
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
_QUOTES = {"“": '"', "”": '"', "‘": "'", "’": "'"}
# ● is a dot in names, ○ a zero in dates.
_ZERO = {"○": "〇", "Ｏ": "O"}

_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


@cache
def _table() -> dict[int, str]:
    table = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
    for code in range(0x80, sys.maxunicode + 1 if sys.maxunicode < 0x20000 else 0x20000):
        char = chr(code)
        if (digit := unicodedata.decimal(char, None)) is not None:
            table[code] = str(digit)
        elif char.isspace() and char not in "\u0085\u2028\u2029":
            table[code] = " "
    table |= {ord(char): "-" for char in _DASHES} | {ord(char): "·" for char in _DOTS}
    table |= {ord(char): " " for char in _INVISIBLE}
    return table | {ord(char): to for char, to in (_QUOTES | _ZERO).items()}


def fold(text: str) -> str:
    """`text` with look-alikes made the same; it has exactly as many characters."""
    return text.translate(_table())


def has_han(text: str) -> bool:
    """Whether there is a Han character in `text`."""
    return _HAN.search(text) is not None
