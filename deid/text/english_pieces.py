"""The words of an English name: with a capital, or one letter; and where a name that is announced ends."""

import re
from dataclasses import dataclass

from deid.text.english_words import Kind, lexicon, plain
from deid.text.patterns import any_of
from deid.text.spans import LIKELY, Span
from deid.text.words import WORDS

LETTER = "A-Za-z\u00c0-\u024f\u1e00-\u1eff"
CAPITAL = "A-Z\u00c0-\u00de\u0100-\u017f\u1e00-\u1eff"
# Digits at the end: generated records name people Sumiko254.
PIECE = re.compile(
    rf"(?:(?P<word>(?:[DOdL]')?[{CAPITAL}][{LETTER}]+(?:'[{CAPITAL}](?=[{LETTER}])"
    rf"|['-](?!s(?![{LETTER}]))(?=[{LETTER}]{{2}}))?"
    rf"(?:[{LETTER}]+(?:-[{LETTER}]{{2,}})?)?\d{{0,4}})|(?P<initial>[{CAPITAL}])(?:\."
    rf"|(?![{LETTER}'.])))(?![0-9@_])"
)
_PARTICLES = (
    "van von de der den da di del della dela la le los las el al bin binti bint ibn ben ter ten "
    "dos das du af av zu y e mac st".split()
)
_GAP = re.compile(
    rf"(?: [\"'(]{{1,2}}[{CAPITAL}][{LETTER}]{{1,14}}[\"')]{{1,2}} |[ \t]|-|(?<=[A-Za-z]\.)(?: "
    rf"{{2}})?|(?P<comma>,[ \t]{{0,2}}|\^{{1,3}}))"
    rf"(?:(?:(?i:{any_of(_PARTICLES)})|[ASD]/[LPO])(?:[ ]|-)){{0,3}}(?=[{CAPITAL}]|[OdD]')"
)
SUFFIX = re.compile(r",? (?:Jr|Sr|II|III|IV)\b\.?(?![A-Za-z])")
_NO_PART = re.compile(rf"(?:{any_of(WORDS.english['degrees'])}|Jr|Sr|II|III)(?![{LETTER}-])")
_TITLE_WORDS = frozenset(plain(word) for word in WORDS.english["titles"])
_MOST_PIECES = 5
_EAST_ASIAN = frozenset(WORDS.english["east-asian"])
_SYLLABLE = re.compile(
    "(?:(?:[bpmfdtnlgkhjqxzcsrwy]|[zcs]h|ts|ng|kw|gw|kh|ph|th|tr|hy|gy|by|py|ky|my"
    "|ry)?[aeiouw]{1,4}(?:ng|n|m|k|t|p|h|i|o|u|r|l)?-?){1,2}"
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A word with a capital or an initial, what it may be, and what stands between it and the one before."""

    start: int
    end: int
    word: str
    kind: Kind
    comma: bool

    @property
    def is_initial(self) -> bool:
        """One letter."""
        return len(self.word.rstrip(".")) == 1

    @property
    def is_name(self) -> bool:
        """Whether it may be part of one."""
        return self.kind in NAME_KINDS

    @property
    def is_shouted(self) -> bool:
        """All in capitals, where a capital says nothing."""
        return self.word.isupper() and len(self.word) > 1

    @property
    def is_product(self) -> bool:
        """CareLink, ResMed. McAllister, DeLuca, O'Brien are people."""
        return _is_product(self.word)


_CAPITAL_INSIDE = re.compile(
    r"^(?:Ma?c|De|Di|Da|Du|La|Le|Van|Von|Fitz|O'|D'|Al|El|St)(?=[A-Z])|(?<=[-'])[A-Z]"
)
NAME_KINDS = (Kind.NAME, Kind.EITHER, Kind.EPONYM, Kind.UNKNOWN, Kind.PLACE)


def pieces_at(text: str, at: int, *, commas: bool) -> list[Piece]:
    """The words with a capital that follow one another from `at` on, titles and degrees not among them."""
    found: list[Piece] = []
    comma = False
    while len(found) < _MOST_PIECES and (match := PIECE.match(text, at)):
        word = match["word"] or match["initial"]
        if _is_behind_name(text, at, word, found):
            break
        kind = Kind.UNKNOWN if match["initial"] else _kind_beside(word.rstrip("0123456789"), found)
        found.append(Piece(match.start(), match.end(), word, kind, comma))
        gap = _GAP.match(text, match.end())
        if gap is None or (gap["comma"] and not commas):
            break
        comma = bool(gap["comma"])
        at = gap.end()
    return found


def _is_behind_name(text: str, at: int, word: str, found: list[Piece]) -> bool:
    """A degree, a suffix, short capitals; a syllable such as HO or MA behind FONG is none of them."""
    if found and plain(found[0].word) in _EAST_ASIAN and len(found) < 3 and _SYLLABLE.fullmatch(plain(word)):
        return word.isupper() and not found[-1].word.isupper() and _NO_PART.match(text, at) is not None
    return _NO_PART.match(text, at) is not None or bool(found and _is_stray(word, found))


def _is_product(word: str) -> bool:
    return not word.isupper() and any(char.isupper() for char in _CAPITAL_INSIDE.sub("", word)[1:])


def _is_stray(word: str, found: list[Piece]) -> bool:
    """Short capitals behind a name that is not in capitals: "Tan Wei Jie, NRIC", "Anitha R. KMC"."""
    if _is_product(word):
        return True
    return (
        word.isupper()
        and 1 < len(word) < 5
        and plain(word) not in _EAST_ASIAN
        and not all(piece.word.isupper() for piece in found)
    )


def _kind_beside(word: str, found: list[Piece]) -> Kind:
    """What a word is; behind a surname such as Chan or Kim, a syllable is part of a given name: Lim Shu Fen."""
    if found and len(found) < 3 and plain(found[0].word) in _EAST_ASIAN and _SYLLABLE.fullmatch(plain(word)):
        return Kind.UNKNOWN
    kind = lexicon().kind(word)
    # A. Featherly: behind a letter only a word of the dictionary itself is one.
    if (
        kind is Kind.NEVER
        and found
        and plain(word) in lexicon().surnames_either
        and lexicon().is_given(found[-1].word)
    ):
        return Kind.EITHER
    if kind is Kind.WORD and found and found[-1].is_initial and plain(word) not in lexicon().words:
        return Kind.UNKNOWN
    return kind


def name_at(text: str, at: int, *, sure: bool, commas: bool = True) -> Span | None:
    """The name that begins at `at`, where something in front announces one.

    `sure`: a label that only names follow, so that words of a dictionary count as one too. With `commas`
    the surname may come first: Quintana, Orlando.
    """
    pieces = pieces_at(text, at, commas=commas)
    taken = 0
    for index, piece in enumerate(pieces):
        if piece.comma and not _goes_on_behind_comma(pieces, index):
            break
        if not (piece.is_initial or _may_be_name(piece, sure=sure)) or _begins_a_sentence(pieces, index):
            break
        taken = index + 1
    named = pieces[:taken]
    if not named or (len(named) == 1 and named[0].is_initial and not sure):
        return None
    suffix = SUFFIX.match(text, named[-1].end)
    return Span(named[0].start, suffix.end() if suffix else named[-1].end, "NAME", LIKELY)


def _begins_a_sentence(pieces: list[Piece], index: int) -> bool:
    """ "Dr. X. He suggests": what follows the letter and its full stop is the next sentence."""
    if not index or not pieces[index - 1].is_initial or pieces[index].is_initial:
        return False
    ordinary = pieces[index].kind is Kind.WORD and plain(pieces[index].word) in lexicon().words
    return ordinary or pieces[index].word in _SENTENCE_WORDS


_SENTENCE_WORDS = frozenset(
    "He She It They We You The His Her Their This That These There In On At An As If No Patient "
    "For To So But And Then When After Will May".split()
)


def _may_be_name(piece: Piece, *, sure: bool) -> bool:
    known = lexicon()
    if plain(piece.word) in _TITLE_WORDS:
        return False
    if piece.is_name:
        return True
    if piece.kind is Kind.NEVER:
        low = plain(piece.word)
        return low in known.surnames_either or low in known.given_either or low in known.given_too
    return sure or known.is_surname(piece.word) or known.is_given(piece.word)


def _goes_on_behind_comma(pieces: list[Piece], index: int) -> bool:
    """Behind "Quintana," a given name follows, not the next name of a list or a title."""
    piece = pieces[index]
    if any(one.comma for one in pieces[1:index]):
        return "^" not in piece.word and piece.is_initial
    return piece.is_initial or piece.is_name or lexicon().is_given(piece.word)
