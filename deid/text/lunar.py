"""Dates written in characters, of the solar and the lunar calendar, by reigns and by feasts."""

import re
from collections.abc import Iterator

from deid.text.patterns import any_of
from deid.text.words import WORDS

_DIGIT = "[〇零O0一二三四五六七八九壹贰叁肆伍陆柒捌玖]"
_ONE = "[一二三四五六七八九壹贰叁肆伍陆柒捌玖]"
_TEN = "[十拾]"
_NUMBER = f"(?:[二三贰叁]? ?{_TEN} ?{_ONE}?|壹拾{_ONE}?|廿{_ONE}?|卅一?|零?{_ONE})"
_MONTH = f"闰?(?:{_TEN}[一二壹贰]?|壹拾[壹贰]?|零?{_ONE}|正|冬|腊|元)"
_LUNAR_DAY = f"(?:初{_ONE}|初[十拾]|初\\d|十五|廿{_ONE}?|二十{_ONE}?|三十)"
_STEMS = "[甲乙丙丁戊己庚辛壬癸][子丑寅卯辰巳午未申酉戌亥]"
_REIGN = f"(?:民国|民國|昭和|平成|令和|大正|公元)(?:元|{_DIGIT}{{1,4}}|{_NUMBER}|\\d{{1,4}})"
_HAN_YEAR = f"(?:{_DIGIT}(?: ?{_DIGIT}){{3}}|{_DIGIT} ?{_DIGIT}|[二两]千[零〇]?{_NUMBER}|一九{_DIGIT}{{2}})"
_LUNAR = "(?:农历|阴历|旧历)"
_YEAR = f"(?:{_LUNAR}? ?(?:{_REIGN}|{_HAN_YEAR}|{_STEMS}|(?:18|19|20)\\d\\d) ?年 {{0,2}}零?)"
_NO_SPAN = "(?![天余多个来年周])"
_SOME = any_of(WORDS.dates["some-year"])

_IN_CHARACTERS = re.compile(
    f"(?:"
    # 二〇二四年三月五日, 甲辰年正月初三, 民国九十年五月
    f"{_YEAR}{_LUNAR}?(?:{_MONTH}|1[0-2]|0?[1-9]) ?月 ?"
    f"(?:{_NUMBER} ?[日号]|{_LUNAR_DAY}|{_NUMBER}|\\d{{1,2}}[日号]?|份|[上中下]旬)?"
    # 三月五日, 五月份, 八月十五, 正月初三, 腊月
    f"|(?<![一二三四五六七八九十]){_MONTH}月(?:{_NUMBER}[日号]|{_LUNAR_DAY}{_NO_SPAN}|份|[上中下]旬)"
    f"|(?:正|冬|腊)月(?!经)"
    f"|(?<![一二三四五六七八九十]){_MONTH}月{_TEN}{_ONE}(?=[:,。;)\\s]|$)"
    f"|{_LUNAR} ?(?:{_MONTH}|1[0-2]|0?[1-9])月(?:{_LUNAR_DAY}|{_NUMBER}|\\d{{1,2}})?[日号]?"
    f"|{_SOME}{_MONTH}月(?:{_NUMBER}[日号]?|[初底末份])?"
    f"|大年(?:初{_ONE}|三十|夜)|年三十(?![一二三四五六七八九多来几岁])"
    f")"
)
# Where one of these may be: a month in characters, or a calendar by name.
_SIGN = re.compile(
    "[一二三四五六七八九十正冬腊元壹贰叁肆伍陆柒捌玖拾] ?月|[〇零O0一二三四五六七八九]年|农历|阴历|旧历"
    "|民国|民國|昭和|平成|令和|大正|大年|年三十|[酉戌亥子丑寅卯辰巳午未申]年"
)
_REACH = 18
_FEAST = re.compile(any_of((*WORDS.dates["feasts"], *WORDS.dates["feasts-with-year"])))
_ALWAYS = frozenset(WORDS.dates["feasts"])
# What each of them ends with or holds: without one of these a text names no feast.
_FEAST_SIGNS = ("节", "春", "元", "除夕", "中秋", "端午", "国庆", "平安夜", "年", "期间")
_YEAR_BEFORE = re.compile(f"(?:{_SOME}|(?:19|20)\\d\\d ?年|{_HAN_YEAR}年)$")
_FEAST_BEHIND = re.compile("节?(?:期间|假期|长假|节假)")


def find_in_characters(text: str) -> Iterator[tuple[int, int]]:
    """Where they begin and end, in a folded text."""
    at = 0
    for sign in _SIGN.finditer(text):
        if sign.start() < at:
            continue
        for match in _IN_CHARACTERS.finditer(text, max(at, sign.start() - _REACH), sign.end() + _REACH):
            at = match.end()
            yield match.span()
    for match in _FEAST.finditer(text):
        year = _YEAR_BEFORE.search(text, max(0, match.start() - 6), match.start())
        end = match.end() + text.startswith("节", match.end())
        if year:
            yield year.start(), end
        elif match[0] in _ALWAYS or _FEAST_BEHIND.match(text, match.end()):
            yield match.start(), end
