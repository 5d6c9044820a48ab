"""Appending: the entry and its change of state are both there, or neither is."""

import threading
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import apsw
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger import Change, Draft, Entry, Log, Recorded
from ledger.body import LARGEST_INTEGER
from ledger.checkpoint import Checkpoint
from ledger.errors import CannotAppend, EntryRefused, LedgerAltered, LedgerMissing, NoSuchEntry
from ledger.identity import instant
from ledger.stored import keep_checkpoint
from ledger.verify import verify
from tests.ledger.attacking import attack, trigger_put_in
from tests.ledger.books import ENTRY, PATIENTS, SIGNER, VKEY, about, dice, fill, new_log, open_log


class GrantTaken(Exception):
    """A change's own refusal."""


def granting(grant: str) -> Change:
    def change(db: apsw.Connection, recorded: Recorded) -> None:
        try:
            db.execute("INSERT INTO grant_ VALUES (?, ?)", (grant, recorded.id))
        except apsw.ConstraintError:
            raise GrantTaken(grant) from None

    return change


def grants(log: Log) -> dict[str, str]:
    with log.reading() as db:
        return {str(grant): str(entry) for grant, entry in db.execute("SELECT id, entry FROM grant_")}


def test_an_entry_reads_back_as_it_was_appended(log: Log) -> None:
    found = log.append(about(3), sealed=b"sealed")
    assert (found.index, found.entry, found.sealed) == (0, about(3), b"sealed")
    assert found.time.tzinfo is UTC
    assert log.read(0) == log.find(found.id) == log.find(found.id.upper()) == found
    assert list(log.scan()) == [found]
    assert log.size == 1


def test_the_answer_is_known_for_fixed_clock_dice_and_key(log: Log) -> None:
    """A change here changes what every log says: see docs/adr."""
    fill(log, 300)
    assert log.read(299).id == "019ca884-c742-7195-b378-712e9204c046"
    assert log.root().hex() == "bdcb7eb800fc2b56b8135f2589f9d4d5caec16eaa76a00aa566b0e9334a0e33f"
    assert log.checkpoint().split()[-1] == (
        b"BTU1PoQs0CGUcIMGSpm5Xy83qZS6BhERIvCn5mKiry/mluB6t5BGSDAwtqK4K7KDCk297Q6vwMRQKuF3E7/e4jqKvw4="
    )


def test_a_change_and_its_entry_are_both_there(log: Log) -> None:
    found = log.append(ENTRY, change=granting("g-1"))
    assert grants(log) == {"g-1": found.id}


def test_a_failing_change_leaves_neither_entry_nor_state(log: Log) -> None:
    log.append(ENTRY, change=granting("g-1"))

    def change(db: apsw.Connection, recorded: Recorded) -> None:
        granting("g-2")(db, recorded)
        granting("g-1")(db, recorded)

    with pytest.raises(GrantTaken, match="g-1"):
        log.append(ENTRY, change=change)
    assert (log.size, list(grants(log))) == (1, ["g-1"])
    assert log.append(ENTRY).index == 1
    assert verify(log, VKEY).ok


def test_a_batch_is_appended_whole_or_not_at_all(log: Log) -> None:
    drafts = [Draft(entry=about(n), change=granting(f"g-{n % 3}")) for n in range(4)]
    with pytest.raises(GrantTaken):
        log.append_many(drafts)
    assert (log.size, grants(log)) == (0, {})
    assert [one.index for one in log.append_many(drafts[:3])] == [0, 1, 2]
    assert log.append_many([]) == []


def test_a_refused_entry_leaves_nothing(log: Log) -> None:
    with pytest.raises(EntryRefused):
        log.append_many([Draft(entry=ENTRY), Draft(entry=replace(ENTRY, count=-1))])
    assert log.size == 0


