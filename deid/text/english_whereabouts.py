"""The parts an English address is made of, and where one ends: behind its town, state, postcode and country."""

import re

from deid.text.english_pieces import CAPITAL, LETTER
from deid.text.english_words import Kind, lexicon, plain
from deid.text.patterns import any_of
from deid.text.words import WORDS

_LISTS = WORDS.english
WORD = rf"[{CAPITAL}][{LETTER}]*(?:['-][{LETTER}]+)*(?![{LETTER}0-9])\.?"
UNIT = (
    r"(?:(?:Flat|Apt|Apartment|Unit|Suite|Ste|Room|Rm|Blk|Block|Level|Floor|Flr|Lot|Bldg|Building"
    r"|Tower|FLAT|APT|UNIT|SUITE|BLK|Shop|House)\.? ?#?[A-Za-z0-9/-]{1,6}|#[A-Za-z0-9/-]{1,8}"
    r"|\d{1,2}/F)"
)
UK_CODE = r"[A-Z]{1,2}\d[A-Z\d]? ?\d[ABD-HJLNP-UW-Z]{2}"
CA_CODE = r"[ABCEGHJ-NPRSTVXY]\d[A-Z][ -]?\d[A-Z]\d"
STATE_CODE = any_of(_LISTS["state-codes"])
STATE = any_of({*_LISTS["states"], *(word.upper() for word in _LISTS["states"])})
COUNTRY = any_of({*_LISTS["countries"], *(word.upper() for word in _LISTS["countries"])})
ZIP = r"\d{5}(?:-\d{4})?(?!\d)"
_TAIL = re.compile(
    rf"(?:,? ?\n[ \t]{{0,40}}|,[ \t]{{0,2}}|[ \t]|[ ]?[-(][ ]?)(?:(?P<code>{UK_CODE}|{CA_CODE}"
    rf"|(?:S|Singapore|SINGAPORE) ?\(?\d{{6}}\)?|{STATE_CODE}\.?,? {{1,2}}{ZIP}|{STATE_CODE} "
    rf"\d{{4}}(?!\d)|\d{{6}}(?!\d)|{ZIP})(?![A-Za-z0-9])"
    rf"|(?P<state>(?:{STATE}|{STATE_CODE}|{COUNTRY}|USA|U\.S\.A\.|UK)(?![{LETTER}])\.?(?=[.,;)\n]"
    rf"|$| \d|  | [a-z(]))"
    rf"|(?P<unit>{UNIT}(?![{LETTER}0-9]))|(?P<words>(?:\d{{4,6}} )?{WORD}(?: "
    rf"{WORD}){{0,3}}?(?=[,.;\n)(]|$|  | (?:{STATE_CODE}|{STATE})(?![A-Za-z])| "
    rf"[A-Z\d]{{0,2}}\d)))"
)
_MOST_SEGMENTS = 6


def end_of_address(text: str, at: int) -> int:
    """Where an address ends that has come to `at`: behind its town, state, postcode and country."""
    start = at
    for _ in range(_MOST_SEGMENTS):
        match = _TAIL.match(text, at)
        if match is None:
            break
        if match["words"] and not _is_segment(text, match):
            break
        at = match.end()
    # The full stop behind a town ends the sentence.
    return at - 1 if at > start and text[at - 1] == "." else at


def _is_segment(text: str, match: re.Match[str]) -> bool:
    words = match["words"].split(" ")
    if (
        text.startswith(":", match.end())
        or lexicon().kind(words[-1].strip(".0123456789") or "x") is Kind.NEVER
    ):
        return False
    if match[0][0] == ",":
        return all(lexicon().kind(word.rstrip(".")) is not Kind.NEVER for word in words)
    known = " ".join(words).rstrip(".")
    return plain(known) in lexicon().towns or (
        bool(re.match(rf",? (?:{STATE_CODE}|{STATE})(?![A-Za-z])", text[match.end() : match.end() + 24]))
        and not re.search(r"[.\n]", match[0])
    )
