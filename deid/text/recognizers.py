"""What a hospital adds to the text engine without code: labels, shapes, lists of words, terms that stay.

    [[label]]                        # a number or a name stands behind these words
    words = ["腕带号", "PACS号"]
    type = "MRN"
    examples = ["腕带号：W0012345"]   # something must be found in each
    not = ["腕带已核对"]              # and nothing in each of these

    [[shape]]                        # RE2 syntax: linear in the length of the text, whatever is written
    name = "record number since 2019"
    pattern = "ZS[0-9]{8}"
    type = "MRN"

    [[dictionary]]                   # each word is one, wherever it stands
    name = "staff"
    file = "staff.txt"               # a line each, beside this file; or words = [...]
    type = "NAME"

    [allow]
    terms = ["王氏保赤丸"]            # what is only guessed inside these stays in the text

Everything is matched after folding: full width, Traditional script and look-alikes count as the same.
"""

import codecs
import hashlib
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, NoReturn

import msgspec

from deid.errors import BadRecognizers
from deid.text.added import after_label, compiled, of_shape, of_words
from deid.text.finding import TYPES, Finder
from deid.text.folding import fold

_Word = Annotated[str, msgspec.Meta(pattern=r"\S", max_length=100)]
_Words = Annotated[tuple[_Word, ...], msgspec.Meta(min_length=1, max_length=100_000)]
_Type = Annotated[str, msgspec.Meta(pattern=f"^({'|'.join(TYPES)})\\Z")]

# Shorter than this, a word of a list is found inside half of all words.
_LEAST = 2


class _Tested(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    type: _Type
    name: str = ""
    examples: tuple[str, ...] = ()
    not_: tuple[str, ...] = msgspec.field(default=(), name="not")


class _Label(_Tested, frozen=True):
    words: _Words


class _Shape(_Tested, frozen=True):
    pattern: Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]


class _Dictionary(_Tested, frozen=True):
    words: _Words = ()
    file: str = ""


class _Allow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    terms: _Words


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    label: tuple[_Label, ...] = ()
    shape: tuple[_Shape, ...] = ()
    dictionary: tuple[_Dictionary, ...] = ()
    allow: _Allow | None = None


@dataclass(frozen=True, slots=True)
class Recognizer:
    """One of them: what it is called, where it stands, what finds its spans, and what it promises to find."""

    name: str
    line: int
    find: Finder
    examples: tuple[str, ...] = ()
    never: tuple[str, ...] = ()


@dataclass(frozen=True)
class Recognizers:
    """All of a file. `digest` changes with the file and with every list it names; equal ones find the same."""

    digest: str
    _content: _File
    _words: tuple[tuple[str, ...], ...]
    _lines: tuple[int, ...]

    @property
    def finders(self) -> tuple[Finder, ...]:
        """What finds in a folded text."""
        return tuple(one.find for one in self.each)

    @cached_property
    def allowed(self) -> frozenset[str]:
        """The terms that stay, folded."""
        return frozenset(map(fold, self._content.allow.terms)) if self._content.allow else frozenset()

    @cached_property
    def each(self) -> tuple[Recognizer, ...]:
        """The recognisers in the order of the file's kinds: labels, shapes, dictionaries."""
        finders: list[tuple[_Tested, str, Finder]] = [
            *((one, one.words[0], after_label(one.type, one.words)) for one in self._content.label),
            *((one, one.pattern, of_shape(one.type, one.pattern)) for one in self._content.shape),
            *(
                (one, one.file or f"{len(words)} words", of_words(one.type, words))
                for one, words in zip(self._content.dictionary, self._words, strict=True)
            ),
        ]
        return tuple(
            Recognizer(one.name or name, line, finder, one.examples, one.not_)
            for (one, name, finder), line in zip(finders, self._lines, strict=True)
        )


