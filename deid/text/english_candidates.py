"""English names that nothing announces: told from the words they are made of and from those around."""

import re
from collections.abc import Iterator

from deid.text.english_pieces import LETTER, SUFFIX, Piece
from deid.text.english_words import Kind, lexicon, plain
from deid.text.patterns import any_of
from deid.text.spans import LIKELY, Span
from deid.text.words import WORDS

DEGREE_BEHIND = re.compile(rf"(?:, ?| | \(){any_of(WORDS.english['degrees'])}(?![{LETTER}-])")
HEAD_BEHIND = re.compile(rf"(?:'s?)?[ -]{{1,2}}(?i:{any_of(WORDS.english['eponym-heads'])})(?![{LETTER}])")
_SAYS = re.compile(rf"(?:'s)? {{1,2}}{any_of(WORDS.english['name-verbs'])}(?![{LETTER}])")
_TELLS = re.compile(
    r"(?:(?<![A-Za-z])(?:(?<!treated )(?<!started )(?<!managed )with|by|per|told|asked|ask|called"
    r"|paged|spoke|met|named"
    r"|per|saw|thank|thanks|notified|informed|contacted|advised|dear|hi|hello"
    r"|seeing|regarding|re|cc|attn|via|family|mom|dad|signed|w/|d/w|/)[ :]{1,2}|& )$",
    re.IGNORECASE,
)


def judge(text: str, run: list[Piece]) -> Iterator[Span]:
    """The names in a run of words with a capital none of which is only a word."""
    for group in _split_at_commas(run):
        named = _without_last_letter(text, group)
        words = [piece for piece in named if not piece.is_initial]
        if words and _is_name(text, named, words):
            suffix = SUFFIX.match(text, named[-1].end)
            yield Span(named[0].start, suffix.end() if suffix else named[-1].end, "NAME", LIKELY)


def _is_name(text: str, group: list[Piece], words: list[Piece]) -> bool:
    if HEAD_BEHIND.match(text, words[-1].end) or _is_phrase(group):
        return False
    if len(words) > 1 and _THING.search(text, max(0, group[0].start - 8), group[0].start):
        return False
    if _is_told_by_what_follows(text, group, words):
        return True
    if len(words) > 1:
        return _are_one_name(text, group, words)
    if len(group) > 1 and group[0].is_initial and _fits_letter(group[0], words[0]):
        return True
    return _stands_alone(text, words[0])


def _is_odd_word(word: Piece) -> bool:
    """A word that somebody may be called, but hardly anybody is: "Call HO"."""
    known = lexicon()
    either = plain(word.word) in known.given_either or plain(word.word) in known.surnames_either
    return word.kind is Kind.EITHER and not either


def _without_last_letter(text: str, group: list[Piece]) -> list[Piece]:
    """ "Smith A nurse", "Young I saw": the single capital is a word of the sentence."""
    last = group[-1]
    single = last.is_initial and len(group) > 1 and not text.startswith(".", last.start + 1)
    return group[:-1] if single and re.match(r" [a-z]", text[last.end : last.end + 2]) else group


def _is_phrase(group: list[Piece]) -> bool:
    """Jack Daniels, Sister Mary Joseph: known for something else."""
    return " ".join(plain(piece.word) for piece in group) in lexicon().never


_WHO_IT_IS = re.compile(
    r"(?:,? (?:is|was) (?:seen|an? (?:[a-z-]+,? ){0,4}\d{1,3}(?![0-9/.%]))|,? {0,12}\(?(?:DOB"
    r"|D\.O\.B|d\.?o\.?b|MRN|born |Date of Birth|NHS|HKID|NRIC|UHID|URN? |HN|Hosp|[MF]/\d|M\.R\.N)"
    r"|,? {1,12}\(?(?:\d{1,3} ?(?:y\b|yo\b|y/o|yrs?\b|years?\b|[- ]year|F\b|M\b|/[MF]\b)|[MF],? ?\d{1,3}\b)"
    r"|, \d{1,2}(?=[,;])|, (?:an? )?(?:Attending|Resident|Consultant|Registrar|Fellow|Intern|Chief|Director"
    r"|Professor|Manager|Coordinator|Physiotherapist|Pharmacist|Dietitian|Chaplain)"
    r"| \((?:charge|infusion|bedside|night|day|PT|OT|SW|RN|MD|wife|husband|son|daughter|mother"
    r"|father|sister|brother|mom|dad|partner|NOK|HCP|POA)\b)"
)


def _is_told_by_what_follows(text: str, group: list[Piece], words: list[Piece]) -> bool:
    """Behind the name a degree, a birth date, an age, or a part somebody plays."""
    end = group[-1].end
    if any(word.kind is Kind.PLACE for word in words) or (len(words) == 1 and _is_short_form(words[0])):
        return False
    if len(words) == 1 and (words[0].is_product or _is_odd_word(words[0])):
        return False
    if len(words) == 1 and words[0].is_shouted and words[0].kind is not Kind.NAME:
        return False
    return bool(DEGREE_BEHIND.match(text, end) or _WHO_IT_IS.match(text, end))


def _split_at_commas(run: list[Piece]) -> Iterator[list[Piece]]:
    """A comma joins a surname to the given name behind it and parts the names of a list."""
    group: list[Piece] = []
    for piece in run:
        if piece.comma and group and not _is_inverted(group, piece):
            yield group
            group = []
        group.append(piece)
    if group:
        yield group


