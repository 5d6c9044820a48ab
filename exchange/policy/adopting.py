"""Write down when rules and settings came into force: before the first decision by them, with the rules kept.

An officer sees in the ledger since when which rules decided, with which settings, registry and documents; and whoever
asks later finds the rules beside it.
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
from exchange.policy.ground import Ground, Marks, digest_of
from exchange.policy.keeping import keep
from exchange.policy.rulebook import Rulebook
from ledger import Change, Entry, Log, Recorded
from ledger.errors import CannotAppend
from policies import Decision
from policies.engines import AnyEngine

SCHEMA = """
CREATE TABLE IF NOT EXISTS policy_adopted(
  entry TEXT PRIMARY KEY,       -- id of the entry; they sort by time
  digest TEXT NOT NULL,         -- of the rules in force since
  ground TEXT NOT NULL          -- digest of what decides beside them: settings, registry, documents
) STRICT, WITHOUT ROWID;
"""
TYPE, SUBTYPE = "policy", "adopt"


@dataclass(frozen=True, slots=True)
class Adopted:
    """Rules in force: their revision, the entry since which they are, the digest of what decides beside them."""

    digest: str
    entry: str
    ground: str


class _AlreadyInForce(Exception):
    """Another process of this node was faster."""


def newest(log: Log) -> Adopted | None:
    """The rules in force by the ledger; None before the first decision."""
    with log.reading() as db:
        return _newest(db)


def _newest(db: apsw.Connection) -> Adopted | None:
    row = db.execute(
        "SELECT digest, ground, (SELECT min(entry) FROM policy_adopted WHERE entry > coalesce("
        "   (SELECT max(entry) FROM policy_adopted WHERE digest <> last.digest), ''))"
        " FROM policy_adopted AS last ORDER BY entry DESC LIMIT 1"
    ).fetchone()
    return None if row is None else Adopted(digest=str(row[0]), entry=str(row[2]), ground=str(row[1]))


class AdoptedEngine:
    """An engine whose rules are kept and on record before it first decides. Safe to use from several threads."""

    def __init__(
        self, engine: AnyEngine, adopt: Callable[[], None], marks: Callable[[], Marks] = lambda: None
    ) -> None:
        """`adopt` puts on record what is in force; it is called again whenever `marks` changes."""
        self._engine = engine
        self._adopt = adopt
        self._marks = marks
        self._lock = threading.Lock()
        self._on_record: list[Marks] = []

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
        marks = self._marks()
        if self._on_record != [marks]:
            with self._lock, _unless_emergency(question):
                if self._on_record != [marks]:
                    self._adopt()
                    self._on_record = [marks]


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
    ground: Ground
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
        ground = self.ground.told()
        now = (digest, digest_of(ground))
        found = newest(self.log)
        if found is not None and (found.digest, found.ground) == now:
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
        told = {"engine": engine, "bundle": chosen.source, "signed_by": chosen.signed_by, "ground": ground}
        with suppress(_AlreadyInForce):
            self.desk.write(entry, told, key=self.house_key, change=_coming_into_force(*now))


def on_record(rules: Rulebook, register: Register) -> Callable[[], AnyEngine]:
    """The engine in force, which puts its rules on record before it first decides."""

    @cache
    def policy() -> AnyEngine:
        return AdoptedEngine(
            rules.in_force(), lambda: register.adopt(rules.chosen, rules.engine), register.ground.marks
        )

    return policy


def _coming_into_force(digest: str, ground: str) -> Change:
    def change(db: apsw.Connection, recorded: Recorded) -> None:
        found = _newest(db)
        if found is not None and (found.digest, found.ground) == (digest, ground):
            raise _AlreadyInForce
        db.execute("INSERT INTO policy_adopted VALUES (?, ?, ?)", (recorded.id, digest, ground))

    return change
