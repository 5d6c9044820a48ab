"""Where people live, come from and go: addresses in the running text, without a label.

An address begins with the name of a division (江苏省…), with a word for living or coming from somewhere
(家住柳河村), or is a street with a house number (朝阳路8号).
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from deid.text.addresses import CHAR, FIGURE, NAME_BEGINS, NOT_BEHIND, address_end
from deid.text.divisions import DIVISIONS
from deid.text.landmarks import Landmark
from deid.text.leadins import made_of, name_start
from deid.text.patterns import any_of
from deid.text.spans import Span
from deid.text.words import WORDS

# Less sure than a hospital or a name inside it.
GRAMMAR = 0.5
# One that begins with a division is surer: 李家村 in it is nobody's name, 满族 nobody's ethnic group.
DIVISION = 0.7

_BEFORE = re.compile(rf"(?:{any_of(WORDS.places['towards'])})$")
_BEHIND = re.compile(rf"{any_of(WORDS.places['behind'])}|[,;。、)(\n \t/-]|$")
_NO_PLACE_BEFORE = re.compile(any_of(WORDS.places["no-place-before"]))
_YANG = re.compile("[性气虚痿离光证亢热]")
_NO_HAN_BEFORE = re.compile(r"[^\u4e00-\u9fff0-9A-Za-z]$")
_WENT_ABROAD = re.compile("(?:来自|在|从|到|赴|去|回|由|旅居|定居|移居|移民|留学|前往|抵达|国籍:?|自|往返)$")
_ABROAD = re.compile(any_of(WORDS.places["abroad"]))
_PEOPLE_THERE = re.compile("人|籍|打工|务工|工作|上班|居民|本地|户籍")
_LIVES = re.compile(
    "住[ \t]$|[住居在系回去从到至由为是者男女儿](?:于|在|到|至)?$|来自$|籍贯?:?$|家$|位于$|我县|我市"
)
# The end of a part that stands in no list: a house number behind it, a further part, or the end of what is said.
_END = re.compile(
    "[镇乡村屯庄寨县市旗州区园路街道巷弄同寓厦苑城里坊场墅府邨湾]"
    rf"(?:(?P<house>(?= ?[东西南北中甲乙丙丁]?{FIGURE}(?:[-~附之]{FIGURE}){{0,3}} ?"
    "(?:号(?!床|线|机)|支?弄|栋|幢|座|单元|室|组|队|社|户|期)))"
    rf"|(?P<part>(?<=[市县州旗])"
    rf"(?={NAME_BEGINS}(?:{CHAR}){{1,6}}?(?:区|县|镇|乡|街道|路|街|大道|村|社区){NOT_BEHIND}))"
    r"|(?P<open>(?<=[镇乡村屯庄寨县市旗]|(?<=[街小社花团])[道区园场])"
    r"(?=[,;。、.)(\n :]|$|人(?!民)|打工|务工|工作|居住|生活|来|就)))"
)
# 人民路与解放路交叉口; 312国道
_CROSSING = re.compile(
    rf"(?<=[路街道])(?:[与和、/](?:{CHAR}){{1,6}}?[路街道](?:交叉口|交汇处|交界处|交口|路口|口|十字)?"
    r"(?:[东西南北]?[0-9]{1,4}米)?|(?:交叉口|路口)(?![\u4e00-\u9fff]))"
)
_ROAD = re.compile(r"(?<![0-9A-Za-z])[GSX]?[0-9]{2,4}(?:国道|省道|县道|乡道)")
_TWO = frozenset("街道 社区 小区 新村 花园 团场 公寓 大厦 大道 胡同 广场 别墅".split())
_CORPS = re.compile(
    rf"(?:兵团|农|第){FIGURE}师(?:{FIGURE}团)?(?:{FIGURE}连)?|{FIGURE}团(?:场|{FIGURE}连)|团场{FIGURE}连"
)
# 我是忻城那个老人的女儿
_NATIVE = re.compile(
    r"(?:我们?|他|她|家属|[您你]好)是(?P<v>[\u4e00-\u9fff]{2,4}?)(?=那个|那边|这边|过来的|来的)"
)
_NAME = re.compile(rf"{NAME_BEGINS}(?:{CHAR})+")
_NO_STREETS = frozenset(WORDS.places["no-streets"])
_NO_NAMES = _NO_STREETS | frozenset(WORDS.places["in-general"])
_LONGEST_NAME = 6
_LEAST_NAME = 2


class Taken:
    """Where institutions stand: an address neither begins in one nor reaches into one."""

    def __init__(self, spans: Sequence[Span]) -> None:
        self._spans = sorted(spans, key=lambda span: span.start)
        self._starts = [span.start for span in self._spans]

    def holds(self, at: int) -> bool:
        """Whether `at` lies in an institution."""
        place = bisect_right(self._starts, at) - 1
        return any(span.end > at for span in self._spans[max(0, place - 2) : place + 1])

    def at(self, start: int) -> Span | None:
        """The one that begins at `start`."""
        place = bisect_left(self._starts, start)
        return self._spans[place] if self._starts[place : place + 1] == [start] else None

    def next(self, at: int, end: int) -> int:
        """Where the next one begins behind `at`, or `end`."""
        place = bisect_left(self._starts, at)
        return self._starts[place] if place < len(self._starts) else end


def find_whereabouts(text: str, marks: Sequence[Landmark], taken: Taken) -> Iterator[Span]:
    """Spans of a folded text."""
    reached = 0
    for mark in marks:
        if mark.start < reached or mark.kind not in _IS_PLACE or taken.holds(mark.start):
            continue
        if _IS_PLACE[mark.kind](text, mark):
            city = _ABROAD.match(text, mark.end) if mark.kind == "abroad" else None
            reached = address_end(text, city.end() if city else mark.end, taken.next(mark.end, len(text)))
            yield Span(mark.start, reached, "ADDRESS", DIVISION)
    yield from _unknown(text, taken)


def _full(text: str, mark: Landmark) -> bool:
    within = text[mark.end - 1] == "区" and text[mark.end : mark.end + 1] in ("域", "别", "分", "间")
    return not within and not _NO_PLACE_BEFORE.match(text, mark.end)


def _short(text: str, mark: Landmark) -> bool:
    """绵阳 and 四川: not in 日本脑炎, 阳性, or where it only stands across two words."""
    if _NO_PLACE_BEFORE.match(text, mark.end):
        return False
    return text[mark.end - 1] != "阳" or not _YANG.match(text, mark.end)


def _prefecture(text: str, mark: Landmark) -> bool:
    before = text[max(0, mark.start - 6) : mark.start]
    led = not before or _NO_HAN_BEFORE.search(before) or _BEFORE.search(before)
    return bool(led) and _short(text, mark)


def _doubtful(text: str, mark: Landmark) -> bool:
    before = text[max(0, mark.start - 6) : mark.start]
    led = _BEFORE.search(before) and _BEHIND.match(text, mark.end)
    begins = (not before or _NO_HAN_BEFORE.search(before)) and _PEOPLE_THERE.match(text, mark.end)
    return bool(led or begins) and _short(text, mark)


def _abroad(text: str, mark: Landmark) -> bool:
    before = text[max(0, mark.start - 4) : mark.start]
    city = _ABROAD.match(text, mark.end)  # 日本东京
    behind = _BEHIND.match(text, city.end() if city else mark.end)
    return bool(_WENT_ABROAD.search(before) and behind) and _short(text, mark)


_IS_PLACE = {
    "full": _full,
    "province": _short,
    "prefecture": _prefecture,
    "doubtful": _doubtful,
    "abroad": _abroad,
}


def _unknown(text: str, taken: Taken) -> Iterator[Span]:
    """Names in no list: streets with a house number, cities with a part of them, villages people come from."""
    reached = 0
    for end in _END.finditer(text):
        if end.start() < reached or taken.holds(end.start()):
            continue
        unit = end.start() - (text[end.start() - 1 : end.end()] in _TWO)
        start = max(name_start(text, unit, reached), unit - _LONGEST_NAME)
        if _is_named(text, start, unit, end):
            reached = address_end(text, end.end(), taken.next(end.end(), len(text)))
            yield Span(start, reached, "ADDRESS", GRAMMAR)
    for match in _NATIVE.finditer(text):
        if match["v"] in DIVISIONS.counties or match["v"] in DIVISIONS.doubtful:
            yield Span(match.start("v"), match.end("v"), "ADDRESS", DIVISION)
    for crossing in _CROSSING.finditer(text):
        start = name_start(text, crossing.start() - 1)
        if 1 < crossing.start() - start <= _LONGEST_NAME and not made_of(
            text[start : crossing.start() - 1], _NO_STREETS
        ):
            yield Span(start, crossing.end(), "ADDRESS", GRAMMAR)
    for match in (*_CORPS.finditer(text), *_ROAD.finditer(text)):
        yield Span(match.start(), match.end(), "ADDRESS", GRAMMAR)


def _is_named(text: str, start: int, unit: int, end: re.Match[str]) -> bool:
    """Whether `start` to `unit` is the name of the part that ends there."""
    name = text[start:unit]
    if len(name) < (1 if end["house"] is not None else _LEAST_NAME) or not _NAME.fullmatch(name):
        return False
    if end["open"] is not None and not _LIVES.search(text, max(0, start - 4), start):
        native = text[end.end()] == "人" if end.end() < len(text) else False
        if not native or "\u4e00" <= text[start - 1 : start] <= "\u9fff":
            return False
    return not made_of(name, _NO_NAMES if end["house"] is None else _NO_STREETS)
