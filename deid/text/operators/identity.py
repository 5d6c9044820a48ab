"""Numbers of people that nobody has: identity cards, bank cards, credit codes, each with its right check digit.

An invented identity number must not be somebody's. Withdrawn area codes will not do: whoever was registered there
keeps the number for life. So the area is one that GB/T 2260 cannot give: its third and fourth figures are 71 to 89,
which the standard leaves empty between cities (01 to 20, 51 to 70), prefectures (21 to 50) and counties that stand
directly under a province (90).
"""

from collections.abc import Iterator
from datetime import date, timedelta

from deid.text.checks import is_identity_card, passes_luhn
from deid.text.operators.keyed import Keyed

PROVINCES = (
    "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65".split()
)
_EMPTY_AREAS = range(71, 90)
_TRIES = 200
# ISO/IEC 7812-1: 9 is for national use, followed by the number of a country (ISO 3166-1); no country has 999.
_NOBODYS_CARD = "9999"
_CODE_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CODE_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)


def province_of(keyed: Keyed, code: str, scope: str) -> str:
    """The province, as its two figures, that stands for `code` in the texts of one patient; never the same."""
    others = [one for one in PROVINCES if one != code]
    return keyed.one_of(others, "province", code, scope)


def identity_cards(keyed: Keyed, number: str, *, days: int, province: str, oldest: int) -> Iterator[str]:
    """Numbers for the identity card `number` (18 characters, or 15 of before 1999), the first free one to be taken.

    The birth date moves by `days`, but not to before the year `oldest`; the sex stays, the area is in `province`.
    """
    long = len(number) == 18
    born = _moved_birth(number, days, oldest)
    male = number[16 if long else 14] in "13579"
    for attempt in range(_TRIES):
        seed = ("identity", number, str(attempt))
        area = f"{province}{_EMPTY_AREAS[keyed.number(len(_EMPTY_AREAS), *seed, 'area')]}"
        county = f"{1 + keyed.number(99, *seed, 'county'):02d}"
        order = 2 * keyed.number(500, *seed, "order") + male
        body = f"{area}{county}{born if long else born[2:]}{order:03d}"
        made = body + _card_check(body) if long else body
        if made != number:
            yield made


def _card_check(body: str) -> str:
    return next(check for check in "0123456789X" if is_identity_card(body + check))


def _moved_birth(number: str, days: int, oldest: int) -> str:
    written = number[6:14] if len(number) == 18 else "19" + number[6:12]
    born = date(int(written[:4]), int(written[4:6]), int(written[6:])) + timedelta(days=days)
    return f"{oldest}0101" if born.year < oldest else f"{born:%Y%m%d}"


def bank_cards(keyed: Keyed, number: str) -> Iterator[str]:
    """Card numbers as long as `number`, of no country's banks, with the right check digit (ISO/IEC 7812-1)."""
    for attempt in range(_TRIES):
        body = _NOBODYS_CARD + keyed.permuted(number, "bank", str(attempt))[len(_NOBODYS_CARD) : -1]
        yield next(body + check for check in "0123456789" if passes_luhn(body + check))


def credit_codes(keyed: Keyed, code: str) -> Iterator[str]:
    """Credit codes of an organisation in an area that is none, with the right check character (GB 32100-2015)."""
    for attempt in range(_TRIES):
        seed = ("credit", code, str(attempt))
        area = keyed.one_of(PROVINCES, *seed, "province") + str(71 + keyed.number(19, *seed, "city"))
        rest = "".join(keyed.one_of(_CODE_ALPHABET, *seed, str(n)) for n in range(9))
        body = f"{code[:2]}{area}{10 + keyed.number(90, *seed, 'county')}{rest}"
        total = sum(
            _CODE_ALPHABET.index(char) * weight for char, weight in zip(body, _CODE_WEIGHTS, strict=True)
        )
        yield body + _CODE_ALPHABET[(31 - total % 31) % 31]
