"""A month and a day, or a day alone, without the words for it: 3-5, 3/5, 3.5, 25日.

The same figures are a range, a fraction, a vertebra, a laboratory value. So what stands around decides:
where a line or a clause begins, a word that leads to a date in front, a time of day or what is done on
a day behind; never where a unit of measure follows.
"""

import re

from deid.text.measures import is_measured
from deid.text.patterns import any_of
from deid.text.words import WORDS

_MONTH = r"(?:1[0-2]|0?[1-9])"
_DAY = r"(?:3[01]|[12]\d|0?[1-9])"
_PAIR = re.compile(
    rf"({_MONTH})([-/.])({_DAY})(?![0-9])(?:[-~至到]{_MONTH}\2{_DAY}(?![0-9])|~{_DAY}(?![0-9.]))?(?![-/.]\d)"
)
_TIME = re.compile(
    r"[ \t,]{0,2}(?:[上下]午|凌晨|晚|晨)?[ ,]{0,2}(?:(?:[01]?\d|2[0-4]):[0-5]\d|(?:1?\d|2[0-4])[时点](?!间|钟))"
    r"|[ \t]{0,2}(?:[上下]午|中午|凌晨|清晨|傍晚|晚上|夜间|夜里|[晚晨](?=[ \t\n,。:]|$))"
)
_PART_OF_DAY = re.compile(" ?(?:[上下]午|凌晨|晚上)")
_UNIT = re.compile(rf" ?(?:{any_of(WORDS.dates['no-days'])}|[A-Za-zμ%‰℃°×*^/+>=~-])|[:：]\d")
_DONE = re.compile(rf"(?:[ ):】\]]|日|号){{0,3}}(?:{any_of(WORDS.dates['acts'])})")
_TEXT = re.compile("[ :,】]{1,3}[\u4e00-\u9fffA-Z]")
_LEAD = re.compile(rf"(?:{any_of(WORDS.dates['leads'])}) ?[:(]? ?$")
_NO_LEAD = re.compile(rf"(?:{any_of(WORDS.dates['no-leads'])}) ?[:(]? ?$")
_RANGE_LEAD = re.compile("[至到] ?$")
# 出院6.3, 第7天7-9: what a day of is given, with nothing between.
_EVENT = re.compile(rf"(?:{any_of(WORDS.dates['events'])}|第\d{{1,3}}[天针剂次周]) ?[:(]? ?$")
_EXAM = re.compile(rf"(?:{any_of(WORDS.dates['exams'])}) ?\($")
# A sentence, not a heading: 3.5 患者诉腹痛减轻。
_PROSE = re.compile("[^\n:,。;]{3,40}[,。;]")
_HAN = re.compile("[\u4e00-\u9fff]")
_CHANGES = re.compile("[升降增减→]|上升|下降")
_BEGINNING = re.compile(r"(?:^|[\n\t|,;。!、:】\]\[])[ *·●•]{0,3}$")
_LINE = re.compile(r"(?:^|[\n\t|])[ *·●•]{0,3}$")
_BRACKET = re.compile(r"(?:^|[\n\t|,;。!、])[ *]{0,2}\( ?$")
_SPAN_OF_DAYS = re.compile(rf"(?:{any_of(WORDS.dates['spans-of-days'])})[: ]?$")
_MONTHS = 12
_OUT_OF = frozenset((15, 20, 25, 30))
_SIGNATURE = re.compile("[\u4e00-\u9fff] {1,4}$")
_LINE_ENDS = re.compile(r"[ \t]*(?:\n|$)")
_SIZE = re.compile("[管导气尿胃针刀线床楼型字鞋扩探]")
_DAYS_BEHIND = re.compile("[内后前余龄间]|左右|以[内后上]|拆线|[一1]次")

_SINGLE = re.compile(rf"({_DAY}) ?[日号]")
_SINGLE_DONE = re.compile(
    rf"[ ,]?(?:{any_of(WORDS.dates['acts-on-a-day'])}|(?:1?\d|2[0-4])(?::[0-5]\d|[时点]))"
)
_MONTH_WORDS = ("本月", "上月", "当月", "次月", "下月", "该月", "同月", "上个月", "这个月", "下个月")


