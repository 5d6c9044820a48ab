"""Where somebody lives, comes from or works, in English text: streets, towns, states, lands, postcodes."""

import re
from collections.abc import Iterator

from deid.text.english_pieces import CAPITAL, LETTER
from deid.text.english_words import Kind, lexicon, plain
from deid.text.patterns import any_of
from deid.text.spans import LABELLED, LIKELY, SHAPED, Span
from deid.text.words import WORDS

_LISTS = WORDS.english
_WORD = rf"[{CAPITAL}][{LETTER}]*(?:['-][{LETTER}]+)*(?![{LETTER}0-9])\.?"
_NUMBERED = rf"(?:{_WORD}|\d{{1,3}}(?:st|nd|rd|th|ST|ND|RD|TH)|[NSEW]\.?|MLK|of|the|de|la)"
_STREET = any_of({*_LISTS["streets"], *(word.upper() for word in _LISTS["streets"])})
_UNIT = (
    r"(?:(?:Flat|Apt|Apartment|Unit|Suite|Ste|Room|Rm|Blk|Block|Level|Floor|Flr|Lot|Bldg|Building"
    r"|Tower|FLAT|APT|UNIT|SUITE|BLK|Shop|House)\.? ?#?[A-Za-z0-9/-]{1,6}|#[A-Za-z0-9/-]{1,8}"
    r"|\d{1,2}/F)"
)
_UK_CODE = r"[A-Z]{1,2}\d[A-Z\d]? ?\d[ABD-HJLNP-UW-Z]{2}"
_UK_SPACED = r"[A-Z]{1,2}\d[A-Z\d]? \d[ABD-HJLNP-UW-Z]{2}"
_CA_SPACED = r"[ABCEGHJ-NPRSTVXY]\d[A-Z][ -]\d[A-Z]\d"
_CA_CODE = r"[ABCEGHJ-NPRSTVXY]\d[A-Z][ -]?\d[A-Z]\d"
_STATE_CODE = any_of(_LISTS["state-codes"])
_STATE = any_of({*_LISTS["states"], *(word.upper() for word in _LISTS["states"])})
_COUNTRY = any_of({*_LISTS["countries"], *(word.upper() for word in _LISTS["countries"])})
_ZIP = r"\d{5}(?:-\d{4})?(?!\d)"

