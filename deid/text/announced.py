"""Names behind a label that always announces a person: whatever two or three characters stand there and end.

接诊医师:春雨 is somebody, though 春雨 is a word and no surname begins it; 家属签名:已阅 is nobody. Behind what also
opens a line of talk (医生: 好的) or of history (父:体健) a name must look like one to the network.
"""

import re
from collections.abc import Iterator

from deid.text.namefinder import Opinion
from deid.text.namefinder.features import is_word
from deid.text.patterns import any_of
from deid.text.spans import LABELLED, LIKELY, Span
from deid.text.words import WORDS

_HAN = "[\u3400-\u9fff]"
_SURNAMES = frozenset(name for name in WORDS.surnames if len(name) == 1) - frozenset(
    WORDS.names["patient-rare"][0]
)
_ENDS = rf"(?=[ \t]{{2}}|[ \t]*(?:$|[\n,;、/()。|\[]|→)|[ \t](?=[0-9A-Z男女]|{_HAN}{{2,8}}:))"
_VALUE = re.compile(rf"[:→][ \t]{{0,6}}(?P<v>{_HAN}{{2,3}}|{_HAN}[ \t]{_HAN}(?:[ \t]{_HAN})?){_ENDS}")
_ONE = re.compile(rf"[:→][ \t]{{0,6}}(?P<v>{_HAN}){_ENDS}")
# 外籍看护Siti: one Latin word is a person behind who that is.
_LATIN = re.compile(rf"(?<={_HAN})[ \t:]{{0,3}}(?P<v>[A-Z][a-z]{{2,15}}(?: [A-Z][a-z]{{1,15}})?)(?![A-Za-z])")
_BEFORE_LATIN = tuple(WORDS.names["before-latin"])
# 姓名缩写:ZHWE, as trials write it.
_INITIALS = re.compile(r"(?:姓名|受试者|患者|拼音)缩写[ \t]{0,2}:[ \t]{0,4}(?P<v>[A-Z]{2,5})(?![A-Za-z0-9])")
# Dr.吴 and, as wards of Taiwan write, VS张/R1王.
_ENGLISH_TITLE = re.compile(
    rf"(?<![A-Za-z])(?:(?:Dr|Prof|Mr|Mrs|Ms)\.?|VS|CR|R[1-6]|NP|PGY\d?) ?"
    rf"(?P<v>[{''.join(sorted(_SURNAMES))}])(?!{_HAN})"
)
# A surname alone at the end of a line, behind a sentence or below one, signs it.
_SIGNED = re.compile(
    rf"(?<=[。;!?])[ \t]{{0,4}}(?:\n[ \t]{{0,40}})?(?P<v>{_HAN})[ \t]*(?=\n(?!{_HAN}[ \t]*\n)|$)"
)
# 由苗青负责: who does it stands between.
_DONE_BY = re.compile(rf"由(?P<v>{_HAN}{{2,3}})(?={any_of(WORDS.names['done-by'])})")
_IN_BRACKETS = re.compile(r"\([^()\n]{0,12}\)$")
_LONGEST_LABEL = 24
_LABELS = tuple(WORDS.names["announcing"])
_TALKING = tuple(WORDS.names["announcing-or-talking"])
_INSTEAD = frozenset(WORDS.names["instead-of-name"])
_NEVER_FIRST = frozenset(WORDS.names["never-first-in-name"][0])
_TITLE = re.compile(any_of((*WORDS.names["titles"], "主治")))
_LEAST_OF_TALK = 0.1
_LEAST_OF_DONE_BY = 0.1


def find_announced(text: str, opinion: Opinion) -> Iterator[Span]:
    """Spans in a folded text; `opinion` is that of the network."""
    for match in _VALUE.finditer(text):
        start, end = match.span("v")
        label = _IN_BRACKETS.sub("", text[max(0, match.start() - _LONGEST_LABEL) : match.start()]).rstrip()
        word = re.sub(r"\s", "", match["v"])
        if not label.endswith(_LABELS) or word in _INSTEAD or word[0] in _NEVER_FIRST:
            continue
        if label.endswith(_TALKING) and (is_word(word) or opinion.odds(start, end) < _LEAST_OF_TALK):
            continue
        title = _TITLE.search(text, start + 1, end + 2)
        yield Span(start, min(end, title.start()) if title else end, "NAME", LABELLED)
    yield from _one_character(text)
    yield from _latin(text)
    for match in _DONE_BY.finditer(text):
        surname = match["v"][0] in WORDS.surnames
        if surname and opinion.odds(*match.span("v")) >= _LEAST_OF_DONE_BY:
            yield Span(*match.span("v"), "NAME", LIKELY)


def _latin(text: str) -> Iterator[Span]:
    for match in _LATIN.finditer(text):
        if text.endswith(_BEFORE_LATIN, 0, match.start()):
            yield Span(*match.span("v"), "NAME", LIKELY)
    for regex in (_INITIALS, _ENGLISH_TITLE):
        for match in regex.finditer(text):
            yield Span(*match.span("v"), "NAME", LIKELY)


def _one_character(text: str) -> Iterator[Span]:
    for match in _SIGNED.finditer(text):
        if match["v"] in _SURNAMES:
            yield Span(*match.span("v"), "NAME", LIKELY)
    for match in _ONE.finditer(text):
        if match["v"] in _SURNAMES and text.endswith(_LABELS, 0, match.start()):
            yield Span(*match.span("v"), "NAME", LIKELY)
