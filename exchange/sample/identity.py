"""Numbers that have the right shape and belong to nobody.

Identity number (GB 11643): the check character is right and the date is the person's birth date, but the
six digits in front are no place. GB/T 2260 (section 3.2) numbers the second pair 01-20 and 51-70 for cities,
21-50 for regions and leagues, 90 for what lies directly under a province. 85 has never been any of them, so
no such number was ever issued. A withdrawn code would not do: its numbers live on with their bearers.

Mobile number: 179 is the access code of voice-over-IP services and in none of the blocks the ministry has
assigned to mobile networks (list of March 2023), so no telephone rings.

Health card, archive and record numbers have a form of their own; no card of that form was issued.
"""

from collections.abc import Callable
from datetime import date

from exchange.records.identifiers import HEALTH_CARD, IDENTITY_CARD
from exchange.sample.dice import Dice

ARCHIVE = "urn:oid:2.16.156.10011.1.2"
INSTITUTION = "urn:oid:2.16.156.10011.1.5"
INPATIENT = "urn:oid:2.16.156.10011.1.12"
RECORD = "urn:oid:2.16.156.10011.1.13"
__all__ = ["ARCHIVE", "HEALTH_CARD", "IDENTITY_CARD", "INPATIENT", "INSTITUTION", "RECORD", "Numbers"]

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_NO_CITY = "85"
_NO_NETWORK = "179"


def check_character(digits: str) -> str:
    """The 18th character of an identity number, from the 17 before it (ISO 7064, MOD 11-2)."""
    return _CHECKS[sum(int(d) * w for d, w in zip(digits, _WEIGHTS, strict=True)) % 11]


class Numbers:
    """Gives out numbers, none of them twice in one sample."""

    def __init__(self) -> None:
        self._given: set[str] = set()

    def identity(self, dice: Dice, region: str, born: date, sex: str) -> str:
        """An identity number of nobody: province and county of `region` around a city there cannot be."""
        county = region[4:] if region[4:] != "00" else f"{dice.number(1, 20):02d}"
        digits = self._new(
            lambda: (
                f"{region[:2]}{_NO_CITY}{county}{born:%Y%m%d}{2 * dice.number(0, 499) + (sex == 'male'):03d}"
            )
        )
        return digits + check_character(digits)

    def phone(self, dice: Dice) -> str:
        """A mobile number that cannot ring."""
        return self._new(lambda: f"{_NO_NETWORK}{dice.number(0, 99_999_999):08d}")

    def health_card(self, dice: Dice, region: str) -> str:
        """`JK`, the region and eight digits."""
        return self._new(lambda: f"JK{region}{dice.number(0, 99_999_999):08d}")

    def archive(self, dice: Dice, region: str) -> str:
        """17 digits: the region, a town and a village of it, and a running number."""
        return self._new(
            lambda: f"{region}{dice.number(1, 99):03d}{dice.number(1, 99):03d}{dice.number(1, 99_999):05d}"
        )

    def record(self, dice: Dice) -> str:
        """Eight digits; no two hospitals of the sample give the same."""
        return self._new(lambda: f"{dice.number(10_000_000, 99_999_999)}")

    def _new(self, draw: Callable[[], str]) -> str:
        while (number := draw()) in self._given:
            pass
        self._given.add(number)
        return number
