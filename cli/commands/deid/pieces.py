"""A text cut into pieces that are found and pieces that stay, line by line, for whoever shows it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from deid.text.spans import Span

# What is looked at together has one colour.
FAMILIES: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("person", "people", "人", ("NAME",)),
    ("time", "days and ages", "日期和年龄", ("DATE", "AGE")),
    ("place", "places and institutions", "地点和机构", ("ADDRESS", "POSTCODE", "HOSPITAL", "ORG")),
    ("contact", "ways to reach", "联系方式", ("PHONE", "EMAIL", "URL", "IP", "WECHAT_QQ")),
    (
        "number",
        "numbers",
        "号码",
        (
            "ID_CARD", "PASSPORT", "PERMIT", "BIRTH_CERT", "MRN", "HEALTH_CARD", "INSURANCE", "BANK_CARD", "PLATE",
            "DEVICE_ID",
        ),
    ),
    ("trait", "traits", "特征", ("ETHNICITY", "RELIGION")),
)  # fmt: skip
FAMILY = {kind: family for family, _, _, kinds in FAMILIES for kind in kinds}


@dataclass(frozen=True, slots=True)
class Piece:
    """Some characters of a line; `type` is "" where they stay. `last`: what was found ends with it."""

    text: str
    type: str = ""
    last: bool = True


def lines(text: str, spans: Sequence["Span"]) -> Iterator[list[Piece]]:
    """The pieces of each line. What goes over a line end is a piece of both; `spans` are in order and apart."""
    start = number = 0
    for line in text.splitlines(keepends=True):
        end = start + len(line)
        shown = start + len(line.rstrip("\r\n"))
        pieces: list[Piece] = []
        at = start
        while number < len(spans) and spans[number].start < end:
            span = spans[number]
            first, behind = max(span.start, start), min(span.end, shown)
            pieces += [Piece(text[at:first])] if at < first else []
            pieces += [Piece(text[first:behind], span.type, span.end <= end)] if first < behind else []
            at = max(at, behind)
            if span.end > end:
                break
            number += 1
        pieces += [Piece(text[at:shown])] if at < shown else []
        yield pieces
        start = end