def read_recognizers(file: Path) -> Recognizers:
    """The recognisers of a TOML file. Raises BadRecognizers naming the file, the line and the key."""
    source = _bytes(file, file).removeprefix(codecs.BOM_UTF8)
    try:
        content = msgspec.toml.decode(source, type=_File)
    except msgspec.ValidationError as error:
        _refuse(file, source, error)
    except UnicodeDecodeError as error:
        raise BadRecognizers(
            str(file), f"is not UTF-8 at byte {error.start}", f"第 {error.start} 字节处不是 UTF-8"
        ) from None
    except msgspec.DecodeError as error:
        raise BadRecognizers(str(file), f"is not TOML: {error}", f"不是 TOML：{error}") from None
    digest = hashlib.sha256(source)
    words = []
    for number, one in enumerate(content.dictionary):
        if bool(one.words) == bool(one.file):
            raise BadRecognizers(
                _place(file, source, "dictionary", number),
                "needs words or file, one of them",
                "须有 words 或 file 之一",
            )
        listed = _bytes(file.parent / one.file, file) if one.file else b""
        digest.update(hashlib.sha256(listed).digest())
        words.append(_listed(one, listed, _place(file, source, "dictionary", number)))
    for number, shape in enumerate(content.shape):
        _require_regex(shape.pattern, _place(file, source, "shape", number))
    counts = (("label", content.label), ("shape", content.shape), ("dictionary", content.dictionary))
    lines = tuple(_line(source, kind, n) for kind, several in counts for n in range(len(several)))
    return Recognizers(f"sha256:{digest.hexdigest()}", content, tuple(words), lines)


def _require_regex(pattern: str, place: str) -> None:
    import re2

    try:
        matches = compiled(pattern).search("")
    except re2.error as error:
        said = error.args[0].decode() if error.args and isinstance(error.args[0], bytes) else str(error)
        raise BadRecognizers(place, f"pattern: {said}", f"pattern 无法使用：{said}") from None
    if matches:
        raise BadRecognizers(place, "pattern: matches nothing at all", "pattern 可匹配空文本")


def _listed(one: _Dictionary, content: bytes, place: str) -> tuple[str, ...]:
    try:
        lines = content.decode("utf-8-sig").splitlines() if one.file else list(one.words)
    except UnicodeDecodeError as error:
        raise BadRecognizers(
            place, f"file: is not UTF-8 at byte {error.start}", f"file 第 {error.start} 字节处不是 UTF-8"
        ) from None
    words = [line.strip() for line in lines]
    for number, word in enumerate(words, 1):
        if word and len(word) < _LEAST:
            raise BadRecognizers(
                place,
                f"word {number}: has fewer than {_LEAST} characters",
                f"第 {number} 个词少于 {_LEAST} 个字符",
            )
    kept = tuple(word for word in words if word)
    if not kept:
        raise BadRecognizers(place, "file: has no words in it", "file 中没有词")
    return kept


def _bytes(path: Path, file: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        place = str(file) if path == file else f"{file}: {path.name}"
        raise BadRecognizers(
            place, f"cannot be read: {error.strerror}", f"无法读取：{error.strerror}"
        ) from None


def _refuse(file: Path, source: bytes, error: msgspec.ValidationError) -> NoReturn:
    """A complaint of msgspec ends in - at `$.label[2].type`: say the line that table begins on."""
    said, _, path = str(error).partition(" - at `$.")
    path = path.rstrip("`")
    if "regex '\\\\S'" in said:
        said = "is blank"
    kind = re.match(r"(\w+)\[(\d+)\]\.?(.*)", path)
    if kind is None:
        raise BadRecognizers(
            str(file), f"{path}: {said}".removeprefix(": "), f"{path} {said}".strip()
        ) from None
    place = _place(file, source, kind[1], int(kind[2]))
    if kind[3] == "type" and "regex" in said:
        said = f"must be one of {' '.join(TYPES)}"
    raise BadRecognizers(
        place, f"{kind[3]}: {said}".removeprefix(": "), f"{kind[3]} {said}".strip()
    ) from None


def _place(file: Path, source: bytes, kind: str, number: int) -> str:
    return f"{file}, line {_line(source, kind, number)}, [[{kind}]]"


def _line(source: bytes, kind: str, number: int) -> int:
    """The line on which the table `kind` stands for the `number`th time (from 0); 1 where it is written otherwise."""
    heads = [
        at
        for at, line in enumerate(source.decode().splitlines(), 1)
        if re.match(rf"\s*\[\[\s*{kind}\s*\]\]", line)
    ]
    return heads[number] if number < len(heads) else 1
