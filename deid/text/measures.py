"""What stands around a figure that measures something or is a code of everybody's: units, lots, standards."""

import re

from deid.text.patterns import any_of
from deid.text.words import WORDS

_UNIT = (
    r"(?:(?:[kmμunp]?(?:g|mol|l|L|IU|U|kat|Eq|Pa|Gy|Sv|Bq|m|s)|[MG]Bq|MU|cGy|cfu|CFU|copies|cps|kcal|bpm|mmHg|reads|[xX](?![0-9])"
    r"|×|\*|%|‰|℃|°|/(?:L|l|ml|mL|ul|uL|μL|μl|mm|HP|LP|h|d|min|kg)|[mM]?IU/"
    rf")(?![A-Za-z])|{any_of(WORDS.numbers['counted-in'])})"
)
_UNIT_BEHIND = re.compile(" ?" + _UNIT)
_IS_MEASURE = re.compile(rf"\d+(?:{_UNIT}|[xX×*]10)")
_SIGNS = tuple("<>=≤≥~±×^¥￥$")
_RATIO = ("1:", "1/")
_MEASURED = tuple(word.lower() for word in WORDS.numbers["measured"])
_CODES = tuple(word.lower() for word in (*WORDS.numbers["lots"], *WORDS.numbers["codes"]))
# chr7:55259515, g.32315474, [GRCh37]22q11.21(18916842
_GENOME = re.compile(r"(?i)(?:chr(?:\d{1,2}|[xy]) ?: ?(?:g\.)?|[gc]\.|(?:hg|grch)\d\d\]?[^\n]{0,12})$")
# 批号:疫苗2024A128,球蛋白23110502: the lots of several things behind one label.
_LOTS = re.compile(
    "批[号次] ?:? ?(?:[\u4e00-\u9fff]{1,6}[A-Za-z]{0,3}\\d{5,10}[A-Za-z]?[,、; ]{1,2})?"
    "[\u4e00-\u9fff]{1,6}(?<![于至在日期间从自时])$"
)
_ASIDE = re.compile(r"\([^()\n]{1,6}\)$")
_WINDOW = 20


# rs1801133, NM_007294, chr7, ENSG00000146648, ATCC25922: names of genes, places in them, strains, trials.
_NAMED = re.compile(
    rf"(?:{'|'.join(WORDS.numbers['named-by'])})[-_]?\d+(?:[A-Za-z]|\.\d\d?)?|D\d{{1,2}}S\d{{3,4}}"
)


def is_named(run: str) -> bool:
    """Whether a run of letters and figures names what everybody knows by it: a gene, a strain, a trial."""
    return _NAMED.fullmatch(run) is not None


def measures(run: str) -> bool:
    """Whether a run of figures carries its unit with it: 5000ml, 174x10."""
    return _IS_MEASURE.fullmatch(run) is not None


def is_measured(text: str, start: int, end: int) -> bool:
    """Whether the digits from `start` to `end` measure or count something, by what stands around them."""
    if _UNIT_BEHIND.match(text, end):
        return True
    before = text[max(0, start - _WINDOW) : start].lower().rstrip(" ")
    if before.endswith(_SIGNS) or before.endswith(_RATIO):
        return True
    before = before.rstrip(" :").removesuffix("计数").removesuffix("定量")
    return _ends(before, _MEASURED)


def is_code(text: str, start: int) -> bool:
    """Whether in front of `start` stands what announces a code of everybody's: 批号, 国药准字, GB/T, PMID."""
    before = text[max(0, start - _WINDOW) : start].lower()
    if _GENOME.search(before) or _LOTS.search(text, max(0, start - 2 * _WINDOW), start):
        return True
    before = _ASIDE.sub("", before.rstrip(" :=.#")).rstrip(" :=.#(")
    return _ends(before, _CODES) or _ends(before.removesuffix("no").removesuffix("号").rstrip(" ."), _CODES)


def _ends(before: str, words: tuple[str, ...]) -> bool:
    """Whether one of `words` stands at the end; a Latin one as a word of its own."""
    if not before.endswith(words):
        return False
    word = max((word for word in words if before.endswith(word)), key=len)
    left = before[-len(word) - 1 : -len(word)]
    return not (word[0].isascii() and left.isascii() and left.isalpha())
