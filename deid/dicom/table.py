"""What DICOM PS3.15 says of each attribute, and what of it is asked for.

The table (profile.tsv) has one row an attribute: what the basic profile does, and what each option changes. Where an
action is left to the kind of object (X/Z, X/D, X/Z/D), the one is taken that is valid in every kind: what is put in
says as little as what is left out, and an object that lacks what it must have cannot be opened.
"""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from functools import cache
from importlib.resources import files

from pydicom.datadict import tag_for_keyword

from deid.errors import DeidError

EDITION = "DICOM PS3.15 table E.1-1, 2024b with the attributes of 2026c"


class Action(Enum):
    """What happens to one attribute; the letters are those of PS3.15 table E.1-1a."""

    KEEP = "K"
    REMOVE = "X"
    EMPTY = "Z"
    DUMMY = "D"
    CLEAN = "C"
    UID = "U"


_BASIC = {
    "X": Action.REMOVE,
    "Z": Action.EMPTY,
    "D": Action.DUMMY,
    "U": Action.UID,
    "X/Z": Action.EMPTY,
    "X/D": Action.DUMMY,
    "Z/D": Action.DUMMY,
    "X/Z/D": Action.DUMMY,
    "X/Z/U*": Action.UID,
}
# What can be asked for: its code in CID 7050, and the meaning of the code (PS3.16).
OPTIONS: dict[str, tuple[str, str]] = {
    "full-dates": ("113106", "Retain Longitudinal Temporal Information Full Dates Option"),
    "dates": ("113107", "Retain Longitudinal Temporal Information Modified Dates Option"),
    "descriptors": ("113105", "Clean Descriptors Option"),
    "structured": ("113104", "Clean Structured Content Option"),
    "characteristics": ("113108", "Retain Patient Characteristics Option"),
    "device": ("113109", "Retain Device Identity Option"),
    "institution": ("113112", "Retain Institution Identity Option"),
    "uids": ("113110", "Retain UIDs Option"),
    "private": ("113111", "Retain Safe Private Option"),
}
PROFILES: dict[str, frozenset[str]] = {
    "basic": frozenset(),
    "research": frozenset(("dates", "descriptors", "structured", "characteristics")),
}


class UnknownOption(DeidError):
    """Something was asked to be retained that PS3.15 has no option for, or two things that exclude each other."""

    def __init__(self, option: str) -> None:
        known = " ".join(OPTIONS)
        super().__init__(
            f"{option} is nothing that can be retained",
            f"没有名为 {option} 的保留选项",
            hint=f"choose among: {known}; full-dates and dates exclude each other",
            hint_zh=f"可选：{known}；full-dates 与 dates 不能同时使用",
        )


@dataclass(frozen=True, slots=True)
class Row:
    """One attribute: its action in the basic profile, and the options that say otherwise."""

    basic: Action
    options: dict[str, Action]

    def action(self, retained: frozenset[str]) -> Action:
        """What happens to it. Where two options differ, the one that keeps less."""
        asked = {self.options[option] for option in retained if option in self.options}
        if Action.CLEAN in asked:
            return Action.CLEAN
        return Action.KEEP if asked else self.basic


def options(profile: str, retain: Iterable[str] = ()) -> frozenset[str]:
    """The options of a profile and what is retained beside it. Raises UnknownOption."""
    asked = frozenset(retain)
    for one in sorted(asked - OPTIONS.keys()):
        raise UnknownOption(one)
    if asked >= {"dates", "full-dates"}:
        raise UnknownOption("dates,full-dates")
    own = PROFILES[profile]
    return (own - {"dates"} if "full-dates" in asked else own) | asked


@cache
def rows() -> dict[int, Row]:
    """The table by tag and what is removed beside it; not the attributes of a whole group, nor private ones."""
    table: dict[int, Row] = {}
    for line in (files("deid.dicom") / "profile.tsv").read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        tag, basic, told, _ = line.split("\t")
        if tag != "private" and "x" not in tag:
            pairs = (one.split(":") for one in told.split()) if told != "-" else ()
            table[int(tag, 16)] = Row(_BASIC[basic], {name: Action(letter) for name, letter in pairs})
    removed = {tag_for_keyword(keyword): Row(Action.REMOVE, {}) for keyword in beside().removed}
    return table | {tag: row for tag, row in removed.items() if tag is not None}


def group_of_its_own(tag: int) -> bool:
    """Whether it belongs to a curve (50xx) or an overlay (60xx), drawn things that go as a whole."""
    return tag >> 24 in (0x50, 0x60) and not tag >> 16 & 1


@dataclass(frozen=True, slots=True)
class Beside:
    """What is said of attributes the table does not name: keywords, and private attributes with their type."""

    removed: frozenset[str]
    plain: frozenset[str]
    bulk: frozenset[str]
    private: dict[tuple[str, int, int], str]


@cache
def beside() -> Beside:
    """The lists of beside.toml. A private attribute is (creator, group, last byte of the element)."""
    lists = tomllib.loads((files("deid.dicom") / "beside.toml").read_text("utf-8"))
    private = {(creator, int(group, 16), int(last, 16)): vr for creator, group, last, vr in lists["private"]}
    removed, plain, bulk = (frozenset(lists[name].split()) for name in ("removed", "plain", "bulk"))
    return Beside(removed, plain, bulk, private)
