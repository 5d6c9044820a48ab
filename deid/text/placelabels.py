"""Addresses and employers that a label names: 现住址:…, 工作单位:…, or the head of a table's column.

With a colon, whatever is written there counts, unless it says that nothing is. Without one, and in a table, it
must be an address, or look like a name.
"""

import re
from collections.abc import Iterator, Sequence

from deid.text.addresses import CHAR, FIGURE, NAME_BEGINS, NOT_BEHIND, UNITS, address_end, division_end
from deid.text.landmarks import Landmark
from deid.text.leadins import made_of
from deid.text.patterns import HAN, any_of, pattern
from deid.text.spans import LABELLED, LIKELY, SHAPED, Span
from deid.text.whereabouts import Taken
from deid.text.words import WORDS

_BEHIND_LABEL = re.compile(
    rf"(?:\([^()\n]{{0,16}}\)|(?:及|与|和|/|、){HAN}{{1,6}}|详址|名称)?[ \t]{{0,6}}"
    r"(?:(?P<colon>[:=])[ \t_]{0,12}(?:\n[ \t]{0,8}(?![^\n]{1,10}:))?|(?P<blank>[ \t]{1,12}|(?P<line>\n[ \t]{0,8})))?"
)
_NEXT_LABEL = (
    "邮编|邮政编码|电话|联系|手机|身份证|职业|婚姻|婚否|民族|工作单位|籍贯|出生|入院|关系|姓名|性别|年龄|国籍|病史"
    "|记录|户口|现住|家庭|住址|单位|职务|科室|床号|住院号|监护|文化|供史|陈述|可靠|诊断|日期|时间"
)
_VALUE = re.compile(
    r"[^\s,;。:|][^\n,;。:|\t]{0,80}?"
    rf"(?=[,;。\n|\t]|$|[ ]{{2}}|[ ](?:{HAN}{{1,8}}|[A-Za-z]{{2,10}}) ?:|(?<=..)(?:{_NEXT_LABEL})|:)"
)
_HOSPITAL = re.compile(f"{any_of(WORDS.places['hospitals'])}$|(?<![学法察究计老利])院$")
_NO_VALUES = frozenset(WORDS.places["no-values"])
_EMPTY = re.compile(r"[\W\d_]*(?:[A-Za-z]\W*)?$")
# 单位:mmol/L counts something.
_COUNTS = re.compile(r"[a-zA-Zμ%‰/^0-9*×]{1,12}(?![\u4e00-\u9fff])|[个毫微万千]|国际|次|元|克|升")
# Without a colon, and with no division in front, only what ends like this is where somebody lives.
_HOME = re.compile(
    rf"{NAME_BEGINS}(?:{CHAR}){{1,7}}?"
    "(?:镇|乡|村|屯|庄|寨|街道|社区|小区|新村|花园|公寓|家园|县|市|旗|路|街|巷|弄|大厦|大院|家属院|宿舍|农场|林场|开发区|胡同|公社|大队|嘎查|苏木)"
    f"{NOT_BEHIND}|{FIGURE}(?:组|村|队|团|连|弄)"
)
_EITHER = frozenset(("单位", "学校"))
_LEAST_NAME = 3
_FILLS_CELL = re.compile(r"(?:\([^()\n]{0,16}\)|/[^|\t\n]{1,8})? {0,40}([|\t\n])")
_LONGEST_HEAD = 1000
_MOST_COLUMNS = 40
_MOST_ROWS = 400
_POSTCODE = pattern(
    "POSTCODE", LABELLED, r"(?:邮编|邮政编码|邮码)[ \t]{0,3}[:是]?[ \t]{0,4}(?P<v>\d(?: ?\d){5})(?!\d)"
)


def find_labelled_places(text: str, marks: Sequence[Landmark], taken: Taken) -> Iterator[Span]:
    """Spans of a folded text."""
    yield from _POSTCODE.spans(text)
    below: dict[int, int] = {}
    for mark in marks:
        if mark.kind not in ("home", "employer"):
            continue
        behind = _BEHIND_LABEL.match(text, mark.end)
        at = behind.end() if behind else mark.end
        colon = bool(behind and behind["colon"])
        if mark.kind == "home":
            span = _home(text, at, taken, colon=colon)
        else:
            blank = bool(behind and behind["blank"] and not behind["line"])
            span = _employer(text, mark, at, colon=colon, blank=blank)
        if span:
            yield span
        yield from _column(text, mark, below)


