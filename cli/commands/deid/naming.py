"""Which texts are meant, and what the answers to them are called."""

import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from cli.errors import CannotRead, DoNotGoTogether

if TYPE_CHECKING:
    from deid import TextEngine


def texts_of(files: tuple[str, ...]) -> Iterator[Path]:
    """The files named, and the *.txt of the folders named, by name. Raises CannotRead for a folder without."""
    for file in files:
        path = Path(file)
        if not path.is_dir():
            yield path
        elif inside := sorted(one for one in path.rglob("*.txt") if one.is_file()):
            yield from inside
        else:
            raise CannotRead(file, "has no *.txt in it", "其中没有 *.txt 文件")


def targets_of(texts: list[Path], engine: "TextEngine", ending: str) -> list[str]:
    """A name for each answer: the text's own, or a number where the name itself may say who, or comes twice."""
    names: dict[str, None] = {}
    for number, path in enumerate(texts, 1):
        name = path.name + ending
        if name in names or _says_who(path, engine):
            suffix = path.suffix if path.suffix.isascii() else ""
            numbered = (f"text-{n:05d}{suffix}{ending}" for n in count(number))
            name = next(one for one in numbered if one not in names)
        names[name] = None
    return list(names)


def require_apart(texts: list[Path], places: list[Path]) -> None:
    """Raises DoNotGoTogether where an answer would be written over a text."""
    there = {text.resolve() for text in texts}
    if any(place.resolve() in there for place in places):
        raise DoNotGoTogether(
            "deid text",
            "--out is where the texts are: they would be overwritten",
            "--out 就是文本所在目录，原文会被覆盖",
        )


def _says_who(path: Path, engine: "TextEngine") -> bool:
    """Whether something is found in the name of a file, as it stands or read as words: john_smith, wang-xiuying."""
    words = re.sub(r"[\W_]+", " ", path.stem).title()
    return bool(engine.find(path.stem) or engine.find(words)) or not path.suffix.isascii()
