"""How far an address goes, part by part: province, city, street, house, room.

Parts of the body and of a ward end like parts of an address (心前区, 消化道, 3病区), so this only follows an
address that something else has found the beginning of.
"""

import re

from deid.text.divisions import DIVISIONS
from deid.text.patterns import HAN, any_of
from deid.text.words import WORDS

# No name of a part holds one of these.
_NEVER = (
    "的了着我您你他她它患诊疗症痛瘤炎予因曾或但且未无被把让这哪其呕咳嗽腹肿诉称述就是为等岁约后受伤摔跌"
    "伴感觉吃喝某与及在来从到至往住返"
)
CHAR = f"(?![{_NEVER}]){HAN}"
_BEGINS_NO_NAME = (
    "人民医|人民检|人民政|中心医|医院|中医|妇幼|卫生|第[一二三四五六七八九十]人|等地|籍|口音|方言|当地|本地|外地|农村"
    "|乡村|城镇|城乡|乡镇|山区|市区|城区|牧区|林区|郊区|县城|小区|社区|途中|务工|打工|工作|出差|旅游|经商|上学|读书|居民|村民|市民|人[,;。、及]|发现|出现|出生|于(?![家庄田都洪集桥坝])|入院|收住|急诊|门诊|病区|科"
)
NAME_BEGINS = f"(?!{_BEGINS_NO_NAME})"
_NOT_BEHIND = (
    ("村", "医|干|支|小学|卫"),
    ("镇", "静|痛|政|卫生|中心卫|医|人民政|中学|小学"),
    ("乡", "下|亲|政|卫生|医|人民政"),
    ("县", "医|人民|中医|级|疾|妇|政"),
    ("区", "别|域|分|医|人民|中医|级|疾|妇|卫|政"),
    ("市", "民|场|政|医|人民|中医|中心医|第[一二三四五六]|级|直|疾|妇"),
    ("社区", "卫|医|获|服"),
    ("道", "德|教|理"),
    ("园", "艺|林"),
    ("路", "上|过"),
)
# 镇静, 区别, 市场: the same character, and no end of a name.
NOT_BEHIND = "(?!" + "|".join(f"(?<={end})(?:{next_})" for end, next_ in _NOT_BEHIND) + ")"
UNITS = any_of(WORDS.places["units"])
_WEAK_UNITS = any_of(WORDS.places["weak-units"])
_CLOSED = r"(?=[,;。、.)(\n \t/|:]|$|[0-9A-Za-z#]|[一二三四五六七八九十]{1,3}[组队社号区栋]|人(?!民))"
_UNIT = re.compile(
    rf"{NAME_BEGINS}(?:{CHAR}){{1,9}}?(?:{UNITS}{{1,3}}{NOT_BEHIND}(?:{_WEAK_UNITS}{_CLOSED})?|{_WEAK_UNITS}{_CLOSED})"
)

