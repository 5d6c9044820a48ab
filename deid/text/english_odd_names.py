"""English names that are not written as words with a capital: in small letters, in Han characters, in HL7."""

import re
from collections.abc import Iterator

from deid.text.english_anchors import lead_before
from deid.text.english_pieces import CAPITAL, LETTER
from deid.text.english_words import Kind, lexicon
from deid.text.spans import LABELLED, LIKELY, SHAPED, Span


def find_odd_names(text: str) -> Iterator[Span]:
    """Spans in a folded text."""
    for match in _SMALL.finditer(text):
        yield from _in_small_letters(text, match.end())
    for match in _HAN_NAME.finditer(text):
        lead = lead_before(text, match.start())
        if text[match.end() : match.end() + 1] == ")" or (lead and lead.score == LABELLED):
            yield Span(match.start(), match.end(), "NAME", LIKELY)
    if "^" in text:
        for match in _HL7_NAME.finditer(text):
            if _is_hl7_name(match["v"]):
                yield Span(match.start("v"), match.end("v"), "NAME", SHAPED)


_SMALL = re.compile(r"(?<![A-Za-z])[Nn](?:ame|AME)[ \t]{0,3}[:=][ \t]{0,4}(?=[a-z])")
_HAN_NAME = re.compile(
    "(?<=[A-Za-z]\\()[\u3400-\u9fff]{2,4}(?=\\))|(?<=[A-Za-z] \\()[\u3400-\u9fff]{2,4}(?=\\))"
    "|(?<=[A-Za-z]: )[\u3400-\u9fff]{2,4}(?![\u3400-\u9fff])"
)
_HL7_NAME = re.compile(
    rf"(?<=["
    rf"|^])(?P<v>[{CAPITAL}][{LETTER}'-]+\^[{CAPITAL}][{LETTER}'-]*(?:\^[{CAPITAL}][{LETTER}'-]*\.?"
    rf"){{0,2}})(?=\^|\||~|\s|$)"
)


def _in_small_letters(text: str, at: int) -> Iterator[Span]:
    """patient name: john smith"""
    known = lexicon()
    end = at
    for word in re.finditer(r"[a-z'-]+", text[at : at + 40].partition("\n")[0]):
        if word.start() > end - at + 2 or not (known.is_given(word[0]) or known.is_surname(word[0])):
            break
        end = at + word.end()
    if end > at:
        yield Span(at, end, "NAME", LIKELY)


def _is_hl7_name(value: str) -> bool:
    known = lexicon()
    kinds = [known.kind(part.rstrip(".")) for part in value.split("^") if len(part) > 1]
    return Kind.NAME in kinds or all(kind in (Kind.EITHER, Kind.EPONYM, Kind.UNKNOWN) for kind in kinds)
