"""Hospitals and employers that only the words in front point at: transferred from Brockton, works at KPMG."""

import re
from collections.abc import Iterator

from deid.text.english_pieces import CAPITAL, LETTER
from deid.text.english_words import Kind, lexicon, plain
from deid.text.spans import LIKELY, SHAPED, Span
from deid.text.words import WORDS

_ENGLISH = WORDS.english
WORD = rf"(?:(?:S[tT]|M[tT]|F[tT])\.|[{CAPITAL}][{LETTER}]*(?:['-][{LETTER}]+)*(?![{LETTER}])|[A-Z]\.)"
LINKS = frozenset("of and the for & de at".split())
GENERAL = frozenset(word for entry in _ENGLISH["in-general"] for word in (entry, plain(entry)))
# "born at Ninewells", "a crush incident at Port Kembla Coal Terminal"
_AT = re.compile(rf"(?<![A-Za-z])at (?:the )?(?P<v>{WORD}(?: (?:(?:of|and|the) )?{WORD}){{0,4}})")
# "transferred from Brockton": a hospital called by its town.
_SENT = re.compile(
    r"(?<![A-Za-z])(?:transferred|transfer|xfer|tx'?d|hospitali[sz]ed|records requested"
    r"|discharged|admitted|admission|readmitted|seen in (?:the )?E[DR]|(?:ED|ER) visit|born"
    r"|delivered|presented|referred|brought) "
    rf"(?:in |to|over |here )?(?:from|at|to) (?:the )?(?P<v>{WORD}(?: {WORD}){{0,2}})"
)
# What stands behind "works as a welder at"
_BEHIND_WORK = re.compile(
    rf"(?<![A-Za-z])(?:at|for|with|from|in|of|by|[Aa]ttend(?:s|ing)) (?:the )?(?P<v>{WORD}(?: "
    rf"(?:(?:of|and|the|&) )?{WORD}){{0,4}})"
)
_WORK = re.compile(
    r"(?<![A-Za-z])(?:works?|worked|working|employed|employee|employer|job|retired|career|teaches"
    r"|taught|attend(?:s|ed|ing)|student"
    r"|enrolled|studies|studying|graduated|grader?|freshman|sophomore|junior|senior|engineer"
    r"|manager|teacher|nurse|clerk|cashier"
    r"|driver|drives|operator|foreman|machinist|carpenter|labou?rer|plumber|electrician|apprentice"
    r"|supervisor|pilot|porter|picker|packer|guard|cleaner|housekeeper|librarian|coach|analyst"
    r"|developer|cab|taxi|truck|lorry|colleague|workmate|mechanic|welder|secretary|accountant|lawyer|professor|technician|waitress|waiter"
    r"|chef|cook|volunteers?|shift|serves"
    r"|interned|intern|offices?)(?: (?:as|is) (?:an? |the )?[a-z][a-z /-]{2,40}?)?(?: (?:full"
    r"|part)[- ]time)? ?$",
    re.IGNORECASE,
)


def _somewhere(match: re.Match[str]) -> Iterator[Span]:
    """What stands behind "at" with capitals: one word in no list, or several of which one is a name."""
    words = match["v"].split(" ")
    kinds = [kind_of(word) for word in words]
    if any(word.isupper() for word in words) or Kind.NEVER in kinds or Kind.EPONYM in kinds[:1]:
        return
    several = len([word for word in words if word not in LINKS]) > 1
    if (several and any(kind in _PROPER for kind in kinds)) or (
        kinds == [Kind.UNKNOWN] and words[0].istitle() and len(words[0]) > 4
    ):
        yield Span(match.start("v"), match.end("v"), "ORG" if several else "HOSPITAL", LIKELY)


_PROPER = (Kind.NAME, Kind.UNKNOWN, Kind.PLACE)


def kind_of(word: str) -> Kind:
    """What a word is, less what stands around it."""
    return lexicon().kind(word.strip(".,'").removesuffix("'s"))


