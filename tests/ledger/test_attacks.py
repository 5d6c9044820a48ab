"""Somebody who can write the file changes it. Each time we must be told, and told which entry.

The log has 600 entries of seven patients in six transactions; signed checkpoints of 200, 500 and 600 are kept.
The attacker has the file and not the key, except where it says so.
"""

import shutil
import threading
from pathlib import Path

import apsw
import pytest

from ledger import Entry
from ledger.errors import LedgerError
from ledger.merkle import leaf_hash
from ledger.verify import Verified, verify
from tests.ledger.attacking import (
    ATTACKS,
    SIZE,
    Attack,
    attack,
    body_at,
    bytes_of,
    edited,
    put,
    reheaded,
    retile,
    rewritten_by_the_key_holder,
    signature_stripped,
)
from tests.ledger.books import PATIENTS, VKEY, fill, new_log, open_log

pytestmark = pytest.mark.attack


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An untouched log, closed."""
    path = tmp_path_factory.mktemp("whole") / "ledger.db"
    with new_log(path) as log:
        fill(log, SIZE)
    return path


@pytest.fixture
def attacked(whole: Path, tmp_path: Path) -> Path:
    """A copy to do with as one likes."""
    return Path(shutil.copy(whole, tmp_path / "ledger.db"))


@pytest.mark.parametrize("case", ATTACKS, ids=lambda case: case.name)
def test_an_attack_is_found_and_the_first_wrong_entry_is_named(case: Attack, attacked: Path) -> None:
    attack(attacked, case.on)
    verdict = verify(attacked, VKEY)
    assert not verdict.ok
    assert verdict.first_wrong == case.first_wrong, verdict.en
    assert case.said in verdict.en
    assert any("\u4e00" <= sign <= "\u9fff" for sign in verdict.zh)


def test_the_control_without_an_attack_everything_is_well(attacked: Path) -> None:
    """The same copying, opening and writing; were this found wrong, the rest would show nothing."""

    def nothing(db: apsw.Connection) -> None:
        put(db, 300, body_at(db, 300))
        edge = retile(db)
        reheaded(db, edge)

    attack(attacked, nothing)
    verdict = verify(attacked, VKEY)
    assert (verdict.ok, verdict.size, verdict.first_wrong) == (True, SIZE, None)
    assert "all 600 entries" in verdict.en
    open_log(attacked).close()


def test_reading_stops_at_a_changed_entry(attacked: Path) -> None:
    attack(attacked, edited)
    with open_log(attacked) as log:
        assert len(list(log.scan(0, 256))) == 256
        with pytest.raises(LedgerError, match="entry 300"):
            list(log.scan())
        with pytest.raises(LedgerError, match="entry 300"):
            log.read(300)


def test_a_patient_is_told_when_one_of_the_entries_was_left_out(attacked: Path) -> None:
    """The hash of the changed entry was put right too, in the one tile that reading it looks at."""

    def hidden(db: apsw.Connection) -> None:
        body = body_at(db, 100).replace(PATIENTS[2].encode(), PATIENTS[3].encode())
        put(db, 100, body)
        hashes = bytes_of(db, "SELECT hashes FROM tile WHERE level = 0 AND number = 0")
        hashes = hashes[: 100 * 32] + leaf_hash(body) + hashes[101 * 32 :]
        db.execute("UPDATE tile SET hashes = ? WHERE level = 0 AND number = 0", (hashes,))

    attack(attacked, hidden)
    with open_log(attacked) as log:
        assert log.read(100).entry.patient == PATIENTS[3]
        with pytest.raises(LedgerError, match="entry 107 does not follow"):
            list(log.of_patient(PATIENTS[2]))


def found(path: Path, known: bytes | None = None) -> Verified:
    return verify(path, VKEY, known=known)


def test_a_backup_put_back_is_seen_only_by_who_kept_a_newer_checkpoint(whole: Path, tmp_path: Path) -> None:
    old = tmp_path / "ledger.db"
    with new_log(old) as log:
        fill(log, 400)
    with open_log(whole) as log:
        newer = log.checkpoint()
    assert found(old).ok
    verdict = found(old, newer)
    assert (verdict.ok, verdict.first_wrong) == (False, 400)
    assert "cut off" in verdict.en


def test_history_rewritten_with_the_key_is_seen_only_by_who_kept_a_checkpoint(
    whole: Path, tmp_path: Path
) -> None:
    with open_log(whole) as log:
        kept = log.checkpoint()
    path = tmp_path / "ledger.db"
    rewritten_by_the_key_holder(path, 450).close()
    assert found(path).ok
    verdict = found(path, kept)
    assert not verdict.ok
    assert "two different logs of 600 entries were signed" in verdict.en


def test_an_older_checkpoint_of_the_same_history_agrees(whole: Path, tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with new_log(path) as log:
        fill(log, 400)
        earlier = log.checkpoint()
    assert found(whole, earlier).ok
    rewritten_by_the_key_holder(tmp_path / "forged.db", 350).close()
    verdict = found(tmp_path / "forged.db", earlier)
    # The forger's own signatures after 200 and 451 entries enclose the one after 400 that was kept.
    assert (verdict.ok, verdict.first_wrong) == (False, 200)
    assert "one of the entries 200 to 399" in verdict.en


def test_whoever_looks_between_commit_and_signature_waits_for_it(attacked: Path) -> None:
    """The node signs just after its commit; here it takes a fifth of a second."""
    attack(attacked, signature_stripped)
    signing = threading.Timer(0.2, lambda: open_log(attacked).close())
    signing.start()
    assert found(attacked).ok
    signing.join()


def test_progress_is_told(whole: Path) -> None:
    told: list[tuple[int, int]] = []
    verify(whole, VKEY, progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (SIZE, SIZE)


def test_every_field_of_an_entry_is_hashed(whole: Path) -> None:
    """Were one left out of the body, it could be changed unseen."""
    with open_log(whole) as log:
        body = log.read(0).body
    assert all(f'"{name}":'.encode() in body for name in Entry.__annotations__)
