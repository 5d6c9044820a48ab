"""Numbers that a label names: whatever stands behind 住院号 is an inpatient number, right or wrong.

A label is looked for where a number stands, read backwards from its last character. Check digits play no part.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from deid.text.checks import has_birth_date
from deid.text.engine import LABELS_ZH
from deid.text.label_kinds import LONGEST, TAILS, kind_of
from deid.text.measures import is_code, is_measured, is_named
from deid.text.patterns import any_of
from deid.text.spans import LABELLED, LIKELY, Span
from deid.text.tables import columns, stacked
from deid.text.values import further, value
from deid.text.words import WORDS

_LONGEST_HAN = 12
_LAST = "".join(sorted({re.escape(word[-1]) for word in (*WORDS.labels, *TAILS)}))
# Of a hundred matches of its last character alone, few are a label.
_ENDS = frozenset(word[-2:] for word in (*WORDS.labels, *TAILS))
_SECOND = ("SN", "No", "NO")  # behind a label in characters they are written as part of the number
_TAILS_OF_ONE = frozenset(tail for tail in TAILS if len(tail) == 1)
_GAP = r" \t\n:=#是为()\[\]【】<>「」、.\"'_|…*∶︰﹕-"
_WHOSE = "(?:宅|办|家|本人|[父母子女妻夫])[ :]?"
_BETWEEN = re.compile(
    rf"(?i:[{_LAST}])(?<![A-Za-z](?=[A-Za-z]))"
    rf"(?P<gap>(?:\((?:[^()\n0-9]|\d(?!\d\d)){{1,8}}\))?[{_GAP}]{{0,16}}(?:{_WHOSE})?)"
    r"(?P<v>(?!(?:ID|SN|DI|N[Oo])[ :.]?\d)"
    r"(?=[A-Za-z*+(_./-]{0,12}[0-9]|\*{2}|(?!(?:ID|No|NO|no|Nr) )[A-Z]{1,5} \d{3})[0-9A-Za-z*+(])"
)
_LEAST_KNOWN = 3  # digits of a value of one or two only where nothing is counted in it
_LEAST_UNKNOWN = 3
_LEAST_UNSURE = 5
_LEAST_LATIN = (4, 3)  # behind a Latin label; the second of the record
_LEAST_BANK = 15
_LEAST_PHONE = 7
_LEAST_BEHIND = 4
_LEAST_BEHIND_OURS = 5
_LONGEST_CLAUSE = 40
_OF_SOMETHING = ("序号", "编号", "条码", "条形码", "号码")
_DEVICE = re.compile(any_of(WORDS.numbers["implanted"]))
_OURS = frozenset((*LABELS_ZH, *LABELS_ZH.values()))

# Numbers of documents, with characters in them: 劳鉴字[2023]第12号, 苏财0123456, 字第 00478 号.
_DOCUMENT = re.compile(
    rf"[号书证水](?:(?<=编号)|(?<=证号)|(?<=认定书)(?!编|号)|(?<=流水)|(?<=号)(?<!编号))[{_GAP}]{{0,6}}(?P<v>"
    r"[\u4e00-\u9fff]{1,10}[\[(〔]20\d\d[\])〕][\u4e00-\u9fff]{0,10}第?\d{1,6}号|[\u4e00-\u9fff]{1,4}字第\d{3,10}号"
    r"|[\u4e00-\u9fff]{1,4}-\d{1,4}-\d{2,8}(?![0-9A-Za-z-])"
    r"|(?<=[: ])[\u4e00-\u9fff]{1,3}(?<!号)字?第?\d{4}(?:-\d{1,8}|[第字]{1,2}\d{1,8}号?|\d{2,10})"
    r"|[\u4e00-\u9fff]财\d{6,12})"
)
_DECISION = re.compile(
    r"(?<![军士兵武文警海空])字(?:[\[(〔](?:19|20)\d\d[\])〕]第?\d{1,6}号|第 ?(?P<v>\d{4,10}) ?号)"
)
_HAN_BEFORE = re.compile("(?:(?![号书])[\u4e00-\u9fff]){0,6}$")
_ACCOUNT = re.compile(
    any_of(word for name in WORDS.numbers["accounts"] for word in {name, name.upper(), name.title()})
    + "(?:号|[iI][dD])?[ \t]?[:是为=(]{1,2}[ \t]{0,3}(?P<v>[A-Za-z][A-Za-z0-9_-]{4,19})"
)
# MRNNICU-24-013: nothing between the label and the letters of the number.
_GLUED = re.compile(
    r"(?<![A-Za-z])(?:MRN|UHID|IPNO|OPNO|OPDNO|REGNO|ACCNO|SPECNO)(?P<v>[A-Z]{1,6}-?(?=[0-9A-Z-]{0,12}\d{3})"
    r"[0-9A-Z]{1,12}(?:-[0-9A-Z]{1,12}){0,4})(?![0-9A-Za-z])"
)
# A number of the staff behind a name: 医师:李某(D0448), DOC=荣海/D0448.
_BEHIND_A_NAME = re.compile(
    r"[(/](?<=[\u4e00-\u9fff ].) ?(?:工号|编号|No\.?)?[ :]?(?P<v>[A-Za-z]{0,3}\d{3,8})(?![0-9A-Za-z./:%-])"
)
_STAFF = re.compile(rf"(?:{any_of(WORDS.numbers['staff'])})[ :=]{{0,3}}[\u4e00-\u9fff·]{{2,8}} ?$")
# The label behind the number: 57550001(家), 88123为其住院号, 88123号标本.
_BEHIND = re.compile(
    r"[ (为是系号](?<=[0-9A-Za-z].)(?:(?<=[ (]) ?\(?(?P<label>[\u4e00-\u9fffA-Za-z]{1,8})\)"
    rf"|(?<=[为是系])(?:其|患者|该患者|病人)?(?P<said>[\u4e00-\u9fff]{{2,6}})|(?<=号)(?P<of>{any_of(WORDS.numbers['numbered'])}))"
)
_RUN_BEFORE = re.compile("(?<![0-9A-Za-z_-])[0-9A-Za-z_-]{3,24}$")
_AT_HOME = frozenset(("家", "宅", "办", "家里", "单位"))

_DATE = re.compile(
    r"\d{1,3}/\d{1,2}/(?:\d\d){1,2}(?!\d)|(?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2}(?!\d)|(?:19|20)\d\d[-/]\d{1,2}(?![0-9A-Za-z/-])"
    r"|\d{1,2}[-/ ]?(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}[-/ ]?\d"
)
_DAY = re.compile(
    r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:(?:[01]\d|2[0-3])[0-5]\d[0-5]\d)?(?![0-9A-Za-z-])"
)
_SHORT_DAY = re.compile(r"\d\d([-/.])(?:0[1-9]|1[0-2])\1(?:0[1-9]|[12]\d|3[01])(?![0-9A-Za-z/-])")
_OF_DATES = ("日期", "时间", "Date", "date")
_SHORT_DATE = re.compile(r"(?:1[0-2]|0?[1-9])[-/.月](?:3[01]|[12]\d|0?[1-9])日?(?: \d{1,2}:\d\d)?")
_DECIMAL = re.compile(r"\d{1,4}\.\d{1,4}(?![\d.-])")
_OF_ANYTHING = frozenset(("?", "CARD"))
_CARD = re.compile(r"\d{17}[0-9Xx]")
_HEADS = frozenset((*WORDS.numbers["heads"], *WORDS.names["labels"], *WORDS.dates["labels"]))
_FIGURES = re.compile(r"\d+(?:\.\d+)?")
_COUNTED = re.compile(rf"[A-Za-z%℃×/*.\u4e00-\u9fff]| (?:{any_of(WORDS.dates['no-days'])}|[A-Za-z%])")


def find_labelled(text: str) -> Iterator[Span]:
    """Spans in a folded text."""
    at = 0
    for match in _BETWEEN.finditer(text):
        last = match.start()
        if match.start("v") < at or not _may_be(text, last):
            continue
        reach = LONGEST if text[last].isascii() else _LONGEST_HAN
        window = text[max(0, last + 1 - reach) : last + 1]
        kind, sure = kind_of(window)
        if kind in ("", "?") and window.endswith(_OF_SOMETHING) and _is_of_device(text, last):
            kind, sure = "DEVICE_ID", True
        if not kind:
            continue
        second = window.endswith(_SECOND) and _is_second(window)
        for span in _values(text, match, kind, sure=sure):
            yield replace(span, start=last - 1) if second and at <= last else span
            at = span.end
        if at > last and match["gap"].endswith("***"):
            yield Span(
                last + 1 + len(match["gap"].rstrip("*")),
                at,
                "MRN" if kind in ("?", "CARD") else kind,
                LABELLED,
            )
    yield from _documents(text)
    yield from _labelled_behind(text)
    yield from _in_columns(text)


def _is_ours(text: str, last: int) -> bool:
    """Whether the label is what we put in place of a number: [病历号] 12床."""
    opening = text.rfind("[", max(0, last - _LONGEST_HAN), last)
    return opening >= 0 and text[last + 1 : last + 2] == "]" and text[opening + 1 : last + 1] in _OURS


def _is_second(window: str) -> bool:
    """Whether a label in characters stands in front of SN or No: 序列号SN 0012."""
    first = window.removesuffix("SN").removesuffix("No").removesuffix("NO").rstrip()
    known = kind_of(first)[0] != "" or first.endswith(_OF_SOMETHING)
    return first[-1:] > "\u3400" and known


def _is_of_device(text: str, last: int) -> bool:
    """Whether a device is spoken of in front of 序号, 编号, 条码: 置入补片一张,序号 A-12345."""
    before = text[max(0, last - _LONGEST_CLAUSE) : last]
    return _DEVICE.search(re.split("[。;\n]", before)[-1]) is not None


def _may_be(text: str, last: int) -> bool:
    """Whether the two characters up to `last` end a label; between them may be a blank."""
    two = text[max(0, last - 1) : last + 1]
    return two.lower() in _ENDS or two[-1] in _TAILS_OF_ONE or two[0].isspace()


def _values(text: str, match: re.Match[str], kind: str, *, sure: bool) -> Iterator[Span]:
    """The value behind a label, and those that follow it in a list."""
    start = match.start("v")
    end = value(text, start, kind)
    if end <= start or _DATE.match(text, start):
        return
    digits = sum(map(str.isdecimal, text[start:end]))
    if digits < _LEAST_BEHIND_OURS and _is_ours(text, match.start()):
        return
    if not digits and "*" not in text[start:end] and kind != "WECHAT_QQ":
        return
    if kind == "?" or not sure:
        if not _is_number(text, start, end, digits, match["gap"] if kind == "?" else ":", sure=sure):
            return
    elif not _is_whole(text, match, end, digits + text.count("*", start, end), kind):
        return
    bare = kind in _OF_ANYTHING or text[match.start() - 1 : match.start() + 1].lower() == "id"
    if bare and _CARD.fullmatch(text, start, end) and has_birth_date(text[start:end]):
        kind = "ID_CARD"
    known, score = _typed(kind, digits), LIKELY if kind == "?" else LABELLED
    yield Span(start, end, known, score)
    for more_start, more_end in further(text, start, end, kind):
        yield Span(more_start, more_end, known, score)


def _typed(kind: str, digits: int) -> str:
    if kind == "CARD":
        return "BANK_CARD" if digits >= _LEAST_BANK else "MRN"
    return "MRN" if kind == "?" else kind


def _is_number(text: str, start: int, end: int, digits: int, gap: str, *, sure: bool) -> bool:
    """Whether what stands behind a label that is not known, or says not that a number follows, is one."""
    if sure:
        return digits >= _LEAST_UNKNOWN
    coded = text[start].isalpha() and "-" in text[start:end]
    pointed = any(mark in gap for mark in ":=\t|.#")
    return digits >= _LEAST_UNSURE - coded and pointed and not _is_other(text, start, end)


def _is_other(text: str, start: int, end: int) -> bool:
    """Whether behind the name of a test stands a day, what it measured, or a code of everybody's."""
    if (
        _DAY.match(text, start)
        or _SHORT_DAY.match(text, start)
        or _DECIMAL.match(text, start)
        or is_code(text, start)
        or is_named(text[start:end])
    ):
        return True
    figures = _FIGURES.match(text, start)
    return any(is_measured(text, start, edge) for edge in {figures.end() if figures else end, end})