_HAN_FIGURE = "[〇零一二三四五六七八九十百廿]"
FIGURE = rf"(?:[0-9]{{1,5}}|[A-Za-z][0-9]{{0,4}}|{_HAN_FIGURE}{{1,5}}|[甲乙丙丁戊])"
_FIGURES = f"{FIGURE}(?:[-~附之]{FIGURE}){{0,4}}"
_COUNTS = r"(?![0-9A-Za-z年月日号岁天次床时分点℃%/.:-])"  # what is counted is no house
_HOUSE = re.compile(
    rf"(?:第|附|之|[东西南北中前后左右上下甲乙丙丁])?{_FIGURES}"
    r" ?(?:号(?:楼|院|附|门|店|商铺|之[一二三四五六七八九十\d]{1,2})?(?!线|床|机|染|抗)|支?弄|栋|幢|座(?!位)|单元"
    r"|室(?!性|间|壁|上)"
    r"|楼(?!梯)|层|房|组(?!织|长)"
    r"|队|社|户|门|梯|排|区|村|庄|路|街|巷|条|连|团|师|营|期|屯|#|国道|省道)"
    rf"|[A-Za-z]?[0-9]{{1,4}}(?:-[0-9A-Za-z]{{1,5}}){{1,4}}{_COUNTS}"
)
# 竹径云山3幢: a name nobody knows the kind of, with the number of a building
_NAMED_HOUSE = re.compile(
    rf"{NAME_BEGINS}(?:{CHAR}){{2,8}}?{_FIGURES} ?(?:号楼|号(?!床|线|机)|栋|幢|弄|单元|室|组|村)"
)
# 广场旁3栋, 镇街上, 往北3公里
_BARE_HOUSE = re.compile(
    rf"(?:旁边?|对面|对门|隔壁|后面|背后)(?:(?={_FIGURES} ?(?:号|栋|幢|室|单元|楼))|(?![\u4e00-\u9fff]))"
    rf"|(?:[街场集]|(?<=[镇乡]街))上(?![\u4e00-\u9fff])|[往向][东西南北]{{1,2}}[侧边]?[0-9]{{1,4}}"
    r" ?(?:公里|千米|米|里)处?|"
    rf"#?[0-9]{{1,5}}(?:#|{_COUNTS})|[东西南北](?:门|侧|面|头|段|首|街|区|院)(?![\u4e00-\u9fff])"
)
_BRACKET = re.compile(rf"\((?:{HAN}|[0-9A-Za-z#-]){{0,16}}(?:{UNITS}|[0-9])(?:{HAN}|[0-9A-Za-z#-]){{0,6}}\)")
# 玉山镇朝 / 阳路8号: broken inside a name, which a number behind makes sure
_BROKEN = re.compile(
    rf"(?:{CHAR}){{1,6}}[ \t]{{0,3}}\n[ \t]{{0,3}}(?:{CHAR}){{0,5}}?{UNITS}(?=(?:{CHAR}){{0,6}}?{FIGURE})"
)
# 江西 / 路9号: the name of a division is a street when a line end hides what it is.
_STREET_BELOW = re.compile(rf"[ \t]{{0,3}}\n[ \t]{{0,3}}(?:路|街|巷|大道)(?={FIGURE})")
_GAP = re.compile(r",(?=\S)|[ \t]{0,3}\n?[ \t]{0,3}")
_GOES_ON = re.compile(
    rf"(?:{CHAR}){{0,8}}?(?:{UNITS} ?[0-9]| ?{_FIGURES} ?(?:号(?!床)|支?弄|栋|幢|单元|室|组|村|队|楼(?!梯)))"
    r"|[0-9]{2,5}(?=[,;。)\n]|$)"
)
_UNIT_ALONE = re.compile(rf"{NAME_BEGINS}(?:{CHAR}){{1,7}}?{UNITS}(?![\u4e00-\u9fff:])")
_MOST_PARTS = 24
_LONGEST_END = 4
_LONGEST_DIVISION = 11


def address_end(text: str, at: int, limit: int) -> int:
    """How far the address goes of which a part may begin at `at`; `at` itself if none does."""
    firm = False
    for _ in range(_MOST_PARTS):
        end = _part_end(text, at, limit, firm=firm) or _behind_gap(text, at, limit)
        if not end:
            break
        at, firm = end, True
    return at


def division_end(text: str, at: int) -> int:
    """Where the name of a division ends that begins at `at`, the longest there is; 0 if none does."""
    for length in range(min(_LONGEST_DIVISION, len(text) - at), 1, -1):
        if DIVISIONS.knows(text[at : at + length]):
            return at + length
    return 0


def _part_end(text: str, at: int, limit: int, *, firm: bool) -> int:
    """The end of the one part that begins at `at`, or 0. `firm`: another part stands in front."""
    if end := division_end(text, at):
        if broken := _STREET_BELOW.match(text, end, limit):
            return broken.end()
        # 玉山镇 lies in another county than 玉山.
        unit = None if text[at:end] in DIVISIONS.full else _UNIT.match(text, at, limit)
        return min(unit.end() if unit and end < unit.end() <= end + _LONGEST_END else end, limit)
    match = _HOUSE.match(text, at, limit) or _UNIT.match(text, at, limit) or _BROKEN.match(text, at, limit)
    if match is None and firm:
        match = (
            _BARE_HOUSE.match(text, at, limit)
            or _NAMED_HOUSE.match(text, at, limit)
            or _BRACKET.match(text, at, limit)
        )
    return match.end() if match else 0


def _behind_gap(text: str, at: int, limit: int) -> int:
    """The end of the part behind a blank, a line break or a comma, if it is sure to go on with the address."""
    gap = _GAP.match(text, at, limit)
    if gap is None or gap.end() == at:
        return 0
    if _GOES_ON.match(text, gap.end(), limit):
        return _part_end(text, gap.end(), limit, firm=True)
    if gap[0] == ",":
        end = division_end(text, gap.end())
        return min(end, limit) if end and _UNIT.match(text, end, limit) else 0
    if "\n" in gap[0]:
        return 0
    unit = _UNIT_ALONE.match(text, gap.end(), limit)
    return unit.end() if unit else min(division_end(text, gap.end()), limit)
