"""Numbers of English-speaking lands that nothing else looks like: telephones, cards, addresses on the net, old age."""

import re
from collections.abc import Iterator

from deid.text.english_checks import find_checked
from deid.text.patterns import (
    NO_LETTER_BEFORE,
    NO_LETTER_BEHIND,
    NO_WORD_BEFORE,
    NO_WORD_BEHIND,
    Pattern,
    pattern,
)
from deid.text.spans import LABELLED, LIKELY, SHAPED, Span

_ENDS = r"(?![0-9A-Za-z]|\.[0-9])"
_STARTS = r"(?<![0-9A-Za-z.])"

_SHORT_PHONES: tuple[Pattern, ...] = (
    pattern("PHONE", LABELLED, r"(?<![A-Za-z0-9])(?:ext|Ext|EXT)[.:# ]{0,2}(?P<v>\d{2,6})", _ENDS),
    pattern("PHONE", LABELLED, r"(?<=[,;(0-9] )(?:local|loc)\.? (?P<v>\d{3,5})", _ENDS),
    pattern("PHONE", LABELLED, r"(?<![A-Za-z0-9])[xX](?P<v>\d-?\d{3,5})(?! ?[a-z%])", _ENDS),
)
_PHONES: tuple[Pattern, ...] = (
    # Great Britain, Ireland, Australia, New Zealand, South Africa: a zero and ten or eleven digits in blocks.
    pattern(
        "PHONE",
        SHAPED,
        _STARTS,
        r"\(?0\d{1,4}\)?[ -]\d{3,4}[ -]?\d{3,4}(?: ?(?:x|[Ee]xt\.?) ?\d{1,6})?",
        _ENDS,
    ),
    pattern("PHONE", SHAPED, _STARTS, r"0(?:7\d{3}|[24]\d{2})[ -]?\d{3}[ -]?\d{3}", _ENDS),
    pattern("PHONE", SHAPED, _STARTS, r"1[38]00[ -]\d{3}[ -]\d{3}", _ENDS),
    pattern(
        "PHONE",
        SHAPED,
        r"(?<![0-9A-Za-z])\+\d{1,3}[ .-]?(?:\(0?\d{0,4}\)[ .-]?)?\d{1,5}(?:[ .-]?\d{1,7}){1,5}",
        _ENDS,
    ),
    pattern(
        "PHONE",
        SHAPED,
        _STARTS,
        r"(?:\d{1,2}[ .-])?\(?[2-9]\d{2}\)?(?:[ ./-]{1,2}\d{3}[.-]|[./-]\d{3} )\d{4}(?:,? ?(?:x"
        r"|[Ee]xt\.?|extension) "
        r"?\d{1,6})?",
        _ENDS,
    ),
    pattern("PHONE", LIKELY, _STARTS, r"(?:\d{1,2} )?\(?[2-9]\d{2}\)? \d{3} \d{4}", _ENDS),
)

