"""The key of a log is changed: who knows any of its keys can follow, and a key that handed over speaks no more."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import apsw
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger import Log, Signer
from ledger.checkpoint import Checkpoint
from ledger.closing import close_volumes
from ledger.errors import BadNote, CannotAppend, LedgerAltered, LedgerDamaged, ProofWrong, WrongSigner
from ledger.keyring import KeyHandedOver, keys_of_file
from ledger.keys import MOST_HANDOVERS, Handover, HandoverWrong, Keys, signed_by_both
from ledger.note import Verifier
from ledger.proof import check, prove
from ledger.verify import verify
from ledger.witness.fork import check_fork, fork_between
from tests.ledger.books import ENTRY, PATIENTS, SIGNER, VKEY, about, fill, new_log, open_log
from tests.ledger.turns_of_keys import hand_over, naming, signer

FIRST, SECOND = 300, 500
STRANGER = Signer(SIGNER.origin, b"\xaa" * 32)


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Log]:
    """300 entries under the first key, the last of which hands over; 200 under the second; the third signs now."""
    with new_log(tmp_path_factory.mktemp("book") / "ledger.db") as log:
        fill(log, FIRST - 1)
        hand_over(log, signer(2))
        fill(log, SECOND - FIRST - 1)
        hand_over(log, signer(3))
        fill(log, 100)
        yield log


@pytest.fixture
def copied(book: Log, tmp_path: Path) -> Path:
    """The same in a file of its own, to do with as one likes."""
    path = tmp_path / "ledger.db"
    source, copy = apsw.Connection(str(book.path)), apsw.Connection(str(path))
    with copy.backup("main", source, "main") as backup:
        backup.step()
    copy.close()
    source.close()
    return path


def test_each_key_signs_its_own_part(book: Log) -> None:
    assert [(str(one.verifier), one.until) for one in book.keys.terms] == [
        (VKEY, FIRST),
        (signer(2).verifier_key, SECOND),
        (signer(3).verifier_key, None),
    ]


@pytest.mark.parametrize("number", [1, 2, 3])
def test_whoever_knows_any_of_the_keys_can_verify_the_whole(book: Log, number: int) -> None:
    found = verify(book, signer(number).verifier_key)
    assert found.ok
    assert "3 keys, each handed over by the one before" in found.en


def test_a_stranger_s_key_verifies_nothing(book: Log) -> None:
    assert not verify(book, STRANGER.verifier_key).ok


def test_the_log_opens_with_its_newest_key_only(copied: Path) -> None:
    with open_log(copied, signer=signer(3)) as log:
        assert log.append(ENTRY).index == SECOND + 100
    with pytest.raises(KeyHandedOver):
        open_log(copied, signer=signer(1))
    with pytest.raises(WrongSigner):
        open_log(copied, signer=STRANGER)


def test_a_process_with_the_old_key_appends_nothing_more_and_is_told_to_start_again(path: Path) -> None:
    with new_log(path) as here, open_log(path) as serving:
        fill(here, 10)
        serving.append(ENTRY)
        hand_over(here, signer(2))
        with pytest.raises(KeyHandedOver) as told:
            serving.append(ENTRY)
        assert "start this program again" in told.value.hint
        with pytest.raises(KeyHandedOver):
            serving.checkpoint()
        assert here.append(ENTRY).index == 12
        assert verify(here, VKEY).ok


def test_a_handover_whose_entry_names_another_key_leaves_everything_as_it_was(path: Path) -> None:
    with new_log(path) as log:
        fill(log, 10)
        before = log.checkpoint()
        with pytest.raises(LedgerAltered, match="does not name the new key"):
            log.hand_over(naming(STRANGER.verifier_key), signer(2))
        assert log.checkpoint() == before
        assert log.append(ENTRY).index == 10
        assert str(log.keys) == VKEY


def test_a_key_is_not_handed_over_once_more_than_any_reader_follows(path: Path) -> None:
    """One more, and no proof of the log could be made or checked again."""
    with new_log(path) as log:
        for number in range(MOST_HANDOVERS):
            hand_over(log, signer(number + 2))
        before = log.checkpoint()
        with pytest.raises(CannotAppend, match="changed 64 times"):
            hand_over(log, signer(MOST_HANDOVERS + 2))
        assert log.checkpoint() == before
        assert verify(log, VKEY).ok
        assert check(prove(log, log.append(ENTRY).id), VKEY).pinned


def test_a_log_is_not_handed_to_a_key_of_another_name(path: Path) -> None:
    other = Signer("hutong.example/440400", b"\x02" * 32)
    with new_log(path) as log, pytest.raises(WrongSigner):
        log.hand_over(naming(other.verifier_key), other)


def test_a_log_whose_key_was_never_changed_is_written_as_before(path: Path) -> None:
    with new_log(path) as log:
        fill(log, 10)
        assert "handovers" not in json.loads(prove(log, log.read(3).id))
        with log.reading() as db:
            assert db.pragma("user_version") == 1


# Proofs


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize("index", [0, FIRST - 1, FIRST, SECOND - 1, SECOND, SECOND + 99])
def test_a_proof_made_now_is_checked_with_any_key_the_log_had(book: Log, index: int, number: int) -> None:
    shown = check(prove(book, book.read(index).id), signer(number).verifier_key)
    assert (shown.index, shown.pinned) == (index, True)


def test_a_proof_from_before_is_checked_with_the_keys_a_new_card_tells(path: Path) -> None:
    with new_log(path) as log:
        fill(log, 10)
        before = prove(log, log.read(4).id)
        hand_over(log, signer(2))
        fill(log, 10)
        assert check(before, log.keys).index == 4
        assert check(before, VKEY).index == 4
        with pytest.raises(ProofWrong, match="another log"):
            check(before, signer(2).verifier_key)


@pytest.mark.attack
def test_a_stolen_old_key_proves_nothing_to_whoever_knows_it_handed_over(book: Log, tmp_path: Path) -> None:
    """The thief goes on from where the key handed over, as if it had not."""
    with new_log(tmp_path / "other.db") as thief_s:
        fill(thief_s, FIRST + 5)
        proof = prove(thief_s, thief_s.read(FIRST + 2).id)
    with pytest.raises(ProofWrong, match="was not this ledger's at that length"):
        check(proof, book.keys)


@pytest.mark.attack
def test_a_stolen_old_key_cannot_hand_over_once_more(book: Log, tmp_path: Path) -> None:
    """To whoever knows the real successor, a second hand-over of the same key is another log."""
    with new_log(tmp_path / "other.db") as thief_s:
        fill(thief_s, FIRST - 1)
        hand_over(thief_s, STRANGER)
        fill(thief_s, 5)
        proof = prove(thief_s, thief_s.read(FIRST + 2).id)
        with pytest.raises(ProofWrong, match="another log"):
            check(proof, book.keys)


@pytest.mark.attack
def test_a_proof_whose_history_is_not_the_one_that_was_handed_over_is_refused(
    book: Log, tmp_path: Path
) -> None:
    """The holder of the new key wrote a past of its own, and takes the real hand-over to show where it is from."""
    real = json.loads(prove(book, book.read(3).id))["handovers"]
    with new_log(tmp_path / "other.db", signer=signer(3)) as forged:
        fill(forged, SECOND + 100, batch=50)
        told = json.loads(prove(forged, forged.read(3).id)) | {"handovers": real}
    with pytest.raises(ProofWrong, match="not the one in which the key changed"):
        check(json.dumps(told, indent=2, ensure_ascii=False).encode(), VKEY)


@pytest.mark.attack
@pytest.mark.parametrize("field", ["old_key", "new_key", "note", "entry", "inclusion_path"])
def test_no_part_of_a_handover_can_be_changed(book: Log, field: str) -> None:
    first, second = book.keys.handovers
    spoiled = msgspec.structs.replace(first, **{field: getattr(second, field)})
    with pytest.raises(HandoverWrong):
        spoiled.state()


@pytest.mark.attack
def test_a_handover_needs_both_signatures(book: Log) -> None:
    first = book.keys.handovers[0]
    state = first.state()
    alone = [state.signed(signer(1)), state.signed(signer(2)), signed_by_both(state, STRANGER, signer(2))]
    for note in alone:
        with pytest.raises(HandoverWrong):
            msgspec.structs.replace(first, note=note.decode()).state()


@pytest.mark.attack
@pytest.mark.parametrize(
    "chain",
    [(1, 0), (1,), (0, 0, 1), (0,)],
    ids=["backwards", "first left out", "one twice", "last left out"],
)
def test_a_chain_is_whole_and_in_order(book: Log, chain: tuple[int, ...]) -> None:
    steps = [book.keys.handovers[at] for at in chain]
    if chain == (1,):
        # The chain of a reader who begins with the second key: whole in itself, and the first key is not in it.
        assert VKEY not in Keys.following(str(book.keys), steps)
        return
    with pytest.raises(HandoverWrong):
        Keys.following(str(book.keys), steps)


def test_what_a_key_signed_in_its_time_opens_and_nothing_it_signed_later(book: Log) -> None:
    with book.tree() as (_, tree):
        for number, size, good in [
            (1, 299, True),
            (1, 300, True),
            (1, 301, False),
            (2, 299, False),
            (2, 300, True),
        ]:
            note = Checkpoint(origin=SIGNER.origin, size=size, root=tree.root(size)).signed(signer(number))
            if good:
                assert Checkpoint.open(note, book.keys).size == size
            else:
                with pytest.raises(BadNote, match="at that length"):
                    Checkpoint.open(note, book.keys)


def test_the_state_at_which_the_key_changed_opens_with_either_key(book: Log) -> None:
    note = book.keys.handovers[0].note.encode()
    for number in (1, 2):
        assert Checkpoint.open(note, Verifier.parse(signer(number).verifier_key)).size == FIRST


# Attacks on the file


def _spoil(path: Path, *statements: str) -> None:
    db = apsw.Connection(str(path))
    for statement in statements:
        db.execute(statement)
    db.close()


@pytest.mark.attack
@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM handover WHERE size = 300",
        "DELETE FROM handover",
        "UPDATE handover SET size = size + 1 WHERE size = 300",
        "UPDATE handover SET proof = (SELECT proof FROM handover WHERE size = 500) WHERE size = 300",
        "UPDATE handover SET proof = x'7b7d'",
        "DROP TABLE handover",
        "PRAGMA user_version = 1",
    ],
)
def test_a_change_of_key_cannot_be_taken_out_of_the_file(copied: Path, statement: str) -> None:
    _spoil(copied, statement)
    found = verify(copied, signer(3).verifier_key)
    if statement.startswith("UPDATE handover SET size = size + 1"):
        # The number only puts them in order; what counts is in the proof.
        assert found.ok
    else:
        assert not found.ok


@pytest.mark.attack
def test_a_key_put_into_the_file_opens_nothing(copied: Path) -> None:
    _spoil(copied, f"UPDATE identity SET verifier_key = '{STRANGER.verifier_key}'")
    assert not verify(copied, signer(3).verifier_key).ok
    assert not verify(copied, STRANGER.verifier_key).ok
    with pytest.raises((LedgerAltered, LedgerDamaged, WrongSigner, HandoverWrong)):
        open_log(copied, signer=STRANGER)


@pytest.mark.attack
def test_an_entry_that_hands_over_without_a_change_of_key_is_found(path: Path) -> None:
    with new_log(path) as log:
        fill(log, 10)
        log.append(naming(STRANGER.verifier_key).entry)
        fill(log, 10)
        found = verify(log, VKEY)
    assert (found.ok, found.first_wrong) == (False, 10)


def test_the_keys_in_a_file_that_cannot_be_read_are_those_the_reader_knows(tmp_path: Path) -> None:
    assert str(keys_of_file(tmp_path / "nothing.db", VKEY)) == VKEY
    (tmp_path / "junk.db").write_bytes(b"junk" * 1000)
    assert str(keys_of_file(tmp_path / "junk.db", VKEY)) == VKEY


@pytest.mark.attack
def test_two_histories_under_two_keys_are_proof_of_a_fork(tmp_path: Path) -> None:
    """The first key signed one history; the log went back, wrote another, and changed its key in it."""
    with new_log(tmp_path / "one.db") as one:
        fill(one, 20)
        shown = one.checkpoint()
    with new_log(tmp_path / "other.db") as other:
        other.append(replace(about(3), count=77))
        fill(other, 28)
        hand_over(other, signer(2))
        fill(other, 10)
        with other.tree() as (_, tree):
            fork = fork_between(other.keys, shown, other.checkpoint(), tree.consistency_proof(20))
    assert fork is not None
    proof = fork.written()
    assert check_fork(proof, VKEY).size == 20
    assert check_fork(proof, signer(2).verifier_key).pinned
    with pytest.raises(ProofWrong, match="another log"):
        check_fork(proof, STRANGER.verifier_key)


# Any order of doings


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.one_of(st.integers(1, 40), st.just("hand over"), st.just("close")), max_size=8))
def test_whatever_was_done_it_reads_as_one_log(
    tmp_path_factory: pytest.TempPathFactory, doings: list[int | str]
) -> None:
    folder = tmp_path_factory.mktemp("any")
    log, keys, bodies = new_log(folder / "ledger.db"), 1, list[bytes]()
    for doing in doings:
        if doing == "close":
            close_volumes(log)
        elif doing == "hand over":
            keys += 1
            bodies.append(hand_over(log, signer(keys)).body)
        else:
            for _ in range(int(doing)):
                bodies.append(log.append(about(len(bodies))).body)
    log.close()
    with open_log(folder / "ledger.db", signer=signer(keys)) as again:
        assert [one.body for one in again.scan()] == bodies
        assert verify(again, VKEY).ok
        assert verify(again, signer(keys).verifier_key).ok
        for patient in PATIENTS[:2]:
            assert [one.body for one in again.of_patient(patient)] == [
                one.body for one in again.scan() if one.entry.patient == patient
            ]
        if bodies:
            shown = check(prove(again, again.read(len(bodies) // 2).id), VKEY)
            assert shown.index == len(bodies) // 2
    shutil.rmtree(folder)


def test_a_handover_is_read_strictly() -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(b'{"old_key": "", "more": 1}', type=Handover)
