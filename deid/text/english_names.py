"""English names that something announces, and where nothing does, those told by themselves."""

import re
from collections.abc import Iterable, Iterator

from deid.text.english_anchors import Lead, lead_before
from deid.text.english_candidates import judge
from deid.text.english_pieces import CAPITAL, LETTER, NAME_KINDS, PIECE, Piece, name_at, pieces_at
from deid.text.english_words import Kind, lexicon, plain
from deid.text.patterns import any_of
from deid.text.spans import LIKELY, SHAPED, Span
from deid.text.words import WORDS


def find_names(text: str) -> Iterator[Span]:
    """Spans in a folded text."""
    at = 0
    while match := _PIECE_ALONE.search(text, at):
        start = match.start()
        at = max(match.end(), start + 1)
        lead = lead_before(text, start)
        found = list(_announced(text, start, lead)) if lead else []
        if found:
            at = max(at, found[-1].end)
            yield from found
        elif match["initial"] or lexicon().kind(match["word"].rstrip("0123456789")) in NAME_KINDS:
            run = next(_between_words(pieces_at(text, start, commas=True)), [])
            at = max(at, run[-1].end) if run else at
            for span in judge(text, run):
                yield Span(_forename(text, span.start), span.end, "NAME", span.score)


def _announced(text: str, at: int, lead: Lead) -> Iterator[Span]:
    """The name at `at` and those that follow it in a row."""
    pieces = pieces_at(text, at, commas=True)
    if not pieces or not _fits_lead(text, pieces, lead):
        return
    found = name_at(text, at, sure=lead.any_word, commas=not lead.title)
    if found is None:
        # Dr. Featherly, Dr. Q: behind these any word or letter is somebody.
        if lead.title in _BEFORE_ANYBODY and pieces[0].kind is not Kind.NEVER:
            yield Span(at, at + 1 if pieces[0].is_initial else pieces[0].end, "NAME", LIKELY)
        return
    yield Span(_forename(text, found.start), found.end, "NAME", lead.score)
    if not lead.title or lead.title in ("Drs", "DRS", "Messrs"):
        yield from _more(text, found.end, min(lead.score, SHAPED))


_BEFORE_ANYBODY = frozenset("Dr DR Mr Mrs Ms Miss Prof".split())


_FORENAME = re.compile(r"(?<![A-Za-z])(?:Md|Mohd|Mohd|Muhd|Sk|Ah)\.? ?$")


def _forename(text: str, start: int) -> int:
    """Where a name begins that a shortened Mohammed stands in front of: Md. Salim."""
    before = _FORENAME.search(text, max(0, start - 6), start)
    return before.start() if before else start


def _fits_lead(text: str, pieces: list[Piece], lead: Lead) -> bool:
    """Whether the word behind a label, kin or a part somebody plays is a name and not the next word.

    "Mother: Healthy", "Source: Patient", "mother Crohn's", "father HTN", "MR Angiogram" are none.
    """
    first = pieces[0]
    if lead.any_word:
        return True
    if first.is_initial:
        return bool(lead.title) or (len(pieces) > 1 and pieces[1].is_name and not pieces[1].comma)
    if lead.title:
        return not lead.proper or first.kind in (Kind.NAME, Kind.EPONYM, Kind.UNKNOWN)
    if first.is_shouted and len(first.word) < (5 if lead.proper else 4) and len(pieces) < 2:
        return False
    if len(first.word) < 3 and first.kind is Kind.UNKNOWN and len(pieces) < 2:
        return False
    return _is_plain_name(text, first) if lead.proper else _is_likely_name(text, first, alone=len(pieces) < 2)


def _is_plain_name(text: str, first: Piece) -> bool:
    if first.kind in (Kind.NAME, Kind.EITHER, Kind.UNKNOWN):
        return True
    given = first.kind in (Kind.EPONYM, Kind.PLACE) and lexicon().is_given(first.word)
    return given and not text.startswith("'s", first.end)


def _is_likely_name(text: str, first: Piece, *, alone: bool) -> bool:
    if first.kind is Kind.EPONYM and alone and _GOES_ON.match(text, first.end):
        return False
    known = lexicon()
    surname = first.kind is Kind.WORD and known.is_surname(first.word)
    return first.is_name or surname or known.is_given(first.word)


# "From the same patient: Gram negative rods".
_GOES_ON = re.compile(r" (?!is|was|has|who|and|at|on|for|from|with|to|in)[a-z]")
_NEXT = re.compile(
    r"[ \t]{0,2}(?:and|&|/|;|,(?: and)?|\+|or)[ \t]{1,2}|/|\n[ \t]{0,40}(?=[A-Z][A-Za-z.'-]+,? [A-Z])"
)
_BEHIND_NAME = re.compile(
    rf"(?:,? \(?{any_of(WORDS.english['degrees'])}\)?(?![{LETTER}-])){{1,3}}|,? \d{{1,3}}(?= "
    rf"?[;,])|(?: \([^()\n]{{1,24}}\))"
)
_MOST_LISTED = 8
_TITLE = re.compile(rf"(?:{any_of(WORDS.english['titles'])})\.? (?=[{CAPITAL}])")


def _more(text: str, at: int, score: float) -> Iterator[Span]:
    for _ in range(_MOST_LISTED):
        behind = _BEHIND_NAME.match(text, at)
        between = _NEXT.match(text, behind.end() if behind else at)
        if between is None:
            return
        title = _TITLE.match(text, between.end())
        start = title.end() if title else between.end()
        if not (title or _is_another(pieces_at(text, start, commas=False))):
            return
        found = name_at(text, start, sure=False, commas=False)
        if found is None:
            return
        yield Span(found.start, found.end, "NAME", score)
        at = found.end


def _is_another(pieces: list[Piece]) -> bool:
    words = [piece for piece in pieces if not piece.is_initial]
    if words and plain(words[0].word) in lexicon().given_too and not words[0].is_shouted:
        return True
    if not words or words[0].kind not in (Kind.NAME, Kind.EITHER, Kind.UNKNOWN, Kind.EPONYM):
        return False
    return not (words[0].is_shouted and (len(words[0].word) < 4 or words[0].kind is Kind.UNKNOWN))


_PIECE_ALONE = re.compile(rf"(?<![{LETTER}0-9_@\\^&*])(?=[{CAPITAL}]|[OdD]'[A-Z])" + PIECE.pattern)


def _between_words(pieces: Iterable[Piece]) -> Iterator[list[Piece]]:
    """Runs of what may be parts of a name."""
    run: list[Piece] = []
    for piece in pieces:
        if piece.is_initial or piece.is_name:
            run.append(piece)
            continue
        if run:
            yield run
        run = []
    if run:
        yield run
