"""Make characters that look alike the same, one for one, so that every offset stays true.

Full width becomes plain, any decimal digit becomes ASCII, the many dashes, blanks and name dots become one, a
Traditional character becomes the Simplified one, a compatibility ideograph or a radical the character it
stands for. Only the finders see this; what is handed out is cut from the text as it was written.
"""

import re
import unicodedata
from functools import cache
from importlib.resources import files

_DASHES = "‐‑‒–—―−﹣－ー─━"
_DOTS = "•‧・∙⋅․﹒᛫●"
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
_QUOTES = {"“": '"', "”": '"', "‘": "'", "’": "'"}
# ● is a dot in names, ○ a zero in dates, a Cyrillic Х the last character of an identity number.
_ALIKE = {"○": "〇", "◯": "〇", "Ｏ": "O", "Х": "X", "х": "x"}
# What NFKC calls a mere form of another character. Not <super> and <circle>: 10⁹ is no 109, and ① counts items.
_FORMS = ("<wide>", "<narrow>", "<font>", "<small>", "<vertical>", "<compat>")
# Three or more in a row count nothing: somebody writes a number in them.
_CIRCLED = re.compile("[①-⑨⓪❶-❾]{3,}")

_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


@cache
def _table() -> dict[int, str]:
    table = {}
    for code in (*range(0x80, 0x20000), *range(0x2F800, 0x2FA20)):
        char = chr(code)
        if (digit := unicodedata.decimal(char, None)) is not None:
            table[code] = str(digit)
        elif char.isspace() and char not in "\u0085\u2028\u2029":
            table[code] = " "
        elif other := _other_form(char):
            table[code] = other
    table |= {ord(pair[0]): pair[1] for pair in _traditional()}
    table |= {ord(char): "-" for char in _DASHES} | {ord(char): "·" for char in _DOTS}
    table |= {ord(char): " " for char in _INVISIBLE}
    table |= {ord(char): to for char, to in (_QUOTES | _ALIKE).items()}
    # Half of a character that is none: what reads words cannot take it.
    table |= dict.fromkeys(range(0xD800, 0xE000), "\ufffd")
    # A form may stand for a character that has another form itself (﹘ for –).
    return {code: table.get(ord(to), to) for code, to in table.items()}


def _other_form(char: str) -> str:
    """The one character that `char` is a form of, or nothing."""
    how = unicodedata.decomposition(char)
    if not how or (how[0] == "<" and not how.startswith(_FORMS)):
        return ""
    plain = unicodedata.normalize("NFKC", char)
    return plain if len(plain) == 1 and plain != char and not plain.isspace() else ""


def _traditional() -> list[str]:
    """Pairs of a Traditional character and its Simplified one."""
    lines = files("deid.text").joinpath("data/traditional.txt").read_text("utf-8").splitlines()
    return [pair for line in lines if not line.startswith("#") for pair in line.split()]


def fold(text: str) -> str:
    """`text` with look-alikes made the same; it has exactly as many characters."""
    plain = text.translate(_table())
    return _CIRCLED.sub(_uncircled, plain) if _CIRCLED.search(plain) else plain


def _uncircled(run: re.Match[str]) -> str:
    return "".join(str(unicodedata.digit(char)) for char in run[0])


def has_han(text: str) -> bool:
    """Whether there is a Han character in `text`."""
    return _HAN.search(text) is not None
