"""A witness signs what only grew, and keeps the proof where a log shows two histories."""

import base64
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from ledger import Signer, merkle
from ledger.checkpoint import Checkpoint
from ledger.errors import ProofWrong
from ledger.keys import Keys
from ledger.merkle import EMPTY_ROOT, leaf_hash, node_hash
from ledger.note import Verifier, read_note
from ledger.witness import (
    Answer,
    CosignedNotes,
    Cosigner,
    Policy,
    SeenLogs,
    Witness,
    check_fork,
    read_answer,
    submission,
)
from ledger.witness.seen import MOST_FORKS
from ledger.witness.witnessing import SIZE_TYPE

LOG = Signer("example.com/log", bytes(32))
COSIGNER = Cosigner("w.example/1", bytes(range(32)))
NOW = datetime(2026, 11, 25, 8, tzinfo=UTC)
SECONDS = int(NOW.timestamp())


class History:
    """A log in memory: what stands in it, and what it would show of itself."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self.leaves = [leaf_hash(one) for one in leaves]

    @property
    def size(self) -> int:
        return len(self.leaves)

    def node(self, height: int, index: int) -> bytes:
        if height == 0:
            return self.leaves[index]
        return node_hash(self.node(height - 1, 2 * index), self.node(height - 1, 2 * index + 1))

    def checkpoint(self, size: int | None = None) -> Checkpoint:
        at = self.size if size is None else size
        return Checkpoint(origin=LOG.origin, size=at, root=merkle.root(at, self.node) if at else EMPTY_ROOT)

    def note(self, size: int | None = None, signer: Signer = LOG) -> bytes:
        return self.checkpoint(size).signed(signer)

    def path(self, old: int, size: int | None = None) -> list[bytes]:
        at = self.size if size is None else size
        return merkle.consistency_proof(old, at, self.node) if 0 < old <= at else []

    def asks(self, old: int, size: int | None = None) -> bytes:
        return submission(old, self.path(old, size), self.note(size))


def of(*words: str) -> History:
    return History([word.encode() for word in words])


ABC = of("a", "b", "c")
ABCDE = of("a", "b", "c", "d", "e")
AXCDE = of("a", "x", "c", "d", "e")


@pytest.fixture
def witness(tmp_path: Path) -> Witness:
    return one_at(tmp_path / "witness.db")


def one_at(path: Path, forked: Callable[[str, bytes], bool] = lambda _origin, _proof: True) -> Witness:
    known = {LOG.origin: Keys.only(LOG.verifier_key)}
    return Witness(SeenLogs(path), COSIGNER, log_of=known.get, clock=lambda: NOW, forked=forked)


def signed(answer: Answer, note: bytes) -> bool:
    return read_answer(answer, note, COSIGNER.key).line is not None


def test_the_first_state_of_a_log_is_signed(witness: Witness) -> None:
    answer = witness.add_checkpoint(ABC.asks(0))
    assert answer.status == 200
    assert COSIGNER.key.cosigned_at(*read_note(ABC.note() + answer.body)) == SECONDS


def test_a_log_that_grew_is_signed_again(witness: Witness) -> None:
    witness.add_checkpoint(ABC.asks(0))
    assert signed(witness.add_checkpoint(ABCDE.asks(3)), ABCDE.note())
    seen = witness.seen.of(LOG.origin)
    assert seen
    assert seen.checkpoint == ABCDE.checkpoint()
    assert seen.at == SECONDS


def test_the_same_state_may_be_signed_twice(witness: Witness) -> None:
    assert all(signed(witness.add_checkpoint(ABC.asks(old)), ABC.note()) for old in (0, 3, 3))


def test_an_empty_log_is_signed_and_may_begin(witness: Witness) -> None:
    assert signed(witness.add_checkpoint(of().asks(0)), of().note())
    assert signed(witness.add_checkpoint(ABC.asks(0)), ABC.note())


def test_what_was_seen_survives_a_restart(tmp_path: Path) -> None:
    one_at(tmp_path / "w.db").add_checkpoint(ABCDE.asks(0))
    again = one_at(tmp_path / "w.db").add_checkpoint(ABC.asks(0))
    assert (again.status, again.body, again.type) == (409, b"5\n", SIZE_TYPE)


def _with(request: bytes, old: bytes, new: bytes) -> bytes:
    assert old in request
    return request.replace(old, new, 1)


FOREIGN = Signer("example.com/foreign", bytes(32))
THIEF = Signer(LOG.origin, bytes([1]) * 32)


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"", 400),
        (b"old 0\n", 400),
        (_with(ABC.asks(0), b"old 0", b"old 00"), 400),
        (_with(ABC.asks(0), b"old 0", b"old -1"), 400),
        (_with(ABC.asks(0), b"old 0", b"new 0"), 400),
        (_with(ABC.asks(0), b"old 0", "old ٣".encode()), 400),
        (_with(ABC.asks(0), b"old 0\n", b"old 0\r\n"), 400),
        (_with(ABC.asks(0), b"old 0\n", b"old 0\nAAAA\n"), 400),
        (_with(ABC.asks(0), b"old 0\n", b"old 0\n" + 64 * (base64.b64encode(bytes(32)) + b"\n")), 400),
        (_with(ABC.asks(0), b"old 0\n", b"old 0\n" + base64.b64encode(bytes(32)) + b"\n"), 400),
        (submission(4, [], ABC.note()), 400),
        (submission(0, [], ABC.note()) + b"x" * (1 << 17), 400),
        (
            submission(
                0, [], FOREIGN.sign(f"{FOREIGN.origin}\n0\n{base64.b64encode(EMPTY_ROOT).decode()}\n")
            ),
            404,
        ),
        (submission(0, [], ABC.note(signer=THIEF)), 403),
        (submission(0, [], ABC.note().replace(b"3\n", b"4\n", 1)), 403),
    ],
)
def test_what_is_not_a_submission_of_a_known_log_is_refused(
    witness: Witness, request_: bytes, status: int
) -> None:
    assert witness.add_checkpoint(request_).status == status
    assert witness.seen.of(LOG.origin) is None


def test_a_log_put_back_from_an_old_backup_is_told_how_long_it_was(witness: Witness) -> None:
    witness.add_checkpoint(ABCDE.asks(0))
    told = read_answer(witness.add_checkpoint(ABC.asks(3)), ABC.note(), COSIGNER.key)
    assert told.size == 5


def test_a_rewritten_past_is_not_signed_and_the_proof_of_it_is_kept(witness: Witness) -> None:
    witness.add_checkpoint(ABC.asks(0))
    assert witness.add_checkpoint(AXCDE.asks(3)).status == 422
    ((origin, proof, at),) = witness.seen.forks()
    assert (origin, at) == (LOG.origin, SECONDS)
    shown = check_fork(proof, LOG.verifier_key)
    assert (shown.size, shown.longest, shown.pinned) == (3, 5, True)
    seen = witness.seen.of(LOG.origin)
    assert seen
    assert seen.checkpoint == ABC.checkpoint()


def test_two_histories_of_one_length_prove_the_fork_by_themselves(witness: Witness) -> None:
    witness.add_checkpoint(ABCDE.asks(0))
    assert witness.add_checkpoint(AXCDE.asks(5)).status == 409
    assert check_fork(witness.seen.forks()[0][1]).size == 5


@pytest.mark.attack
def test_a_fork_shown_again_and_again_fills_neither_the_disk_nor_the_ledger(tmp_path: Path) -> None:
    """Anybody can hand the two signed states in again, with lines below them that nobody knows."""
    told: list[bytes] = []

    def enter(_origin: str, proof: bytes) -> bool:
        told.append(proof)
        return True

    witness = one_at(tmp_path / "w.db", enter)
    witness.add_checkpoint(ABC.asks(0))
    for number in range(20):
        stranger = Cosigner(f"x.example/{number}", bytes([number]) * 32).cosign(str(AXCDE.checkpoint()), 1)
        assert witness.add_checkpoint(AXCDE.asks(3) + stranger).status == 422
    assert len(told) == len(witness.seen.forks()) == 1
    for number in range(20):
        other = of("a", f"x{number}", "c", "d", "e")
        assert witness.add_checkpoint(other.asks(3)).status == 422
    assert len(told) == len(witness.seen.forks()) == MOST_FORKS


def test_a_fork_that_could_not_be_entered_is_entered_later(tmp_path: Path) -> None:
    """The ledger was full, or the power failed in between: the next refusal tries again."""
    full, told = [True], []

    def enter(_origin: str, proof: bytes) -> bool:
        if not full[0]:
            told.append(proof)
        return not full[0]

    one_at(tmp_path / "w.db", enter).add_checkpoint(ABC.asks(0))
    assert one_at(tmp_path / "w.db", enter).add_checkpoint(AXCDE.asks(3)).status == 422
    full.clear()
    full.append(False)
    again = one_at(tmp_path / "w.db", enter)
    for _ in range(2):
        assert again.add_checkpoint(AXCDE.asks(3)).status == 422
    assert told == [proof for _, proof, _ in again.seen.forks()]


def test_what_is_kept_of_a_state_is_the_logs_own_signature(witness: Witness) -> None:
    witness.add_checkpoint(ABC.asks(0) + COSIGNER.cosign(str(ABC.checkpoint()), 1))
    seen = witness.seen.of(LOG.origin)
    assert seen
    assert seen.note == ABC.note()


def test_a_log_with_a_new_key_is_answered_by_what_was_seen_under_the_old_one(tmp_path: Path) -> None:
    one_at(tmp_path / "w.db").add_checkpoint(ABC.asks(0))
    later = Witness(
        SeenLogs(tmp_path / "w.db"),
        COSIGNER,
        log_of={LOG.origin: Keys.only(THIEF.verifier_key)}.get,
        clock=lambda: NOW,
    )
    answer = later.add_checkpoint(submission(0, [], AXCDE.note(signer=THIEF)))
    assert (answer.status, answer.body) == (409, b"3\n")
    assert later.add_checkpoint(submission(3, AXCDE.path(3), AXCDE.note(signer=THIEF))).status == 422
    assert later.seen.forks() == []


def test_nobody_else_can_make_a_fork_of_a_log(witness: Witness) -> None:
    witness.add_checkpoint(ABC.asks(0))
    witness.add_checkpoint(submission(3, AXCDE.path(3), AXCDE.note(signer=THIEF)))
    assert witness.seen.forks() == []


def test_a_path_that_leads_nowhere_proves_nothing_against_the_log(witness: Witness) -> None:
    witness.add_checkpoint(ABC.asks(0))
    wrong = [bytes(32) for _ in ABCDE.path(3)]
    assert witness.add_checkpoint(submission(3, wrong, ABCDE.note())).status == 422
    assert witness.seen.forks() == []


def test_a_fork_proof_that_was_touched_proves_nothing(witness: Witness) -> None:
    witness.add_checkpoint(ABC.asks(0))
    witness.add_checkpoint(AXCDE.asks(3))
    proof = witness.seen.forks()[0][1]
    with pytest.raises(ProofWrong):
        check_fork(proof, THIEF.verifier_key)
    for broken in (b"", b"{}", proof[:-9], proof.replace(b"hutong-fork-1", b"hutong-fork-2")):
        with pytest.raises(ProofWrong):
            check_fork(broken)
    honest = proof.replace(AXCDE.path(3)[0].hex().encode(), bytes(32).hex().encode())
    with pytest.raises(ProofWrong):
        check_fork(honest)


def test_of_two_forks_handed_in_at_once_one_is_signed(tmp_path: Path) -> None:
    one_at(tmp_path / "w.db").add_checkpoint(ABC.asks(0))
    forks = [of("a", "b", "c", *(f"{n}{at}" for at in range(3))) for n in range(8)]
    answers: list[Answer] = []

    def submit(fork: History) -> None:
        answers.append(one_at(tmp_path / "w.db").add_checkpoint(fork.asks(3)))

    threads = [threading.Thread(target=submit, args=(fork,)) for fork in forks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status for answer in answers) == [200] + [409] * 7


def test_the_log_believes_only_its_witness(witness: Witness) -> None:
    answer = witness.add_checkpoint(ABC.asks(0))
    assert read_answer(answer, ABCDE.note(), COSIGNER.key).refused == 200
    assert read_answer(Answer(200, b"\xff"), ABC.note(), COSIGNER.key).refused == 200
    stranger = Cosigner("w.example/1", bytes(32)).key
    assert read_answer(answer, ABC.note(), stranger).refused == 200
    assert read_answer(Answer(409, b"5\n", "text/plain"), ABC.note(), COSIGNER.key).refused == 409
    assert read_answer(Answer(503), ABC.note(), COSIGNER.key).refused == 503


@pytest.mark.attack
def test_a_witness_cannot_pass_off_its_signature_under_a_text_of_its_own() -> None:
    """Kept below the log's note it would be wrong there, and the whole note would be believed no more."""
    own = ABC.note().partition(b"\n\n")[0].decode() + "\n\nmore\n"
    answer = Answer(200, b"more\n\n" + COSIGNER.cosign(own, SECONDS))
    assert read_answer(answer, ABC.note(), COSIGNER.key).refused == 200


