"""Ages above 89, ethnic group and religion: few share them, so they point at people."""

import re
from collections.abc import Iterator

from deid.text.patterns import any_of, pattern
from deid.text.spans import LABELLED, LIKELY, SHAPED, Span
from deid.text.words import WORDS

# The first figure is read before what must not stand in front of it: so a text is skipped through faster.
_OLD = r"(?:9(?<![0-9.]9)\d|1(?<![0-9.]1)[0-4]\d)"
_HAN_ONE = "[一二三四五六七八九]"
_OLD_HAN = (
    f"(?:九(?<![零一二三四五六七八九十百]九)十(?:有?{_HAN_ONE})?"
    f"|(?:一百|百)(?:[零〇]?{_HAN_ONE}|一十{_HAN_ONE}?|二十)?)"
)
_YEARS = "(?:周岁|虚岁|岁)(?:半|零?[0-9一二三四五六七八九十]{1,2}个?月)?"
_BETWEEN = r"[ :|\t]{0,4}"
_AGED = (
    pattern(
        "AGE",
        SHAPED,
        _OLD,
        f"(?: ?[余多几]?{_YEARS}|[- ]?(?:[Yy]ears?|[Yy]rs?)[- ]?(?:old|of age)|[- ]?[Yy]/?[Oo]?(?![A-Za-z]))",
    ),
    pattern(
        "AGE", LABELLED, rf"(?:年龄|年纪|岁数|虚岁|享年)(?:\(岁\))?{_BETWEEN}(?P<v>{_OLD}(?: ?岁)?)(?![0-9.])"
    ),
)
_AGED_IN_CHARACTERS = (
    pattern("AGE", SHAPED, _OLD_HAN, f"[余多几]?{_YEARS}"),
    pattern("AGE", LIKELY, "九旬|期颐"),
)
_AGED_IN_ENGLISH = (
    pattern("AGE", LABELLED, r"(?<![A-Za-z])aged?[ :]{0,2}", f"(?P<v>{_OLD})(?![0-9.])", any_case=True),
    pattern(
        "AGE",
        SHAPED,
        "(?:ninety|(?:one )?hundred)(?:[- ](?:and[- ])?(?:one|two|three|four|five|six|seven|eight|nine|ten))?",
        "[- ]years?[- ](?:old|of age)",
        any_case=True,
    ),
)
_PEOPLES = (
    pattern(
        "ETHNICITY",
        LABELLED,
        f"族(?:(?<=民族)|(?<=民 族)|(?<=种族)|[别群]|(?<![\u4e00-\u9fff]族)(?= ?:)){_BETWEEN}",
        f"(?P<v>{any_of(WORDS.names['ethnic'])}族?|[\u4e00-\u9fff]{{1,6}}?族)",
        "(?=[^\u4e00-\u9fff]|$|婚|职业|国籍|性别|已|未|籍|文化)",
    ),
    pattern("ETHNICITY", LIKELY, "穿青人|革家人|摩梭人"),
    pattern(
        "ETHNICITY",
        LIKELY,
        f"(?:[男女生]|[已未]婚|岁)[ ,、/]{{1,4}}(?P<v>{any_of(WORDS.names['ethnic'])})(?=[ ,、/;\\n])",
    ),
    pattern("ETHNICITY", LABELLED, r"民族(?:代码|编码)[ :]{0,3}(?P<v>\d{1,2})(?!\d)"),
)
# 水族馆, 家族谱 and 满族自治县 name no people.
_PEOPLE = re.compile("族(?!谱|群|系|馆|箱|元素|自治|乡|镇)")
_NAMES_OF_PEOPLES = frozenset((*WORDS.names["ethnic"], *WORDS.numbers["peoples-of-taiwan"], "维", "哈", "蒙"))
_LONGEST = max(map(len, _NAMES_OF_PEOPLES))
_FAITHS = (
    pattern(
        "RELIGION",
        LABELLED,
        f"(?:宗教信仰|信仰|宗教|信奉){_BETWEEN}",
        "(?P<v>[\u4e00-\u9fff]{1,6}?(?:教派|教徒|教(?!育|学|师|授|训)|派|证人)|佛|道)",
    ),
    pattern("RELIGION", LABELLED, "(?:耶稣|上帝|真主|妈祖)(?<=[信拜]..)"),
    pattern("RELIGION", LIKELY, "(?<=[信拜])[佛主](?=[^\u4e00-\u9fff]|$)"),
    pattern(
        "RELIGION",
        LIKELY,
        f"{any_of(WORDS.names['religions'])}(?!育|学|室|具|师)徒?|基督徒|穆斯林|回教徒?|佛教?徒",
    ),
)
_NAMED_IN_ENGLISH = (
    pattern("ETHNICITY", LIKELY, r"(?<![A-Za-z])", any_of(WORDS.numbers["peoples"]), r"(?![A-Za-z-])"),
    pattern("RELIGION", LIKELY, r"(?<![A-Za-z])", any_of(WORDS.numbers["faiths"]), r"(?![A-Za-z-])"),
)
# Black or African American, Church of England
_CAPITALS = r"[A-Z][A-Za-z'-]{2,20}(?:(?: or| and| of)?[ /][A-Z][A-Za-z'-]{2,20}(?! ?:)){0,4}"
_NOT_TOLD = "(?!None|Nil|No |Not |Unknown|Other|Declined|Undisclosed|Refused)"
_IN_ENGLISH = (
    pattern(
        "ETHNICITY",
        LABELLED,
        "(?<![A-Za-z])(?i:ethnicity|ethnic (?:group|origin|background)|nationality|race(?:/ethnicity)?)[ :]{1,3}",
        rf"{_NOT_TOLD}(?P<v>{_CAPITALS})",
    ),
    pattern(
        "RELIGION",
        LABELLED,
        "(?<![A-Za-z])(?i:religion|religious affiliation|denomination|faith)[ :]{1,3}",
        rf"{_NOT_TOLD}(?P<v>{_CAPITALS})",
    ),
)


# A group of patterns is tried only on a text in which one of these words is.
_GROUPS = (
    (("9", "1"), _AGED),
    (("九", "百", "期颐"), _AGED_IN_CHARACTERS),
    (("age", "ninety", "hundred"), _AGED_IN_ENGLISH),
    (("族", "男", "女", "婚", "岁", "人"), _PEOPLES),
    (
        (
            "教",
            "佛",
            "信",
            "徒",
            "穆斯林",
            *(word.lower() for word in WORDS.names["religions"] if word.isascii()),
        ),
        _FAITHS,
    ),
    (
        tuple(word.lower() for word in (*WORDS.numbers["peoples"], *WORDS.numbers["faiths"])),
        _NAMED_IN_ENGLISH,
    ),
    (("ethnic", "nationality", "race", "religio", "faith", "denomination"), _IN_ENGLISH),
)


def find_traits(text: str) -> Iterator[Span]:
    """Spans in a folded text."""
    small = text.lower()
    for words, patterns in _GROUPS:
        if any(word in small for word in words):
            for one in patterns:
                yield from one.spans(text)
    yield from _peoples(text)


def _peoples(text: str) -> Iterator[Span]:
    for match in _PEOPLE.finditer(text):
        at = match.start()
        for length in range(min(_LONGEST, at), 0, -1):
            if text[at - length : at] in _NAMES_OF_PEOPLES:
                yield Span(at - length, match.end(), "ETHNICITY", LIKELY)
                break
