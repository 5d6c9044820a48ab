"""A long log is read by several processes; whoever reads it, the verdict is the same to the letter."""

import multiprocessing
import os
import shutil
import signal
import threading
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import apsw
import pytest

from ledger import Draft
from ledger.checkpoint import Checkpoint
from ledger.closing import close_volumes
from ledger.crew import Processes
from ledger.disk import connect_to_read
from ledger.merkle import HASH_BYTES, leaf_hash
from ledger.share import Share
from ledger.stored import keep_checkpoint
from ledger.tiles import WIDTH, Edge, subtree_root
from ledger.verify import verify
from tests.ledger.attacking import (
    ATTACKS,
    Attack,
    attack,
    back_dated_at,
    body_at,
    bytes_of,
    edited,
    put,
    reheaded,
    retile,
)
from tests.ledger.books import ENTRY, PATIENTS, SIGNER, VKEY, fill, new_log, open_log
from tests.ledger.turns_of_keys import hand_over, naming, signer

SIZE = 600


@dataclass(frozen=True)
class Alone:
    """Reads the shares in this process, and notes how many were asked for: cheaper than two processes a case."""

    path: Path
    share: int
    heard: list[int]

    def shares(self, size: int, sizes: Sequence[int]) -> Generator[Share, None, None]:
        db = connect_to_read(self.path)
        try:
            for start in range(0, size // self.share * self.share, self.share):
                stop = start + self.share
                told = Share.read(db, start, stop, [one for one in sizes if start < one <= stop])
                if told is None:
                    return
                self.heard.append(start)
                yield told
        except (apsw.Error, TypeError):
            return
        finally:
            db.close()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An untouched log, closed."""
    path = tmp_path_factory.mktemp("whole") / "ledger.db"
    with new_log(path) as log:
        fill(log, SIZE)
    return path


@pytest.fixture
def copied(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(whole, tmp_path / "ledger.db"))


def first_of_a_share_back_dated(db: apsw.Connection) -> None:
    back_dated_at(db, 256)


def first_of_a_share_given_to_another_patient(db: apsw.Connection) -> None:
    body = body_at(db, 256)
    put(db, 256, body.replace(PATIENTS[256 % 7].encode(), PATIENTS[257 % 7].encode()))
    retile(db)


def last_of_a_share_deleted(db: apsw.Connection) -> None:
    db.execute("DELETE FROM entry WHERE place = 255")


def put_before_the_first(db: apsw.Connection) -> None:
    db.execute("INSERT INTO entry VALUES (-1, ?, x'')", (body_at(db, 0),))


def place_that_is_no_number(db: apsw.Connection) -> None:
    """Neither before the first nor after the last of the numbers that are asked for."""
    db.execute("ALTER TABLE entry RENAME TO old_entry")
    db.execute("CREATE TABLE entry(place, body BLOB, sealed BLOB)")
    db.execute("INSERT INTO entry SELECT * FROM old_entry")
    db.execute("INSERT INTO entry VALUES (NULL, x'', x''), ('17', x'', x'')")


def place_twice(db: apsw.Connection) -> None:
    db.execute("ALTER TABLE entry RENAME TO old_entry")
    db.execute("CREATE TABLE entry(place, body BLOB, sealed BLOB)")
    db.execute("INSERT INTO entry SELECT * FROM old_entry")
    db.execute("INSERT INTO entry SELECT * FROM old_entry WHERE place = 17")


def hash_moved_to_the_tile_before(db: apsw.Connection) -> None:
    """Side by side, the two tiles are what they were."""
    first, second = (
        bytes_of(db, "SELECT hashes FROM tile WHERE level = 0 AND number = ?", (number,)) for number in (0, 1)
    )
    for number, hashes in enumerate((first + second[:HASH_BYTES], second[HASH_BYTES:])):
        db.execute("UPDATE tile SET hashes = ? WHERE level = 0 AND number = ?", (hashes, number))


AT_THE_JOINTS = [
    Attack(first_of_a_share_back_dated, 256, "older than the one before it"),
    Attack(first_of_a_share_given_to_another_patient, 250, "entry 256 (id "),
    Attack(last_of_a_share_deleted, 255, "entry 255 is missing"),
    Attack(put_before_the_first, 0, "entry 0 is missing"),
    Attack(place_that_is_no_number, 0, "entry 0 is missing"),
    Attack(place_twice, 18, "entry 18 is missing"),
    Attack(hash_moved_to_the_tile_before, 0, "tile 0/0"),
]


@pytest.mark.attack
@pytest.mark.parametrize("case", [*ATTACKS, *AT_THE_JOINTS], ids=lambda case: case.on.__name__)
def test_an_attack_is_told_in_the_same_words_whoever_read_the_log(case: Attack, copied: Path) -> None:
    attack(copied, case.on)
    by_itself = verify(copied, VKEY, crew=Processes(path=copied, number=0))
    assert (by_itself.ok, by_itself.first_wrong) == (False, case.first_wrong), by_itself.en
    assert case.said in by_itself.en
    # By shares of one tile and of two.
    for share in (256, 512):
        assert verify(copied, VKEY, crew=Alone(copied, share, [])) == by_itself


def signed_again(db: apsw.Connection) -> None:
    """What only the key holder can do: then nothing but the order of the entries tells."""
    edge = retile(db)
    reheaded(db, edge)
    db.execute("DELETE FROM checkpoint")
    keep_checkpoint(db, SIZE, Checkpoint(origin=SIGNER.origin, size=SIZE, root=edge.root()).signed(SIGNER))


def rewritten(index: int, old: bytes, new: bytes) -> Callable[[apsw.Connection], None]:
    def change(db: apsw.Connection) -> None:
        body = body_at(db, index)
        assert old in body
        put(db, index, body.replace(old, new))

    return change


@pytest.mark.attack
@pytest.mark.parametrize(
    ("index", "on", "said"),
    [
        (256, lambda db: back_dated_at(db, 256), "older than the one before it"),
        (310, lambda db: back_dated_at(db, 310), "older than the one before it"),
        (256, rewritten(256, b'"sequence":2,', b'"sequence":3,'), "does not follow the one before it"),
        (301, rewritten(301, b'"sequence":2,', b'"sequence":3,'), "does not follow the one before it"),
        (310, rewritten(310, b'"sequence":0,', b'"sequence":1,'), "does not follow the one before it"),
        (310, rewritten(310, b'"index":310,', b'"index":311,'), "was written at place 311"),
    ],
)
def test_what_the_key_holder_signed_is_still_wrong_at_a_joint_and_within_a_share(
    index: int, on: Callable[[apsw.Connection], None], said: str, tmp_path: Path
) -> None:
    """Two patients: one with an entry on either side of the joint, one with two in the same share."""
    path = tmp_path / "ledger.db"
    with new_log(path) as log:
        drafts = [Draft(entry=ENTRY)] * SIZE
        drafts[255:257] = [Draft(entry=replace(ENTRY, patient=PATIENTS[0]))] * 2
        drafts[300:302] = [Draft(entry=replace(ENTRY, patient=PATIENTS[1]))] * 2
        log.append_many(drafts)
    heard: list[int] = []
    assert verify(path, VKEY, crew=Alone(path, 256, heard)).ok
    assert heard == [0, 256]
    attack(path, on)
    attack(path, signed_again)
    by_itself = verify(path, VKEY, crew=Processes(path=path, number=0))
    assert by_itself.en.startswith(f"entry {index} ")
    assert said in by_itself.en
    assert verify(path, VKEY, crew=Alone(path, 256, [])) == by_itself


@pytest.mark.parametrize(("share", "shares"), [(256, [0, 256]), (512, [0]), (1024, [])])
def test_a_log_that_is_well_is_taken_share_by_share(whole: Path, share: int, shares: list[int]) -> None:
    """The control: were every share turned down, the attacks above would show nothing."""
    heard: list[int] = []
    told: list[int] = []
    verdict = verify(whole, VKEY, lambda done, _: told.append(done), crew=Alone(whole, share, heard))
    assert verdict == verify(whole, VKEY, crew=Processes(path=whole, number=0))
    assert (verdict.ok, verdict.size, heard) == (True, SIZE, shares)
    assert told == [start + share for start in shares] + [SIZE]


@pytest.mark.parametrize("size", [1, 255, 256, 257, 300, 511, 512, 599])
def test_a_checkpoint_kept_elsewhere_is_compared_inside_a_share_too(
    whole: Path, tmp_path: Path, size: int
) -> None:
    with new_log(tmp_path / "shorter.db") as log:
        fill(log, size)
        kept = log.checkpoint()
    heard: list[int] = []
    assert verify(whole, VKEY, known=kept, crew=Alone(whole, 256, heard)).ok
    assert heard == [0, 256]
    other = Checkpoint(origin=SIGNER.origin, size=size, root=bytes(32)).signed(SIGNER)
    by_itself = verify(whole, VKEY, known=other, crew=Processes(path=whole, number=0))
    assert f"to {size - 1} is not the one that was signed" in by_itself.en
    assert verify(whole, VKEY, known=other, crew=Alone(whole, 256, [])) == by_itself


@pytest.mark.attack
def test_processes_of_their_own_say_the_same(copied: Path) -> None:
    crew = Processes(path=copied, number=2, share=256)
    assert verify(copied, VKEY, crew=crew).ok
    attack(copied, lambda db: put(db, 300, body_at(db, 300) + b" "))
    assert verify(copied, VKEY, crew=crew) == verify(copied, VKEY, crew=Processes(path=copied, number=0))
    assert multiprocessing.active_children() == []


def test_ctrl_c_leaves_no_process_behind(whole: Path) -> None:
    def interrupted(_done: int, _total: int) -> None:
        assert multiprocessing.active_children()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        verify(whole, VKEY, interrupted, crew=Processes(path=whole, number=2, share=256))
    assert multiprocessing.active_children() == []


def test_ctrl_c_does_not_reach_a_process_that_only_begins(whole: Path) -> None:
    """It would fill the terminal with what Python says when it is interrupted."""
    read = threading.Event()

    def press() -> None:
        while not read.wait(0.005):
            for one in multiprocessing.active_children():
                os.kill(one.pid or 0, signal.SIGINT)

    finger = threading.Thread(target=press)
    finger.start()
    try:
        shares = [one.start for one in Processes(path=whole, number=2, share=256).shares(SIZE, [])]
    finally:
        read.set()
        finger.join()
    assert shares == [0, 256]


def test_a_process_that_dies_costs_time_and_nothing_else(whole: Path) -> None:
    def kill(_done: int, _total: int) -> None:
        for one in multiprocessing.active_children():
            os.kill(one.pid or 0, signal.SIGKILL)

    assert verify(whole, VKEY, kill, crew=Processes(path=whole, number=1, share=256)).ok


def test_a_short_log_is_read_without_starting_a_process(whole: Path) -> None:
    seen: list[object] = []
    assert verify(whole, VKEY, lambda _done, _total: seen.extend(multiprocessing.active_children())).ok
    assert seen == []


def test_tiles_added_by_their_roots_make_the_tree_of_their_leaves() -> None:
    leaves = [leaf_hash(b"%d" % number) for number in range(300)]
    by_leaf, by_root = Edge(), Edge()
    for number in range(300):
        tile = leaves[number:] + leaves[:number]
        by_leaf.extend(tile[:WIDTH])
        by_root.add_tile(subtree_root(b"".join(tile[:WIDTH])))
        assert (by_leaf.size, by_leaf.root()) == (by_root.size, by_root.root())
    upper = [one for one in by_leaf.take_full() if one[0]]
    assert upper == by_root.take_full()
    assert [one[:2] for one in upper] == [(1, 0)]


def test_the_signer_goes_on_where_the_shares_were_read(copied: Path) -> None:
    """What was replayed was not touched: the node can open and write it."""
    assert verify(copied, VKEY, crew=Alone(copied, 256, [])).ok
    with open_log(copied, signer=SIGNER) as log:
        fill(log, 3)
    assert verify(copied, VKEY, crew=Alone(copied, 256, [])).size == SIZE + 3


def in_volumes(folder: Path) -> Path:
    """600 entries under two keys, those of the first in a volume of its own: a share has some of both."""
    with new_log(folder / "ledger.db") as log:
        fill(log, 399)
        hand_over(log, signer(2))
        fill(log, 200)
        close_volumes(log)
    (folder / "ledger-1.db").chmod(0o600)
    return folder / "ledger.db"


def test_shares_are_read_across_volumes(tmp_path: Path) -> None:
    path, heard = in_volumes(tmp_path), list[int]()
    by_itself = verify(path, VKEY, crew=Processes(path=path, number=0))
    assert by_itself.ok
    assert verify(path, VKEY, crew=Alone(path, 256, heard)) == by_itself
    assert heard == [0, 256]


@pytest.mark.attack
@pytest.mark.parametrize(
    ("file", "on", "first_wrong"),
    [
        ("ledger-1.db", edited, 300),
        ("ledger-1.db", lambda db: db.execute("DELETE FROM entry WHERE place = 399"), 399),
        ("ledger.db", lambda db: db.execute("INSERT INTO entry VALUES (5, x'', x'')"), 400),
        ("ledger.db", lambda db: db.execute("DELETE FROM entry WHERE place = 400"), 400),
    ],
)
def test_an_attack_on_a_volume_is_told_in_the_same_words(
    file: str, on: Callable[[apsw.Connection], None], first_wrong: int, tmp_path: Path
) -> None:
    path = in_volumes(tmp_path)
    attack(tmp_path / file, on)
    by_itself = verify(path, VKEY, crew=Processes(path=path, number=0))
    assert (by_itself.ok, by_itself.first_wrong) == (False, first_wrong), by_itself.en
    assert verify(path, VKEY, crew=Alone(path, 256, [])) == by_itself


@pytest.mark.attack
def test_a_key_handed_over_that_nobody_kept_is_seen_in_a_share_too(tmp_path: Path) -> None:
    path, heard = tmp_path / "ledger.db", list[int]()
    with new_log(path) as log:
        fill(log, 100)
        log.append_many([naming(signer(2).verifier_key)])
        fill(log, 499)
    by_itself = verify(path, VKEY, crew=Processes(path=path, number=0))
    assert "hands the key over" in by_itself.en
    assert verify(path, VKEY, crew=Alone(path, 256, heard)) == by_itself
    assert heard == [0]
