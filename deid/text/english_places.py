"""Hospitals and organisations in English text: a name of their own in front of what they are."""

import re
from collections.abc import Iterator

from deid.text.english_mentions import GENERAL, LINKS, WORD, find_mentioned, is_proper, kind_of
from deid.text.english_pieces import LETTER
from deid.text.english_words import Kind, lexicon, plain
from deid.text.patterns import NO_LETTER_BEFORE, any_of
from deid.text.spans import LABELLED, LIKELY, SHAPED, Span
from deid.text.words import WORDS

_ENGLISH = WORDS.english


def _heads(name: str) -> str:
    words = _ENGLISH[name]
    return any_of({*words, *(word.upper() for word in words)})


_STRONG = {
    "HOSPITAL": frozenset(plain(w) for w in _ENGLISH["hospitals"]),
    "ORG": frozenset(plain(w) for w in _ENGLISH["organisations"]),
}
_HEAD = {
    "HOSPITAL": re.compile(
        NO_LETTER_BEFORE
        + any_of(
            {*_ENGLISH["hospitals"], *_ENGLISH["hospitals-weak"], *(w.upper() for w in _ENGLISH["hospitals"])}
        )
        + rf"(?![{LETTER}'-])"
    ),
    "ORG": re.compile(
        NO_LETTER_BEFORE
        + any_of(
            {
                *_ENGLISH["organisations"],
                *_ENGLISH["organisations-weak"],
                *(w.upper() for w in _ENGLISH["organisations"]),
            }
        )
        + rf"(?![{LETTER}'-])"
    ),
}
# The words in front of a head, the nearest last; read backwards from it.
_IN_FRONT = re.compile(rf"(?:(?<![{LETTER}0-9.'-])(?:{WORD}|of|and|the|for|&|de)[ ]){{1,7}}$")
_BEHIND = re.compile(
    rf"(?:,? (?:of|for|at|in) (?:the )?{WORD}(?: (?:and |& )?{WORD}){{0,3}}| (?:Campus"
    rf"|Foundation Trust|NHS Trust|NHS Foundation Trust|Trust|East|West|North|South))?"
)
_LOUD = frozenset(("HOSPITAL", "MEDICAL CENTER", "MEDICAL CENTRE", "INFIRMARY", "NURSING HOME"))
_NO_INSTITUTION = re.compile(
    r"(?:'s)? ?(?:guidelines?|criteria|criterion|classification|score|scoring|protocol"
    r"|recommendations?|consensus|statement|definition|course|stay|day|visit|admission"
    r"|policy)(?![a-z])",
    re.IGNORECASE,
)
_SHORT = re.compile(NO_LETTER_BEFORE + any_of(_ENGLISH["hospital-short"]) + rf"(?![{LETTER}0-9-])")
_INSURER = re.compile(
    NO_LETTER_BEFORE
    + any_of(_ENGLISH["insurers"])
    + rf"(?: (?:Global|International|Insurance|Health|Care|Life))?(?![{LETTER}0-9-])"
)
_SAINT = re.compile(
    rf"(?<![A-Za-z])(?:St|Saint|ST)\.? (?!Jude)[A-Z][A-Za-z]+(?:'s|'S)(?! [Ww]ort)(?: {WORD}){{0,3}}?(?: "
    rf"{any_of(_ENGLISH['hospitals'])})?(?![{LETTER}'])"
)
_SAINT_AT = re.compile(
    r"(?<=(?:at|to|in) )(?:St|Saint)\.? [A-Z][a-z]+(?![A-Za-z'])|(?<=from )(?:St|Saint)\.? "
    r"[A-Z][a-z]+(?![A-Za-z'])"
)
# Hospice of the Levels
_OF = re.compile(
    rf"(?<![A-Za-z])(?:Hospice|Memory Center|Birth Center|Cancer Center|Eye Center|Children's "
    rf"Hospital) (?:of|for|at) (?:the )?{WORD}(?: {WORD}){{0,2}}"
)
_SHOUTED_LABEL = re.compile(
    r"(?<![A-Za-z])(?:EMPLOYER|INS|INSURANCE|SCHOOL|FACILITY|PHARMACY)[ :]{1,3}(?P<v>[A-Z][A-Z&'. "
    r"-]{2,40}?)(?=[ ]{2}|[ ]?(?:\n|#|,|;|$| ID| NO))"
)
_THE_VA = re.compile(r"(?<=[Tt]he )VA(?:MC)?(?![A-Za-z0-9])(?! 20/)|(?<![A-Za-z])VAMC(?![A-Za-z])")
_HL7 = re.compile(
    r"MSH\|[^|\n]{3,5}\|[^|\n]{0,40}\|(?P<v>[^|\n]{3,40})\|(?:[^|\n]{0,40}\|(?P<w>[^|\n]{3,40})\|)?"
)
# WESTBROOK GENERAL, alone on a line or in front of a heading
_SHOUTED = re.compile(
    r"(?:^|(?<=\n))[ \t]*(?P<v>(?!(?:IN|THE|PHYSICAL|VITAL|FAMILY|SOCIAL|PAST"
    r"|REVIEW)\b)[A-Z]{4,}(?: [A-Z.']{2,}){0,2}"
    r" (?:GENERAL|MEMORIAL|REGIONAL|COMMUNITY|METHODIST|PRESBYTERIAN|BAPTIST|UNIVERSITY))(?=[ ]{2}|\t|\n|$|,)"
)
_ROYAL = re.compile(
    r"(?<![A-Za-z])Royal (?!College|Society|Navy|Air|Mail|Jelly|Family|Blue|Free "
    r")[A-Z][a-z]{3,}(?: [A-Z][a-z]{3,})?(?![A-Za-z])"
)
_FIRST = re.compile(
    rf"(?<![A-Za-z])(?:Centre [Hh]ospitalier|CHU|CHUM|Klinik|Poliklinik|Hospital|Clinique"
    rf"|H[oô]pital|Cl[ií]nica|Krankenhaus"
    rf"|Klinikum|Universit[aä]tsklinikum|Ospedale|Policlinico) (?P<v>{WORD}(?: (?:de |del |da |la "
    rf")?{WORD}){{0,3}})(?! of )"
)
_ORG_LABEL = re.compile(
    r"(?<![A-Za-z])(?i:employer|employer name|place of work|workplace|company|occupation/employer"
    r"|school|school name|college|university|daycare|insurance|insurer|insurance company|health "
    r"plan|ins|payer|payor|primary insurance|secondary insurance|carrier|pharmacy|preferred pharmacy)"
    r"[ \t]{0,3}:[ \t]{0,4}(?P<v>[A-Z][A-Za-z0-9&'. -]{2,50}?)(?=[ \t]{2}|[ \t]?(?:\n|$|[,;(|#])"
    r"|\. | (?:ID|Policy|Member|Group|No|Phone|Tel|on|since|for)\b)"
)
_HOSPITAL_LABEL = re.compile(
    r"(?<![A-Za-z])(?i:facility|facility name|hospital|hospital name|sending facility|receiving "
    r"facility|referring hospital|transferring hospital|clinic name|practice|location|site"
    r"|institution|performing lab|performed at)"
    r"[ \t]{0,3}:[ \t]{0,4}(?P<v>[A-Z][A-Za-z0-9&'. -]{2,60}?)(?=[ \t]{2}|[ \t]?(?:\n|$|[,;(|#]))"
)


