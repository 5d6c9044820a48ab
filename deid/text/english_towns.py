"""Towns, states and lands in English text where somebody lives, comes from or works."""

import re
from collections.abc import Iterable, Iterator

from deid.text.english_candidates import HEAD_BEHIND
from deid.text.english_pieces import LETTER
from deid.text.english_whereabouts import COUNTRY, STATE, STATE_CODE, WORD, ZIP, end_of_address
from deid.text.english_words import Kind, lexicon, plain
from deid.text.patterns import any_of
from deid.text.spans import LIKELY, SHAPED, Span
from deid.text.words import WORDS

_LISTS = WORDS.english
# The word for a town behind the name of an institution
_BEHIND_NAME = re.compile(rf", ?(?P<v>{WORD}(?: {WORD})?)(?=[\n.,;)]|[ ]{{2}}|$)")


def find_town_behind(text: str, institutions: Iterable[Span]) -> Iterator[Span]:
    """Sunshine Clinic, Noosa: what stands behind the comma, unless it is a word."""
    for span in institutions:
        match = _BEHIND_NAME.match(text, span.end)
        if match and lexicon().kind(match["v"].split(" ")[0].rstrip(".")) in (
            Kind.PLACE,
            Kind.UNKNOWN,
            Kind.NAME,
        ):
            end = match.start("v") + len(match["v"].rstrip("."))
            yield Span(match.start("v"), end_of_address(text, end), "ADDRESS", LIKELY)


_TOWN_STATE = re.compile(
    rf"(?<![{LETTER}'])(?P<town>{WORD}(?: {WORD}){{0,2}}),? (?:(?P<code>{STATE_CODE})(?:,? "
    rf"{{1,2}}(?P<zip>{ZIP}|\d{{4}}(?!\d)))?|(?P<name>{STATE}|{COUNTRY}))(?![{LETTER}]|-[A-Z])"
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
    rf"|of|outside|outside of|on a farm near|at) (?:the )?(?P<v>{WORD}(?: {WORD}){{0,2}})"
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
_BIRTH = re.compile(
    rf"(?:Hospital|Center|Centre|Clinic|Home|Infirmary|Surgery|Practice|School|University"
    rf"|College)(?P<x>, | in )(?P<v>{WORD}(?: {WORD}){{0,2}}(?:, (?:{STATE_CODE}|{STATE}))?)"
)


def find_towns(text: str) -> Iterator[Span]:
    """Spans in a folded text."""
    for match in _TOWN_STATE.finditer(text):
        yield from _town_and_state(text, match)
    for match in _LIVING.finditer(text):
        yield from _place(text, match)
    for match in _AT_PLACE.finditer(text):
        yield Span(match.start("v"), match.end("v"), "ADDRESS", LIKELY)
    for match in _IN_TOWN.finditer(text):
        yield from _known_town(match)
    for match in _TRAVELLED.finditer(text):
        yield from _known_town(match)
    for match in _FROM_SHOUTED.finditer(text):
        if plain(match["v"]) in lexicon().towns:
            yield Span(match.start("v"), match.end("v"), "ADDRESS", LIKELY)
    for match in _BIRTH.finditer(text):
        if lexicon().kind(match["v"].partition(",")[0].split(" ")[0]) in (Kind.PLACE, Kind.UNKNOWN):
            yield from _place(text, match)


# fled Herat, family in Surat, a native of Foshan
_TRAVELLED = re.compile(
    r"(?<![A-Za-z])(?:fled|leaving|escaped|(?:trip|travel(?:s|led|ed|ling|ing)?|drive[sn]?|drove|flew"
    r"|flying|flight|flights|way|moving|return(?:s|ing)?) (?:to|from|in)|(?:holiday|vacation|family|parents|relatives) "
    r"(?:in|to)|back (?:to|from|in)|natives? of|association of|refugee from|deported (?:to|from)) "
    rf"(?P<v>{WORD}(?: {WORD}){{0,2}})"
)
_FROM_SHOUTED = re.compile(
    r"(?<![A-Za-z])(?:FROM|IN|NEAR|LIVES IN) (?P<v>[A-Z]{4,}(?: [A-Z]{4,})?)(?![A-Za-z])"
)
_IN_TOWN = re.compile(
    rf"(?<![A-Za-z])(?:in|from|near|outside) (?P<v>{WORD}(?: {WORD}){{0,2}})|(?<=[a-z)]), "
    rf"(?P<w>{WORD}(?: {WORD}){{0,1}})(?=[.;)\n]"
    r"|, (?:ph|tel|phone|age|aged|sees|aet)(?![a-z])|, \d)"
    rf"|(?<=[a-z] \()(?P<x>{WORD}(?: {WORD}){{0,1}})(?=,|\))"
)


def _known_town(match: re.Match[str]) -> Iterator[Span]:
    """The longest beginning that is the name of a town: "warehouse in Joliet", "nursery, Slough."."""
    group = match.lastgroup or "v"
    words = match[group].partition(".")[0].split(" ")
    known = lexicon()
    for count in range(len(words), 0, -1):
        town = " ".join(words[:count])
        kind = known.kind(words[0])
        if plain(town) in known.towns and (
            count > 1 or kind is Kind.PLACE or (kind is Kind.NAME and group == "v")
        ):
            end = end_of_address(match.string, match.start(group) + len(town))
            yield Span(match.start(group), end, "ADDRESS", LIKELY)
            return
    end = match.start(group) + len(words[0])
    if group == "v" and _is_strange(words[0]) and not HEAD_BEHIND.match(match.string, end):
        yield Span(match.start(group), end_of_address(match.string, end), "ADDRESS", LIKELY)


def _is_strange(word: str) -> bool:
    """In no list and no product: behind "in" that is a town."""
    return len(word) > 3 and word.istitle() and lexicon().kind(word) is Kind.UNKNOWN


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
    if _AFTER_TITLE.search(text[max(0, match.start("town") - 10) : match.start("town")]):
        return
    if match["code"] and _MORE_DEGREES.match(text, match.end()):
        return
    start = match.start("town") + len(" ".join(words[:first])) + (1 if first else 0)
    if match["code"] and not _is_state(text, match, start, plain(town) in known.towns):
        return
    yield Span(start, end_of_address(text, match.end()), "ADDRESS", LIKELY if match["code"] else SHAPED)


def _is_state(text: str, match: re.Match[str], start: int, known: bool) -> bool:
    """Whether two capitals behind a town are its state: many are a degree or a word as well."""
    if match["zip"] or match["code"] in ("NSW", "VIC", "QLD", "TAS"):
        return True
    led = _BEFORE_A_TOWN.search(text[max(0, start - 12) : start])
    return bool((known and "," in match[0]) or (led and (known or match["code"] not in _DOUBTFUL)))


_AFTER_TITLE = re.compile(r"(?:Dr|Mr|Mrs|Ms|Miss|Prof|Officer|Sgt|Nurse)\.? $")
_MORE_DEGREES = re.compile(r",? [A-Z]{2,5}(?![A-Za-z])")
_BEFORE_A_TOWN = re.compile(r"(?<![A-Za-z])(?:from|in|of|near|to|at|outside|[Bb]orn|[Ll]ives?) $|\($")


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
        yield Span(match.start("v"), end_of_address(text, end), "ADDRESS", LIKELY)


_DIRECTIONS = frozenset("north south east west new upper lower old great little grand".split())
