"""Hospitals, and employers, schools and other bodies, by how their names end or by a name everybody knows.

A kind of hospital is none in particular: 我院, 当地医院, 三甲医院 stay. 市一院, 县人民医院 and 在华西 do not.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from deid.text.landmarks import Landmark
from deid.text.leadins import made_of, name_start
from deid.text.patterns import HAN
from deid.text.spans import LIKELY, Span
from deid.text.words import WORDS

# One that begins with the name of a place is surer than an address that goes as far.
_PLACED = 0.75
_IN_GENERAL = frozenset(WORDS.places["in-general"])
_OF_SEVERAL = frozenset(WORDS.places["of-several"])
# Departments: part of the house they stand behind, and no house of their own.
_DEPARTMENTS = frozenset(WORDS.places["departments"])
_BRANCH = re.compile(
    rf"\((?:{HAN}|\d){{1,14}}(?:院|区|部|大学|学院|公司|中心|店|科)\)"
    rf"|(?:{HAN}{{1,5}}?|[\dA-Z]号)"
    r"(?:院区|分院|分部|校区|分公司|支公司|分厂|车间|项目部|事业部|分校|[一二三四五六七八九\d]队)"
    rf"|[东西南北本总新老]区(?!{HAN})"
)
# Several of a kind have no other name: 人民医院, 县中医院, 市第三人民医院, 第一医院, 附属医院.
_NUMBER = r"第?[一二三四五六七八九十百〇零\d]{1,4}"
_PLAIN_NAME = re.compile(
    rf"[省市县区州旗]?(?:{_NUMBER})?(?:附属)?"
    "(?:人民|中心|中(?:医药?)?|中西医结合|妇幼|妇产|儿童|肿瘤|传染病|精神病|口腔|胸科|省?立|红十字会?)?"
)
_OF_NONE = re.compile("(?:我|本|各|外|该|每|某|当地|所在|上级|其他|全|等)$")
_GOES_THERE = re.compile("(?:[在于由至赴到去从往经转]|就诊|转入|来自)$")
_ADVICE = re.compile("建议|必要|随时|可|应|请|需|尽快|及时|最好|要|再|能|想|如|若|或|嘱|劝")
_DOES_THERE = re.compile(
    r"医院|[,;。、)(\n :]|$|就[诊医]|[住行查诊治做看转]|复查|检查|手术|会诊|门诊|急诊|病理|出院|入院|随访"
    r"|复诊|体检|生产|分娩|接种|完善|予|给|确诊|考虑|穿刺|[化放]疗|透析|抢救|[\u4e00-\u9fff]{1,4}科|专家|医生|诊断|开|拍|购|配|拿|定期|治疗"
)
# Each branch begins with one of a few characters, so that the rest of a text is passed over quickly.
_SHORT = re.compile(
    r"[省市]立(?P<place>(?=[\u4e00-\u9fff]{0,4}[科院]|[,;。)(\n \t]))"
    r"|[省市县区州大医附](?:大|属)?[一二三四五六七八九十]院|第[一二三四五六]附(?:属医?)?院"
    r"|[一二三四五六]附(?:属医?)?院|附[一二三四]院?(?![\u4e00-\u9fff]|院)|附[一二三四]院?(?=[就住行查诊治复])|[大医中]附院"
    r"|[一二三四五六七八九]院(?P<there>(?=[就住行查诊治复,;。]))"
)
# Without the name of a place, no name holds one of these: 治癫痫医院, 一些家医院.
_SAID = re.compile(
    "[些许最治药吃喝吗呢谁啥么癫痫疫苗般您咱俺喂怎很挺更哦啊们]|病(?!防)|一[位名段种直定]|时间|正常|多数|[几两]天"
)
# The ending itself broken by the end of a line.
_LINE = r"[ \t]{0,3}\n[ \t]{0,3}"
_BROKEN = re.compile(f"医{_LINE}院|卫{_LINE}生院|卫生{_LINE}院|保{_LINE}健院")
# 镇厂沟村, 第一中心医院: the last character of the ending belongs to the next word.
_GOES_ON = frozenset(
    "中心 中等 中午 中药 中西 中国 中转 中性 中度 中枢 中间 中期 厂沟 厂村 厂家 厂房 厂区 厂址 厂长 业家 织品".split()
)
# 大学路, 学院南路: a street called after what stands there.
_IS_STREET = re.compile("[东西南北中]?(?:[路街](?![上过口边])|大道|巷)")
_CRITERION = re.compile("标准|方案|指南|共识|分[类型级期]|评分|量表|术式|手法|疗法|协作")
_WORKS_IN = re.compile("(?:[在于为系到入由]|就职|供职|任职|入职|前为|单位:?)$")
_WORKS = re.compile(
    "[,;。、)(\n ]|$|工作|上班|打工|流水线|职工|员工|工人|退休|送|做|任|当|司机|骑手|跑|干"
    "|门店|车间|工程师|质检|理赔|下岗"
)
_TRADE = re.compile(
    "(?:电子|纺织|服装|制衣|机械|精密|科技|食品|化工|建设|建筑|物流|药业|汽车|家具|能源|电力|电气|电器|光电|通信|餐饮|模具|五金|塑胶|重工)"
    "(?=上班|工作|打工|做工|任职|干活|务工)"
)
_LETTERHEAD = re.compile(
    rf"(?:^|(?<=\n))[ \t]{{0,20}}(?P<v>{HAN}{{4,14}}?(?P<kind>眼科|口腔|齿科|牙科|耳鼻喉|皮肤科|医美))"
    r"(?=[ \t\n,;(]|$)"
)
_LONGEST_FIRM = 8
_SHORT_PREFIX = 5
_LEAST_NAME = 2
_JOINED = re.compile(r"[ \t]{0,3}\n?[ \t]{0,3}$")


def find_institutions(text: str, marks: Sequence[Landmark], places: Mapping[int, int]) -> Iterator[Span]:
    """Spans of a folded text. `places` is where names of places begin and end."""
    last: Span | None = None
    floor = 0
    for mark in _endings(text, marks):
        if mark.kind in ("known", "surely", "works"):
            yield from _well_known(text, mark, places)
            continue
        found = _named(text, mark, floor, places, last)
        floor = mark.end
        if found:
            floor = found.end
            last = found
            yield found
    yield from _short_names(text, places)
    yield from _firms(text)
    yield from _letterheads(text, places)


def _letterheads(text: str, places: Mapping[int, int]) -> Iterator[Span]:
    """梅州市蓝海眼科 alone on its line: a place, a name and what is treated there."""
    for head in _LETTERHEAD.finditer(text):
        reached = places.get(head.start("v"), 0)
        name = text[reached : head.start("kind")]
        if not (reached > head.start() and _LEAST_NAME <= len(name) <= _LONGEST_FIRM):
            continue
        if "院" not in name and not made_of(name, _IN_GENERAL):
            yield Span(head.start("v"), head.end(), "HOSPITAL", _PLACED)


def _firms(text: str) -> Iterator[Span]:
    """在宏远电子上班: a trade behind a name, where somebody works there."""
    for trade in _TRADE.finditer(text):
        start = name_start(text, trade.start())
        name = text[start : trade.start()]
        if _LEAST_NAME <= len(name) <= _LONGEST_FIRM and not made_of(name, _IN_GENERAL):
            yield Span(start, trade.end(), "ORG", LIKELY)


def _endings(text: str, marks: Sequence[Landmark]) -> Iterator[Landmark]:
    """What a name may end with or is known by, in order."""
    broken = [Landmark(*match.span(), "hospital") for match in _BROKEN.finditer(text)]
    for mark in sorted((*marks, *broken), key=lambda mark: mark.start) if broken else marks:
        if mark.kind in ("known", "surely", "works"):
            # 省立医院 and 市中医院 hold the end of a name.
            at = text.find("医院", mark.end - 2, mark.end + 1)
            yield mark if at < 0 else Landmark(at, at + 2, "hospital")
        elif (
            mark.kind in ("hospital", "org")
            and text[mark.end - 1 : mark.end + 1] not in _GOES_ON
            and not (mark.kind == "org" and _IS_STREET.match(text, mark.end))
        ):
            yield mark


def _well_known(text: str, mark: Landmark, places: Mapping[int, int]) -> Iterator[Span]:
    """华西 and 顺丰, where somebody went or works; 邵逸夫 anywhere but in the name of a criterion."""
    if mark.kind == "works":
        if _WORKS_IN.search(text, max(0, mark.start - 4), mark.start) and _WORKS.match(text, mark.end):
            yield Span(mark.start, mark.end, "ORG", LIKELY)
    elif not _CRITERION.match(text, mark.end) and (mark.kind == "surely" or _known_here(text, mark, places)):
        yield Span(_with_place(mark.start, places), mark.end, "HOSPITAL", LIKELY)


def _short_names(text: str, places: Mapping[int, int]) -> Iterator[Span]:
    """市一院, 附二院, 青岛市立."""
    for match in _SHORT.finditer(text):
        before = text[max(0, match.start() - 10) : match.start()]
        if match["there"] is not None and not _was_there(before):
            continue
        start = name_start(text, match.start())
        if match["place"] is not None and start > match.start() - _LEAST_NAME:
            continue
        near = start in places or match.start() - start <= _SHORT_PREFIX
        if not _OF_NONE.search(before):
            yield Span(start if near else match.start(), match.end(), "HOSPITAL", LIKELY)


def _with_place(start: int, places: Mapping[int, int]) -> int:
    """Where the place begins that stands right in front of `start`, or `start`."""
    return next((at for at in range(start - 2, max(0, start - 8), -1) if places.get(at) == start), start)


def _named(
    text: str, mark: Landmark, floor: int, places: Mapping[int, int], last: Span | None
) -> Span | None:
    """The institution whose name ends with `mark`, if it has a name."""
    kind = "ORG" if mark.kind == "org" else "HOSPITAL"
    ending = text[mark.start : mark.end]
    branch = _BRANCH.match(text, mark.end)
    end = branch.end() if branch else mark.end
    start = name_start(text, mark.start, floor)
    if last and start == last.end:
        # 苏州大学 and 附属第一医院 are one, as is the 第五医学中心; the 体检中心 of a hospital is none.
        apart = ending in _DEPARTMENTS and last.type == "HOSPITAL"
        if apart and not re.fullmatch(_NUMBER, text[start : mark.start]):
            return None
        return Span(last.start, end, kind, last.score)
    if start not in places:
        start = _over_the_gap(text, start, mark.start, floor, places)
    elif made_of(text[places[start] : mark.start], _OF_SEVERAL) and places[start] < mark.start:
        return None
    core = text[start : mark.start]
    if _is_name(core, text[max(0, start - 10) : start], kind, ending, placed=start in places):
        return Span(start, end, kind, _PLACED if start in places else LIKELY)
    return None


def _over_the_gap(text: str, start: int, end: int, floor: int, places: Mapping[int, int]) -> int:
    """济阳县人民 医院: the name goes on in front of a blank or a line break if it begins there with a place."""
    gap = _JOINED.search(text, max(floor, start - 7), start)
    if gap is None or gap.start() == start:
        return start
    further = name_start(text, gap.start(), floor)
    begins = further in places and (start < end or places[further] < gap.start())
    return further if begins else start


def _is_name(core: str, before: str, kind: str, ending: str, *, placed: bool) -> bool:
    """Whether `core` names one institution of its kind. `before`: what leads up to it."""
    if placed:
        return not (ending in _DEPARTMENTS and not core)
    plain = core.strip("()·-")
    if kind == "HOSPITAL" and ending not in _DEPARTMENTS and _PLAIN_NAME.fullmatch(plain):
        return _is_one_of_a_kind(plain, before, ending)
    if (
        len(plain) < _LEAST_NAME
        or plain.isdecimal()
        or _SAID.search(plain if not ending.startswith("防") else plain.removesuffix("病"))
    ):
        return False
    return not made_of(plain, _IN_GENERAL)


def _is_one_of_a_kind(core: str, before: str, ending: str) -> bool:
    """人民医院 and 县中医院 mean one; 儿童医院 does where somebody was, 县医院 nowhere."""
    if _OF_NONE.search(before):
        return False
    if not core or core in "省市县区州旗":
        return _was_there(before) if core else ending == "妇幼保健院" and _was_there(before)
    if core[0] in "省市县区州旗" or core == "人民" or re.search(_NUMBER, core):
        return ending in ("医院", "卫生院", "妇幼保健院", "保健院", "疗养院") or core[0] == "第"
    return _was_there(before)


def _was_there(before: str) -> bool:
    return bool(_GOES_THERE.search(before)) and not _ADVICE.search(before)


def _known_here(text: str, mark: Landmark, places: Mapping[int, int]) -> bool:
    """Whether somebody went to, or came from, what may be the short name of a hospital."""
    if _with_place(mark.start, places) < mark.start:
        return bool(_DOES_THERE.match(text, mark.end))
    before = text[max(0, mark.start - 3) : mark.start]
    if text[mark.start] in "省市县区" and not re.search("[\u4e00-\u9fff]$", before):
        return True
    return bool(re.search("[在至于到去赴由从往经转回自诊请曾及与介荐]$|外院$|建议$", before)) and bool(
        _DOES_THERE.match(text, mark.end)
    )