def find_institutions(text: str) -> Iterator[Span]:
    """Spans in a folded text."""
    for kind, head in _HEAD.items():
        for match in head.finditer(text):
            yield from _named(text, match, kind)
    for regex, kind, score in _SIMPLE:
        for match in regex.finditer(text):
            groups = [group for group in (regex.groupindex or (0,)) if match[group]]
            yield from (Span(match.start(group), match.end(group), kind, score) for group in groups)
    yield from find_mentioned(text)
    for match in _FIRST.finditer(text):
        first = match["v"].split(" ")[0]
        if is_proper(first) and kind_of(first) is not Kind.WORD:
            yield Span(match.start(), match.end(), "HOSPITAL", SHAPED)


_SIMPLE = (
    (_SHORT, "HOSPITAL", LIKELY),
    (_SAINT, "HOSPITAL", LIKELY),
    (_SAINT_AT, "HOSPITAL", LIKELY),
    (_THE_VA, "HOSPITAL", LIKELY),
    (_SHOUTED, "HOSPITAL", LIKELY),
    (_ROYAL, "HOSPITAL", LIKELY),
    (_OF, "HOSPITAL", LIKELY),
    (_SHOUTED_LABEL, "ORG", LIKELY),
    (_INSURER, "ORG", LIKELY),
    (_ORG_LABEL, "ORG", LABELLED),
    (_HOSPITAL_LABEL, "HOSPITAL", LIKELY),
    (_HL7, "HOSPITAL", LIKELY),
)