def month_day(text: str, start: int, before: str, *, labelled: bool) -> int:
    """The end of a month and day that begin at `start`, 0 if none does; `before` is what stands in front.

    `labelled`: the label of a date stands in front.
    """
    pair = _PAIR.match(text, start)
    if not pair:
        return 0
    end = pair.end()
    if text.startswith(("日", "号"), end):
        return _with_word(text, end, before, pair)
    if _TIME.match(text, end):
        said = before[-1:] == " " and len(pair[3]) == 2 and _PART_OF_DAY.match(text, end)
        if said and not is_measured(text, start, end):  # 打了三次 5.27 上午
            return end
        return end if labelled or _timed(before, dotted=pair[2] == ".") else 0
    if _UNIT.match(text, end) and not _DONE.match(text, end):
        return 0
    if labelled or _led(text, end, before, pair) or _begins(text, end, before, pair):
        return end
    return end if _signed(text, end, before, pair) else 0


def _signed(text: str, end: int, before: str, pair: re.Match[str]) -> bool:
    """Whether it ends a line behind a word, as under what somebody signs: 3/21; but not 视力 4/5, GCS 9/15."""
    return (
        pair[2] == "/"
        and pair[0] == f"{pair[1]}/{pair[3]}"
        and int(pair[3]) > _MONTHS
        and int(pair[3]) not in _OUT_OF
        and _SIGNATURE.search(before) is not None
        and _LINE_ENDS.match(text, end) is not None
    )


def _timed(before: str, *, dotted: bool) -> bool:
    """Whether a time of day behind makes it a day: 3-5 8:30 does, but not 血糖 7.8 8:30."""
    if _BEGINNING.search(before) or _EVENT.search(before) or _is_led(before):
        return True
    return not dotted and (not before[-1:].isascii() or before.endswith(("(", " ")))


def _is_led(before: str) -> bool:
    return _LEAD.search(before) is not None and not _NO_LEAD.search(before)


def _led(text: str, end: int, before: str, pair: re.Match[str]) -> bool:
    """Whether what stands in front leads to a day: 于3-5, 出院6.3, CT(3-5)."""
    if _EVENT.search(before) or (_EXAM.search(before) and text.startswith(")", end)):
        return True
    if not _is_led(before) or _CHANGES.match(text, end):
        return False
    return pair[2] != "." or not _RANGE_LEAD.search(before) or _DONE.match(text, end) is not None


def _begins(text: str, end: int, before: str, pair: re.Match[str]) -> bool:
    """Whether it stands where a line or a clause begins, and behind it what belongs to a day."""
    dotted, whole = pair[2] == ".", len(pair[3]) == 2  # 1.1 may number a section, 3.12 hardly
    both = whole and len(pair[1]) == 2
    if before.endswith("("):
        if both and not dotted and text.startswith(("):", "、"), end):
            return True
        return _BRACKET.search(before) is not None and _DONE.match(text, end) is not None
    if not _BEGINNING.search(before):
        return False
    if _DONE.match(text, end):
        return whole or not dotted or text[end : end + 1] != " " or _PROSE.match(text, end) is not None
    if _HAN.match(text, end):
        return both or (whole and dotted)
    return _LINE.search(before) is not None and _TEXT.match(text, end) is not None and (whole or not dotted)


def _with_word(text: str, end: int, before: str, pair: re.Match[str]) -> int:
    """3/5日, 12-25日, but not 3-5日内 and 术后5-7日拆线."""
    if _SPAN_OF_DAYS.search(before) or _DAYS_BEHIND.match(text, end + 1):
        return 0
    if text[end] == "号":
        return (
            0 if _SIZE.match(text, end + 1) or not (_BEGINNING.search(before) or _is_led(before)) else end + 1
        )
    if pair[2] == "-" and int(pair[3]) <= _MONTHS and not _is_led(before):
        return 0
    return end + 1


def single_day(text: str, start: int, before: str) -> tuple[int, int]:
    """Where 上月20日, 25号来院 begins and ends; no end if the number before 日 is one of days or of a bed."""
    match = _SINGLE.match(text, start)
    if not match or before[-1:].isdecimal():
        return start, 0
    for word in _MONTH_WORDS:
        if before.endswith(word):
            return start - len(word), match.end()
    led = _BEGINNING.search(before) or _is_led(before)
    if led and _SINGLE_DONE.match(text, match.end()):
        return start, match.end()
    if _LINE.search(before) and _DONE.match(text, match.end()):
        return start, match.end()
    return start, 0
