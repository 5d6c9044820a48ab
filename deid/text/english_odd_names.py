"""English names that are not written as words with a capital: dictated, in Han characters, in HL7."""

import re
from collections.abc import Iterator

from deid.text.english_anchors import lead_before
from deid.text.english_pieces import CAPITAL, LETTER
from deid.text.english_words import Kind, lexicon
from deid.text.namefinder.features import is_word
from deid.text.patterns import any_of
from deid.text.spans import LABELLED, LIKELY, SHAPED, Span
from deid.text.words import WORDS

_SMALL = re.compile(r"(?<![A-Za-z])[Nn](?:ame|AME)[ \t]{0,3}[:=][ \t]{0,4}(?=[a-z])")
_HAN_NAME = re.compile(
    "(?<=[A-Za-z]) {0,4}\\((?P<v>[\u3400-\u9fff]{2,4})(?=\\))"
    "|(?<=[A-Za-z]: )(?P<w>[\u3400-\u9fff]{2,4})(?![\u3400-\u9fff])"
)
_HAN_TITLE = re.compile(any_of(WORDS.names["titles"]))
# doctor anstey, his wife folasade, mister kwame boateng
_SPOKEN = re.compile(
    r"(?<![A-Za-z])(?:doctor|mister|misses|professor|dr|mr|mrs|ms|nurse|wife|husband|son|daughter|mother"
    r"|father|brother|sister|patient is)"
    r" (?P<v>[a-z][a-z'-]{2,}(?: [a-z][a-z'-]{2,})?)(?![A-Za-z'-])"
)
_HL7_NAME = re.compile(
    rf"(?<=[|^])(?P<v>[{CAPITAL}][{LETTER}'-]+\^[{CAPITAL}][{LETTER}'-]*(?:\^[{CAPITAL}][{LETTER}'-]*\.?)"
    r"{0,2})(?=\^|\||~|\s|$)"
)


def find_odd_names(text: str) -> Iterator[Span]:
    """Spans in a folded text."""
    for match in _SMALL.finditer(text):
        yield from _in_small_letters(text, match.end())
    for match in _SPOKEN.finditer(text):
        yield from _spoken(match)
    for match in _HAN_NAME.finditer(text):
        yield from _in_han(text, match)
    for match in _HL7_NAME.finditer(text) if "^" in text else ():
        if _is_hl7_name(match["v"]):
            yield Span(match.start("v"), match.end("v"), "NAME", SHAPED)


def _in_han(text: str, match: re.Match[str]) -> Iterator[Span]:
    """Behind a name in Latin letters, in brackets; or behind an English label."""
    group = "v" if match["v"] else "w"
    name, (start, end) = match[group], match.span(group)
    lead = lead_before(text, start)
    if title := _HAN_TITLE.search(name, 1):
        end = start + title.start()
    if (lead and lead.score == LABELLED) or (group == "v" and _is_like_a_name(name)):
        yield Span(start, end, "NAME", LIKELY)


def _is_like_a_name(name: str) -> bool:
    surname = name[0] in WORDS.surnames or name[:2] in WORDS.surnames
    return surname and not (is_word(name) or is_word(name[1:]))


def _spoken(match: re.Match[str]) -> Iterator[Span]:
    """Of the two words behind a title, those that no dictionary has."""
    first, _, second = match["v"].partition(" ")
    known = lexicon()
    if known.kind(first) in (Kind.NAME, Kind.UNKNOWN) and first not in known.words:
        both = bool(second) and known.kind(second) not in (Kind.WORD, Kind.NEVER)
        yield Span(
            match.start("v"), match.end("v") if both else match.start("v") + len(first), "NAME", LIKELY
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
