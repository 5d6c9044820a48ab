"""What a file says of who it is about, so that it can be looked for afterwards, wherever it may stand.

Names, numbers, institutions and UIDs of the source are gathered from every level before anything is changed. Free
text is rid of them beside what the text engine finds; and when the new file is written, it is read again and
searched. If one of them is still there, nothing is handed over.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from ahocorasick_rs import AhoCorasick, BytesAhoCorasick

from deid.dicom.values import REMOVED

_EAST_ASIAN = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]")
# An identifier this long is looked for inside of words and in bytes; a shorter one only as a word.
_LONG = 8
_IN_BYTES = 6
_LEAST, _LEAST_EAST_ASIAN, _LEAST_NAME = 3, 2, 2
# Terms are full of short words that are somebody's name as well (HEAD, HAND); Mr Brain's brain is not handed over.
_LEAST_IN_TERMS = 5
_LONGEST = 64
_LONG_UID = 12
_BLANKS = re.compile(r"[ \t]+")
_NUMBER = re.compile(r"\d+", re.ASCII)
# What stands where nothing is known, and what we put there ourselves.
_NOBODY = frozenset(
    f"anonymous anonymized anonymised unknown none null patient name test other {REMOVED.lower()}".split()
)
# A station is often called like what it makes.
_MODALITIES = frozenset(
    "ar au bi cr ct dg dx ecg eps es gm hc io ivus ko ls mg mr nm oct op ot pr pt px reg rf rg rtdose rtimage rtplan "
    "rtrecord rtstruct rwv sc seg sm sr tg us xa xc".split()
)
_ASCII_ENCODINGS = ("utf-8", "utf-16-le")
_ENCODINGS = ("utf-8", "gb18030", "big5", "utf-16-le")


@dataclass
class Traces:
    """The identifying values of one file, folded to lower case and single blanks."""

    words: set[str] = field(default_factory=set)
    parts: set[str] = field(default_factory=set)
    days: set[str] = field(default_factory=set)
    uids: set[str] = field(default_factory=set)

    def add_number(self, text: str) -> None:
        """A number, an address, an institution: one value or several."""
        for one in text.split("\\"):
            self._add(self.words, folded(one))

    def add_name(self, text: str) -> None:
        """A person's name in all its ways of writing; its parts one by one, as texts say "Mr Smith"."""
        for one in re.split(r"[\\=]", text):
            if folded(one) in _MODALITIES:
                continue
            parts = [folded(part) for part in one.split("^")[:3]]
            pieces = [part for part in parts if part]
            for whole in (" ".join(pieces), "".join(pieces), " ".join(reversed(pieces)), folded(one)):
                self._add(self.words, whole)
            self._add(self.words, ", ".join(pieces))
            for piece in (word for part in pieces for word in (part, *part.split())):
                if len(piece) >= _LEAST_NAME and piece not in _NOBODY:
                    self.parts.add(piece)

    def add_day(self, year: int, month: int, day: int) -> None:
        """A date as texts write it; where it is an attribute of its own, it has been moved."""
        self.days |= {
            f"{year:04d}{between}{month:02d}{between}{day:02d}" for between in ("", "-", ".", "/")
        } | {f"{year}年{month}月{day}日"}

    def _add(self, to: set[str], text: str) -> None:
        least = _LEAST_EAST_ASIAN if _EAST_ASIAN.search(text) else _LEAST
        if least <= len(text) <= _LONGEST and text not in _NOBODY | _MODALITIES:
            to.add(text)

    @property
    def _long_uids(self) -> set[str]:
        """Those that no version or measure looks like."""
        return {uid.casefold() for uid in self.uids if len(uid) >= _LONG_UID}

    @cached_property
    def _in_text(self) -> AhoCorasick:
        return AhoCorasick(sorted(self.words | self.parts | self.days | self._long_uids))

    @cached_property
    def _in_words(self) -> AhoCorasick:
        parts = {part for part in self.parts if len(part) >= _LEAST_IN_TERMS}
        return AhoCorasick(sorted(self.words | parts | self._long_uids))

    @cached_property
    def _in_bytes(self) -> BytesAhoCorasick | None:
        written = {
            raw
            for word in self.words | self.parts
            for encoding in (_ASCII_ENCODINGS if word.isascii() else _ENCODINGS)
            if len(raw := _encoded(word, encoding).lower()) >= _IN_BYTES
        }
        return BytesAhoCorasick(sorted(written)) if written else None

    def without(self, text: str, label: str) -> str:
        """`text` with `label` in place of every one of them, and one blank where there were several."""
        text = _BLANKS.sub(" ", text)
        lower = text.lower()
        if len(lower) != len(text):  # a few letters are longer in lower case, and offsets would be wrong
            return label if self.in_free_text(text) else text
        pieces: list[str] = []
        at = 0
        for start, end in sorted(_whole(lower, self._in_text)):
            if end > at:
                pieces += (text[at : max(at, start)], label if start >= at else "")
                at = end
        return "".join((*pieces, text[at:]))

    def in_free_text(self, text: str) -> bool:
        """Whether one of them, or a part of a name, stands in what somebody wrote."""
        return any(_whole(folded(text), self._in_text))

    def in_terms(self, text: str) -> bool:
        """Whether one of them stands in a term, or a part of a name that is long enough not to be one itself."""
        return any(_whole(folded(text), self._in_words))

    def as_figure(self, text: str) -> bool:
        """Whether one of them is this figure."""
        return any(len(one) >= _IN_BYTES and one.strip() in self.words for one in text.split("\\"))

    def as_uid(self, text: str) -> bool:
        """Whether one of them is this UID, or one of several."""
        return any(one.strip("\0 ") in self.uids for one in text.split("\\"))

    def in_bytes(self, raw: bytes) -> bool:
        """Whether one of them stands in bytes nobody reads, as text of whatever encoding."""
        return bool(
            len(raw) >= _IN_BYTES and self._in_bytes and self._in_bytes.find_matches_as_indexes(raw.lower())
        )


def folded(text: str) -> str:
    """Lower case, full width made plain, one blank between words, none around."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _whole(text: str, words: AhoCorasick) -> Iterator[tuple[int, int]]:
    """Where one of `words` stands in `text`: a number not inside of a longer one, a short word by itself."""
    for _, start, end in words.find_matches_as_indexes(text, overlapping=True):
        before, after = text[start - 1 : start], text[end : end + 1]
        word = text[start:end]
        if _NUMBER.fullmatch(word):
            if not (before.isdigit() or after.isdigit()):
                yield start, end
        elif len(word) >= _LONG or _EAST_ASIAN.search(word) or not (before.isalnum() or after.isalnum()):
            yield start, end


def _encoded(word: str, encoding: str) -> bytes:
    try:
        return word.encode(encoding)
    except UnicodeError:
        return b""