def _is_whole(text: str, match: re.Match[str], end: int, digits: int, kind: str) -> bool:
    """Whether the value has digits enough: one or two will do behind 排队号:, but not in 门诊号 2 个."""
    if match[0][0].isascii() and digits < _LEAST_LATIN[kind == "MRN"]:
        return False
    return digits >= _LEAST_KNOWN or ("\n" not in match["gap"] and not _COUNTED.match(text, end))


def _documents(text: str) -> Iterator[Span]:
    for match in _DOCUMENT.finditer(text):
        # 5号 电话 139890 is a house and a telephone, 批号:疫苗20240128 a lot.
        label = text[max(0, match.start() - _LONGEST_HAN) : match.start() + 1]
        kind, _ = kind_of(label)
        if kind and not kind_of(match["v"].rstrip("0123456789"))[0]:
            known = "MRN" if kind in _OF_ANYTHING else kind
            yield Span(match.start("v"), match.end("v"), known, LABELLED)
    for match in _DECISION.finditer(text):
        before = _HAN_BEFORE.search(text, max(0, match.start() - 6), match.start())
        start = match.start("v") if match["v"] else before.start() if before else match.start()
        yield Span(start, match.end("v") if match["v"] else match.end(), "MRN", LABELLED)
    for match in _GLUED.finditer(text) if "MRN" in text or "NO" in text or "UHID" in text else ():
        yield Span(match.start("v"), match.end("v"), "MRN", LABELLED)
    for match in _BEHIND_A_NAME.finditer(text):
        if _STAFF.search(text, max(0, match.start() - 20), match.start()):
            yield Span(match.start("v"), match.end("v"), "MRN", LABELLED)
    for match in _ACCOUNT.finditer(text):
        yield Span(match.start("v"), match.end("v"), "WECHAT_QQ", LABELLED)


