"""What is done to each type of span: one operator a type, for care, research and statistics, or as a project says."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal, cast, get_args

from deid.errors import DeidError, UnknownProfile

Operator = Literal[
    "mask", "mask-each", "label", "number", "surrogate", "shift", "generalise", "token", "drop", "keep"
]

OPERATORS: tuple[str, ...] = get_args(Operator)
PROFILES = ("care", "research", "statistics")
# What can only be done to one kind of thing.
_ONLY: dict[str, frozenset[str]] = {
    "shift": frozenset(("DATE",)),
    "generalise": frozenset(
        ("DATE", "AGE", "ADDRESS", "POSTCODE", "ETHNICITY", "RELIGION", "HOSPITAL", "ORG")
    ),
    "surrogate": frozenset(("DATE", "AGE", "ETHNICITY", "RELIGION")),  # all but these
}


class BadOperators(DeidError):
    """A choice of operators that means nothing."""

    def __init__(self, place: str, en: str, zh: str) -> None:
        super().__init__(
            f"{place}: {en}",
            f"{place}：{zh}",
            hint=f"TYPE=OPERATOR, for example NAME=surrogate; operators: {' '.join(OPERATORS)}",
            hint_zh=f"写作 类型=操作，例如 NAME=surrogate；操作有：{' '.join(OPERATORS)}",
        )


@dataclass(frozen=True, slots=True)
class Operators:
    """The operator of every type. A type nobody chose one for is labelled."""

    of: Mapping[str, Operator]

    def __getitem__(self, kind: str) -> Operator:
        return self.of.get(kind, "label")

    def but(self, chosen: Mapping[str, str]) -> "Operators":
        """The same but for `chosen`, type -> operator. Raises BadOperators."""
        return Operators({**self.of, **_checked(chosen)})


@cache
def operators_of(profile: str) -> Operators:
    """The operators of a profile (operators.toml). Raises UnknownProfile."""
    if profile not in PROFILES:
        raise UnknownProfile(profile, PROFILES)
    place = PROFILES.index(profile)
    return Operators(_checked({kind: rules[place] for kind, rules in _table().items()}))


def every(operator: str) -> Operators:
    """One operator for every type it can be done to; what it cannot be done to is as in research.

    Raises BadOperators.
    """
    if operator not in OPERATORS:
        raise BadOperators("operator", "none has this name", "没有这个操作")
    return operators_of("research").but({kind: operator for kind in _table() if fits(operator, kind)})


def fits(operator: str, kind: str) -> bool:
    """Whether `operator` can be done to a `kind`."""
    if operator == "surrogate":
        return kind not in _ONLY[operator]
    return operator not in _ONLY or kind in _ONLY[operator]


def _checked(chosen: Mapping[str, str]) -> dict[str, Operator]:
    for kind, operator in chosen.items():
        if kind not in _table():
            raise BadOperators(kind, "no type has this name", "没有这个类型")
        if operator not in OPERATORS:
            raise BadOperators(kind, "no operator has this name", "没有这个操作")
        if not fits(operator, kind):
            raise BadOperators(kind, f"cannot be treated by {operator}", f"不能用 {operator} 处理")
    return cast("dict[str, Operator]", dict(chosen))


@cache
def _table() -> dict[str, list[str]]:
    text = files("deid.text.operators").joinpath("operators.toml").read_text("utf-8")
    return {kind: list(rules) for kind, rules in tomllib.loads(text).items()}