# 27 Harbour Lane; Flat 3, 27 Belmont Road; Blk 412 Ang Mo Kio Ave 10 #08-1123
_HOUSE = re.compile(
    rf"(?<![0-9A-Za-z./-])(?:{_UNIT},? )?#?\d{{1,6}}[A-Za-z]?(?:[-/]\d{{1,5}})?,? (?:{_NUMBERED} "
    rf"){{1,4}}{_STREET}(?![{LETTER}'])\.?(?: \d{{1,3}}\b(?! ?(?:mg|ml|years)))?"
)
_BLOCK = re.compile(
    rf"(?<![0-9A-Za-z])(?:Blk|BLK|Block|Flat|Apt|Unit|Lot|No\.?|#)\.? ?\d{{1,4}}[A-Z]?,? "
    rf"(?:{_WORD} ){{1,4}}(?:{_STREET}|\d{{1,3}})(?![{LETTER}])"
)
_FOREIGN = re.compile(
    rf"(?<![0-9A-Za-z/])(?:(?:No\.? ?|Lot )?\d{{1,5}}[A-Za-z]?,? "
    rf")?{any_of(_LISTS['streets-first'])} (?:[A-Z]{{1,3}} ?\d+(?:/\d+[A-Z]?)?|{_WORD})(?: "
    rf"(?:{_WORD}|\d+(?:/\d+)?))*(?:,? \d{{1,4}}(?![0-9]))?"
)
_GERMAN = re.compile(
    r"(?<![A-Za-z])[A-Z][a-zäöüß]{2,20}(?:stra(?:ss|ß)e|str\.|weg|gasse|allee|platz) \d{1,4}[a-z]?(?![0-9])"
)
_STREET_ALONE = re.compile(
    rf"(?:(?<![A-Za-z])(?:on|at|near|off|of|in|from|along|to|live|lives) |^|(?<=\n)|(?<=, "
    rf"))(?P<v>(?:{_WORD} ){{1,3}}{any_of(_LISTS['streets-sure'])})(?![{LETTER}'])"
)
_ROUTE = re.compile(
    r"(?<![A-Za-z])(?:Route|Rte|Rt|Highway|Hwy|Interstate|US|State Route|County Road|CR)\.? "
    r"?(?:I-)?\d{1,4}[A-Z]?(?: near (?P<t>[A-Z][a-z]+))?(?![0-9A-Za-z%])"
    r"|(?<![A-Za-z0-9])I-\d{2,3}(?![0-9A-Za-z-])"
)
_BOX = re.compile(r"(?<![A-Za-z])(?:P\.? ?O\.? ?Box|PO BOX|GPO Box|Private Bag) \d{1,6}", re.IGNORECASE)
_TAIL = re.compile(
    rf"(?:,? ?\n[ \t]{{0,40}}|,[ \t]{{0,2}}|[ \t]|[ ]?[-(][ ]?)(?:(?P<code>{_UK_CODE}|{_CA_CODE}"
    rf"|(?:S|Singapore|SINGAPORE) ?\(?\d{{6}}\)?|{_STATE_CODE}\.?,? {{1,2}}{_ZIP}|{_STATE_CODE} "
    rf"\d{{4}}(?!\d)|\d{{6}}(?!\d)|{_ZIP})(?![A-Za-z0-9])"
    rf"|(?P<state>(?:{_STATE}|{_STATE_CODE}|{_COUNTRY}|USA|U\.S\.A\.|UK)(?![{LETTER}])\.?)"
    rf"|(?P<unit>{_UNIT}(?![{LETTER}0-9]))|(?P<words>(?:\d{{4,6}} )?{_WORD}(?: {_WORD}){{0,3}}))"
)
_MOST_SEGMENTS = 6
_TOWN_STATE = re.compile(
    rf"(?<![{LETTER}'])(?P<town>{_WORD}(?: {_WORD}){{0,2}}),? (?:(?P<code>{_STATE_CODE})(?:,? "
    rf"{{1,2}}(?P<zip>{_ZIP}|\d{{4}}(?!\d)))?|(?P<name>{_STATE}|{_COUNTRY}))(?![{LETTER}]|-[A-Z])"
)
# A degree or a word as often as a state; the town must be a known one then.
_DOUBTFUL = frozenset(
    "MD PA DO MA OR IN ME ID OK HI MS PR AL CO NT ACT BC DE LA CT SA WA NS MI VA PE AR SD CA MT ND".split()
)
_LIVES = (
    r"(?:lives?|lived|living|resides?|residing|resident|residents?|born(?: and raised)?|raised"
    r"|grew up|moved|relocated|native|originally|immigrated|immigrant|emigrated|migrated|came"
    r"|comes|hails|visiting|repatriated|returned|home|house"
    r"|apartment|apt|condo|unit|farm|ranch|shelter|homeless|farmer|works|working|employed"
    r"|stationed|retired|from)"
)
_LIVING = re.compile(
    rf"(?<![A-Za-z]){_LIVES}(?: (?:here|back|alone|independently|with (?:his|her|their) "
    rf"[a-z]+(?:(?: and|,)? [a-z]+)?|now|currently|by [a-z]+|outside|over))? ?(?:in|to|from|near"
    rf"|of|outside|outside of|on a farm near|at) (?:the )?(?P<v>{_WORD}(?: {_WORD}){{0,2}})"
)
_PLACES = any_of(
    {*_LISTS["countries"], *_LISTS["states"], *_LISTS["cities"]}
    - {
        "Jordan",
        "Georgia",
        "Chad",
        "Turkey",
        "LA",
        "Guinea",
        "Boston",
        "Paris",
        "Sydney",
        "Milan",
        "Rome",
        "Vienna",
        "Berlin",
        "Prague",
        "Tokyo",
        "Montreal",
        "Geneva",
        "Edmonton",
        "Ottawa",
        "Barcelona",
        "Minnesota",
        "Mali",
        "Rio de Janeiro",
    }
)
_AT_PLACE = re.compile(
    rf"(?<![A-Za-z])(?:from|in|near|outside|of|to) (?P<v>{_PLACES}|Boston|Georgia|Jordan|Sydney"
    rf"|Montreal|Paris)(?![{LETTER}'-])"
)
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
_BIRTH = re.compile(
    rf"(?:Hospital|Center|Centre|Clinic|Home|Infirmary|Surgery|Practice|School|University"
    rf"|College)(?P<x>, | in )(?P<v>{_WORD}(?: {_WORD}){{0,2}}(?:, (?:{_STATE_CODE}|{_STATE}))?)"
)


_HL7 = re.compile(
    rf"(?<=[|~])\d[^|^\n]{{3,60}}\^[^|^\n]{{0,40}}\^[^|^\n]{{1,40}}\^{_STATE_CODE}\^[0-9A-Z -]{{3,10}}"
)


