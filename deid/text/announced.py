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
_ENDS = rf"(?=[ \t]{{2}}|[ \t]*(?:$|[\n,;、/()。|\[]|→)|[ \t](?=[0-9A-Z男女]|{_HAN}{{2,8}}:))"
_VALUE = re.compile(rf"[:→][ \t]{{0,6}}(?P<v>{_HAN}{{2,3}}|{_HAN}[ \t]{_HAN}(?:[ \t]{_HAN})?){_ENDS}")
_ONE = re.compile(rf"[:→][ \t]{{0,6}}(?P<v>{_HAN}){_ENDS}")
_IN_BRACKETS = re.compile(r"\([^()\n]{0,12}\)$")
_LONGEST_LABEL = 24
_LABELS = tuple(WORDS.names["announcing"])
_TALKING = tuple(WORDS.names["announcing-or-talking"])
_INSTEAD = frozenset(WORDS.names["instead-of-name"])
_NEVER_FIRST = frozenset(WORDS.names["never-first-in-name"][0])
_TITLE = re.compile(any_of((*WORDS.names["titles"], "主治")))
_SURNAMES = frozenset(name for name in WORDS.surnames if len(name) == 1) - frozenset(
    WORDS.names["patient-rare"][0]
)
_LEAST_OF_TALK = 0.1


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
        yield Span(start, title.start() if title else end, "NAME", LABELLED)
    for match in _ONE.finditer(text):
        if match["v"] in _SURNAMES and text[: match.start()].endswith(_LABELS):
            yield Span(*match.span("v"), "NAME", LIKELY)