def test_the_lines_of_several_witnesses_stand_below_one_note(tmp_path: Path) -> None:
    notes = CosignedNotes(tmp_path / "cosigned.db")
    others = {f"w{n}": Cosigner(f"w.example/{n}", bytes([n]) * 32) for n in range(3)}
    policy = Policy.parse(
        "".join(f"witness {name} {one.key}\n" for name, one in others.items())
        + "group all 2 w0 w1 w2\nquorum all\n"
    )
    told = ABC.checkpoint()
    notes.keep(told, ABC.note(), {"w0": others["w0"].cosign(str(told), 5)}, 5)
    assert notes.newest(LOG.verifier, policy) is None
    notes.keep(told, ABC.note(), {"w2": others["w2"].cosign(str(told), 6)}, 6)
    later = ABCDE.checkpoint()
    notes.keep(later, ABCDE.note(), {"w1": others["w1"].cosign(str(later), 7)}, 7)
    found = notes.newest(LOG.verifier, policy)
    assert found
    assert found.checkpoint == told
    assert found.by == {"w0": 5, "w2": 6}
    notes.keep(told, ABC.note(), {"w2": others["w2"].cosign(str(told), 8)}, 8)
    newer = notes.newest(LOG.verifier, policy)
    assert newer
    assert newer.by == {"w0": 5, "w2": 8}
    saw = {name: (one.checkpoint.size, one.at) for name, one in notes.confirmed(LOG.origin).items()}
    assert saw == {"w0": (3, 5), "w2": (3, 8), "w1": (5, 7)}


