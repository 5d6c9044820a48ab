"""What the value behind a label may look like, by its type: with blanks, broken over lines, misread, masked."""

import re
from collections.abc import Iterator

from deid.text.patterns import any_of
from deid.text.words import WORDS

_FIGURE = "[0-9OoIl|SB*]"
_END = "(?![0-9A-Za-z])"
_RUN = (
    r"[A-Za-z0-9*](?:[A-Za-z0-9*]|[-/.#_]{1,2}(?=[A-Za-z0-9*])|\([0-9A-Za-z]{1,4}\)"
    r"|-[\u4e00-\u9fff]{1,3}-?(?=\d)){0,80}"
)
_UNITS = any_of((*WORDS.dates["no-days"], "床", "日", "月", "年"))
# Behind a block of digits: it measures nothing, and begins no item of a list.
_NO_MEASURE = rf"(?![0-9A-Za-z./:%-]| ?(?:{_UNITS})|(?<=\D\d)[、)]|(?<=\D\d\d)[、)])"
# A number of the record that was broken in two; not the next column of a line of figures.
_BROKEN = (
    r"(?:[A-Za-z]{0,3}[0-9]{1,6}(?: [0-9]{3,8}| ?\n[0-9]{2,8}){1,2}"
    rf"{_NO_MEASURE})"
)
_EXTENSION = r"(?: ?(?:-|转|ext\.?|\*|#|分机) ?\d{1,6})?"
_MOBILE = rf"(?:(?:\+|00)?86[ -]?)?[1Il|](?:[ \t\n.-]{{0,2}}{_FIGURE}){{10}}(?![0-9])"
_PHONE = (
    rf"(?:{_MOBILE}|\(?0\d{{2,3}}\)?[ ·/.-]{{0,3}}\d(?:[ ·.-]?{_FIGURE}){{6,7}}(?!\d){_EXTENSION}"
    rf"|(?:\+|00)\d{{1,3}}(?:[ .-]?\(?\d{{1,4}}\)?){{2,5}}|[48]00[ -]?\d{{3,4}}[ -]?\d{{3,4}}"
    rf"|\(?0\d{{1,2}}\)?[ -]?\d{{3,4}}[ -]\d{{4}}(?!\d){_EXTENSION}|85[23][ -]\d{{4}}[ -]?\d{{4}}(?!\d)"
    rf"|\d{{3,4}}[ -]\d{{4}}(?!\d){_EXTENSION}|[0-9*OIl]{{3,13}}{_EXTENSION})"
)
_BLOCKS = rf"(?: ?\d{{1,8}}(?:{_NO_MEASURE}|(?=\)))| \d{{2,8}}(?= \d)){{0,4}}"
_IN_BLOCKS = rf"[A-Za-z]{{0,3}} ?\d{{2,8}}(?: \d{{1,8}}{_NO_MEASURE}| \d{{2,8}}(?= \d)){{1,4}}"
_DOCUMENT = rf"[A-Za-z]{{0,3}} ?[0-9*][0-9A-Za-z*]{{1,20}}(?: ?№)?{_BLOCKS}(?:\([0-9A-Za-z]\))?"