# Six digits or more.
_LONG: tuple[Pattern, ...] = (
    *_PHONES,
    pattern("BANK_CARD", SHAPED, _STARTS, r"[3-6]\d{3}([ -])\d{4}\1\d{4}\1\d{4}", _ENDS),
    pattern("POSTCODE", SHAPED, r"(?<=Singapore )\(?\d{6}\)?", _ENDS),
    pattern(
        "ID_CARD",
        SHAPED,
        NO_WORD_BEFORE,
        r"(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]",
        NO_WORD_BEHIND,
    ),
    pattern(
        "ID_CARD",
        LIKELY,
        r"(?<![0-9A-Za-z.-])(?!000|666|9)\d{3}([. ])(?!00)\d\d\1(?!0000)\d{4}(?![0-9-]|[. ]\d)",
    ),
    pattern("ID_CARD", SHAPED, r"(?<![0-9A-Za-z-])\d{6}-\d{2}-\d{4}(?![0-9-])"),
    pattern(
        "MRN",
        SHAPED,
        r"(?<![0-9A-Za-z/])(?!(?:19|20)\d\d/(?:0?[1-9]|1[0-2])/)\d{4}/\d{2,6}/\d{1,6}(?![0-9A-Za-z/])",
    ),
    pattern("PHONE", SHAPED, r"\(\+?\d{1,3}\) ?\d{2,4}(?:[ -]\d{3,4}){2}(?![0-9])"),
)
_SHAPES: tuple[Pattern, ...] = (
    pattern("ID_CARD", SHAPED, r"(?<![0-9A-Za-z-])(?:[X*x#]{3}-[X*x#]{2}|\d{3}-\d{2})-\d{4}(?![0-9-])"),
    pattern("ID_CARD", SHAPED, NO_WORD_BEFORE, r"[A-Z]{5}\d{4}[A-Z]", NO_WORD_BEHIND),
    # SXXXX207D: a Singapore number of which the last figures are told
    pattern("ID_CARD", SHAPED, NO_WORD_BEFORE, r"[STFGM] ?[Xx*]{4} ?\d{3}[A-Z]", NO_WORD_BEHIND),
    # RA 5520 0817 4 AU: what the post follows a letter by
    pattern("MRN", SHAPED, NO_WORD_BEFORE, r"[A-Z]{2} ?\d{4} ?\d{4} ?\d ?[A-Z]{2}", NO_WORD_BEHIND),
    # IPv6 with its zeros left out, an address of a network, a MAC in threes of four
    pattern(
        "IP", SHAPED, r"(?<![0-9A-Za-z:.])(?:[0-9A-Fa-f]{1,4}:){6}\d{1,3}(?:\.\d{1,3}){3}(?![0-9A-Za-z:])"
    ),
    pattern(
        "IP",
        SHAPED,
        r"(?<![0-9A-Za-z:.])(?=[0-9:.]{0,40}[A-Fa-f]|::1(?![0-9])|::/"
        r"|\d+:\d+:\d)(?:[0-9A-Fa-f]{1,4}:){0,6}(?:[0-9A-Fa-f]{1,4})?::(?:[0-9A-Fa-f]{1,4}:){0,6}"
        r"(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f]{1,4})?(?:%[A-Za-z0-9]{1,12}|/\d{1,3})?(?![0-9A-Za-z:])",
    ),
    pattern("IP", SHAPED, r"(?<![0-9.])\d{1,3}(?:\.\d{1,3}){3}/\d{1,2}(?![0-9])"),
    pattern(
        "DEVICE_ID", SHAPED, NO_WORD_BEFORE, r"[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}", NO_WORD_BEHIND
    ),
    pattern(
        "URL",
        SHAPED,
        r"(?<![A-Za-z0-9@._-])(?:[A-Za-z0-9-]{2,40}\.){1,3}(?:com|org|net|edu|gov|info|health|hospital|clinic"
        r"|co\.[a-z]{2}|org\.[a-z]{2}|nhs\.uk|ac\.uk|com\.[a-z]{2}|gov\.[a-z]{2}"
        r"|edu\.[a-z]{2})(?:/[A-Za-z0-9._~/?=&%#-]{0,200})?(?![A-Za-z0-9@])",
    ),
    pattern(
        "INSURANCE",
        SHAPED,
        NO_WORD_BEFORE,
        r"[1-9][AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y]\d-?[AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y]\d-?[AC-HJKMN"
        r"P-RT-Y]{2}\d{2}",
        NO_WORD_BEHIND,
    ),
    # S23-14872, 24-0093817, VS-0217, MIC-2022-1184, 2023/335/41
    pattern(
        "MRN",
        SHAPED,
        NO_WORD_BEFORE,
        r"(?:[A-Z]{1,3}\d{2}-\d{3,7}|\d{2}[A-Z]{1,3}-\d{3,7}|\d{2}-\d{5,9})",
        NO_WORD_BEHIND,
    ),
    pattern(
        "MRN",
        SHAPED,
        r"(?<![0-9A-Za-z-])[A-Z]{2,5}-(?:\d{4,9}|\d{2,4}-\d{2,8}(?:-[0-9A-Z]{1,4})?)(?![0-9A-Za-z-])",
    ),
    pattern(
        "MRN",
        SHAPED,
        r"(?<![0-9A-Za-z-])(?:\d{2}-[A-Z]{1,4}-\d{3,7}"
        r"|[A-Z]-\d{4,6}(?:-[0-9A-Z]{1,3})?)(?![0-9A-Za-z-])",
    ),
    pattern(
        "HEALTH_CARD",
        LABELLED,
        r"(?<![A-Za-z])NHI(?: [Nn]o\.?| [Nn]umber)?[ :#]{1,3}(?P<v>[A-HJ-NP-Z]{3}\d{2}[0-9A-Z]{2})",
        NO_WORD_BEHIND,
    ),
)