def is_proper(word: str) -> bool:
    """Whether it can be part of the name of an institution."""
    return (
        plain(word) not in GENERAL
        and kind_of(word) not in (Kind.NEVER,)
        and not (word.isupper() and len(word) < 5)
    )


def _is_short_name(word: str) -> bool:
    """KPMG: behind "works at" short capitals are a firm."""
    return word.isupper() and 2 < len(word) < 7 and kind_of(word) is Kind.UNKNOWN


# Freeport mine, District 60
_MORE_OF_IT = re.compile(
    r" (?:mine|mill|plant|factory|farm|hospital|clinic|school|warehouse|shop|store|hotel|airport"
    r"|base|prison|mall|market|restaurant|\d{1,3})(?![A-Za-z0-9])"
)


def _if_proper(match: re.Match[str], kind: str) -> Iterator[Span]:
    words = match["v"].split(" ")
    kept = 0
    for word in words:
        if (
            word in LINKS
            or (kind == "ORG" and not kept and _is_short_name(word))
            or (is_proper(word) and kind_of(word) is not Kind.WORD)
            or (kept and kind == "ORG")
        ):
            kept += 1
        else:
            break
    while kept and words[kept - 1] in LINKS:
        kept -= 1
    if (
        not kept
        and kind == "ORG"
        and len(words) > 1
        and all(is_proper(word) for word in words if word not in LINKS)
    ):
        kept = len(words)
    if kept:
        name = " ".join(words[:kept]).rstrip(".")
        more = _MORE_OF_IT.match(match.string, match.start("v") + len(name)) if kept == len(words) else None
        name += more[0] if more else ""
        # A hospital called by its town is no town there.
        score = SHAPED if kind == "HOSPITAL" else LIKELY
        yield Span(match.start("v"), match.start("v") + len(name), kind, score)


# "Ref from: QMH", "transferred from NDH": short capitals that are no word of medicine.
_SENT_SHORT = re.compile(
    r"(?<![A-Za-z])(?:[Tt]ransferred|[Tt]ransfer|[Xx]fer|[Rr]ef(?:erred|erral)?|[Aa]dmitted|[Rr]ecords|[Dd]elivered"
    r"|[Bb]orn|[Dd]ischarged|[Ss]een|[Ff]ollowed|[Ff]/u|FU|[Aa]dmission|[Tt]reated|[Oo]perated)(?: back| over)? "
    r"?(?:from|to|at|in):? (?:the )?(?P<v>[A-Z]{3,5})(?= (?:on|in|for|with|by|ortho|surg|med|ED|A&E|ward|and"
    r"|where|after|this)(?![A-Za-z])|[.,;)\n]|$)"
)
_NO_HOUSE = frozenset(
    "OSH CVICU HDU ITU ICU CTICU"
    " MSICU NSICU TICU BICU AMU MAU SAU ASU DSU EMU OPD IPD GOPC SOPC SOC ALF IRF LTCF "
    "SOPD RACF NHS VNA EMR PMH PCI CABG ERCP MRI GPU CRC IVF MDT "
    "TBD NOS WNL PRN PDA EMS ECHO RCA LAD SAR TCU CHF AVR MVR "
    "UTI DVT NSR AFIB CPR DNR BMT PSYCH ONC OBS GYN PED PEDS XYZ ABC XXX ABCD XYZZ".split()
)


def find_mentioned(text: str) -> Iterator[Span]:
    """Spans in a folded text."""
    for match in _SENT_SHORT.finditer(text):
        if match["v"] not in _NO_HOUSE and kind_of(match["v"]) is Kind.UNKNOWN:
            yield Span(match.start("v"), match.end("v"), "HOSPITAL", LIKELY)
    for match in _SENT.finditer(text):
        yield from _if_proper(match, "HOSPITAL")
    for match in _BEHIND_WORK.finditer(text):
        if (match[0][1:3] == "tt" and " " in match["v"]) or _WORK.search(
            text, max(0, match.start() - 64), match.start()
        ):
            yield from _if_proper(match, "ORG")
    for match in _AT.finditer(text):
        yield from _somewhere(match)
