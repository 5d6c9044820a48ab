"""Numbers of English-speaking lands, by their labels and shapes: telephones, records, cards, policies, old age."""

import re
from collections.abc import Iterator

from deid.text.checks import has_birth_date
from deid.text.english_shapes import find_shaped
from deid.text.patterns import any_of
from deid.text.spans import LABELLED, LIKELY, Span
from deid.text.words import WORDS

# Every run with a digit in it is looked at once, and then what stands in front of it.
_RUN = re.compile(
    r"(?<![0-9A-Za-z_])(?:[A-Z]{1,6}[-./ ]?)?[+(#]{0,2}\d(?:[0-9A-Za-z]|[-/.^(*)](?=[0-9A-Z(])"
    r"|(?<=\d)[ ](?=[0-9(]))*"
)
_FAR = 48
_WORD = re.compile(r"[A-Za-z][A-Za-z'&/.]*(?:-[A-Za-z]+)*|#")
_SIGNS = frozenset(
    "no nos num number numbers nr # id ids no. code is was are ending ends in last four".split()
)
_SKIPPED = frozenset("is was are the of his her their at on to ending ends in with".split())
_SEPARATED = re.compile(r"[:=#|]\s{0,4}$")
_BETWEEN_WORDS = re.compile(r"[;,.\n|)](?:\s|$)|\d")

_VALUES = {
    "MRN": r"\d{2,4}(?: \d{2,4}){1,3}(?![0-9A-Za-z/:.-]| [a-z0-9])|[A-Za-z]{0,6}[-/. "
    r"]?[0-9](?:[0-9A-Za-z]|[-/.^](?=[0-9A-Za-z])|\((?=[0-9A-Z]\))"
    r"|(?<=\([0-9A-Z])\)){1,24}",
    "INSURANCE": r"[A-Z]{0,5}[ -]?\d[0-9A-Z]{2,20}(?:[ -]\d[0-9A-Z]{0,6}){0,4}(?![0-9A-Za-z%/-])"
    r"|[A-Z]{0,6}[-/ ]?\d(?:[0-9A-Za-z]|[-/](?=[0-9A-Za-z])){3,28}(?![0-9A-Za-z%])",
    "HEALTH_CARD": r"[A-Z]{0,4} ?\d(?:[ -]?[0-9A-Z]){7,17}(?![0-9A-Za-z])",
    "ID_CARD": r"[A-Z]{0,5}[ -]?\d(?:[ -]?\d|[A-Z](?![A-Za-z])){2,17}(?:[ "
    r"-]?[A-Z](?![A-Za-z]))?(?:\([0-9A]\))?(?![0-9A-Za-z])",
    "BIRTH_CERT": r"[A-Z]{0,4}[-/ ]?\d(?:[0-9A-Za-z]|[-/](?=[0-9A-Za-z])){3,24}",
    "PASSPORT": r"[A-Z0-9]{1,3} ?\d[0-9A-Z]{4,9}(?![0-9A-Za-z])",
    "BANK_CARD": r"[A-Z]{0,4}\d(?:[ -]?\d){3,18}(?![0-9A-Za-z])",
    "PLATE": r"[A-Z0-9]{1,4}(?:[ -]?[A-Z0-9]{1,4}){0,2}(?![0-9A-Za-z])",
    "DEVICE_ID": r"[A-Z0-9(][A-Z0-9()-]{4,30}(?![0-9A-Za-z])",
    "PHONE": r"(?:\+|00)?\(?\d{1,5}\)?(?:[ ./-]{1,2}\(?\d{1,5}\)?|\d){2,7}(?![0-9A-Za-z]|\.[0-9])",
    "PAGER": r"\d(?:[ -]?\d){2,9}(?![0-9A-Za-z]|\.[0-9])",
}
_VALUE = {kind: re.compile(value) for kind, value in _VALUES.items()}
_LEAST = {
    "MRN": 3,
    "INSURANCE": 4,
    "PHONE": 6,
    "BANK_CARD": 4,
    "ID_CARD": 4,
    "BIRTH_CERT": 4,
    "PASSPORT": 5,
    "DEVICE_ID": 4,
    "HEALTH_CARD": 8,
    "PLATE": 1,
    "PAGER": 3,
}