def _is_inverted(group: list[Piece], piece: Piece) -> bool:
    if piece.is_initial or len(group) > 2 or any(one.is_initial for one in group):
        return False
    if group[0].kind is Kind.PLACE or piece.kind is Kind.PLACE:
        return False
    return lexicon().is_given(piece.word) or piece.kind is Kind.UNKNOWN


def _are_one_name(text: str, group: list[Piece], words: list[Piece]) -> bool:
    """Two words or more that together are a name."""
    names = sum(word.kind is Kind.NAME and not _is_short_form(word) for word in words)
    if names:
        return names > 1 or all(_fits_beside(word) for word in words)
    if any(word.kind is Kind.UNKNOWN and word.is_shouted and len(word.word) < 4 for word in words):
        return False
    first, last = (words[-1], words[0]) if words[-1].comma else (words[0], words[-1])
    known = lexicon()
    if first.kind is Kind.EITHER and known.is_given(first.word) and known.is_surname(last.word):
        return _is_given_either(first.word) and not _opens_a_line_of_words(text, group)
    return Kind.UNKNOWN in (first.kind, last.kind) and not first.is_shouted and _is_announced(text, group)


def _fits_letter(letter: Piece, word: Piece) -> bool:
    """J. Hollister, I Qureshi; not E. Coli, nor A. Fib."""
    if word.kind is Kind.NAME:
        return not _is_short_form(word)
    if word.kind is Kind.EPONYM and letter.word in ("R", "L"):
        return False  # right or left
    dotted = letter.end - letter.start > 1
    guessed = word.kind in (Kind.UNKNOWN, Kind.EITHER, Kind.EPONYM)
    return dotted and guessed and len(word.word) > 2 and plain(word.word) not in _GERMS


_GERMS = frozenset(
    "coli diff difficile aureus pylori pneumoniae aeruginosa fib flutter cardia jejuni albicans "
    "faecalis fragilis pallidum".split()
)


def _fits_beside(word: Piece) -> bool:
    """Whether a word beside a name is part of it rather than a thing it is put in front of."""
    known = lexicon()
    listed = known.is_surname(word.word) or known.is_given(word.word)
    return word.kind in (Kind.NAME, Kind.UNKNOWN, Kind.EPONYM) or listed


def _is_given_either(word: str) -> bool:
    return plain(word) in lexicon().given_either


def _opens_a_line_of_words(text: str, group: list[Piece]) -> bool:
    """A heading: more words with capitals or a colon behind."""
    return bool(re.match(r":| [A-Z][a-z]+:", text[group[-1].end : group[-1].end + 30]))


def _is_short_form(piece: Piece) -> bool:
    return piece.is_shouted and len(piece.word) < 4


def _is_announced(text: str, group: list[Piece]) -> bool:
    before = text[max(0, group[0].start - 16) : group[0].start]
    return bool(_TELLS.search(before)) or bool(_SAYS.match(text, group[-1].end))


# The Penfield, a Jamar, 44-mm Blackstone: an instrument.
_THING = re.compile(
    r"(?<![A-Za-z])(?:[Tt]he|[Aa]n?|[Tt]his|[Tt]hat|[Ee]ach|[Ss]mall|[Ll]arge|[Ss]traight"
    r"|[Cc]urved|\d ?-?(?:mm|cm|Fr|French|inch)|#\d+|Tabs?\.?|Caps?\.?|Inj\.?|Syp\.?|Syr\.?) $"
)
_SAINT = re.compile(r"(?<![A-Za-z])(?:St|Ste|Saint|Santa|San|Mt|Mount|Fort|Lake|Port)\.? $")


def _stands_alone(text: str, piece: Piece) -> bool:
    """One word that is a name by itself, in prose; in capitals it may be anything."""
    if piece.is_shouted or text.startswith((":", "-"), piece.end) or HEAD_BEHIND.match(text, piece.end):
        return False
    before = text[max(0, piece.start - 16) : piece.start]
    if _SAINT.search(before) or _THING.search(before):
        return False
    if piece.kind is Kind.NAME:
        return len(piece.word) > 2 and not re.search(r"[A-Za-z]\.? ?-$", before) and not piece.is_product
    if piece.kind is Kind.EITHER and _is_given_either(piece.word):
        return bool(_PERSON_VERB.match(text, piece.end)) and not re.search(r"(?:^|[.\n:] ?)$", before)
    if piece.kind is Kind.UNKNOWN and not piece.is_product and len(piece.word) > 3:
        if _OF_KIN.match(text, piece.end):
            return True
        return bool(_PERSON_VERB.match(text, piece.end)) or bool(_PERSON_LEAD.search(before))
    return False


_PERSON_VERB = re.compile(
    r" {1,2}(?:saw|sees|will see|will arrange|to arrange|arranging|arranged|aware|says|said"
    r"|states|stated|reports|reported|tells|told|denies|denied|asks|asked"
    r"|agrees|agreed|lives|works|feels|wants|called|phoned|cried|smiled|verbalized|thinks|believes"
    rf"|enjoys|understands|endorses|complains|slept|ate|walked|who)(?![{LETTER}])"
)
# Davo's mum, Davo's room
_OF_KIN = re.compile(
    rf"'s (?:{any_of(word for word in WORDS.english['kin'] if ' ' not in word)}|family|room|bed"
    rf"|death|name|birthday|house)(?![{LETTER}])"
)
_PERSON_LEAD = re.compile(
    r"(?<![A-Za-z])(?:told|asked|ask|spoke (?:with|to)|met with|named|thank|saw|called|paged"
    r"|informed|notified|discussed with|d/w|per|hi|dear|hello) $",
    re.IGNORECASE,
)
