"""Chinese names in Latin letters: Zhang Wei, ZHANG Xiaoming, Wei ZHANG, Li, Xiao-ming.

Both parts must be syllables of Mandarin and one of them a surname, so that no abbreviation and no English word
is one. In small letters only, or initials only, nothing but a label tells a name from a word (people.py).
"""

import re
from collections.abc import Iterable, Iterator

from deid.text.patterns import NO_WORD_BEHIND
from deid.text.spans import LIKELY, SHAPED, Span
from deid.text.words import WORDS

_INITIAL = "(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])"
_FINAL = "(?:iang|iong|uang|ang|eng|ing|ong|iao|ian|uai|uan|ai|ei|ao|ou|an|en|er|in|un|ia|ie|iu|ua|uo|ui|ue|[aeiou])"
_SYLLABLE = f"{_INITIAL}?{_FINAL}"
_WORD = r"[A-Z][A-Za-z]{1,11}(?:-[a-z]{2,6})?"
_PAIR = re.compile(
    rf"(?<![0-9A-Za-z.@/_-])(?P<a>{_WORD})(?:, ?| |-)(?P<b>{_WORD})"
    rf"(?:[ -](?P<c>[A-Z][a-z]{{1,5}}))?{NO_WORD_BEHIND}(?![@_])"
)
_GIVEN = re.compile(f"{_SYLLABLE}(?:['-]?{_SYLLABLE})?")
_SURNAMES = frozenset(WORDS.names["surnames-in-latin"])
# English words too: a short one is no given name, and behind a pronoun no short one is.
_ENGLISH = frozenset(
    "he she you can men long man fan pan sun gun ran hen pen den ban tan bin fen hue die".split()
)
_PRONOUNS = frozenset(("he", "she", "you", "can", "men"))
_LEAST_CAPITALS = 4
# The same name once more in front of the Chinese one: Wong Siu Ming(黄小明), K. Lee/李国强
_CAPITALISED = r"[A-Z][^\W\d_'-]*(?:['-][^\W\d_]+)?\.?"
_BESIDE = re.compile(rf"(?<![^\W\d_])(?P<v>{_CAPITALISED}(?: {_CAPITALISED}){{0,3}}) ?[(/]$")
_AS_FAR_AS = 48


def find_beside(text: str, names: Iterable[Span]) -> Iterator[Span]:
    """Names in Latin letters that one of `names`, in Han characters, stands behind in brackets or after a stroke."""
    for name in names:
        before = _BESIDE.search(text, max(0, name.start - _AS_FAR_AS), name.start)
        if before and _is_same_person(before["v"], text[name.start - 1]):
            yield Span(before.start("v"), before.end("v"), "NAME", LIKELY)


def _is_same_person(words: str, mark: str) -> bool:
    """Two words before a bracket, an initial before a stroke, or a surname of China alone; never CT(王某阅)."""
    if " " in words:
        return mark == "(" or "." in words
    return mark == "(" and words.lower() in _SURNAMES


def find_romanised(text: str) -> Iterator[Span]:
    """Spans in a folded text."""
    for match in _PAIR.finditer(text):
        words = [word for word in (match["a"], match["b"], match["c"]) if word]
        if len(words) == 3 and not _is_name(words):
            words.pop()
        if _is_name(words):
            yield Span(match.start(), match.end(("a", "b", "c")[len(words) - 1]), "NAME", SHAPED)


def _is_name(words: list[str]) -> bool:
    """Whether a surname stands first or last, and syllables of a given name in the other places."""
    for surname, given in ((words[0], words[1:]), (words[-1], words[:-1])):
        whole = "".join(given)
        if surname.lower() not in _SURNAMES or not _GIVEN.fullmatch(whole.lower()):
            continue
        short = len(whole) < _LEAST_CAPITALS
        capitals = whole.isupper() and surname.isupper()
        if not (short and (capitals or surname.lower() in _PRONOUNS or whole.lower() in _ENGLISH)):
            return True
    return False
