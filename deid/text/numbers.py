"""Numbers that show by their shape what they are: identity cards, telephones, e-mail, plates."""

import re
from collections.abc import Iterator

from deid.text.checks import has_birth_date, is_credit_code, is_identity_card, passes_luhn
from deid.text.patterns import NO_WORD_BEFORE, NO_WORD_BEHIND, Pattern, pattern
from deid.text.spans import CHECKED, SHAPED, Span

_NUMBER_BEFORE = r"(?<![0-9A-Za-z.])"
_NUMBER_ENDS = r"(?![0-9]|\.[0-9])"
_MISREAD = str.maketrans("OoIl|", "00111")

# 17 characters and a check, with what scanning and typing put between; misread O and l counted as digits.
_CARD_18 = re.compile(
    NO_WORD_BEFORE + r"[0-9OoIl|](?:[ \t\n-]{0,2}[0-9OoIl|]){16}[ \t\n-]{0,2}[0-9XxOoIl|]" + NO_WORD_BEHIND
)
_CARD_15 = re.compile(NO_WORD_BEFORE + r"[1-8]\d{14}" + NO_WORD_BEHIND)
_CODE = "[0-9A-HJ-NP-RT-UW-Y]"
_CREDIT_CODE = re.compile(NO_WORD_BEFORE + _CODE + r"{2}\d{6}" + _CODE + "{10}" + NO_WORD_BEHIND)
_BANK_CARD = re.compile(NO_WORD_BEFORE + r"[3-6]\d(?:[ -]?\d){13,17}" + NO_WORD_BEHIND)
_BYTE = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
_PROVINCES_ON_PLATES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使"

# Nothing else in a note looks like these.
_SHAPES: tuple[Pattern, ...] = (
    pattern(
        "EMAIL",
        SHAPED,
        r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}\s?@\s?[A-Za-z0-9-]{1,63}",
        r"(?:\.[A-Za-z0-9-]{1,63}){1,4}",
    ),
    pattern(
        "URL",
        SHAPED,
        NO_WORD_BEFORE,
        r"(?:(?:https?|ftp)://|www\.)[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]{3,2000}",
        any_case=True,
    ),
    pattern("IP", SHAPED, rf"(?<![0-9.])(?:{_BYTE}\.){{3}}{_BYTE}", _NUMBER_ENDS),
    pattern("IP", SHAPED, r"(?<![0-9A-Fa-f:])(?:[0-9A-Fa-f]{1,4}:){5,7}[0-9A-Fa-f]{1,4}(?![0-9A-Fa-f:])"),
    pattern(
        "DEVICE_ID", SHAPED, r"(?<![0-9A-Fa-f:-])(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}(?![0-9A-Fa-f:-])"
    ),
    # Mobile, in blocks of 3-4-4 or 3-3-2-3; then landline with area code, 400 and 800 numbers.
    pattern(
        "PHONE", SHAPED, NO_WORD_BEFORE, r"(?:(?:\+|00)?86[ -]?)?1[3-9]\d(?:[ -]?\d{4}){2}", _NUMBER_ENDS
    ),
    pattern("PHONE", SHAPED, NO_WORD_BEFORE, r"1[3-9]\d[ -]?\d{3}[ -]?\d{2}[ -]?\d{3}", _NUMBER_ENDS),
    pattern(
        "PHONE",
        SHAPED,
        _NUMBER_BEFORE,
        r"(?:\+?86[ -]?)?\(?0(?:10|2\d|[3-9]\d{2})\)?[ -]?[2-8]\d{2,3}[ -]?\d{4}",
        r"(?:(?:-|转|ext\.? ?)\d{1,6})?",
        _NUMBER_ENDS,
    ),
    pattern("PHONE", SHAPED, _NUMBER_BEFORE, r"[48]00[ -]?\d{3,4}[ -]?\d{3,4}", _NUMBER_ENDS),
    # North American, and any number written with its country.
    pattern(
        "PHONE",
        SHAPED,
        _NUMBER_BEFORE,
        r"(?:\+?1[ .-]?)?(?:\(\d{3}\) ?|\d{3}[.-])\d{3}[.-]\d{4}(?: ?(?:x|ext\.?) ?\d{1,6})?",
        _NUMBER_ENDS,
        any_case=True,
    ),
    pattern("PHONE", SHAPED, _NUMBER_BEFORE, r"\+\d{1,3}(?:[ -]?\d{2,4}){2,5}", _NUMBER_ENDS),
    pattern("PASSPORT", SHAPED, NO_WORD_BEFORE, r"(?:E[A-HJ-NP-Z]\d{7}|[EGDSPKH]\d{8})", NO_WORD_BEHIND),
    pattern("PERMIT", SHAPED, NO_WORD_BEFORE, r"[HMC]\d{8}(?:\d{2})?", NO_WORD_BEHIND),
    pattern("PERMIT", SHAPED, NO_WORD_BEFORE, r"[A-Z]{1,2}\d{6}\([0-9A]\)"),
    pattern("ID_CARD", SHAPED, r"(?<![0-9A-Za-z-])\d{3}-\d{2}-\d{4}(?![0-9-])"),
    pattern(
        "PLATE",
        SHAPED,
        f"[{_PROVINCES_ON_PLATES}][A-HJ-NP-Z][· -]?",
        "(?:[DF]?[A-HJ-NP-Z0-9]{5}[DF]?|[A-HJ-NP-Z0-9]{4}[挂学警港澳])",
        NO_WORD_BEHIND,
    ),
    pattern("WECHAT_QQ", SHAPED, NO_WORD_BEFORE, r"wxid_[A-Za-z0-9]{4,20}", NO_WORD_BEHIND),
    pattern("WECHAT_QQ", SHAPED, r"(?<=QQ)\d{5,11}", NO_WORD_BEHIND),
)


def find_numbers(text: str) -> Iterator[Span]:
    """Spans in a folded text."""
    yield from _identity_cards(text)
    for match in _CREDIT_CODE.finditer(text):
        if is_credit_code(match[0]):
            yield Span(match.start(), match.end(), "ORG", CHECKED)
    for match in _BANK_CARD.finditer(text):
        digits = re.sub("[ -]", "", match[0])
        if passes_luhn(digits) and len(set(digits)) > 2:
            yield Span(match.start(), match.end(), "BANK_CARD", SHAPED)
    for shape in _SHAPES:
        yield from shape.spans(text)


def _identity_cards(text: str) -> Iterator[Span]:
    for match in _CARD_18.finditer(text):
        written = re.sub("[ \t\n-]", "", match[0])
        number = written.translate(_MISREAD)
        if not has_birth_date(number):
            continue
        if is_identity_card(number):
            yield Span(match.start(), match.end(), "ID_CARD", CHECKED)
        # Without a fitting check the shape must be whole: several columns of digits may add up to 18.
        elif written == match[0]:
            yield Span(match.start(), match.end(), "ID_CARD", SHAPED)
    for match in _CARD_15.finditer(text):
        if has_birth_date(match[0]):
            yield Span(match.start(), match.end(), "ID_CARD", SHAPED)
