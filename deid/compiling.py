"""Turn the rules into something that can be run: for every element, one small function.

Compiled the first time an element is met, so that a rule may point back at its own kind
(`Composition.section`) and a type nobody sends costs nothing.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from deid.guards import GUARDS, Guard
from deid.operations import OPERATIONS, Operation
from deid.report import Report, Tally
from deid.rulebook import CONTAINED, WHOLE, Rules, Table
from deid.subject import Subject

Clean = Callable[[Any, Subject], Any]  # the value and whose it is -> what stays, or None

# Deeper than any FHIR record; without a limit a hostile one could fill the memory with paths.
DEEPEST = 40


class TooDeep(Exception):
    """The record is nested deeper than any FHIR record is."""


@dataclass(frozen=True, slots=True)
class Compiler:
    """Makes cleaners out of rules. `contained` cleans a whole resource found inside another."""

    rules: Rules
    report: Report
    operations: Mapping[str, Operation]
    guards: Mapping[str, Guard]
    contained: Clean

    def resource(self, name: str, only: Collection[str] | None) -> "ObjectCleaner":
        """The cleaner of a resource type, restricted to the elements `only` if given."""
        return ObjectCleaner(self, self.rules.resources[name], name, only=only)

    def element(self, rule: str | Table, path: str) -> Clean:
        """The cleaner of the element at `path`."""
        if isinstance(rule, str):
            if rule in self.operations:
                return self._leaf(rule, path)
            rule = self.rules.table(rule) or {}
        if rule.get(WHOLE) == "drop":
            return self._leaf("drop", path)
        return ObjectCleaner(self, rule, path)

    def extensions(self, path: str) -> Clean:
        """The cleaner of one extension: only those with rules of their own stay."""
        tally = self.report.at(path)
        known: dict[str, Clean] = {}

        def clean(value: Any, subject: Subject) -> Any:
            url = value.get("url") if type(value) is dict else None
            table = self.rules.extensions.get(url) if type(url) is str else None
            if table is None or type(url) is not str:
                tally.unknown += 1
                return None
            if url not in known:
                known[url] = ObjectCleaner(self, table, path)
            content = known[url]({name: inner for name, inner in value.items() if name != "url"}, subject)
            return {"url": url, **content} if content else None

        return clean

    def _leaf(self, rule: str, path: str) -> Clean:
        operate, tally = self.operations[rule], self.report.at(path)
        changed = _adding(OPERATIONS.get(rule, "kept"))

        def clean(value: Any, subject: Subject) -> Any:
            result = operate(value, subject)
            if result is value and result is not None:
                tally.kept += 1
            elif result is None:
                tally.dropped += 1
            elif result == value:
                tally.kept += 1
            else:
                changed(tally, value, result)
            return result

        return clean


def _adding(kind: str) -> Callable[[Tally, Any, Any], None]:
    """Counts one change. A date that came out shorter was generalised, not moved."""

    def count(tally: Tally, before: Any, after: Any) -> None:
        told = "generalised" if kind == "shifted" and len(after) < len(before) else kind
        setattr(tally, told, getattr(tally, told) + 1)

    return count


class ObjectCleaner:
    """Cleans one kind of object element by element; what has no rule is counted and gone."""

    __slots__ = ("_compiler", "_fields", "_guard", "_guarded", "_only", "_path", "_table", "_tally")

    def __init__(
        self, compiler: Compiler, table: Table, path: str, *, only: Collection[str] | None = None
    ) -> None:
        if path.count(".") > DEEPEST:
            raise TooDeep
        self._compiler = compiler
        self._table = table
        self._path = path
        self._only = only
        self._tally = compiler.report.at(path)
        whole = str(table.get(WHOLE, "keep"))
        self._guard = compiler.guards.get(whole)
        self._guarded = _adding(GUARDS[whole])
        self._fields: dict[str, Clean] = {}

    def __call__(self, value: Any, subject: Subject) -> Any:
        """What may stay of the object `value`; None if that is nothing."""
        looked_at = self._look_at(value, subject) if self._guard or type(value) is not dict else value
        if looked_at is None:
            self._tally.dropped += 1
            return None
        out: dict[str, Any] = {}
        fields = self._fields
        siblings: list[str] = []
        for name, inner in looked_at.items():
            clean = fields.get(name)
            if clean is None:
                if name[:1] == "_":
                    siblings.append(name)
                    continue
                clean = self._compiled(name)
            kept = _each(clean, inner, subject) if type(inner) is list else clean(inner, subject)
            if kept is not None:
                out[name] = kept
        if siblings:
            self._add_siblings(out, looked_at, siblings, subject)
        return out or None

    def _look_at(self, value: Any, subject: Subject) -> Mapping[str, Any] | None:
        """The object as its guard lets it through; None if not at all."""
        if type(value) is not dict or self._guard is None:
            return None
        looked_at = self._guard(value, subject)
        if looked_at is not None and looked_at is not value:
            self._guarded(self._tally, value, looked_at)
        return looked_at

    def _compiled(self, name: str) -> Clean:
        rule = self._table.get(name)
        if name == WHOLE or (rule is None and name != "extension"):
            return self._without_rule(name)
        path = f"{self._path}.{name}"
        if self._only is not None and name not in self._only:
            clean = _not_asked(self._compiler.report.at(path))
        elif name == "extension":
            clean = self._compiler.extensions(path)
        elif rule == CONTAINED:
            clean = self._compiler.contained
        else:
            clean = self._compiler.element(rule if rule is not None else "drop", path)
        self._fields[name] = clean
        return clean

    def _without_rule(self, name: str) -> Clean:
        shown = name if name in self._compiler.rules.vocabulary else "?"
        tally = self._compiler.report.at(f"{self._path}.{shown}")

        def clean(_: Any, __: Subject) -> None:
            tally.unknown += 1

        return clean

    def _add_siblings(
        self, out: dict[str, Any], value: Mapping[str, Any], names: list[str], subject: Subject
    ) -> None:
        """The `_element` beside a primitive: it may stay where the element may, and only known extensions.

        Beside a list it stays only if no item of the list was dropped, or they would no longer match.
        """
        for name in names:
            rule = self._table.get(name[1:])
            asked = self._only is None or name[1:] in self._only
            may_stay = isinstance(rule, str) and not self._compiler.rules.drops(rule) and asked
            path = f"{self._path}.{name[1:]}" if may_stay else f"{self._path}.?"
            sibling, beside = value[name], value.get(name[1:])
            matching = not isinstance(sibling, list) or (
                isinstance(beside, list) and len(out.get(name[1:], ())) == len(beside) == len(sibling)
            )
            if not may_stay or not matching:
                self._compiler.report.at(path).unknown += 1
                continue
            clean = self._fields.get(f"\0{name}") or ObjectCleaner(self._compiler, {}, path)
            self._fields[f"\0{name}"] = clean
            kept = [clean(one, subject) if one is not None else None for one in _listed(sibling)]
            if any(kept):
                out[name] = kept if isinstance(sibling, list) else kept[0]


def _each(clean: Clean, items: list[Any], subject: Subject) -> list[Any] | None:
    return [one for item in items if (one := clean(item, subject)) is not None] or None


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _not_asked(tally: Tally) -> Clean:
    def clean(_: Any, __: Subject) -> None:
        tally.not_asked += 1

    return clean