def _labels() -> dict[str, tuple[str, bool]]:
    """Label -> type of the number behind it, and whether a sign or a colon must stand between."""
    found: dict[str, tuple[str, bool]] = {}
    for name, entries in WORDS.english.items():
        if name.startswith("numbers-"):
            kind, _, weak = name.removeprefix("numbers-").partition("-")
            found |= {entry.lower(): (kind, bool(weak)) for entry in entries}
    return found


_LABELS = _labels()
# Hong Kong and Singapore: eight digits, where somebody to reach is spoken of.
_EIGHT = re.compile(r"[235689]\d{3}[ -]?\d{4}(?![0-9A-Za-z-]|\.\d| \d)")
_SEVEN = re.compile(r"\d{3}-\d{4}(?![0-9A-Za-z-])")
_REACHED = re.compile(
    r"(?<![a-z])(?:contact|tel|phone|mobile|cell|hp|call|called|wife|husband|son|daughter|mother"
    r"|father|brother|sister|nok|enquiry|enquiries|inquiries|reach|reached|relative|maid|helper"
    r"|pager|fax|home|work)(?![a-z])",
    re.IGNORECASE,
)


def find_english_numbers(text: str) -> Iterator[Span]:
    """Spans in a folded text."""
    for match in _RUN.finditer(text):
        if _count(match[0]) > 2:
            yield from _labelled(text, match)
    yield from find_shaped(text)


def _count(value: str) -> int:
    return sum(char.isdecimal() for char in value)


_SIGN_BEFORE = re.compile("(?:ID|NO|UID|REF|MRN|SN) ")
_ONE_LETTER = re.compile(r" [A-Za-z] $")


def _labelled(text: str, run: re.Match[str]) -> Iterator[Span]:
    start = run.start() + (run[0][0] == "#" or (run[0][0] == "(" and ")" not in run[0]))
    if sign := _SIGN_BEFORE.match(
        text, start
    ):  # Pt ID 338127: the run begins with what stands before a number
        start = sign.end()
    if _ONE_LETTER.search(text, max(0, start - 3), start):
        start -= 2  # hospital number r 330918
    long = _count(run[0]) > (2 if run[0][0].isalpha() else 4)
    kind = _announced(text[max(0, start - _FAR) : start], long=long) if _may_announce(text, start) else ""
    if not kind and run[0][0].isalpha() and (glued := re.match(r"[A-Z]+[-./ ]?", run[0])):
        # HN12008765, ID 55231 at the end of a line: the letters of the run are the label.
        start += glued.end()
        kind = _announced(text[max(0, start - _FAR) : start], long=long)
    value = _VALUE[kind].match(text, start) if kind else None
    if value and _count(value[0]) >= _LEAST[kind] and not _DATE_OR_MEASURE.match(text, start):
        kind = _known_better(text, start, value[0], kind)
        yield Span(start, value.end(), kind, LABELLED)
        for more in _MORE.finditer(text, value.end(), value.end() + _FAR):
            if more.start() != value.end() or _count(more["v"]) != _count(value[0]) > 4:
                break
            yield Span(more.start("v"), more.end("v"), kind, LABELLED)
    elif (_EIGHT.match(text, start) or _SEVEN.match(text, start)) and _REACHED.search(
        text, max(0, start - _FAR), start
    ):
        yield Span(
            start,
            start + len((_EIGHT.match(text, start) or _SEVEN.match(text, start) or run)[0]),
            "PHONE",
            LIKELY,
        )


# passports 533918027 and 529004116; MRN TR99120 -> 2271834
_MORE = re.compile(r"(?:, ?| and | ?& ?| ?-> ?)(?P<v>[A-Z]{0,3}\d{5,12})(?![0-9A-Za-z./-])")
_UNSIGNED = frozenset("claim auth authorization authorisation approval precert pre-cert".split())
_INSURER = re.compile(
    rf"(?<![A-Za-z])(?:{any_of(WORDS.english['insurers-by-short-name'])})(?![A-Za-z])[^.\n;]{{0,32}}$",
    re.IGNORECASE,
)
_OF_ANYTHING = re.compile(
    r"(?<![A-Za-z])(?:ref|reference|case|claim|file|id|number|no)[ .:#(]*$", re.IGNORECASE
)
_OF_BANK = re.compile(
    r"(?<![A-Za-z])(?:sort code|bsb|ifsc|bank|swift)(?![A-Za-z])[^\n]{0,30}"
    r"(?:account|acct|acc|a/c)[^A-Za-z\n]{0,4}(?:no|number)?[ .:#]{0,4}$",
    re.IGNORECASE,
)
_SIGNED = re.compile(r"(?<![A-Za-z])(?:MD|DO|NP|PA|PA-C|RN|CRNA|Dr|PhD)[ ,.:]*$")
_DIALLED = re.compile(r"\d{3}[-.]\d{3}[-.]\d{4}")
_MEDICARE_OF_AUSTRALIA = re.compile(r"[2-6]\d{3} \d{5} \d(?:[-/ ]\d)?")


