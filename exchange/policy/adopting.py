"""Write down when rules came into force: before the first decision by them, with the rules themselves kept.

An officer sees in the ledger since when which rules decided, and whoever asks later finds the rules beside it.
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

import apsw

from exchange.errors import CannotWrite
from exchange.instants import to_us
from exchange.path.recording import Desk
from exchange.policy.choosing import Chosen
from exchange.policy.keeping import keep
from exchange.policy.rulebook import Rulebook
from ledger import Change, Entry, Log, Recorded
from ledger.errors import CannotAppend
from policies import Decision
from policies.engines import AnyEngine

SCHEMA = """
CREATE TABLE IF NOT EXISTS policy_adopted(
  entry TEXT PRIMARY KEY,       -- id of the entry; they sort by time
  digest TEXT NOT NULL          -- of the rules that came into force by it
) STRICT, WITHOUT ROWID;
"""
TYPE, SUBTYPE = "policy", "adopt"


@dataclass(frozen=True, slots=True)
class Adopted:
    """Rules that came into force: their revision, and the entry that says so."""

    digest: str
    entry: str


class _AlreadyInForce(Exception):
    """Another process of this node was faster."""


def newest(log: Log) -> Adopted | None:
    """The rules in force by the ledger; None before the first decision."""
    with log.reading() as db:
        return _newest(db)


def _newest(db: apsw.Connection) -> Adopted | None:
    row = db.execute("SELECT digest, entry FROM policy_adopted ORDER BY entry DESC LIMIT 1").fetchone()
    return None if row is None else Adopted(str(row[0]), str(row[1]))


class AdoptedEngine:
    """An engine whose rules are kept and on record before it first decides. Safe to use from several threads."""

    def __init__(self, engine: AnyEngine, adopt: Callable[[], None]) -> None:
        self._engine = engine
        self._adopt = adopt
        self._lock = threading.Lock()
        self._is_on_record = False

    @property
    def digest(self) -> str:
        return self._engine.digest

    def decide(self, question: Mapping[str, object]) -> Decision:
        """The decision. Raises CannotAppend, CannotWrite where the rules cannot be put on record: no log, no data.

        A declared emergency is decided all the same, and the record made up for with the next question.
        """
        self._put_on_record(question)
        return self._engine.decide(question)

    def evaluate(self, entrypoint: str, question: Mapping[str, object]) -> object:
        """What the rules say at another entrypoint, as JSON. Raises as `decide`."""
        self._put_on_record(question)
        return self._engine.evaluate(entrypoint, question)

    def _put_on_record(self, question: Mapping[str, object]) -> None:
        if not self._is_on_record:
            with self._lock, _unless_emergency(question):
                if not self._is_on_record:
                    self._adopt()
                    self._is_on_record = True


@contextmanager
def _unless_emergency(question: Mapping[str, object]) -> Iterator[None]:
    try:
        yield
    except (CannotAppend, CannotWrite):
        if not _is_emergency(question):
            raise


def _is_emergency(question: Mapping[str, object]) -> bool:
    match question:
        case {"request": {"emergency": {"declared": True}}}:
            return True
        case _:
            return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """Where it is written down. `folder` is that of the kept bundles; `organisation` runs the node."""

    folder: Path
    log: Log
    desk: Desk
    organisation: str
    house_key: bytes
    clock: Callable[[], datetime]

    def adopt(self, chosen: Chosen, engine: str) -> None:
        """Put the rules on record, unless they are the newest there. Raises CannotAppend, CannotWrite."""
        digest = chosen.bundle.digest
        # The bundle first: an entry must not name rules that nobody has.
        keep(self.folder, chosen.bundle)
        found = newest(self.log)
        if found is not None and found.digest == digest:
            return
        entry = Entry(
            type=TYPE,
            subtype=SUBTYPE,
            action="C",
            outcome="0",
            region=self.desk.region,
            node=self.desk.node,
            source="policy",
            organisation=self.organisation,
            policy=digest,
            claimed_us=to_us(self.clock()),
        )
        told = {"engine": engine, "bundle": chosen.source, "signed_by": chosen.signed_by}
        with suppress(_AlreadyInForce):
            self.desk.write(entry, told, key=self.house_key, change=_coming_into_force(digest))


def on_record(rules: Rulebook, register: Register) -> Callable[[], AnyEngine]:
    """The engine in force, which puts its rules on record before it first decides."""

    @cache
    def policy() -> AnyEngine:
        return AdoptedEngine(rules.in_force(), lambda: register.adopt(rules.chosen, rules.engine))

    return policy


def _coming_into_force(digest: str) -> Change:
    def change(db: apsw.Connection, recorded: Recorded) -> None:
        found = _newest(db)
        if found is not None and found.digest == digest:
            raise _AlreadyInForce
        db.execute("INSERT INTO policy_adopted VALUES (?, ?)", (recorded.id, digest))

    return change
