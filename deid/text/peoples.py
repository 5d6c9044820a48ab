"""Names without a surname: Tibetan, Mongol, Uyghur, Kazakh and Yi names written in Han characters, with no dot.

They are put together from the same few hundred parts: two parts in a row are a name wherever they stand, one
part where the clause begins or a person is spoken of, and ends or goes on as behind a name.
"""

import re
from collections.abc import Iterator

from ahocorasick_rs import AhoCorasick, MatchKind

from deid.text.namefinder.features import is_word
from deid.text.patterns import any_of
from deid.text.spans import LIKELY, Span
from deid.text.words import WORDS

_HAN = "[\u3400-\u9fff]"
_TURKIC = WORDS.names["turkic-parts"]
_PARTS = (
    *_TURKIC,
    *(word for people in ("tibetan", "mongol", "yi") for word in WORDS.names[f"{people}-parts"]),
)
_MACHINE = AhoCorasick(_PARTS, matchkind=MatchKind.LeftmostLongest)
# Characters that Uyghur and Kazakh names are spelt in, beside their best known parts.
_SPELT = frozenset(WORDS.names["turkic-characters"][0])
_MOST_IN_FRONT, _MOST_BEHIND = 3, 5
# 乌兰 is a part of names, 乌兰浩特 a town; 格列 is one, 格列本脲 a drug.
_NO_PERSON = re.compile(any_of(WORDS.names["no-person-behind"]))
_PERSON = any_of((*WORDS.names["kin"], *WORDS.names["patients"], *WORDS.names["leads-to-person"]))
_LEADS = re.compile(rf"(?:(?<!{_HAN})|{_PERSON})$")
_AFTER_LABEL = re.compile(rf"{_PERSON}:[ \t]*$")
_GOES_ON = any_of((*WORDS.names["followers"], *WORDS.names["titles"], *WORDS.names["behind-person"]))
_ENDS = re.compile(rf"(?!{_HAN})|{_GOES_ON}")
_LONGEST_LEAD = 5
_SURE = 4


def find_of_peoples(text: str) -> Iterator[Span]:
    """Spans in a folded text."""
    for start, end in _runs(text):
        if _is_person(text, start, end):
            yield Span(start, end, "NAME", LIKELY)


def _runs(text: str) -> Iterator[tuple[int, int]]:
    """Parts in a row, with the characters around them that a Turkic name is spelt in."""
    first = behind = -1
    for part, start, end in _MACHINE.find_matches_as_indexes(text):
        if start < behind:
            continue
        if start > behind:
            if behind > 0:
                yield first, behind
            first = start
        behind = end
        if part < len(_TURKIC):
            first, behind = _spelt(text, first, behind)
    if behind > 0:
        yield first, behind


def _spelt(text: str, start: int, end: int) -> tuple[int, int]:
    least, most = max(0, start - _MOST_IN_FRONT), min(len(text), end + _MOST_BEHIND)
    while start > least and text[start - 1] in _SPELT:
        start -= 1
    while end < most and text[end] in _SPELT:
        end += 1
    return start, end


def _is_person(text: str, start: int, end: int) -> bool:
    if _NO_PERSON.match(text, end):
        return False
    if end - start >= _SURE:
        return True
    before = text[max(0, start - _LONGEST_LEAD) : start]
    said = _AFTER_LABEL.search(before) or (not is_word(text[start:end]) and _LEADS.search(before))
    return bool(said and _ENDS.match(text, end))