def _known_better(text: str, start: int, value: str, kind: str) -> str:
    """The type of a labelled number where what it looks like, or whose it is, says more than its label."""
    before = text[max(0, start - _FAR) : start]
    if kind == "PAGER" or (kind == "MRN" and _DIALLED.fullmatch(value) and _SIGNED.search(before)):
        return "PHONE"
    if kind == "MRN" and _CARD.fullmatch(value) and has_birth_date(value):
        return "ID_CARD"
    if kind == "MRN" and _OF_ANYTHING.search(before) and _INSURER.search(before):
        return "INSURANCE"
    if kind == "MRN" and _OF_BANK.search(before):
        return "BANK_CARD"
    if kind == "INSURANCE" and _MEDICARE_OF_AUSTRALIA.fullmatch(value):
        return "HEALTH_CARD"
    return kind


_CARD = re.compile(r"\d{17}[0-9Xx]")
_DATE_OR_MEASURE = re.compile(
    r"(?:[A-Z]{1,6}[-./ ])?\d{1,2}[-/ ]?(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}[-/ ]?\d|"
    r"(?:0?[1-9]|[12]\d|3[01])(?P<d>[/.-])(?:0?[1-9]|[12]\d|3[01])(?P=d)(?:\d\d|(?:19"
    r"|20)\d\d)(?![\d-])|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?!\d)|\d{1,2}:\d\d|\d{2,3}/\d{2,3}(?!\d|/)"
    r"|\d{1,2}\.\d{1,2}(?:-\d{1,2}\.\d{1,2})?(?![\d.-])"
    r"|[\d.,]+ ?(?:m?c?g|m?[lL]|mm|cm|kg|lbs?|oz|units?|mmHg|bpm|%|mEq|mmol|cc|hours|days|years"
    r"|am|pm|AM|PM)(?![A-Za-z])"
)


# Most words in front of a number are no label, nor a sign behind one.
_LAST_WORD = re.compile(r"([A-Za-z'&]+|#)[ .:=#|()\t/]*$")
_LAST_WORDS = _SIGNS | frozenset(re.split("[ /.-]", label.rstrip("#."))[-1] for label in _LABELS) | {"#"}


def _may_announce(text: str, start: int) -> bool:
    last = _LAST_WORD.search(text, max(0, start - 24), start)
    return last is not None and last[1].lower() in _LAST_WORDS


def _announced(before: str, *, long: bool) -> str:
    """The type that the label at the end of `before` stands for; "" for none.

    `long`: five digits or more, which need no sign behind a label such as ref or case.
    """
    core = before.rstrip(" \t(")
    separated = bool(_SEPARATED.search(core)) or "  " in before[len(core) :] or "\t" in before[len(core) :]
    breaks = [match.end() for match in _BETWEEN_WORDS.finditer(core.rstrip(":=#|. "))]
    words = [word.lower().rstrip(".") for word in _WORD.findall(core[breaks[-1] if breaks else 0 :])][-6:]
    signed = separated
    bare = bool(words) and words[-1] == "id"
    while words and words[-1] in _SIGNS and " ".join(words[-2:]) not in _LABELS:
        if words[-1] in _LABELS and len(words) == 1:
            break
        signed = signed or words[-1] not in _SKIPPED
        if " ".join(words) in _LABELS or (words[-1] in ("id", "no", "number", "#") and len(words) == 1):
            break
        words.pop()
    for first in range(max(0, len(words) - 4), len(words)):
        kind, weak = _LABELS.get(" ".join(words[first:]), ("", False))
        label = " ".join(words[first:])
        if kind and (signed or not weak or (long and (kind == "MRN" or label in _UNSIGNED))):
            return kind
    return "MRN" if bare and (separated or long) else ""
