"""Chinese help texts, by the path of the command (docs/adr/0008). English ones are the docstrings."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

# What a command is about, as opposed to a parameter of that name.
ABOUT = "about"
# Options that mean the same on every command that has them.
EVERYWHERE = "everywhere"


def about(path: Sequence[str]) -> str | None:
    """What the command at `path` does: ("consent", "revoke"); None where nobody wrote it."""
    return _text(path, ABOUT)


def parameter(path: Sequence[str], name: str) -> str | None:
    """What the option or argument called `name` of the command at `path` means."""
    return _text(path, name) or _text((EVERYWHERE,), name)


def paths() -> set[tuple[str, ...]]:
    """Every (command, ..., name) that has a text; a test holds it against the commands there are."""
    return set(_leaves(_catalogue(), ()))


def _text(path: Sequence[str], name: str) -> str | None:
    table: Any = _catalogue()
    for step in (*path, name):
        table = table.get(step) if isinstance(table, Mapping) else None
    return table if isinstance(table, str) else None


def _leaves(table: Mapping[str, Any], path: tuple[str, ...]) -> list[tuple[str, ...]]:
    return [
        leaf
        for name, value in table.items()
        for leaf in (_leaves(value, (*path, name)) if isinstance(value, Mapping) else [(*path, name)])
    ]


@cache
def _catalogue() -> Mapping[str, Any]:
    import tomllib

    return tomllib.loads((Path(__file__).parent / "locale" / "zh.toml").read_text(encoding="utf-8"))
