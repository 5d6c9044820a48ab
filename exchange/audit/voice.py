"""Who reads it: "you" for the patient, "the patient" for everybody else.

The words for purposes were written to patients and those for reasons about them. In one sentence they must not be
mixed: whoever reads it would ask who the other one is.
"""

import re
from collections.abc import Sequence
from typing import Literal

Reader = Literal["patient", "officer"]
READERS: tuple[Reader, ...] = ("patient", "officer")

_Rules = Sequence[tuple[re.Pattern[str], str]]


def _rules(*pairs: tuple[str, str]) -> _Rules:
    return tuple((re.compile(pattern), words) for pattern, words in pairs)


_TO: dict[tuple[str, str], _Rules] = {
    ("patient", "en"): _rules(
        (r"\bthe patient's", "your"),
        (r"\bthe patient has\b", "you have"),
        (r"\bthe patient is\b", "you are"),
        (r"\bthe patient was\b", "you were"),
        (r"\bthe patient does\b", "you do"),
        (r"\bthe patient\b", "you"),
    ),
    ("officer", "en"): _rules(
        (r"\byour\b", "the patient's"),
        (r"\byou were\b", "the patient was"),
        (r"\byou take\b", "the patient takes"),
        (r"\byou\b", "the patient"),
    ),
    # Of patients in general, or of a hospital's own, it is still said "患者".
    ("patient", "zh"): _rules((r"(?<!某一)(?<!自己的)患者", "您")),
    ("officer", "zh"): _rules((r"您", "患者")),
}


def spoken(text: str, reader: Reader, lang: str) -> str:
    """Words of ours, as `reader` should hear them. Never of a whole sentence: a name in it must stay as it is."""
    for pattern, words in _TO[reader, lang]:
        text = pattern.sub(words, text)
    return text
