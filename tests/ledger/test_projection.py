"""Looking an entry up gives what reading the whole ledger gives, whoever touched what lies beside it."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import apsw
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger import Draft, Entry, Log
from ledger.errors import LedgerAltered
from ledger.projection import Projection, Wanted, partitions, projection
from ledger.projection.projection import ProjectionAltered
from ledger.projection.rows import packed, unpacked
from tests.ledger.books import new_log, open_log

PLAIN = Entry(type="access", subtype="", action="R", outcome="0", region="320583", node="n", source="test")
PATIENTS = ("", "a" * 32, "b" * 32)
HOUSES = ("", "h-1", "h-2")
WHYS = ("", "CONSENT_PERMIT", "NO_CONSENT")

entries = st.lists(
    st.builds(
        lambda patient, house, why, glass: replace(
            PLAIN, patient=patient, organisation=house, why=why, break_glass=glass
        ),
        st.sampled_from(PATIENTS),
        st.sampled_from(HOUSES),
        st.sampled_from(WHYS),
        st.booleans(),
    ),
    max_size=40,
)
some = st.fixed_dictionaries(
    {},
    optional={
        "patient": st.frozensets(st.sampled_from((*PATIENTS, "c" * 32)), min_size=1),
        "organisation": st.frozensets(st.sampled_from((*HOUSES, "h-9")), min_size=1),
        "why": st.frozensets(st.sampled_from(WHYS), min_size=1),
    },
)
wishes = st.builds(Wanted, some, st.none() | st.booleans())


@pytest.fixture(autouse=True)
def short_stretches(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (partitions, projection):
        monkeypatch.setattr(module, "ENTRIES", 8)
    # Fewer than a stretch may hold, so that one is looked up in parts, and more than it usually does.
    monkeypatch.setattr(projection, "_A_TURN", 5)


def write(log: Log, *what: Entry) -> None:
    log.append_many([Draft(entry=one) for one in what])


def filled(log: Log, number: int = 30) -> Projection:
    write(log, *(replace(PLAIN, patient=PATIENTS[n % 3], organisation=HOUSES[n % 2]) for n in range(number)))
    made = Projection(log)
    made.catch_up()
    return made


def indexes(found: object) -> list[int]:
    return [one.index for one in found]  # type: ignore[attr-defined]  # Recorded


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(before=entries, after=entries, wanted=wishes, newest=st.booleans(), data=st.data())
def test_what_is_found_is_what_stands_in_the_log(
    tmp_path_factory: pytest.TempPathFactory,
    before: list[Entry],
    after: list[Entry],
    wanted: Wanted,
    newest: bool,
    data: st.DataObject,
) -> None:
    with new_log(tmp_path_factory.mktemp("p") / "ledger.db") as log:
        write(log, *before)
        made = Projection(log)
        list(made.find(wanted))
        write(log, *after)
        size = log.size
        start, stop = (data.draw(st.integers(0, size)) for _ in range(2))
        found = indexes(made.find(wanted, start=start, stop=stop, newest_first=newest))
        told = [one.index for one in log.scan(start, stop) if wanted.keeps(one.entry)]
        assert found == (told[::-1] if newest else told)


def test_what_was_written_a_moment_ago_is_found(log: Log) -> None:
    made = filled(log)
    write(log, replace(PLAIN, patient="d" * 32))
    assert indexes(made.find(Wanted({"patient": frozenset({"d" * 32})}))) == [30]


def test_a_patients_entries_come_without_a_gap(log: Log) -> None:
    filled(log)
    assert indexes(log.of_patient(PATIENTS[1])) == list(range(1, 30, 3))
    assert indexes(log.of_patient("e" * 32)) == []
    assert indexes(log.of_patient("")) == []


def changed(log: Log, change: Callable[[apsw.Connection], object]) -> None:
    db = apsw.Connection(str(log.path.with_name("projection.db")))
    change(db)
    db.close()


HIDE = {
    "a row is deleted": "DELETE FROM part_1 WHERE place = 10",
    "a row is of somebody else": "UPDATE part_1 SET patient = x'0062' WHERE place = 10",
    "an index is dropped": "DROP INDEX part_1_patient",
    "a stretch is dropped": "DROP TABLE part_1",
    "it says it knows less": "UPDATE applied SET size = 3",
    "it says it knows more": "UPDATE applied SET size = 99",
    "it is of another key": "UPDATE applied SET verifier_key = 'x'",
    "the tables are gone": "DROP TABLE applied",
}


@pytest.mark.parametrize("how", HIDE)
def test_nothing_about_a_patient_can_be_hidden(log: Log, how: str) -> None:
    filled(log)
    changed(log, lambda db: db.execute(HIDE[how]))
    assert indexes(log.of_patient(PATIENTS[1])) == list(range(1, 30, 3))


@pytest.mark.parametrize("content", [b"", b"not a database, but as long as one" * 400])
def test_a_file_that_is_no_projection_is_made_anew(log: Log, content: bytes) -> None:
    made = filled(log)
    for ending in ("-wal", "-shm"):
        Path(f"{made.path}{ending}").unlink(missing_ok=True)
    made.path.write_bytes(content)
    assert indexes(log.of_patient(PATIENTS[1])) == list(range(1, 30, 3))
    assert made.applied() == 30


def test_a_row_that_says_something_else_than_the_log_is_an_error_that_says_what_to_do(log: Log) -> None:
    made = filled(log)
    changed(
        log, lambda db: db.execute("UPDATE part_0 SET patient = ? WHERE place = 2", (packed(PATIENTS[1]),))
    )
    with pytest.raises(ProjectionAltered) as wrong:
        list(made.find(Wanted({"patient": frozenset({PATIENTS[1]})})))
    assert wrong.value.index == 2
    assert "reindex" in wrong.value.hint


def test_a_hidden_row_changes_the_digest_of_its_stretch(log: Log) -> None:
    made = filled(log)
    right = [made.digest_of_log(number) for number in range(3)]
    assert [made.digest_now(number) for number in range(3)] == right
    changed(log, lambda db: db.execute("DELETE FROM part_1 WHERE place = 9"))
    assert made.digest_now(1) != right[1]
    changed(log, lambda db: db.execute("UPDATE part_2 SET why = why + 1 WHERE place = 17"))
    assert made.digest_now(2) != right[2]
    assert made.digest_now(0) == right[0]


@pytest.mark.parametrize("how", [how for how in HIDE if "row" in how])
def test_whoever_reads_it_all_names_the_stretch_that_was_changed(log: Log, how: str) -> None:
    made = filled(log)
    assert made.differing() == []
    changed(log, lambda db: db.execute(HIDE[how]))
    assert made.differing() == [1]


def _redefined(db: apsw.Connection) -> None:
    """An index that leaves one row out, and says that it leaves none out."""
    whole = "CREATE INDEX part_1_house ON part_1(organisation, purpose)"
    db.execute(f"DROP INDEX part_1_house; {whole} WHERE place <> 9")
    db.pragma("writable_schema", 1)
    db.execute("UPDATE sqlite_schema SET sql = ? WHERE name = 'part_1_house'", (whole,))


# Each blinds a search, and leaves a row behind that says the same to whoever only reads it.
BLIND: dict[str, Callable[[apsw.Connection], object]] = {
    "a name is spelt in another form": lambda db: db.execute(
        "UPDATE part_1 SET patient = CAST(x'00' || ? AS BLOB) WHERE place = 10", (PATIENTS[1].encode(),)
    ),
    "a name is no text": lambda db: db.execute("UPDATE part_1 SET patient = x'00ff' WHERE place = 10"),
    "an id is cut": lambda db: db.execute("UPDATE part_1 SET patient = x'02aa' WHERE place = 10"),
    "yes is spelt as two": lambda db: db.execute("UPDATE part_1 SET break_glass = 2 WHERE place = 14"),
    "an index leaves a row out": _redefined,
    "a table is a view": lambda db: db.execute(
        "ALTER TABLE part_1 RENAME TO t; CREATE VIEW part_1 AS SELECT * FROM t WHERE abs(random() % 2) = 0"
    ),
    "a word has two numbers": lambda db: db.execute(
        "CREATE TABLE w(id INTEGER PRIMARY KEY, text TEXT NOT NULL); INSERT INTO w SELECT * FROM word;"
        " INSERT INTO w SELECT 0, text FROM word WHERE text = 'h-1'; DROP TABLE word; ALTER TABLE w RENAME TO word"
    ),
}


@pytest.mark.attack
@pytest.mark.parametrize("how", BLIND)
def test_a_search_is_not_blinded_unseen(log: Log, how: str) -> None:
    write(
        log,
        *(
            replace(PLAIN, break_glass=n == 14, patient=PATIENTS[n % 3], organisation=HOUSES[n % 2])
            for n in range(30)
        ),
    )
    made = Projection(log)
    made.catch_up()
    assert made.is_sound()
    assert made.differing() == []
    changed(log, BLIND[how])
    assert 1 in made.differing()
    made.rebuild()
    assert made.is_sound()
    assert made.differing() == []


def test_what_is_appended_while_it_is_compared_is_no_difference(log: Log) -> None:
    made = filled(log)
    more = open_log(log.path)

    def meanwhile(_done: int, _total: int) -> None:
        write(more, PLAIN)
        Projection(more).catch_up()

    assert made.differing(meanwhile) == []
    more.close()


def test_an_index_newer_than_the_moment_somebody_looks_at_is_left_alone(log: Log) -> None:
    made = filled(log)
    more = open_log(log.path)
    with log.reading():
        assert log.size == 30
        write(more, replace(PLAIN, patient=PATIENTS[1]))
        Projection(more).catch_up()
        # Were the whole log read into it again, this row would be right again too.
        changed(log, lambda db: db.execute("UPDATE part_0 SET patient = x'00ff' WHERE place = 1"))
        assert indexes(made.find(Wanted({"patient": frozenset({PATIENTS[1]})}))) == list(range(1, 30, 3))
    assert made.differing() == [0]
    assert indexes(log.of_patient(PATIENTS[1])) == [*range(1, 30, 3), 30]
    more.close()


def test_whoever_is_interrupted_goes_on_from_the_last_full_stretch(log: Log) -> None:
    write(log, *(PLAIN for _ in range(30)))
    made = Projection(log)

    def interrupt(done: int, _total: int) -> None:
        if done == 24:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        made.catch_up(interrupt)
    assert made.applied() == 16
    assert made.catch_up() == 14


def test_a_view_in_the_place_of_a_table_is_cleared_away(log: Log) -> None:
    made = filled(log)
    changed(
        log, lambda db: db.execute("DROP TABLE part_1; CREATE VIEW part_1 AS SELECT 1; DROP TABLE applied")
    )
    assert made.catch_up() == 30
    assert made.is_sound()


def test_made_anew_it_is_the_same(log: Log) -> None:
    made = filled(log)
    changed(log, lambda db: db.execute("DELETE FROM part_1"))
    assert made.rebuild() == 30
    assert made.differing() == []
    assert made.applied() == 30


def test_a_log_put_back_from_a_backup_does_not_keep_the_projection_of_the_newer_one(
    log: Log, tmp_path: Path
) -> None:
    filled(log)
    other = tmp_path / "other"
    other.mkdir()
    with new_log(other / "ledger.db") as shorter:
        write(shorter, *(replace(PLAIN, patient=PATIENTS[2]) for _ in range(30)))
        (log.path.with_name("projection.db")).rename(other / "projection.db")
        assert indexes(shorter.of_patient(PATIENTS[2])) == list(range(30))


def test_where_nothing_can_be_written_the_log_itself_is_read(log: Log, tmp_path: Path) -> None:
    filled(log)
    log.path.with_name("projection.db").unlink()
    reader = Log.open(log.path, signer=log.signer, clock=lambda: None, entropy=bytes, writable=False)  # type: ignore[arg-type,return-value]  # nothing is written
    with reader:
        assert indexes(reader.of_patient(PATIENTS[1])) == list(range(1, 30, 3))
        assert not log.path.with_name("projection.db").exists()


def test_an_entry_changed_in_the_log_is_not_found_but_told(log: Log) -> None:
    made = filled(log)
    db = apsw.Connection(str(log.path))
    db.execute(
        "UPDATE entry SET body = CAST(replace(CAST(body AS TEXT), 'h-1', 'h-3') AS BLOB) WHERE place = 7"
    )
    db.close()
    with pytest.raises(LedgerAltered):
        list(made.find(Wanted({"patient": frozenset({PATIENTS[1]})})))


def test_two_may_bring_it_in_step_at_once(log: Log) -> None:
    import threading

    write(log, *(replace(PLAIN, patient=PATIENTS[n % 3]) for n in range(60)))
    threads = [threading.Thread(target=Projection(log).catch_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Projection(log).applied() == 60
    assert Projection(log).differing() == []


def test_a_column_nobody_has_is_a_mistake_of_the_programmer() -> None:
    with pytest.raises(ValueError, match="column"):
        Wanted({"colour": frozenset({"red"})})


@given(
    one=st.text() | st.uuids().map(str) | st.binary(min_size=16, max_size=16).map(bytes.hex), other=st.text()
)
def test_a_name_is_packed_in_one_way_and_comes_back(one: str, other: str) -> None:
    assert unpacked(packed(one)) == one
    assert (packed(one) == packed(other)) == (one == other)


@pytest.mark.parametrize("newest_first", [False, True])
def test_an_index_that_vanishes_while_somebody_reads_on_hides_nothing(
    path: Path, *, newest_first: bool
) -> None:
    with new_log(path) as log:
        made = filled(log, 60)
        wanted = Wanted({"patient": frozenset({PATIENTS[1]})})
        every = [one.index for one in log.scan() if wanted.keeps(one.entry)]
        for read in range(len(every)):
            made.catch_up()
            found = made.find(wanted, newest_first=newest_first)
            begun = [next(found).index for _ in range(read)]
            made.path.unlink()
            whole = begun + [one.index for one in found]
            assert whole == (every[::-1] if newest_first else every)


@pytest.mark.parametrize(
    ("conditions", "index"),
    [
        ({"patient": [packed(PATIENTS[1])]}, "patient"),
        ({"actor": [packed(PATIENTS[1])]}, "actor"),
        ({"organisation": [1], "purpose": [2]}, "house"),
        ({"why": [1]}, "why"),
        ({"intent": [packed(PATIENTS[1])]}, "intent"),
        ({"break_glass": [1]}, "glass"),
    ],
)
def test_what_an_officer_asks_for_is_looked_up_in_the_index_made_for_it(
    conditions: dict[str, list[bytes | int]], index: str
) -> None:
    asked: list[tuple[str, Any]] = []

    def heard(_: apsw.Cursor, text: str, bound: Any) -> bool:
        asked.append((text, bound))
        return True

    with closing(apsw.Connection(":memory:")) as db:
        db.execute(partitions.SCHEMA)
        partitions.create(db, 0)
        db.exec_trace = heard
        assert list(partitions.places(db, 0, (0, 8), conditions, newest_first=True)) == []
        db.exec_trace = None
        ((text, bound),) = asked
        (plan,) = (str(step[3]) for step in db.execute("EXPLAIN QUERY PLAN " + text, bound))
    assert f"COVERING INDEX part_0_{index} " in plan
