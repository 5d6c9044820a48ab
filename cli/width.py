"""Columns of a terminal: a Chinese character takes two, an accent none, and nothing may move the cursor."""

import unicodedata
from collections.abc import Iterator

# What must not begin a line, and what must not end one (GB/T 15834), in plain and full width.
CLOSING = frozenset(",.;:!?)]、。》」』】”’…\uff0c\uff1b\uff1a\uff01\uff1f\uff09")
OPENING = frozenset("([《「『【“‘\uff08")
# Marks that turn the direction of writing or hide (Cf) are not harmless, except the joiners scripts need.
_JOINERS = frozenset("\u200c\u200d")


def width(text: str) -> int:
    """How many columns `text` takes."""
    return sum(map(_columns, text))


def pad(text: str, columns: int, *, right: bool = False) -> str:
    """`text` filled with blanks to `columns`; never cut."""
    blanks = " " * (columns - width(text))
    return blanks + text if right else text + blanks


def visible(text: str) -> str:
    """`text` with every character that could steer a terminal written as its number.

    A name in a record is somebody else's text: an escape sequence in it must not reach the screen as one.
    """
    if text.isprintable():
        return text
    return "".join(c if _harmless(c) else f"\\u{{{ord(c):x}}}" for c in text)


def wrap(text: str, columns: int) -> list[str]:
    """Lines of at most `columns`, broken at blanks and between Chinese characters; blanks at a break go."""
    lines, line = [], ""
    for piece in _pieces(text):
        if line and width(line + piece.rstrip()) > columns:
            lines.append(line.rstrip())
            line = ""
        line += piece if line else piece.lstrip()
    return [*lines, line.rstrip()] if line.strip() else lines


def _pieces(text: str) -> Iterator[str]:
    """What stays together: a word with its blanks, or one wide character with the marks that close it."""
    piece = ""
    for character in " ".join(text.split()):
        if piece and _may_break(piece[-1], character):
            yield piece
            piece = ""
        piece += character
    if piece:
        yield piece


def _may_break(before: str, after: str) -> bool:
    if after in CLOSING or after == " " or before in OPENING:
        return False
    return before == " " or _columns(before) == 2 or _columns(after) == 2


def _columns(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _harmless(character: str) -> bool:
    return character in _JOINERS or unicodedata.category(character) not in ("Cc", "Cf", "Zl", "Zp", "Cs")
