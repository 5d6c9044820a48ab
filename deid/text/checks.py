"""Check digits: whether a number can be an identity card, a credit code, or a bank card."""

from datetime import date

_CARD_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CARD_CHECKS = "10X98765432"
_CODE_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CODE_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)


def is_identity_card(number: str) -> bool:
    """18 characters with the right check character (GB 11643-1999, ISO 7064 MOD 11-2)."""
    if len(number) != 18 or not number[:17].isdecimal():
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number, _CARD_WEIGHTS, strict=False))
    return _CARD_CHECKS[total % 11] == number[17].upper()


def has_birth_date(number: str) -> bool:
    """Whether a date of birth stands where an identity card has it: 18 digits, or 15 of before 1999."""
    day = number[6:14] if len(number) == 18 else "19" + number[6:12]
    try:
        return 1850 <= date(int(day[:4]), int(day[4:6]), int(day[6:8])).year < 2100
    except ValueError:
        return False


def is_credit_code(code: str) -> bool:
    """18 characters of an organisation with the right check character (GB 32100-2015)."""
    if len(code) != 18 or any(char not in _CODE_ALPHABET for char in code):
        return False
    total = sum(
        _CODE_ALPHABET.index(char) * weight for char, weight in zip(code, _CODE_WEIGHTS, strict=False)
    )
    return _CODE_ALPHABET[(31 - total % 31) % 31] == code[17]


def passes_luhn(number: str) -> bool:
    """A number whose last digit is its Luhn check digit (ISO/IEC 7812-1), as bank cards have."""
    doubled = (int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(number)))
    return sum(n - 9 if n > 9 else n for n in doubled) % 10 == 0
