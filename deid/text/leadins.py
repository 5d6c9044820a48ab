"""Where a name begins that is known by its end: behind the words of the sentence that lead up to it.

转至昆山市第一人民医院: the name begins behind 转至; 由协和医院: behind 由, and 和 leads to nothing there.
"""

import re
from functools import cache
from typing import Literal

from ahocorasick_rs import AhoCorasick, MatchKind

from deid.text.divisions import DIVISIONS
from deid.text.words import WORDS

_LONGEST = 26
_LEAST_PLACE = 3
_RUN = re.compile("[\u3400-\u9fff〇A-Za-z0-9()·-]*$")
# 2024年3月5日, 5岁, 3次: behind a figure these end a time or a count.
_COUNTED = re.compile("[0-9一二三四五六七八九十〇零去今前当上本下余]([年月日号岁时天周次点分床楼层])")
# In front of the name of a place, what may belong to the name of an institution: 中国医科大学附属盛京医院
_BELONGS = re.compile(
    "大学|学院|解放军|武警|武装警察|中国|首都|国家|附属|科学|军区|战区|铁路|国药|公司|集团|新"
)
# At the very beginning of what is written the other words of one character lead up from nothing: 和泰公司.
_ALWAYS = frozenset("系在于至往到由赴去从转住送我你您他她它因被把请曾遂嘱哪如或每这那某该其各的有是无没")
# 托里县阿克其干医院: behind a place named in full these are sounds of a name more often than words.
_SOUND = re.compile("[其干任存]|和(?=社区)")
Sort = Literal["lead", "keep", "place"]


def name_start(text: str, end: int, floor: int = 0) -> int:
    """Where the name begins that reaches to `end`; `end` itself if nothing of it stands in front.

    Does not look behind `floor`, a line's beginning or more than 26 characters back.
    """
    low = max(floor, end - _LONGEST)
    run = _RUN.search(text, low, end)
    start = run.start() if run else end
    for counted in _COUNTED.finditer(text, start, end):
        if counted.end() < end:
            start = counted.end()
    automaton, sorts = _known()
    place = -1
    origin = start
    for word, begin, stop in automaton.find_matches_as_indexes(text[start:end]):
        if sorts[word] == "lead" and not _is_sound(text, origin + begin, place):
            if begin or stop > 1 or text[origin] in _ALWAYS or text[origin - 1 : origin] >= "\u4e00":
                start, place = origin + stop, -1
        elif sorts[word] == "place" and place < 0 and text[origin + begin - 1 : origin + begin] != "(":
            place = origin + begin
    if place > start and not _BELONGS.search(text, start, place):
        start = place
    bracket = text.rfind("(", start, end)
    if bracket >= 0 and text.find(")", bracket, end) < 0:
        start = bracket + 1
    while start < end and text[start] in "()·-":
        start += 1
    return start


def _is_sound(text: str, at: int, place: int) -> bool:
    return 0 <= place < at - _LEAST_PLACE and bool(_SOUND.match(text, at))


def made_of(name: str, words: frozenset[str]) -> bool:
    """Whether `name` is nothing but `words` in a row."""
    reached = [True] + [False] * len(name)
    for at in range(len(name)):
        if reached[at]:
            for length in range(1, min(6, len(name) - at) + 1):
                if name[at : at + length] in words:
                    reached[at + length] = True
    return reached[-1]


@cache
def _known() -> tuple[AhoCorasick, tuple[Sort, ...]]:
    sorts: dict[str, Sort] = dict.fromkeys(WORDS.places["leads"], "lead")
    sorts |= dict.fromkeys((*WORDS.places["no-leads"], *DIVISIONS.counties), "keep")
    sorts |= dict.fromkeys(DIVISIONS.prefectures | DIVISIONS.provinces | DIVISIONS.full, "place")
    words = sorted(sorts)
    return AhoCorasick(words, matchkind=MatchKind.LeftmostLongest), tuple(sorts[word] for word in words)
