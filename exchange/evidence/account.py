"""What the log says must stand in the table of health codes (see exchange/audit/agreement.py)."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from exchange.evidence.codes import MISSES, MOST_MISSES
from exchange.instants import MICROSECOND
from ledger import Recorded

CODES = "SELECT entry, hash, door, until_us, used, misses FROM health_code"
_MINUTE_US = timedelta(minutes=1) // MICROSECOND


@dataclass(frozen=True, slots=True)
class _Code:
    hash: str
    door: str
    until_us: int
    used: str | None = None
    misses: int = 0


@dataclass(slots=True)
class CodeAccount:
    """Hears the entries one by one, oldest first, and keeps what follows from them, by entry."""

    codes: dict[str, _Code] = field(default_factory=dict)
    unused: dict[str, str] = field(default_factory=dict)
    at_door: dict[str, list[str]] = field(default_factory=dict)

    def hear(self, one: Recorded) -> None:
        """Take in one entry; most say nothing of codes."""
        entry = one.entry
        match entry.type, entry.subtype:
            case "code", "give":
                self._given(one)
            case "access", "disclose" if entry.phase == "intent":
                # Only the first intent of several experts uses the code they rest on.
                if given := self.unused.pop(entry.reason, ""):
                    self.codes[given] = replace(self.codes[given], used=one.id)
            case "access", "refuse":
                self._missed(one)

    def rows(self, undecided: object) -> dict[str, tuple[Any, ...]]:
        """The rows of CODES, by entry. `undecided` stands where a program before this one did not say."""
        return {
            entry: (c.hash, c.door or undecided, c.until_us, c.used, c.misses if c.door else undecided)
            for entry, c in self.codes.items()
        }

    def _given(self, one: Recorded) -> None:
        entry = one.entry
        door = next((o.removeprefix(MISSES) for o in entry.obligations if o.startswith(MISSES)), "")
        self.codes[one.id] = _Code(entry.reason, door, one.time_us + entry.count * _MINUTE_US)
        self.unused[entry.reason] = one.id
        self.at_door.setdefault(door, []).append(one.id)

    def _missed(self, one: Recorded) -> None:
        for given in self.at_door.get(one.entry.reason, ()) if one.entry.reason else ():
            code = self.codes[given]
            if code.used is None and code.until_us > one.time_us and code.misses < MOST_MISSES:
                self.codes[given] = replace(code, misses=code.misses + 1)
