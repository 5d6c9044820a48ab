"""Read the rules a bundle holds: each with its words, its text, and what of the question it looks at.

Only the form `opa fmt` writes is understood: a statement begins in the first column and ends where its brackets
close. What a rule looks at is followed through every name it uses, so it may be more than decided this time, and
never less; tests/policies/test_explaining.py changes whatever a rule is said not to look at.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from policies.bundle import BUNDLE, DATA_ROOT, ENTRYPOINT, contents, unpack
from policies.errors import BundleUnreadable
from policies.metadata import Rule, rules_in

DECISION = ENTRYPOINT.rpartition("/")[2]
PACKAGE = ENTRYPOINT.rpartition("/")[0].replace("/", ".")
_STRINGS = re.compile(r'"(?:\\.|[^"\\])*"|`[^`]*`')
_COMMENT = re.compile(r"#.*")
_NAMES = re.compile(r"(?<![\w.])[a-z_]\w*(?:\.[a-z_]\w*)*")
_REFUSES = re.compile(r'refusals contains "([^"]+)"')
_HEAD = re.compile(r"(?:default )?([a-z_]\w*)")
_IMPORT = re.compile(r"^import data\.([\w.]+?)(?: as (\w+))?$", re.MULTILINE)
_PACKAGE = re.compile(r"^package ([\w.]+)$", re.MULTILINE)
_OPENING, _CLOSING = "{[(", "}])"


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a file: `uses` are the dotted names in it, without those in its texts and comments."""

    package: str
    name: str
    text: str
    uses: frozenset[str]


@dataclass(frozen=True, slots=True)
class Written:
    """A rule and where it is written.

    `reads` are places in the question ("" is all of it), `compares` names of the rules' data; `texts` are its own
    statements and those it leans on.
    """

    rule: Rule
    package: str
    texts: frozenset[str]
    reads: tuple[str, ...]
    compares: tuple[str, ...]


class Sources:
    """The rules of one bundle, from the texts of its Rego files by name."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts
        self._aliases: dict[str, dict[str, str]] = {_package(text): {} for text in texts.values()}
        for text in texts.values():
            self._aliases[_package(text)] |= _aliases(text)
        self._statements: dict[tuple[str, str], list[Statement]] = {}
        for text in texts.values():
            for one in _statements(text):
                self._statements.setdefault((one.package, one.name), []).append(one)

    @cached_property
    def rules(self) -> dict[str, Written]:
        """What the decision can answer with, by code: first what refuses, then what a permit demands."""
        found = (self._written(rule) for rule in rules_in(self._texts))
        return {one.rule.code: one for one in found if one is not None}

    @property
    def packages(self) -> frozenset[str]:
        """The packages the files say they are of."""
        return frozenset(self._aliases)

    @property
    def uses(self) -> frozenset[str]:
        """Every dotted name in the rules."""
        return frozenset(
            name for several in self._statements.values() for one in several for name in one.uses
        )

    @property
    def refusals(self) -> frozenset[str]:
        """Every code that some rule refuses with, whether it has words or not."""
        refusing = self._statements.get((PACKAGE, "refusals"), ())
        return frozenset(found[1] for one in refusing if (found := _REFUSES.match(one.text)))

    def _written(self, rule: Rule) -> Written | None:
        """None for a rule of another package: it has no part in the decision."""
        texts = self._texts.items()
        packages = {_package(text) for name, text in texts if rule.file in name and rule.head in text}
        mine = [
            one
            for (package, _), several in self._statements.items()
            if package == PACKAGE and package in packages
            for one in several
            if rule.head == one.text.partition("\n")[0] or f'contains "{rule.code}"' in one.text
        ]
        if not mine:
            return None
        return self._reached(rule, mine)

    def _reached(self, rule: Rule, mine: list[Statement]) -> Written:
        """The rule with whatever its statements and those they lean on look at."""
        waiting, seen = list(mine), set(mine)
        reads: set[str] = set()
        compares: set[str] = set()
        while waiting:
            one = waiting.pop()
            for name in one.uses:
                package, rest = self._placed(one.package, name)
                if package == "input":
                    reads.add(rest)
                elif package == DATA_ROOT:
                    compares.add(rest.partition(".")[0])
                else:
                    new = set(self._statements.get((package, rest.partition(".")[0]), ())) - seen
                    waiting += new
                    seen |= new
        return Written(
            rule=rule,
            package=PACKAGE,
            texts=frozenset(one.text for one in seen),
            # What stands in the decision itself is said of the whole question.
            reads=("",) if mine[0].name == DECISION else _outermost(reads),
            compares=tuple(sorted(compares - {""})),
        )

    def _placed(self, package: str, name: str) -> tuple[str, str]:
        """The package a name belongs to, and what is left of it: ("input", "request.purpose")."""
        first, _, rest = name.partition(".")
        if first == "input":
            return "input", rest
        full = (
            name.removeprefix("data.")
            if first == "data"
            else f"{self._aliases[package].get(first, '')}.{rest}"
        )
        for known in (DATA_ROOT, *self._aliases):
            if full.startswith(f"{known}."):
                return known, full.removeprefix(f"{known}.")
        return package, name


def read_sources(file: Path = BUNDLE) -> Sources:
    """The rules in the bundle `file`. Raises BundleUnreadable."""
    return sources_in(contents(file), file.name)


def sources_in(packed: bytes, place: str) -> Sources:
    """The rules in the bytes of a bundle; `place` names it in errors. Raises BundleUnreadable."""
    try:
        files = unpack(packed, place).items()
        return Sources({name: content.decode() for name, content in files if name.endswith(".rego")})
    except UnicodeDecodeError:
        raise BundleUnreadable(place) from None


def _package(text: str) -> str:
    found = _PACKAGE.search(text)
    return found[1] if found else ""


def _aliases(text: str) -> dict[str, str]:
    return {alias or path.rpartition(".")[2]: path for path, alias in _IMPORT.findall(text)}


def _statements(text: str) -> Iterator[Statement]:
    package = _package(text)
    open_brackets = 0
    lines: list[str] = []
    for line in text.splitlines():
        if not lines and not _HEAD.match(line):
            continue
        bare = _bare(line)
        open_brackets += sum(map(bare.count, _OPENING)) - sum(map(bare.count, _CLOSING))
        lines.append(line)
        if open_brackets == 0:
            whole, lines = "\n".join(lines), []
            head = _HEAD.match(whole)
            if head and head[1] not in ("package", "import"):
                # A set is added to by many statements; none of them looks at what the others add.
                yield Statement(package, head[1], whole, frozenset(_NAMES.findall(_bare(whole))) - {head[1]})


def _bare(text: str) -> str:
    return _COMMENT.sub("", _STRINGS.sub('""', text))


def _outermost(places: set[str]) -> tuple[str, ...]:
    """Without the places that lie inside another one."""
    if "" in places:
        return ("",)
    return tuple(sorted(one for one in places if not any(one.startswith(f"{other}.") for other in places)))
