"""Numbers that show by their shape what they are: identity cards, bank cards, telephones, travel documents.

Only where seven figures stand close together is anything tried: most figures of a note are values and dates.
"""

import re
from collections.abc import Iterator

from deid.text.checks import has_birth_date, is_credit_code, is_identity_card, passes_luhn
from deid.text.measures import is_code
from deid.text.patterns import NO_WORD_BEFORE, NO_WORD_BEHIND, Pattern, pattern
from deid.text.spans import CHECKED, LABELLED, LIKELY, SHAPED, Span

_NUMBER_BEFORE = r"(?<![0-9A-Za-z.])"
_NUMBER_ENDS = r"(?![0-9]|\.[0-9])"
# What scanners and typists take for digits.
_MISREAD = str.maketrans("OoIl|SB×", "0011158X")
_FIGURE = "[0-9OoIl|SB]"
# Seven or more figures or stars with little between: where a number of a person may stand. Letters, brackets
# and a country may stand in front of it.
_CROWD = re.compile(rf"{_FIGURE}(?:[ \t\n()./·*_-]{{0,3}}[0-9OoIl|SBXx]|\*{{2,10}}){{5,}}")
_LETTER = re.compile("[A-Z]")
_A_DATE = re.compile(r"(?:19|20)\d\d([-/.])[01]?\d\1[0-3]?\d(?: [012]?\d)?$")
_CARD_LENGTH = 10
_MOBILE_LENGTH = 9
_MARGIN = 6
_MOST = 400
_LEAST_DIGITS = 5

# 17 characters and a check, with what scanning and typing put between; misread O and l counted as digits.
_CARD_18 = re.compile(
    rf"{NO_WORD_BEFORE}{_FIGURE}(?:[ \t\n./_-]{{0,2}}{_FIGURE}){{16}}[ \t\n./_-]{{0,2}}[0-9XxOoIl|SB×]{NO_WORD_BEHIND}"
)
_CARD_15 = re.compile(rf"{NO_WORD_BEFORE}{_FIGURE}(?:[ \n-]?{_FIGURE}){{14}}{NO_WORD_BEHIND}")
_CARD_MASKED = re.compile(rf"{NO_WORD_BEFORE}\d{{1,10}}\*{{4,14}}\d{{0,4}}[0-9Xx]?{NO_WORD_BEHIND}")
_CODE = "[0-9A-HJ-NP-RT-UW-Y]"
_CREDIT_CODE = re.compile(rf"{NO_WORD_BEFORE}{_CODE}{{2}}\d{{6}}{_CODE}{{10}}{NO_WORD_BEHIND}")
_BANK_CARD = re.compile(
    rf"{NO_WORD_BEFORE}[3-6]\d(?:[ -]?\d|\n(?=\d{{3,4}}(?!\d))\d){{13,17}}{NO_WORD_BEHIND}"
)
_MOBILE = re.compile(
    rf"(?<![0-9A-Za-z.])(?:(?:\((?:\+|00)?86\)|(?:\+|00)?86)[ -]?)?"
    rf"[1Il|](?:[ \n.-]?{_FIGURE}){{10}}(?![0-9A-Za-z]|\.[0-9])"
)
_BLOCKS = (
    (3, 4, 4),
    (3, 3, 2, 3),
    (3, 3, 5),
    (3, 8),
    (7, 4),
    (4, 7),
    (3, 3, 3, 2),
    (5, 6),
    (4, 4, 3),
    (1,) * 11,
)
_LEAST_TRUE_DIGITS = 3

