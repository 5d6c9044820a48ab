"""Addresses in English text: streets, boxes, postcodes, and whatever stands behind a label for one."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from deid.text.english_pieces import LETTER
from deid.text.english_towns import find_towns
from deid.text.english_whereabouts import (
    CA_CODE,
    COUNTRY,
    STATE_CODE,
    UK_CODE,
    UNIT,
    WORD,
    ZIP,
    end_of_address,
)
from deid.text.patterns import any_of
from deid.text.spans import LABELLED, LIKELY, SHAPED, Span, cover
from deid.text.words import WORDS

_LISTS = WORDS.english
_NUMBERED = rf"(?:{WORD}|\d{{1,3}}(?:st|nd|rd|th|ST|ND|RD|TH)|[NSEW]\.?|MLK|of|the|de|la)"
_STREET = any_of({*_LISTS["streets"], *(word.upper() for word in _LISTS["streets"])})
_UK_SPACED = r"GIR 0AA|[A-Z]{1,2}\d[A-Z\d]? \d[ABD-HJLNP-UW-Z]{2}"
_CA_SPACED = r"[ABCEGHJ-NPRSTVXY]\d[A-Z][ -]\d[A-Z]\d"
# 27 Harbour Lane; Flat 3, 27 Belmont Road; Blk 412 Ang Mo Kio Ave 10 #08-1123
_HOUSE = re.compile(
    rf"(?<![0-9A-Za-z./-])(?:{UNIT},? )?#?\d{{1,6}}[A-Za-z]?(?:[-/]\d{{1,5}})?,? (?:{_NUMBERED} "
    rf"){{1,4}}(?!D[Rr]\.? [A-Z]){_STREET}(?![{LETTER}'])\.?(?: (?:NW|NE|SW|SE)(?![A-Za-z]))?"
    rf"(?: \d{{1,3}}\b(?! ?(?:mg|ml|years)))?"
)
_BLOCK = re.compile(
    rf"(?<![0-9A-Za-z])(?:Blk|BLK|Block|Flat|Apt|Unit|Lot|No\.?|#)\.? ?\d{{1,4}}[A-Z]?,? "
    rf"(?:{WORD} ){{1,4}}(?:{_STREET}|\d{{1,3}})(?![{LETTER}0-9])"
)
# Flat B, 12/F, Wing Lok Mansion; Rm 1204, Block C, Tai Fook Estate
_FLAT = re.compile(
    r"(?<![0-9A-Za-z])(?:Flat|FLAT|Flt|Rm|RM|Room|Unit|House|Shop) ?[A-Z0-9]{1,5}, ?"
    r"(?:(?:\d{1,2}(?:/F|th Floor|rd Floor|nd Floor|st Floor)"
    r"|G/F|LG/F|(?:Block|Blk|Tower|Phase) [A-Z0-9]{1,3}),? ?){0,3}"
    rf"(?:{WORD} ){{1,4}}"
    rf"(?:Court|House|Mansion|Mansions|Building|Estate|Gardens?|Tower|Centre|Plaza|Villas?|Terrace|Heights|Lau|Chuen)"
    rf"(?![{LETTER}])(?:, ?\d{{1,4}}[A-Z]?(?:-\d{{1,4}})? (?:{WORD} ){{1,4}}{_STREET}(?![{LETTER}]))?"
)
# The Old Vicarage, Little Barton, Ely: a house with a name, alone on its line
_NAMED_HOUSE = re.compile(
    rf"(?:^|(?<=\n))[ \t]{{0,20}}(?P<v>(?:The )?(?:{WORD} ){{1,3}}(?:Cottage|Manse"
    rf"|Rectory|Vicarage|Farm|Farmhouse|Lodge|Barn"
    rf"|Grange|Bungalow|Croft|Mill|Schoolhouse)(?:, {WORD}(?: {WORD}){{0,2}}){{1,4}})(?=[,.]?(?:\n|$)|,? {UK_CODE})"
)
_FOREIGN = re.compile(
    rf"(?<![0-9A-Za-z/])(?:(?:No\.? ?|Lot )?\d{{1,5}}[A-Za-z]?,? "
    rf")?{any_of(_LISTS['streets-first'])} (?:[A-Z]{{1,3}} ?\d+(?:/\d+[A-Z]?)?|{WORD})(?: "
    rf"(?:{WORD}|\d+(?:/\d+)?))*(?:,? \d{{1,4}}(?![0-9]))?"
)
_GERMAN = re.compile(
    r"(?<![A-Za-z])[A-Z][a-zäöüß]{2,20}(?:stra(?:ss|ß)e|str\.|weg|gasse|allee|platz) \d{1,4}[a-z]?(?![0-9])"
)
# lives at Room 2103, Tower 5, ...: to the end of the sentence
_LIVES_AT = re.compile(
    r"(?<![A-Za-z])(?:lives?|living|resid(?:es?|ing)|stay(?:s|ing)|address(?: is)?|home is)"
    r"(?: alone| independently| with [a-z ]{2,24}?)?(?: at)? (?P<v>(?:[A-Z#]"
    r"|\d)(?=[^.\n;]{0,60}\d)[^.\n;]{4,120}?)(?=\. |\.?\n|;|\.?$| (?:with|and"
    r"|since|for|alone)\b)"
)
_STREET_ALONE = re.compile(
    rf"(?:(?<![A-Za-z])(?:on|at|near|off|of|in|from|along|to|live|lives) |^|(?<=\n)|(?<=, "
    rf"))(?P<v>(?:{WORD} ){{1,3}}{any_of(_LISTS['streets-sure'])})(?![{LETTER}'])"
)
_ROUTE = re.compile(
    r"(?<![A-Za-z])(?:Route|Rte|Rt|Highway|Hwy|Interstate|US|State Route|County Road|CR)\.? "
    r"?(?:I-)?\d{1,4}[A-Z]?(?: near (?P<t>[A-Z][a-z]+))?(?![0-9A-Za-z%])"
    r"|(?<![A-Za-z0-9])I-\d{2,3}(?![0-9A-Za-z-])"
)
# 2 Ferry Cottages, Arnside, LA5 0HD: a number, names and a postcode need no word for the street.
_TO_CODE = re.compile(
    rf"(?<![0-9A-Za-z./-])\d{{1,5}}[A-Za-z]?,? (?:{WORD} ?){{1,4}}(?:, {{1,2}}(?:{WORD} "
    rf"?){{1,3}}){{0,3}},? {{1,2}}"
    rf"(?:{UK_CODE}|{STATE_CODE},? {{1,2}}{ZIP}|{CA_CODE})(?![0-9A-Za-z])"
)
_BOX = re.compile(r"(?<![A-Za-z])(?:P\.? ?O\.? ?Box|PO BOX|GPO Box|Private Bag) \d{1,6}", re.IGNORECASE)
_LABEL = re.compile(
    r"(?<![A-Za-z])(?i:(?:home |mailing |street |permanent |current |postal |residential |billing "
    r"|patient |patient's |work |business )?address|addr|residence|home town|hometown|place of "
    r"birth|birthplace|birth place|residing at|city|town|county|state|suburb|city/state|city, "
    r"state)"
    r"(?: ?\d)?[ \t]{0,3}[:=|][ \t]{0,6}(?P<v>[A-Za-z0-9#][^\n;|]{1,140})"
)
_LABEL_ENDS = re.compile(
    r"[ \t]{2,}|\t|[,.]? {1,2}(?:Tel|Telephone|Phone|Ph|Mobile|Cell|Fax|Email|E-mail|DOB|Age|Sex"
    r"|Gender|MRN|Contact|NHS|Zip|Occupation|Employer|County|State|City|Country)\b ?[.:#(]?|\. "
    r"(?=[A-Z][a-z]+ [a-z])|$"
)
_CODE = re.compile(rf"(?<![0-9A-Za-z-])(?:{_UK_SPACED}|{_CA_SPACED})(?![0-9A-Za-z-])")
_HL7 = re.compile(
    rf"(?<=[|~])\d[^|^\n]{{3,60}}\^[^|^\n]{{0,40}}\^[^|^\n]{{1,40}}\^{STATE_CODE}\^[0-9A-Z -]{{3,10}}"
)


# At the end of an address, or in front of its country: SW1A 1AA, M5V 2T6, TX 78701, VIC 3000, 560011.
_CODE_AT_END = re.compile(
    rf"(?<![0-9A-Za-z-])(?:{UK_CODE}|{CA_CODE}|(?<=[A-Z][A-Z] )\d{{4,5}}(?:-\d{{4}})?"
    r"|(?<=[a-z]{3} )\d{5}(?:-\d{4})?"
    r"|(?<=[A-Z]{3} )\d{4}|(?<=[a-z] - )\d{6}|(?<=[a-z]{2} )\d{6}|(?<=[a-z]{2}-)\d{6}|(?<=[a-z], )\d{5,6})"
    rf"(?=(?:[, ]{{1,3}}(?:{COUNTRY}|USA|UK|U\.S\.A\.))?\.?$)"
)
_NO_CODE = re.compile(r"(?i:box|apt|unit|room|rm|suite|route|highway|hwy|blk|block|lot|road|no)\.? $")


def find_addresses(text: str) -> Iterator[Span]:
    """Spans in a folded text."""
    for regex in (_HOUSE, _FLAT, _TO_CODE, _BLOCK, _FOREIGN, _GERMAN, _BOX):
        for match in regex.finditer(text):
            yield Span(match.start(), end_of_address(text, match.end()), "ADDRESS", SHAPED)
    for regex in (_ROUTE, _HL7):
        for match in regex.finditer(text):
            yield Span(match.start(), match.end(), "ADDRESS", SHAPED)
    for match in _LIVES_AT.finditer(text):
        yield Span(match.start("v"), match.end("v"), "ADDRESS", LIKELY)
    for match in (*_STREET_ALONE.finditer(text), *_NAMED_HOUSE.finditer(text)):
        if _is_street(match["v"]):
            yield Span(match.start("v"), end_of_address(text, match.end()), "ADDRESS", LIKELY)
    for match in _LABEL.finditer(text):
        end = _LABEL_ENDS.search(text, match.start("v"), match.end("v"))
        stop = end.start() if end else match.end("v")
        yield Span(match.start("v"), end_of_address(text, stop), "ADDRESS", LABELLED)
    yield from find_towns(text)
    for match in _CODE.finditer(text):
        yield Span(match.start(), match.end(), "POSTCODE", LIKELY)


def codes_apart(text: str, found: Iterable[Span]) -> Iterator[Span]:
    """`found` with the postcode at the end of an address as a span of its own."""
    for span in cover(found):
        code = _CODE_AT_END.search(text, span.start, span.end) if span.type == "ADDRESS" else None
        if not code or _NO_CODE.search(text, max(span.start, code.start() - 10), code.start()):
            yield span
            continue
        yield replace(span, end=span.start + len(text[span.start : code.start()].rstrip()))
        yield replace(span, start=code.start(), end=code.end(), type="POSTCODE")
        if behind := text[code.end() : span.end].lstrip(" ,."):
            yield replace(span, start=span.end - len(behind))


_NO_STREET = frozenset("The This Her His Our Your My A An Dr Patient".split())


def _is_street(name: str) -> bool:
    return not any(word in _NO_STREET for word in name.removeprefix("The Old ").split(" "))