def test_whoever_fails_in_a_shared_transaction_fails_alone(log: Log) -> None:
    """Eight wait while the first writes, so they share the next transaction; one of them is refused."""
    entered, go_on = threading.Event(), threading.Event()

    def slow(db: apsw.Connection, recorded: Recorded) -> None:
        entered.set()
        assert go_on.wait(10)

    outcomes: dict[int, object] = {}

    def granting_after(number: int) -> Change:
        def change(db: apsw.Connection, recorded: Recorded) -> None:
            granting(f"first-{number}")(db, recorded)
            granting("contested" if number < 2 else f"g-{number}")(db, recorded)

        return change

    def submit(number: int) -> None:
        try:
            outcomes[number] = log.append(about(number), change=granting_after(number))
        except GrantTaken as taken:
            outcomes[number] = taken

    first = threading.Thread(target=lambda: log.append(ENTRY, change=slow))
    first.start()
    assert entered.wait(10)
    others = [threading.Thread(target=submit, args=(number,)) for number in range(8)]
    for one in others:
        one.start()
    go_on.set()
    for one in (first, *others):
        one.join(10)
    refused = [number for number, outcome in outcomes.items() if isinstance(outcome, GrantTaken)]
    assert len(refused) == 1
    assert refused[0] in (0, 1)
    assert len(outcomes) == 8
    assert log.size == 8
    assert len(grants(log)) == 14
    assert f"first-{refused[0]}" not in grants(log)
    assert all(log.find(one.id) == one for one in outcomes.values() if isinstance(one, Recorded))
    assert verify(log, VKEY).ok


