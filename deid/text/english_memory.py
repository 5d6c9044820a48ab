"""Whom an English text has named, it goes on naming by a part of the name: Mary says, Whitfield's."""

import re
from collections.abc import Iterable, Iterator

from deid.text.english_candidates import HEAD_BEHIND
from deid.text.english_pieces import CAPITAL, LETTER
from deid.text.english_words import Kind, lexicon, plain
from deid.text.spans import LIKELY, Span

_WORD = re.compile(rf"(?<![{LETTER}0-9_@])[{CAPITAL}][{LETTER}]+(?![{LETTER}0-9@])")
_PART = re.compile(rf"[{CAPITAL}][{LETTER}]+")
# A word of the sentence follows it, not a colon: "Grace says", but "Young: ".
_OPENS = re.compile(r"(?:^|[.!?:\n]) {0,2}$")


def find_named_again(text: str, names: Iterable[Span]) -> Iterator[Span]:
    """Every other place where a part of one of `names` stands, written the same or in capitals."""
    parts: dict[str, Kind] = {}
    for span in names:
        for part in _PART.findall(text[span.start : span.end]):
            if len(part) > 2 and (kind := _carried(part)):
                parts[part] = kind
    parts |= {part.upper(): kind for part, kind in parts.items() if len(part) > 3}
    for match in _WORD.finditer(text) if parts else ():
        kind = parts.get(match[0])
        if kind and not _is_something_else(text, match, kind):
            yield Span(match.start(), match.end(), "NAME", LIKELY)


def _carried(part: str) -> Kind | None:
    kind = lexicon().kind(part)
    if kind in (Kind.WORD, Kind.NEVER):
        return Kind.EITHER if plain(part) in lexicon().surnames_either and kind is Kind.WORD else None
    return kind


def _is_something_else(text: str, match: re.Match[str], kind: Kind) -> bool:
    if HEAD_BEHIND.match(text, match.end()) or text.startswith(":", match.end()):
        return True
    if kind is not Kind.EITHER:
        return False
    # A word of every day at the beginning of a sentence may be just that.
    before = text[max(0, match.start() - 4) : match.start()]
    return bool(_OPENS.search(before)) and not re.match(
        r"(?:'s)? [a-z]+(?:s|ed|d)?\b", text[match.end() : match.end() + 16]
    )
