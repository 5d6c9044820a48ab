"""Numbers that a label names: whatever stands behind 住院号 is an inpatient number, right or wrong.

Looks at every number and letter run, then back for a label; check digits play no part. An unknown label
that ends in 号, 编号, ID or No. counts as a number of the record.
"""

import re
from collections.abc import Iterator, Mapping

from deid.text.spans import LABELLED, LIKELY, Span
from deid.text.words import WORDS

_VALUE = re.compile(r"(?<![A-Za-z0-9_])[A-Za-z0-9](?:[A-Za-z0-9_*]|[-/.](?=[A-Za-z0-9])){2,63}")
_MORE_DIGITS = re.compile(r"(?:[ -]{1,2}\d{3,}[Xx]?){1,6}(?![0-9A-Za-z])")
# What may stand between a label and its number.
_BETWEEN = " \t\n:：=#是为()[]【】<>、.\"'"
_TAILS = ("号码", "编码", "编号", "号", "卡号", "no", "id", "number", "num", "nr", "#")
_LONGEST_LABEL = 24
_WITHOUT_DIGITS = frozenset(("WECHAT_QQ",))
_IN_BLOCKS = frozenset(("ID_CARD", "BANK_CARD", "INSURANCE", "PHONE", "HEALTH_CARD"))
# 3号床, 2号楼, 第1号: a number before 号 and the like are no labels.
_NO_LABEL = ("型号", "批号", "规格", "符号", "信号", "分号", "句号", "称号", "外号")


def find_labelled(text: str) -> Iterator[Span]:
    """Spans in a folded text."""
    for match in _VALUE.finditer(text):
        kind = _label_before(text, match.start())
        if not kind:
            continue
        digits = sum(char.isdecimal() for char in match[0])
        if kind in ("?", "MRN"):
            if digits >= (4 if kind == "?" else 3):
                yield Span(match.start(), match.end(), "MRN", LIKELY if kind == "?" else LABELLED)
        elif digits or (kind in _WITHOUT_DIGITS and len(match[0]) >= 5):
            more = _MORE_DIGITS.match(text, match.end()) if kind in _IN_BLOCKS else None
            yield Span(match.start(), more.end() if more else match.end(), kind, LABELLED)


def _label_before(text: str, at: int) -> str:
    """The type the label in front of `at` stands for; "?" for an unknown label, "" for none."""
    window = text[max(0, at - _LONGEST_LABEL) : at].rstrip(_BETWEEN).lower()
    for tail in ("", *_TAILS):
        if tail and not window.endswith(tail):
            continue
        label = window.removesuffix(tail).rstrip(_BETWEEN)
        if kind := _longest_suffix(label, WORDS.labels, least=1 if tail else 2):
            return kind
    unknown = window.endswith(("号", "编号", "号码")) and not window.endswith(_NO_LABEL)
    return "?" if unknown and not window[-2:-1].isdecimal() else ""


def _longest_suffix(text: str, known: Mapping[str, str], *, least: int) -> str:
    """The type of the longest label `text` ends with; a Latin one must be a word of three letters or more."""
    for length in range(min(len(text), _LONGEST_LABEL), least - 1, -1):
        label = text[-length:]
        if label not in known or (label.isascii() and _is_letter(text[-length - 1 : -length])):
            continue
        # "Cr 1.1" is a value: a short Latin word is a label of the record only with "No." or the like.
        if not (label.isascii() and known[label] == "MRN" and length + (least == 1) < 3):
            return known[label]
    return ""


def _is_letter(char: str) -> bool:
    return char.isascii() and char.isalpha()
