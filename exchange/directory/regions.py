"""Regions by their GB/T 2260 code: 2 digits province, 2 prefecture, 2 county; zeros mean "all of it"."""

import re

from exchange.directory.gbt2260 import NAMES

_SHAPE = re.compile(r"[1-9][0-9](?:0000|(?!00)[0-9]{2}[0-9]{2})", re.ASCII)


def is_region(code: str) -> bool:
    """Whether `code` is one of GB/T 2260: in a province there is, no county without its prefecture (120001)."""
    return _SHAPE.fullmatch(code) is not None and code[:2] + "0000" in _NAMES


def contains(outer: str, inner: str) -> bool:
    """Whether region `inner` lies in `outer` or is `outer`: 320500 contains 320583.

    What is not a region contains nothing and lies nowhere.
    """
    return is_region(outer) and is_region(inner) and inner.startswith(_significant(outer))


def region_name(code: str, lang: str) -> str:
    """The name of the region, or of the nearest one above it that is listed, or else the code itself."""
    if is_region(code):
        for cut in (code, code[:4] + "00", code[:2] + "0000"):
            if names := _NAMES.get(cut):
                return names[lang != "zh"]
    return code


def _significant(code: str) -> str:
    """The digits that count: trailing pairs of zeros cut."""
    while code.endswith("00"):
        code = code[:-2]
    return code


def _listed(table: str) -> dict[str, tuple[str, str]]:
    lines = (line.split(" ", 2) for line in table.strip().splitlines())
    return {code: (zh, en) for code, zh, en in lines}


_NAMES = _listed(NAMES)
