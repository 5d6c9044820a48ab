"""What the text engine is: a digest of all it goes by, so that it can be told later what a text was cleaned with."""

import hashlib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

_COMPILED = (".pyc", "__pycache__")


@cache
def digest_of_engine() -> str:
    """SHA-256, in hex, over every file of this package, its rules and its models alike, each with its name."""
    hashed = hashlib.sha256()
    for name, file in sorted(_within(files("deid.text"), ""), key=lambda item: item[0]):
        content = file.read_bytes()
        hashed.update(f"{name}\0{len(content)}\0".encode() + content)
    return hashed.hexdigest()


def _within(folder: Traversable, path: str) -> Iterator[tuple[str, Traversable]]:
    for one in folder.iterdir():
        if one.name.endswith(_COMPILED):
            continue
        if one.is_dir():
            yield from _within(one, f"{path}{one.name}/")
        else:
            yield f"{path}{one.name}", one
