"""Text that was spaced out, as scanned paper comes: 苍 山 县 妇 幼 保 / 健 院, closed up with its offsets kept.

Only where two characters or more stand alone between blanks: 姓名 张三 性别 男 are columns.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from deid.text.patterns import HAN

_GAP = r"(?:[ \t]{1,3}\n?[ \t]{0,3}|\n[ \t]{0,3})"
_SPACED = re.compile(rf"(?<={HAN}){_GAP}(?:{HAN}{_GAP}){{2,80}}(?={HAN})")
_BLANKS = re.compile(r"[ \t\n]+")
_BETWEEN_HAN = re.compile(rf"(?<={HAN}){_GAP}(?={HAN}|[0-9]{{1,4}} ?[号组村队栋幢弄])")


@dataclass(frozen=True, slots=True)
class Closed:
    """`text` without the gaps, and how many characters were left out in front of each of its own."""

    text: str
    left_out: tuple[int, ...]

    def spread(self, start: int, end: int) -> tuple[int, int]:
        """Where `start` to `end` of `text` stand in the original."""
        return start + self.left_out[start], end + self.left_out[end - 1]

    def crosses(self, start: int, end: int) -> bool:
        """Whether a gap was closed between `start` and `end`."""
        return self.left_out[start] != self.left_out[end - 1]


def close_up(text: str) -> Closed | None:
    """`text` with what is spaced out closed up; None if nothing is."""
    runs = [run.span() for run in _SPACED.finditer(text)]
    return (
        _without(text, (gap.span() for run in runs for gap in _BLANKS.finditer(text, *run))) if runs else None
    )


def close_wholly(text: str) -> Closed:
    """`text` without any gap between Han characters: columns and lines run into one another in it."""
    return _without(text, (gap.span() for gap in _BETWEEN_HAN.finditer(text)))


def _without(text: str, gaps: Iterable[tuple[int, int]]) -> Closed:
    pieces: list[str] = []
    left_out: list[int] = []
    at = gone = 0
    for start, end in (*gaps, (len(text), len(text))):
        pieces.append(text[at:start])
        left_out += [gone] * (start - at)
        gone += end - start
        at = end
    return Closed("".join(pieces), tuple(left_out))
