"""Make one record safe: an allow-list, applied element by element.

JSON goes in and comes out as bytes. What stays is spelled as it came (1.00 stays 1.00); what no rule lets
through is gone, and counted. Resources in = resources out + resources skipped, always.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import msgspec

from deid.codes import CodeSystems
from deid.compiling import Compiler, ObjectCleaner, TooDeep
from deid.dates import offset_days
from deid.errors import UnknownElement
from deid.guards import guards
from deid.knowing import PEOPLE, known_of
from deid.operations import Tools, operations
from deid.pseudonyms import Pseudonyms, derive
from deid.report import Report
from deid.rulebook import WHOLE, Rules, elements_known
from deid.subject import Subject
from deid.text.known import NOTHING, Known
from deid.text.operators.choices import operators_of
from deid.text.operators.rewriting import Finder, Rewriter
from deid.units import unit_pattern

# These stay whatever a protocol asks for: what the record is, and whose. What is contained is held to what
# was asked of its own type.
ALWAYS = frozenset(("resourceType", "id", "subject", "patient", "beneficiary", "contained"))
UNKNOWN_TYPE = "?"
_MODIFIER = "modifierExtension"


@dataclass(frozen=True, slots=True)
class Cleaned:
    """The record made safe, as JSON; or None and why it was skipped (a key of report.SKIPPED)."""

    body: bytes | None
    skipped: str | None


class _Skip(Exception):
    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Cleaner:
    """Applies `rules` with the key of one project.

    `key`: at least 32 secret bytes of the project; pseudonyms and shifts are derived from it.
    `today`: the day ages are counted on.
    `text`: the engine that finds in free text what identifies; it is replaced as the profile says. None drops free
    text.
    `only`: resource type -> top-level elements a protocol asked for; other types are skipped.
    Raises BadKey; UnknownElement where `only` names what the profile never lets through.
    """

    def __init__(
        self,
        rules: Rules,
        *,
        key: bytes,
        today: date,
        text: Finder | None = None,
        only: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self.report = Report(profile=rules.profile, rules=rules.digest, text=text.digest if text else "")
        self._rules = rules
        self._only = None if only is None else {name: frozenset(e) | ALWAYS for name, e in only.items()}
        self._days = lru_cache(maxsize=4096)(lambda who: offset_days(who, self._shift_key))
        self._shifts = rules.shifts
        self._shift_key = derive(key, "date-shift")
        self._types: dict[str, ObjectCleaner] = {}
        self._decode = msgspec.json.Decoder(float_hook=msgspec.Raw).decode  # Raw: decimals stay as written
        systems = CodeSystems(rules.systems, cuts=rules.cuts)
        names = Pseudonyms(derive(key, "pseudonym"))
        operators = operators_of(rules.profile)
        self._rewriter = Rewriter(text, operators, key=key, today=today) if text else None
        tools = Tools(
            names=names,
            systems=systems,
            words=rules.words,
            units=unit_pattern(**rules.units),
            text=self._rewriter,
        )
        looked_at = guards(systems, today, self._rewriter)
        self._compiler = Compiler(rules, self.report, operations(tools), looked_at, self._clean_contained)
        for name, elements in (only or {}).items():
            unknown = sorted(set(elements) - set(elements_known(rules, name)) - ALWAYS)
            if unknown or not elements_known(rules, name):
                raise UnknownElement(f"{name}.{unknown[0]}" if unknown else name, rules.profile)

    @property
    def rewrites(self) -> bool:
        """Whether free text leaves, rewritten."""
        return self._rewriter is not None

    def clean(
        self, body: bytes, *, subject: str, shift_subject: str | None = None, known: Known = NOTHING
    ) -> Cleaned:
        """The resource in `body` (JSON) made safe. Never raises for what stands in it.

        `subject`: id of the patient it is about, whose date shift applies. `shift_subject`: id of another
        patient whose shift is shared, the mother's for a newborn. `known`: what the rest of the record knows of the
        people in it (deid/knowing.py); none of it stays in a text.
        """
        name = UNKNOWN_TYPE
        try:
            resource = self._read(body)
            name = self._name(resource)
            # A backslash may hide the word: \u006dodifierExtension is the same key.
            if (_MODIFIER.encode() in body or b"\\u" in body) and _anywhere(resource, _MODIFIER):
                raise _Skip("modifier-extension")
            days = self._days((shift_subject or subject).removeprefix("Patient/")) if self._shifts else 0
            if self._rewriter and (name in PEOPLE or "contained" in resource):
                known = known | known_of((resource,))
            whose = Subject(days=days, patient=subject.removeprefix("Patient/"), known=known)
            out = msgspec.json.encode(self._clean(resource, name, whose))
        except _Skip as skip:
            return self._skipped(name, skip.reason)
        except (TooDeep, RecursionError):
            return self._skipped(name, "too-deep")
        self.report.received[name] += 1
        self.report.released[name] += 1
        return Cleaned(out, None)

    def _read(self, body: bytes) -> dict[str, Any]:
        try:
            resource = self._decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise _Skip("not-json") from None
        if type(resource) is not dict:
            raise _Skip("not-an-object")
        return resource

    def _name(self, resource: Mapping[str, Any]) -> str:
        name = resource.get("resourceType")
        if type(name) is not str:
            raise _Skip("no-type")
        return name if name in self._rules.words["resource-types"] else UNKNOWN_TYPE

    def _clean(self, resource: Mapping[str, Any], name: str, subject: Subject) -> Any:
        table = self._rules.resources.get(name)
        if table is None or table.get(WHOLE) == "drop":
            raise _Skip("no-rules")
        if self._only is not None and name not in self._only:
            raise _Skip("not-asked")
        clean = self._types.get(name)
        if clean is None:
            only = None if self._only is None else self._only[name]
            clean = self._types[name] = self._compiler.resource(name, only)
        return clean(resource, subject)

    def _clean_contained(self, value: Any, subject: Subject) -> Any:
        """A resource inside another, under the rules of its own type; only reached where it is asked for."""
        try:
            if type(value) is not dict:
                raise _Skip("not-an-object")
            return self._clean(value, self._name(value), subject)
        except _Skip as skip:
            self.report.at(f"contained.{skip.reason}").dropped += 1
            return None

    def _skipped(self, name: str, reason: str) -> Cleaned:
        self.report.received[name] += 1
        self.report.skipped[name, reason] += 1
        return Cleaned(None, reason)


def _anywhere(value: Any, name: str) -> bool:
    """Whether an object anywhere in `value` has the key `name`."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if type(one) is dict:
            if name in one:
                return True
            waiting.extend(one.values())
        elif type(one) is list:
            waiting.extend(one)
    return False