def _named(text: str, head: re.Match[str], kind: str) -> Iterator[Span]:
    """The institution whose name ends with `head`, if it has one of its own."""
    shouted = head[0].isupper() and len(head[0]) > 3
    before = _IN_FRONT.search(text, max(0, head.start() - 80), head.start())
    if before is None or _NO_INSTITUTION.match(text, head.end()):
        return
    words = _behind_titles(before[0].split())
    weak = plain(head[0]) not in _STRONG[kind] or (shouted and head[0] not in _LOUD)
    first = _first_word(words, shouted=shouted)
    words = words[first:]
    alone = (
        text[head.end() : head.end() + 1] in _ENDS and text[before.start() - 1 : before.start()] in _BEGINS
    )
    if not any(_tells(word, weak=weak and not alone) for word in words):
        return
    start = head.start() - len(" ".join(words)) - 1
    behind = _BEHIND.match(text, head.end())
    end = behind.end() if behind and not weak else head.end()
    yield Span(start, end, kind, SHAPED if not weak else LIKELY)


_BEGINS = ("(", "\n", "")
_ENDS = (")", "\n", "")


def _behind_titles(words: list[str]) -> list[str]:
    """Officer Mulcahy of Shrewsbury: what stands behind the person."""
    titled = [index for index, word in enumerate(words) if plain(word.rstrip(".")) in _TITLES]
    return words[titled[-1] + 2 :] if titled else words


def _first_word(words: list[str], *, shouted: bool) -> int:
    """Where the name begins: behind the last word that only leads up to it."""
    first = len(words)
    while first and (words[first - 1] in LINKS or _goes_on(words[first - 1], shouted=shouted)):
        first -= 1
    while first < len(words) and (words[first] in LINKS or _leads(words[first])):
        first += 1
    return first


def _goes_on(word: str, *, shouted: bool) -> bool:
    return word.isupper() or not shouted


_TITLES = frozenset(plain(title) for title in _ENGLISH["titles"])
_LEADS = frozenset(
    "at to from in by via called the a an admitted transferred discharged seen patient pt dr mr "
    "mrs ms re hospital: clinic: location: facility: site: to: from: attending consultant date "
    "department dept our this when while"
    " since after before if as on with and or for he she they his her it was is i we who called "
    "reason name history followup follow-up".split()
)


def _leads(word: str) -> bool:
    low = word.lower().rstrip(".,:")
    return low in _LEADS and word not in ("The",)


def _tells(word: str, *, weak: bool) -> bool:
    """Whether a word makes the institution one in particular."""
    low = word.lower().rstrip(".,")
    if len(low) < 2 or word in LINKS or low in GENERAL or plain(low) in GENERAL or low == "the":
        return False
    if not weak:
        return not (lexicon().kind(word) is Kind.WORD and _is_rare(low))
    return kind_of(word) in (Kind.NAME, Kind.UNKNOWN, Kind.PLACE, Kind.EPONYM, Kind.EITHER)


def _is_rare(low: str) -> bool:
    """A word only medicine has: Arrhythmia Clinic, but Maple Grove Clinic."""
    return low not in lexicon().common