def test_many_threads_append_and_nothing_is_lost_or_out_of_order(log: Log) -> None:
    appended: list[Recorded] = []

    def submit(first: int) -> None:
        appended.extend(log.append(about(number)) for number in range(first, 200, 8))

    threads = [threading.Thread(target=submit, args=(first,)) for first in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(30)
    assert sorted(one.index for one in appended) == list(range(200))
    assert sorted(appended, key=lambda one: one.index) == list(log.scan())
    assert verify(log, VKEY).ok


def test_a_change_may_not_append_to_the_log_it_is_part_of(log: Log) -> None:
    def again(db: apsw.Connection, recorded: Recorded) -> None:
        log.append(ENTRY)

    with pytest.raises(RuntimeError, match="must not append"):
        log.append(ENTRY, change=again)
    assert log.size == 0
    assert log.append(ENTRY).index == 0


def test_a_failing_disk_met_by_a_change_is_everybody_s_failure(log: Log) -> None:
    def failing(db: apsw.Connection, recorded: Recorded) -> None:
        raise apsw.IOError("disk I/O error")

    with pytest.raises(CannotAppend, match="the disk reports an error"):
        log.append(ENTRY, change=failing)
    assert log.append(ENTRY).index == 0


def test_every_commit_is_synced_also_after_a_signature_that_was_not(log: Log) -> None:
    seen: list[object] = []

    def look(db: apsw.Connection, recorded: Recorded) -> None:
        seen.append((db.pragma("synchronous"), db.pragma("journal_mode"), db.pragma("busy_timeout")))

    def interrupt_the_signing(db: apsw.Connection, recorded: Recorded) -> None:
        def traced(_cursor: object, sql: str, _bound: object) -> bool:
            if sql.startswith("INSERT INTO checkpoint"):
                db.exec_trace = None
                raise KeyboardInterrupt
            return True

        db.exec_trace = traced

    for _ in range(3):
        log.append(ENTRY, change=look)
    with pytest.raises(KeyboardInterrupt):
        log.append(ENTRY, change=interrupt_the_signing)
    log.append(ENTRY, change=look)
    assert seen == [(2, "wal", 10_000)] * 4
    assert log.size == 5
    assert verify(log, VKEY).ok


def test_an_older_signature_never_takes_the_place_of_a_newer_one(log: Log, path: Path) -> None:
    """Two processes may sign in another order than they committed."""
    fill(log, 20, batch=10)
    db = apsw.Connection(str(path))
    keep_checkpoint(db, 10, b"late")
    db.close()
    assert verify(log, VKEY).ok


def test_ctrl_c_in_a_change_stops_the_caller_and_nothing_is_written(log: Log) -> None:
    def interrupted(db: apsw.Connection, recorded: Recorded) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        log.append(ENTRY, change=interrupted)
    assert log.size == 0
    assert log.append(ENTRY).index == 0
    assert verify(log, VKEY).ok


def test_each_patient_s_entries_are_counted_and_chained(log: Log) -> None:
    fill(log, 30, batch=4)
    log.append(ENTRY)
    mine = list(log.of_patient(PATIENTS[2]))
    assert [one.sequence for one in mine] == [1, 2, 3, 4]
    assert [one.previous for one in mine] == ["", *(one.commitment for one in mine[:-1])]
    assert (log.read(30).sequence, log.read(30).previous) == (0, "")
    assert list(log.of_patient("")) == []


def test_the_count_of_a_patient_goes_on_after_opening_again(log: Log, path: Path) -> None:
    fill(log, 30)
    log.close()
    with open_log(path) as again:
        assert again.append(about(2)).previous == list(again.of_patient(PATIENTS[2]))[-2].commitment
        assert verify(again, VKEY).ok


@settings(max_examples=12)
@given(st.lists(st.integers(-1000, 1000), min_size=1, max_size=20), st.lists(st.integers(1, 5), min_size=20))
def test_time_never_goes_back_whatever_the_clock_does(
    tmp_path_factory: pytest.TempPathFactory, jumps: list[int], batches: list[int]
) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    told = iter(start + timedelta(microseconds=jump) for jump in jumps)
    path = tmp_path_factory.mktemp("clock") / "ledger.db"
    with Log.create(path, signer=SIGNER, clock=lambda: next(told), entropy=dice()) as log:
        for batch in batches[: len(jumps)]:
            log.append_many([Draft(entry=ENTRY)] * batch)
        found = list(log.scan())
    times = [one.time_us for one in found]
    assert times == sorted(set(times))
    assert sorted(one.id for one in found) == [one.id for one in found]


def test_a_clock_far_ahead_is_refused_before_it_spoils_the_ledger(path: Path) -> None:
    """After 2255 microseconds are numbers that no reader of a body takes."""
    times = iter([datetime(2300, 1, 1, tzinfo=UTC), *[instant(LARGEST_INTEGER)] * 3])
    with Log.create(path, signer=SIGNER, clock=lambda: next(times), entropy=dice()) as log:
        with pytest.raises(CannotAppend, match="clock stands after the year 2255"):
            log.append(ENTRY)
        with pytest.raises(CannotAppend, match="clock stands after the year 2255"):
            log.append_many([Draft(entry=ENTRY)] * 2)
        assert log.append(ENTRY).time_us == LARGEST_INTEGER
        with pytest.raises(CannotAppend):
            log.append(ENTRY)
        assert [one.time_us for one in log.scan()] == [LARGEST_INTEGER]
    assert verify(path, VKEY).ok


def test_every_entry_is_found_by_its_id_and_no_other_is(log: Log) -> None:
    fill(log, 300, batch=70)
    for one in log.scan():
        assert log.find(one.id).index == one.index
    for missing in ("", "p-17", log.read(7).id[:-1] + "x", log.read(7).id[:-4] + "ffff"):
        with pytest.raises(NoSuchEntry):
            log.find(missing)


@pytest.mark.parametrize("index", [-1, 1, 10**9])
def test_there_is_no_entry_before_the_first_or_after_the_last(log: Log, index: int) -> None:
    log.append(ENTRY)
    with pytest.raises(NoSuchEntry):
        log.read(index)


def test_a_part_of_the_log_can_be_walked(log: Log) -> None:
    fill(log, 600)
    assert [one.index for one in log.scan(250, 520)] == list(range(250, 520))
    assert [one.index for one in log.scan(598)] == [598, 599]
    assert list(log.scan(600)) == list(log.scan(5, 5)) == []


def test_a_reader_sees_one_moment_while_others_write(log: Log) -> None:
    log.append(ENTRY)
    with log.reading() as db:
        before = db.execute("SELECT count(*) FROM entry").get
        log.append(ENTRY)
        assert db.execute("SELECT count(*) FROM entry").get == before
        assert log.size == 1
    assert log.size == 2


def test_a_reader_cannot_write(log: Log) -> None:
    with log.reading() as db, pytest.raises(apsw.ReadOnlyError):
        db.execute("DELETE FROM entry")


def test_the_checkpoint_is_signed_and_of_the_newest_state(log: Log) -> None:
    for size in range(3):
        signed = Checkpoint.open(log.checkpoint(), SIGNER.verifier)
        assert (signed.size, signed.root) == (size, log.root())
        log.append(ENTRY)


def test_what_was_appended_by_one_is_seen_by_another(log: Log, path: Path) -> None:
    with open_log(path) as other:
        log.append(about(1))
        other.append(about(1))
        log.append(about(1))
        assert other.size == log.size == 3
        assert [one.sequence for one in log.scan()] == [1, 2, 3]
        assert verify(other, VKEY).ok


@pytest.mark.attack
def test_a_past_that_changed_while_the_log_was_open_stops_the_writer(log: Log, path: Path) -> None:
    """Somebody with the key rewrites the file under a running node: it must not build on that."""
    fill(log, 5)
    db = apsw.Connection(str(path))
    other = path.with_name("other.db")
    with new_log(other) as forged:
        fill(forged, 3)
        forged.append(replace(ENTRY, why="forged"))
        fill(forged, 2)
    for table in ("entry", "tile", "head", "checkpoint", "patient_edge"):
        db.execute(f"DELETE FROM {table}")
    db.execute("ATTACH ? AS forged", (str(other),))
    for table in ("entry", "tile", "head", "checkpoint", "patient_edge"):
        db.execute(f"INSERT INTO {table} SELECT * FROM forged.{table}")
    db.close()
    for _ in range(2):
        with pytest.raises(LedgerAltered, match="its past changed while it was open"):
            log.append(ENTRY)


@pytest.mark.attack
@pytest.mark.parametrize("hidden", [False, True])
def test_a_trigger_put_in_under_a_running_node_takes_nothing_that_was_acknowledged(
    log: Log, path: Path, hidden: bool
) -> None:
    """`hidden`: the number that counts changes of the schema is set back; SQLite then does not see the trigger."""
    fill(log, 5)

    def put_in(db: apsw.Connection) -> None:
        before = db.pragma("schema_version")
        trigger_put_in(db)
        if hidden:
            db.pragma("schema_version", before)

    attack(path, put_in)
    for _ in range(2):
        with nullcontext() if hidden else pytest.raises(LedgerAltered, match="trigger"):
            log.append(ENTRY)
    with log.reading() as db:
        assert db.execute("SELECT count(*) FROM entry").get == log.size == (7 if hidden else 5)


@pytest.mark.attack
def test_a_past_that_cannot_be_compared_any_more_stops_the_writer_too(log: Log, path: Path) -> None:
    fill(log, 300)
    with open_log(path) as other:
        fill(other, 300)
    attack(path, lambda db: db.execute("DELETE FROM tile WHERE level = 0 AND number = 1"))
    with pytest.raises(LedgerAltered, match="its past changed while it was open"):
        log.append(ENTRY)


@pytest.mark.attack
@pytest.mark.parametrize("whole", [False, True])
def test_a_file_that_took_the_ledger_s_name_stops_the_writer(log: Log, path: Path, whole: bool) -> None:
    """Whether it lacks entries or not: SQLite would go on writing the old one, which nobody can open any more."""
    fill(log, 5)
    copy = path.with_name("copy.db")
    log.glance().execute("VACUUM INTO ?", (str(copy),))
    if not whole:
        log.append(ENTRY)
    size = log.size
    copy.replace(path)
    for _ in range(2):
        with pytest.raises(LedgerAltered, match="another file was put in its place"):
            log.append(ENTRY)
    assert log.size == size
    path.unlink()
    with pytest.raises(LedgerMissing):
        log.append(ENTRY)


def test_a_log_opened_for_reading_takes_nothing(log: Log, path: Path) -> None:
    log.append(ENTRY)
    with open_log(path, writable=False) as reader:
        assert (reader.size, reader.root()) == (1, log.root())
        with pytest.raises(CannotAppend, match="for reading only") as caught:
            reader.append(ENTRY)
    assert caught.value.exit_code == 5
    assert "nothing was released" in caught.value.hint


def test_an_entry_of_every_field_survives(log: Log) -> None:
    whole: Callable[..., Entry] = Entry
    entry = whole(
        **{
            name: (
                True if kind is bool else 7 if kind is int else ("a", "b") if "tuple" in str(kind) else "同意"
            )
            for name, kind in Entry.__annotations__.items()
        }
    )
    assert log.find(log.append(entry).id).entry == entry
