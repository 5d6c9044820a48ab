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
_AROUND = 80


@dataclass(frozen=True, slots=True)
class Closed:
    """`text` without the gaps, and how many characters of the original it lacks in front of each of its own."""

    text: str
    left_out: tuple[int, ...]

    def spread(self, start: int, end: int) -> tuple[int, int]:
        """Where `start` to `end` of `text` stand in the original."""
        return start + self.left_out[start], end + self.left_out[end - 1]

    def crosses(self, start: int, end: int) -> bool:
        """Whether a gap was closed between `start` and `end`."""
        return self.left_out[start] != self.left_out[end - 1]


def spaced_out(text: str) -> list[tuple[int, int]]:
    """Where something is spaced out, with the lines around it."""
    stretches: list[tuple[int, int]] = []
    for run in _SPACED.finditer(text):
        near, far = max(0, run.start() - _AROUND), max(0, run.start() - 2 * _AROUND)
        start = max(far, text.rfind("\n", far, near))
        behind = text.find("\n", run.end() + _AROUND, run.end() + 2 * _AROUND)
        end = min(len(text), run.end() + 2 * _AROUND) if behind < 0 else behind
        if stretches and start <= stretches[-1][1]:
            stretches[-1] = (stretches[-1][0], end)
        else:
            stretches.append((start, end))
    return stretches


def close_up(text: str, start: int, end: int) -> Closed:
    """What is spaced out from `start` to `end`, closed up."""
    runs = _SPACED.finditer(text, start, end)
    return _without(
        text, start, end, (gap.span() for run in runs for gap in _BLANKS.finditer(text, *run.span()))
    )


def close_wholly(text: str, start: int, end: int) -> Closed:
    """The same without any gap between Han characters: columns and lines run into one another there."""
    return _without(text, start, end, (gap.span() for gap in _BETWEEN_HAN.finditer(text, start, end)))


def _without(text: str, at: int, end: int, gaps: Iterable[tuple[int, int]]) -> Closed:
    pieces: list[str] = []
    left_out: list[int] = []
    gone = at
    for start, stop in (*gaps, (end, end)):
        pieces.append(text[at:start])
        left_out += [gone] * (start - at)
        gone += stop - start
        at = stop
    return Closed("".join(pieces), tuple(left_out))
