"""Numbers without a label that only their check digits give away: accounts, NHS, Aadhaar, social insurance."""

import re
from collections.abc import Iterator

from deid.text.checks import passes_luhn
from deid.text.patterns import NO_WORD_BEFORE, NO_WORD_BEHIND
from deid.text.spans import CHECKED, LIKELY, SHAPED, Span

_IBAN = re.compile(
    NO_WORD_BEFORE + r"[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,4})?" + NO_WORD_BEHIND
)
# With strokes between it is a telephone.
_NHS = re.compile(r"(?<![0-9A-Za-z.-])\d{3} ?\d{3} ?\d{4}(?![0-9-]|\.\d)")
_AADHAAR = re.compile(r"(?<![0-9A-Za-z.-])[2-9]\d{3}([ :-]?)\d{4}\1\d{4}(?![0-9-]|\.\d)")
_NPI = re.compile(r"(?<![0-9A-Za-z.-])[12]\d{3}([ -])\d{3}\1\d{3}(?![0-9-]|[ -]\d)")
_MEDICARE_AU = re.compile(r"(?<![0-9A-Za-z.-])[2-6]\d{3} ?\d{5} ?\d(?![0-9-]|\.\d)")
_SIN = re.compile(r"(?<![0-9A-Za-z.-])\d{3}([ -])\d{3}\1\d{3}(?![0-9-]|[ -]\d)")


def find_checked(text: str, start: int, end: int) -> Iterator[Span]:
    """Spans in a folded text from `start` to before `end`."""
    for regex, kind, score, fits in _CHECKED:
        for match in regex.finditer(text, start, end):
            if fits(_BLANKS.sub("", match[0])):
                yield Span(match.start(), match.end(), kind, score)


_BLANKS = re.compile("[ :-]")


def _weighed(value: str, weights: str) -> int:
    return sum(int(digit) * int(weight, 16) for digit, weight in zip(value, weights, strict=False))


def _is_tax_file(value: str) -> bool:
    """An Australian tax file number: the weighted sum of its nine digits is a multiple of eleven."""
    return len(set(value)) > 2 and _weighed(value, "14375869A") % 11 == 0


def _is_australian_medicare(value: str) -> bool:
    """The ninth digit is the weighted sum of the eight before, modulo ten."""
    return _weighed(value, "13791379") % 10 == int(value[8])


def _is_iban(value: str) -> bool:
    """ISO 13616: the first four moved behind, letters as 10 to 35, one more than a multiple of 97."""
    moved = value[4:] + value[:4]
    return 15 <= len(value) <= 34 and int("".join(str(int(char, 36)) for char in moved)) % 97 == 1


def _is_nhs(value: str) -> bool:
    """The tenth digit of an NHS number is eleven less the weighted sum of the others, modulo eleven."""
    check = 11 - sum(int(digit) * (10 - place) for place, digit in enumerate(value[:9])) % 11
    return len(set(value)) > 2 and check % 11 == int(value[9]) and check != 10


_TURN = "0123456789 1576283094 5803796142 8916043527 9453126870 4286573901 2793806415 7046913258".split()
_PRODUCT = (
    "0123456789 1234067895 2340178956 3401289567 4012395678"
    " 5987604321 6598710432 7659821043 8765932104 9876543210".split()
)


def _is_verhoeff(value: str) -> bool:
    """An Aadhaar number ends in a Verhoeff check digit."""
    state = 0
    for place, digit in enumerate(reversed(value)):
        state = int(_PRODUCT[state][int(_TURN[place % 8][int(digit)])])
    return state == 0 and value != value[::-1]


def _is_provider(value: str) -> bool:
    """An American provider number is checked as if 80840, for health in the United States, stood before it."""
    return passes_luhn("80840" + value)


def _is_canadian_or_australian(value: str) -> bool:
    return passes_luhn(value) or _is_tax_file(value)


_CHECKED = (
    (_IBAN, "BANK_CARD", CHECKED, _is_iban),
    (_NHS, "HEALTH_CARD", SHAPED, _is_nhs),
    (_AADHAAR, "ID_CARD", SHAPED, _is_verhoeff),
    (_SIN, "ID_CARD", LIKELY, _is_canadian_or_australian),
    (_NPI, "MRN", LIKELY, _is_provider),
    (_MEDICARE_AU, "HEALTH_CARD", SHAPED, _is_australian_medicare),
)