_OLD = "(?:9\\d|1[0-2]\\d)"
_TENS = (
    "(?:one hundred(?: and)?(?:[ -](?:one|two|three|four|five|six|seven|eight|nine|ten))?"
    "|ninety(?:[ -](?:one|two|three|four|five|six|seven|eight|nine))?)"
)
_AGES: tuple[Pattern, ...] = (
    pattern(
        "AGE",
        SHAPED,
        r"(?<![0-9.])",
        _OLD,
        r"(?:[- ]{0,2}(?:years?|yrs?)(?:[- ]{1,2}(?:old|of age|young))?|[ -]?y\.?/?o\.?(?![a-z])|[ "
        r"-]?Y/?O(?![A-Z])| ?y(?![a-zA-Z/]))",
        NO_LETTER_BEHIND,
    ),
    pattern(
        "AGE",
        LABELLED,
        r"(?<![A-Za-z])(?i:ages?|aged|age/sex|turned|turning|years)[ :]{1,3}(?:at |of |is )?(?P<v>",
        _OLD,
        r")(?![0-9.%/]| ?(?:mg|ml|%|days?|weeks?|months?))",
    ),
    pattern(
        "AGE",
        LIKELY,
        r"(?<![0-9A-Za-z./%-])(?P<v>",
        _OLD,
        r") ?(?:M|F|male|female|woman|man|lady|gentleman|WM|WF|BM|BF|AAM|AAF)(?=[ ,;.)\n/])(?! ?=)",
    ),
    pattern("AGE", LIKELY, NO_LETTER_BEFORE, _TENS, r"[- ](?:years?|yrs?)[- ](?:old|of age)", any_case=True),
)
# Names somebody has on the net.
_OTHERS: tuple[Pattern, ...] = (
    pattern(
        "MRN",
        LABELLED,
        r"(?<![A-Za-z])(?:[Oo]ur|[Yy]our|[Mm]y|OUR|YOUR) (?:[Rr]ef|REF)(?:erence)?s?[ \t]{0,2}:[ "
        r"\t]{0,4}(?P<v>[A-Za-z0-9]+(?:[/.-][A-Za-z0-9]+){1,5})",
    ),
    pattern(
        "ID_CARD",
        LABELLED,
        r"(?<![A-Za-z])(?:SSN|[Ss]ocial(?: [Ss]ecurity(?: (?:number|no\.?|#))?)?|last (?:four|4)(?: "
        r"digits)?(?: of)?(?: (?:his|her|the))?(?: SSN| social)?)(?: ?\(?(?:ending|ends|last (?:four"
        r"|4)|last 4 digits)(?: (?:in|with|of SSN))?\)?)?[ :]{1,3}(?:is )?(?P<v>\d{4})",
        NO_WORD_BEHIND,
    ),
    pattern(
        "WECHAT_QQ",
        LABELLED,
        r"(?<![A-Za-z])(?:[Ff]acebook|[Ii]nstagram|[Ii]nsta|[Tt]witter|[Ss]napchat|[Tt]ik[Tt]ok"
        r"|[Ss]kype|Line ID|[Tt]elegram|[Ll]inked[Ii]n|[Uu]sername|[Uu]ser name|[Ll]ogin|[Uu]ser ID"
        r"|[Ss]creen name)(?:[ \t]{0,2}[:=(][ \t]{0,3}|[ \t]{1,2}(?=@))(?P<v>(?:live:)?@?[A-Za-z0-9._-]{3,40})",
    ),
)


def find_shaped(text: str) -> Iterator[Span]:
    """Spans in a folded text."""
    for start, end in _around_digits(text):
        for one in _LONG:
            group = "v" if "v" in one.regex.groupindex else 0
            for match in one.regex.finditer(text, start, end):
                yield Span(match.start(group), match.end(group), one.type, one.score)
        yield from find_checked(text, start, end)
    for one in (*_SHORT_PHONES, *_SHAPES, *_AGES):
        yield from one.spans(text)
    if _SOCIAL.search(text):
        for one in _OTHERS:
            yield from one.spans(text)
    for match in _PLATE.finditer(text):
        if _CAR.search(text, max(0, match.start() - 48), match.start()):
            yield Span(match.start(), match.end(), "PLATE", LIKELY)


# Number plates of Great Britain, Singapore, Hong Kong and India, where a car is spoken of
_PLATE = re.compile(
    NO_WORD_BEFORE + r"(?:[A-Z]{2}\d{2}[ -]?[A-Z]{3}|[A-Z]\d{1,3} ?[A-Z]{3}|[A-Z]{3} ?\d{1,3}[A-Z]"
    r"|S[A-Z]{1,2} ?\d{1,4} ?[A-Z]|[A-Z]{2}\d{4}"
    r"|[A-Z]{2}[ -]?\d{1,2}[ -]?[A-Z]{1,3}[ -]?\d{4})" + NO_WORD_BEHIND
)
_CAR = re.compile(
    r"(?<![a-z])(?:car|cab|taxi|vehicle|van|lorry|bus|minibus|truck|motorbike|motorcycle|scooter|reg|rego"
    r"|plates?|driver)(?![a-z])",
    re.IGNORECASE,
)
# Where six digits stand together there may be a long number; in most of a note there are none.
_MANY_DIGITS = re.compile(r"\d(?:[ ().:/-]{0,2}\d){5}")
_BEFORE, _BEHIND = 24, 48
_SOCIAL = re.compile(
    "[Rr]ef|REF|SSN|[Ss]ocial|last (?:four|4)|book|nsta|witter|[Ss]nap|[Tt]ik|kype|Line ID"
    "|elegram|inked|[Ll]ogin|[Uu]ser|[Ss]creen n"
)


def _around_digits(text: str) -> Iterator[tuple[int, int]]:
    """Places with many digits and room on both sides; none overlaps another."""
    start = end = -1
    for match in _MANY_DIGITS.finditer(text):
        if match.start() - _BEFORE > end:
            if end >= 0:
                yield start, end
            start = max(0, match.start() - _BEFORE)
        end = match.end() + _BEHIND
    if end >= 0:
        yield start, end