def _labelled_behind(text: str) -> Iterator[Span]:
    for match in _BEHIND.finditer(text):
        run = _RUN_BEFORE.search(text, max(0, match.start() - 26), match.start())
        digits = sum(map(str.isdecimal, run[0])) if run else 0
        if not run or not digits:
            continue
        kind, sure = ("MRN", True) if match["of"] else kind_of(match["label"] or match["said"])
        if match["label"] in _AT_HOME and digits >= _LEAST_PHONE:
            kind = "PHONE"
        elif not match["of"] and (kind in ("", "?", "CARD") or digits < _LEAST_BEHIND):
            continue
        if sure or match["label"]:
            yield Span(run.start(), run.end(), kind, LABELLED)


def _is_head(line: str) -> bool:
    """Whether a line is what stands over a value and nothing else: 住院号, 性别, MRN."""
    plain = line.replace(" ", "")
    return plain in _HEADS or (not any(map(str.isdecimal, plain)) and kind_of(plain)[1])


def _in_columns(text: str) -> Iterator[Span]:
    for head, start, end in (*columns(text), *stacked(text, _is_head)):
        kind, sure = kind_of(head)
        if head.endswith(_OF_DATES) and _SHORT_DATE.fullmatch(text, start, end):
            yield Span(start, end, "DATE", LABELLED)
        elif kind and sure and value(text, start, kind) > start and any(map(str.isdecimal, text[start:end])):
            yield Span(start, end, _typed(kind, end - start), LABELLED)