# Letter, province and seven digits (from 1996 on).
_BIRTH = r"[A-Z](?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5])\d{7}"
_EXTENSION = r"(?: ?(?:-|转|ext\.?|\*|分机) ?\d{1,6})?"
_UNLETTERED: tuple[Pattern, ...] = (
    # A card in blocks of four, though its check digit does not fit.
    pattern(
        "BANK_CARD",
        SHAPED,
        NO_WORD_BEFORE,
        r"[3-6]\d{3}([ -])\d{4}\1\d{4}\1\d{4}(?:\1\d{1,3})?",
        NO_WORD_BEHIND,
    ),
    pattern("PHONE", SHAPED, NO_WORD_BEFORE, r"1[3-9]\d(?:\*{2,8}|[xX]{4,5})\d{2,4}", NO_WORD_BEHIND),
    # Landline with area code, 400 and 800 numbers; North American; any number written with its country.
    pattern(
        "PHONE",
        SHAPED,
        _NUMBER_BEFORE,
        r"(?:\+?(?:86|0086)[ -]?)?\(?0(?:10|2\d|[3-9]\d{2})\)?[ ·/.-]{0,3}[2-8](?:[ ·.-]?\d){6,7}(?!\d)",
        _EXTENSION,
        _NUMBER_ENDS,
    ),
    pattern("PHONE", SHAPED, _NUMBER_BEFORE, r"[2-8]\d{6,7} ?转 ?\d{1,6}"),
    pattern("PHONE", SHAPED, _NUMBER_BEFORE, r"[48]00[ -]?\d{3,4}[ -]?\d{3,4}", _NUMBER_ENDS),
    pattern(
        "PHONE",
        SHAPED,
        _NUMBER_BEFORE,
        r"(?:\+?1[ .-]?)?(?:\(\d{3}\) ?|\d{3}[.-])\d{3}[.-]\d{4}(?: ?(?:x|ext\.?) ?\d{1,6})?",
        _NUMBER_ENDS,
        any_case=True,
    ),
    pattern(
        "PHONE",
        SHAPED,
        _NUMBER_BEFORE,
        r"(?:\(\+\d{1,3}\)|\+\d{1,3})(?:[ -]?(?:\(\d{1,4}\)|\d{1,4})){2,5}",
        _NUMBER_ENDS,
    ),
    # Taiwan, Hong Kong and Macau.
    pattern(
        "PHONE", SHAPED, _NUMBER_BEFORE, r"(?:\(0[2-8]\d?\) ?|0[2-8]-)\d{3,4}-\d{4}(?:#\d{1,6})?(?![0-9-])"
    ),
    pattern("PHONE", SHAPED, _NUMBER_BEFORE, r"85[23][ -]\d{4}[ -]?\d{4}", _NUMBER_ENDS),
    pattern("PHONE", SHAPED, _NUMBER_BEFORE, r"(?:00)?86-(?:10|2\d|[3-9]\d{2})-[2-8]\d{6,7}", _NUMBER_ENDS),
    pattern("PHONE", SHAPED, _NUMBER_BEFORE, r"00(?:1|8[0-8]\d|[2-9]\d)-\d{1,4}-\d{3,8}", _NUMBER_ENDS),
    # What PACS calls a study or an image; not the names of standards.
    pattern(
        "MRN",
        SHAPED,
        r"(?<![0-9A-Za-z.])(?!1\.2\.840\.10008\.|2\.16\.840\.1\.113883\.)[012]\.\d{1,3}(?:\.\d{1,39}){5,14}(?![0-9])",
    ),
    pattern("ID_CARD", SHAPED, NO_WORD_BEFORE, r"(?:[157]\d{6}\(\d\)|[157]/\d{6}/\d)", NO_WORD_BEHIND),
    pattern("ID_CARD", SHAPED, r"(?<![0-9A-Za-z-])\d{3}-\d{2}-\d{4}(?![0-9-])"),
)
_LETTERED = (
    *_UNLETTERED,
    pattern("PASSPORT", SHAPED, NO_WORD_BEFORE, r"(?:E[A-HJ-NP-Z]\d{7}|[EGDSPKH]\d{8})", NO_WORD_BEHIND),
    pattern("BIRTH_CERT", LIKELY, NO_WORD_BEFORE, _BIRTH, NO_WORD_BEHIND),
    pattern("PERMIT", SHAPED, NO_WORD_BEFORE, r"[HMC]\d{8}(?:\d{2})?", NO_WORD_BEHIND),
    pattern("ID_CARD", LABELLED, NO_WORD_BEFORE, r"[STFGM]\d{7}[A-Z](?![0-9A-Za-z])"),
    # ISBT 128: who collected the blood, the year, its number.
    pattern("MRN", SHAPED, NO_WORD_BEFORE, r"[A-Z]\d{4} \d{2} \d{6}(?: \d{2})?", NO_WORD_BEHIND),
    pattern("ID_CARD", SHAPED, NO_WORD_BEFORE, r"[A-Z]{1,2}\d{6}\([0-9A]\)"),
)
# (01)06901234567892(17)270101(21)S5678: what GS1 prints on a device, read by a person.
_UDI = re.compile(
    r"\(01\) ?\d{14}(?: ?\(\d{2,3}\) ?[A-Za-z0-9/-]{1,20}){0,6}"
    r"|\((?:21|240|250|8004)\) ?(?=(?:[A-Za-z/-]{0,4}\d){4})[A-Za-z0-9/-]{6,20}(?![0-9A-Za-z])"
    # REF 450.1203 LOT AB881: what is printed on the box of an implant.
    r"|(?<![A-Za-z])REF[: ]{0,2}(?=[A-Z-]{0,4}\d)[A-Z0-9][A-Z0-9./-]{3,20}[ ,;/]{1,3}LOT[: ]{0,2}"
    r"(?=[A-Z-]{0,6}\d)[A-Z0-9][A-Z0-9-]{3,20}(?:[ ,;/]{1,3}SN[: ]{0,2}[A-Z0-9-]{4,20})?"
)
_SOLDIER = re.compile("[军士兵武文警海空南北沈兰济广成京参政后装火联]字第 ?\\d{4,10} ?号")
# 幺三八零零零一二三四五: a telephone as it was said.
_SAID = re.compile("[〇零○幺洞一二三四五六七八九]{7,13}(?![年月十百千万分])")


