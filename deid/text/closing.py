"""Text that was spaced out, as scanned paper comes: 苍 山 县 妇 幼 保 / 健 院, closed up with its offsets kept.

Only where two characters or more stand alone between blanks: 姓名 张三 性别 男 are columns.
"""

import re
from dataclasses import dataclass
from itertools import accumulate

from deid.text.patterns import HAN

_GAP = r"(?:[ \t]{1,3}\n?[ \t]{0,3}|\n[ \t]{0,3})"
_SPACED = re.compile(rf"(?<={HAN}){_GAP}(?:{HAN}{_GAP}){{2,80}}(?={HAN})")
_BLANKS = re.compile(r"[ \t\n]+")


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
    kept = bytearray(b"\1") * len(text)
    for run in _SPACED.finditer(text):
        for gap in _BLANKS.finditer(text, run.start(), run.end()):
            kept[gap.start() : gap.end()] = bytes(gap.end() - gap.start())
    if 0 not in kept:
        return None
    missing = accumulate(1 - one for one in kept)
    pairs = [(char, gone) for char, one, gone in zip(text, kept, missing, strict=True) if one]
    return Closed("".join(char for char, _ in pairs), tuple(gone for _, gone in pairs))
