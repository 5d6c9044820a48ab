"""Which type of number a label announces, known or not: 住院号, 门诊 ID, Visit No, 输液架编号."""

import re
from functools import cache, lru_cache

from deid.text.words import WORDS

LONGEST = 24
TAILS = tuple(sorted(WORDS.numbers["tails"], key=lambda tail: (-len(tail), tail)))
# A label may end so that nobody listed: what follows is a number of something.
_OF_NUMBERS = (
    *(
        "号",
        "编号",
        "号码",
        "流水号",
        "序号",
        "单号",
        "条码",
        "证号",
        "账号",
        "串号",
        "id",
        "id号",
        "no",
        "no.",
    ),
    *("编码", "代码"),
)
_NEEDS_TAIL = frozenset(("MRN", "DEVICE_ID", "INSURANCE", "ORG"))
_NO_LATIN = re.compile("[^a-z.]")
_NO_WORD = re.compile("[^\u4e00-\u9fffa-z]")
_LONGEST_HINT = 8
_LAST_FEW = re.compile("(?:尾号|末[四4]位|最?后[四六46]位)(?:数|数字)?$")
Kind = tuple[str, bool]


@lru_cache(maxsize=4096)
def kind_of(window: str) -> Kind:
    """The type the label at the end of `window` announces, "?" for an unknown label, "" for none.

    And whether the label says by itself that a number follows: 住院号 does, 住院 does not. "CARD" is a card
    of the bank or of the hospital.
    """
    spaced = " ".join(window.lower().split())
    label = spaced.replace(" ", "")
    # 住院号尾号 is of what 住院号 is of.
    if (whole := _LAST_FEW.sub("", label)) not in ("", label) and _known(whole)[0]:
        return _known(whole)[1]
    length, kind = max(_known(label), _known(spaced))
    if length:
        return kind
    if not label.endswith(_OF_NUMBERS) or label[-2:-1].isdecimal():
        return "", False
    if label.isascii():
        return ("?", False) if _NO_LATIN.split(spaced)[-1] in _OF_NUMBERS else ("", False)
    if label.endswith(("no", "no.")) and (inner := kind_of(label.removesuffix(".").removesuffix("no")))[1]:
        return inner
    stem = label.removesuffix(tail := next(tail for tail in TAILS if label.endswith(tail)))
    if tail.isascii() and _is_letter(spaced.removesuffix(tail)[-1:]):  # 1000mg bid
        return "", False
    hint = _by_hint(stem)
    # 形态学编码, 死因代码: codes of a classification; 编码:A88123 alone is a number of the record.
    if not hint and label.endswith(("编码", "代码")) and _phrase(stem):
        return "", False
    return hint or "?", True


def _known(text: str) -> tuple[int, Kind]:
    """How long the longest label is that `text` ends with, and what it announces."""
    labels = _labels()
    for length in range(min(len(text), LONGEST), 0, -1):
        label = text[-length:]
        if label in labels and not (label[0].isascii() and _is_letter(text[-length - 1 : -length])):
            return length, labels[label]
    return 0, ("", False)


@cache
def _labels() -> dict[str, Kind]:
    """Every label with every tail, in small letters. Where two are written the same the shorter tail counts."""
    alone = frozenset(WORDS.numbers["alone"])
    known: dict[str, Kind] = {}
    for tail in TAILS:
        for label, kind in WORDS.labels.items():
            # 学号 and 警号, but not 形态学编码.
            if len(label) == 1 and len(tail) > 1:
                continue
            known[label + tail] = (kind, True)
            if label.isascii() and tail.isascii():
                known[f"{label} {tail}"] = known[f"{label}.{tail}"] = (kind, True)
    for label, kind in WORDS.labels.items():
        if len(label) > 1:
            ends = label.endswith(TAILS) and not label.isascii()
            known[label] = (kind, kind not in _NEEDS_TAIL or label in alone or ends)
    return known | dict.fromkeys(WORDS.numbers["harmless-labels"], ("", False))


def _phrase(stem: str) -> str:
    """The words a label nobody listed consists of, without its tail."""
    return _NO_WORD.split(stem)[-1][-_LONGEST_HINT:]


def _by_hint(stem: str) -> str:
    """The type of a label nobody listed, by the last word in it that says one: 输液泵编号 is of a device."""
    phrase = _phrase(stem)
    within = [word for word in WORDS.hints if word in phrase]
    last = max(within, key=lambda word: (phrase.rfind(word) + len(word), len(word)), default="")
    return WORDS.hints.get(last, "")


def _is_letter(char: str) -> bool:
    return char.isascii() and char.isalpha()