_FORMS = {
    "ID_CARD": re.compile(
        rf"{_FIGURE}(?:[ \t\n-]{{0,2}}{_FIGURE}){{16}}[ \t\n-]{{0,2}}[0-9XxOoIl|SB*]{_END}"
        rf"|{_FIGURE}(?:[ \t\n-]{{0,2}}{_FIGURE}){{14}}{_END}"
        rf"|{_FIGURE}(?:[ \t\n-]{{0,2}}[0-9OoIl|SBXx*]){{13,19}}{_END}"
        rf"|\d{{1,8}}[(/]\d{{1,6}}[)/]?\d?\)?{_END}|\d{{4}} \d{{4}}(?!\d)|{_RUN}"
    ),
    "PHONE": re.compile(_PHONE, re.IGNORECASE),
    "BANK_CARD": re.compile(rf"\d(?:[ \n-]{{0,2}}[0-9*]){{11,18}}(?![0-9A-Za-z年月])|{_RUN}"),
    "POSTCODE": re.compile(rf"\d(?: ?\d){{5}}(?!\d)|{_RUN}"),
    "WECHAT_QQ": re.compile(rf"\d(?: ?\d){{4,11}}{_END}|[A-Za-z][A-Za-z0-9_.-]{{3,30}}|{_RUN}"),
    "PASSPORT": re.compile(f"{_DOCUMENT}|{_RUN}"),
    "PERMIT": re.compile(f"{_DOCUMENT}|{_RUN}"),
    "BIRTH_CERT": re.compile(f"{_DOCUMENT}|{_RUN}"),
    "INSURANCE": re.compile(f"{_IN_BLOCKS}|{_BROKEN}|{_RUN}"),
    "HEALTH_CARD": re.compile(f"{_IN_BLOCKS}|{_BROKEN}|{_RUN}"),
    "DEVICE_ID": re.compile(
        rf"(?:[0-9A-Fa-f]{{2}}[:-]){{5}}[0-9A-Fa-f]{{2}}|{_BROKEN}"
        rf"|(?:[A-Z]{{1,5}} (?=\d{{3}}))?{_RUN}(?: \d{{3,10}}{_NO_MEASURE}){{0,2}}"
    ),
    "IP": re.compile(r"[0-9A-Fa-f][0-9A-Fa-f:.-]{2,45}"),
    "URL": re.compile(r"[A-Za-z0-9][!-~]{3,200}"),
    "EMAIL": re.compile(r"[A-Za-z0-9._%+-]{1,64} ?[@#] ?[A-Za-z0-9-]{1,63}(?:[.。][A-Za-z0-9-]{1,63}){1,4}"),
}
# A card of the bank or of the hospital: which, its length tells.
_FORMS["CARD"] = _FORMS["BANK_CARD"]
_PLAIN = re.compile(
    rf"{_BROKEN}|\d(?: \d){{4,14}}(?! ?[0-9A-Za-z./:%-])|\d{{2,3}}(?: \d{{2,3}}){{2}}{_NO_MEASURE}"
    rf"|(?:[A-Z]{{1,5}} (?=\d{{3}}))?{_RUN}(?: \d{{3}}{_NO_MEASURE}(?= *(?:[,。;\n)]|$)))?"
)
_NEXT = re.compile(
    r" ?[,、;] ?[左右另][机侧耳眼膝髋]?[ :]{0,2}| ?(?:[、,;/~]|和|及|或|与|->?) ?|\n[ \t]{0,8}"
    r"| ?\([^()\n0-9]{1,4}\)[ :]?| ?\(旧 ?| ?[宅办家][ :]?"
)
_OTHER_THING = re.compile(rf"[0-9A-Za-z./:%]| ?(?:{any_of(WORDS.dates['no-days'])}|床|日|\))")
_DATE = re.compile(r"(?:[A-Za-z]{1,5} )?(?:19|20)\d\d[-/.年]\d{1,2}")
_MOST = 40


def value(text: str, start: int, kind: str) -> int:
    """The end of a value of type `kind` that begins at `start`; `start` if there is none."""
    match = _FORMS.get(kind, _PLAIN).match(text, start)
    return match.end() if match else start


def further(text: str, start: int, end: int, kind: str) -> Iterator[tuple[int, int]]:
    """Where more values of the same make stand behind the one from `start` to `end`: 医嘱号 123、124、125."""
    first = text[start:end]
    for _ in range(_MOST):
        joint = _NEXT.match(text, end)
        if not joint or _DATE.match(text, joint.end()):
            return
        start, end = joint.end(), value(text, joint.end(), kind)
        if end == start or not (_alike(first, text[start:end]) or ">" in joint[0]):
            return
        if _OTHER_THING.match(text, end) and "(" not in joint[0]:
            return
        yield start, end


def _alike(one: str, other: str) -> bool:
    """As long, give or take two, both with letters in front or both without; short ones of one length."""
    digits = sum(char.isdecimal() for char in other)
    if digits < 3 or one[0].isalpha() != other[0].isalpha():
        return False
    return abs(len(one) - len(other)) <= (2 if len(one) > 5 else 0) or min(len(one), len(other)) >= 7
