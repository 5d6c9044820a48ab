"""Once a text has named somebody, the name counts everywhere in it.

Only whole names are carried: two characters that are also an everyday word would take the text apart.
"""

import re
from collections.abc import Iterable, Iterator

from deid.text.spans import LIKELY, Span
from deid.text.words import WORDS

_HAN_NAME = re.compile("[\u3400-\u9fff]{2,4}|[\u3400-\u9fff]+(?:[·.][\u3400-\u9fff]+)+")
_LATIN_NAME = re.compile(r"[A-Z][A-Za-z'-]+\d{0,4}(?:[ ,.]+[A-Z][A-Za-z'.-]*\d{0,4}){1,3}")
_LEAST_LATIN = 4
_FIRST_HAN = "\u3400"


def find_again(text: str, found: Iterable[Span]) -> Iterator[Span]:
    """Every other place where a name of `found` stands. `text` is folded."""
    names: set[str] = set()
    for span in found:
        if span.type == "NAME":
            names.update(_carried(text[span.start : span.end]))
    if not names:
        return
    lengths = sorted({len(name) for name in names}, reverse=True)
    beginnings = "".join(sorted({name[0] for name in names}))
    for match in re.finditer(f"[{re.escape(beginnings)}]", text):
        at = match.start()
        pieces = (text[at : at + length] for length in lengths)
        name = next((one for one in pieces if one in names and _is_whole(text, at, at + len(one))), "")
        if name:
            yield Span(at, at + len(name), "NAME", LIKELY)


def _is_whole(text: str, start: int, end: int) -> bool:
    """A Latin name counts only as whole words; between Han characters there are no words."""
    around = text[max(0, start - 1) : start] + text[end : end + 1]
    return text[start] >= _FIRST_HAN or not re.search("[A-Za-z]", around)


def _carried(name: str) -> Iterator[str]:
    word = re.sub(r"\s", "", name)
    if _HAN_NAME.fullmatch(word):
        if word not in WORDS.names["everyday"]:
            yield from (word, f"{word[0]} {word[1:]}", " ".join(word))
    elif _LATIN_NAME.fullmatch(name):
        yield name
        yield from (part for part in re.split(r"[ ,.]+", name) if len(part) >= _LEAST_LATIN)