def find_addresses(text: str) -> Iterator[Span]:
    """Spans in a folded text."""
    for regex in (_HOUSE, _BLOCK, _FOREIGN, _GERMAN, _BOX):
        for match in regex.finditer(text):
            yield Span(match.start(), _whole(text, match.end()), "ADDRESS", SHAPED)
    for regex in (_ROUTE, _HL7):
        for match in regex.finditer(text):
            yield Span(match.start(), match.end(), "ADDRESS", SHAPED)
    for match in _STREET_ALONE.finditer(text):
        if _is_street(match["v"]):
            yield Span(match.start("v"), _whole(text, match.end()), "ADDRESS", LIKELY)
    for match in _LABEL.finditer(text):
        end = _LABEL_ENDS.search(text, match.start("v"), match.end("v"))
        stop = end.start() if end else match.end("v")
        yield Span(match.start("v"), _whole(text, stop), "ADDRESS", LABELLED)
    yield from _towns(text)
    for match in _CODE.finditer(text):
        yield Span(match.start(), match.end(), "POSTCODE", LIKELY)


def _whole(text: str, at: int) -> int:
    """Where an address ends that has come to `at`: behind its town, state, postcode and country."""
    for _ in range(_MOST_SEGMENTS):
        match = _TAIL.match(text, at)
        if match is None:
            break
        if match["words"] and not _is_segment(text, match):
            break
        at = match.end()
    return at


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
        bool(re.match(rf",? (?:{_STATE_CODE}|{_STATE})(?![A-Za-z])", text[match.end() : match.end() + 24]))
        and not re.search(r"[.\n]", match[0])
    )


def _towns(text: str) -> Iterator[Span]:
    for match in _TOWN_STATE.finditer(text):
        yield from _town_and_state(text, match)
    for match in _LIVING.finditer(text):
        yield from _place(text, match)
    for match in _AT_PLACE.finditer(text):
        yield Span(match.start("v"), match.end("v"), "ADDRESS", LIKELY)
    for match in _BIRTH.finditer(text):
        if lexicon().kind(match["v"].partition(",")[0].split(" ")[0]) in (Kind.PLACE, Kind.UNKNOWN):
            yield from _place(text, match)


def _town_and_state(text: str, match: re.Match[str]) -> Iterator[Span]:
    known = lexicon()
    words = match["town"].split(" ")
    # Of the words in front, those that can be the name of a town: "Transferred from Grand Island, NE".
    first = next(
        (at for at in range(len(words)) if all(_may_be_town(word) for word in words[at:])), len(words)
    )
    if first == len(words):
        return
    town = " ".join(words[first:])
    start = match.start("town") + len(" ".join(words[:first])) + (1 if first else 0)
    sure = plain(town) in known.towns or bool(match["zip"])
    if (
        match["code"]
        and not (sure and "," in match[0])
        and not match["zip"]
        and not _BEFORE_A_TOWN.search(text[max(0, start - 12) : start])
    ):
        return
    if match["code"] in _DOUBTFUL and not sure:
        return
    yield Span(start, _whole(text, match.end()), "ADDRESS", LIKELY if match["code"] else SHAPED)


_BEFORE_A_TOWN = re.compile(r"(?<![A-Za-z])(?:from|in|of|near|to|at|outside|[Bb]orn|[Ll]ives?) $")


def _may_be_town(word: str) -> bool:
    kind = lexicon().kind(word.strip("."))
    return word in (
        "St.",
        "St",
        "Ft.",
        "Mt.",
        "New",
        "North",
        "South",
        "East",
        "West",
        "San",
        "Los",
        "Las",
        "El",
        "La",
    ) or (kind not in (Kind.NEVER,) and not (word.isupper() and len(word) < 4))


def _place(text: str, match: re.Match[str]) -> Iterator[Span]:
    """The place behind "lives in": as many words with a capital as can be one."""
    words = match["v"].split(" ")
    kept = 0
    for word in words:
        if not _may_be_town(word) or (
            lexicon().kind(word.strip(".")) is Kind.WORD
            and plain(word.strip(".")) not in _DIRECTIONS
            and len(words) < 2
        ):
            break
        kept += 1
        if word.endswith(".") and word not in ("St.", "Ft.", "Mt."):
            break
    if kept:
        end = match.start("v") + len(" ".join(words[:kept]).rstrip("."))
        yield Span(match.start("v"), _whole(text, end), "ADDRESS", LIKELY)


_DIRECTIONS = frozenset("north south east west new upper lower old great little grand".split())


_NO_STREET = frozenset("The This Her His Our Your My A An Dr Patient".split())


def _is_street(name: str) -> bool:
    return not any(word in _NO_STREET for word in name.split(" "))