class NeverTwoHistories(RuleBasedStateMachine):
    """Whatever a log with its own key tries, all the states a witness signed are of one history."""

    @initialize()
    def begin(self) -> None:
        import tempfile

        self.room = tempfile.TemporaryDirectory()
        self.witness = one_at(Path(self.room.name) / "w.db")
        self.histories = [of("0")]
        self.signed: list[tuple[History, int]] = []

    def teardown(self) -> None:
        self.room.cleanup()

    @rule(which=st.integers(0, 9), keep=st.integers(0, 9), more=st.integers(1, 4))
    def fork(self, which: int, keep: int, more: int) -> None:
        old = self.histories[which % len(self.histories)]
        new = History([])
        new.leaves = old.leaves[:keep] + [leaf_hash(b"%d %d" % (len(self.histories), n)) for n in range(more)]
        self.histories.append(new)

    @rule(which=st.integers(0, 99), size=st.integers(0, 12), old=st.integers(0, 12), honest=st.booleans())
    def submit(self, which: int, size: int, old: int, honest: bool) -> None:
        history = self.histories[which % len(self.histories)]
        size = min(size, history.size)
        seen = self.witness.seen.of(LOG.origin)
        old = seen.checkpoint.size if honest and seen else old
        answer = self.witness.add_checkpoint(submission(old, history.path(old, size), history.note(size)))
        if answer.status == 200:
            assert signed(answer, history.note(size))
            self.signed.append((history, size))

    @invariant()
    def all_that_was_signed_is_one_history(self) -> None:
        sizes = [size for _, size in self.signed]
        assert sizes == sorted(sizes)
        for (one, size), (other, longer) in zip(self.signed, self.signed[1:], strict=False):
            assert one.leaves[:size] == other.leaves[:longer][:size]


TestNeverTwoHistories = NeverTwoHistories.TestCase
TestNeverTwoHistories.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)


def test_a_log_is_known_by_its_key_alone() -> None:
    assert Verifier.parse(LOG.verifier_key) == LOG.verifier
