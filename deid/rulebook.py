"""The rules of a profile, read from deid/rules/*.toml.

One file a group of resources, one line an element. A line gives one rule for all profiles, or three: for
care, research and statistics. What a rule may be:

- an operation (`keep`, `shift`, ...: deid/operations.py) or a short name for three of them (names.toml);
- a closed list of words (words.toml): any other word is dropped, except in care;
- a datatype (datatypes.toml) or the path of an element with the same content (`Composition.section`).

`whole` is about the object itself: keep it, drop it, or look at it first (deid/guards.py). An element nobody
wrote a rule for is dropped, and counted.
"""

import hashlib
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import orjson

from deid.errors import BadRules, UnknownProfile
from deid.guards import GUARDS
from deid.operations import OPERATIONS

PROFILES = ("care", "research", "statistics")
WHOLE = "whole"
# Elements that every resource has; their rules are written once.
EVERY_RESOURCE = "Resource"
CONTAINED = "contained"  # the rule for resources inside a resource: each under the rules of its own type
_NOT_RESOURCES = frozenset(
    ("names", "words", "systems", "cuts", "units", "regions", "extensions", "datatypes")
)

Table = Mapping[str, Any]  # element -> rule (str) or the Table of its own elements


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What one profile lets through. `digest` changes with any rule, word or code system of this profile."""

    profile: str
    digest: str
    resources: Mapping[str, Table] = field(repr=False)
    datatypes: Mapping[str, Table] = field(repr=False)
    extensions: Mapping[str, Table] = field(repr=False)
    words: Mapping[str, frozenset[str]] = field(repr=False)
    systems: Mapping[str, str] = field(repr=False)
    cuts: Mapping[str, int] = field(repr=False)
    units: Mapping[str, Sequence[str]] = field(repr=False)
    vocabulary: frozenset[str] = field(repr=False)

    def table(self, rule: str) -> Table | None:
        """The elements of a datatype, or of the element a dotted path names; None for other rules."""
        if rule in self.datatypes:
            return self.datatypes[rule]
        head, *rest = rule.split(".")
        found: Any = self.resources.get(head) if rest else None
        for name in rest:
            found = found.get(name) if isinstance(found, Mapping) else None
        return found if isinstance(found, Mapping) else None

    @property
    def shifts(self) -> bool:
        """Whether dates are moved at all; where they are not, no distance may leave its mark anywhere."""
        return any(rule == "shift" for _, _, rule in _each(self))

    def drops(self, rule: str | Table) -> bool:
        """Whether nothing at all gets through `rule`."""
        if rule == "drop":
            return True
        table = self.table(rule) if isinstance(rule, str) else rule
        return table is not None and table.get(WHOLE) == "drop"


def profile_names() -> tuple[str, ...]:
    """The profiles there are rules for."""
    return PROFILES


@cache
def load_rules(profile: str) -> Rules:
    """Read and check the rules of `profile`, once in a process. Raises UnknownProfile, BadRules."""
    if profile not in PROFILES:
        raise UnknownProfile(profile, PROFILES)
    source = _read()
    settled = _Settling(source, PROFILES.index(profile))
    shared = source["datatypes"][EVERY_RESOURCE]
    resources = {
        name: settled.table({**shared, **table}, name)
        for name, table in source.items()
        if name not in _NOT_RESOURCES
    }
    content: dict[str, Any] = {
        "profile": profile,
        "resources": resources,
        "datatypes": {name: settled.table(table, name) for name, table in source["datatypes"].items()},
        "extensions": {
            name: settled.table(table, "extension") for name, table in source["extensions"].items()
        },
        "words": {name: sorted(text.split()) for name, text in source["words"].items()},
        "systems": source["systems"],
        "cuts": source["cuts"],
        "units": {name: sorted(text.split()) for name, text in source["units"].items()},
    }
    digest = hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()
    words = {name: frozenset(some) for name, some in content.pop("words").items()}
    rules = Rules(digest=f"sha256:{digest}", words=words, vocabulary=frozenset(_names(source)), **content)
    _check(rules)
    return rules


def elements_known(rules: Rules, resource_type: str) -> tuple[str, ...]:
    """The elements of a type that the profile lets through, whole or in part; empty for an unknown type."""
    table = rules.resources.get(resource_type, {WHOLE: "drop"})
    if rules.drops(table):
        return ()
    hidden = frozenset((WHOLE, "resourceType"))
    return tuple(sorted(name for name, rule in table.items() if name not in hidden and not rules.drops(rule)))


def _read() -> dict[str, Any]:
    source: dict[str, Any] = {}
    for file in sorted(files("deid").joinpath("rules").iterdir(), key=lambda one: one.name):
        if file.name.endswith(".toml"):
            try:
                source |= tomllib.loads(file.read_text(encoding="utf-8"))
            except tomllib.TOMLDecodeError as error:
                raise BadRules(file.name, f"cannot be read: {error}", f"无法读取：{error}") from None
    source["words"] |= source["regions"]
    return source


class _Settling:
    """Chooses, for one profile, among three rules and behind short names."""

    def __init__(self, source: Mapping[str, Any], profile: int) -> None:
        self._names: Mapping[str, Any] = source["names"]
        self._words: Mapping[str, Any] = source["words"]
        self._open = profile == PROFILES.index("care")
        self._profile = profile

    def table(self, table: Table, place: str) -> dict[str, Any]:
        return {name: self._one(rule, f"{place}.{name}") for name, rule in table.items()}

    def _one(self, rule: Any, place: str) -> Any:
        if isinstance(rule, Mapping):
            return self.table(rule, place)
        if isinstance(rule, list):
            if len(rule) != len(PROFILES):
                raise BadRules(
                    place, "needs one rule, or one for each profile", "须写一条规则，或每个方案各一条"
                )
            rule = rule[self._profile]
        if rule in self._names:
            return self._one(self._names[rule], place)
        # In care an unknown word stays: whoever treats can ask what it means; elsewhere it could be anything.
        return "keep" if self._open and rule in self._words else rule


def _check(rules: Rules) -> None:
    for place, name, rule in _each(rules):
        known = (
            rule in GUARDS
            if name == WHOLE
            else (rule in OPERATIONS or rule in rules.words or rule == CONTAINED)
        )
        if not known and rules.table(rule) is None:
            raise BadRules(place, "names no operation, word list or datatype", "不是操作、词表或数据类型")


def _each(rules: Rules) -> Iterator[tuple[str, str, str]]:
    for tables in (rules.resources, rules.datatypes, rules.extensions):
        for name, table in tables.items():
            yield from _leaves(table, name)


def _leaves(table: Table, place: str) -> Iterator[tuple[str, str, str]]:
    for name, rule in table.items():
        if isinstance(rule, Mapping):
            yield from _leaves(rule, f"{place}.{name}")
        else:
            yield f"{place}.{name}", name, str(rule)


def _names(source: Mapping[str, Any]) -> Iterator[str]:
    """Every element name that stands in a rule file: the only names a report may tell."""
    for name, table in source.items():
        if name not in _NOT_RESOURCES or name in ("datatypes", "extensions"):
            yield from _element_names(table)


def _element_names(table: Table) -> Iterator[str]:
    for name, rule in table.items():
        yield name
        if isinstance(rule, Mapping):
            yield from _element_names(rule)