_SPOKEN = "(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|double|triple)"
_SPOKEN_NUMBER = re.compile(rf"(?i)(?<![a-z]){_SPOKEN}(?:[ -]{_SPOKEN}){{6,15}}(?![a-z])")


def find_numbers(text: str) -> Iterator[Span]:
    """Spans in a folded text."""
    for crowd in _CROWD.finditer(text):
        if not _A_DATE.match(crowd[0]) and sum(map(str.isdecimal, crowd[0][:_MOST])) >= _LEAST_DIGITS:
            yield from _in_crowd(text, crowd)
    for match in _UDI.finditer(text) if "(" in text or "REF" in text else ():
        yield Span(match.start(), match.end(), "DEVICE_ID", LABELLED)
    for match in _SOLDIER.finditer(text):
        yield Span(match.start(), match.end(), "ID_CARD", SHAPED)
    spoken = (_SPOKEN_NUMBER,) if "one" in text or "zero" in text or "oh" in text or "two" in text else ()
    for said in (_SAID, *spoken):
        for match in said.finditer(text):
            yield Span(match.start(), match.end(), "PHONE", LIKELY)


def _in_crowd(text: str, crowd: re.Match[str]) -> Iterator[Span]:
    start, end = max(0, crowd.start() - _MARGIN), min(len(text), crowd.end() + 2 * _MARGIN)
    length = len(crowd[0])
    if length >= _CARD_LENGTH:
        yield from _identity_cards(text, start, end)
    if length >= _CARD_LENGTH or _LETTER.match(text, crowd.end()):
        yield from _checked(text, start, end)
    if length >= _MOBILE_LENGTH:
        for match in _MOBILE.finditer(text, start, end):
            if _is_mobile(match[0]):
                yield Span(match.start(), match.end(), "PHONE", SHAPED)
    shapes = _LETTERED if _LETTER.search(text, start, crowd.start() + 1) else _UNLETTERED
    for shape in shapes:
        for match in shape.regex.finditer(text, start, end):
            if not is_code(text, match.start()):
                yield Span(match.start(), match.end(), shape.type, shape.score)


def _checked(text: str, start: int, end: int) -> Iterator[Span]:
    for match in _CREDIT_CODE.finditer(text, start, end):
        if is_credit_code(match[0]) and not (match[0].isdecimal() and has_birth_date(match[0])):
            yield Span(match.start(), match.end(), "ORG", CHECKED)
    for match in _BANK_CARD.finditer(text, start, end):
        digits = re.sub("[ \n-]", "", match[0])
        if passes_luhn(digits) and len(set(digits)) > 2:
            yield Span(match.start(), match.end(), "BANK_CARD", SHAPED)


def _is_mobile(written: str) -> bool:
    """Eleven figures, most of them digits, in blocks as people write them, or broken once by a line."""
    local = re.sub(r"^\(?(?:\+|00)?86\)?[ -]?(?=[1Il|])", "", written)
    blocks = re.split("[ \n.-]", local)
    number = "".join(blocks)
    if sum(map(str.isdecimal, number)) < _LEAST_TRUE_DIGITS or "|" in number[1:] * (
        not number[1:].isdecimal()
    ):
        return False
    if number.translate(_MISREAD)[:2] not in ("13", "14", "15", "16", "17", "18", "19"):
        return False
    return len(blocks) == 1 or tuple(map(len, blocks)) in _BLOCKS or local.count("\n") == 1 == len(blocks) - 1


def _identity_cards(text: str, start: int, end: int) -> Iterator[Span]:
    for match in _CARD_18.finditer(text, start, end):
        written = re.sub("[ \t\n./_-]", "", match[0])
        number = written.translate(_MISREAD)
        if not has_birth_date(number):
            continue
        if is_identity_card(number):
            yield Span(match.start(), match.end(), "ID_CARD", CHECKED)
        # Without a fitting check the shape must be whole: several columns of digits may add up to 18.
        elif written == match[0] and written[:6].isdecimal():
            yield Span(match.start(), match.end(), "ID_CARD", SHAPED)
    for match in _CARD_15.finditer(text, start, end):
        written = re.sub("[ \n-]", "", match[0])
        number = written.translate(_MISREAD)
        whole = written == match[0] or match[0][6:7] in " \n-"
        if whole and number[0] in "12345678" and has_birth_date(number):
            yield Span(match.start(), match.end(), "ID_CARD", SHAPED)
    for match in _CARD_MASKED.finditer(text, start, end):
        if len(match[0]) in (15, 18):
            yield Span(match.start(), match.end(), "ID_CARD", SHAPED)
