"""Codes: a code of a public list may leave, and only in the shape that list gives it.

Anybody can type anything into `code`. A list everybody knows, and a shape no name and no telephone number
has, is what makes "keep" safe. The lists are data: deid/rules/systems.toml.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

_ICD_10_CATEGORY = re.compile(r"[A-Z]\d[0-9A-Z]", re.ASCII)


class CodeSystems:
    """The public code systems: full name or namespace (ending in `*`), and the pattern of their codes."""

    def __init__(self, named: Mapping[str, str], *, cuts: Mapping[str, int]) -> None:
        self._exact = {name: re.compile(shape, re.ASCII) for name, shape in named.items() if name[-1] != "*"}
        self._spaces = tuple(
            (name[:-1], re.compile(shape, re.ASCII)) for name, shape in named.items() if name[-1] == "*"
        )
        self._cuts = dict(cuts)
        self.has = lru_cache(maxsize=16_384)(self._has)
        self.is_public = lru_cache(maxsize=1024)(self._is_public)

    def _has(self, system: str, code: str) -> bool:
        """Whether `code` has the shape of a code of the public list `system`."""
        pattern = self._pattern(system)
        return pattern is not None and pattern.fullmatch(code) is not None

    def _is_public(self, system: str) -> bool:
        """Whether `system` names a public list."""
        return self._pattern(system) is not None

    def coarse(self, system: str, code: str) -> str:
        """`code` cut to the level statistics use: the ICD-10 category, the ATC level; others as they are."""
        return code[: self._cuts.get(system, len(code))]

    def _pattern(self, system: str) -> re.Pattern[str] | None:
        if pattern := self._exact.get(system):
            return pattern
        return next((p for space, p in self._spaces if _inside(space, system)), None)


def _inside(space: str, system: str) -> bool:
    """Whether `system` is a plain name below the namespace `space`."""
    return (
        system.startswith(space)
        and re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9./_-]{0,80}", system[len(space) :]) is not None
    )
