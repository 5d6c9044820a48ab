"""Whatever is done to a ledger, in whatever order and by how many, it is a list that only grows.

Hypothesis makes up the story: entries alone and together, changes that fail, restarts, a second connection and a
second process beside. The model is a Python list.
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import apsw
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from ledger import Change, Draft, Log, Recorded
from ledger.checkpoint import Checkpoint
from ledger.errors import NoSuchEntry
from ledger.merkle import is_consistent
from ledger.proof import check, prove
from ledger.verify import verify
from tests.ledger.books import PATIENTS, SIGNER, VKEY, about, dice, ticking

ROOT = Path(__file__).parents[2]
TABLE = "CREATE TABLE IF NOT EXISTS grant_(number INTEGER PRIMARY KEY) STRICT"


class Refused(Exception):
    """A change's own refusal."""


@dataclass(frozen=True, slots=True)
class Clerk:
    """The process of clerk.py."""

    process: subprocess.Popen[str]

    def append(self, number: int, path: Path) -> str:
        """The id of the entry it appended."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(f"{number} {path}\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()


@contextmanager
def clerk() -> Iterator[Clerk]:
    command = [sys.executable, "-m", "tests.torture.clerk"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as process:
        yield Clerk(process)


def granting(number: int, *, fails: bool = False) -> Change:
    def change(db: apsw.Connection, recorded: Recorded) -> None:
        db.execute("INSERT INTO grant_ VALUES (?)", (number,))
        if fails:
            raise Refused

    return change


class Ledger(RuleBasedStateMachine):
    """The ledger, two connections of this process, and the list beside it."""

    clerk: ClassVar[Clerk]
    room: ClassVar[Path]

    def __init__(self) -> None:
        super().__init__()
        self.path = Path(tempfile.mkdtemp(dir=self.room)) / "ledger.db"
        self.log: Log
        self.other: Log
        self.told: list[tuple[str, int]] = []
        self.granted: set[int] = set()
        self.checkpoints: list[bytes] = []
        self.proofs: list[tuple[bytes, int]] = []
        self.number = 0

    @initialize()
    def begin(self) -> None:
        self.log = Log.create(self.path, signer=SIGNER, clock=ticking(), entropy=dice(), tables=[TABLE])
        self.other = self.opened()

    def teardown(self) -> None:
        assert verify(self.log, VKEY).ok
        self.log.close()
        self.other.close()

    def opened(self) -> Log:
        return Log.open(self.path, signer=SIGNER, clock=ticking(), entropy=dice())

    def next(self) -> int:
        self.number += 1
        return self.number

    def keep(self, *found: Recorded) -> None:
        self.told += [(one.id, one.entry.count) for one in found]

    @rule(beside=st.booleans(), sealed=st.binary(max_size=300))
    def append(self, beside: bool, sealed: bytes) -> None:
        number = self.next()
        log = self.other if beside else self.log
        found = log.append(about(number), sealed=sealed, change=granting(number))
        assert (found.index, found.sealed) == (len(self.told), sealed)
        self.granted.add(number)
        self.keep(found)

    @rule(many=st.integers(0, 300), beside=st.booleans())
    def append_many(self, many: int, beside: bool) -> None:
        log = self.other if beside else self.log
        self.keep(*log.append_many([Draft(entry=about(self.next())) for _ in range(many)]))

    @rule(many=st.integers(1, 20), at=st.integers(0, 19))
    def a_change_fails(self, many: int, at: int) -> None:
        drafts = [Draft(entry=about(n), change=granting(-1 - n, fails=n == at % many)) for n in range(many)]
        with pytest.raises(Refused):
            self.log.append_many(drafts)

    @rule()
    def somebody_else_appends(self) -> None:
        number = self.next()
        self.told.append((self.clerk.append(number, self.path), number))

    @rule(which=st.booleans())
    def restart(self, which: bool) -> None:
        if which:
            self.log.close()
            self.log = self.opened()
        else:
            self.other.close()
            self.other = self.opened()

    @rule()
    def keep_a_checkpoint(self) -> None:
        self.checkpoints.append(self.log.checkpoint())

    @precondition(lambda self: self.told)
    @rule(data=st.data())
    def keep_a_proof(self, data: st.DataObject) -> None:
        at = data.draw(st.integers(0, len(self.told) - 1))
        self.proofs.append((prove(self.other, self.told[at][0]), at))

    @precondition(lambda self: self.checkpoints)
    @rule(data=st.data())
    def every_state_that_was_signed_began_this_one(self, data: st.DataObject) -> None:
        old = Checkpoint.open(data.draw(st.sampled_from(self.checkpoints)), SIGNER.verifier)
        with self.log.tree() as (_, tree):
            if old.size:
                path = tree.consistency_proof(old.size)
                assert is_consistent(old.size, old.root, tree.size, tree.root(), path)

    @precondition(lambda self: self.proofs)
    @rule(data=st.data())
    def every_proof_still_holds(self, data: st.DataObject) -> None:
        proof, at = data.draw(st.sampled_from(self.proofs))
        shown = check(proof, VKEY)
        assert (shown.index, shown.id, shown.entry.count) == (at, *self.told[at])

    @rule(patient=st.sampled_from(PATIENTS))
    def one_patient_is_told_everything(self, patient: str) -> None:
        theirs = [one for one, number in self.told if about(number).patient == patient]
        assert [one.id for one in self.other.of_patient(patient)] == theirs

    @rule(known=st.booleans())
    def verify_it(self, known: bool) -> None:
        kept = self.checkpoints[-1] if known and self.checkpoints else None
        verdict = verify(self.path, VKEY, known=kept)
        assert (verdict.ok, verdict.size) == (True, len(self.told)), verdict.en

    @rule(data=st.data())
    def nothing_else_is_there(self, data: st.DataObject) -> None:
        at = data.draw(st.integers(-1, len(self.told)))
        if 0 <= at < len(self.told):
            assert self.log.read(at).id == self.told[at][0]
        else:
            with pytest.raises(NoSuchEntry):
                self.log.read(at)

    @invariant()
    def both_see_the_same_list(self) -> None:
        assert self.log.size == self.other.size == len(self.told)
        if self.told:
            assert self.log.find(self.told[-1][0]).index == len(self.told) - 1
        with self.log.reading() as db:
            assert {number for (number,) in db.execute("SELECT number FROM grant_")} == self.granted


@pytest.mark.slow
def test_a_ledger_is_a_list_that_only_grows(tmp_path: Path, long: bool) -> None:
    examples, steps = (400, 60) if long else (25, 25)
    with clerk() as second:

        class Here(Ledger):
            clerk, room = second, tmp_path

        bounds = settings(max_examples=examples, stateful_step_count=steps, deadline=None)
        run_state_machine_as_test(Here, settings=bounds)
