"""Dates with the name of the month in English, in every order: March 5th, 2024; 05-MAR-24; 2024 Mar 5."""

import re
from collections.abc import Iterator

_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?"
    r"|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\.?"
)
_YEAR = r"(?:1[89]\d\d|20\d\d)"
_DAY = r"(?:3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?"
_WEEKDAY = r"(?:(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?,? )?"

_ORDERS = tuple(
    re.compile(piece, re.IGNORECASE)
    for piece in (
        # March 5, 2024; Mar 5; Tue Mar 05 2024
        rf"(?<![A-Za-z]){_WEEKDAY}{_MONTH} ?{_DAY}(?![0-9A-Za-z]|\.\d)(?:,? ?{_YEAR})?(?![0-9])",
        # 5 March 2024; 5th of March; 05-MAR-24; 07JUN1985
        rf"(?<![0-9A-Za-z.]){_DAY}[ ./-]?(?:of )?{_MONTH}(?:,?[ ./-]?{_YEAR}|[ /-]'?\d\d(?!\d))?(?![A-Za-z0-9])",
        # March 2024; Mar-2024
        rf"(?<![A-Za-z]){_MONTH}(?:,? ?|-|/|, )(?:of )?{_YEAR}(?![0-9])",
        # 2024-Mar-05; 2024 Mar 5
        rf"(?<![0-9A-Za-z.]){_YEAR}[ /-]?{_MONTH}(?:[ /-]?{_DAY})?(?![0-9A-Za-z])",
    )
)
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()


def find_with_month_names(text: str) -> Iterator[tuple[int, int]]:
    """Where they begin and end, in a folded text."""
    small = text.lower()
    if not any(month in small for month in _MONTHS):
        return
    for order in _ORDERS:
        for match in order.finditer(text):
            yield match.span()
