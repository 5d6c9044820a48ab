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
from exchange.evidence.papers import BadOrders, Papers, read_papers
from exchange.instants import to_us
from exchange.path.recording import Desk
from exchange.policy.choosing import Chosen
from exchange.policy.ground import Ground, digest_of
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
        row = db.execute(
            "SELECT digest, ground, (SELECT min(entry) FROM policy_adopted WHERE entry > coalesce("
            "   (SELECT max(entry) FROM policy_adopted WHERE digest <> last.digest), ''))"
            " FROM policy_adopted AS last ORDER BY entry DESC LIMIT 1"
        ).fetchone()
    return None if row is None else Adopted(digest=str(row[0]), entry=str(row[2]), ground=str(row[1]))


def _last(db: apsw.Connection) -> tuple[str, str] | None:
    """Digest and ground of what is in force."""
    row: tuple[str, str] | None = db.execute(
        "SELECT digest, ground FROM policy_adopted ORDER BY entry DESC LIMIT 1"
    ).fetchone()
    return row


class AdoptedEngine:
    """An engine whose rules are kept and on record before it first decides. Safe to use from several threads."""

    def __init__(self, engine: AnyEngine, chosen: Chosen, kind: str, register: "Register") -> None:
        """`engine`, of this `kind`, decides by the rules `chosen`; what is in force is put into `register`."""
        self._engine = engine
        self._chosen = chosen
        self._kind = kind
        self._register = register
        self._lock = threading.Lock()
        self._is_kept = False

    @property
    def digest(self) -> str:
        return self._engine.digest

    def decide(self, question: Mapping[str, object]) -> Decision:
        """The decision. Raises CannotAppend, CannotWrite, BadOrders where what decides cannot be put on record.

        A declared emergency is decided all the same, and the record made up for with the next question.
        """
        self._put_on_record(question)
        return self._engine.decide(question)

    def evaluate(self, entrypoint: str, question: Mapping[str, object]) -> object:
        """What the rules say at another entrypoint, as JSON. Raises as `decide`."""
        self._put_on_record(question)
        return self._engine.evaluate(entrypoint, question)

    def rely_on(self, documents: str) -> None:
        """Put on record what is in force with the documents of this digest. Raises CannotAppend, CannotWrite.

        The ledger is looked at every time: another process of this node may have put other settings there since.
        """
        if self._is_kept and self._register.is_newest(self.digest, documents):
            return
        with self._lock:
            self._register.adopt(self._chosen, self._kind, documents)
            self._is_kept = True

    def _put_on_record(self, question: Mapping[str, object]) -> None:
        with _unless_emergency(question):
            self.rely_on(self._register.ground.documents())


@contextmanager
def _unless_emergency(question: Mapping[str, object]) -> Iterator[None]:
    try:
        yield
    except (CannotAppend, CannotWrite, BadOrders):
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

    def is_newest(self, digest: str, documents: str) -> bool:
        """Whether these rules, with these documents, are what the ledger says is in force."""
        return _last(self.log.glance()) == (digest, digest_of(self.ground.told(documents)))

    def adopt(self, chosen: Chosen, engine: str, documents: str) -> None:
        """Put the rules on record, unless they are the newest there. Raises CannotAppend, CannotWrite."""
        digest = chosen.bundle.digest
        # The bundle first: an entry must not name rules that nobody has.
        keep(self.folder, chosen.bundle)
        if self.is_newest(digest, documents):
            return
        ground = self.ground.told(documents)
        now = (digest, digest_of(ground))
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


def on_record(rules: Rulebook, register: Register) -> Callable[[], AdoptedEngine]:
    """The engine in force, which puts its rules on record before it decides."""

    @cache
    def policy() -> AdoptedEngine:
        return AdoptedEngine(rules.in_force(), rules.chosen, rules.engine, register)

    return policy


def papers_on_record(policy: Callable[[], AdoptedEngine], file: Path) -> Callable[[], Papers]:
    """The documents in `file`, read anew each time and on record as they were read, however short they lay there.

    What it gives raises BadOrders, and CannotAppend, CannotWrite where they cannot be put on record.
    """

    def papers() -> Papers:
        found = read_papers(file)
        policy().rely_on(found.digest)
        return found

    return papers


def _coming_into_force(digest: str, ground: str) -> Change:
    def change(db: apsw.Connection, recorded: Recorded) -> None:
        if _last(db) == (digest, ground):
            raise _AlreadyInForce
        db.execute("INSERT INTO policy_adopted VALUES (?, ?, ?)", (recorded.id, digest, ground))

    return change