def _home(text: str, at: int, taken: Taken, *, colon: bool) -> Span | None:
    value = _VALUE.match(text, at) if colon else None
    written = _says_something(value[0]) if value else ""
    if colon and not written:
        return None
    if (house := taken.at(at)) and not colon:
        # 家住丝绸厂家属院: whose works it is, is where they live
        return Span(at, address_end(text, house.end, house.end + 40), "ADDRESS", LIKELY)
    if not colon and not (division_end(text, at) or _HOME.match(text, at)):
        return None
    # An address goes on behind a comma or a line break if it is one.
    end = address_end(text, at, taken.next(at, len(text)))
    if value and written:
        blank = written.find(" ") % (len(written) + 1)
        # Behind a blank stands something else where an address ended in front of it: …12幢 贾女士收.
        whole = end < at + blank
        return Span(at, max(end, at + len(written)) if whole else end, "ADDRESS", LABELLED)
    return Span(at, end, "ADDRESS", LIKELY) if end > at and text[at:end] not in _NO_VALUES else None


def _employer(text: str, mark: Landmark, at: int, *, colon: bool, blank: bool) -> Span | None:
    label = text[mark.start : mark.end]
    if label in _EITHER and (not colon or "\u4e00" <= text[mark.start - 1 : mark.start] <= "\u9fff"):
        return None
    value = _VALUE.match(text, at) if colon or blank else None
    written = _says_something(value[0].split(" ")[0] if value and not colon else value[0]) if value else ""
    if len(written) < _LEAST_NAME or _COUNTS.match(written):
        return None
    if not colon and not re.fullmatch(rf"(?:{HAN}|[A-Za-z0-9()·]){{4,40}}", written):
        return None
    return Span(at, at + len(written), _kind(written), SHAPED if colon else LIKELY)


def _kind(name: str) -> str:
    return "HOSPITAL" if _HOSPITAL.search(name) else "ORG"


def _says_something(value: str) -> str:
    """`value` without what only pads it; nothing if it says that there is none."""
    plain = value.rstrip(" \t_-./")
    if _EMPTY.match(plain) or plain in _NO_VALUES or made_of(plain, _NO_VALUES):
        return ""
    return "" if plain.startswith(("同", "不详", "无固定")) else plain


def _column(text: str, mark: Landmark, below: dict[int, int]) -> Iterator[Span]:
    """What stands in the rows below a label that heads a column of a table.

    `below`: how far each column has been read, so that no row is read again for a label in a row below.
    """
    fills = _FILLS_CELL.match(text, mark.end)
    head_end = text.find("\n", mark.end, mark.end + _LONGEST_HEAD) if fills else -1
    low = max(0, mark.start - _LONGEST_HEAD)
    begin = text.rfind("\n", low, mark.start) + 1
    if not fills or head_end < 0 or (begin == 0 and low > 0):
        return
    before = text[begin : mark.start].rstrip(" ")
    between = fills[1] if fills[1] != "\n" else before[-1:]
    column = before.count(between) if between in ("|", "\t") else _MOST_COLUMNS
    if column >= _MOST_COLUMNS or (before and before[-1] != between) or mark.start < below.get(column, 0):
        return
    at = head_end + 1
    for _ in range(_MOST_ROWS):
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        cells = text[at:end].split(between, _MOST_COLUMNS + 1)
        if len(cells) <= max(1, column):
            break
        start = at + sum(len(cell) + 1 for cell in cells[:column])
        yield from _cell(cells[column], start, mark.kind)
        at = end + 1
    below[column] = at


def _cell(cell: str, start: int, kind: str) -> Iterator[Span]:
    written = _says_something(cell.strip())
    if not written:
        return
    begin = start + len(cell) - len(cell.lstrip())
    if kind == "employer" and re.search(rf"{HAN}{{3}}", written):
        yield Span(begin, begin + len(written), _kind(written), SHAPED)
    elif kind == "home" and (address_end(written, 0, len(written)) or re.search(UNITS, written)):
        yield Span(begin, begin + len(written), "ADDRESS", SHAPED)
