"""Invented notes in the manner of different hospitals; in notes/*.txt what identifies is marked <TYPE|text>.

chinese and english were written before the engine was run on them, and the engine was then made to fit most
of what it missed. unseen was written after that, and the engine was not fitted to it (one defect it showed
was mended): it says how the engine does on what it was not made for. Traps stand beside: doses, laboratory
values, eponyms, herbs, body words that look like names.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from deid.text.spans import Span

_MARK = re.compile(r"<([A-Z_]+)\|([^>]*)>")
_FOLDER = Path(__file__).parent / "notes"


@dataclass(frozen=True, slots=True)
class Note:
    """A text and what identifies in it."""

    text: str
    spans: tuple[Span, ...]


def notes(name: str) -> list[Note]:
    """The notes of one file."""
    return [read(one) for one in (_FOLDER / f"{name}.txt").read_text("utf-8").split("\n=====\n")]


def read(marked: str) -> Note:
    """The note without its marks, and where they were."""
    text, spans, at = "", [], 0
    for match in _MARK.finditer(marked):
        text += marked[at : match.start()]
        spans.append(Span(len(text), len(text) + len(match[2]), match[1], 1.0))
        text += match[2]
        at = match.end()
    return Note(text + marked[at:], tuple(spans))


def uncovered(note: Note, found: list[Span]) -> list[str]:
    """What identifies in the note and is not wholly covered by `found`."""
    covered = {i for span in found for i in range(span.start, span.end)}
    return [
        f"{span.type} {note.text[span.start : span.end]}"
        for span in note.spans
        if any(i not in covered for i in range(span.start, span.end) if not note.text[i].isspace())
    ]


def too_much(note: Note, found: list[Span]) -> int:
    """Characters covered that identify nobody."""
    marked = {i for span in note.spans for i in range(span.start, span.end)}
    return len({i for span in found for i in range(span.start, span.end)} - marked)
